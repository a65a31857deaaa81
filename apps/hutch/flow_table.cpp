#include "flow_table.hpp"

#include "hutch/base/progress.hpp"
#include "hutch/base/text.hpp"

#include <algorithm>
#include <cstdio>
#include <unistd.h>

#include <fmt/format.h>

namespace hutch::app {
namespace {

std::string line_of(flow::NodeCount const& node, std::size_t width, double seconds) {
    std::size_t const over = node.made + node.kept + node.failed + node.skipped;
    constexpr int cells = 20;
    std::string bar;
    for (int i = 0; i < cells; ++i) bar += double(i) < double(over) / double(node.items) * cells ? "█" : "░";
    std::string line = fmt::format("{:{}}  {}  {:>9} of {:<9}", node.id, width, bar,
                                   with_commas((long long)over), with_commas((long long)node.items));
    if (node.kept > 0) line += fmt::format("  {} kept", with_commas((long long)node.kept));
    if (node.running > 0) line += fmt::format("  {} running", with_commas((long long)node.running));
    if (node.failed > 0) line += fmt::format("  {} failed", with_commas((long long)node.failed));
    if (node.skipped > 0) line += fmt::format("  {} skipped", with_commas((long long)node.skipped));
    double const rate = seconds > 0 ? double(node.made) / seconds : 0;
    if (rate > 0 && !node.is_done())
        line += fmt::format("  {} left", to_duration(double(node.items - over) / rate));
    return line;
}

}  // namespace

std::vector<std::string> flow_lines(flow::RunState const& state, double seconds) {
    std::size_t width = 4;
    for (flow::NodeCount const& node : state.nodes) width = std::max(width, node.id.size());
    std::vector<std::string> lines;
    for (flow::NodeCount const& node : state.nodes) lines.push_back(line_of(node, width, seconds));
    if (!state.note.empty()) lines.push_back(state.note);
    return lines;
}

FlowTable::FlowTable() : is_terminal_(::isatty(STDERR_FILENO) == 1) {}

void FlowTable::draw(flow::RunState const& state) {
    if (!is_terminal_) {
        // Counts would be noise in a log; that nobody answers is not.
        bool const is_trouble = state.note.find("expected") != std::string::npos ||
                                state.note.find("waits until") != std::string::npos;
        if (is_trouble && state.note != said_) fmt::print(stderr, "{}\n", said_ = state.note);
        return;
    }
    double const seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - started_).count();
    std::string text = lines_ > 0 ? fmt::format("\x1b[{}A", lines_) : "";
    auto const lines = flow_lines(state, seconds);
    for (std::string const& line : lines) text += line + "\x1b[K\n";
    text += "\x1b[J";  // what a longer table left below
    std::fputs(text.c_str(), stderr);
    std::fflush(stderr);
    lines_ = lines.size();
}

}  // namespace hutch::app
