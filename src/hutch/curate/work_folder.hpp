/// Keep a data set that is being built in its folder, so that a kill loses at most the file being written.
#pragma once

#include "hutch/curate/summary.hpp"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace hutch::curate {

/// Names and texts of the manifest that a data set must share to be the same.
using Facts = std::vector<std::pair<std::string, std::string>>;

/// A folder that is empty, holds a part of one data set, or all of it.
///
/// What is being built, and from what, are facts of the manifest; what is there is kept when it has the same,
/// and all else is refused. Files get their names when they are whole, and the manifest is written last;
/// state stands in `.build` until then.
class WorkFolder {
  public:
    /// \param identity  what is known before anything is read: description, program
    WorkFolder(std::filesystem::path folder, Facts identity);
    /// Return whether a manifest of the same identity stands there with all files in their size.
    /// \throws Error bad_input when it holds another content, bad_data when the manifest is not readable
    bool is_complete() const;
    /// Take the folder. \param inputs  what else the manifest will say of what the data set is made from
    /// \throws Error bad_input when it holds something else or a part of what other inputs gave, external
    void claim(Facts const& inputs = {}) const;
    /// Return a file that is whole, or make it: `write` is given a temporary path.
    FileEntry make(std::string const& name, std::string const& split, std::uint64_t records,
                   std::function<void(std::filesystem::path const&)> const& write) const;
    /// Return a file that is there, with the first checksum that was noted of it.
    FileEntry entry(std::string const& name, std::string const& split, std::uint64_t records) const;
    /// Return whether a file is there already.
    bool has(std::string const& name) const;
    /// Give up the state: the manifest stands.
    void finish() const;
    std::filesystem::path const& path() const { return folder_; }

  private:
    std::filesystem::path state() const { return folder_ / ".build"; }
    std::filesystem::path folder_;
    Facts identity_;
};

}  // namespace hutch::curate
