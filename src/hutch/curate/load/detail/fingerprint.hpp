/// Tell whether two things are the same by one number.
#pragma once

#include <cstdint>
#include <string_view>

namespace hutch::curate::load::detail {

/// FNV-1a of 64 bits over what is added. \par Source http://www.isthe.com/chongo/tech/comp/fnv/
class Fingerprint {
  public:
    void add(std::string_view text) {
        for (char const c : text) add_byte(static_cast<unsigned char>(c));
        add_byte(0);
    }
    void add(std::uint64_t value) {
        for (int i = 0; i < 8; ++i) add_byte(static_cast<unsigned char>(value >> (8 * i)));
    }
    std::uint64_t value() const { return value_; }

  private:
    void add_byte(unsigned char byte) { value_ = (value_ ^ byte) * 0x100000001B3u; }
    std::uint64_t value_ = 0xCBF29CE484222325u;
};

}  // namespace hutch::curate::load::detail
