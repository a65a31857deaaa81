#include "hutch/compute/detail/stream.hpp"

#include "hutch/base/error.hpp"
#include "hutch/compute/isa.hpp"

#include <algorithm>
#include <memory>
#include <string>
#include <sys/mman.h>

namespace hutch::compute {

HUTCH_DECLARE_FOR_EACH_ISA(void, run_stream,
                           (int loop, bool non_temporal, double* a, double* b, double* c, std::size_t count))
HUTCH_DECLARE_FOR_EACH_ISA(void, run_loads, (double const* from, std::size_t count, std::size_t rounds))

namespace detail {
namespace {

constexpr std::size_t grain = 64;       // numbers: a multiple of every vector and of a cache line
constexpr std::size_t apart = 17 * 64;  // bytes: stores of one array shall not look like loads of another
constexpr std::size_t huge_page = 2 << 20;

std::size_t rounded_up(std::size_t value, std::size_t step) { return (value + step - 1) / step * step; }

}  // namespace

StreamArrays::StreamArrays(std::vector<unsigned> cores, std::uint64_t bytes_each, bool has_huge_pages)
    : cores_(std::move(cores)),
      share_(rounded_up(std::max<std::size_t>(1, bytes_each / sizeof(double) / cores_.size()), grain)) {
    std::size_t const stride = rounded_up(count() * sizeof(double), huge_page) + apart;
    bytes_ = 3 * stride;
    block_ = ::mmap(nullptr, bytes_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (block_ == MAP_FAILED)
        throw Error(Fault::exhausted, "'memory' for bandwidth is " + std::to_string(bytes_) +
                                          " bytes; expected that the system gives them");
#if defined(MADV_HUGEPAGE)
    (void)::madvise(block_, bytes_, has_huge_pages ? MADV_HUGEPAGE : MADV_NOHUGEPAGE);
#endif
    for (std::size_t i = 0; i < 3; ++i)
        start_[i] = reinterpret_cast<double*>(static_cast<char*>(block_) + i * stride);
    run_together(cores_, {1, 0}, [&](unsigned worker) {
        for (int i = 0; i < 3; ++i)
            std::fill_n(start_[i] + worker * share_, share_, i == 0 ? 1.0 : i == 1 ? 2.0 : 0.0);
    });
}

StreamArrays::~StreamArrays() { ::munmap(block_, bytes_); }

double StreamArrays::rate(StreamLoop loop, bool non_temporal, Repeats const& repeats, Times* times) const {
    auto const run = HUTCH_CHOOSE_ISA(hutch::compute, run_stream);
    Times const found = run_together(cores_, repeats, [&](unsigned worker) {
        std::size_t const first = worker * share_;
        run(int(loop), non_temporal, start_[0] + first, start_[1] + first, start_[2] + first, share_);
    });
    if (times != nullptr) *times = found;
    int const arrays = loop == StreamLoop::copy || loop == StreamLoop::scale ? 2 : 3;
    return double(arrays) * sizeof(double) * double(count()) / found.best;
}

StreamRates all_rates(StreamArrays const& arrays, bool non_temporal, Repeats const& repeats) {
    StreamRates rates;
    rates.copy = arrays.rate(StreamLoop::copy, non_temporal, repeats);
    rates.scale = arrays.rate(StreamLoop::scale, non_temporal, repeats);
    rates.add = arrays.rate(StreamLoop::add, non_temporal, repeats);
    rates.triad = arrays.rate(StreamLoop::triad, non_temporal, repeats);
    return rates;
}

double load_rate(std::vector<unsigned> const& cores, std::uint64_t bytes_each, Repeats const& repeats) {
    constexpr double bytes_per_repeat = 512e6;
    auto const run = HUTCH_CHOOSE_ISA(hutch::compute, run_loads);
    StreamArrays const arrays(cores, bytes_each * cores.size(), true);
    std::size_t const share = arrays.count() / cores.size();
    auto const rounds =
        std::max<std::size_t>(1, std::size_t(bytes_per_repeat / double(share * sizeof(double))));
    Times const times = run_together(
        cores, repeats, [&](unsigned worker) { run(arrays.array(0) + worker * share, share, rounds); });
    return double(rounds * share * sizeof(double) * cores.size()) / times.best;
}

}  // namespace detail
}  // namespace hutch::compute
