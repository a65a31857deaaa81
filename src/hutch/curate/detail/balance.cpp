#include "hutch/curate/detail/balance.hpp"

#include <algorithm>
#include <cmath>

namespace hutch::curate::detail {

Balance measure_balance(std::vector<std::uint64_t> const& counts) {
    Balance balance;
    std::uint64_t least = 0, most = 0;
    for (std::uint64_t count : counts) {
        balance.records += count;
        count == 0 ? ++balance.empty : ++balance.classes;
        most = std::max(most, count);
        if (count > 0) least = least == 0 ? count : std::min(least, count);
    }
    if (balance.classes == 0) return balance;
    balance.largest_to_smallest = double(most) / double(least);
    double entropy = 0;
    for (std::uint64_t count : counts)
        if (double const share = double(count) / double(balance.records); count > 0)
            entropy -= share * std::log(share);
    balance.evenness = balance.classes == 1 ? 1 : entropy / std::log(double(balance.classes));
    return balance;
}

}  // namespace hutch::curate::detail
