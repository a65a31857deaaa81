// Add atoms to the geometric structure factors of one species.
#include "hutch/methods/powder/detail/atom.hpp"

namespace hutch::powder::detail::HUTCH_ISA {

namespace {

constexpr std::size_t block =
    64;  // reflections at a time: all arrays of a block stay in the first-level cache

template <bool is_anisotropic, bool is_centric>
void add_block(AtomTarget const& t, std::size_t from, std::size_t length, Atom const* atoms,
               std::size_t count, float* cosines, float* sines) {
    for (std::size_t a = 0; a < count; ++a) {
        Atom const atom = atoms[a];
#pragma omp simd
        for (std::size_t i = 0; i < length; ++i) {
            std::size_t const j = from + i;
            AtomWave const wave = atom_wave<is_anisotropic>(atom, t.h[j], t.k[j], t.l[j]);
            cosines[i] += wave.factor * cosine_of_turns(wave.turns);
            if constexpr (!is_centric) sines[i] += wave.factor * sine_of_turns(wave.turns);
        }
    }
}

template <bool is_anisotropic, bool is_centric>
void add_all(AtomTarget const& t, Atom const* atoms, std::size_t count, float b_iso, float* sums) {
    for (std::size_t from = 0; from < t.n; from += block) {
        float *cosines = sums, *sines = sums + block;
        for (std::size_t i = 0; i < 2 * block; ++i) sums[i] = 0;
        std::size_t const length = t.n - from < block ? t.n - from : block;
        add_block<is_anisotropic, is_centric>(t, from, length, atoms, count, cosines, sines);
        for (std::size_t i = 0; i < length; ++i) {
            float const displacement = is_anisotropic ? 1.0f : exp_of(-b_iso * t.s_squared[from + i]);
            t.g_real[from + i] += displacement * cosines[i];
            if constexpr (!is_centric) t.g_imaginary[from + i] += displacement * sines[i];
        }
    }
}

}  // namespace

void add_atoms(AtomTarget const& t, Atom const* atoms, std::size_t count, AtomOptions const& options,
               float* sums) {
    if (options.is_anisotropic && options.is_centric) add_all<true, true>(t, atoms, count, 0, sums);
    if (options.is_anisotropic && !options.is_centric) add_all<true, false>(t, atoms, count, 0, sums);
    if (!options.is_anisotropic && options.is_centric)
        add_all<false, true>(t, atoms, count, options.b_iso, sums);
    if (!options.is_anisotropic && !options.is_centric)
        add_all<false, false>(t, atoms, count, options.b_iso, sums);
}

}  // namespace hutch::powder::detail::HUTCH_ISA
