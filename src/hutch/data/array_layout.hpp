/// Say where the values of an array of an HDF5 or NumPy file lie, for readers that map the file.
#pragma once

#include "hutch/data/chunk.hpp"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

namespace hutch::data {

/// What one value is.
struct ElementType {
    enum class Kind { real, signed_integer, unsigned_integer, boolean, text, texts_elsewhere };
    Kind kind = Kind::real;
    std::size_t bytes = 4;    ///< of one value; texts are filled up with zeros or spaces
    bool is_swapped = false;  ///< big-endian on this machine
    /// Return "float32", "int16", "bool", "utf8[16]"; "utf8" for texts of any length, which lie elsewhere.
    std::string name() const;
};

/// A chunk of an array; `bytes` is 0 where it was never written.
struct ChunkPlace {
    std::uint64_t offset = 0;
    std::uint32_t bytes = 0;
    std::uint32_t skipped = 0;  ///< bit i: filter i was left out
};

struct ArrayLayout {
    ElementType type;
    std::vector<std::uint64_t> shape{};
    std::string unit{};
    std::uint64_t offset = 0;  ///< of the first value, where they are contiguous
    std::vector<std::byte>
        held{};  ///< all values, where they lie neither together nor in chunks (small ones in headers)
    std::vector<std::uint64_t> chunk{};  ///< shape of a chunk; empty: there are none
    std::vector<Filter> filters{};
    std::vector<ChunkPlace> chunks{};  ///< row-major over the grid of chunks
    std::vector<std::byte> fill{};     ///< one value, for chunks that were never written
    std::vector<std::string> texts{};  ///< all values, where they are texts of any length

    std::uint64_t records() const { return shape.empty() ? 1 : shape[0]; }
    /// Return the bytes of one record, a row of the first dimension.
    std::size_t record_bytes() const;
};

/// Return the shape and type of an array without where its chunks lie.
/// \throws Error not_found, bad_data, unsupported (compounds, references, unknown filters)
ArrayLayout describe_array(std::filesystem::path const& path, std::string const& name);
/// Return all. A place beyond the end of the file is bad_data.
/// \par Cost  one look into the index of chunks for each of them
ArrayLayout locate_array(std::filesystem::path const& path, std::string const& name);

/// Return the layout of the one array of a NumPy file (.npy, versions 1 to 3; C order). \throws Error
/// bad_data, unsupported
ArrayLayout locate_npy(std::filesystem::path const& path);

}  // namespace hutch::data
