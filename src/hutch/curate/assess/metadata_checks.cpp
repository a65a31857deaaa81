#include "hutch/base/text.hpp"
#include "hutch/curate/assess/detail/answers.hpp"
#include "hutch/curate/assess/detail/document_checks.hpp"
#include "hutch/curate/assess/iso_time.hpp"
#include "hutch/curate/assess/packages.hpp"
#include "hutch/curate/licence.hpp"

#include <algorithm>
#include <map>
#include <set>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace hutch::curate::assess::detail {
namespace {

constexpr double least_score = 0.95;       // share of required items that are filled: rubric, level 3
constexpr double least_confidence = 0.80;  // of what a program inferred and nobody reviewed

// ---- C51 -------------------------------------------------------------------------------------------------

// What is wrong with a value where the item has a type or a list of words; empty: nothing.
std::string first_problem(MetadataItem const& item) {
    std::string const& value = item.value;
    if (item.name == "date_published" && !seconds_of(value))
        return fmt::format("is '{}'; expected YYYY-MM-DD", value);
    if (item.package == "access" && item.name == "embargo_until" && !seconds_of(value))
        return fmt::format("is '{}'; expected YYYY-MM-DD", value);
    if (item.package == "access" && item.name == "state") {
        static std::set<std::string_view> const states{"open", "embargoed", "restricted", "closed"};
        if (!states.contains(value))
            return fmt::format("is '{}'; expected open, embargoed, restricted or closed", value);
    }
    if (item.package == "quality" && item.name == "records" && !to_number(value))
        return fmt::format("is '{}'; expected a number", value);
    std::string const lower = to_lower(trim(value));
    for (char const* nothing :
         {"todo", "tbd", "tba", "n/a", "unknown", "none", "xxx", "?", ":unav", ":unkn", "null"})
        if (lower == nothing) return fmt::format("is '{}': that says nothing", value);
    return "";
}

bool is_inferred(MetadataItem const& item) { return item.origin == "inferred"; }
bool is_unsure(MetadataItem const& item) {
    return is_inferred(item) && item.reviewer.empty() && item.confidence.value_or(0) < least_confidence;
}

Answer run_packages(Subject const& subject) {
    auto const items = gather_metadata(subject);
    Answer answer;
    std::map<std::string, double> filled{{"declared", 0}, {"measured", 0}, {"derived", 0}, {"inferred", 0}};
    std::uint64_t good = 0, unsure = 0;
    for (RequiredItem const& required : required_items()) {
        std::string const where = fmt::format("{}/{}", required.package, required.name);
        MetadataItem const* const item = find_item(items, required.package, required.name);
        std::string const problem =
            item == nullptr ? fmt::format("is missing; expected {}", required.what) : first_problem(*item);
        if (!problem.empty()) {
            show(answer, {"dictionary.json", where, 0, problem});
            continue;
        }
        ++good;
        filled[item->origin.empty() ? "declared" : item->origin] += 1;
    }
    for (MetadataItem const& item : items) {
        if (!is_unsure(item)) continue;
        ++unsure;
        show(answer, {"dictionary.json", item.package + "/" + item.name, 0,
                      fmt::format("was inferred with confidence {:.2f}, and nobody reviewed it",
                                  item.confidence.value_or(0))});
    }
    double const all = double(required_items().size()), score = double(good) / all;
    answer.state = score >= least_score && unsure == 0 ? State::pass : State::fail;
    answer.numbers = {{"score", score}, {"required", all}, {"inferred and not reviewed", double(unsure)}};
    for (auto const& [origin, count] : filled) answer.numbers.emplace_back(origin, count / all);
    answer.text = fmt::format(
        "{} of {} required items are filled: {:.0f} % declared, {:.0f} % measured, {:.0f} % derived, "
        "{:.0f} % inferred; {} below confidence {:.2f} and not reviewed",
        good, required_items().size(), 100 * filled["declared"] / all, 100 * filled["measured"] / all,
        100 * filled["derived"] / all, 100 * filled["inferred"] / all, counted(unsure, "inferred item"),
        least_confidence);
    return answer;
}

// ---- C52 -------------------------------------------------------------------------------------------------

Answer run_dictionary(Subject const& subject) {
    if (subject.dictionary.is_proposed)
        return {State::fail,
                "there is no dictionary.json that anybody has read; one was proposed from the data",
                {},
                {},
                "read the proposed dictionary, mend it and keep it as dictionary.json",
                0};
    if (subject.dictionary.tables.empty())
        return {State::fail, "the dictionary has no tables", {}, {}, "describe each table and its fields", 0};
    Answer answer;
    std::uint64_t fields = 0, extra = 0, lacking = 0, undescribed = 0;
    for (TableFacts const& table : subject.scan.tables) {
        if (table.table == nullptr) continue;
        for (std::string const& name : table.undeclared) {
            ++extra;
            show(answer,
                 {"", table.table->name + ": " + name, 0, "is in the files and not in the dictionary"});
        }
        for (auto const* list : {&table.table->fields, &table.table->shared})
            for (Field const& field : *list) {
                ++fields;
                if (trim(field.description).empty()) {
                    ++undescribed;
                    show(answer,
                         {"dictionary.json", table.table->name + ": " + field.name, 0, "has no description"});
                }
                auto const facts = table.fields.find(field.name);
                if (facts == table.fields.end() || facts->second.not_in.empty()) continue;
                ++lacking;
                auto const file = std::size_t(facts->second.not_in.front());
                show(answer, {file < subject.scan.files.size() ? subject.scan.files[file].path : "",
                              table.table->name + ": " + field.name, 0,
                              fmt::format("is in the dictionary and not in {}",
                                          counted(facts->second.not_in.size(), "file"))});
            }
    }
    bool const is_good = extra + lacking + undescribed == 0;
    answer.state = is_good ? State::pass : State::fail;
    answer.text = fmt::format(
        "{} in the dictionary: {} not in the files, {} without description; {} of the files {} not in it",
        counted(fields, "field"), lacking, undescribed, counted(extra, "field"), extra == 1 ? "is" : "are");
    answer.numbers = {{"fields", double(fields)},
                      {"not in the files", double(lacking)},
                      {"not in the dictionary", double(extra)},
                      {"without description", double(undescribed)}};
    return answer;
}

// ---- C61 -------------------------------------------------------------------------------------------------

Answer run_use(Subject const& subject) {
    auto const items = gather_metadata(subject);
    Answer answer;
    std::vector<std::string> missing;
    for (auto const& [package, name, what] : {std::array{"access", "contact", "contact"},
                                              {"access", "feedback", "feedback path"},
                                              {"access", "intended_use", "intended use"},
                                              {"access", "non_intended_use", "non-intended use"},
                                              {"quality", "biases", "statement of biases"}})
        if (find_item(items, package, name) == nullptr) {
            missing.emplace_back(what);
            show(answer, {"dictionary.json", fmt::format("{}/{}", package, name), 0,
                          fmt::format("the {} is missing", what)});
        }
    Attestation const* const signed_by = find_attestation(subject.dictionary, "C61");
    answer.numbers = {{"missing", double(missing.size())}, {"attested", signed_by == nullptr ? 0.0 : 1.0}};
    answer.state = missing.empty() && signed_by != nullptr ? State::pass : State::fail;
    if (!missing.empty())
        answer.text = fmt::format("not said: {}", fmt::join(missing, ", "));
    else if (signed_by == nullptr)
        answer.text =
            "contact, feedback path, intended and non-intended use and biases are said; nobody has attested "
            "them";
    else
        answer.text = fmt::format(
            "contact, feedback path, intended and non-intended use and biases are said; {} attested them "
            "on {}",
            signed_by->person, signed_by->date);
    if (missing.empty())
        answer.remedy =
            "a person who answers for the data set signs: attestations, check C61, with name, date and "
            "statement";
    return answer;
}

}  // namespace

Check packages_check() {
    return {
        "C51", "six packages of metadata",
        "Are at least 95 % of the required items of the six packages filled, in their types and words, and "
        "is nothing "
        "that a program inferred with a confidence below 0.80 left unreviewed?",
        "fill the items named in dictionary.json (docs/metadata.md); let a person review what was inferred",
        run_packages};
}

Check dictionary_check() {
    return {"C52", "data dictionary",
            "Does the dictionary describe every field of the files, and none that they have not?",
            "add or take away the fields named in dictionary.json", run_dictionary};
}

Check use_check() {
    return {"C61", "contact and use",
            "Are contact, feedback path, intended and non-intended use and biases said, and has a person "
            "attested them?",
            "write the statements named, and let a person attest them", run_use};
}

}  // namespace hutch::curate::assess::detail
