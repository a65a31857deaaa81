/// Find rows of numbers that are closer to each other than the density of all rows explains.
#pragma once

#include "hutch/curate/assess/columns.hpp"

#include <utility>
#include <vector>

namespace hutch::curate::assess::detail {

struct NearRows {
    std::vector<std::pair<std::uint64_t, std::uint64_t>> across;  ///< records in different splits, ascending
    std::uint64_t within = 0, compared = 0;
    double scale = 0;  ///< [standard deviation] within which all numbers of these pairs agree
};

/// Return whether a table has three number features that are different in most records.
bool has_comparable_rows(TableFacts const& table);

/// Find pairs whose numbers all agree within 1e-2, 1e-3 or 1e-4 standard deviations, but are not all equal.
///
/// Pairs at a scale count only where they are many more (6 standard deviations) than those at one to ten
/// times the scale explain: in rows that fill k dimensions the latter are 10^k - 1 times as many, so that
/// dense tables with few independent columns raise no alarm. Each row is compared with the next 200 in the
/// order of its most varied column.
NearRows find_near_rows(TableFacts const& table, Classes const& splits);

}  // namespace hutch::curate::assess::detail
