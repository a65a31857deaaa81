/// Give what one atom adds to a geometric structure factor.
#pragma once

#include "hutch/methods/powder/detail/kernels.hpp"
#include "hutch/methods/powder/detail/vector_math.hpp"

namespace hutch::powder::detail::HUTCH_ISA {

using namespace hutch::powder::HUTCH_ISA;

/// Weight times anisotropic displacement factor, and the phase in turns within [-1/2, 1/2].
///
/// Phases are reduced in double precision: h.x has up to four digits before the point.
struct AtomWave {
    float factor, turns;
};
template <bool is_anisotropic>
HUTCH_KERNEL inline AtomWave atom_wave(Atom const& atom, float h, float k, float l) {
    double const phase =
        double(h) * atom.position[0] + double(k) * atom.position[1] + double(l) * atom.position[2];
    AtomWave wave{atom.weight, float(phase - __builtin_rint(phase))};
    if constexpr (is_anisotropic) {
        float const* const b = atom.beta;
        wave.factor *=
            exp_of(-(h * (h * b[0] + k * b[3] + l * b[4]) + k * (k * b[1] + l * b[5]) + l * l * b[2]));
    }
    return wave;
}

}  // namespace hutch::powder::detail::HUTCH_ISA
