/// Lay out a legend above the plot area or, where it is long, right of it; never over the data.
#pragma once

#include "hutch/data/detail/axis.hpp"

#include <string>
#include <vector>

namespace hutch::data::detail {

/// How a curve or row of marks is drawn, as SVG stroke attributes.
struct Stroke {
    std::string colour;  ///< as given by the user, or of the palette
    std::string dashes;  ///< empty: solid
};

/// Return the n-th stroke of a palette that colour-blind people can tell apart; solid first, then dashed.
///
/// Source: M. Okabe and K. Ito, Color Universal Design (2008); its yellow is left out, being too pale on
/// white.
Stroke palette(std::size_t n);

struct LegendEntry {
    enum class Sign { line, points, sticks, marks } sign;
    Stroke stroke;
    std::string label;
};

struct Legend {
    std::vector<LegendEntry> entries;
    std::vector<double> column_x;  ///< one per entry [px] from the left of the plot area; above only
    std::vector<int> rows;         ///< one per entry; above only
    double height_above = 0, width_right = 0;  ///< room it takes [px]; one of them is 0
};

/// Return a legend of the entries that have a label, for a plot area about this wide.
Legend lay_out_legend(std::vector<LegendEntry> const& entries, double plot_width);
void draw_legend(Svg& svg, Frame const& frame, Legend const& legend, double top);

/// Return stroke attributes.
std::string stroke_attributes(Stroke const& stroke, LegendEntry::Sign sign);

}  // namespace hutch::data::detail
