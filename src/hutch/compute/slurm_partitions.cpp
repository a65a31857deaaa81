#include "hutch/base/error.hpp"
#include "hutch/base/process.hpp"
#include "hutch/base/text.hpp"
#include "hutch/compute/machine.hpp"

#include <algorithm>

namespace hutch::compute {
namespace {

// The four numbers of "allocated/idle/other/total".
std::vector<unsigned> four_numbers(std::string_view text) {
    std::vector<unsigned> numbers;
    for (std::string_view const part : split(text, '/'))
        if (auto const number = to_number(part); number && *number >= 0 && *number < 1e9)
            numbers.push_back(unsigned(*number));
    return numbers.size() == 4 ? numbers : std::vector<unsigned>{};
}

// Memory in MiB; a `+` behind it says that some nodes have more.
std::uint64_t memory_bytes(std::string_view text) {
    if (text.ends_with('+')) text.remove_suffix(1);
    auto const mebibytes = to_number(text);
    return mebibytes && *mebibytes > 0 && *mebibytes < 1e12 ? std::uint64_t(*mebibytes) << 20 : 0;
}

// What stands in brackets, sockets of a GPU or "(null)" for none, is left out.
void add_resources(std::vector<std::string>& all, std::string_view text) {
    std::string bare;
    int depth = 0;
    for (char const c : text) {
        if (c == '(') ++depth;
        if (depth == 0) bare += c;
        if (c == ')') --depth;
    }
    if (bare.empty()) return;
    for (std::string_view const part : split(bare, ','))
        if (std::string const one(part); std::ranges::find(all, one) == all.end()) all.push_back(one);
}

}  // namespace

std::vector<PartitionFacts> parse_sinfo(std::string_view text) {
    std::vector<PartitionFacts> partitions;
    for (std::string_view const line : split_lines(text)) {
        auto const fields = split(line, '|');
        if (fields.size() != 7) continue;
        auto const nodes = four_numbers(fields[3]), processors = four_numbers(fields[4]);
        std::string name(trim(fields[0]));
        bool const is_default = name.ends_with('*');
        if (is_default) name.pop_back();
        if (nodes.empty() || processors.empty() || name.empty()) continue;
        auto found = std::ranges::find(partitions, name, &PartitionFacts::name);
        if (found == partitions.end()) {
            PartitionFacts& added = partitions.emplace_back();
            added.name = name, added.is_default = is_default, added.is_up = trim(fields[1]) == "up";
            added.time_limit = trim(fields[2]);
            found = partitions.end() - 1;
        }
        found->nodes += nodes[3], found->idle_nodes += nodes[1];
        found->processors += processors[3], found->idle_processors += processors[1];
        std::uint64_t const memory = memory_bytes(trim(fields[5]));
        bool const is_first = found->most_memory_bytes == 0;
        found->least_memory_bytes = is_first ? memory : std::min(found->least_memory_bytes, memory);
        found->most_memory_bytes = std::max(found->most_memory_bytes, memory);
        add_resources(found->resources, trim(fields[6]));
    }
    return partitions;
}

SlurmFacts ask_slurm() {
    SlurmFacts facts;
    ProcessEnd answer;
    try {
        answer = run_process({"sinfo", "-h", "-o", "%P|%a|%l|%F|%C|%m|%G"}, {.seconds = 5});
    } catch (Error const&) {
        return facts;  // there is none, or it may not be run
    }
    facts.is_installed = true;
    auto const lines = split_lines(answer.errors);
    if (answer.succeeded())
        facts.partitions = parse_sinfo(answer.output);
    else if (answer.timed_out)
        facts.problem = "sinfo does not answer within 5 s";
    else
        facts.problem = lines.empty() ? "sinfo ended with status " + std::to_string(answer.exit_code)
                                      : std::string(lines.back());
    return facts;
}

}  // namespace hutch::compute
