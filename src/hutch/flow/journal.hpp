/// Keep lines that survive a kill: each carries its checksum, a line that is not whole does not count.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace hutch::flow {

/// Appends lines to one file; each writer has a file of its own, so that no two processes share one.
class JournalWriter {
  public:
    /// Make a new file in a folder. \throws Error external
    explicit JournalWriter(std::filesystem::path const& folder);
    ~JournalWriter();
    JournalWriter(JournalWriter const&) = delete;
    JournalWriter& operator=(JournalWriter const&) = delete;
    /// Return the name of this writer: host, process and time; unique among all that write to the folder.
    std::string const& name() const { return name_; }
    /// Append lines (without their ends) and flush them to disk. \throws Error external
    void append(std::vector<std::string> const& lines);

  private:
    std::string name_;
    std::filesystem::path path_;
    int handle_ = -1;
};

/// Reads all journals of a folder, again and again: each call gives the lines that are new.
class JournalReader {
  public:
    explicit JournalReader(std::filesystem::path folder) : folder_(std::move(folder)) {}
    /// Call `use` with each whole line that was not there before; return how many broken ones were passed
    /// over. A last line without its end is left for the next call: it may still grow.
    std::size_t read(std::function<void(std::string_view line)> const& use);

  private:
    std::filesystem::path folder_;
    std::map<std::string, std::uint64_t> done_;
};

/// Return a line with its checksum in front, and its end.
std::string to_journal_line(std::string_view text);
/// Return the text of a line (without its end) if its checksum holds, else an empty one.
std::string_view checked_text(std::string_view line);

}  // namespace hutch::flow
