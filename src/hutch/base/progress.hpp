/// Show how far long work has come, with rate and time left, on a terminal and nowhere else.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace hutch {

/// A line on standard error that is redrawn at most ten times a second; silent when that is not a terminal.
class Progress {
  public:
    /// \param what   said in front of the bar
    /// \param unit   plural of what is counted
    Progress(std::string what, std::string unit, std::uint64_t total, std::uint64_t done_before = 0);
    ~Progress();
    Progress(Progress const&) = delete;
    Progress& operator=(Progress const&) = delete;
    void show(std::uint64_t done);

  private:
    void draw(std::uint64_t done) const;
    std::string what_, unit_;
    std::uint64_t total_, done_before_, done_ = 0;
    bool is_terminal_;
    std::chrono::steady_clock::time_point started_, drawn_;
};

/// Return the line that Progress draws, without colours.
std::string progress_line(std::string const& what, std::string const& unit, std::uint64_t done,
                          std::uint64_t total, double rate, int width = 24);
/// Return a duration as people say it: 0.4 s, 12 s, 3 min 05 s, 2 h 10 min.
std::string to_duration(double seconds);

}  // namespace hutch
