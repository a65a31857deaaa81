#include "hutch/data/structure.hpp"

#include <gemmi/elem.hpp>

namespace hutch::data {

char const* element_symbol(int atomic_number) {
    if (atomic_number < 1 || atomic_number > 118) return "";
    return gemmi::element_name(static_cast<gemmi::El>(atomic_number));
}

}  // namespace hutch::data
