/// Take the values of one field, some records at a time, into its counts.
#pragma once

#include "hutch/curate/assess/detail/file_facts.hpp"
#include "hutch/curate/assess/detail/measure.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace hutch::curate::assess::detail {

class FieldScan {
  public:
    /// \param file       for places
    /// \param is_single  values are floats, and so are the limits they are compared with
    FieldScan(Field const& field, std::string file, FieldPart& part, bool is_single = false);

    /// Take the values of one record. \return numbers that stand for them
    RecordStatistics take_record(std::span<float const> values, std::uint64_t record);
    RecordStatistics take_record(std::span<double const> values, std::uint64_t record);
    /// Take one number each of several records.
    void take_numbers(std::span<double const> values, std::uint64_t first_record);
    /// Take a text of one record.
    void take_text(std::string const& text, std::uint64_t record);
    /// Keep the range of each index, of records of this length. \param width  0: do not
    void keep_index_ranges(std::size_t width);
    /// Widen the ranges of each index by the values of one record; NaN is left out.
    void take_index_ranges(std::span<float const> values);
    void take_index_ranges(std::span<double const> values);
    /// Look whether lines of a length are strictly monotonic and, where declared so, uniform.
    void take_axis(std::span<double const> values, std::size_t length, std::uint64_t record, double rounding);
    /// Add a place unless there are enough of its kind.
    void note(char const* kind, std::uint64_t record, std::string const& what);

  private:
    template <class Real>
    RecordStatistics take(std::span<Real const> values, std::uint64_t record);
    template <class Real>
    Measured measure_some(std::span<Real const> values) const;
    template <class Real>
    void add_counts(std::span<Real const> values, Measured const& measured, std::uint64_t record,
                    bool is_list_of_records);
    template <class Real>
    void find_odd(std::span<Real const> values, std::uint64_t record, bool is_list_of_records);
    void add_moments(Measured const& measured, std::uint64_t good);

    Field const& field_;
    std::string file_;
    FieldPart& part_;
    ValueRules rules_;
    std::vector<float> floats_;
    std::vector<double> good_;
    std::vector<float> good_floats_;
    std::map<std::string, int> noted_;
    void (*measure_floats_)(float const*, std::size_t, ValueRules const&, Measured&);
    void (*measure_doubles_)(double const*, std::size_t, ValueRules const&, Measured&);
    void (*widen_)(float const*, std::size_t, float*, float*, float*);
};

}  // namespace hutch::curate::assess::detail
