/// Take little-endian numbers and texts out of a file's bytes, never beyond their end.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace hutch::data::detail {

class Bytes {
  public:
    /// \param name  stands for the bytes in messages
    Bytes(std::string_view bytes, std::string const& name) : bytes_(bytes), name_(name) {}
    std::size_t size() const { return bytes_.size(); }
    // Each throws Error bad_data, naming the item, where the bytes end before it does; f32 and f64 also
    // where the value is not finite.
    std::uint32_t u16(std::size_t at, char const* item) const;
    std::uint32_t u32(std::size_t at, char const* item) const;
    double f32(std::size_t at, char const* item) const;
    double f64(std::size_t at, char const* item) const;
    /// Return a text of fixed width up to its first NUL, on one line; bytes outside of ASCII become `?`.
    std::string text(std::size_t at, std::size_t width, char const* item) const;
    /// Throw unless so many bytes follow.
    void check_holds(std::size_t at, std::uint64_t count, char const* item) const;
    /// Throw Error bad_data `NAME: byte AT: what`.
    [[noreturn]] void fail(std::size_t at, std::string const& what) const;

  private:
    std::uint64_t little_endian(std::size_t at, std::size_t width, char const* item) const;
    std::string_view bytes_;
    std::string const& name_;
};

}  // namespace hutch::data::detail
