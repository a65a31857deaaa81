#include "hutch/curate/assess/detail/field_scan.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include <fmt/format.h>

namespace hutch::curate::assess::detail {
namespace {

constexpr int most_places = 3;  // of each kind, field and file

template <class Real>
bool is_good(Real value, ValueRules const& rules) {
    return std::isfinite(value) && !(rules.has_fill && value == Real(rules.fill));
}

// How many values equal to the largest stand side by side at most.
template <class Real>
std::uint64_t longest_run(std::span<Real const> values, Real most) {
    std::uint64_t longest = 0, run = 0;
    for (Real const value : values) {
        run = value == most ? run + 1 : 0;
        longest = std::max(longest, run);
    }
    return longest;
}

ValueRules rules_of(Field const& field, bool is_single) {
    auto const rounded = [&](double value) { return is_single ? double(float(value)) : value; };
    ValueRules rules;
    if (field.least) rules.least = rounded(*field.least);
    if (field.most) rules.most = rounded(*field.most);
    if (field.fill) rules.fill = rounded(*field.fill), rules.has_fill = true;
    if (field.saturation) rules.saturation = rounded(*field.saturation), rules.has_saturation = true;
    return rules;
}

}  // namespace

FieldScan::FieldScan(Field const& field, std::string file, FieldPart& part, bool is_single)
    : field_(field), file_(std::move(file)), part_(part), rules_(rules_of(field, is_single)) {
    measure_floats_ = HUTCH_CHOOSE_ISA(detail, measure_floats);
    measure_doubles_ = HUTCH_CHOOSE_ISA(detail, measure_doubles);
    widen_ = HUTCH_CHOOSE_ISA(detail, widen);
    part_.facts.least = std::numeric_limits<double>::infinity();
    part_.facts.most = -std::numeric_limits<double>::infinity();
}

void FieldScan::note(char const* kind, std::uint64_t record, std::string const& what) {
    if (noted_[kind]++ < most_places)
        part_.facts.odd.push_back({file_, field_.name, record, fmt::format("{}: {}", kind, what)});
}

void FieldScan::keep_index_ranges(std::size_t width) {
    part_.facts.index_least.assign(width, std::numeric_limits<float>::max());
    part_.facts.index_most.assign(width, -std::numeric_limits<float>::max());
    part_.facts.index_active.assign(width, 0);
}

template <class Real>
Measured FieldScan::measure_some(std::span<Real const> values) const {
    Measured measured;
    if constexpr (std::is_same_v<Real, float>)
        measure_floats_(values.data(), values.size(), rules_, measured);
    else
        measure_doubles_(values.data(), values.size(), rules_, measured);
    return measured;
}

// Chan, Golub and LeVeque, The American Statistician 37 (1983) 242: sums of squares of parts, put together.
void FieldScan::add_moments(Measured const& measured, std::uint64_t good) {
    if (good == 0) return;
    FieldFacts& facts = part_.facts;
    double const before = double(part_.good), added = double(good);
    double const away = measured.sum / added - facts.mean;
    part_.sum_of_squares += measured.sum_of_squares + away * away * before * added / (before + added);
    facts.mean += away * added / (before + added);
    part_.good += good;
}

template <class Real>
void FieldScan::find_odd(std::span<Real const> values, std::uint64_t record, bool is_list_of_records) {
    auto const tell = [&](char const* kind, std::size_t i) {
        note(kind, is_list_of_records ? record + i : record,
             is_list_of_records ? fmt::format("value {}", values[i])
                                : fmt::format("value {} at index {}", values[i], i));
    };
    std::map<std::string, bool> told;
    auto const tell_once = [&](char const* kind, std::size_t i) {
        if (is_list_of_records || !std::exchange(told[kind], true)) tell(kind, i);
    };
    Real const least = field_.least ? Real(rules_.least) : std::numeric_limits<Real>::lowest();
    Real const most = field_.most ? Real(rules_.most) : std::numeric_limits<Real>::max();
    for (std::size_t i = 0; i < values.size(); ++i) {
        Real const value = values[i];
        if (std::isnan(value)) tell_once("nan", i);
        if (std::isinf(value)) tell_once("infinite", i);
        if (std::isfinite(value) && !is_good(value, rules_)) tell_once("fill", i);
        if (!is_good(value, rules_)) continue;
        if (value < 0) tell_once("negative", i);
        if (value < least) tell_once("below", i);
        if (value > most) tell_once("above", i);
        if (rules_.has_saturation && value >= Real(rules_.saturation)) tell_once("saturated", i);
    }
}

template <class Real>
void FieldScan::add_counts(std::span<Real const> values, Measured const& m, std::uint64_t record,
                           bool is_list_of_records) {
    FieldFacts& facts = part_.facts;
    bool const is_new =
        (m.nan > 0 && noted_["nan"] < most_places) || (m.infinite > 0 && noted_["infinite"] < most_places) ||
        (m.filled > 0 && noted_["fill"] < most_places) ||
        (m.negative > 0 && noted_["negative"] < most_places) ||
        (m.below > 0 && noted_["below"] < most_places) || (m.above > 0 && noted_["above"] < most_places) ||
        (m.saturated > 0 && noted_["saturated"] < most_places);
    if (is_new) find_odd(values, record, is_list_of_records);
    facts.values += values.size();
    facts.nan += m.nan, facts.infinite += m.infinite, facts.filled += m.filled;
    facts.negative += m.negative, facts.below += m.below, facts.above += m.above;
    facts.saturated += m.saturated;
}

template <class Real>
RecordStatistics FieldScan::take(std::span<Real const> values, std::uint64_t record) {
    FieldFacts& facts = part_.facts;
    Measured m = measure_some(values);
    add_counts(values, m, record, false);
    ++facts.records;
    if (m.bad() > 0) ++facts.records_with_nan;
    std::uint64_t const good = values.size() - m.bad();
    RecordStatistics statistics;
    statistics.bad = values.empty() ? 0 : float(double(m.bad()) / double(values.size()));
    if (good == 0) {
        statistics.least = statistics.most = statistics.mean = statistics.deviation =
            std::numeric_limits<float>::quiet_NaN();
        return statistics;
    }
    std::span<Real const> some = values;
    if (m.bad() > 0) {
        auto& kept = [&]() -> auto& {
            if constexpr (std::is_same_v<Real, float>)
                return good_floats_;
            else
                return good_;
        }();
        kept.clear();
        for (Real const value : values)
            if (is_good(value, rules_)) kept.push_back(value);
        some = kept;
        m = measure_some(some);
    }
    facts.fractional += m.fractional;
    add_moments(m, good);
    Real const most = Real(m.most);
    std::uint64_t const run = m.at_most >= 3 ? longest_run(some, most) : 1;
    if (m.least == m.most && good > 1) ++facts.records_constant;
    if (m.least == 0 && m.most == 0) ++facts.records_zero;
    if (run >= 3 && m.least < m.most) ++facts.records_flat_top;
    if (m.most > facts.most) facts.at_most = 0, facts.records_at_most = 0, facts.longest_at_most = 0;
    if (m.most >= facts.most)
        facts.at_most += m.at_most, ++facts.records_at_most,
            facts.longest_at_most = std::max(facts.longest_at_most, run);
    facts.most = std::max(facts.most, m.most);
    facts.least = std::min(facts.least, m.least);
    double const deviation = std::sqrt(m.sum_of_squares / double(good));
    statistics.least = float(m.least), statistics.most = float(m.most);
    statistics.mean = float(m.sum / double(good)), statistics.deviation = float(deviation);
    if (deviation > 0 && good > 2)
        statistics.roughness = float(std::sqrt(m.sum_of_bends / double(good - 2)) / deviation);
    if (m.weight > 0) statistics.centre = float(m.moment / m.weight / double(good));
    return statistics;
}

RecordStatistics FieldScan::take_record(std::span<float const> values, std::uint64_t record) {
    return take(values, record);
}

RecordStatistics FieldScan::take_record(std::span<double const> values, std::uint64_t record) {
    return take(values, record);
}

void FieldScan::take_index_ranges(std::span<float const> values) {
    auto& facts = part_.facts;
    if (!facts.index_least.empty() && facts.index_least.size() == values.size())
        widen_(values.data(), values.size(), facts.index_least.data(), facts.index_most.data(),
               facts.index_active.data());
}

void FieldScan::take_index_ranges(std::span<double const> values) {
    if (part_.facts.index_least.empty()) return;
    floats_.assign(values.begin(), values.end());
    take_index_ranges(std::span<float const>(floats_));
}

void FieldScan::take_axis(std::span<double const> values, std::size_t length, std::uint64_t record,
                          double rounding) {
    if (length < 2) return;
    for (std::size_t begin = 0; begin + length <= values.size(); begin += length) {
        std::span<double const> const line = values.subspan(begin, length);
        ++part_.facts.lines;
        double const step = (line.back() - line.front()) / double(length - 1);
        double largest = 0, off = 0;
        std::size_t broken = length, worst = 0;
        for (std::size_t i = 0; i < length; ++i) {
            if (broken == length &&
                !(std::isfinite(line[i]) && (i == 0 || (line[i] - line[i - 1]) * step > 0)))
                broken = i;
            largest = std::max(largest, std::abs(line[i]));
            double const away = std::abs(line[i] - line.front() - double(i) * step);
            if (away > off) off = away, worst = i;
        }
        if (broken < length) {
            ++part_.facts.lines_not_monotonic;
            note("not monotonic", record, fmt::format("value {} at index {}", line[broken], begin + broken));
        } else if (field_.is_uniform && off > 1e-6 * std::abs(step) + rounding * largest) {
            ++part_.facts.lines_not_uniform;
            note("not uniform", record,
                 fmt::format("value {} at index {} is {:.3g} steps off", line[worst], begin + worst,
                             off / std::abs(step)));
        }
    }
}

void FieldScan::take_numbers(std::span<double const> values, std::uint64_t first_record) {
    FieldFacts& facts = part_.facts;
    Measured m = measure_some(values);
    add_counts(values, m, first_record, true);
    facts.records += values.size();
    facts.records_with_nan += m.bad();
    std::uint64_t const good = values.size() - m.bad();
    if (good == 0) return;
    if (m.bad() > 0) {
        good_.clear();
        for (double const value : values)
            if (is_good(value, rules_)) good_.push_back(value);
        m = measure_some(std::span<double const>(good_));
    }
    facts.fractional += m.fractional;
    add_moments(m, good);
    if (m.most > facts.most) facts.at_most = 0, facts.records_at_most = 0;
    if (m.most >= facts.most) facts.at_most += m.at_most, facts.records_at_most += m.at_most;
    facts.most = std::max(facts.most, m.most);
    facts.least = std::min(facts.least, m.least);
}

void FieldScan::take_text(std::string const& text, std::uint64_t record) {
    ++part_.facts.records, ++part_.facts.values;
    if (!text.empty()) return;
    ++part_.facts.empty;
    note("empty", record, "no text");
}

}  // namespace hutch::curate::assess::detail
