/// Bring the pattern of a record onto the data set's axis: intensity, its uncertainty, and where both hold.
#pragma once

#include "hutch/curate/make/augment.hpp"
#include "hutch/curate/make/sources.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace hutch::curate::make {

struct Row {
    std::vector<float> intensity, sigma;  ///< [count]; 0 where the mask is
    std::vector<std::int8_t> mask;        ///< 1 where intensity and sigma hold values
};

/// Makes the rows of records, one after another.
class RowMaker {
  public:
    RowMaker(Request const& request, Frame const& frame);
    /// Return the axis that all rows have: that of the request, or of the first record.
    std::vector<double> const& axis() const { return axis_; }
    data::AxisKind kind() const { return kind_; }
    /// Return why a record cannot be brought to the axis, or nothing.
    std::optional<std::string> first_problem(std::size_t record);
    Row make(std::size_t record);

  private:
    data::Pattern read(std::size_t record);
    std::vector<double> positions(data::Pattern const& pattern, std::size_t record) const;
    Request const& request_;
    Frame const& frame_;
    PatternReader reader_;
    std::vector<double> axis_;
    data::AxisKind kind_;
};

/// Leave out records whose pattern cannot be brought to the axis, or does not reach it.
/// \throws Error bad_input when none is left
void refuse_off_axis(Request const& request, unsigned threads, Frame& frame);

}  // namespace hutch::curate::make
