#include "hutch/curate/detail/composition.hpp"

namespace hutch::curate::detail {

std::vector<float> atomic_fractions(data::Structure const& structure) {
    std::vector<double> const contents = data::cell_contents(structure);
    double total = 0;
    for (double count : contents) total += count;
    std::vector<float> fractions(element_count, 0);
    for (std::size_t z = 1; z <= element_count; ++z) fractions[z - 1] = float(contents[z] / total);
    return fractions;
}

}  // namespace hutch::curate::detail
