#include "hutch/data/shard.hpp"

#include "hutch/base/error.hpp"
#include "hutch/compute/parallel.hpp"
#include "hutch/data/detail/hdf5_handle.hpp"
#include "hutch/data/hdf5_file.hpp"

#include <algorithm>
#include <bit>
#include <cstring>
#include <numeric>

#include <fmt/format.h>
#include <hdf5.h>

namespace hutch::data {
namespace {

using detail::Handle;

template <class Number>
struct Types;
template <>
struct Types<float> {
    static hid_t memory() { return H5T_NATIVE_FLOAT; }
    static hid_t file() { return H5T_IEEE_F32LE; }
};
template <>
struct Types<double> {
    static hid_t memory() { return H5T_NATIVE_DOUBLE; }
    static hid_t file() { return H5T_IEEE_F64LE; }
};
template <>
struct Types<std::uint16_t> {
    static hid_t memory() { return H5T_NATIVE_UINT16; }
    static hid_t file() { return H5T_STD_U16LE; }
};
template <>
struct Types<std::int8_t> {
    static hid_t memory() { return H5T_NATIVE_INT8; }
    static hid_t file() { return H5T_STD_I8LE; }
};
template <>
struct Types<std::int16_t> {
    static hid_t memory() { return H5T_NATIVE_INT16; }
    static hid_t file() { return H5T_STD_I16LE; }
};
template <>
struct Types<std::int32_t> {
    static hid_t memory() { return H5T_NATIVE_INT32; }
    static hid_t file() { return H5T_STD_I32LE; }
};
template <>
struct Types<std::int64_t> {
    static hid_t memory() { return H5T_NATIVE_INT64; }
    static hid_t file() { return H5T_STD_I64LE; }
};

// Texts side by side, each filled up with zeros to the length of the longest.
struct PaddedTexts {
    std::size_t length = 1;
    std::string bytes;

    explicit PaddedTexts(std::vector<std::string> const& texts) {
        for (auto const& text : texts) length = std::max(length, text.size());
        bytes.assign(length * texts.size(), '\0');
        for (std::size_t i = 0; i < texts.size(); ++i)
            std::memcpy(&bytes[i * length], texts[i].data(), texts[i].size());
    }
    Handle type() const {
        Handle type(H5Tcopy(H5T_C_S1), H5Tclose, "copy a type");
        H5Tset_size(type, length);
        H5Tset_cset(type, H5T_CSET_UTF8);
        H5Tset_strpad(type, H5T_STR_NULLPAD);
        return type;
    }
};

hid_t scalar_space() { return H5Screate(H5S_SCALAR); }
hid_t row_space(std::size_t size) {
    hsize_t const count = size;
    return H5Screate_simple(1, &count, nullptr);
}

void write_text_attribute(hid_t object, std::string const& name, std::vector<std::string> const& texts,
                          hid_t new_space) {
    Handle const space(new_space, H5Sclose, "create a space");
    PaddedTexts const padded(texts);
    Handle const type = padded.type();
    Handle const attribute(H5Acreate2(object, name.c_str(), type, space, H5P_DEFAULT, H5P_DEFAULT), H5Aclose,
                           "create attribute " + name);
    if (H5Awrite(attribute, type, padded.bytes.data()) < 0)
        throw Error(Fault::external, fmt::format("HDF5 cannot write attribute {}", name));
}

void write_text_attribute(hid_t object, std::string const& name, std::string const& text) {
    write_text_attribute(object, name, std::vector{text}, scalar_space());
}

void write_about(hid_t dataset, ShardWriter::About const& about) {
    if (!about.unit.empty()) write_text_attribute(dataset, "units", about.unit);
    if (!about.description.empty()) write_text_attribute(dataset, "long_name", about.description);
}

// Bytes of an array in rows of chunks: the last chunk is filled up with zeros.
struct ChunkedBytes {
    std::span<std::byte const> bytes;
    std::size_t chunk;
    std::size_t count() const { return (bytes.size() + chunk - 1) / chunk; }
    std::span<std::byte const> at(std::size_t i, std::vector<std::byte>& filled) const {
        std::size_t const first = i * chunk;
        if (first + chunk <= bytes.size()) return bytes.subspan(first, chunk);
        filled.assign(chunk, std::byte{0});
        std::ranges::copy(bytes.subspan(first), filled.begin());
        return filled;
    }
};

constexpr std::size_t chunks_at_once = 256;  // compressed together, then written in their order

}  // namespace

struct ShardWriter::Handles {
    std::filesystem::path path;
    hid_t file = -1, timeless = -1, contiguous = -1;
    ~Handles() {
        if (contiguous >= 0) H5Pclose(contiguous);
        if (timeless >= 0) H5Pclose(timeless);
        if (file >= 0 && H5Fclose(file) < 0) detail::lose_file();
    }
    hid_t create(std::string const& name, hid_t type, hid_t space) const {
        return create(name, type, space, contiguous);
    }
    hid_t create(std::string const& name, hid_t type, hid_t space, hid_t layout) const {
        create_groups(name);
        hid_t const dataset = H5Dcreate2(file, name.c_str(), type, space, H5P_DEFAULT, layout, H5P_DEFAULT);
        if (dataset < 0)
            throw Error(Fault::external, fmt::format("HDF5 cannot create '{}': '{}'", name, path.string()));
        return dataset;
    }
    Handle write_texts(std::string const& name, std::vector<std::string> const& texts,
                       hid_t new_space) const {
        Handle const space(new_space, H5Sclose, "create a space");
        PaddedTexts const padded(texts);
        Handle const type = padded.type();
        Handle dataset(create(name, type, space), H5Dclose, "create");
        if (!texts.empty() && H5Dwrite(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, padded.bytes.data()) < 0)
            fail_to_write(name);
        return dataset;
    }
    [[noreturn]] void fail_to_write(std::string const& name) const {
        throw Error(Fault::external,
                    fmt::format("HDF5 cannot write '{}' (disk full?): '{}'", name, path.string()));
    }
    Handle chunked(std::vector<hsize_t> const& chunk, std::vector<Filter> const& filters) const {
        Handle properties(H5Pcopy(contiguous), H5Pclose, "copy a property list");
        H5Pset_chunk(properties, int(chunk.size()), chunk.data());
        for (Filter const& one : filters)
            if (H5Pset_filter(properties, H5Z_filter_t(one.id), H5Z_FLAG_MANDATORY, one.values.size(),
                              one.values.data()) < 0)
                throw Error(Fault::external, fmt::format("HDF5 cannot take filter {}", one.id));
        return properties;
    }
    void write_chunks(hid_t dataset, std::string const& name, ChunkedBytes const& all,
                      ShardWriter::Chunking const& chunking, std::vector<Filter> const& filters,
                      std::vector<hsize_t> at) const {
        std::vector<ChunkEncoder> encoders(chunking.threads);
        std::vector<std::vector<std::byte>> packed(chunks_at_once), filled(chunking.threads);
        for (std::size_t first = 0; first < all.count(); first += chunks_at_once) {
            std::size_t const count = std::min(chunks_at_once, all.count() - first);
            compute::parallel_for(count, chunking.threads, [&](std::size_t i, unsigned worker) {
                encoders[worker].encode(filters, all.at(first + i, filled[worker]), packed[i]);
            });
            for (std::size_t i = 0; i < count; ++i) {
                at[0] = (first + i) * chunking.rows;
                if (H5Dwrite_chunk(dataset, H5P_DEFAULT, 0, at.data(), packed[i].size(), packed[i].data()) <
                    0)
                    fail_to_write(name);
            }
        }
    }
    Handle open(std::string const& name) const {
        return {H5Oopen(file, name.c_str(), H5P_DEFAULT), H5Oclose, "open " + name};
    }
    // All that stand before a slash of the name.
    void create_groups(std::string const& name) const {
        for (std::size_t slash = name.find('/'); slash != std::string::npos;
             slash = name.find('/', slash + 1))
            create_group(name.substr(0, slash));
    }
    // Groups that HDF5 makes on the way to a dataset would carry the time of day.
    void create_group(std::string const& name) const {
        if (H5Lexists(file, name.c_str(), H5P_DEFAULT) <= 0)
            Handle(H5Gcreate2(file, name.c_str(), H5P_DEFAULT, timeless, H5P_DEFAULT), H5Gclose,
                   "create group " + name);
    }
};

ShardWriter::ShardWriter(std::filesystem::path const& path) : handles_(std::make_unique<Handles>()) {
    detail::prepare_hdf5();
    handles_->path = path;
    Handle const access(H5Pcreate(H5P_FILE_ACCESS), H5Pclose, "create a property list");
    H5Pset_libver_bounds(access, H5F_LIBVER_V18, H5F_LIBVER_V18);
    H5Pset_alignment(access, 65536, 4096);
    Handle const creation(H5Pcreate(H5P_FILE_CREATE), H5Pclose, "create a property list");
    H5Pset_obj_track_times(creation, false);
    handles_->file = H5Fcreate(path.c_str(), H5F_ACC_TRUNC, creation, access);
    if (handles_->file < 0)
        throw Error(Fault::external, fmt::format("HDF5 cannot create file: '{}'", path.string()));
    handles_->timeless = H5Pcreate(H5P_GROUP_CREATE);
    H5Pset_obj_track_times(handles_->timeless, false);
    handles_->contiguous = H5Pcreate(H5P_DATASET_CREATE);
    H5Pset_obj_track_times(handles_->contiguous, false);
    H5Pset_layout(handles_->contiguous, H5D_CONTIGUOUS);
    H5Pset_fill_time(handles_->contiguous, H5D_FILL_TIME_NEVER);
}

ShardWriter::~ShardWriter() = default;

template <class Number>
void ShardWriter::write(std::string const& path, std::span<Number const> values,
                        std::vector<std::uint64_t> const& shape, About const& about,
                        Chunking const& chunking) {
    std::vector<hsize_t> const dims(shape.begin(), shape.end());
    if (std::accumulate(dims.begin(), dims.end(), hsize_t{1}, std::multiplies<>()) != values.size())
        throw Error(Fault::bug, fmt::format("'{}' has {} values; expected what its shape ({}) holds", path,
                                            values.size(), fmt::join(shape, ", ")));
    Handle const space(H5Screate_simple(int(dims.size()), dims.data(), nullptr), H5Sclose, "create a space");
    if (chunking.compression == Compression::none || values.empty()) {
        Handle const dataset(handles_->create(path, Types<Number>::file(), space), H5Dclose, "create");
        if (!values.empty() &&
            H5Dwrite(dataset, Types<Number>::memory(), H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data()) < 0)
            handles_->fail_to_write(path);
        return write_about(dataset, about);
    }
    static_assert(std::endian::native == std::endian::little, "chunks are written as they lie in memory");
    Chunking cut = chunking;
    cut.rows = std::clamp<std::uint64_t>(cut.rows, 1, shape[0]);
    cut.threads = std::max(1u, cut.threads);
    std::vector<hsize_t> chunk = dims;
    chunk[0] = cut.rows;
    std::vector<Filter> const filters = filters_of(cut.compression, sizeof(Number));
    Handle const layout = handles_->chunked(chunk, filters);
    Handle const dataset(handles_->create(path, Types<Number>::file(), space, layout), H5Dclose, "create");
    std::size_t const row_bytes = values.size_bytes() / shape[0];
    handles_->write_chunks(dataset, path, {std::as_bytes(values), cut.rows * row_bytes}, cut, filters,
                           std::vector<hsize_t>(dims.size(), 0));
    write_about(dataset, about);
}
template void ShardWriter::write(std::string const&, std::span<float const>,
                                 std::vector<std::uint64_t> const&, About const&, Chunking const&);
template void ShardWriter::write(std::string const&, std::span<double const>,
                                 std::vector<std::uint64_t> const&, About const&, Chunking const&);
template void ShardWriter::write(std::string const&, std::span<std::uint16_t const>,
                                 std::vector<std::uint64_t> const&, About const&, Chunking const&);
template void ShardWriter::write(std::string const&, std::span<std::int8_t const>,
                                 std::vector<std::uint64_t> const&, About const&, Chunking const&);
template void ShardWriter::write(std::string const&, std::span<std::int16_t const>,
                                 std::vector<std::uint64_t> const&, About const&, Chunking const&);
template void ShardWriter::write(std::string const&, std::span<std::int32_t const>,
                                 std::vector<std::uint64_t> const&, About const&, Chunking const&);
template void ShardWriter::write(std::string const&, std::span<std::int64_t const>,
                                 std::vector<std::uint64_t> const&, About const&, Chunking const&);

void ShardWriter::write_texts(std::string const& path, std::vector<std::string> const& texts,
                              About const& about) {
    write_about(handles_->write_texts(path, texts, row_space(texts.size())), about);
}

void ShardWriter::write_text(std::string const& path, std::string const& text) {
    handles_->write_texts(path, {text}, scalar_space());
}

void ShardWriter::group(std::string const& path) { handles_->create_groups(path + "/"); }

void ShardWriter::attribute(std::string const& path, std::string const& name, std::string const& text) {
    write_text_attribute(handles_->open(path), name, text);
}

void ShardWriter::attribute(std::string const& path, std::string const& name,
                            std::vector<std::string> const& texts) {
    write_text_attribute(handles_->open(path), name, texts, row_space(texts.size()));
}

void ShardWriter::attribute(std::string const& name, std::string const& text) {
    write_text_attribute(handles_->file, name, text);
}

void ShardWriter::attribute(std::string const& name, std::int64_t value) {
    Handle const space(H5Screate(H5S_SCALAR), H5Sclose, "create a space");
    Handle const attribute(
        H5Acreate2(handles_->file, name.c_str(), H5T_STD_I64LE, space, H5P_DEFAULT, H5P_DEFAULT), H5Aclose,
        "create attribute " + name);
    if (H5Awrite(attribute, H5T_NATIVE_INT64, &value) < 0)
        throw Error(Fault::external, fmt::format("HDF5 cannot write attribute {}", name));
}

void ShardWriter::close() {
    bool const flushed = H5Fflush(handles_->file, H5F_SCOPE_GLOBAL) >= 0;
    bool const closed = H5Fclose(handles_->file) >= 0;
    handles_->file = -1;
    if (!flushed || !closed) detail::lose_file();
    if (!flushed || !closed)
        throw Error(Fault::external,
                    fmt::format("HDF5 cannot finish file (disk full?): '{}'", handles_->path.string()));
}

ArrayPlace find_array(std::filesystem::path const& path, std::string const& name) {
    Hdf5Array const array = Hdf5File(path).at(name);
    if (!array.offset)
        throw Error(Fault::bad_data,
                    fmt::format("'{}' is not contiguous; expected an array that can be mapped: '{}'", name,
                                path.string()));
    return {*array.offset, array.values() * array.size, array.shape};
}

std::vector<float> read_floats(std::filesystem::path const& path, std::string const& name) {
    return Hdf5File(path).read_all<float>(name);
}

}  // namespace hutch::data
