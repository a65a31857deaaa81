/// Assess a data set: scan it once, make all checks, apply the level rule.
#pragma once

#include "hutch/curate/assess/level.hpp"

#include <memory>
#include <optional>

namespace hutch::curate::assess {

struct AssessOptions {
    std::optional<std::filesystem::path>
        dictionary;                   ///< none: FOLDER/dictionary.json; where it lacks, a proposal
    std::vector<std::string> only;    ///< ids of checks to make; empty: all
    std::filesystem::path community;  ///< CIFs or an AMCSD database to compare structures with
    std::string optimade;             ///< base address of an OPTIMADE provider to compare with
    bool may_use_network = false;     ///< addresses of this machine may be asked at any time
    std::string python = "python3";   ///< runs independent readers and the three-line example
    std::uint64_t seed = 0;           ///< of random picks
    ScanOptions scan;
    unsigned threads = 1;
};

struct Assessment {
    std::filesystem::path folder;
    std::shared_ptr<Dictionary const> dictionary;  ///< the facts of `scan` point into it
    Scan scan;
    std::vector<Result> results;  ///< ascending by id
    Levels levels;
    double seconds = 0;

    Result const* find(std::string const& id) const;
    /// Return how many results have a state.
    std::size_t count(State state) const;
};

/// \throws Error not_found (no folder, nothing in it that can be read), bad_input (dictionary, unknown check)
Assessment assess_dataset(std::filesystem::path const& folder, AssessOptions const& options);

}  // namespace hutch::curate::assess
