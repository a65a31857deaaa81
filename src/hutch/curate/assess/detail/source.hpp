/// Read pieces of a file, or of bytes that stand for one, at any place.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>

namespace hutch::curate::assess::detail {

class Source {
  public:
    virtual ~Source() = default;
    virtual std::uint64_t size() const = 0;
    /// Read exactly `bytes` from an offset. \throws Error bad_data when the file ends before
    virtual void read(std::uint64_t offset, std::uint64_t bytes, void* to) const = 0;
    std::string const& name() const { return name_; }

  protected:
    explicit Source(std::string name) : name_(std::move(name)) {}

  private:
    std::string name_;
};

/// \throws Error not_found, denied
std::shared_ptr<Source const> open_source(std::filesystem::path const& path);
std::shared_ptr<Source const> source_of_bytes(std::string bytes);

}  // namespace hutch::curate::assess::detail
