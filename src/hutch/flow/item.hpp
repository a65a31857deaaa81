/// Work out what one item of a flow runs with: parameters, input files, and the key of its result.
#pragma once

#include "hutch/flow/graph.hpp"
#include "hutch/flow/store.hpp"

#include <map>
#include <memory>
#include <string>
#include <vector>

namespace hutch::flow {

struct InputFile {
    std::filesystem::path path;
    std::string sha256;
    std::string name;  ///< as provenance names it: see UsedFile
    bool is_outside() const { return path == name; }
};

/// All that is needed to run an item, here or on another machine.
struct Job {
    std::string
        key;  ///< SHA-256 of step, version, parameters, names and checksums of inputs, wanted outputs, device
    std::string item;  ///< "simulate/PbSO4/size=0.05"
    std::string step, version;
    step::Values parameters;  ///< complete
    std::map<std::string, std::vector<InputFile>> inputs;
    std::vector<std::string> outputs;
    std::string device = "cpu";
    unsigned threads = 1;  ///< 0: as many as it is given
    unsigned ranks = 0;    ///< MPI processes; 0: no MPI
    double memory_gib = 1;
    bool needs_gpu = false;
    unsigned attempt = 1;
};

/// Return the files that a job reads, as its result names them.
std::vector<UsedFile> used_files(Job const& job);

/// The results of other items.
using Results = std::function<std::shared_ptr<Result const>(Item)>;

/// Return the job of an item whose needs have their results.
/// \throws Error bad_input for values that break a rule, not_found for files that are not there
Job make_job(Graph const& graph, Item item, Results const& results, Store& store);

/// Return a job as one line of JSON, and read it back. \throws Error bad_data
std::string to_text(Job const& job);
Job parse_job(std::string_view text);

}  // namespace hutch::flow
