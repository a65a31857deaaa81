// What the units of a core can do at most: multiply-adds on independent registers, loads, and STREAM's loops.
#include <cstddef>

#if defined(__x86_64__)
#include <immintrin.h>
#define HUTCH_KEEP(value) asm volatile("" : "+v"(value))
#elif defined(__aarch64__)
#define HUTCH_KEEP(value) asm volatile("" : "+w"(value))
#else
#define HUTCH_KEEP(value) asm volatile("" : "+m"(value))
#endif

namespace hutch::compute::HUTCH_ISA {
namespace {

#if defined(__AVX512F__)
constexpr int vector_bytes = 64;
#elif defined(__AVX__)
constexpr int vector_bytes = 32;
#else
constexpr int vector_bytes = 16;
#endif
typedef double Doubles __attribute__((vector_size(vector_bytes)));
typedef float Floats __attribute__((vector_size(vector_bytes)));
constexpr std::size_t width = vector_bytes / sizeof(double);

template <class Vector>
inline __attribute__((always_inline)) void multiply_add(Vector& sum, Vector factor, Vector addend) {
    sum = sum * factor + addend;
    HUTCH_KEEP(sum);
}

// Twelve chains hide a latency of 4 cycles on up to 3 units, and fit the 16 registers of AVX with two to
// spare. They are named one by one, because an array of them ends on the stack.
template <class Vector, class Real>
double run_chains(std::size_t rounds, double& sink) {
    constexpr int lanes = vector_bytes / int(sizeof(Real)), chains = 12;
    Vector factor = Vector{} + Real(0.999), addend = Vector{} + Real(1e-3);
    HUTCH_KEEP(factor);
    HUTCH_KEEP(addend);
    Vector a = factor, b = factor, c = factor, d = factor, e = factor, f = factor;
    Vector g = factor, h = factor, i = factor, j = factor, k = factor, l = factor;
    for (std::size_t round = 0; round < rounds; ++round) {
        multiply_add(a, factor, addend), multiply_add(b, factor, addend), multiply_add(c, factor, addend);
        multiply_add(d, factor, addend), multiply_add(e, factor, addend), multiply_add(f, factor, addend);
        multiply_add(g, factor, addend), multiply_add(h, factor, addend), multiply_add(i, factor, addend);
        multiply_add(j, factor, addend), multiply_add(k, factor, addend), multiply_add(l, factor, addend);
    }
    sink += double((a + b + c + d + e + f + g + h + i + j + k + l)[0]);
    return 2.0 * lanes * chains * double(rounds);
}

inline Doubles load(double const* from) {
    Doubles value = *reinterpret_cast<Doubles const*>(from);
    HUTCH_KEEP(value);  // without it the compiler may turn a copy into a call of memcpy
    return value;
}

struct Plain {
    static void store(double* to, Doubles value) { *reinterpret_cast<Doubles*>(to) = value; }
    static void finish() {}
};

#if defined(__x86_64__)
struct NonTemporal {
    static void store(double* to, Doubles value) {
#if defined(__AVX512F__)
        _mm512_stream_pd(to, value);
#elif defined(__AVX__)
        _mm256_stream_pd(to, value);
#else
        _mm_stream_pd(to, value);
#endif
    }
    static void finish() { _mm_sfence(); }
};
#else
using NonTemporal = Plain;
#endif

// The four loops as https://www.cs.virginia.edu/stream/ref.html defines them; arrays start on 64 bytes.
template <class Store>
void run_loop(int loop, double* a, double* b, double* c, std::size_t count) {
    constexpr double q = 3;
    if (loop == 0)
        for (std::size_t i = 0; i < count; i += width) Store::store(c + i, load(a + i));
    if (loop == 1)
        for (std::size_t i = 0; i < count; i += width) Store::store(b + i, q * load(c + i));
    if (loop == 2)
        for (std::size_t i = 0; i < count; i += width) Store::store(c + i, load(a + i) + load(b + i));
    if (loop == 3)
        for (std::size_t i = 0; i < count; i += width) Store::store(a + i, load(b + i) + q * load(c + i));
    Store::finish();
}

}  // namespace

double run_fp64(std::size_t rounds, double& sink) { return run_chains<Doubles, double>(rounds, sink); }
double run_fp32(std::size_t rounds, double& sink) { return run_chains<Floats, float>(rounds, sink); }

void run_stream(int loop, bool non_temporal, double* a, double* b, double* c, std::size_t count) {
    non_temporal ? run_loop<NonTemporal>(loop, a, b, c, count) : run_loop<Plain>(loop, a, b, c, count);
}

void run_loads(double const* from, std::size_t count, std::size_t rounds) {
    for (std::size_t round = 0; round < rounds; ++round)
#pragma GCC unroll 8
        for (std::size_t i = 0; i < count; i += width) load(from + i);
}

}  // namespace hutch::compute::HUTCH_ISA
