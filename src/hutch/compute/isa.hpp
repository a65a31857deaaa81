/// Choose among the instruction-set levels that *.isa.cpp files are compiled for.
#pragma once

namespace hutch::compute {

/// Levels of the x86-64 psABI; other processors have the baseline only.
enum class Isa { baseline, x86_64_v3, x86_64_v4 };

/// Return the best level that this processor runs; HUTCH_ISA=baseline|x86_64_v3|x86_64_v4 lowers it.
Isa best_isa();
char const* to_name(Isa isa);

/// Return the one of three function pointers that belongs to a level.
template <class Function>
Function choose(Isa isa, Function baseline, [[maybe_unused]] Function v3, [[maybe_unused]] Function v4) {
    return isa == Isa::x86_64_v4 ? v4 : isa == Isa::x86_64_v3 ? v3 : baseline;
}

}  // namespace hutch::compute

/// Declare `RESULT NAME PARAMETERS` once for each compiled level, inside the namespace where it stands.
#if defined(__x86_64__)
#define HUTCH_DECLARE_FOR_EACH_ISA(RESULT, NAME, PARAMETERS) \
    namespace baseline {                                     \
    RESULT NAME PARAMETERS;                                  \
    }                                                        \
    namespace x86_64_v3 {                                    \
    RESULT NAME PARAMETERS;                                  \
    }                                                        \
    namespace x86_64_v4 {                                    \
    RESULT NAME PARAMETERS;                                  \
    }
/// Return the function NAME of namespace SPACE for this processor.
#define HUTCH_CHOOSE_ISA(SPACE, NAME)                                                                       \
    ::hutch::compute::choose(::hutch::compute::best_isa(), &SPACE::baseline::NAME, &SPACE::x86_64_v3::NAME, \
                             &SPACE::x86_64_v4::NAME)
#else
#define HUTCH_DECLARE_FOR_EACH_ISA(RESULT, NAME, PARAMETERS) \
    namespace baseline {                                     \
    RESULT NAME PARAMETERS;                                  \
    }
#define HUTCH_CHOOSE_ISA(SPACE, NAME) (&SPACE::baseline::NAME)
#endif
