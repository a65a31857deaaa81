/// Map a file into memory to read it.
#pragma once

#include <cstddef>
#include <filesystem>
#include <span>

namespace hutch::data {

/// The bytes of a file, shared with the page cache. What is there already is entered into the page table at
/// once, because faults page by page cost more than copying. A file that shrinks meanwhile ends the program
/// by a signal: data sets do not change once they have their name.
class MappedFile {
  public:
    /// \throws Error not_found, external
    explicit MappedFile(std::filesystem::path const& path);
    ~MappedFile();
    MappedFile(MappedFile&& other) noexcept;
    MappedFile(MappedFile const&) = delete;
    MappedFile& operator=(MappedFile const&) = delete;
    std::span<std::byte const> bytes() const { return bytes_; }
    /// Ask for a range from disk without waiting for it.
    void will_need(std::size_t offset, std::size_t count) const;

  private:
    std::span<std::byte const> bytes_;
};

}  // namespace hutch::data
