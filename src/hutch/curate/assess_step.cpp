#include "hutch/base/error.hpp"
#include "hutch/base/file.hpp"
#include "hutch/curate/assess/assess.hpp"
#include "hutch/curate/assess/report.hpp"
#include "hutch/curate/detail/steps.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace hutch::curate {
namespace {

using namespace assess;
using step::Type;
using step::Value;

AssessOptions options_of(step::Call const& call) {
    AssessOptions options;
    if (auto const file = call.input("dictionary"); !file.empty()) options.dictionary = file;
    for (Value const& id : call.parameters.at("checks").list()) options.only.push_back(id.text());
    options.community = call.input("community");
    options.optimade = call.text("optimade");
    options.may_use_network = call.flag("network");
    options.python = call.text("python");
    options.seed = std::uint64_t(call.integer("seed"));
    options.threads = options.scan.threads = call.threads;
    options.scan.keep = call.text("keep");
    options.scan.memory_bytes = std::uint64_t(call.number("memory") * double(1 << 30));
    options.scan.is_interactive = call.is_interactive;
    return options;
}

void write_reports(Assessment const& made, step::Call const& call) {
    if (auto const path = call.output("report")) write_file(*path, to_json(made));
    if (auto const path = call.output("html")) write_file(*path, to_html(made));
    if (auto const path = call.output("badge")) write_file(*path, to_badge(made));
    if (auto const path = call.output("proposal")) write_file(*path, curate::to_json(*made.dictionary));
}

// What a gate below its level says: one line that names what to mend.
std::string gate_problem(Assessment const& made, std::int64_t wanted) {
    std::string lacking;
    for (SideLevel const& side : made.levels.sides)
        if (side.level < wanted)
            lacking +=
                fmt::format("{}{} {} ({})", lacking.empty() ? "" : ", ", to_name(side.side), side.level,
                            side.cap.empty() ? fmt::format("{}", fmt::join(side.blocking, " ")) : side.cap);
    return fmt::format("'{}' has level {}; expected {} or more: {}", made.folder.string(), made.levels.level,
                       wanted, lacking);
}

std::vector<Value> failed_ids(Assessment const& made) {
    std::vector<Value> ids;
    for (Result const& result : made.results)
        if (result.answer.state == State::fail) ids.emplace_back(result.id);
    return ids;
}

step::Outcome run(step::Call const& call) {
    Assessment const made = assess_dataset(call.input("dataset"), options_of(call));
    write_reports(made, call);
    if (made.levels.level < call.integer("gate"))
        throw Error(Fault::bad_data, gate_problem(made, call.integer("gate")));
    step::Outcome outcome;
    outcome.findings = {{"level", std::int64_t(made.levels.level)},
                        {"passed", std::int64_t(made.count(State::pass))},
                        {"failed", failed_ids(made)},
                        {"not_checked", std::int64_t(made.count(State::not_checked))}};
    for (SideLevel const& side : made.levels.sides)
        outcome.findings[to_name(side.side)] = std::int64_t(side.level);
    outcome.text = to_text(made), outcome.json = to_json(made);
    return outcome;
}

step::Parameter text(char const* name, char const* help, char const* rule, char const* fallback) {
    return {.name = name,
            .help = help,
            .fields = {{.type = Type::text, .rule = rule}},
            .fallback = Value(fallback)};
}

std::vector<step::Parameter> parameters() {
    return {{.name = "gate",
             .help = "fail, after writing the reports, unless the level is at least this",
             .fields = {{.type = Type::integer, .unit = "1", .least = 0, .most = 3}},
             .fallback = Value(std::int64_t{0})},
            {.name = "checks",
             .help = "make only these checks; the level is that of the data set only when all are made",
             .fields = {{.type = Type::text, .rule = "ids such as C27", .pattern = "[AC][0-9]{2}"}},
             .is_list = true,
             .fallback = Value(std::vector<Value>{})},
            text("optimade", "compare structures with those of this OPTIMADE provider",
                 "the base address of one, or empty for none", ""),
            {.name = "network",
             .help = "ask declared addresses on other machines too",
             .fields = {{.type = Type::flag}},
             .fallback = Value(false)},
            text("python", "runs independent readers and the three-line example",
                 "a program, or empty for none", "python3"),
            text("keep",
                 "keep facts of finished files, so that a killed run goes on and changed files are noticed",
                 "a folder, or empty for none", ""),
            {.name = "memory",
             .help = "limit on what is held",
             .fields = {{.unit = "GiB", .least = 0.05, .most = 4096}},
             .fallback = Value(0.75)},
            {.name = "seed",
             .help = "of random picks",
             .fields = {{.type = Type::integer, .unit = "1", .least = 0, .most = 9e15}},
             .fallback = Value(std::int64_t{0})}};
}

step::Finding level(char const* name, char const* help) {
    return {.name = name, .help = help, .type = Type::integer, .unit = "1"};
}

}  // namespace

step::Step assess_step() {
    step::Description about{
        .name = "dataset.assess",
        .version = "1.0.0",
        .summary = "measure how ready a data set is for machine learning: level, checks, evidence, remedies",
        .reference = "rubric 1.0: docs/assessment.md",
        .parameters = parameters(),
        .inputs = {{.name = "dataset",
                    .help = "files with a dictionary.json, or without",
                    .format = "folder"},
                   {.name = "dictionary",
                    .help = "what the fields are, in place of the one in the folder",
                    .format = "JSON dictionary",
                    .is_required = false},
                   {.name = "community",
                    .help = "structures to compare with",
                    .format = "CIF, folder of CIFs or AMCSD database",
                    .is_required = false}},
        .outputs =
            {{.name = "report",
              .help = "all answers",
              .format = "JSON",
              .is_required = false,
              .file = "assessment.json"},
             {.name = "html",
              .help = "all answers with plots",
              .format = "HTML",
              .is_required = false,
              .file = "assessment.html"},
             {.name = "badge",
              .help = "the level",
              .format = "SVG",
              .is_required = false,
              .file = "badge.svg"},
             {.name = "proposal",
              .help = "the dictionary that was used; where the data set has none, one proposed from the data",
              .format = "JSON dictionary",
              .is_required = false,
              .file = "dictionary.json"}},
        .findings = {level("level", "the lowest of the three sides, 0 to 3"),
                     level("consistency", "level of this side"),
                     level("access", "level of this side"),
                     level("metadata", "level of this side"),
                     level("passed", "checks that passed"),
                     {.name = "failed", .help = "checks that failed", .type = Type::text, .is_list = true},
                     level("not_checked", "checks that could not be made here")},
        .needs = {.threads = 0, .memory_gib = 1, .seconds = 30}};
    return {about, run};
}

}  // namespace hutch::curate
