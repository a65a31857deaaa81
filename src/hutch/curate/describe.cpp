#include "hutch/curate/describe.hpp"

#include "hutch/base/error.hpp"
#include "hutch/base/file.hpp"
#include "hutch/base/text.hpp"
#include "hutch/compute/parallel.hpp"
#include "hutch/curate/fields.hpp"
#include "hutch/data/hdf5_file.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <fstream>
#include <map>

#include <fmt/format.h>

namespace hutch::curate {
namespace {

constexpr int bins = 40;
constexpr std::size_t example_records = 24;

std::string structures_table(BuildContext const& context) {
    std::string text =
        "structure,source,name,formula,space_group,space_group_number,crystal_system,a,b,c,alpha,beta,gamma,"
        "volume,density,group,split,records,citation\n";
    for (std::size_t s = 0; s < context.collection.structures.size(); ++s) {
        data::Structure const& one = context.collection.structures[s];
        text += fmt::format(
            "{},{},{},{},{},{},{},{},{},{},{},{},{},{:.6g},{:.6g},{},{},{},{}\n", s, to_csv_field(one.source),
            to_csv_field(one.name), to_csv_field(data::composition_formula(one)),
            to_csv_field(one.space_group), one.space_group_number, to_name(one.system), one.cell.a,
            one.cell.b, one.cell.c, one.cell.alpha, one.cell.beta, one.cell.gamma, data::volume(one.cell),
            data::density(one), context.plan.groups[s], context.recipe.splits[context.plan.splits[s]].name,
            context.plan.records[s], to_csv_field(one.citation));
    }
    return text;
}

std::string refusals_table(BuildContext const& context) {
    std::string text = "source,cause,message\n";
    for (data::Refusal const& refusal : context.collection.refusals)
        text += fmt::format("{},{},{}\n", to_csv_field(refusal.source), to_csv_field(refusal.cause),
                            to_csv_field(refusal.message));
    return text;
}

void write_records_table(BuildContext const& context, std::filesystem::path const& folder) {
    std::filesystem::path const temporary = folder / "records.csv.part";
    std::ofstream out(temporary, std::ios::binary | std::ios::trunc);
    out << "id,split,file,row,structure,source,instrument,space_group,crystal_system\n";
    for (std::size_t s = 0; s < context.plan.shards.size(); ++s) {
        PlannedShard const& shard = context.plan.shards[s];
        ShardRecords const records = shard_records(context.recipe, context.plan, s);
        fmt::memory_buffer text;
        for (std::size_t row = 0; row < records.rows.size(); ++row) {
            PlannedRecord const& record = records.rows[row];
            data::Structure const& structure = context.collection.structures[record.structure];
            fmt::format_to(std::back_inserter(text), "{},{},shards/{},{},{},{},{},{},{}\n", record.record,
                           context.recipe.splits[shard.split].name, shard.name, row, record.structure,
                           to_csv_field(structure.source), context.recipe.instruments[record.instrument].name,
                           structure.space_group_number, to_name(structure.system));
        }
        out.write(text.data(), std::streamsize(text.size()));
    }
    out.close();
    if (!out)
        throw Error(Fault::external,
                    fmt::format("cannot write file (disk full?): '{}'", (folder / "records.csv").string()));
    commit_file(temporary, folder / "records.csv");
}

std::vector<double> read_row(std::filesystem::path const& shard, std::size_t row) {
    std::vector<double> y;
    data::Hdf5File(shard).read("intensity", row, 1, y);
    return y;
}

std::string examples_text(BuildContext const& context, std::filesystem::path const& folder) {
    ShardRecords const records = shard_records(context.recipe, context.plan, 0);
    std::string text;
    for (std::size_t row = 0; row < std::min(example_records, records.rows.size()); ++row) {
        PlannedRecord const& record = records.rows[row];
        auto const y = read_row(folder / "shards" / context.plan.shards[0].name, row);
        auto const x = axis_values(context.recipe, record.instrument);
        text += fmt::format(
            "{{\"id\": {}, \"split\": {}, \"instrument\": {}, \"x\": [{:.7g}], \"y\": [{:.7g}]}}\n",
            record.record, to_json_text(context.recipe.splits[context.plan.shards[0].split].name),
            to_json_text(context.recipe.instruments[record.instrument].name), fmt::join(x, ", "),
            fmt::join(y, ", "));
    }
    return text;
}

// Bins of one truth column over what its distributions can give.
struct Bins {
    bool is_constant = true, is_logarithmic = false;
    double least = 0, most = 0;
    std::vector<char>
        counts_instrument;  // an instrument that never sets a parameter has no say in its distribution
    int place(double value) const {
        double const t = is_logarithmic ? std::log(value / least) / std::log(most / least)
                                        : (value - least) / (most - least);
        return std::clamp(int(t * bins), 0, bins - 1);
    }
    double edge(int i) const {
        return is_logarithmic ? least * std::pow(most / least, double(i) / bins)
                              : least + (most - least) * i / bins;
    }
};

// What one shard adds to the counts.
struct ShardCounts {
    std::vector<std::array<std::uint64_t, bins>> values;
    std::vector<double> sums, least, most;
    std::vector<std::uint64_t> counted;
    std::vector<std::uint64_t> instruments;
};

ShardCounts count_shard(BuildContext const& context, std::size_t which, std::vector<Bins> const& columns) {
    ShardCounts counts{std::vector<std::array<std::uint64_t, bins>>(columns.size()),
                       std::vector<double>(columns.size(), 0),
                       std::vector<double>(columns.size(), 1e300),
                       std::vector<double>(columns.size(), -1e300),
                       std::vector<std::uint64_t>(columns.size(), 0),
                       std::vector<std::uint64_t>(context.recipe.instruments.size(), 0)};
    for (auto& values : counts.values) values.fill(0);
    for (PlannedRecord const& record : shard_records(context.recipe, context.plan, which).rows) {
        ++counts.instruments[record.instrument];
        auto const truth = draw_setting(context.recipe, record.instrument, record.record).truth;
        for (std::size_t c = 0; c < columns.size(); ++c) {
            if (columns[c].is_constant || !columns[c].counts_instrument[record.instrument]) continue;
            double const value = double(truth[c]);
            ++counts.counted[c];
            counts.sums[c] += value;
            counts.least[c] = std::min(counts.least[c], value);
            counts.most[c] = std::max(counts.most[c], value);
            if (!columns[c].is_logarithmic || value > 0)
                ++counts.values[c][std::size_t(columns[c].place(value))];
        }
    }
    return counts;
}

// Only the powder parameters have bins: they are what most people ask for.
std::vector<Bins> bins_of(Recipe const& recipe) {
    std::vector<Bins> columns(truth_columns(recipe).size());
    for (std::size_t p = 0; p < powder::parameters().size(); ++p) {
        Bins& one = columns[p];
        one.least = 1e300, one.most = -1e300;
        for (RecipeInstrument const& instrument : recipe.instruments) {
            Distribution const& d = instrument.parameters[p];
            one.is_logarithmic |= d.is_logarithmic();
            bool const is_set = d.is_logarithmic() || !d.is_constant() || d.least() != 0;
            one.counts_instrument.push_back(is_set);
            if (is_set) one.least = std::min(one.least, d.least()), one.most = std::max(one.most, d.most());
        }
        if (one.is_logarithmic && !(one.least > 0)) one.is_logarithmic = false;
        one.is_constant = !(one.most > one.least);
    }
    return columns;
}

void add_classes(BuildContext const& context, std::vector<std::vector<std::uint64_t>> const& instruments,
                 DatasetSummary& summary) {
    std::size_t const splits = context.recipe.splits.size();
    std::map<int, std::vector<std::uint64_t>> systems, groups;
    for (std::size_t s = 0; s < context.collection.structures.size(); ++s) {
        data::Structure const& structure = context.collection.structures[s];
        for (auto* table : {&systems, &groups}) {
            auto& counts = (*table)[table == &systems ? int(structure.system) : structure.space_group_number];
            counts.resize(splits);
            counts[context.plan.splits[s]] += context.plan.records[s];
        }
    }
    ClassCounts system{"crystal system", {}}, group{"space group", {}}, instrument{"instrument", {}};
    for (auto const& [number, counts] : systems)
        system.counts.emplace_back(to_name(data::CrystalSystem(number)), counts);
    for (auto const& [number, counts] : groups)
        group.counts.emplace_back(number == 0 ? "not tabulated" : std::to_string(number), counts);
    for (std::size_t i = 0; i < context.recipe.instruments.size(); ++i)
        instrument.counts.emplace_back(context.recipe.instruments[i].name, instruments[i]);
    summary.classes = {system, group, instrument};
}

void add_splits(BuildContext const& context, DatasetSummary& summary) {
    for (std::size_t split = 0; split < context.recipe.splits.size(); ++split) {
        Split one{context.recipe.splits[split].name, 0, 0, 0};
        std::vector<std::int32_t> groups;
        for (std::size_t s = 0; s < context.plan.splits.size(); ++s) {
            if (context.plan.splits[s] != split) continue;
            one.records += context.plan.records[s];
            ++one.structures;
            groups.push_back(context.plan.groups[s]);
        }
        std::ranges::sort(groups);
        one.groups = std::uint64_t(std::ranges::unique(groups).begin() - groups.begin());
        summary.groups += one.groups;
        summary.splits.push_back(one);
    }
}

void add_examples(BuildContext const& context, std::filesystem::path const& folder, DatasetSummary& summary) {
    ShardRecords const records = shard_records(context.recipe, context.plan, 0);
    std::vector<int> shown(context.recipe.instruments.size(), 0);
    for (std::size_t row = 0; row < records.rows.size(); ++row) {
        PlannedRecord const& record = records.rows[row];
        if (shown[record.instrument]++ >= 2) continue;
        data::Structure const& structure = context.collection.structures[record.structure];
        RecipeInstrument const& instrument = context.recipe.instruments[record.instrument];
        std::string const label = instrument.axis == data::AxisKind::two_theta ? "2θ / degree"
                                  : instrument.axis == data::AxisKind::q       ? "Q / Å⁻¹"
                                                                               : "d / Å";
        summary.examples.push_back(
            {fmt::format("{} ({}), {}", structure.name, structure.source, instrument.name), label,
             axis_values(context.recipe, record.instrument),
             read_row(folder / "shards" / context.plan.shards[0].name, row)});
    }
}

}  // namespace

void write_tables(BuildContext const& context, std::filesystem::path const& folder) {
    write_file(folder / "structures.csv", structures_table(context));
    write_file(folder / "refused.csv", refusals_table(context));
    write_records_table(context, folder);
    write_file(folder / "examples.jsonl", examples_text(context, folder));
}

DatasetSummary summarize(BuildContext const& context, std::filesystem::path const& folder, unsigned threads) {
    Recipe const& recipe = context.recipe;
    DatasetSummary summary;
    static_cast<Description&>(summary) = recipe;
    summary.seed = recipe.seed, summary.records = recipe.records,
    summary.structures = context.collection.structures.size();
    summary.generator = context.generator, summary.recipe = recipe.text,
    summary.sources = context.collection.sources;
    for (Source const& one : recipe.further_sources)
        summary.sources.push_back({one.name, one.licence, one.citation, one.url, 0, 0, {}});
    add_splits(context, summary);
    describe_fields(context, summary);

    auto const columns = bins_of(recipe);
    std::vector<ShardCounts> counts(context.plan.shards.size());
    compute::parallel_for(counts.size(), threads,
                          [&](std::size_t s, unsigned) { counts[s] = count_shard(context, s, columns); });
    std::vector<std::vector<std::uint64_t>> instruments(recipe.instruments.size(),
                                                        std::vector<std::uint64_t>(recipe.splits.size(), 0));
    for (std::size_t s = 0; s < counts.size(); ++s)
        for (std::size_t i = 0; i < instruments.size(); ++i)
            instruments[i][context.plan.shards[s].split] += counts[s].instruments[i];
    add_classes(context, instruments, summary);
    auto const names = truth_columns(recipe);
    for (std::size_t c = 0; c < columns.size(); ++c) {
        if (columns[c].is_constant) continue;
        BinnedValues values{names[c].name,
                            names[c].unit,
                            columns[c].is_logarithmic,
                            1e300,
                            -1e300,
                            0,
                            {},
                            std::vector<std::uint64_t>(bins, 0)};
        std::uint64_t counted = 0;
        for (ShardCounts const& one : counts) {
            values.least = std::min(values.least, one.least[c]),
            values.most = std::max(values.most, one.most[c]);
            values.mean += one.sums[c];
            counted += one.counted[c];
            for (std::size_t b = 0; b < bins; ++b) values.counts[b] += one.values[c][b];
        }
        values.mean /= double(std::max<std::uint64_t>(1, counted));
        for (int b = 0; b <= bins; ++b) values.edges.push_back(columns[c].edge(b));
        summary.distributions.push_back(std::move(values));
    }
    add_examples(context, folder, summary);
    return summary;
}

}  // namespace hutch::curate
