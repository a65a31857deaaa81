// A time-of-flight line over a window of points: both exponential integrals first, then all channels.
#include "hutch/methods/powder/refine/detail/elementary.hpp"
#include "hutch/methods/powder/refine/detail/flight_kernels.hpp"

namespace hutch::powder::refine::detail::HUTCH_ISA {

using namespace hutch::powder::refine::HUTCH_ISA;

namespace {

constexpr std::size_t block_points = 64;
constexpr double near_square = 4;  // |z| = 2 is where the series ends

// F(z) as a sum of c / (z + s) for |z| >= 2 in the upper half plane, both axes included: the contour of the
// integral of exp(-t) / (t + z) turned away from its pole, reduced to few terms by the AAA algorithm
// (Nakatsukasa, Sete & Trefethen, SIAM J. Sci. Comput. 40 (2018) A1494) from 40-digit values; within 2.5e-12
// of F. The second table is for |z| >= 16, within 3.6e-12.
struct Term {
    double s_real, s_imaginary, c_real, c_imaginary;
};
constexpr Term all_terms[] = {
    {0, 0, 0.0051440284116225643, 0.025838927510760265},
    {0.018889926237023444, 0.094158777369742791, 0.045527288825600171, 0.15048619389164608},
    {0.06385924215718583, 0.31094157091747976, 0.13139053270666823, 0.22885133055923282},
    {0.13849814860189008, 0.64192979894726021, 0.26571573664396397, 0.22108858417557323},
    {0.25414557630961621, 1.082984392658092, 0.39212270932948784, 0.082800758545005584},
    {0.43352113216481764, 1.637943983820682, 0.38822658450416464, -0.17036827882540503},
    {0.71226709316523451, 2.3178552635331209, 0.15435688650324778, -0.37258907604274971},
    {1.1383320754865265, 3.1362960916441471, -0.16457172045562116, -0.28655932510991183},
    {1.7703359998445471, 4.1042438408201063, -0.21967793907657859, 0.0041134093066862625},
    {2.6767989860842065, 5.2270991202293562, -0.035671146394180293, 0.10467857504247834},
    {3.9390812293498088, 6.5046353398667911, 0.033747745860784224, 0.019417084690848324},
    {5.661811437331445, 7.9341808290544584, 0.0046594993129097928, -0.0073416749402882928},
    {7.9979998895201359, 9.5174676505231925, -0.00096095610279257828, -0.00047239552767457598},
    {11.218145955190641, 11.273918138751247, -9.937629481178569e-06, 5.6156328407007998e-05},
    {15.987810958306724, 13.292965470923734, 6.8756102667351408e-07, -2.6960502899387072e-07}};
constexpr Term far_terms[] = {
    {0, 0, 0.12192081295061248, 0.05799474967791432},
    {0.44842053453325698, 0.21576903455450505, 0.52095221899110367, 0.12594334547318137},
    {1.5092660756302969, 0.74647233843924443, 0.32768765546023337, -0.091266789031850329},
    {3.1859316140496543, 1.6465017563471471, 0.039571467661295379, -0.085218138852360167},
    {5.464861279444313, 2.994031410866977, -0.0097498368819120534, -0.0082727577529926096},
    {8.2998601948403543, 4.8337265325099823, -0.00041699151424501204, 0.00082820840399079837},
    {11.738408705590475, 7.0720290037193996, 3.5144628958806214e-05, -8.4796719413201014e-06},
    {16.378558051010284, 9.5716177780325857, -4.7129395607851279e-07, -1.3824505840268746e-07}};

template <int count>
void add_terms(Term const (&terms)[count], double const* __restrict a, double b, std::size_t n,
               double* __restrict real, double* __restrict imaginary) {
#pragma omp simd
    for (std::size_t i = 0; i < n; ++i) {
        double re = 0, im = 0;
#pragma GCC unroll 16
        for (int k = 0; k < count; ++k) {
            double const y = b + terms[k].s_imaginary, x = a[i] + terms[k].s_real;
            double const inverse = 1.0 / (x * x + y * y);
            re += (terms[k].c_real * x + terms[k].c_imaginary * y) * inverse;
            im += (terms[k].c_imaginary * x - terms[k].c_real * y) * inverse;
        }
        real[i] = re;
        imaginary[i] = im;
    }
}

// E1(z) = -gamma - log z - sum (-z)^k / (k k!), Abramowitz & Stegun 5.1.11; 22 terms give 1e-15 at |z| = 2.
constexpr int series_length = 22;
struct Series {
    double c[series_length + 1];
    constexpr Series() : c{} {
        double factorial = 1;
        for (int k = 1; k <= series_length; ++k) {
            factorial *= k;
            c[k] = (k % 2 ? 1 : -1) / (k * factorial);
        }
    }
};
constexpr Series series;

void fill_near(double const* __restrict a, double b, double cosine, double sine, std::size_t n,
               double* __restrict real, double* __restrict imaginary) {
    constexpr double euler = 0.57721566490153286;
#pragma omp simd
    for (std::size_t i = 0; i < n; ++i) {
        double const x = a[i];
        double re = series.c[series_length], im = 0;
#pragma GCC unroll 32
        for (int k = series_length - 1; k >= 0; --k) {
            double const next = re * x - im * b + series.c[k];
            im = re * b + im * x;
            re = next;
        }
        re -= euler + 0.5 * log_of(x * x + b * b);
        im -= angle_of(x, b);
        double const size = exp_of(x);
        real[i] = size * (re * cosine - im * sine);
        imaginary[i] = size * (re * sine + im * cosine);
    }
}

struct Block {
    double t[block_points], a[block_points];
    double p_real[block_points], p_imaginary[block_points], q_real[block_points], q_imaginary[block_points];
    double h1[block_points], h2[block_points], edge[block_points];
};

void fill_gauss(FlightShape const& s, Block& __restrict block, std::size_t n) {
    double const alpha = s.alpha.rate, beta = s.beta.rate, variance = s.variance;
    double const scale = 1 / __builtin_sqrt(2 * variance);
#pragma omp simd
    for (std::size_t i = 0; i < n; ++i) {
        double const t = block.t[i];
        double const y1 = (alpha * variance + t) * scale, y2 = (beta * variance - t) * scale;
        double const edge = exp_of(-(t * scale) * (t * scale));
        // Only one of y1 and y2 can be negative; where none is, the exponential is not used.
        double const slope =
            y1 < 0 ? alpha * (0.5 * alpha * variance + t) : beta * (0.5 * beta * variance - t);
        double const outer = 2 * exp_of(slope < 0 ? slope : 0.0);
        double const inner1 = edge * erfcx_of(__builtin_fabs(y1)),
                     inner2 = edge * erfcx_of(__builtin_fabs(y2));
        block.h1[i] = y1 < 0 ? outer - inner1 : inner1;
        block.h2[i] = y2 < 0 ? outer - inner2 : inner2;
        block.edge[i] = edge;
    }
}

template <bool has_lorentz, bool has_gauss>
double combine(double const (&c)[5], FlightShape const& s, Block const& b, std::size_t i) {
    double sum = 0;
    if constexpr (has_lorentz)
        sum += c[0] * (b.p_imaginary[i] + b.q_imaginary[i]) +
               c[1] * (s.alpha.rate * b.p_real[i] + s.beta.rate * b.q_real[i]);
    if constexpr (has_gauss)
        sum += c[2] * (b.h1[i] + b.h2[i]) +
               c[3] * (s.alpha.rate * s.alpha.rate * b.h1[i] + s.beta.rate * s.beta.rate * b.h2[i]) +
               c[4] * b.edge[i];
    return sum;
}

template <bool has_lorentz, bool has_gauss>
void write_block(FlightShape const& s, Block const& b, std::size_t from, std::size_t n,
                 FlightChannels const& out) {
    double const alpha = s.alpha.rate, beta = s.beta.rate, g = s.half;
    double const lorentz = has_lorentz ? s.lorentz : 0.0, gauss = has_gauss ? s.gauss : 0.0;
#pragma omp simd
    for (std::size_t i = 0; i < n; ++i) {
        double const t = b.t[i];
        double p = 0, q = 0, p_change = 0, q_change = 0;
        if constexpr (has_lorentz) {
            p = lorentz * b.p_imaginary[i], q = lorentz * b.q_imaginary[i];
            p_change = lorentz * (t * b.p_imaginary[i] + g * b.p_real[i]);
            q_change = lorentz * (-t * b.q_imaginary[i] + g * b.q_real[i]);
        }
        if constexpr (has_gauss) {
            double const edge = s.gauss_edge * b.edge[i];
            p += gauss * b.h1[i], q += gauss * b.h2[i];
            p_change += gauss * ((alpha * s.variance + t) * b.h1[i] - edge);
            q_change += gauss * ((beta * s.variance - t) * b.h2[i] - edge);
        }
        out.value[from + i] = p + q;
        out.d_centre[from + i] = beta * q - alpha * p;
        out.d_alpha[from + i] = s.alpha.norm * (p + q) + p_change;
        out.d_beta[from + i] = s.beta.norm * (p + q) + q_change;
        out.d_sigma_square[from + i] = combine<has_lorentz, has_gauss>(s.by_sigma_square, s, b, i);
    }
    if (!out.d_gamma) return;
#pragma omp simd
    for (std::size_t i = 0; i < n; ++i)
        out.d_gamma[from + i] = combine<has_lorentz, has_gauss>(s.by_gamma, s, b, i);
}

template <bool has_lorentz, bool has_gauss>
void sum_blocks(FlightShape const& s, double const* x, std::size_t n, FlightChannels const& out) {
    Block b;
    for (std::size_t from = 0; from < n; from += block_points) {
        std::size_t const points = n - from < block_points ? n - from : block_points;
        for (std::size_t i = 0; i < points; ++i) b.t[i] = x[from + i] - s.centre;
        if constexpr (has_lorentz) {
            for (std::size_t i = 0; i < points; ++i) b.a[i] = s.alpha.rate * b.t[i];
            exponential_integral(b.a, s.alpha.rate * s.half, s.alpha.cosine, s.alpha.sine, points, b.p_real,
                                 b.p_imaginary);
            for (std::size_t i = 0; i < points; ++i) b.a[i] = -s.beta.rate * b.t[i];
            exponential_integral(b.a, s.beta.rate * s.half, s.beta.cosine, s.beta.sine, points, b.q_real,
                                 b.q_imaginary);
        }
        if constexpr (has_gauss) fill_gauss(s, b, points);
        write_block<has_lorentz, has_gauss>(s, b, from, points, out);
    }
}

}  // namespace

void exponential_integral(double const* a, double b, double cosine, double sine, std::size_t n, double* real,
                          double* imaginary) {
    constexpr double far_distance = 16;
    bool const is_far =
        b > far_distance || (n > 0 && a[0] * a[n - 1] > 0 && __builtin_fabs(a[0]) > far_distance &&
                             __builtin_fabs(a[n - 1]) > far_distance);
    if (is_far) return add_terms(far_terms, a, b, n, real, imaginary);
    // The points near 0 lie side by side.
    double const limit = near_square - b * b;
    std::size_t first = 0, last = n;
    while (first < n && a[first] * a[first] >= limit) ++first;
    while (last > first && a[last - 1] * a[last - 1] >= limit) --last;
    if (last - first < n) add_terms(all_terms, a, b, n, real, imaginary);
    if (last > first) fill_near(a + first, b, cosine, sine, last - first, real + first, imaginary + first);
}

void sum_parts(FlightShape const& shape, FlightParts parts, double const* x, std::size_t n,
               FlightChannels const& out) {
    if (parts == FlightParts::both)
        sum_blocks<true, true>(shape, x, n, out);
    else if (parts == FlightParts::lorentz)
        sum_blocks<true, false>(shape, x, n, out);
    else
        sum_blocks<false, true>(shape, x, n, out);
}

}  // namespace hutch::powder::refine::detail::HUTCH_ISA
