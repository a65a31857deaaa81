/// Fourier transforms in one to three dimensions, of complex and of real numbers, in float and double.
#pragma once

#include <complex>
#include <cstddef>
#include <memory>
#include <vector>

namespace hutch::compute {

/// What is transformed: `batch` arrays, each row-major, the last dimension contiguous.
struct FftShape {
    std::vector<std::size_t>
        dims;                  ///< one to three lengths, each > 0; any length, quick without primes above 13
    std::size_t batch = 1;     ///< number of arrays, > 0
    std::size_t distance = 0;  ///< numbers from one array to the next; 0: one follows the other
};

/// Complex transform, unscaled: X[k] = sum over n of x[n] exp(-2 pi i k n / N) forward, with +2 pi i
/// backward.
///
/// Backward after forward multiplies by the number of elements of one array. A plan is immutable: any number
/// of threads may use it at once. The result does not depend on the number of threads, to the bit.
///
/// \par Accuracy  relative error (L2) below 1e-6 in float, 1e-13 in double (fft_test, fft_peer_test)
/// \par Source    tiles and passes: detail/fft_kernels.hpp; lengths with larger primes: Bluestein,
/// fft_lines.cpp
template <class Real>
class Fft {
  public:
    /// \throws Error  bad_input for a shape with no, more than three, or zero dimensions, or too many
    /// elements
    explicit Fft(FftShape const& shape, unsigned threads = 1);
    Fft(Fft&&) noexcept;
    Fft& operator=(Fft&&) noexcept;
    ~Fft();

    /// `in` and `out` may be the same array, but may not overlap otherwise.
    void forward(std::complex<Real> const* in, std::complex<Real>* out) const;
    void backward(std::complex<Real> const* in, std::complex<Real>* out) const;

  private:
    class Plan;
    std::unique_ptr<Plan> plan_;
};

/// Transform of real numbers to the half of the spectrum that is not redundant, and back; unscaled, signs as
/// above.
///
/// A spectrum has the lengths of the array but the last, which is length / 2 + 1; spectra follow one another.
/// `distance` counts real numbers. Backward ignores the imaginary parts that a real array's spectrum cannot
/// have.
template <class Real>
class RealFft {
  public:
    /// \throws Error  bad_input as for Fft
    explicit RealFft(FftShape const& shape, unsigned threads = 1);
    RealFft(RealFft&&) noexcept;
    RealFft& operator=(RealFft&&) noexcept;
    ~RealFft();

    /// `in` and `out` may not overlap.
    void forward(Real const* in, std::complex<Real>* out) const;
    void backward(std::complex<Real> const* in, Real* out) const;

  private:
    class Plan;
    std::unique_ptr<Plan> plan_;
};

}  // namespace hutch::compute
