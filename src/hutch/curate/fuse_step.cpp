#include "hutch/base/document.hpp"
#include "hutch/base/error.hpp"
#include "hutch/base/file.hpp"
#include "hutch/base/text.hpp"
#include "hutch/base/version.hpp"
#include "hutch/curate/detail/steps.hpp"
#include "hutch/curate/fuse/fuse.hpp"

#include <set>

#include <fmt/format.h>

namespace hutch::curate {
namespace {

using step::Type;
using step::Value;

std::vector<std::string> texts_of(step::Call const& call, char const* name) {
    std::vector<std::string> texts;
    for (Value const& one : call.parameters.at(name).list()) texts.push_back(one.text());
    return texts;
}

std::vector<std::filesystem::path> files_of(step::Call const& call, char const* name) {
    auto const found = call.inputs.find(name);
    return found == call.inputs.end() ? std::vector<std::filesystem::path>{} : found->second;
}

std::vector<RecipeSplit> splits_of(step::Call const& call) {
    std::vector<RecipeSplit> splits;
    std::set<std::string> names;
    for (Value const& row : call.parameters.at("splits").list()) {
        splits.push_back({row.list()[0].text(), row.list()[1].number()});
        if (!names.insert(splits.back().name).second)
            throw Error(Fault::bad_input, fmt::format("'splits' have {} twice; expected names that differ",
                                                      in_quotes(splits.back().name)));
    }
    if (splits.empty())
        throw Error(Fault::bad_input, "'splits' are none; expected at least one, such as train:1");
    return splits;
}

fuse::Grid grid_of(step::Call const& call) {
    auto const& row = call.parameters.at("q").list();
    fuse::Grid const grid{row[0].number(), row[1].number(), std::size_t(row[2].integer())};
    if (!(grid.last > grid.first))
        throw Error(Fault::bad_input,
                    fmt::format("'q' goes from {} to {} 1/angstrom; expected an end above the start",
                                grid.first, grid.last));
    return grid;
}

// What the file `about` says, with parameters in place of what it says too.
DatasetSummary about_of(step::Call const& call) {
    DatasetSummary about;
    about.name = "fused", about.version = "1.0.0";
    if (auto const files = files_of(call, "about"); !files.empty()) {
        Document const document = Document::parse(read_file(files[0], 1 << 20), files[0].string());
        document.only(description_keys());
        static_cast<Description&>(about) = read_description(document);
    }
    auto const set = [&](char const* name, std::string& to) {
        if (call.has(name)) to = call.text(name);
    };
    set("name", about.name), set("release", about.version), set("title", about.title);
    set("description", about.description), set("licence", about.licence), set("url", about.url);
    set("citation", about.citation), set("date_published", about.date_published);
    if (auto const names = texts_of(call, "creators"); !names.empty()) {
        about.creators.clear();
        for (std::string const& name : names) about.creators.push_back({name});
    }
    if (auto words = texts_of(call, "keywords"); !words.empty()) about.keywords = std::move(words);
    about.generator = fmt::format("hutch {}", version());
    return about;
}

std::string to_text(fuse::FuseReport const& report, std::string const& out) {
    std::string text =
        fmt::format("{}: {} records of {} structures in {} groups, {:.1f} MB\n", out, report.records,
                    report.structures, report.groups, double(report.bytes) / 1e6);
    if (!report.empty_splits.empty())
        text += fmt::format("no group of structures was left for {}: nearly equal structures share a split\n",
                            fmt::join(report.empty_splits, ", "));
    return text + fmt::format(
                      "card: {0}/card.html\nopen it:\n  import h5py\n  f = h5py.File(\"{0}/{1}\")\n"
                      "  q, y, mask, cell = f[\"q\"][:], f[\"pattern/measured\"][:], f[\"pattern/mask\"][:], "
                      "f[\"structure/cell_lengths\"][:]\n  record = f[\"records/{2}\"]\n",
                      out, report.first_shard, report.first_record);
}

step::Outcome run(step::Call const& call) {
    fuse::FuseOptions options{.out = *call.output("dataset"), .about = about_of(call), .records = {}};
    options.records = {.grid = grid_of(call),
                       .splits = splits_of(call),
                       .seed = std::uint64_t(call.integer("seed")),
                       .simulated_of = texts_of(call, "simulated_of"),
                       .threads = call.threads};
    auto const inputs = fuse::read_inputs(files_of(call, "refinements"), files_of(call, "patterns"),
                                          texts_of(call, "ids"), call.threads);
    fuse::FuseReport const report = fuse::fuse(inputs, options);
    return {{{"records", std::int64_t(report.records)},
             {"structures", std::int64_t(report.structures)},
             {"groups", std::int64_t(report.groups)},
             {"bytes", std::int64_t(report.bytes)}},
            to_text(report, options.out.string())};
}

step::Parameter text_parameter(char const* name, char const* help, char const* rule,
                               char const* pattern = "") {
    return {.name = name,
            .help = help,
            .fields = {{.type = Type::text, .rule = rule, .pattern = pattern}},
            .fallback = Value(),
            .otherwise = "none"};
}

step::Parameter list_parameter(char const* name, char const* help, char const* rule) {
    return {.name = name,
            .help = help,
            .fields = {{.type = Type::text, .rule = rule}},
            .is_list = true,
            .fallback = Value::List{}};
}

constexpr char const* name_rule = "letters, digits and -+._";
constexpr char const* name_pattern = "[A-Za-z0-9_][-+._A-Za-z0-9]{0,79}";

std::vector<step::Parameter> parameters() {
    return {
        text_parameter("name", "of the data set; here and below: in place of what `about` says", name_rule,
                       name_pattern),
        text_parameter("release", "version of the data set; 1.0.0 where nothing says it", "MAJOR.MINOR.PATCH",
                       "[0-9]+\\.[0-9]+\\.[0-9]+"),
        text_parameter("title", "stands over the card", "one line"),
        text_parameter("description", "first paragraph of the card", "plain text"),
        text_parameter("licence", "what others may do with it", "an SPDX identifier"),
        text_parameter("url", "where it is published", "a web address"),
        text_parameter("citation", "how to cite it, and the measurements in it", "plain text"),
        text_parameter("date_published", "when it was published", "YYYY-MM-DD", "[0-9]{4}-[0-9]{2}-[0-9]{2}"),
        list_parameter("creators", "who made it", "Family, Given, or an organisation"),
        list_parameter("keywords", "to find it by", "a word"),
        list_parameter("ids", "of the refinements, one for each; none: their titles", name_rule),
        list_parameter(
            "simulated_of",
            "record of each file of patterns: REFINEMENT.PATTERN, or PATTERN; none: one file for each "
            "record, in their order",
            "the id of a record"),
        {.name = "q",
         .help = "the common axis: equal steps of Q = 2 pi / d",
         .fields = {{.name = "first", .unit = "1/angstrom", .least = 1e-3, .most = 100},
                    {.name = "last", .unit = "1/angstrom", .least = 1e-3, .most = 100},
                    {.name = "points", .type = Type::integer, .unit = "1", .least = 2, .most = 1e6}},
         .fallback = Value::List{0.5, 8.0, 4096}},
        {.name = "splits",
         .help = "their names and shares of the records; nearly equal structures share one",
         .fields = {{.name = "name", .type = Type::text, .rule = name_rule, .pattern = name_pattern},
                    {.name = "share", .unit = "1", .least = 1e-6, .most = 1e6}},
         .is_list = true,
         .fallback = Value::List{Value::List{"train", 1}}},
        {.name = "seed",
         .help = "of the order in which groups go to splits",
         .fields = {{.type = Type::integer, .unit = "1", .least = 0, .most = 9e15}},
         .fallback = 1}};
}

}  // namespace

step::Step fuse_step() {
    auto const count = [](char const* name, char const* help, char const* unit = "1") {
        return step::Finding{.name = name, .help = help, .type = Type::integer, .unit = unit};
    };
    step::Description about{
        .name = "dataset.fuse",
        .version = "2.0.0",
        .summary = "join refined measurements and simulated patterns into one AI-ready data set",
        .reference = "docs/fusion.md; Croissant 1.1 (MLCommons); DataCite 4.7; PROV-JSON (W3C, 2013)",
        .parameters = parameters(),
        .inputs = {{.name = "refinements",
                    .help = "results of powder.refine; each of their patterns becomes a record",
                    .format = "JSON",
                    .is_list = true},
                   {.name = "patterns",
                    .help = "simulated from the refined structures, by powder.simulate",
                    .format = "pattern (.xy .xye .fxye .dat .cif)",
                    .dtype = "float64",
                    .dims = {"point"},
                    .unit = "count",
                    .is_required = false,
                    .is_list = true},
                   {.name = "about",
                    .help = "who made it, what it is for, how it may be had: docs/metadata.md",
                    .format = "YAML",
                    .is_required = false}},
        .outputs = {{.name = "dataset",
                     .help = "shards, tables, CIFs, dictionary, card, Croissant, checksums; docs/fusion.md",
                     .format = "folder",
                     .file = "dataset"}},
        .findings = {count("records", "patterns of all refinements"), count("structures", "refined phases"),
                     count("groups", "refinements with nearly equal structures count once"),
                     count("bytes", "size of all files", "byte")},
        .needs = {.threads = 0, .memory_gib = 1, .seconds = 1}};
    return {about, run};
}

}  // namespace hutch::curate
