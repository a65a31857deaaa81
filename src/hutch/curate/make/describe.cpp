#include "hutch/curate/make/describe.hpp"

#include "hutch/curate/licence.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace hutch::curate::make {
namespace {

constexpr std::size_t most_classes = 60, bins = 24, most_examples = 6;

void add_sources(Request const& request, Frame const& frame, DatasetSummary& summary) {
    for (std::size_t s = 0; s < request.sources.size(); ++s) {
        Source const& source = request.sources[s];
        SourceEntry entry{source.name, source.licence, source.citation, source.url, 0, 0, {}};
        for (Record const& record : frame.records) entry.usable += record.source == s && !record.parent;
        for (Refused const& one : frame.refused)
            if (one.source == source.name) ++entry.refused[one.cause], ++entry.found;
        entry.found += entry.usable;
        summary.sources.push_back(std::move(entry));
    }
}

void add_splits(Request const& request, Frame const& frame, LabelledStructures const& structures,
                DatasetSummary& summary) {
    std::set<std::int32_t> all;
    for (std::size_t s = 0; s < request.split.splits.size(); ++s) {
        Split split{request.split.splits[s].name};
        std::set<std::int32_t> groups;
        std::set<std::size_t> phases;
        for (Record const& record : frame.records) {
            if (record.split != s) continue;
            ++split.records, groups.insert(record.group);
            if (auto const found = structures.of.find(record.id); found != structures.of.end())
                phases.insert(found->second.begin(), found->second.end());
        }
        split.groups = groups.size(), split.structures = phases.size();
        all.insert(groups.begin(), groups.end());
        summary.splits.push_back(split);
    }
    summary.groups = all.size(), summary.structures = structures.structures.size();
    summary.records = frame.records.size();
}

void add_classes(Request const& request, Frame const& frame, Column const& column, DatasetSummary& summary) {
    std::map<std::string, std::vector<std::uint64_t>> counts;
    for (std::size_t r = 0; r < frame.records.size(); ++r) {
        if (column.is_missing(r)) continue;
        auto& one = counts[column.text_of(r)];
        one.resize(request.split.splits.size());
        ++one[frame.records[r].split];
    }
    if (counts.empty() || counts.size() > most_classes) return;
    summary.classes.push_back({column.about.name, {counts.begin(), counts.end()}});
}

void add_distribution(Column const& column, DatasetSummary& summary) {
    std::vector<double> values;
    for (double const one : column.numbers)
        if (std::isfinite(one)) values.push_back(one);
    if (values.empty()) return;
    BinnedValues binned;
    binned.name = column.about.name, binned.unit = column.about.unit;
    auto const [least, most] = std::ranges::minmax_element(values);
    binned.least = *least, binned.most = *most;
    double sum = 0;
    for (double const one : values) sum += one;
    binned.mean = sum / double(values.size());
    if (!(binned.most > binned.least)) return;
    for (std::size_t i = 0; i <= bins; ++i)
        binned.edges.push_back(binned.least + (binned.most - binned.least) * double(i) / bins);
    binned.counts.assign(bins, 0);
    for (double const one : values)
        ++binned.counts[std::min(bins - 1,
                                 std::size_t((one - binned.least) / (binned.most - binned.least) * bins))];
    summary.distributions.push_back(std::move(binned));
}

void add_columns(Request const& request, Frame const& frame, DatasetSummary& summary) {
    for (Column const& column : frame.columns) {
        bool const is_class = column.is_text() || column.about.dtype.starts_with("int");
        if (column.about.role == Role::label && is_class)
            add_classes(request, frame, column, summary);
        else if (!column.is_text() && column.about.shape.empty() && column.about.role != Role::confidence)
            add_distribution(column, summary);
    }
}

void add_examples(Frame const& frame, RowMaker* rows, DatasetSummary& summary) {
    if (rows == nullptr) return;
    std::size_t const step = std::max<std::size_t>(1, frame.records.size() / most_examples);
    for (std::size_t r = 0; r < frame.records.size() && summary.examples.size() < most_examples; r += step) {
        Row const row = rows->make(r);
        Example example{frame.records[r].id, data::axis_label(rows->kind()), {}, {}};
        for (std::size_t i = 0; i < row.mask.size(); ++i)
            if (row.mask[i] != 0)
                example.x.push_back(rows->axis()[i]), example.y.push_back(double(row.intensity[i]));
        if (example.x.size() > 1) summary.examples.push_back(std::move(example));
    }
}

void add_physics(Request const& request, Frame const& frame, RowMaker const* rows, DatasetSummary& summary) {
    if (rows == nullptr) return;
    Physics physics{
        "powder",
        "records",
        {{"intensity", "intensity"}, {"sigma", "sigma"}, {"mask", "mask"}, {"axis", to_name(rows->kind())}}};
    for (auto const& [part, field] : {std::pair{"cell_lengths", "cell_lengths"},
                                      {"cell_angles", "cell_angles"},
                                      {"space_group", "space_group"},
                                      {"phases", "phases"},
                                      {"wavelength_1", request.wavelength.c_str()}})
        if (frame.find(field) != nullptr) physics.parts[part] = field;
    summary.physics.push_back(std::move(physics));
}

void add_metadata(Request const& request, Frame const& frame, LabelledStructures const& structures,
                  DatasetSummary& summary) {
    auto const add = [&](char const* package, char const* name, std::string value, char const* origin) {
        if (!value.empty()) summary.metadata.push_back({package, name, std::move(value), "", origin, {}, {}});
    };
    std::set<std::string> formulas, names, radiations;
    for (data::Structure const& one : structures.structures) formulas.insert(data::composition_formula(one));
    if (Column const* column = frame.find("formula"); column != nullptr && column->is_text())
        formulas.insert(column->texts.begin(), column->texts.end());
    formulas.erase("");
    for (Source const& source : request.sources) {
        names.insert(fmt::format("{} ({})", source.name, source.origin));
        if (auto const given = source.values.find("radiation"); given != source.values.end())
            radiations.insert(given->second.text);
    }
    add("sample", "samples", fmt::format("{} records of {} files", frame.records.size(), frame.files.size()),
        "measured");
    add("sample", "kind", request.about.note("sample kind"), "declared");
    add("sample", "composition", fmt::format("{}", fmt::join(formulas, "; ")), "measured");
    add("sample", "sources", fmt::format("{}", fmt::join(names, "; ")), "declared");
    add("instrument", "radiation", fmt::format("{}", fmt::join(radiations, ", ")), "declared");
    add("instrument", "instruments", fmt::format("{}", fmt::join(names, "; ")), "declared");
    add("instrument", "settings", "columns of each record, in records.csv", "measured");
    add("quality", "uncertainty",
        summary.shared.empty() ? "" : "sigma of each point, propagated to the common axis", "derived");
    add("processing", "software", summary.generator, "measured");
    add("processing", "method", "selected, cleaned, labelled and split as description.yaml says", "derived");
    add("processing", "inputs", "by checksum in provenance.json", "measured");
    add("processing", "seed", fmt::format("{}", request.seed), "declared");
    add("quality", "flagged",
        fmt::format(
            "{}", std::ranges::count_if(frame.records, [](Record const& one) { return !one.flags.empty(); })),
        "measured");
    for (Label const& label : request.labels)
        if (label.is_inferred)
            summary.metadata.push_back({"quality",
                                        "label_" + (label.name.empty() ? label.column : label.name),
                                        label.method, "", "inferred", label.confidence, ""});
}

std::string further_of(Request const& request, Frame const& frame) {
    std::size_t flagged = 0;
    for (Record const& record : frame.records) flagged += !record.flags.empty();
    std::string text = fmt::format(
        "{} records are flagged: `flags` says why, and nothing was deleted for it. {} records were left out; "
        "refused.csv lists each with its cause. {} values were filled in by a program; review.csv lists them "
        "with their confidence, for a person to look at.",
        flagged, frame.refused.size(), frame.inferred.size());
    if (!frame.unmatched.empty())
        text += fmt::format(" {} keys of joins have no partner; unmatched.csv lists them.",
                            frame.unmatched.size());
    std::vector<std::string> licences;
    for (Source const& source : request.sources) licences.push_back(source.licence);
    if (Verdict const verdict = compatible(licences, request.about.licence);
        verdict.compatibility == Compatibility::unknown)
        text += fmt::format(" Whether the licences of the sources allow this one was not decided: {}",
                            verdict.reason);
    for (std::string const& note : frame.notes) text += " " + note;
    return text;
}

}  // namespace

DatasetSummary summarize(Request const& request, Frame const& frame, LabelledStructures const& structures,
                         RowMaker* rows, std::string const& generator) {
    DatasetSummary summary = request.about;
    summary.seed = request.seed, summary.generator = generator, summary.recipe = request.text;
    if (!request.changes.empty()) summary.notes["changes"] = request.changes;
    summary.fields = record_fields(frame, rows), summary.shared = shared_fields(rows);
    add_sources(request, frame, summary);
    add_splits(request, frame, structures, summary);
    add_columns(request, frame, summary);
    add_examples(frame, rows, summary);
    add_physics(request, frame, rows, summary);
    add_metadata(request, frame, structures, summary);
    summary.further = further_of(request, frame);
    return summary;
}

}  // namespace hutch::curate::make
