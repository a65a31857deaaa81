#include "hutch/curate/shard_build.hpp"

#include "hutch/base/checksum.hpp"
#include "hutch/compute/queue.hpp"
#include "hutch/curate/detail/composition.hpp"
#include "hutch/data/shard.hpp"
#include "hutch/methods/powder/batch.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <numbers>
#include <optional>

#include <fmt/format.h>

namespace hutch::curate {
namespace {

using detail::atomic_fractions, detail::element_count;

// The columns of a shard besides the intensities, filled row by row.
struct Columns {
    std::vector<std::int64_t> id;
    std::vector<std::int32_t> structure, group;
    std::vector<std::int16_t> space_group;
    std::vector<std::int8_t> instrument, crystal_system;
    std::vector<float> cell, density, composition;
    std::vector<std::string> source;
    std::vector<std::vector<float>> truth;

    Columns(std::size_t rows, std::size_t truths)
        : id(rows),
          structure(rows),
          group(rows),
          space_group(rows),
          instrument(rows),
          crystal_system(rows),
          cell(6 * rows),
          density(rows),
          composition(element_count * rows),
          source(rows),
          truth(truths, std::vector<float>(rows)) {}
};

// A record whose pattern a device is to calculate with others.
struct Waiting {
    std::shared_ptr<powder::Reflections const> table;
    powder::Setting setting;
    PlannedRecord record;
    std::size_t row;
};
constexpr std::size_t most_waiting = 768;  // some hundred patterns fill a device, and take 20 MB

}  // namespace

struct ShardBuilder::Work {
    BuildContext context;
    double d_min;
    std::vector<CalculationGrid> grids;
    std::vector<std::vector<double>> axes;
    std::vector<TruthColumn> columns;
    std::vector<std::unique_ptr<powder::PatternCalculator>> calculators;  // on the processor
    std::optional<compute::Queue> queue;                                  // on a device
    std::vector<powder::BatchCalculator> batches;
    std::vector<Waiting> waiting;
    std::vector<powder::PatternRequest> requests;
    std::vector<float> intensity, scratch, counted;
    std::vector<std::uint16_t> short_intensity;

    explicit Work(BuildContext const& given)
        : context(given), d_min(recipe_d_min(given.recipe)), columns(truth_columns(given.recipe)) {
        if (context.device != "cpu") queue = compute::Queue::open(context.device);
        for (std::size_t i = 0; i < context.recipe.instruments.size(); ++i) {
            grids.push_back(calculation_grid(context.recipe, i));
            axes.push_back(axis_values(context.recipe, i));
            if (queue)
                batches.emplace_back(*queue, grids.back().grid, powder::cromer_liberman());
            else
                calculators.push_back(std::make_unique<powder::PatternCalculator>(grids.back().grid,
                                                                                  powder::cromer_liberman()));
        }
    }

    // Interpolate from the calculation's two theta to the stored axis (cubic through four points).
    void resample(std::size_t instrument, double wavelength, double dose, float const* y) {
        powder::Grid const& grid = grids[instrument].grid;
        bool const is_q = context.recipe.instruments[instrument].axis == data::AxisKind::q;
        for (std::size_t i = 0; i < context.recipe.points; ++i) {
            double const x = axes[instrument][i],
                         sine = is_q ? x * wavelength / (4 * std::numbers::pi) : wavelength / (2 * x);
            double const place = (2 * std::asin(sine) * 180 / std::numbers::pi - grid.first) / grid.step;
            auto const k = std::size_t(std::clamp(place, 1.0, double(grid.points) - 3));
            double const t = place - double(k);
            double const a = y[k - 1], b = y[k], c = y[k + 1], d = y[k + 2];
            double const value =
                b + 0.5 * t * (c - a + t * (2 * a - 5 * b + 4 * c - d + t * (3 * (b - c) + d - a)));
            counted[i] = float(std::max(0.0, value));
        }
        float const top =
            *std::max_element(counted.begin(), counted.begin() + std::ptrdiff_t(context.recipe.points));
        float const scale = top > 0 ? float((dose > 0 ? dose : 1) / double(top)) : 0;
        for (std::size_t i = 0; i < context.recipe.points; ++i) counted[i] *= scale;
    }

    // From what is expected on the calculation's grid to the counts of a row.
    void fill_intensity(PlannedRecord const& record, powder::Setting const& setting, float const* expected,
                        float* row) {
        std::size_t const points = context.recipe.points;
        counted.assign((points + 63) / 64 * 64, 0);
        if (grids[record.instrument].is_resampled)
            resample(record.instrument, setting.instrument.wavelengths[0].value, setting.dose, expected);
        else
            std::copy_n(expected, points, counted.begin());
        if (setting.dose > 0) powder::draw_counts(counted, context.recipe.seed, record.record);
        std::copy_n(counted.begin(), points, row);
    }

    void calculate(powder::Reflections const& table, PlannedRecord const& record,
                   powder::Setting const& setting, float* row) {
        powder::PatternCalculator& calculator = *calculators[record.instrument];
        scratch.resize(calculator.padded_points());
        calculator.expected(table, setting, scratch.data());
        fill_intensity(record, setting, scratch.data(), row);
    }

    // Calculate all that waits, one instrument after the other.
    void calculate_waiting(std::size_t points) {
        for (std::size_t instrument = 0; instrument < batches.size(); ++instrument) {
            requests.clear();
            for (Waiting const& one : waiting)
                if (one.record.instrument == instrument)
                    requests.push_back({one.table.get(), &one.setting, one.record.record});
            std::size_t const stride = batches[instrument].padded_points();
            bool const is_resampled = grids[instrument].is_resampled;
            scratch.resize(requests.size() * stride);
            if (is_resampled)
                batches[instrument].expected(requests, scratch);
            else
                batches[instrument].counted(requests, context.recipe.seed, scratch);
            float const* from = scratch.data();
            for (Waiting const& one : waiting) {
                if (one.record.instrument != instrument) continue;
                float* const row = &intensity[one.row * points];
                if (is_resampled)
                    fill_intensity(one.record, one.setting, from, row);
                else
                    std::copy_n(from, points, row);
                from += stride;
            }
        }
        waiting.clear();
    }

    void fill_row(Columns& all, std::size_t row, PlannedRecord const& record, data::Cell const& cell,
                  double cell_ratio, std::vector<float> const& fractions) const {
        data::Structure const& structure = context.collection.structures[record.structure];
        all.id[row] = std::int64_t(record.record);
        all.structure[row] = std::int32_t(record.structure);
        all.group[row] = context.plan.groups[record.structure];
        all.space_group[row] = std::int16_t(structure.space_group_number);
        all.crystal_system[row] = std::int8_t(structure.system);
        all.instrument[row] = std::int8_t(record.instrument);
        std::size_t place = 6 * row;
        for (double value : {cell.a, cell.b, cell.c, cell.alpha, cell.beta, cell.gamma})
            all.cell[place++] = float(value);
        all.density[row] = float(data::density(structure) / cell_ratio);
        std::ranges::copy(fractions, all.composition.begin() + std::ptrdiff_t(element_count * row));
        all.source[row] = structure.source;
    }

    void write_file(std::size_t which, Columns const& all, std::filesystem::path const& path);
    void write_structures(data::ShardWriter& file, PlannedShard const& shard) const;
};

ShardBuilder::ShardBuilder(BuildContext const& context) : work_(std::make_unique<Work>(context)) {}
ShardBuilder::~ShardBuilder() = default;
ShardBuilder::ShardBuilder(ShardBuilder&&) noexcept = default;

void ShardBuilder::write(std::size_t which, std::filesystem::path const& path,
                         std::function<void(std::size_t)> const& progress) {
    Work& work = *work_;
    PlannedShard const& shard = work.context.plan.shards[which];
    ShardRecords const records = shard_records(work.context.recipe, work.context.plan, which);
    std::size_t const points = work.context.recipe.points;
    work.intensity.resize(shard.records * points);
    Columns all(shard.records, work.columns.size());
    for (std::size_t c = 0; c < shard.chunks.size(); ++c) {
        data::Structure const& structure = work.context.collection.structures[shard.chunks[c].structure];
        auto const table = std::make_shared<powder::Reflections const>(
            powder::find_reflections(structure, {work.d_min}, work.queue ? &*work.queue : nullptr));
        std::vector<float> const fractions = atomic_fractions(structure);
        for (std::uint32_t row : records.chunk_rows[c]) {
            PlannedRecord const& record = records.rows[row];
            DrawnSetting drawn = draw_setting(work.context.recipe, record.instrument, record.record);
            data::Cell const cell = powder::strained_cell(*table, drawn.setting.sample.strain);
            work.fill_row(all, row, record, cell, data::volume(cell) / table->volume, fractions);
            for (std::size_t t = 0; t < drawn.truth.size(); ++t) all.truth[t][row] = drawn.truth[t];
            if (work.queue)
                work.waiting.push_back({table, std::move(drawn.setting), record, row});
            else
                work.calculate(*table, record, drawn.setting, &work.intensity[row * points]);
        }
        if (work.waiting.size() >= most_waiting || c + 1 == shard.chunks.size())
            work.calculate_waiting(points);
        progress(shard.chunks[c].records);
    }
    work.write_file(which, all, path);
}

void ShardBuilder::Work::write_structures(data::ShardWriter& file, PlannedShard const& shard) const {
    std::map<std::uint32_t, data::Structure const*> used;
    for (Chunk const& chunk : shard.chunks)
        used[chunk.structure] = &context.collection.structures[chunk.structure];
    std::vector<std::int32_t> index;
    std::vector<std::string> source, name, formula, space_group, citation;
    for (auto const& [number, structure] : used) {
        index.push_back(std::int32_t(number));
        source.push_back(structure->source);
        name.push_back(structure->name);
        formula.push_back(data::composition_formula(*structure));
        space_group.push_back(structure->space_group);
        citation.push_back(structure->citation);
    }
    file.write<std::int32_t>("structures/structure", index, {index.size()},
                             {"1", "number of the structure, as in truth/structure"});
    file.write_texts("structures/source", source,
                     {"", "file or database entry that the structure was read from"});
    file.write_texts("structures/name", name, {"", "mineral or compound"});
    file.write_texts("structures/formula", formula, {"", "composition from the occupied sites"});
    file.write_texts("structures/space_group", space_group, {"", "Hermann-Mauguin symbol"});
    file.write_texts("structures/citation", citation, {"", "publication of the structure"});
}

void ShardBuilder::Work::write_file(std::size_t which, Columns const& all,
                                    std::filesystem::path const& path) {
    Recipe const& recipe = context.recipe;
    PlannedShard const& shard = context.plan.shards[which];
    std::uint64_t const rows = shard.records, points = recipe.points;
    data::ShardWriter file(path);
    file.attribute("dataset", recipe.name);
    file.attribute("version", recipe.version);
    file.attribute("split", recipe.splits[shard.split].name);
    file.attribute("seed", std::int64_t(recipe.seed));
    file.attribute("generator", context.generator);
    file.attribute("recipe_sha256", sha256(recipe.text));
    file.attribute("licence", recipe.licence);
    data::ShardWriter::About const about{"count", "diffracted intensity, one row a record"};
    // One chunk a record, so that any record can be read alone; each thread writes a shard of its own
    // already.
    data::ShardWriter::Chunking const chunking{recipe.compression, 1, 1};
    if (recipe.stored == StoredType::uint16) {
        short_intensity.resize(intensity.size());
        std::ranges::transform(intensity, short_intensity.begin(),
                               [](float y) { return std::uint16_t(std::min(y, 65535.0f)); });
        file.write<std::uint16_t>("intensity", short_intensity, {rows, points}, about, chunking);
    } else {
        file.write<float>("intensity", intensity, {rows, points}, about, chunking);
    }
    std::vector<double> axis;
    std::vector<std::string> names, kinds;
    for (std::size_t i = 0; i < axes.size(); ++i) {
        axis.insert(axis.end(), axes[i].begin(), axes[i].end());
        names.push_back(recipe.instruments[i].name);
        kinds.emplace_back(to_name(recipe.instruments[i].axis));
    }
    file.write<double>(
        "axis", axis, {axes.size(), points},
        {"",
         "x of each instrument: two_theta [degree], q [1/angstrom] or d [angstrom], see instruments/axis"});
    file.write_texts("instruments/name", names, {"", "truth/instrument counts these"});
    file.write_texts("instruments/axis", kinds, {"", "kind of x"});
    file.write<std::int64_t>("truth/id", all.id, {rows}, {"1", "number of the record in the whole data set"});
    file.write<std::int32_t>("truth/structure", all.structure, {rows}, {"1", "number of the structure"});
    file.write<std::int32_t>("truth/group", all.group, {rows},
                             {"1", "structures that are nearly the same share a group"});
    file.write<std::int8_t>("truth/instrument", all.instrument, {rows}, {"1", "number of the instrument"});
    file.write<std::int16_t>(
        "truth/space_group", all.space_group, {rows},
        {"1", "space group number, 1 to 230; 0 where the operations form no tabulated setting"});
    file.write<std::int8_t>(
        "truth/crystal_system", all.crystal_system, {rows},
        {"1", "0 triclinic, 1 monoclinic, 2 orthorhombic, 3 tetragonal, 4 trigonal, 5 hexagonal, 6 cubic"});
    file.write<float>("truth/cell", all.cell, {rows, 6},
                      {"angstrom, angstrom, angstrom, degree, degree, degree",
                       "a, b, c, alpha, beta, gamma with the record's strain"});
    file.write<float>("truth/density", all.density, {rows}, {"g/cm^3", "density with the record's strain"});
    file.write<float>("truth/composition", all.composition, {rows, element_count},
                      {"1", "atomic fraction of the elements H to Cf"});
    file.write_texts("truth/source", all.source, {"", "file or database entry of the structure"});
    for (std::size_t t = 0; t < columns.size(); ++t)
        file.write<float>("truth/" + columns[t].name, all.truth[t], {rows},
                          {columns[t].unit, columns[t].description});
    write_structures(file, shard);
    file.close();
}

std::vector<Field> record_fields(Recipe const& recipe) {
    bool const is_short = recipe.stored == StoredType::uint16;
    std::vector<Field> fields{
        {"intensity",
         is_short ? "uint16" : "float32",
         {std::int64_t(recipe.points)},
         "count",
         "diffracted intensity over the instrument's axis"},
        {"truth/id", "int64", {}, "1", "number of the record in the whole data set"},
        {"truth/structure", "int32", {}, "1", "number of the structure (structures.csv)"},
        {"truth/group", "int32", {}, "1", "structures that are nearly the same share a group"},
        {"truth/instrument", "int8", {}, "1", "number of the instrument (row of axis, instruments/name)"},
        {"truth/space_group",
         "int16",
         {},
         "1",
         "space group number, 1 to 230; 0 where the operations form no tabulated setting"},
        {"truth/crystal_system",
         "int8",
         {},
         "1",
         "0 triclinic, 1 monoclinic, 2 orthorhombic, 3 tetragonal, 4 trigonal, 5 hexagonal, 6 cubic"},
        {"truth/cell",
         "float32",
         {6},
         "angstrom and degree",
         "a, b, c, alpha, beta, gamma with the record's strain"},
        {"truth/density", "float32", {}, "g/cm^3", "density with the record's strain"},
        {"truth/composition",
         "float32",
         {std::int64_t(element_count)},
         "1",
         "atomic fraction of the elements H to Cf"},
        {"truth/source", "utf8", {}, "", "file or database entry of the structure"}};
    for (TruthColumn const& column : truth_columns(recipe))
        fields.push_back({"truth/" + column.name, "float32", {}, column.unit, column.description});
    return fields;
}

}  // namespace hutch::curate
