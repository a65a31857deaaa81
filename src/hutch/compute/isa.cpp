#include "hutch/compute/isa.hpp"

#include <algorithm>
#include <cstdlib>
#include <string_view>

namespace hutch::compute {
namespace {

Isa detect() {
#if defined(__x86_64__)
    Isa found = Isa::baseline;
    __builtin_cpu_init();
    bool const v3 =
        __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && __builtin_cpu_supports("bmi2");
    bool const v4 = v3 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
                    __builtin_cpu_supports("avx512cd") && __builtin_cpu_supports("avx512dq") &&
                    __builtin_cpu_supports("avx512vl");
    if (v3) found = Isa::x86_64_v3;
    if (v4) found = Isa::x86_64_v4;
    if (char const* text = std::getenv("HUTCH_ISA"))
        for (Isa wanted : {Isa::baseline, Isa::x86_64_v3})
            if (std::string_view(text) == to_name(wanted)) found = std::min(found, wanted);
    return found;
#else
    return Isa::baseline;
#endif
}

}  // namespace

Isa best_isa() {
    static Isa const isa = detect();
    return isa;
}

char const* to_name(Isa isa) {
    switch (isa) {
        case Isa::baseline:
            return "baseline";
        case Isa::x86_64_v3:
            return "x86_64_v3";
        case Isa::x86_64_v4:
            break;
    }
    return "x86_64_v4";
}

}  // namespace hutch::compute
