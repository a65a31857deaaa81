#include "hutch/methods/powder/batch.hpp"

#include "hutch/base/error.hpp"
#include "hutch/compute/reduce.hpp"
#include "hutch/methods/powder/detail/batch_input.hpp"

#include <algorithm>
#include <optional>

#include <fmt/format.h>

namespace hutch::powder {
namespace {

using compute::Buffer;
using compute::parallel_for;
using compute::run_blocks;

// What goes to the device at once: bounds its memory to some hundred MB.
constexpr std::size_t most_records = 1024, most_lines = std::size_t(1) << 20;

detail::AxialRules make_rules(Grid const& grid) {
    detail::AxialRules rules{};
    for (std::size_t r = 0; r < detail::axial_rule_count; ++r) {
        rules.limits[r] = detail::axial_rule_limits[r];
        rules.first[r + 1] = rules.first[r] + detail::axial_rule_nodes[r];
    }
    rules.degrees_per_step = float(grid.step);
    return rules;
}

}  // namespace

struct BatchCalculator::Work {
    compute::Queue queue;
    Grid grid;
    detail::BatchInput input;
    detail::AxialRules rules;
    bool is_exact;  // emulated: each buffer has its true size, so that overruns show

    Buffer<float> numbers, y, strongest;
    Buffer<detail::BatchJob> jobs;
    Buffer<detail::BatchRecord> records;
    Buffer<std::uint32_t> job_of_chunk;
    Buffer<detail::BatchLine> lines;
    Buffer<std::int32_t> ray_of_line;
    Buffer<detail::BatchRay> rays;

    Work(compute::Queue given, Grid const& on, std::shared_ptr<DispersionTable const> dispersion)
        : queue(std::move(given)),
          grid(on),
          input(on, std::move(dispersion)),
          rules(make_rules(on)),
          is_exact(queue.kind() == "emulated") {}

    std::size_t stride() const { return (grid.points + 63) / 64 * 64; }

    template <class T>
    void reserve(Buffer<T>& buffer, std::size_t size) {
        if (is_exact ? buffer.size() == size : buffer.size() >= size) return;
        buffer = Buffer<T>();
        buffer = Buffer<T>(queue, is_exact ? size : size + size / 2);
    }
    template <class T>
    void send(Buffer<T>& buffer, std::vector<T> const& values) {
        reserve(buffer, values.size());
        buffer.upload(values);
    }

    void send_input();
    void find_rays();
    void make_patterns(std::optional<std::uint64_t> seed);
    void run(std::span<PatternRequest const> requests, std::optional<std::uint64_t> seed,
             std::span<float> to);
};

void BatchCalculator::Work::send_input() {
    send(numbers, input.numbers());
    input.set_addresses(numbers.data());
    send(jobs, input.jobs());
    send(records, input.records());
    send(job_of_chunk, input.job_of_chunk());
}

void BatchCalculator::Work::find_rays() {
    std::size_t const count = input.lines();
    reserve(lines, count);
    reserve(ray_of_line, count + 1);
    ray_of_line.clear();
    parallel_for(queue, count,
                 detail::BatchLines{jobs.data(), job_of_chunk.data(), records.data(), rules, lines.data(),
                                    ray_of_line.data()});
    compute::exclusive_scan<std::int32_t>(queue, count + 1, ray_of_line.data(), ray_of_line.data());
    std::int32_t total = 0;
    ray_of_line.download({&total, 1}, count);
    reserve(rays, std::size_t(total));
    parallel_for(queue, count,
                 detail::BatchRays{jobs.data(), job_of_chunk.data(), records.data(), rules, lines.data(),
                                   ray_of_line.data(), rays.data()});
}

void BatchCalculator::Work::make_patterns(std::optional<std::uint64_t> seed) {
    std::size_t const count = input.records().size(), points = grid.points,
                      tiles = (points + detail::SumRays::tile - 1) / detail::SumRays::tile;
    reserve(y, count * stride());
    reserve(strongest, count);
    run_blocks(
        queue, count * tiles,
        detail::SumRays{records.data(), ray_of_line.data(), rays.data(), tiles, points, stride(), y.data()});
    detail::StrongestPoint const find{y.data(), points, stride(), strongest.data()};
    run_blocks(queue, count, find);
    parallel_for(queue, count * points,
                 detail::AddBackground{records.data(), strongest.data(), points, stride(), y.data()});
    run_blocks(queue, count, find);
    parallel_for(queue, count * stride(),
                 detail::ScalePoints{records.data(), strongest.data(), points, stride(), y.data()});
    if (seed)
        parallel_for(queue, count * stride() / 4,
                     detail::DrawCounts{records.data(), stride(), *seed, counting_stream, y.data()});
}

void BatchCalculator::Work::run(std::span<PatternRequest const> requests, std::optional<std::uint64_t> seed,
                                std::span<float> to) {
    if (to.size() != requests.size() * stride())
        throw Error(Fault::bug, fmt::format("'y' has {} numbers; expected {} for {} patterns", to.size(),
                                            requests.size() * stride(), requests.size()));
    for (std::size_t first = 0; first < requests.size();) {
        std::size_t next = first;
        input.clear();
        while (next < requests.size() && next - first < most_records && input.lines() < most_lines)
            input.add(requests[next++]);
        send_input();
        find_rays();
        make_patterns(seed);
        y.download(to.subspan(first * stride(), (next - first) * stride()));
        first = next;
    }
}

BatchCalculator::BatchCalculator(compute::Queue queue, Grid const& grid,
                                 std::shared_ptr<DispersionTable const> dispersion)
    : work_(std::make_unique<Work>(std::move(queue), grid, std::move(dispersion))) {}
BatchCalculator::~BatchCalculator() = default;
BatchCalculator::BatchCalculator(BatchCalculator&&) noexcept = default;

std::size_t BatchCalculator::padded_points() const { return work_->stride(); }
void BatchCalculator::expected(std::span<PatternRequest const> requests, std::span<float> y) {
    work_->run(requests, {}, y);
}
void BatchCalculator::counted(std::span<PatternRequest const> requests, std::uint64_t seed,
                              std::span<float> y) {
    work_->run(requests, seed, y);
}

}  // namespace hutch::powder
