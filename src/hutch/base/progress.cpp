#include "hutch/base/progress.hpp"

#include "hutch/base/text.hpp"

#include <algorithm>
#include <cstdio>
#include <unistd.h>

#include <fmt/format.h>

namespace hutch {

Progress::Progress(std::string what, std::string unit, std::uint64_t total, std::uint64_t done_before)
    : what_(std::move(what)),
      unit_(std::move(unit)),
      total_(total),
      done_before_(done_before),
      done_(done_before),
      is_terminal_(::isatty(STDERR_FILENO) == 1),
      started_(std::chrono::steady_clock::now()),
      drawn_(started_) {}

Progress::~Progress() {
    if (!is_terminal_) return;
    draw(done_);
    std::fputc('\n', stderr);
}

void Progress::show(std::uint64_t done) {
    done_ = done;
    auto const now = std::chrono::steady_clock::now();
    if (!is_terminal_ || now - drawn_ < std::chrono::milliseconds(100)) return;
    drawn_ = now;
    draw(done);
}

void Progress::draw(std::uint64_t done) const {
    double const seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - started_).count();
    double const rate = seconds > 0 ? double(done - done_before_) / seconds : 0;
    fmt::print(stderr, "\r{}\x1b[K", progress_line(what_, unit_, done, total_, rate));
    std::fflush(stderr);
}

std::string progress_line(std::string const& what, std::string const& unit, std::uint64_t done,
                          std::uint64_t total, double rate, int width) {
    double const share = total > 0 ? std::min(1.0, double(done) / double(total)) : 1.0;
    std::string bar;
    for (int i = 0; i < width; ++i) bar += double(i) < share * width ? "█" : "░";
    std::string line = fmt::format("{} {} {:3.0f} %  {} of {} {}", what, bar, 100 * share,
                                   with_commas((long long)done), with_commas((long long)total), unit);
    if (rate > 0) line += fmt::format("  {}/s", with_commas((long long)rate));
    if (rate > 0 && done < total) line += fmt::format("  {} left", to_duration(double(total - done) / rate));
    return line;
}

std::string to_duration(double seconds) {
    if (seconds < 9.95) return fmt::format("{:.1f} s", seconds);
    if (seconds < 99.5) return fmt::format("{:.0f} s", seconds);
    auto const minutes = int(seconds / 60);
    if (minutes < 60) return fmt::format("{} min {:02d} s", minutes, int(seconds) % 60);
    return fmt::format("{} h {:02d} min", minutes / 60, minutes % 60);
}

}  // namespace hutch
