/// Say how surely and how strongly samples differ: tests with a p-value and an effect size.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace hutch::curate::assess {

/// Return the chance that chi-square of some degrees of freedom exceeds a value.
/// \par Source  regularised upper incomplete gamma function, series and continued fraction (Abramowitz and
///              Stegun 6.5.29, 6.5.31)
double chi_square_tail(double chi_square, double degrees);
/// Return the chance that a standard normal number exceeds a value.
double normal_tail(double z);

/// Largest distance of two cumulative distributions.
struct KolmogorovSmirnov {
    double distance = 0;  ///< 0 to 1: the effect size
    double p = 1;         ///< that chance alone gives as much
};
/// Compare two samples; NaN are left out. \param share_one, share_other  independent values a value stands
/// for, at most 1: values of one group are no independent draws
/// \par Source  asymptotic distribution with the small-sample term of Stephens, J. R. Stat. Soc. B 32 (1970)
/// 115
KolmogorovSmirnov kolmogorov_smirnov(std::span<double const> one, std::span<double const> other,
                                     double share_one = 1, double share_other = 1);

/// Return the population stability index over the deciles of the first sample: below 0.1 nothing moved, above
/// 0.25 much did.
/// \par Source  sum (p - q) ln(p / q), with half a count added to each bin
double population_stability(std::span<double const> one, std::span<double const> other);

/// A table of counts: rows are samples, columns classes.
struct CountTable {
    std::size_t rows = 0, columns = 0;
    std::vector<double> counts;  ///< row-major
    CountTable(std::size_t r, std::size_t c) : rows(r), columns(c), counts(r * c) {}
    double& at(std::size_t r, std::size_t c) { return counts[r * columns + c]; }
    double at(std::size_t r, std::size_t c) const { return counts[r * columns + c]; }
};
struct ChiSquare {
    double chi_square = 0, degrees = 0, p = 1;
    double cramer_v = 0;  ///< 0 to 1: the effect size
};
/// Test whether rows have the same shares of columns. Columns with less than five expected counts in a row
/// are put together.
ChiSquare chi_square_test(CountTable const& table);

/// Return the mutual information of rows and columns over the entropy of the columns: 1 when a row says its
/// column.
double relative_information(CountTable const& table);
/// Return Shannon's entropy [nat] of counts.
double entropy(std::span<double const> counts);
/// Return the Kullback-Leibler divergence [nat] of counts from others; half a count is added to each.
double divergence(std::span<double const> counts, std::span<double const> others);

/// Return the area under the ROC curve of scores; ties count half.
double area_under_roc(std::span<double const> scores, std::span<std::uint8_t const> is_positive);

/// Return the median of numbers; NaN for none.
double median(std::vector<double> values);

}  // namespace hutch::curate::assess
