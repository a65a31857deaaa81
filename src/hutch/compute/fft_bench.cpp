// One-thread transforms beside FFTW's (measured plans) in the same run: GFLOP/s by the usual 5 N log2 N (half
// of it for real numbers), the ratio to FFTW, and the share of this core's limit of fused multiply-adds.
#include "hutch/base/random.hpp"
#include "hutch/compute/detail/fft_scratch.hpp"
#include "hutch/compute/fft.hpp"
#include "hutch/compute/kept_limits.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include <benchmark/benchmark.h>
#ifdef HUTCH_HAS_FFTW
#include <fftw3.h>
#endif

namespace hutch::compute {
namespace {

template <class Real>
using Numbers = detail::FftTable<std::complex<Real>>;

#ifdef HUTCH_HAS_FFTW

template <class Real>
struct Peer;
template <>
struct Peer<double> {
    static constexpr auto plan_complex = fftw_plan_many_dft;
    static constexpr auto plan_real = fftw_plan_many_dft_r2c;
    static constexpr auto execute = fftw_execute;
    static constexpr auto destroy = fftw_destroy_plan;
    using Complex = fftw_complex;
    using Plan = fftw_plan;
};
template <>
struct Peer<float> {
    static constexpr auto plan_complex = fftwf_plan_many_dft;
    static constexpr auto plan_real = fftwf_plan_many_dft_r2c;
    static constexpr auto execute = fftwf_execute;
    static constexpr auto destroy = fftwf_destroy_plan;
    using Complex = fftwf_complex;
    using Plan = fftwf_plan;
};

template <class Real>
class PeerTransform {
  public:
    PeerTransform(FftShape const& shape, bool is_real, Real* in, Real* out) {
        std::vector<int> const dims(shape.dims.begin(), shape.dims.end());
        int size = 1, rank = int(dims.size()), batch = int(shape.batch);
        for (int const length : dims) size *= length;
        auto* const to = reinterpret_cast<typename Peer<Real>::Complex*>(out);
        if (is_real) {
            int const width = size / dims.back() * (dims.back() / 2 + 1);
            plan_ = Peer<Real>::plan_real(rank, dims.data(), batch, in, nullptr, 1, size, to, nullptr, 1,
                                          width, FFTW_MEASURE);
        } else {
            auto* const from = reinterpret_cast<typename Peer<Real>::Complex*>(in);
            plan_ = Peer<Real>::plan_complex(rank, dims.data(), batch, from, nullptr, 1, size, to, nullptr, 1,
                                             size, FFTW_FORWARD, FFTW_MEASURE);
        }
    }
    PeerTransform(PeerTransform const&) = delete;
    PeerTransform& operator=(PeerTransform const&) = delete;
    ~PeerTransform() { Peer<Real>::destroy(plan_); }
    void run() const { Peer<Real>::execute(plan_); }

  private:
    typename Peer<Real>::Plan plan_;
};

#endif

// Best time of one call in a round of about 2 ms [s].
template <class Body>
double time_of(Body const& body, int calls) {
    auto const start = std::chrono::steady_clock::now();
    for (int i = 0; i < calls; ++i) body();
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count() / calls;
}

template <class Real>
double arithmetic_limit() {
    static Rates const core = kept_limits().core;
    return sizeof(Real) == 4 ? core.fp32_flops : core.fp64_flops;
}

double operations(FftShape const& shape, bool is_real) {
    double size = 1;
    for (std::size_t const length : shape.dims) size *= double(length);
    return (is_real ? 2.5 : 5) * size * std::log2(size) * double(shape.batch);
}

// Ours and the peer's rounds take turns, so that whatever else the machine does slows both.
template <class Real>
void transform(benchmark::State& state, FftShape const& shape, bool is_real) {
    std::size_t count = shape.batch;
    for (std::size_t const length : shape.dims) count *= length;
    Numbers<Real> in(count), out(count + count / shape.dims.back() + 1);
    auto const* const real_in = reinterpret_cast<Real const*>(in.data());
    Fft<Real> const complex_plan(shape);
    RealFft<Real> const real_plan(shape);
    auto const ours = [&] {
        is_real ? real_plan.forward(real_in, out.data()) : complex_plan.forward(in.data(), out.data());
    };
#ifdef HUTCH_HAS_FFTW
    PeerTransform<Real> const peer(shape, is_real, reinterpret_cast<Real*>(in.data()),
                                   reinterpret_cast<Real*>(out.data()));
#endif
    RandomStream random(1, 97, 0);
    for (auto& x : in) x = {Real(random.uniform()), Real(random.uniform())};
    int const calls = std::max(1, int(2e-3 / time_of(ours, 3)));
    double best = 1e30, best_peer = 1e30;
    for (auto _ : state) {
        double const seconds = time_of(ours, calls);
        best = std::min(best, seconds);
        state.SetIterationTime(seconds);
#ifdef HUTCH_HAS_FFTW
        best_peer = std::min(best_peer, time_of([&] { peer.run(); }, calls));
#endif
    }
    double const limit = arithmetic_limit<Real>();
    state.counters["GFLOP/s"] = operations(shape, is_real) / best * 1e-9;
    state.counters["of_limit"] = operations(shape, is_real) / best / limit;
    if (best_peer < 1e30) {
        state.counters["FFTW_GFLOP/s"] = operations(shape, is_real) / best_peer * 1e-9;
        state.counters["of_FFTW"] = best_peer / best;
    }
}

struct Case {
    std::string name;
    FftShape shape;
    bool is_real;
};

std::vector<Case> all_cases() {
    std::vector<Case> cases;
    for (std::size_t length : {256, 1024, 4096, 65536})
        for (std::size_t batch : {1, 64})
            cases.push_back({"complex/" + std::to_string(length) + "x" + std::to_string(batch),
                             {{length}, batch},
                             false});
    cases.push_back({"complex/1048576", {{1048576}}, false});
    cases.push_back({"complex/1000x64", {{1000}, 64}, false});
    cases.push_back({"complex/2048x64", {{2048}, 64}, false});
    cases.push_back({"complex/10007", {{10007}}, false});
    cases.push_back({"complex/128^2x16", {{128, 128}, 16}, false});
    for (std::size_t length : {512, 1024, 2048})
        cases.push_back({"complex/" + std::to_string(length) + "^2", {{length, length}}, false});
    for (std::size_t length : {64, 128, 256})
        cases.push_back({"complex/" + std::to_string(length) + "^3", {{length, length, length}}, false});
    cases.push_back({"real/1024x64", {{1024}, 64}, true});
    cases.push_back({"real/4096x64", {{4096}, 64}, true});
    cases.push_back({"real/1024^2", {{1024, 1024}}, true});
    return cases;
}

bool const registered = [] {
    for (auto const& c : all_cases()) {
        auto const repeats = c.shape.dims.size() > 1 || c.shape.dims[0] > 60000 ? 12 : 40;
        for (bool const is_double : {false, true}) {
            auto const body = [c, is_double](benchmark::State& state) {
                is_double ? transform<double>(state, c.shape, c.is_real)
                          : transform<float>(state, c.shape, c.is_real);
            };
            benchmark::RegisterBenchmark(("fft/" + c.name + (is_double ? "/double" : "/float")).c_str(), body)
                ->UseManualTime()
                ->Iterations(repeats);
        }
    }
    return true;
}();

}  // namespace
}  // namespace hutch::compute
