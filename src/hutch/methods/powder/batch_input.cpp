#include "hutch/methods/powder/detail/batch_input.hpp"

#include <algorithm>

namespace hutch::powder::detail {

void BatchInput::clear() {
    numbers_.clear(), known_.clear(), jobs_.clear(), records_.clear(), job_of_chunk_.clear();
    job_places_.clear(), record_places_.clear();
}

std::size_t BatchInput::add_numbers(std::vector<float> const& values) {
    std::size_t const place = numbers_.size();
    numbers_.insert(numbers_.end(), values.begin(), values.end());
    return place;
}

BatchInput::Places const& BatchInput::places_of(Reflections const& table) {
    auto const [entry, is_new] = known_.try_emplace(&table);
    if (is_new)
        for (auto const* values : {&table.h, &table.k, &table.l, &table.multiplicity, &table.s_squared,
                                   &table.f0, &table.f0_slope, &table.g_real, &table.g_imaginary})
            entry->second.push_back(add_numbers(*values));
    return entry->second;
}

BatchInput::Places const& BatchInput::places_of(std::array<AxialNodes, axial_rule_count> const& rules) {
    auto const [entry, is_new] = known_.try_emplace(&rules);
    if (is_new) {
        entry->second = {numbers_.size()};
        for (AxialNodes const& rule : rules) add_numbers(rule.x);
        entry->second.push_back(numbers_.size());
        for (AxialNodes const& rule : rules) add_numbers(rule.weight);
    }
    return entry->second;
}

void BatchInput::add_job(PatternRequest const& request, std::size_t which, double const (&metric)[6],
                         TextureInput const& texture, std::size_t directions) {
    Reflections const& table = *request.reflections;
    BatchJob job{line_input(table, *request.setting, which, grid_, metric), texture, lines(), 0,
                 std::uint32_t(records_.size())};
    job.count = std::min(job.in.n, table.size);
    if (job.count == 0) return;
    std::vector<float> real, imaginary;
    amplitudes_.add(table, request.setting->instrument, which, real, imaginary);
    Places const& arrays = places_of(table);
    job_places_.insert(job_places_.end(), arrays.begin(), arrays.end());
    job_places_.insert(job_places_.end(), {add_numbers(real), add_numbers(imaginary), directions});
    job_of_chunk_.insert(job_of_chunk_.end(), (job.count + line_chunk - 1) / line_chunk,
                         std::uint32_t(jobs_.size()));
    jobs_.push_back(job);
}

void BatchInput::add(PatternRequest const& request) {
    Setting const& setting = *request.setting;
    double metric[6];
    set_reciprocal_metric(strained_cell(*request.reflections, setting.sample.strain), metric);
    TextureInput texture{};
    std::vector<float> directions, chebyshev, humps;
    if (setting.sample.march_ratio != 1)
        texture = texture_input(*request.reflections, setting.sample, metric, directions);
    std::size_t const place = add_numbers(directions);
    BatchRecord record{};
    record.first_line = lines();
    for (std::size_t which = 0; which < setting.instrument.wavelengths.size(); ++which)
        add_job(request, which, metric, texture, place);
    record.last_line = lines();
    record.axial = axial_sum(setting.instrument);
    record.dose = float(setting.dose);
    record.index = request.index;
    add_background_terms(setting.background, grid_, chebyshev, humps);
    record.background.points = grid_.points;
    record.background.terms = chebyshev.size();
    record.background.hump_count = setting.background.humps.size();
    records_.push_back(record);
    Places const& rules = places_of(axial_rules(setting.instrument));
    record_places_.insert(record_places_.end(), rules.begin(), rules.end());
    record_places_.insert(record_places_.end(), {add_numbers(chebyshev), add_numbers(humps)});
}

void BatchInput::set_addresses(float const* base) {
    auto place = job_places_.cbegin();
    for (BatchJob& job : jobs_) {
        LineInput& in = job.in;
        for (float const** pointer :
             {&in.h, &in.k, &in.l, &in.multiplicity, &in.s_squared_0, &in.f0, &in.f0_slope, &in.g_real,
              &in.g_imaginary, &in.amplitude, &in.imaginary, &job.texture.directions})
            *pointer = base + *place++;
    }
    place = record_places_.cbegin();
    for (BatchRecord& record : records_)
        for (float const** pointer :
             {&record.node_x, &record.node_weight, &record.background.chebyshev, &record.background.humps})
            *pointer = base + *place++;
}

}  // namespace hutch::powder::detail
