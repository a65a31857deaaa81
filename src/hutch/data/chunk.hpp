/// Compress chunks of numbers, and undo what HDF5's filters did to them, without HDF5.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace hutch::data {

enum class Compression { none, bitshuffle_lz4, zstd };
char const* to_name(Compression compression);
/// \throws Error bad_input for a name that is none
Compression parse_compression(std::string_view name);

/// One filter of a pipeline, as HDF5 numbers and parametrises them.
struct Filter {
    unsigned id = 0;
    std::vector<unsigned> values;
};
/// Numbers of the filters that ChunkDecoder knows. The last four are registered with The HDF Group; of
/// these LZF, which h5py writes, is only undone.
namespace filter {
inline constexpr unsigned deflate = 1, shuffle = 2, fletcher32 = 3, lzf = 32000, lz4 = 32004,
                          bitshuffle = 32008, zstd = 32015;
}

/// Return the pipeline that ChunkEncoder writes for numbers of a width in bytes: bitshuffle with LZ4, or
/// shuffle and zstd.
std::vector<Filter> filters_of(Compression compression, std::size_t width);

/// Compress chunks; each thread has its own. The same chunk gives the same bytes.
class ChunkEncoder {
  public:
    ChunkEncoder();
    ~ChunkEncoder();
    ChunkEncoder(ChunkEncoder&&) noexcept;
    /// Run a pipeline of filters_of, or of the filters in it alone. \throws Error unsupported
    void encode(std::span<Filter const> filters, std::span<std::byte const> chunk,
                std::vector<std::byte>& to);

  private:
    struct Work;
    std::unique_ptr<Work> work_;
};

/// Undo filters; each thread has its own.
class ChunkDecoder {
  public:
    ChunkDecoder();
    ~ChunkDecoder();
    ChunkDecoder(ChunkDecoder&&) noexcept;
    /// Write the numbers of a chunk. \param skipped  bit i: filter i of the pipeline was left out for this
    /// chunk
    /// \throws Error bad_data (damaged), unsupported (a filter that is not in `filter`)
    void decode(std::span<Filter const> filters, std::uint32_t skipped, std::span<std::byte const> chunk,
                std::span<std::byte> to);

  private:
    struct Work;
    std::unique_ptr<Work> work_;
};

/// Return the first filter that ChunkDecoder does not know, as text for a message, or "".
std::string first_unknown(std::span<Filter const> filters);

}  // namespace hutch::data
