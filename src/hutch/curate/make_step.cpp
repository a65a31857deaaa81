#include "hutch/base/file.hpp"
#include "hutch/base/version.hpp"
#include "hutch/curate/detail/steps.hpp"
#include "hutch/curate/make/make.hpp"

#include <fmt/format.h>

namespace hutch::curate {
namespace {

using step::Type;

std::string to_text(make::MakeReport const& report, std::string const& out) {
    std::string text = fmt::format("{}: {} records", out, report.records);
    if (report.children > 0) text += fmt::format(" ({} made from others)", report.children);
    text += fmt::format(" of {} files in {} groups, {} shards\n", report.files, report.groups, report.shards);
    for (auto const& [split, records] : report.splits) text += fmt::format("  {}: {}\n", split, records);
    if (report.was_complete) text += "everything was done already\n";
    text +=
        fmt::format("left out: {} (refused.csv); flagged: {}; filled in, to be reviewed: {} (review.csv)\n",
                    report.refused, report.flagged, report.inferred);
    if (report.unmatched > 0)
        text += fmt::format("keys without a partner: {} (unmatched.csv)\n", report.unmatched);
    return text + fmt::format("card: {0}/card.html\nopen it:\n  import h5py\n  f = h5py.File(\"{0}/{1}\")\n",
                              out, report.first_shard);
}

step::Outcome run(step::Call const& call) {
    auto const path = call.input("description");
    make::MakeOptions const options{.out = *call.output("dataset"),
                                    .threads = call.threads,
                                    .generator = fmt::format("hutch {}", version())};
    auto const report =
        make::make_dataset(make::parse_request(read_file(path, 1 << 20), path.string()), options);
    return {{{"records", std::int64_t(report.records)},
             {"children", std::int64_t(report.children)},
             {"refused", std::int64_t(report.refused)},
             {"flagged", std::int64_t(report.flagged)},
             {"inferred", std::int64_t(report.inferred)},
             {"unmatched", std::int64_t(report.unmatched)},
             {"groups", std::int64_t(report.groups)},
             {"shards", std::int64_t(report.shards)}},
            to_text(report, options.out.string())};
}

}  // namespace

step::Step make_step() {
    auto const count = [](char const* name, char const* help) {
        return step::Finding{.name = name, .help = help, .type = Type::integer, .unit = "1"};
    };
    step::Description about{
        .name = "dataset.make",
        .version = "1.0.0",
        .summary = "make, or go on making, an AI-ready data set of raw and processed data",
        .reference = "descriptions: docs/curation.md; Croissant 1.1 (MLCommons); PROV-JSON (W3C, 2013)",
        .inputs = {{.name = "description",
                    .help = "sources, selection, cleaning, labels, augmentation and splits",
                    .format = "YAML description"}},
        .outputs = {{.name = "dataset",
                     .help = "shards, tables, card, Croissant, checksums; docs/curation.md",
                     .format = "folder",
                     .file = "dataset"}},
        .findings = {count("records", "records of the data set"),
                     count("children", "those made from others by augmentation"),
                     count("refused", "records and files that were left out"),
                     count("flagged", "records with a flag: nothing is left out for it"),
                     count("inferred", "values that a program filled in, to be reviewed"),
                     count("unmatched", "keys of joins without a partner"),
                     count("groups", "groups of records that share a split"),
                     count("shards", "files of records")},
        .needs = {.threads = 0, .memory_gib = 2, .seconds = 10}};
    return {about, run};
}

}  // namespace hutch::curate
