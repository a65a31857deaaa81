#include "hutch/base/error.hpp"
#include "hutch/base/file.hpp"
#include "hutch/base/text.hpp"
#include "hutch/curate/annotate/agree.hpp"
#include "hutch/curate/annotate/exchange.hpp"
#include "hutch/curate/annotate/merge.hpp"
#include "hutch/curate/assess/table_file.hpp"
#include "hutch/curate/detail/steps.hpp"
#include "hutch/curate/fuse/records.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <set>

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

namespace hutch::curate {
namespace {

namespace fs = std::filesystem;
using annotate::Annotation;
using annotate::Region;
using step::Type;
using step::Value;

constexpr char const* reference =
    "docs/annotation.md; Web Annotation Data Model (W3C, 2017); Cohen, Educ. Psychol. Meas. 20 (1960) 37; "
    "Fleiss, Psychol. Bull. 76 (1971) 378; Krippendorff, Content Analysis (2013)";
constexpr std::size_t most_shown = 1000;

// Annotations stand beside the data, in files of their own.
fs::path store_of(fs::path const& dataset) { return dataset / "annotations"; }

std::string text_of(step::Call const& call, char const* name) {
    return call.has(name) ? call.text(name) : std::string();
}

std::string now() {
    auto const time = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
    return fmt::format("{:%Y-%m-%dT%H:%M:%S}Z", fmt::gmtime(std::chrono::system_clock::to_time_t(time)));
}

// Ids of the records that a data set's dictionary tells of; none: it has no dictionary, or no table of them.
std::set<std::string> known_records(fs::path const& dataset) {
    if (!fs::exists(dataset / "dictionary.json")) return {};
    Dictionary const dictionary = parse_dictionary(read_file(dataset / "dictionary.json"), "dictionary.json");
    RecordTable const* index = dictionary.find("index");
    if (index == nullptr || index->of_role(Role::id).empty()) return {};
    auto const file = assess::open_table_file(dataset / index->files.front().path, *index);
    auto const ids = file->read_texts(index->of_role(Role::id).front()->name, 0, file->records());
    return {ids.begin(), ids.end()};
}

void check_records(fs::path const& dataset, std::vector<Annotation> const& all) {
    auto const known = known_records(dataset);
    if (known.empty()) return;
    for (Annotation const& one : all)
        if (!known.contains(one.record))
            throw Error(Fault::bad_input,
                        fmt::format("'record' is {}, which '{}' does not hold; expected the id of a record",
                                    in_quotes(one.record), dataset.string()));
}

fs::path file_for(fs::path const& dataset, annotate::Annotator const& annotator) {
    return store_of(dataset) / (fuse::plain_name(annotator.name) + ".jsonl");
}

// ---- annotate.add -----------------------------------------------------------------------------------------

void take_region(step::Call const& call, char const* name, Region::Kind kind, Region& to) {
    if (!call.has(name) || call.parameters.at(name).list().empty()) return;
    if (to.kind != Region::Kind::whole)
        throw Error(Fault::bad_input, fmt::format("'{}' is given beside '{}'; expected one region at most",
                                                  name, to_name(to.kind)));
    to.kind = kind;
    auto const add = [&](auto const& self, Value const& value) -> void {
        if (value.is_list())
            for (Value const& one : value.list()) self(self, one);
        else
            to.numbers.push_back(value.number());
    };
    add(add, call.parameters.at(name));
}

Annotation annotation_of(step::Call const& call) {
    Annotation one;
    one.table = text_of(call, "table"), one.record = call.text("record"), one.field = text_of(call, "field");
    take_region(call, "interval", Region::Kind::interval, one.region);
    take_region(call, "box", Region::Kind::box, one.region);
    take_region(call, "polygon", Region::Kind::polygon, one.region);
    one.label = call.text("label"), one.vocabulary = text_of(call, "vocabulary");
    one.annotator = {call.text("annotator"), call.has("program_version"), text_of(call, "program_version"),
                     text_of(call, "orcid")};
    if (call.has("confidence")) one.confidence = call.number("confidence");
    one.time = call.has("time") ? call.text("time") : now();
    one.supersedes = text_of(call, "supersedes"), one.comment = text_of(call, "comment");
    one.id = make_id(one);
    return one;
}

step::Outcome add(step::Call const& call) {
    fs::path const dataset = call.input("dataset");
    Annotation const one = annotation_of(call);
    if (auto const problem = first_problem(one)) throw Error(Fault::bad_input, *problem);
    check_records(dataset, {one});
    if (!one.supersedes.empty()) {
        auto const all = annotate::read_annotations(store_of(dataset));
        if (std::ranges::find(all, one.supersedes, &Annotation::id) == all.end())
            throw Error(Fault::not_found,
                        fmt::format("'supersedes' is {}; expected the id of an annotation of "
                                    "'{}'",
                                    in_quotes(one.supersedes), dataset.string()));
    }
    fs::path const file = file_for(dataset, one.annotator);
    std::size_t const added = annotate::append(file, {one});
    return {
        {{"added", std::int64_t(added)}},
        fmt::format("{} {}: {}\n", one.id, added > 0 ? "added to" : "was there already in", file.string())};
}

// ---- the others -------------------------------------------------------------------------------------------

std::string region_text(Region const& region) {
    if (region.kind == Region::Kind::whole) return "";
    return fmt::format(" {} {}", to_name(region.kind), fmt::join(region.numbers, ","));
}

std::vector<Annotation> chosen_of(step::Call const& call) {
    auto all = annotate::read_annotations(store_of(call.input("dataset")));
    if (!call.flag("all")) all = annotate::current(all);
    std::erase_if(all, [&](Annotation const& one) {
        return (call.has("record") && one.record != call.text("record")) ||
               (call.has("annotator") && one.annotator.name != call.text("annotator")) ||
               (call.has("vocabulary") && one.vocabulary != call.text("vocabulary"));
    });
    return all;
}

step::Outcome list(step::Call const& call) {
    auto const all = chosen_of(call);
    std::set<std::string> annotators;
    std::string text;
    for (std::size_t i = 0; i < all.size(); ++i) {
        Annotation const& one = all[i];
        annotators.insert(one.annotator.name);
        if (i < most_shown)
            text +=
                fmt::format("{}  {}{}{}  {}{}  {} {}{}\n", one.id, one.record,
                            one.field.empty() ? "" : "/" + one.field, region_text(one.region), one.label,
                            one.confidence ? fmt::format(" ({})", *one.confidence) : "", one.annotator.name,
                            one.time, one.comment.empty() ? "" : "  # " + one.comment);
    }
    if (all.size() > most_shown) text += fmt::format("and {} more\n", all.size() - most_shown);
    text += fmt::format("{} annotations of {} annotators\n", all.size(), annotators.size());
    return {{{"annotations", std::int64_t(all.size())}, {"annotators", std::int64_t(annotators.size())}},
            text};
}

step::Outcome agreement(step::Call const& call) {
    auto const report = annotate::agree(annotate::read_annotations(store_of(call.input("dataset"))),
                                        text_of(call, "vocabulary"));
    step::Values findings{{"annotators", std::int64_t(report.annotators.size())},
                          {"records", std::int64_t(report.records)},
                          {"regions", std::int64_t(report.regions)}};
    std::string text = fmt::format("{} annotators ({}), {} records that at least two labelled, {} classes\n",
                                   report.annotators.size(), fmt::join(report.annotators, "; "),
                                   report.records, report.classes.size());
    if (report.records > 0) {
        findings["kappa"] = report.kappa.kappa, findings["alpha"] = report.alpha;
        text += fmt::format(
            "{} kappa {:.4f} (standard error {:.4f}, observed {:.4f}, by chance {:.4f})\n"
            "Krippendorff's alpha {:.4f}, nominal\n",
            report.annotators.size() == 2 ? "Cohen's" : "Fleiss'", report.kappa.kappa,
            report.kappa.standard_error, report.kappa.observed, report.kappa.by_chance, report.alpha);
    }
    if (report.regions > 0) {
        findings["f1"] = report.f1;
        text +=
            fmt::format("{} regions: F1 {:.4f} at an overlap of 0.5{}\n", report.regions, report.f1,
                        std::isnan(report.mean_overlap)
                            ? ", none matches"
                            : fmt::format(", mean overlap of those that match {:.4f}", report.mean_overlap));
    }
    return {findings, text};
}

step::Outcome merge(step::Call const& call) {
    auto const report = annotate::merge(annotate::read_annotations(store_of(call.input("dataset"))),
                                        {text_of(call, "vocabulary"), call.text("by") == "confidence"});
    std::string csv = "record,label,confidence,annotators,is_inferred,who,time\n";
    for (annotate::Merged const& one : report.labels)
        csv += fmt::format("{},{},{},{},{},{},{}\n", to_csv_field(one.record), to_csv_field(one.label),
                           float(one.confidence), one.annotators, int(one.is_inferred), to_csv_field(one.who),
                           one.time);
    if (auto const path = call.output("labels")) write_file(*path, csv);
    std::string text = fmt::format("{} records have a label", report.labels.size());
    if (!report.tied.empty())
        text += fmt::format("; votes are tied for {}: {}", report.tied.size(), fmt::join(report.tied, ", "));
    return {{{"labelled", std::int64_t(report.labels.size())}, {"tied", std::int64_t(report.tied.size())}},
            text + "\n"};
}

bool is_csv(fs::path const& path) {
    std::string const ending = to_lower(path.extension().string());
    if (ending == ".csv") return true;
    if (ending == ".json" || ending == ".jsonld") return false;
    throw Error(Fault::bad_input, fmt::format("'{}' ends in {}; expected .csv, .json or .jsonld",
                                              path.string(), in_quotes(ending)));
}

step::Outcome export_all(step::Call const& call) {
    auto const all = chosen_of(call);
    if (auto const path = call.output("annotations"))
        write_file(*path, is_csv(*path) ? annotate::to_csv(all) : annotate::to_web_annotations(all));
    return {{{"written", std::int64_t(all.size())}}, fmt::format("{} annotations\n", all.size())};
}

step::Outcome import(step::Call const& call) {
    fs::path const dataset = call.input("dataset"), path = call.input("file");
    std::string const text = read_file(path);
    auto const all = is_csv(path) ? annotate::from_csv(text, path.string())
                                  : annotate::from_web_annotations(text, path.string());
    check_records(dataset, all);
    std::map<fs::path, std::vector<Annotation>> files;
    for (Annotation const& one : all) files[file_for(dataset, one.annotator)].push_back(one);
    std::size_t added = 0;
    for (auto const& [file, annotations] : files) added += annotate::append(file, annotations);
    return {{{"read", std::int64_t(all.size())}, {"added", std::int64_t(added)}},
            fmt::format("{} annotations, {} of them new\n", all.size(), added)};
}

// ---- descriptions -----------------------------------------------------------------------------------------

step::Port dataset_port() {
    return {.name = "dataset",
            .help = "the folder of a data set; annotations stand in its folder annotations/",
            .format = "folder"};
}

step::Parameter text_parameter(char const* name, char const* help, char const* rule, bool is_needed = false,
                               char const* pattern = "") {
    step::Parameter parameter{
        .name = name, .help = help, .fields = {{.type = Type::text, .rule = rule, .pattern = pattern}}};
    if (!is_needed) parameter.fallback = Value(), parameter.otherwise = "none";
    return parameter;
}

step::Field number(char const* name, char const* unit, double least = -1e12) {
    return {.name = name, .type = Type::number, .unit = unit, .least = least, .most = 1e12};
}

step::Finding count(char const* name, char const* help) {
    return {.name = name, .help = help, .type = Type::integer, .unit = "1"};
}

step::Parameter all_flag() {
    return {.name = "all",
            .help = "those too that others supersede",
            .fields = {{.type = Type::flag}},
            .fallback = false};
}

std::vector<step::Parameter> choice_parameters() {
    return {text_parameter("record", "only of this record", "id of a record"),
            text_parameter("annotator", "only of this annotator", "name"),
            text_parameter("vocabulary", "only of this vocabulary", "name"), all_flag()};
}

std::vector<step::Parameter> add_parameters() {
    return {text_parameter("record", "what is annotated", "id of a record", true),
            text_parameter("label", "what is said of it", "a word of the vocabulary", true),
            text_parameter("annotator", "who says it", "Family, Given; or the name of a program", true),
            text_parameter("program_version", "of the annotator, where it is a program", "version"),
            text_parameter("orcid", "of the annotator, where it is a person", "0000-0002-1825-0097", false,
                           "[0-9]{4}-[0-9]{4}-[0-9]{4}-[0-9]{3}[0-9X]"),
            text_parameter("vocabulary", "the list that labels are of", "name"),
            text_parameter("table", "that holds the record", "name of a table"),
            text_parameter("field", "that is meant", "name of a field"),
            {.name = "interval",
             .help = "part of the field's axis that is meant, in the axis' own unit",
             .fields = {number("first", "1"), number("last", "1")},
             .fallback = Value(),
             .otherwise = "the whole"},
            {.name = "box",
             .help = "part of an image that is meant",
             .fields = {number("x", "pixel"), number("y", "pixel"), number("width", "pixel", 0),
                        number("height", "pixel", 0)},
             .fallback = Value(),
             .otherwise = "the whole"},
            {.name = "polygon",
             .help = "corners of a part of an image that is meant",
             .fields = {number("x", "pixel"), number("y", "pixel")},
             .is_list = true,
             .fallback = Value::List{}},
            {.name = "confidence",
             .help = "of the annotator",
             .fields = {{.unit = "1", .least = 0, .most = 1}},
             .fallback = Value(),
             .otherwise = "not stated"},
            text_parameter("time", "when it was said; left out: now", "2026-05-31T12:00:00Z"),
            text_parameter("supersedes", "the annotation that this one replaces", "its id"),
            text_parameter("comment", "anything else", "plain text")};
}

step::Step add_step() {
    return {{.name = "annotate.add",
             .version = "1.0.0",
             .summary = "say what a record, or a part of it, shows",
             .reference = reference,
             .parameters = add_parameters(),
             .inputs = {dataset_port()},
             .findings = {count("added", "0: the same was there already")}},
            add};
}

step::Step agreement_step() {
    return {{.name = "annotate.agreement",
             .version = "1.0.0",
             .summary = "tell how far annotators agree beyond chance",
             .reference = reference,
             .parameters = {text_parameter("vocabulary", "whose labels are compared", "name")},
             .inputs = {dataset_port()},
             .findings = {count("annotators", "who said something"),
                          count("records", "that at least two labelled"),
                          {.name = "kappa",
                           .help = "Cohen's of two, Fleiss' of more; left out without records",
                           .unit = "1"},
                          {.name = "alpha",
                           .help = "Krippendorff's, nominal; left out without records",
                           .unit = "1"},
                          count("regions", "of all annotators"),
                          {.name = "f1",
                           .help = "of regions at an overlap of 0.5; left out without regions",
                           .unit = "1"}}},
            agreement};
}

step::Step merge_step() {
    return {{.name = "annotate.merge",
             .version = "1.0.0",
             .summary = "make one label of each record of what its annotators say",
             .reference = reference,
             .parameters = {text_parameter("vocabulary", "whose labels are merged", "name"),
                            {.name = "by",
                             .help = "votes count alike, or as much as their confidence",
                             .fields = {{.type = Type::choice, .choices = {"majority", "confidence"}}},
                             .fallback = "majority"}},
             .inputs = {dataset_port()},
             .outputs = {{.name = "labels",
                          .help = "record, label, confidence (share of the votes), annotators, whether only "
                                  "programs say so, who, time",
                          .format = "CSV",
                          .file = "labels.csv"}},
             .findings = {count("labelled", "records with a label"),
                          count("tied", "records without: tied votes")}},
            merge};
}

}  // namespace

std::vector<step::Step> annotate_steps() {
    return {add_step(),
            {{.name = "annotate.list",
              .version = "1.0.0",
              .summary = "list annotations",
              .reference = reference,
              .parameters = choice_parameters(),
              .inputs = {dataset_port()},
              .findings = {count("annotations", "that are listed"), count("annotators", "who made them")}},
             list},
            agreement_step(),
            merge_step(),
            {{.name = "annotate.export",
              .version = "1.0.0",
              .summary = "write annotations for other programs",
              .reference = reference,
              .parameters = choice_parameters(),
              .inputs = {dataset_port()},
              .outputs = {{.name = "annotations",
                           .help = "by its ending: .csv, or .json and .jsonld for W3C Web Annotations",
                           .format = "CSV or JSON-LD",
                           .file = "annotations.jsonld"}},
              .findings = {count("written", "that were written")}},
             export_all},
            {{.name = "annotate.import",
              .version = "1.0.0",
              .summary = "add annotations that other programs wrote",
              .reference = reference,
              .inputs = {dataset_port(),
                         {.name = "file",
                          .help = "by its ending: .csv, or .json and .jsonld of W3C Web Annotations",
                          .format = "CSV or JSON-LD"}},
              .findings = {count("read", "annotations in the file"),
                           count("added", "those that were not there")}},
             import}};
}

}  // namespace hutch::curate
