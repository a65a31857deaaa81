#include "hutch/compute/detail/fft_real_lines.hpp"

namespace hutch::compute::detail {

template <class Real>
FftRealLines<Real>::FftRealLines(std::size_t length, std::size_t count)
    : length_(length), lines_(length % 2 == 0 ? length / 2 : length, count) {
    if (!is_even()) return;
    roots_.resize(2 * (length / 4 + 1));
    for (std::size_t k = 0; 2 * k < roots_.size(); ++k)
        put_root(k, length, &roots_[2 * k], &roots_[2 * k + 1]);
}

template <class Real>
void FftRealLines<Real>::forward(FftLineJob<Real> const& job, FftWorkers<Real> const& workers) const {
    if (is_even()) {
        lines_.run(job, workers);
        for (std::size_t i = 0; i < job.count; ++i)
            fft_kernels<Real>().split_real(job.out + i * job.out_distance, roots_.data(), length_ / 2);
        return;
    }
    Real* const full = workers.scratch();
    for (std::size_t i = 0; i < job.count; ++i)
        for (std::size_t n = 0; n < length_; ++n) {
            full[i * line_size() + 2 * n] = job.in[i * job.in_distance + n];
            full[i * line_size() + 2 * n + 1] = 0;
        }
    lines_.run({full, full, line_size(), line_size(), job.count, job.is_backward},
               workers.after(job.count * line_size()));
    for (std::size_t i = 0; i < job.count; ++i)
        for (std::size_t n = 0; n < length_ + 1; ++n)
            job.out[i * job.out_distance + n] = full[i * line_size() + n];
}

template <class Real>
void FftRealLines<Real>::backward(FftLineJob<Real> const& job, FftWorkers<Real> const& workers) const {
    Real* const full = workers.scratch();
    for (std::size_t i = 0; i < job.count; ++i) {
        Real const* const half = job.in + i * job.in_distance;
        Real* const line = full + i * line_size();
        if (is_even()) {
            fft_kernels<Real>().merge_real(half, roots_.data(), length_ / 2, line);
            continue;
        }
        line[0] = half[0];
        line[1] = 0;
        for (std::size_t k = 1; 2 * k < length_; ++k) {
            line[2 * k] = line[2 * (length_ - k)] = half[2 * k];
            line[2 * k + 1] = half[2 * k + 1];
            line[2 * (length_ - k) + 1] = -half[2 * k + 1];
        }
    }
    FftWorkers<Real> const rest = workers.after(job.count * line_size());
    if (is_even())
        return lines_.run({full, job.out, line_size(), job.out_distance, job.count, job.is_backward}, rest);
    lines_.run({full, full, line_size(), line_size(), job.count, job.is_backward}, rest);
    for (std::size_t i = 0; i < job.count; ++i)
        for (std::size_t n = 0; n < length_; ++n)
            job.out[i * job.out_distance + n] = full[i * line_size() + 2 * n];
}

template class FftRealLines<float>;
template class FftRealLines<double>;

}  // namespace hutch::compute::detail
