/// Write HDF5 files of plain contiguous arrays that any HDF5 reader opens and that can be memory-mapped, or
/// of compressed ones.
#pragma once

#include "hutch/data/chunk.hpp"

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace hutch::data {

/// One file under construction. Equal calls give equal bytes: no time stamps, no addresses that depend on the
/// run.
///
/// Arrays are little-endian. They are contiguous and uncompressed where nothing else is asked for, and begin
/// at multiples of 4096 bytes when they are larger than 64 KiB, so that numpy.memmap and h5py's `get_offset`
/// give views without copies.
class ShardWriter {
  public:
    /// Start a file; an existing one is replaced. \throws Error external
    explicit ShardWriter(std::filesystem::path const& path);
    ~ShardWriter();
    ShardWriter(ShardWriter const&) = delete;
    ShardWriter& operator=(ShardWriter const&) = delete;

    struct About {
        std::string unit,
            description;  ///< written as attributes `units` and `long_name`; empty ones are left out
    };
    /// How an array is cut into chunks that are compressed one by one; without compression it is not.
    struct Chunking {
        Compression compression = Compression::none;
        std::uint64_t rows = 1;  ///< of the first dimension, in one chunk
        unsigned threads = 1;    ///< that compress; any number gives the same bytes
    };
    /// Write an array of the given shape under a path such as "truth/size". The type follows from the span; a
    /// shape that does not fit the number of values is a bug.
    template <class Number>
    void write(std::string const& path, std::span<Number const> values,
               std::vector<std::uint64_t> const& shape, About const& about, Chunking const& chunking);
    template <class Number>
    void write(std::string const& path, std::span<Number const> values,
               std::vector<std::uint64_t> const& shape, About const& about) {
        write(path, values, shape, about, Chunking());
    }
    /// Write texts as UTF-8 strings of one fixed length.
    void write_texts(std::string const& path, std::vector<std::string> const& texts, About const& about);
    /// Write one text that is no array.
    void write_text(std::string const& path, std::string const& text);
    /// Create a group and those above it; existing ones stay.
    void group(std::string const& path);
    /// Add an attribute to a group or array that exists: one text, or several as an array.
    void attribute(std::string const& path, std::string const& name, std::string const& text);
    void attribute(std::string const& path, std::string const& name, std::vector<std::string> const& texts);
    /// Add an attribute to the file.
    void attribute(std::string const& name, std::string const& text);
    void attribute(std::string const& name, std::int64_t value);
    /// Finish the file. \throws Error external when something could not be written
    void close();

  private:
    struct Handles;
    std::unique_ptr<Handles> handles_;
};

/// Where an array lies in a file, for memory-mapping.
struct ArrayPlace {
    std::uint64_t offset = 0, bytes = 0;
    std::vector<std::uint64_t> shape;
};
/// Find a contiguous array of a file. \throws Error not_found, bad_data (chunked or compressed)
ArrayPlace find_array(std::filesystem::path const& path, std::string const& name);
/// Read a whole array as float. \throws Error not_found, bad_data
std::vector<float> read_floats(std::filesystem::path const& path, std::string const& name);

}  // namespace hutch::data
