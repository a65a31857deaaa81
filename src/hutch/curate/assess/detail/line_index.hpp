/// Find the records of a file of lines without holding it: every 64th begins at a known place.
#pragma once

#include "hutch/curate/assess/detail/source.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace hutch::curate::assess::detail {

class LineIndex {
  public:
    /// Go once through the file. With `has_quotes`, line ends between double quotes belong to the record.
    /// Empty lines are no records.
    LineIndex(std::shared_ptr<Source const> source, bool has_quotes);

    std::uint64_t lines() const { return lines_; }
    /// Return where the block that holds a line begins [byte].
    std::uint64_t offset_of(std::uint64_t line) const;
    /// Read lines, without their ends. The views last until the next call. \throws Error bad_data
    std::vector<std::string_view> const& read(std::uint64_t first, std::uint64_t count);
    std::string const& name() const { return source_->name(); }

  private:
    static constexpr std::uint64_t spacing = 64;
    void add_anchor(std::uint64_t offset);

    std::shared_ptr<Source const> source_;
    bool has_quotes_;
    std::uint64_t lines_ = 0;
    std::vector<std::uint64_t> anchors_;
    std::string piece_;
    std::vector<std::string_view> read_;
};

}  // namespace hutch::curate::assess::detail
