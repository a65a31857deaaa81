#include "hutch/base/random.hpp"

#include <cmath>
#include <numbers>

namespace hutch {

double RandomStream::normal() {
    double const radius = std::sqrt(-2 * std::log(uniform()));
    return radius * std::cos(2 * std::numbers::pi * uniform());
}

}  // namespace hutch
