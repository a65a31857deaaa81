// Fused multiply-adds on 16 independent vectors of 16 floats: what the arithmetic units can do at most.
#include <cstddef>

namespace hutch::compute::HUTCH_ISA {

float run_fma(std::size_t rounds) {
    constexpr int width = 16, chains = 12;
    typedef float Vector __attribute__((vector_size(width * sizeof(float))));
    Vector sums[chains];
    for (int c = 0; c < chains; ++c)
        for (int i = 0; i < width; ++i) sums[c][i] = 0.001f * float(c * width + i);
    Vector factor, addend;
    for (int i = 0; i < width; ++i) factor[i] = 0.999f, addend[i] = 1e-3f;
    for (std::size_t round = 0; round < rounds; ++round)
        for (int c = 0; c < chains; ++c) sums[c] = sums[c] * factor + addend;
    float total = 0;
    for (int c = 0; c < chains; ++c)
        for (int i = 0; i < width; ++i) total += sums[c][i];
    return total;
}

}  // namespace hutch::compute::HUTCH_ISA
