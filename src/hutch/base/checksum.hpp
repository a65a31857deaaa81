/// Compute SHA-256 checksums of memory and of files.
#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

namespace hutch {

/// A SHA-256 sum that is fed piece by piece.
class Sha256 {
  public:
    Sha256();
    ~Sha256();
    Sha256(Sha256 const&) = delete;
    Sha256& operator=(Sha256 const&) = delete;
    void add(void const* bytes, std::size_t count);
    void add(std::string_view text) { add(text.data(), text.size()); }
    /// Return 64 lower-case hexadecimal digits; nothing may be added afterwards.
    std::string finish();

  private:
    struct Context;
    std::unique_ptr<Context> context_;
};

/// Return the sum of a text.
std::string sha256(std::string_view bytes);
/// Return the sum of a file, read in pieces of 1 MiB. \throws Error not_found
std::string sha256_of_file(std::filesystem::path const& path);

}  // namespace hutch
