#include "hutch/curate/fuse/describe.hpp"

#include <algorithm>
#include <map>
#include <set>

#include <fmt/format.h>

namespace hutch::curate::fuse {
namespace {

constexpr std::size_t most_plotted = 12;

// Observed, calculated and difference with ticks; the difference hangs below.
Example refined_example(Record const& record) {
    auto const& pattern = *record.pattern;
    Example example{fmt::format("{}: Rwp {:.2f} %, GOF {:.2f}", record.id, 100 * pattern.agreement.r_wp(),
                                pattern.goodness),
                    data::axis_label(pattern.axis), pattern.x, pattern.y};
    auto const [least, most] = std::ranges::minmax_element(pattern.y);
    double const shift = *least - 0.1 * (*most - *least);
    data::Curve difference{.label = "difference, shifted", .x = pattern.x, .y = {}, .colour = {}};
    for (std::size_t i = 0; i < pattern.x.size(); ++i)
        difference.y.push_back(pattern.y[i] - pattern.calculated[i] + shift);
    example.others = {{.label = "calculated", .x = pattern.x, .y = pattern.calculated, .colour = {}},
                      {.label = "background", .x = pattern.x, .y = pattern.background, .colour = {}},
                      std::move(difference)};
    for (Portion const& portion : record.portions) {
        data::TickRow row{portion.phase->name, {}, {}};
        for (auto const& one : portion.share->reflections) row.x.push_back(one.position);
        example.ticks.push_back(std::move(row));
    }
    return example;
}

void add_examples(std::vector<Record> const& records, DatasetSummary& summary) {
    for (Record const& record : records) {
        if (summary.examples.size() >= most_plotted) return;
        summary.examples.push_back(refined_example(record));
        if (record.simulated == nullptr) continue;
        auto const& simulated = record.simulated->pattern;
        summary.examples.push_back({record.id + ": simulated from the refined structure",
                                    data::axis_label(simulated.axis), simulated.x, simulated.y});
    }
}

void add_splits(std::vector<Record> const& records, RecordOptions const& options, DatasetSummary& summary) {
    std::set<std::int32_t> all;
    for (std::size_t split = 0; split < options.splits.size(); ++split) {
        std::set<std::int32_t> groups;
        std::set<std::string> structures;
        Split one{options.splits[split].name, 0, 0, 0};
        for (Record const& record : records) {
            if (record.split != split) continue;
            ++one.records;
            groups.insert(record.group), all.insert(record.group);
            for (Portion const& portion : record.portions) structures.insert(portion.structure_id);
        }
        one.structures = structures.size(), one.groups = groups.size();
        summary.splits.push_back(one);
    }
    summary.groups = all.size();
}

template <class Name>
ClassCounts count(char const* what, std::vector<Record> const& records, std::size_t splits,
                  Name const& name_of) {
    std::map<std::string, std::vector<std::uint64_t>> counts;
    for (Record const& record : records) {
        auto& one = counts[name_of(record)];
        one.resize(splits);
        ++one[record.split];
    }
    return {what, {counts.begin(), counts.end()}};
}

void add_notes(DatasetSummary& summary) {
    auto const add = [&](char const* key, char const* text) { summary.notes.emplace(key, text); };
    add("collection",
        "Measured powder patterns, refined by the Rietveld method; each record joins a measured pattern with "
        "what its "
        "refinement found, and with a pattern simulated from the refined structure where one was given.");
    add("annotation",
        "Labels are refined values with standard uncertainties from the least squares, multiplied by the "
        "goodness of fit; "
        "0 stands for what was not refined, NaN for what the data do not determine. R values tell how well "
        "model and data "
        "agree.");
    add("preprocessing",
        "pattern/* stand on a common axis of q: means over equal intervals, uncertainties propagated, points "
        "that do not "
        "count left out; refined shifts of the axis are taken away. records/* are as measured.");
    add("limitations",
        "A refined structure is a model: s.u. do not include errors of the model. Where the common axis is "
        "finer than the "
        "measured points, neighbours are not independent. Calculated patterns were fitted to the measured "
        "ones: as features "
        "they give the labels away.");
    add("use cases",
        "Learning structures from patterns, patterns from structures, and the difference between model and "
        "measurement.");
}

void add_sources(Inputs const& inputs, DatasetSummary& summary) {
    for (RefinementInput const& one : inputs.refinements)
        summary.sources.push_back(
            {fmt::format("{} ({}, SHA-256 {})", one.id, one.file, one.sha256.substr(0, 12)),
             summary.licence,
             "",
             "",
             one.result.phases.size(),
             one.result.phases.size(),
             {}});
    for (Source const& one : summary.further_sources)
        summary.sources.push_back({one.name, one.licence, one.citation, one.url, 0, 0, {}});
}

}  // namespace

void describe(Inputs const& inputs, std::vector<Record> const& records, std::vector<Column> const& columns,
              RecordOptions const& options, DatasetSummary& summary) {
    summary.records = records.size(), summary.seed = options.seed;
    for (Column const& column : columns) summary.fields.push_back(column.about);
    std::size_t const splits = options.splits.size();
    summary.classes = {
        count("radiation", records, splits, [](Record const& r) { return to_name(r.pattern->radiation); }),
        count("crystal system", records, splits,
              [](Record const& r) { return to_name(r.portions[0].phase->structure.system); }),
        count("space group", records, splits,
              [](Record const& r) { return r.portions[0].phase->structure.space_group; })};
    add_splits(records, options, summary);
    add_examples(records, summary);
    add_sources(inputs, summary);
    add_notes(summary);
    summary.tasks = find_tasks(columns, "records.jsonl");
    summary.further = fmt::format(
        "The common axis of pattern/* is q, once per file. Below records/ID, such as records/{}, stands each "
        "record as it was "
        "measured: x, q, measured, sigma, calculated, background, lines of each phase, reflections (h, k, l, "
        "d, position, "
        "|F|^2 calculated and observed), structure (CIF, cell, sites, each with s.u.), parameters and "
        "provenance. "
        "records.jsonl has all rows for readers without HDF5.",
        records.front().id);
}

}  // namespace hutch::curate::fuse
