#include "hutch/curate/detail/blocks.hpp"

#include "hutch/base/text.hpp"
#include "hutch/curate/detail/balance.hpp"
#include "hutch/curate/detail/clean_text.hpp"
#include "hutch/curate/detail/rai_notes.hpp"
#include "hutch/data/plot.hpp"

#include <algorithm>
#include <functional>
#include <numeric>
#include <utility>

#include <fmt/format.h>

namespace hutch::curate::detail {
namespace {

using Kind = Column::Kind;

constexpr std::size_t files_shown = 20, bars_shown = 30;

std::string count_text(std::uint64_t count) { return with_commas((long long)count); }

std::string percent(double part, double whole) {
    if (!(whole > 0)) return "";
    double const share = 100 * part / whole;
    return share > 0 && share < 0.05 ? "< 0.1 %" : fmt::format("{:.1f} %", share);
}

std::string ratio_text(double ratio) {
    return ratio < 99.5 ? fmt::format("{:.3g}", ratio) : with_commas((long long)(ratio + 0.5));
}

std::string size_text(std::uint64_t bytes) {
    char const* const units[] = {"kB", "MB", "GB", "TB", "PB"};
    if (bytes < 1000) return fmt::format("{} B", bytes);
    double size = double(bytes) / 1000;
    std::size_t unit = 0;
    for (; size >= 999.5 && unit < 4; ++unit) size /= 1000;
    return fmt::format("{:.{}f} {}", size, size < 9.95 ? 1 : 0, units[unit]);
}

std::string shape_text(std::vector<std::int64_t> const& shape) {
    return shape.empty() ? "scalar" : fmt::format("{}", fmt::join(shape, " × "));
}

Block paragraph(std::string text) { return {Block::Kind::paragraph, std::move(text), {}, {}, {}}; }
Block heading(std::string text) { return {Block::Kind::heading, std::move(text), {}, {}, {}}; }
Block plot(std::string svg) { return {Block::Kind::plot, std::move(svg), {}, {}, {}}; }
Block table(Table table, std::string fold = "") {
    return {Block::Kind::table, "", std::move(table), "", std::move(fold)};
}
Block code(std::string text, std::string language, std::string fold = "") {
    return {Block::Kind::code, std::move(text), {}, std::move(language), std::move(fold)};
}

bool is_hdf5(std::string const& path) {
    return path.ends_with(".h5") || path.ends_with(".hdf5") || path.ends_with(".nxs");
}

FileEntry const* first_shard(DatasetSummary const& summary) {
    auto const find = [&](auto&& is_wanted) -> FileEntry const* {
        auto const found = std::ranges::find_if(
            summary.files, [&](FileEntry const& file) { return is_hdf5(file.path) && is_wanted(file); });
        return found == summary.files.end() ? nullptr : &*found;
    };
    FileEntry const* const train = find([](FileEntry const& file) { return file.split == "train"; });
    return train ? train : find([](FileEntry const& file) { return !file.split.empty(); });
}

// The largest field is what people came for; it comes first and a few others follow.
std::vector<std::string> fields_to_show(std::vector<Field> const& fields) {
    auto const volume = [](Field const& field) {
        return std::accumulate(field.shape.begin(), field.shape.end(), std::int64_t{1}, std::multiplies{});
    };
    auto const largest = std::ranges::max_element(fields, {}, volume);
    std::vector<std::string> names;
    if (largest != fields.end()) names.push_back(quoted_literal(largest->name));
    for (Field const& field : fields)
        if (names.size() < 4 && &field != &*largest) names.push_back(quoted_literal(field.name));
    return names;
}

Section opening(DatasetSummary const& summary) {
    Section section{"Open it", {}};
    if (FileEntry const* const shard = first_shard(summary); shard && !summary.fields.empty()) {
        section.blocks.push_back(
            code(fmt::format("import h5py\n"
                             "file = h5py.File({}, \"r\")\n"
                             "record = {{name: file[name][0] for name in [{}]}}\n",
                             quoted_literal(shard->path), fmt::join(fields_to_show(summary.fields), ", ")),
                 "python"));
        section.blocks.push_back(
            paragraph("Every field is one array per file; its first axis counts records."));
    }
    if (!summary.further.empty()) section.blocks.push_back(paragraph(summary.further));
    Table tables{{{"table", Kind::code}, {"one row", Kind::text}}, {}};
    auto const add = [&](std::string const& path, char const* row) {
        if (!path.empty()) tables.rows.push_back({path, row});
    };
    add(summary.records_table, "per record (CSV)");
    add(summary.structures_table, "per structure (CSV)");
    add(summary.examples_table, "per example, with its curve (JSON Lines)");
    if (!tables.rows.empty()) section.blocks.push_back(table(std::move(tables)));
    return section;
}

Section citing(DatasetSummary const& summary) {
    Section section{"How to cite", {}};
    if (!summary.citation.empty()) section.blocks.push_back(paragraph(summary.citation));
    return section;
}

Section fields(DatasetSummary const& summary) {
    Table rows{
        {{"field", Kind::code}, {"type", Kind::code}, {"shape of one record"}, {"unit"}, {"what it is"}}, {}};
    for (Field const& field : summary.fields)
        rows.rows.push_back(
            {field.name, field.dtype, shape_text(field.shape), field.unit, field.description});
    Section section{"Fields", {}};
    if (!rows.rows.empty()) section.blocks.push_back(table(std::move(rows)));
    return section;
}

// A column of standard uncertainties stands with the one before it.
std::string names_of(std::vector<Field> const& fields) {
    std::vector<std::string> names;
    for (Field const& field : fields)
        if (!names.empty() && field.name == names.back() + "_su")
            names.back() += " ± su";
        else
            names.push_back(field.name);
    return fmt::format("{}", fmt::join(names, ", "));
}

Section tasks(DatasetSummary const& summary) {
    Section section{"Tasks", {}};
    for (Task const& task : summary.tasks) {
        section.blocks.push_back(heading(task.name));
        section.blocks.push_back(paragraph(task.description));
        section.blocks.push_back(
            table({{{"role"}, {"columns of " + task.table}},
                   {{"features", names_of(task.features)}, {"labels", names_of(task.labels)}}}));
    }
    return section;
}

Section splits(DatasetSummary const& summary) {
    Table rows{{{"split"},
                {"records", Kind::number},
                {"share", Kind::number},
                {"structures", Kind::number},
                {"groups", Kind::number}},
               {}};
    for (Split const& split : summary.splits)
        rows.rows.push_back({split.name, count_text(split.records),
                             percent(double(split.records), double(summary.records)),
                             count_text(split.structures), count_text(split.groups)});
    Section section{"Splits", {}};
    if (!rows.rows.empty()) section.blocks.push_back(table(std::move(rows)));
    return section;
}

std::uint64_t total(std::vector<std::uint64_t> const& counts) {
    return std::accumulate(counts.begin(), counts.end(), std::uint64_t{0});
}

std::vector<std::uint64_t> totals(ClassCounts const& classes) {
    std::vector<std::uint64_t> sums;
    for (auto const& [name, counts] : classes.counts) sums.push_back(total(counts));
    return sums;
}

Table balance_table(std::vector<ClassCounts> const& all) {
    Table rows{{{"label"},
                {"classes", Kind::number},
                {"without records", Kind::number},
                {"largest : smallest", Kind::number},
                {"evenness", Kind::number}},
               {}};
    for (ClassCounts const& classes : all) {
        Balance const balance = measure_balance(totals(classes));
        bool const is_empty = balance.classes == 0;
        rows.rows.push_back({classes.name, count_text(balance.classes), count_text(balance.empty),
                             is_empty ? "" : ratio_text(balance.largest_to_smallest),
                             is_empty ? "" : fmt::format("{:.3f}", balance.evenness)});
    }
    return rows;
}

Table class_table(ClassCounts const& classes, std::vector<Split> const& splits) {
    Table rows{{{classes.name}}, {}};
    for (Split const& split : splits) rows.columns.push_back({split.name, Kind::number});
    rows.columns.push_back({"all", Kind::number});
    rows.columns.push_back({"share", Kind::number});
    auto const sums = totals(classes);
    double const whole = double(total(sums));
    for (std::size_t i = 0; i < sums.size(); ++i) {
        auto const& [name, counts] = classes.counts[i];
        std::vector<std::string> row{name};
        for (std::size_t split = 0; split < splits.size(); ++split)
            row.push_back(split < counts.size() ? count_text(counts[split]) : "");
        row.push_back(count_text(sums[i]));
        row.push_back(percent(double(sums[i]), whole));
        rows.rows.push_back(std::move(row));
    }
    return rows;
}

// A bar for "all others" would dwarf the rest where classes are many; the table has them.
std::string class_plot(ClassCounts const& classes) {
    std::vector<data::Bar> bars;
    for (auto const& [name, counts] : classes.counts) bars.push_back({name, double(total(counts))});
    data::PlotOptions options{classes.name, "", "records"};
    if (bars.size() > bars_shown) {
        options.title = fmt::format("{}: the {} largest of {}", classes.name, bars_shown, bars.size());
        std::ranges::stable_sort(bars, std::greater{}, &data::Bar::value);
        bars.resize(bars_shown);
    }
    options.width = 760, options.height = 300, options.largest_first = true;
    return data::plot_bars(bars, options, bars_shown);
}

Section balance(DatasetSummary const& summary, bool with_plots) {
    Section section{"Class balance", {}};
    if (summary.classes.empty()) return section;
    section.blocks.push_back(paragraph(
        "Evenness is the Shannon entropy of the counts divided by its largest value: 1 means that all "
        "classes that occur are equally frequent."));
    section.blocks.push_back(table(balance_table(summary.classes)));
    for (ClassCounts const& classes : summary.classes) {
        if (with_plots) section.blocks.push_back(plot(class_plot(classes)));
        std::string const fold = fmt::format("Records per {} and split", classes.name);
        section.blocks.push_back(table(class_table(classes, summary.splits), fold));
    }
    return section;
}

std::string label_with_unit(std::string const& name, std::string const& unit) {
    return unit.empty() || unit == "1" ? name : name + " / " + unit;
}

Section distributions(DatasetSummary const& summary, bool with_plots) {
    Section section{"Distributions", {}};
    Table rows{{{"parameter", Kind::code},
                {"unit"},
                {"least", Kind::number},
                {"mean", Kind::number},
                {"most", Kind::number}},
               {}};
    for (BinnedValues const& one : summary.distributions)
        rows.rows.push_back({one.name, one.unit, fmt::format("{:.4g}", one.least),
                             fmt::format("{:.4g}", one.mean), fmt::format("{:.4g}", one.most)});
    if (!rows.rows.empty()) section.blocks.push_back(table(std::move(rows)));
    for (BinnedValues const& one : summary.distributions) {
        if (!with_plots || one.counts.empty()) continue;
        data::PlotOptions options{"", label_with_unit(one.name, one.unit), "records"};
        options.width = 480, options.height = 260, options.log_x = one.is_logarithmic;
        section.blocks.push_back(plot(data::plot_binned(one.edges, one.counts, options)));
    }
    return section;
}

Section examples(DatasetSummary const& summary, bool with_plots) {
    Section section{"Examples", {}};
    if (!with_plots) return section;
    for (Example const& example : summary.examples) {
        data::PlotOptions options{example.label, example.x_label, ""};
        options.width = 480, options.height = 260;
        std::vector<data::Curve> curves{{"", example.x, example.y, ""}};
        if (!example.others.empty()) {
            curves[0].label = "measured", curves[0].style = data::Curve::Style::points;
            options.width = 760, options.height = 420;
        }
        curves.insert(curves.end(), example.others.begin(), example.others.end());
        section.blocks.push_back(plot(data::plot_curves(curves, example.ticks, options)));
    }
    return section;
}

Section sources(DatasetSummary const& summary) {
    Section section{"Sources", {}};
    Table rows{
        {{"source"}, {"licence"}, {"found", Kind::number}, {"usable", Kind::number}, {"share", Kind::number}},
        {}};
    Table refused{{{"source"}, {"refused because"}, {"structures", Kind::number}}, {}};
    for (SourceEntry const& source : summary.sources) {
        bool const is_counted = source.found > 0;
        rows.rows.push_back({source.name, source.licence, is_counted ? count_text(source.found) : "",
                             is_counted ? count_text(source.usable) : "",
                             percent(double(source.usable), double(source.found))});
        for (auto const& [cause, count] : source.refused)
            refused.rows.push_back({source.name, cause, count_text(count)});
    }
    if (!rows.rows.empty()) section.blocks.push_back(table(std::move(rows)));
    for (SourceEntry const& source : summary.sources) {
        std::string const separator = source.citation.empty() || source.url.empty() ? "" : " ";
        if (std::string const text = source.citation + separator + source.url; !text.empty())
            section.blocks.push_back(paragraph(source.name + ": " + text));
    }
    if (!refused.rows.empty()) section.blocks.push_back(table(std::move(refused)));
    return section;
}

Section notes(DatasetSummary const& summary) {
    std::vector<std::pair<NoteKind, std::string>> ordered;
    for (auto const& [key, text] : summary.notes) ordered.emplace_back(note_kind(key), text);
    std::ranges::stable_sort(ordered, {}, [](auto const& note) { return note.first.rank; });
    Section section{"Responsible use", {}};
    for (auto const& [kind, text] : ordered) {
        section.blocks.push_back(heading(kind.heading));
        section.blocks.push_back(paragraph(text));
    }
    return section;
}

Section provenance(DatasetSummary const& summary) {
    Section section{"Provenance", {}};
    if (!summary.generator.empty())
        section.blocks.push_back(
            paragraph(fmt::format("Made by {} with seed {}.", summary.generator, summary.seed)));
    if (!summary.recipe.empty()) section.blocks.push_back(code(summary.recipe, "yaml", "Recipe"));
    return section;
}

Section files(DatasetSummary const& summary) {
    Section section{"Files", {}};
    if (summary.files.empty()) return section;
    Table rows{{{"file", Kind::code},
                {"split"},
                {"records", Kind::number},
                {"size", Kind::number},
                {"SHA-256", Kind::code}},
               {}};
    for (std::size_t i = 0; i < std::min(files_shown, summary.files.size()); ++i) {
        FileEntry const& file = summary.files[i];
        rows.rows.push_back({file.path, file.split, file.split.empty() ? "" : count_text(file.records),
                             size_text(file.bytes), file.sha256});
    }
    section.blocks.push_back(table(std::move(rows)));
    std::size_t const hidden = summary.files.size() - std::min(files_shown, summary.files.size());
    section.blocks.push_back(paragraph(
        (hidden == 0 ? "" : fmt::format("{} more files. ", count_text(hidden))) +
        "All checksums stand in checksums.sha256; sha256sum --check checksums.sha256 verifies them."));
    return section;
}

void add_facts(Card& card, DatasetSummary const& summary) {
    auto const add = [&](char const* name, std::string const& value) {
        if (!value.empty()) card.facts.push_back({name, value});
    };
    add("Name", summary.name);
    add("Version", summary.version);
    add("Licence", summary.licence);
    add("Published", summary.date_published);
    std::vector<std::string> creators;
    for (Person const& one : summary.creators) creators.push_back(one.name);
    add("Creators", fmt::format("{}", fmt::join(creators, "; ")));
    add("Publisher", summary.publisher.name);
    add("Contact", summary.contact.name.empty() || summary.contact.at.empty()
                       ? summary.contact.at
                       : summary.contact.name + ", " + summary.contact.at);
    add("Keywords", fmt::format("{}", fmt::join(summary.keywords, ", ")));
    std::vector<std::string> techniques;
    for (Technique const& one : summary.techniques)
        techniques.push_back(fmt::format("{} ({})", one.label, one.id));
    add("Techniques", fmt::format("{}", fmt::join(techniques, ", ")));
    add("Identifier", summary.identifier);
    add("Access", summary.embargo_until.empty() ? summary.access_state
                                                : summary.access_state + " until " + summary.embargo_until);
    std::vector<std::string> attested;
    for (Attestation const& one : summary.attestations)
        attested.push_back(fmt::format("{} by {}, {}", one.check, one.person, one.date));
    add("Attested", fmt::format("{}", fmt::join(attested, "; ")));
    add("Home", summary.url);
    std::uint64_t bytes = 0;
    for (FileEntry const& file : summary.files) bytes += file.bytes;
    card.numbers = {
        {"records", count_text(summary.records)},    {"structures", count_text(summary.structures)},
        {"groups", count_text(summary.groups)},      {"splits", count_text(summary.splits.size())},
        {"files", count_text(summary.files.size())}, {"on disk", size_text(bytes)}};
}

}  // namespace

Card make_card(DatasetSummary const& summary, bool with_plots) {
    Card card;
    card.title = !summary.title.empty() ? summary.title : !summary.name.empty() ? summary.name : "Data set";
    card.description = summary.description;
    add_facts(card, summary);
    for (Section& section : std::vector<Section>{
             opening(summary), citing(summary), tasks(summary), fields(summary), splits(summary),
             balance(summary, with_plots), distributions(summary, with_plots), examples(summary, with_plots),
             sources(summary), notes(summary), provenance(summary), files(summary)})
        if (!section.blocks.empty()) card.sections.push_back(std::move(section));
    return card;
}

}  // namespace hutch::curate::detail
