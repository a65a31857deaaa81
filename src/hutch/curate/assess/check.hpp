/// Ask one question of a data set and answer it with evidence: what a check is.
#pragma once

#include "hutch/curate/assess/scan.hpp"
#include "hutch/curate/dictionary.hpp"

#include <filesystem>
#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace hutch::curate::assess {

enum class State {
    pass,
    fail,
    not_applicable,  ///< the data set has nothing that the check could be about; the text says what
    not_checked  ///< it could be checked, but not here: a tool, network or library lacks. Never counts as a
                 ///< pass
};
char const* to_name(State state);

struct Answer {
    State state = State::pass;
    std::string text;                                     ///< one sentence with the numbers that decide
    std::vector<std::pair<std::string, double>> numbers;  ///< evidence, by name
    std::vector<Place> places;                            ///< the first offending records
    std::string remedy;  ///< what to do, where the check's own is too general
    double seconds = 0;  ///< filled in by run_checks()
};

/// Everything a check may look at.
struct Subject {
    std::filesystem::path folder;
    Dictionary const& dictionary;
    Scan const& scan;
    unsigned threads = 1;
    bool may_use_network = false;
    std::string optimade;    ///< base address of an OPTIMADE provider; empty: none was given
    std::string python;      ///< interpreter for independent readers and the three-line example; empty: none
    std::uint64_t seed = 0;  ///< of random picks
    std::string
        community;  ///< a folder of CIF files or an AMCSD database to compare structures with; empty: none
    std::filesystem::path keep{};  ///< folder with what earlier assessments found; empty: none
};

struct Check {
    char const* id;        ///< "C27"
    char const* name;      ///< "group leakage"
    char const* question;  ///< one sentence: what is looked at and when it passes
    char const* remedy;    ///< one sentence: what to do when it fails
    std::function<Answer(Subject const&)> run;
};

/// Checks of one subject each, ascending by id within; level.hpp says which level asks for which.
std::vector<Check> integrity_checks();     ///< C01-C05, C09, C10
std::vector<Check> value_checks();         ///< C11-C24
std::vector<Check> duplicate_checks();     ///< C25-C30
std::vector<Check> label_checks();         ///< C31-C36
std::vector<Check> physics_checks();       ///< C37-C45
std::vector<Check> distribution_checks();  ///< C46-C50
std::vector<Check> document_checks();      ///< C06-C08, C51-C55, C59-C61
std::vector<Check> access_checks();        ///< A01-A03, C56-C58

/// Return all of them, ascending by id.
std::vector<Check> all_checks();

}  // namespace hutch::curate::assess
