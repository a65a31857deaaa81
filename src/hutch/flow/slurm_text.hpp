/// What is said to Slurm's commands and what they answer, as plain functions on text.
///
/// Parsers throw Error external for text that no Slurm writes: it is the answer of another program that is
/// wrong.
#pragma once

#include "hutch/flow/slurm.hpp"

#include <string_view>

namespace hutch::flow {

/// Return the name that a job may have: what is no letter, digit, '.', '_' or '-' becomes '_'.
std::string to_job_name(std::string_view name);
/// Return the words of sbatch for a request. \throws Error bad_input
std::vector<std::string> sbatch_words(SlurmRequest const& request);
/// Return the number out of `sbatch --parsable`: "17" or "17;cluster".
std::string parse_job_number(std::string_view text);
/// Return the numbers out of lines of `squeue -o %F`, ascending and once each.
std::vector<std::string> parse_job_numbers(std::string_view text);
/// Return the tasks of "3", "3-7", "0-20:5", "[1,3-4%2]" that are below a size, ascending and once each.
std::vector<std::size_t> unfold_tasks(std::string_view text, std::size_t array_size);
/// Return reports of the tasks named in lines of `squeue -o "%K|%T|%N|%r"`.
std::vector<TaskReport> parse_squeue(std::string_view text, std::size_t array_size);
/// Return reports of the tasks that have ended out of lines of `sacct -n -X -P -o
/// JobID,State,ExitCode,NodeList`.
std::vector<TaskReport> parse_sacct(std::string_view text, std::size_t array_size);
/// Return reports of the tasks that have ended out of lines of `scontrol -o show job`.
std::vector<TaskReport> parse_scontrol(std::string_view text, std::size_t array_size);
/// Return MaxArraySize out of `scontrol show config`.
std::size_t parse_max_array_size(std::string_view text);
/// Return partitions out of lines of `sinfo -o "%P|%a|%l|%D|%c|%m|%G"`.
std::vector<SlurmPartition> parse_sinfo(std::string_view text);

}  // namespace hutch::flow
