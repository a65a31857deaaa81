/// Describe a processing step once: what it is called, what it takes and gives, what it needs; and how it is
/// run.
#pragma once

#include "hutch/step/value.hpp"

#include <filesystem>
#include <functional>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace hutch::step {

enum class Type { flag, integer, number, text, choice };
char const* to_name(Type type);

// All members have initial values, so that a description names only what differs: {.name = "size", .help =
// ...}.

/// One typed value with its unit and rule.
struct Field {
    std::string name{};  ///< told apart within a parameter of several fields
    Type type = Type::number;
    std::string
        unit{};  ///< UDUNITS; "1" for ratios and counts of nothing; empty for flags, texts and choices
    double least = -std::numeric_limits<double>::infinity();  ///< numbers: the range, both ends allowed
    double most = std::numeric_limits<double>::infinity();
    std::vector<std::string> choices{};
    std::string rule{};     ///< texts: what is expected, in words
    std::string pattern{};  ///< texts: ECMAScript expression of the whole, where one can say it
    std::optional<Value>
        fallback{};  ///< of a field behind the first in a row: what holds when it is left out
};

/// A parameter: one field is a plain value; several make a row, written A:B:C on the command line.
struct Parameter {
    std::string name{};  ///< snake_case; `--snake-case` on the command line
    std::string help{};
    std::vector<Field> fields{};
    bool is_list = false;             ///< any number of values or rows
    std::optional<Value> fallback{};  ///< the default; without one the parameter must be given
    std::string otherwise{};          ///< what holds, in words, where the default is nothing
};

/// A file or folder that goes in or comes out.
struct Port {
    std::string name{};
    std::string help{};
    std::string
        format{};         ///< what a reader must know: "pattern", "CIF", "folder", ...; "CIF or JSON": either
    std::string dtype{};  ///< of the main array: "float64"; empty for what is no array
    std::vector<std::string> dims{};  ///< of the main array, by name: {"two_theta"}
    std::string unit{};               ///< of the main array
    bool is_required = true;
    bool is_list = false;  ///< inputs: any number of files
    std::string file{};    ///< outputs: the name in a folder of results, "pattern.xye"
};

/// A small result that other steps can take as a parameter.
struct Finding {
    std::string name{}, help{};
    Type type = Type::number;
    std::string unit{};
    bool is_list = false;
};

enum class Gpu { none, optional, required };

struct Needs {
    unsigned threads = 1;  ///< that it uses by itself; 0: as many as it is given
    Gpu gpu = Gpu::none;
    unsigned ranks = 0;             ///< MPI: processes of one call; 0: no MPI
    std::string ranks_parameter{};  ///< name of the integer parameter that says how many instead
    double memory_gib = 1;
    double seconds = 1;  ///< of a usual call, a first guess for sizing batches
};

struct Description {
    std::string name{};       ///< "powder.simulate"; `hutch powder simulate` on the command line
    std::string version{};    ///< MAJOR.MINOR.PATCH; a change of results changes it
    std::string summary{};    ///< one infinitive clause
    std::string reference{};  ///< where the method is published, or what defines it
    std::vector<Parameter> parameters{};
    std::vector<Port> inputs{}, outputs{};
    std::vector<Finding> findings{};
    Needs needs{};
};

/// All that a step is told when it runs. Parameters are complete and checked; inputs exist.
struct Call {
    Values parameters;
    std::map<std::string, std::vector<std::filesystem::path>> inputs;
    std::map<std::string, std::filesystem::path> outputs;  ///< those that are wanted; their folder exists
    unsigned threads = 1;
    std::string device = "cpu";
    bool is_interactive = false;                  ///< progress may be drawn on the terminal
    std::function<bool()> should_stop;            ///< asked by long steps; may be empty
    std::function<void(std::string const&)> log;  ///< a line for the log; may be empty

    /// Return whether a parameter whose default is nothing was given.
    bool has(std::string const& name) const { return !parameters.at(name).is_nothing(); }
    double number(std::string const& name) const { return parameters.at(name).number(); }
    std::int64_t integer(std::string const& name) const { return parameters.at(name).integer(); }
    bool flag(std::string const& name) const { return parameters.at(name).flag(); }
    std::string const& text(std::string const& name) const { return parameters.at(name).text(); }
    /// Return the one file of an input; empty when an optional one is not given.
    std::filesystem::path input(std::string const& name) const;
    std::optional<std::filesystem::path> output(std::string const& name) const;
};

/// What a step found; its files are at the paths of Call::outputs.
struct Outcome {
    Values findings;
    std::string text;  ///< for people, a few lines; the command line prints it
    std::string
        json{};  ///< for programs: a report of its own as one JSON object; empty: the findings say all
};

struct Step {
    Description about;
    std::function<Outcome(Call const&)> run;
};

/// Return the first thing a description lacks, as `'<step>.<item>' <is what>; expected <rule>`, or nothing.
///
/// Every parameter needs help, a unit that UDUNITS would parse where it is a number, a finite range or a
/// rule, and a default within its rule or none; every port help and format, every array a unit; the step a
/// version, a summary and a reference.
std::optional<std::string> first_problem(Description const& about);

/// Check values against a description and fill in defaults.
///
/// The result has every parameter, in one form only: numbers as double, whole numbers as integer, rows with
/// all their fields, lists as lists; so that equal calls have equal text.
/// \param where  stands in front of messages ("flow.yaml:12: " or empty)
/// \throws Error bad_input: `'size' is 0 um; expected 0.001 to 1e+06`
Values complete(Description const& about, Values given, std::string const& where = "");

/// Run a step and see that it keeps what it says of itself: findings that it describes, files that were asked
/// for.
/// \throws Error what the step throws; bug when it does not keep to its description
Outcome run_step(Step const& step, Call const& call);

/// Return the step of a name. \throws Error not_found that names the nearest one
Step const& find_step(std::span<Step const> steps, std::string const& name);

}  // namespace hutch::step
