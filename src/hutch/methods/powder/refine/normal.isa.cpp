// Put derivatives of lines together to a Jacobian, and the Jacobian to normal equations.
#include "hutch/methods/powder/refine/detail/kernels.hpp"

namespace hutch::powder::refine::detail::HUTCH_ISA {

namespace {

template <int count>
void add(double* __restrict row, double const* c, double const* const* channels, std::size_t n) {
    double const *a0 = channels[0], *a1 = channels[count > 1 ? 1 : 0], *a2 = channels[count > 2 ? 2 : 0],
                 *a3 = channels[count > 3 ? 3 : 0], *a4 = channels[count > 4 ? 4 : 0],
                 *a5 = channels[count > 5 ? 5 : 0];
#pragma omp simd
    for (std::size_t i = 0; i < n; ++i) {
        double sum = c[0] * a0[i];
        if constexpr (count > 1) sum += c[1] * a1[i];
        if constexpr (count > 2) sum += c[2] * a2[i];
        if constexpr (count > 3) sum += c[3] * a3[i];
        if constexpr (count > 4) sum += c[4] * a4[i];
        if constexpr (count > 5) sum += c[5] * a5[i];
        row[i] += sum;
    }
}

constexpr std::size_t tile = 4, chunk = 512;  // rows by rows, points of one pass

// Sixteen dot products of four rows with four others at a time.
void multiply_tile(double const* const (&a)[tile], double const* const (&b)[tile], std::size_t n,
                   double (&sums)[tile][tile]) {
    double s00 = 0, s01 = 0, s02 = 0, s03 = 0, s10 = 0, s11 = 0, s12 = 0, s13 = 0;
    double s20 = 0, s21 = 0, s22 = 0, s23 = 0, s30 = 0, s31 = 0, s32 = 0, s33 = 0;
#pragma omp simd reduction(+ : s00, s01, s02, s03, s10, s11, s12, s13, s20, s21, s22, s23, s30, s31, s32, s33)
    for (std::size_t i = 0; i < n; ++i) {
        double const a0 = a[0][i], a1 = a[1][i], a2 = a[2][i], a3 = a[3][i];
        double const b0 = b[0][i], b1 = b[1][i], b2 = b[2][i], b3 = b[3][i];
        s00 += a0 * b0, s01 += a0 * b1, s02 += a0 * b2, s03 += a0 * b3;
        s10 += a1 * b0, s11 += a1 * b1, s12 += a1 * b2, s13 += a1 * b3;
        s20 += a2 * b0, s21 += a2 * b1, s22 += a2 * b2, s23 += a2 * b3;
        s30 += a3 * b0, s31 += a3 * b1, s32 += a3 * b2, s33 += a3 * b3;
    }
    double const all[tile][tile] = {
        {s00, s01, s02, s03}, {s10, s11, s12, s13}, {s20, s21, s22, s23}, {s30, s31, s32, s33}};
    for (std::size_t r = 0; r < tile; ++r)
        for (std::size_t c = 0; c < tile; ++c) sums[r][c] = all[r][c];
}

bool is_empty(NormalInput const& in, std::size_t row, std::size_t from, std::size_t n) {
    for (std::size_t r = row; r < in.rows && r < row + tile; ++r)
        if (in.support[r].begin < from + n && in.support[r].end > from) return false;
    return true;
}

void add_rows(NormalInput const& in, std::size_t from, std::size_t n, std::size_t row, double* matrix) {
    if (is_empty(in, row, from, n)) return;
    double weighted[tile][chunk];
    double const* a[tile];
    std::size_t const here = in.rows - row < tile ? in.rows - row : tile;
    for (std::size_t r = 0; r < tile; ++r) {
        double const* source = in.jacobian + (row + (r < here ? r : 0)) * in.stride + from;
        for (std::size_t i = 0; i < n; ++i) weighted[r][i] = in.weight[from + i] * source[i];
        a[r] = weighted[r];
    }
    for (std::size_t column = 0; column <= row; column += tile) {
        if (is_empty(in, column, from, n)) continue;
        double const* b[tile];
        for (std::size_t c = 0; c < tile; ++c)
            b[c] = in.jacobian + (column + c < in.rows ? column + c : column) * in.stride + from;
        double sums[tile][tile];
        multiply_tile(a, b, n, sums);
        for (std::size_t r = 0; r < here; ++r)
            for (std::size_t c = 0; c < tile && column + c < in.rows; ++c)
                matrix[(row + r) * in.rows + column + c] += sums[r][c];
    }
}

}  // namespace

void add_combinations(Combination const* all, std::size_t count, double const* const* channels,
                      std::size_t channel_count, std::size_t n) {
    for (std::size_t k = 0; k < count; ++k) {
        double c[6];
        double const* used[6];
        int found = 0;
        for (std::size_t j = 0; j < channel_count; ++j)
            if (all[k].coefficient[j] != 0) c[found] = all[k].coefficient[j], used[found++] = channels[j];
        switch (found) {
            case 1:
                add<1>(all[k].row, c, used, n);
                break;
            case 2:
                add<2>(all[k].row, c, used, n);
                break;
            case 3:
                add<3>(all[k].row, c, used, n);
                break;
            case 4:
                add<4>(all[k].row, c, used, n);
                break;
            case 5:
                add<5>(all[k].row, c, used, n);
                break;
            case 6:
                add<6>(all[k].row, c, used, n);
                break;
            default:
                break;
        }
    }
}

void add_normal(NormalInput const& in, double* matrix, double* vector) {
    for (std::size_t from = 0; from < in.n; from += chunk) {
        std::size_t const n = in.n - from < chunk ? in.n - from : chunk;
        for (std::size_t row = 0; row < in.rows; row += tile) add_rows(in, from, n, row, matrix);
        for (std::size_t row = 0; row < in.rows; ++row) {
            double const* j = in.jacobian + row * in.stride + from;
            double sum = 0;
#pragma omp simd reduction(+ : sum)
            for (std::size_t i = 0; i < n; ++i) sum += j[i] * in.weight[from + i] * in.residual[from + i];
            vector[row] += sum;
        }
    }
}

}  // namespace hutch::powder::refine::detail::HUTCH_ISA
