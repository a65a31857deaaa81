#include "hutch/compute/fft.hpp"

#include "hutch/compute/detail/fft_real_lines.hpp"
#include "hutch/compute/detail/fft_volume.hpp"

namespace hutch::compute {
namespace {

// The lines that a plan transforms.
std::size_t count_lines(FftShape const& shape) {
    std::size_t lines = shape.batch;
    for (std::size_t i = 0; i + 1 < shape.dims.size(); ++i) lines *= shape.dims[i];
    return lines;
}

template <class Real>
Real const* numbers(std::complex<Real> const* from) {
    return reinterpret_cast<Real const*>(from);
}
template <class Real>
Real* numbers(std::complex<Real>* from) {
    return reinterpret_cast<Real*>(from);
}

}  // namespace

// ---- complex ---------------------------------------------------------------------------------------------

template <class Real>
class Fft<Real>::Plan {
  public:
    Plan(FftShape const& shape, std::size_t size, unsigned threads)
        : width_(shape.dims.back()),
          distance_(shape.distance != 0 ? shape.distance : size),
          line_(shape.dims.size() == 1 ? distance_ : width_),
          lines_(width_, count_lines(shape)),
          task_{[this](auto const& job, auto const& workers) { lines_.run(job, workers); }, lines_.group(),
                lines_.scratch_size()},
          volume_(shape, width_, task_, threads) {}

    void run(std::complex<Real> const* in, std::complex<Real>* out, bool is_backward) const {
        volume_.lines_first(task_, {numbers(in), 2 * distance_, 2 * line_},
                            {numbers(out), 2 * distance_, 2 * line_}, is_backward);
    }

  private:
    std::size_t width_, distance_, line_;
    detail::FftLines<Real> lines_;
    detail::FftLineTask<Real> task_;
    detail::FftVolume<Real> volume_;
};

template <class Real>
Fft<Real>::Fft(FftShape const& shape, unsigned threads) {
    std::size_t const size = detail::check_shape(shape);
    plan_ = std::make_unique<Plan>(shape, size, threads);
}
template <class Real>
Fft<Real>::Fft(Fft&&) noexcept = default;
template <class Real>
Fft<Real>& Fft<Real>::operator=(Fft&&) noexcept = default;
template <class Real>
Fft<Real>::~Fft() = default;

template <class Real>
void Fft<Real>::forward(std::complex<Real> const* in, std::complex<Real>* out) const {
    plan_->run(in, out, false);
}
template <class Real>
void Fft<Real>::backward(std::complex<Real> const* in, std::complex<Real>* out) const {
    plan_->run(in, out, true);
}

// ---- real ------------------------------------------------------------------------------------------------

template <class Real>
class RealFft<Real>::Plan {
  public:
    Plan(FftShape const& shape, std::size_t size, unsigned threads)
        : length_(shape.dims.back()),
          width_(length_ / 2 + 1),
          distance_(shape.distance != 0 ? shape.distance : size),
          spectrum_(size / length_ * width_),
          line_(shape.dims.size() == 1 ? distance_ : length_),
          lines_(length_, count_lines(shape)),
          forward_{[this](auto const& job, auto const& workers) { lines_.forward(job, workers); },
                   lines_.group(), lines_.scratch_size()},
          backward_{[this](auto const& job, auto const& workers) { lines_.backward(job, workers); },
                    lines_.group(), lines_.scratch_size()},
          volume_(shape, width_, forward_, threads),
          middles_(2 * spectrum_ * shape.batch * sizeof(Real)) {}

    void forward(Real const* in, std::complex<Real>* out) const {
        volume_.lines_first(forward_, {in, distance_, line_}, {numbers(out), 2 * spectrum_, 2 * width_},
                            false);
    }
    void backward(std::complex<Real> const* in, Real* out) const {
        detail::FftLayout<Real const*> const from{numbers(in), 2 * spectrum_, 2 * width_};
        detail::FftLayout<Real*> const to{out, distance_, line_};
        if (!volume_.has_sweeps()) return volume_.lines_last(backward_, from, nullptr, to, true);
        detail::ScratchPool::Loan const middle(middles_);
        volume_.lines_last(backward_, from, static_cast<Real*>(middle.memory()), to, true);
    }

  private:
    std::size_t length_, width_, distance_, spectrum_, line_;
    detail::FftRealLines<Real> lines_;
    detail::FftLineTask<Real> forward_, backward_;
    detail::FftVolume<Real> volume_;
    mutable detail::ScratchPool middles_;
};

template <class Real>
RealFft<Real>::RealFft(FftShape const& shape, unsigned threads) {
    std::size_t const size = detail::check_shape(shape);
    plan_ = std::make_unique<Plan>(shape, size, threads);
}
template <class Real>
RealFft<Real>::RealFft(RealFft&&) noexcept = default;
template <class Real>
RealFft<Real>& RealFft<Real>::operator=(RealFft&&) noexcept = default;
template <class Real>
RealFft<Real>::~RealFft() = default;

template <class Real>
void RealFft<Real>::forward(Real const* in, std::complex<Real>* out) const {
    plan_->forward(in, out);
}
template <class Real>
void RealFft<Real>::backward(std::complex<Real> const* in, Real* out) const {
    plan_->backward(in, out);
}

template class Fft<float>;
template class Fft<double>;
template class RealFft<float>;
template class RealFft<double>;

}  // namespace hutch::compute
