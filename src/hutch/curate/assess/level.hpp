/// Say which checks each level of readiness asks for, and which level a data set has.
#pragma once

#include "hutch/curate/assess/check.hpp"

#include <array>
#include <span>
#include <string>
#include <vector>

namespace hutch::curate::assess {

enum class Side { consistency, access, metadata };
constexpr std::array all_sides{Side::consistency, Side::access, Side::metadata};
char const* to_name(Side side);

/// Version of the rubric: checks, levels and thresholds. It changes whenever the same data set could get
/// another level.
constexpr char const* rubric_version = "1.0";

/// A check with its answer.
struct Result {
    std::string id, name, question, remedy;
    Answer answer;
};

/// One side's level and what keeps it from the next one.
struct SideLevel {
    Side side = Side::consistency;
    int level = 0;  ///< 0 to 3
    std::vector<std::string>
        blocking;     ///< ids of checks of the next level that did not pass; empty at level 3
    std::string cap;  ///< why no more is possible whatever the checks say; empty: it is
};

struct Levels {
    int level = 0;  ///< the lowest of the three
    std::array<SideLevel, 3> sides;
};

/// Return the ids that a side's level asks for beyond those of the levels below it.
std::vector<std::string> const& checks_of(Side side, int level);

/// Return where a check counts, as "consistency, level 2"; empty for one that counts nowhere.
std::string standing_of(std::string const& id);

/// Apply the level rule: a side has the highest level whose checks, with those of all levels below it, passed
/// or did not apply; one that was not made never counts as passed. A data set without a dictionary that
/// somebody wrote has no metadata level, and at most level 1 of consistency: nobody has said what would
/// apply.
Levels find_levels(std::span<Result const> results, bool has_dictionary);

}  // namespace hutch::curate::assess
