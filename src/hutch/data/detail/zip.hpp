/// Read members of a zip archive that is in memory, within a limit on what they unpack to.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

struct zip;

namespace hutch::data::detail {

class Zip {
  public:
    /// \param bytes  must outlive the archive
    /// \param name   stands for the bytes in messages \throws Error bad_data
    Zip(std::string_view bytes, std::string const& name);
    /// Return the names of all members, in the order of the archive.
    std::vector<std::string> const& members() const { return members_; }
    /// Return what a member unpacks to. \throws Error bad_data, exhausted (more than `most` bytes)
    std::string read(std::string const& member, std::uint64_t most) const;

  private:
    struct Close {
        void operator()(zip* archive) const;
    };
    std::string const& name_;
    std::unique_ptr<zip, Close> archive_;
    std::vector<std::string> members_;
};

}  // namespace hutch::data::detail
