#include "hutch/data/gzip.hpp"

#include "hutch/base/error.hpp"
#include "hutch/base/file.hpp"
#include "hutch/base/text.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <zlib.h>

namespace hutch::data {
namespace {

constexpr std::uint64_t most_unpacked = std::uint64_t{1} << 30;
constexpr std::size_t chunk = std::size_t{1} << 16;

// Owns zlib's state so that an error on the way frees it.
class Inflater {
  public:
    Inflater() {
        constexpr int gzip_header_and_largest_window = 16 + MAX_WBITS;
        if (inflateInit2(&stream_, gzip_header_and_largest_window) != Z_OK)
            throw Error(Fault::exhausted, "cannot start zlib; expected memory for its window");
    }
    ~Inflater() { inflateEnd(&stream_); }
    Inflater(Inflater const&) = delete;
    Inflater& operator=(Inflater const&) = delete;

    void begin_member() { inflateReset(&stream_); }

    // Unpack as much as fits; both views and the count shrink or grow by what was used.
    int step(std::string_view& input, char* output, std::size_t room, std::size_t& written) {
        // zlib counts in unsigned int: larger inputs are given in parts.
        std::size_t const given = std::min<std::size_t>(input.size(), std::size_t{1} << 30);
        stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(input.data()));
        stream_.avail_in = uInt(given);
        stream_.next_out = reinterpret_cast<Bytef*>(output);
        stream_.avail_out = uInt(room);
        int const state = inflate(&stream_, Z_NO_FLUSH);
        input.remove_prefix(given - stream_.avail_in);
        written = room - stream_.avail_out;
        return state;
    }
    char const* message() const { return stream_.msg ? stream_.msg : "no reason given"; }

  private:
    z_stream stream_{};
};

bool is_zeros(std::string_view bytes) {
    return std::ranges::all_of(bytes, [](char c) { return c == '\0'; });
}

void append_checked(std::string& result, char const* bytes, std::size_t count, std::string const& name,
                    std::uint64_t most) {
    if (count > most - result.size())
        throw Error(Fault::exhausted,
                    fmt::format("{}: unpacks to more than {} bytes; expected at most that", name, most));
    result.append(bytes, count);
}

}  // namespace

bool is_gzip(std::string_view bytes) { return bytes.starts_with("\x1f\x8b"); }

std::string decompress_gzip(std::string_view bytes, std::string const& name, std::uint64_t most) {
    if (!is_gzip(bytes))
        throw Error(Fault::bad_data, fmt::format("{}: does not start with bytes 1f 8b; expected gzip", name));
    Inflater inflater;
    std::string buffer(chunk, '\0');
    std::string result;
    std::size_t const all = bytes.size();
    while (true) {
        std::size_t written = 0;
        int const state = inflater.step(bytes, buffer.data(), buffer.size(), written);
        append_checked(result, buffer.data(), written, name, most);
        if (state == Z_STREAM_END) {
            if (is_zeros(bytes)) return result;
            if (!is_gzip(bytes))
                throw Error(
                    Fault::bad_data,
                    fmt::format("{}: has {} bytes after the gzip data; expected none", name, bytes.size()));
            inflater.begin_member();
        } else if (state != Z_OK && state != Z_BUF_ERROR) {
            throw Error(Fault::bad_data,
                        fmt::format("{}: gzip data are damaged near byte {} ({}); expected whole gzip data",
                                    name, all - bytes.size(), inflater.message()));
        } else if (bytes.empty() && written < buffer.size()) {
            throw Error(Fault::bad_data,
                        fmt::format("{}: gzip data stop after {} bytes; expected more; the file is cut short",
                                    name, all));
        }
    }
}

std::string read_possibly_gzipped(std::filesystem::path const& path) {
    std::string bytes = read_file(path);
    bool const is_named_gzip = to_lower(path.extension().string()) == ".gz";
    if (!is_named_gzip && !is_gzip(bytes)) return bytes;
    return decompress_gzip(bytes, path.string(), most_unpacked);
}

}  // namespace hutch::data
