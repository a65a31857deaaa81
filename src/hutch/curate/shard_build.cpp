#include "hutch/curate/shard_build.hpp"

#include "hutch/base/checksum.hpp"
#include "hutch/base/error.hpp"
#include "hutch/compute/queue.hpp"
#include "hutch/curate/detail/composition.hpp"
#include "hutch/curate/fields.hpp"
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
    std::vector<float> lengths, angles, density, composition;
    std::vector<std::string> source;
    std::vector<std::vector<float>> truth;

    Columns(std::size_t rows, std::size_t truths)
        : id(rows),
          structure(rows),
          group(rows),
          space_group(rows),
          instrument(rows),
          crystal_system(rows),
          lengths(3 * rows),
          angles(3 * rows),
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
    std::vector<Field> fields;                                            ///< of records and shared arrays
    std::vector<std::unique_ptr<powder::PatternCalculator>> calculators;  // on the processor
    std::optional<compute::Queue> queue;                                  // on a device
    std::vector<powder::BatchCalculator> batches;
    std::vector<Waiting> waiting;
    std::vector<powder::PatternRequest> requests;
    std::vector<float> intensity, scratch, counted;
    std::vector<std::uint16_t> short_intensity;

    explicit Work(BuildContext const& given)
        : context(given), d_min(recipe_d_min(given.recipe)), columns(truth_columns(given.recipe)) {
        fields = record_fields(context);
        for (Field const& one : shared_fields(context)) fields.push_back(one);
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
        std::size_t place = 3 * row;
        for (double length : {cell.a, cell.b, cell.c}) all.lengths[place++] = float(length);
        place = 3 * row;
        for (double angle : {cell.alpha, cell.beta, cell.gamma}) all.angles[place++] = float(angle);
        all.density[row] = float(data::density(structure) / cell_ratio);
        std::ranges::copy(fractions, all.composition.begin() + std::ptrdiff_t(element_count * row));
        all.source[row] = structure.source;
    }

    void write_file(std::size_t which, Columns const& all, std::filesystem::path const& path);
    void write_shared(data::ShardWriter& file) const;
    data::ShardWriter::About about(std::string const& name) const;
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

// Units and descriptions stand once, in the fields of the dictionary.
data::ShardWriter::About ShardBuilder::Work::about(std::string const& name) const {
    auto const found = std::ranges::find(fields, name, &Field::name);
    if (found == fields.end())
        throw Error(Fault::bug, fmt::format("'{}' is no field of a record; expected one", name));
    return {found->unit, found->description};
}

void ShardBuilder::Work::write_shared(data::ShardWriter& file) const {
    std::vector<double> axis;
    std::vector<std::string> names, kinds, units;
    for (std::size_t i = 0; i < axes.size(); ++i) {
        RecipeInstrument const& instrument = context.recipe.instruments[i];
        axis.insert(axis.end(), axes[i].begin(), axes[i].end());
        names.push_back(instrument.name);
        kinds.emplace_back(to_name(instrument.axis));
        units.emplace_back(data::unit_of(instrument.axis));
    }
    file.write<double>("axis", axis, {axes.size(), context.recipe.points}, about("axis"));
    if (about("axis").unit.empty()) file.attribute("axis", "units", units);
    file.write_texts("instruments/name", names, about("instruments/name"));
    file.write_texts("instruments/axis", kinds, about("instruments/axis"));
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
    // One chunk a record, so that any record can be read alone; each thread writes a shard of its own
    // already.
    data::ShardWriter::Chunking const chunking{recipe.compression, 1, 1};
    if (recipe.stored == StoredType::uint16) {
        short_intensity.resize(intensity.size());
        std::ranges::transform(intensity, short_intensity.begin(),
                               [](float y) { return std::uint16_t(std::min(y, 65535.0f)); });
        file.write<std::uint16_t>("intensity", short_intensity, {rows, points}, about("intensity"), chunking);
    } else {
        file.write<float>("intensity", intensity, {rows, points}, about("intensity"), chunking);
    }
    write_shared(file);
    auto const write = [&]<class Number>(char const* name, std::vector<Number> const& values,
                                         std::uint64_t width = 1) {
        std::vector<std::uint64_t> shape{rows};
        if (width > 1) shape.push_back(width);
        file.write<Number>(name, values, shape, about(name));
    };
    write("truth/id", all.id);
    write("truth/structure", all.structure);
    write("truth/group", all.group);
    write("truth/instrument", all.instrument);
    write("truth/space_group", all.space_group);
    write("truth/crystal_system", all.crystal_system);
    write("truth/cell_lengths", all.lengths, 3);
    write("truth/cell_angles", all.angles, 3);
    write("truth/density", all.density);
    write("truth/composition", all.composition, element_count);
    file.write_texts("truth/source", all.source, about("truth/source"));
    for (std::size_t t = 0; t < columns.size(); ++t)
        write(("truth/" + columns[t].name).c_str(), all.truth[t]);
    file.close();
}

}  // namespace hutch::curate
