/// Show how far each step of a running flow has come, as a table that is redrawn on a terminal.
#pragma once

#include "hutch/flow/run.hpp"

#include <chrono>
#include <string>
#include <vector>

namespace hutch::app {

/// Return the table's lines: one for each step, with a bar, counts, rate and time left; then the note, if
/// there is one.
std::vector<std::string> flow_lines(flow::RunState const& state, double seconds);

/// Draws on standard error when that is a terminal, and nowhere else.
class FlowTable {
  public:
    FlowTable();
    void draw(flow::RunState const& state);

  private:
    bool is_terminal_;
    std::string said_;
    std::size_t lines_ = 0;
    std::chrono::steady_clock::time_point started_ = std::chrono::steady_clock::now();
};

}  // namespace hutch::app
