#include "hutch/curate/fuse/records.hpp"

#include "hutch/base/checksum.hpp"
#include "hutch/base/error.hpp"
#include "hutch/base/file.hpp"
#include "hutch/base/text.hpp"
#include "hutch/compute/parallel.hpp"
#include "hutch/curate/groups.hpp"
#include "hutch/curate/plan.hpp"
#include "hutch/methods/powder/refine/report_json.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>

#include <fmt/format.h>

namespace hutch::curate::fuse {
namespace {

constexpr std::size_t longest_name = 80;
constexpr double most_wavelength_difference = 1e-3;  // relative: Cu from Co, K alpha 1 from the mean of both

std::string default_id(RefinementInput const& input) {
    std::string const& title = input.result.title;
    return plain_name(trim(title).empty() ? std::filesystem::path(input.file).stem().string() : title);
}

void set_ids(std::vector<RefinementInput>& inputs, std::vector<std::string> const& ids) {
    if (!ids.empty() && ids.size() != inputs.size())
        throw Error(Fault::bad_input, fmt::format("'ids' are {}; expected {}, one for each of 'refinements'",
                                                  ids.size(), inputs.size()));
    std::map<std::string, std::size_t> seen;
    for (std::size_t i = 0; i < inputs.size(); ++i) {
        RefinementInput& one = inputs[i];
        one.id = ids.empty() ? default_id(one) : plain_name(ids[i]);
        auto const [place, is_new] = seen.emplace(one.id, i);
        if (!is_new)
            throw Error(
                Fault::bad_input,
                fmt::format(
                    "'refinements' {} and {} have the id {}; expected one of its own for each; give 'ids'",
                    place->second + 1, i + 1, in_quotes(one.id)));
    }
}

std::vector<Portion> portions_of(RefinementInput const& input, powder::refine::PatternResult const& pattern) {
    std::vector<Portion> portions;
    for (auto const& share : input.result.shares) {
        if (share.pattern != pattern.name) continue;
        auto const phase =
            std::ranges::find(input.result.phases, share.phase, &powder::refine::PhaseResult::name);
        if (phase->intensities != powder::refine::Intensities::structure)
            throw Error(
                Fault::bad_input,
                fmt::format(
                    "{}: phase {} has intensities '{}'; expected 'structure': labels are atoms that were "
                    "refined",
                    in_quotes(input.file), in_quotes(phase->name), to_name(phase->intensities)));
        portions.push_back({plain_name(phase->name), input.id + "." + plain_name(phase->name), &share,
                            &*phase, &pattern.parts[portions.size()]});
    }
    if (portions.empty())
        throw Error(Fault::bad_input, fmt::format("{}: pattern {} shows no phase; expected at least one",
                                                  in_quotes(input.file), in_quotes(pattern.name)));
    std::ranges::stable_sort(portions, std::greater<>{}, [](Portion const& one) {
        double const fraction = one.share->weight_fraction.value;
        return std::isfinite(fraction) ? fraction : 0;
    });
    return portions;
}

void check_names(std::vector<Record> const& records) {
    std::map<std::string, std::string> seen;
    auto const check = [&](std::string const& name, std::string const& what) {
        auto const [place, is_new] = seen.emplace(name, what);
        if (!is_new)
            throw Error(Fault::bad_input,
                        fmt::format("{} and {} would both be called {}; expected names that differ",
                                    place->second, what, in_quotes(name)));
    };
    for (Record const& record : records) {
        check(record.id, fmt::format("pattern {} of {}", in_quotes(record.pattern->name),
                                     in_quotes(record.refinement->id)));
        for (Portion const& one : record.portions)
            check(record.id + "/" + one.name,
                  fmt::format("phase {} of {}", in_quotes(one.phase->name), in_quotes(record.id)));
    }
}

// The place of the record that a name stands for.
std::size_t find_record(std::vector<Record> const& records, std::string const& name) {
    std::vector<std::size_t> found;
    for (std::size_t i = 0; i < records.size(); ++i)
        if (records[i].id == name || records[i].pattern->name == name) found.push_back(i);
    if (found.size() == 1) return found[0];
    std::vector<std::string> known;
    for (Record const& record : records) known.push_back(record.id);
    std::string const list = known.size() <= 10 ? fmt::format(" ({})", fmt::join(known, ", ")) : "";
    throw Error(Fault::bad_input,
                fmt::format("'simulated_of' has {}, which names {} records; expected the id of one{}",
                            in_quotes(name), found.size(), list));
}

void check_wavelength(SimulatedInput const& input, Record const& record) {
    if (input.pattern.axis == data::AxisKind::time_of_flight)
        throw Error(Fault::bad_input, fmt::format("{} is over time of flight; expected two theta, q or d",
                                                  in_quotes(input.file)));
    if (input.pattern.axis != data::AxisKind::two_theta) return;
    bool const is_known = !record.pattern->wavelengths.empty();
    double const is = input.pattern.wavelength,
                 expected = is_known ? record.pattern->wavelengths[0].value : 0;
    if (is_known ? is > 0 && std::abs(is - expected) > most_wavelength_difference * expected : is <= 0)
        throw Error(
            Fault::bad_input,
            fmt::format("{} has the wavelength {} angstrom; expected {} of {}; see 'simulated_of'",
                        in_quotes(input.file), is, is_known ? fmt::format("{:.6g}", expected) : "one, for q",
                        in_quotes(record.id)));
}

void attach_simulated(std::vector<Record>& records, Inputs const& inputs,
                      std::vector<std::string> const& of) {
    if (inputs.simulated.empty() && of.empty()) return;
    std::size_t const wanted = of.empty() ? records.size() : of.size();
    if (inputs.simulated.size() != wanted)
        throw Error(
            Fault::bad_input,
            of.empty()
                ? fmt::format("'patterns' are {} files for {} records; expected one for each, or "
                              "'simulated_of' that names the record of each",
                              inputs.simulated.size(), wanted)
                : fmt::format("'simulated_of' names {} records for {} files of 'patterns'; expected one for "
                              "each",
                              wanted, inputs.simulated.size()));
    for (std::size_t i = 0; i < wanted; ++i) {
        Record& record = records[of.empty() ? i : find_record(records, of[i])];
        if (record.simulated != nullptr)
            throw Error(Fault::bad_input,
                        fmt::format("'simulated_of' names {} twice; expected each record at most once",
                                    in_quotes(record.id)));
        check_wavelength(inputs.simulated[i], record);
        record.simulated = &inputs.simulated[i];
    }
}

// Groups of refinements that share a group of structures: the connected parts, numbered by first appearance.
std::vector<std::int32_t> group_refinements(std::vector<RefinementInput> const& refinements,
                                            unsigned threads) {
    std::vector<data::Structure> structures;
    std::vector<std::size_t> owner;
    for (std::size_t r = 0; r < refinements.size(); ++r)
        for (auto const& phase : refinements[r].result.phases)
            if (!phase.structure.sites.empty()) structures.push_back(phase.structure), owner.push_back(r);
    auto const groups = group_structures(structures, threads);
    std::vector<std::size_t> root(refinements.size());
    std::iota(root.begin(), root.end(), std::size_t{0});
    auto const find = [&](std::size_t r) {
        while (root[r] != r) r = root[r] = root[root[r]];
        return r;
    };
    std::map<std::int32_t, std::size_t> first;
    for (std::size_t s = 0; s < structures.size(); ++s) {
        auto const [place, is_new] = first.emplace(groups[s], owner[s]);
        std::size_t const a = find(place->second), b = find(owner[s]);
        root[std::max(a, b)] = std::min(a, b);
    }
    std::map<std::size_t, std::int32_t> numbers;
    std::vector<std::int32_t> result;
    for (std::size_t r = 0; r < refinements.size(); ++r)
        result.push_back(numbers.emplace(find(r), std::int32_t(numbers.size())).first->second);
    return result;
}

void set_splits(std::vector<Record>& records, Inputs const& inputs, RecordOptions const& options) {
    auto const groups = group_refinements(inputs.refinements, options.threads);
    std::vector<std::uint64_t> counts;
    for (RefinementInput const& one : inputs.refinements) counts.push_back(one.result.patterns.size());
    auto const splits = share_groups(groups, counts, options.splits, options.seed);
    for (Record& record : records) {
        auto const r = std::size_t(record.refinement - inputs.refinements.data());
        record.group = groups[r], record.split = splits[r];
    }
}

void bring_to_grid(Record& record, Grid const& grid) {
    powder::refine::PatternResult const& pattern = *record.pattern;
    std::vector<powder::refine::ReflectionResult> reflections;
    for (Portion const& one : record.portions)
        reflections.insert(reflections.end(), one.share->reflections.begin(), one.share->reflections.end());
    record.q = to_q(pattern, reflections);
    std::vector<char> counts;
    for (double const sigma : pattern.sigma) counts.push_back(sigma > 0);
    Resampling const resampling(record.q, counts, grid);
    record.measured = resampling.mean(pattern.y), record.sigma = resampling.deviation(pattern.sigma);
    record.calculated = resampling.mean(pattern.calculated),
    record.background = resampling.mean(pattern.background);
    record.mask = resampling.mask();
    record.on_grid_simulated.assign(grid.points, 0), record.simulated_mask.assign(grid.points, 0);
    if (record.simulated == nullptr) return;
    data::Pattern const& simulated = record.simulated->pattern;
    double const wavelength = simulated.wavelength > 0      ? simulated.wavelength
                              : pattern.wavelengths.empty() ? 0
                                                            : pattern.wavelengths[0].value;
    record.simulated_q = to_q(simulated, wavelength);
    Resampling const other(record.simulated_q, {}, grid);
    record.on_grid_simulated = other.mean(simulated.y), record.simulated_mask = other.mask();
}

}  // namespace

std::string plain_name(std::string const& text) {
    std::string name(trim(text).substr(0, longest_name));
    auto const is_plain = [](unsigned char c) {
        return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
               std::string_view("-+._").find(char(c)) != std::string_view::npos;
    };
    std::ranges::replace_if(name, [&](unsigned char c) { return !is_plain(c); }, '_');
    if (name.empty() || name[0] == '.') name = "_" + name;
    return name;
}

Inputs read_inputs(std::vector<std::filesystem::path> const& refinements,
                   std::vector<std::filesystem::path> const& simulated, std::vector<std::string> const& ids,
                   unsigned threads) {
    Inputs inputs;
    inputs.refinements.resize(refinements.size()), inputs.simulated.resize(simulated.size());
    compute::parallel_for(refinements.size(), threads, [&](std::size_t i, unsigned) {
        std::string const text = read_file(refinements[i]);
        inputs.refinements[i] = {"", refinements[i].filename().string(), sha256(text),
                                 powder::refine::parse_json(text, refinements[i].string())};
    });
    for (std::size_t i = 0; i < refinements.size(); ++i)
        if (inputs.refinements[i].result.patterns.empty())
            throw Error(Fault::bad_data, fmt::format("{} has no pattern; expected at least one",
                                                     in_quotes(refinements[i].string(), 200)));
    for (std::size_t i = 0; i < simulated.size(); ++i)
        inputs.simulated[i] = {simulated[i].filename().string(), sha256_of_file(simulated[i]),
                               data::read_pattern(simulated[i])};
    set_ids(inputs.refinements, ids);
    return inputs;
}

std::vector<Record> make_records(Inputs const& inputs, RecordOptions const& options) {
    std::vector<Record> records;
    for (RefinementInput const& input : inputs.refinements)
        for (auto const& pattern : input.result.patterns) {
            Record record;
            record.id = input.id + "." + plain_name(pattern.name);
            record.refinement = &input, record.pattern = &pattern;
            record.portions = portions_of(input, pattern);
            records.push_back(std::move(record));
        }
    check_names(records);
    attach_simulated(records, inputs, options.simulated_of);
    set_splits(records, inputs, options);
    compute::parallel_for(records.size(), options.threads,
                          [&](std::size_t i, unsigned) { bring_to_grid(records[i], options.grid); });
    return records;
}

}  // namespace hutch::curate::fuse
