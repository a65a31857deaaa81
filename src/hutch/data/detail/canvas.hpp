/// What all kinds of plots share: checks of their options, title, "no data".
#pragma once

#include "hutch/data/detail/axis.hpp"
#include "hutch/data/plot.hpp"

namespace hutch::data::detail {

/// \throws Error bad_input unless both are 100 to 20,000 px
void check_size(double width, double height);
/// \throws Error bad_input when a curve has not as many x as y
void check_same_length(std::string const& label, std::size_t x, std::size_t y);
/// Return the range of x that the options ask for, in axis space; empty if they leave it to the data or ask
/// for what a logarithmic axis cannot show.
Range wished_range(PlotOptions const& options);
/// Return the range with room above and below; data that start near zero stand on zero.
Range with_room(Range range, bool log);
void draw_title(Svg& svg, std::string_view title, double width, double baseline);
void draw_no_data(Svg& svg, Frame const& frame);

}  // namespace hutch::data::detail
