#include "hutch/base/error.hpp"
#include "hutch/data/array_layout.hpp"

#include <bit>
#include <charconv>
#include <fstream>

#include <fmt/format.h>

namespace hutch::data {
namespace {

namespace fs = std::filesystem;
using Kind = ElementType::Kind;

[[noreturn]] void refuse(Fault fault, fs::path const& path, std::string const& what) {
    throw Error(fault, fmt::format("the NumPy file {}: '{}'", what, path.string()));
}

// What stands between a key of the header and the end of its value; the header is a Python dictionary in one
// line.
std::string value_of(std::string const& header, std::string const& key, char open, char close,
                     fs::path const& path) {
    std::size_t const place = header.find("'" + key + "'");
    std::size_t const first = place == std::string::npos ? place : header.find(open, place + key.size() + 2);
    std::size_t const last = first == std::string::npos ? first : header.find(close, first + 1);
    if (last == std::string::npos)
        refuse(Fault::bad_data, path, fmt::format("has a header without '{}'", key));
    return header.substr(first + 1, last - first - 1);
}

ElementType type_of(std::string const& descr, fs::path const& path) {
    std::size_t bytes = 0;
    if (descr.size() >= 3) std::from_chars(descr.data() + 2, descr.data() + descr.size(), bytes);
    char const kind = descr.size() >= 3 ? descr[1] : '?';
    ElementType type{.kind = kind == 'f'   ? Kind::real
                             : kind == 'i' ? Kind::signed_integer
                             : kind == 'u' ? Kind::unsigned_integer
                             : kind == 'b' ? Kind::boolean
                                           : Kind::text,
                     .bytes = bytes,
                     .is_swapped = descr.starts_with('>') && kind != 'S'};
    bool const is_number = std::has_single_bit(bytes) && bytes <= 8;
    if (bytes == 0 || (kind != 'S' && !(std::string("fiub").find(kind) != std::string::npos && is_number)))
        refuse(Fault::unsupported, path,
               fmt::format("has values of type '{}'; expected numbers of 1 to 8 bytes or bytes (S)", descr));
    return type;
}

std::vector<std::uint64_t> shape_of(std::string const& text) {
    std::vector<std::uint64_t> shape;
    for (char const *at = text.data(), *const end = at + text.size(); at < end;) {
        std::uint64_t size = 0;
        auto const [next, problem] = std::from_chars(at, end, size);
        if (problem == std::errc()) shape.push_back(size);
        at = problem == std::errc() ? next : at + 1;
    }
    return shape;
}

}  // namespace

// https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
ArrayLayout locate_npy(fs::path const& path) {
    std::ifstream in(path, std::ios::binary);
    if (!in)
        throw Error(Fault::not_found,
                    fmt::format("'{}' cannot be opened; expected a NumPy file", path.string()));
    unsigned char start[12] = {};
    in.read(reinterpret_cast<char*>(start), 12);
    if (!in || std::string(reinterpret_cast<char*>(start), 6) != "\x93NUMPY" || start[6] < 1 || start[6] > 3)
        refuse(Fault::bad_data, path, "has no header of version 1 to 3");
    bool const is_short = start[6] == 1;
    std::size_t const length = is_short ? start[8] | std::size_t(start[9]) << 8
                                        : start[8] | std::size_t(start[9]) << 8 |
                                              std::size_t(start[10]) << 16 | std::size_t(start[11]) << 24;
    std::size_t const first = is_short ? 10 : 12;
    std::uint64_t const file_bytes = fs::file_size(path);
    if (length > file_bytes) refuse(Fault::bad_data, path, "ends within its header");
    std::string header(length, ' ');
    in.seekg(std::streamoff(first));
    in.read(header.data(), std::streamsize(length));
    if (value_of(header, "fortran_order", ' ', ',', path).find("True") != std::string::npos)
        refuse(Fault::unsupported, path,
               "is in Fortran order; expected C order; save numpy.ascontiguousarray of it");
    ArrayLayout layout{.type = type_of(value_of(header, "descr", '\'', '\'', path), path),
                       .shape = shape_of(value_of(header, "shape", '(', ')', path)),
                       .unit = "",
                       .offset = first + length};
    std::uint64_t bytes = layout.record_bytes() * layout.records();
    if (bytes > file_bytes || layout.offset > file_bytes - bytes)
        refuse(Fault::bad_data, path,
               fmt::format("has {} bytes; expected {}; copy it again", file_bytes, layout.offset + bytes));
    return layout;
}

}  // namespace hutch::data
