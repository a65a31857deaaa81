#include "hutch/data/hdf5_filters.hpp"

#include "hutch/data/chunk.hpp"
#include "hutch/data/detail/framed_blocks.hpp"

#include <cstdlib>
#include <cstring>

#include <hdf5.h>

namespace hutch::data {
namespace {

using detail::Bytes;

// How many bytes a chunk has when it is unpacked: three formats say it at their start, LZF in the pipeline.
std::size_t unpacked_bytes(unsigned id, std::vector<unsigned> const& values, Bytes from) {
    if (id == filter::bitshuffle && (values.size() < 5 || values[4] == 0)) return from.size();
    if (id == filter::lzf) return values.size() > 2 ? values[2] : 0;
    if (id == filter::zstd) return detail::zstd_content_bytes(from);
    std::size_t size = 0;
    for (std::size_t i = 0; i < 8 && i < from.size(); ++i) size = size << 8 | std::size_t(from[i]);
    return size;
}

// HDF5 owns the buffer, which malloc made; 0 says that it failed. Nothing may be thrown through C.
template <unsigned id>
std::size_t run(unsigned flags, std::size_t count, unsigned const* given, std::size_t bytes,
                std::size_t* room, void** buffer) {
    try {
        Filter const one{id, {given, given + count}};
        Bytes const from{static_cast<std::byte const*>(*buffer), bytes};
        std::vector<std::byte> to;
        if (flags & H5Z_FLAG_REVERSE) {
            to.resize(unpacked_bytes(id, one.values, from));
            ChunkDecoder().decode({&one, 1}, 0, from, to);
        } else {
            ChunkEncoder().encode({&one, 1}, from, to);
        }
        void* const fresh = std::malloc(to.size());
        if (fresh == nullptr) return 0;
        std::memcpy(fresh, to.data(), to.size());
        std::free(*buffer);
        *buffer = fresh;
        *room = to.size();
        return to.size();
    } catch (std::exception const&) {
        return 0;
    }
}

// Bitshuffle keeps its version and the width of numbers in front of what the caller gives.
herr_t set_bitshuffle(hid_t properties, hid_t type, hid_t) {
    unsigned flags = 0, given[16] = {};
    std::size_t count = 16;
    if (H5Pget_filter_by_id2(properties, filter::bitshuffle, &flags, &count, given, 0, nullptr, nullptr) < 0)
        return -1;
    std::vector<unsigned> values{0, 3, unsigned(H5Tget_size(type))};
    if (count >= 3 && given[0] == 0 && given[1] >= 2 && given[2] == values[2])
        return 1;  // it has them already
    values.insert(values.end(), given, given + count);
    return H5Pmodify_filter(properties, filter::bitshuffle, flags, values.size(), values.data()) < 0 ? -1 : 1;
}

template <unsigned id>
void register_one(char const* name, herr_t (*set_local)(hid_t, hid_t, hid_t)) {
    H5Z_class2_t const one{H5Z_CLASS_T_VERS, H5Z_filter_t(id), 1, 1, name, nullptr, set_local, run<id>};
    H5Zregister(&one);
}

}  // namespace

void register_hdf5_filters() {
    [[maybe_unused]] static bool const once = [] {
        // h5py in the same process has its own, which writes too.
        if (H5Zfilter_avail(filter::lzf) <= 0) register_one<filter::lzf>("LZF", nullptr);
        register_one<filter::lz4>("LZ4", nullptr);
        register_one<filter::bitshuffle>("bitshuffle", set_bitshuffle);
        register_one<filter::zstd>("zstd", nullptr);
        return true;
    }();
}

}  // namespace hutch::data
