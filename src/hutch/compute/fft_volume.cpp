#include "hutch/compute/detail/fft_volume.hpp"

#include "hutch/base/error.hpp"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <string>

namespace hutch::compute::detail {
namespace {

constexpr std::size_t item_numbers = 1 << 13;      // complex numbers that a thread takes at once, at least
constexpr std::size_t stack_bytes = 8 << 10;       // up to here scratch lies on the stack
constexpr std::size_t threaded_numbers = 1 << 15;  // from here on starting threads pays

}  // namespace

std::size_t check_shape(FftShape const& shape) {
    std::size_t const most = std::size_t(std::numeric_limits<std::ptrdiff_t>::max()) / (4 * sizeof(double));
    if (shape.dims.empty() || shape.dims.size() > 3)
        throw Error(Fault::bad_input,
                    "'dims' has " + std::to_string(shape.dims.size()) + " lengths; expected 1 to 3");
    std::size_t size = 1;
    for (std::size_t const length : shape.dims) {
        if (length == 0) throw Error(Fault::bad_input, "'dims' has a length of 0; expected > 0");
        if (length > most / size)
            throw Error(Fault::bad_input,
                        "'dims' has too many elements; expected at most " + std::to_string(most));
        size *= length;
    }
    if (shape.batch == 0) throw Error(Fault::bad_input, "'batch' is 0; expected > 0");
    if (shape.distance != 0 && shape.distance < size)
        throw Error(Fault::bad_input, "'distance' is " + std::to_string(shape.distance) +
                                          "; expected 0 or at least the number of elements, " +
                                          std::to_string(size));
    if (std::max(size, shape.distance) > most / shape.batch)
        throw Error(Fault::bad_input, "'batch' is " + std::to_string(shape.batch) + "; expected at most " +
                                          std::to_string(most) + " elements in all");
    return size;
}

template <class Real>
FftVolume<Real>::FftVolume(FftShape const& shape, std::size_t width, FftLineTask<Real> const& lines,
                           unsigned threads)
    : width_(width) {
    std::size_t scratch = lines.scratch;
    if (shape.dims.size() == 1) {
        lines_ = shape.batch;
    } else {
        arrays_ = shape.batch;
        lines_ = shape.dims[shape.dims.size() - 2];
        planes_sweep_.emplace(lines_, width);
        scratch = std::max(scratch, planes_sweep_->scratch_size());
    }
    if (shape.dims.size() == 3) {
        planes_ = shape.dims[0];
        arrays_sweep_.emplace(planes_, lines_ * width);
        scratch = std::max(scratch, arrays_sweep_->scratch_size());
    }
    threads_ = arrays_ * planes_ * lines_ * width < threaded_numbers ? 1 : std::max(threads, 1u);
    is_small_ = shape.dims.size() == 1 && lines_ <= lines.group && scratch * sizeof(Real) <= stack_bytes;
    pool_ = std::make_unique<ScratchPool>(scratch * sizeof(Real));
}

// Planes that are as many as the threads are shared among them; else all threads work on each plane in turn.
template <class Real>
template <class Body>
void FftVolume<Real>::for_each_plane(Body const& body) const {
    std::size_t const planes = arrays_ * planes_;
    ScratchPool::Loan const loan(*pool_);
    FftWorkers<Real> const all(static_cast<Real*>(loan.memory()), *pool_, threads_);
    if (planes >= threads_)
        return all.for_each(
            planes, [&](std::size_t plane, Real* scratch) { body(plane, FftWorkers<Real>(scratch)); });
    for (std::size_t plane = 0; plane < planes; ++plane) body(plane, all);
}

template <class Real>
void FftVolume<Real>::run_lines(FftLineTask<Real> const& lines, FftLineJob<Real> const& all,
                                FftWorkers<Real> const& workers) const {
    if (all.count <= lines.group) return lines.run(all, workers);
    auto const run_group = [&](std::size_t first, FftWorkers<Real> const& group_workers) {
        FftLineJob<Real> job = all;
        job.in += first * all.in_distance;
        job.out += first * all.out_distance;
        job.count = std::min(lines.group, all.count - first);
        lines.run(job, group_workers);
    };
    std::size_t const at_once = round_up(std::max(item_numbers / width_, std::size_t{1}), lines.group);
    std::size_t const items = (all.count + at_once - 1) / at_once;
    if (items < workers.threads()) {
        for (std::size_t first = 0; first < all.count; first += lines.group) run_group(first, workers);
        return;
    }
    workers.for_each(items, [&](std::size_t item, Real* scratch) {
        std::size_t const end = std::min(all.count, (item + 1) * at_once);
        for (std::size_t first = item * at_once; first < end; first += lines.group)
            run_group(first, FftWorkers<Real>(scratch));
    });
}

template <class Real>
void FftVolume<Real>::sweep_arrays(FftLayout<Real const*> in, FftLayout<Real*> out, bool is_backward) const {
    if (!arrays_sweep_) return;
    ScratchPool::Loan const loan(*pool_);
    FftWorkers<Real> const workers(static_cast<Real*>(loan.memory()), *pool_, threads_);
    std::size_t const tiles = arrays_sweep_->tiles();
    workers.for_each(arrays_ * tiles, [&](std::size_t i, Real* scratch) {
        std::size_t const array = i / tiles;
        arrays_sweep_->run(i % tiles, in.at + array * in.array, out.at + array * out.array, is_backward,
                           scratch);
    });
}

template <class Real>
void FftVolume<Real>::lines_first(FftLineTask<Real> const& lines, FftLayout<Real const*> in,
                                  FftLayout<Real*> out, bool is_backward) const {
    if (is_small_) {
        alignas(64) Real scratch[stack_bytes / sizeof(Real)];
        return lines.run({in.at, out.at, in.line, out.line, lines_, is_backward}, FftWorkers<Real>(scratch));
    }
    for_each_plane([&](std::size_t plane, FftWorkers<Real> const& workers) {
        Real* const to = plane_of(out, plane);
        run_lines(lines, {plane_of(in, plane), to, in.line, out.line, lines_, is_backward}, workers);
        if (planes_sweep_)
            workers.for_each(planes_sweep_->tiles(), [&](std::size_t tile, Real* scratch) {
                planes_sweep_->run(tile, to, to, is_backward, scratch);
            });
    });
    sweep_arrays({out.at, out.array, out.line}, out, is_backward);
}

template <class Real>
void FftVolume<Real>::lines_last(FftLineTask<Real> const& lines, FftLayout<Real const*> in, Real* middle,
                                 FftLayout<Real*> out, bool is_backward) const {
    FftLayout<Real*> const between{middle, in.array, in.line};
    sweep_arrays(in, between, is_backward);
    for_each_plane([&](std::size_t plane, FftWorkers<Real> const& workers) {
        Real const* from = plane_of(in, plane);
        if (planes_sweep_) {
            Real* const to = plane_of(between, plane);
            if (arrays_sweep_) from = to;
            workers.for_each(planes_sweep_->tiles(), [&](std::size_t tile, Real* scratch) {
                planes_sweep_->run(tile, from, to, is_backward, scratch);
            });
            from = to;
        }
        run_lines(lines, {from, plane_of(out, plane), in.line, out.line, lines_, is_backward}, workers);
    });
}

template class FftVolume<float>;
template class FftVolume<double>;

}  // namespace hutch::compute::detail
