#include "hutch/data/array_layout.hpp"

#include "hutch/base/error.hpp"
#include "hutch/data/detail/hdf5_handle.hpp"

#include <algorithm>
#include <bit>
#include <functional>
#include <numeric>

namespace hutch::data {
namespace {

using detail::Handle;
using Kind = ElementType::Kind;
namespace fs = std::filesystem;

constexpr std::uint64_t most_held = std::uint64_t{1} << 30;

// One array of a file, and how messages call it.
struct Source {
    Handle const& dataset;
    std::string const& name;
    std::string path;
    [[noreturn]] void fail(Fault fault, std::string const& what) const {
        throw Error(fault, fmt::format("'{}' {}: '{}'", name, what, path));
    }
};

ElementType integer_type(hid_t type) {
    return {H5Tget_sign(type) == H5T_SGN_NONE ? Kind::unsigned_integer : Kind::signed_integer,
            H5Tget_size(type)};
}

ElementType element_type(Source const& source, hid_t type) {
    bool const is_big = H5Tget_order(type) == H5T_ORDER_BE;
    ElementType element;
    switch (H5Tget_class(type)) {
        case H5T_FLOAT:
            element = {Kind::real, H5Tget_size(type)};
            break;
        case H5T_INTEGER:
            element = integer_type(type);
            break;
        case H5T_ENUM: {
            // h5py writes truth values as an enumeration of two.
            Handle const base(H5Tget_super(type), H5Tclose, "get a type");
            element = integer_type(base);
            if (H5Tget_nmembers(type) == 2 && element.bytes == 1) element.kind = Kind::boolean;
            break;
        }
        case H5T_STRING:
            if (H5Tis_variable_str(type) > 0) return {Kind::texts_elsewhere, sizeof(char*)};
            return {Kind::text, H5Tget_size(type)};
        default:
            source.fail(Fault::unsupported,
                        "is of a type that is no number and no text; expected plain arrays; "
                        "write its members as arrays of their own");
    }
    if (element.kind == Kind::real ? element.bytes != 2 && element.bytes != 4 && element.bytes != 8
                                   : !std::has_single_bit(element.bytes) || element.bytes > 8)
        source.fail(Fault::unsupported,
                    fmt::format("has numbers of {} bytes; expected 1, 2, 4 or 8", element.bytes));
    element.is_swapped = element.bytes > 1 && is_big;
    return element;
}

std::vector<std::uint64_t> shape_of(hid_t dataset) {
    Handle const space(H5Dget_space(dataset), H5Sclose, "get a space");
    std::vector<hsize_t> dims(std::size_t(std::max(0, H5Sget_simple_extent_ndims(space))));
    H5Sget_simple_extent_dims(space, dims.data(), nullptr);
    return {dims.begin(), dims.end()};
}

std::string text_attribute(hid_t dataset, char const* name) {
    if (H5Aexists(dataset, name) <= 0) return "";
    Handle const attribute(H5Aopen(dataset, name, H5P_DEFAULT), H5Aclose, "open an attribute");
    Handle const type(H5Aget_type(attribute), H5Tclose, "get a type");
    if (H5Tget_class(type) != H5T_STRING) return "";
    if (H5Tis_variable_str(type) > 0) {
        char* text = nullptr;
        if (H5Aread(attribute, type, &text) < 0 || text == nullptr) return "";
        std::string const copy = text;
        H5free_memory(text);
        return copy;
    }
    std::string text(H5Tget_size(type), '\0');
    return H5Aread(attribute, type, text.data()) < 0 ? "" : text.substr(0, text.find('\0'));
}

std::vector<Filter> filters_in(Source const& source, hid_t properties) {
    std::vector<Filter> filters;
    int const count = H5Pget_nfilters(properties);
    for (int i = 0; i < count; ++i) {
        unsigned flags = 0, values[32] = {};
        std::size_t size = 32;
        auto const id =
            unsigned(H5Pget_filter2(properties, unsigned(i), &flags, &size, values, 0, nullptr, nullptr));
        filters.push_back({id, {values, values + std::min<std::size_t>(size, 32)}});
    }
    if (std::string const unknown = first_unknown(filters); !unknown.empty())
        source.fail(Fault::unsupported,
                    fmt::format("is packed by {}; expected deflate, shuffle, fletcher32, LZF (32000), LZ4 "
                                "(32004), bitshuffle (32008) or "
                                "zstd (32015); rewrite the file by 'h5repack -f SHUF -f GZIP=4'",
                                unknown));
    return filters;
}

std::uint64_t product(std::vector<std::uint64_t> const& all) {
    return std::accumulate(all.begin(), all.end(), std::uint64_t{1}, std::multiplies<>());
}

// All values by HDF5 itself, in the file's own type.
void hold(Source const& source, ArrayLayout& layout, hid_t type) {
    std::uint64_t const bytes = product(layout.shape) * layout.type.bytes;
    if (bytes > most_held)
        source.fail(Fault::unsupported,
                    fmt::format("has {} bytes in other files or without a place of their own; expected at "
                                "most {}; rewrite the file by 'h5repack -l CONTI'",
                                bytes, most_held));
    layout.held.resize(bytes);
    if (bytes > 0 && H5Dread(source.dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, layout.held.data()) < 0)
        source.fail(Fault::bad_data, "cannot be read");
}

void hold_texts(Source const& source, ArrayLayout& layout) {
    Handle const type(H5Tcopy(H5T_C_S1), H5Tclose, "copy a type");
    H5Tset_size(type, H5T_VARIABLE);
    Handle const own(H5Dget_type(source.dataset), H5Tclose, "get a type");
    H5Tset_cset(type, H5Tget_cset(own));
    std::vector<char*> pointers(product(layout.shape), nullptr);
    if (pointers.empty()) return;
    if (H5Dread(source.dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, pointers.data()) < 0)
        source.fail(Fault::bad_data, "cannot be read as texts");
    for (char const* text : pointers) layout.texts.emplace_back(text == nullptr ? "" : text);
    Handle const space(H5Dget_space(source.dataset), H5Sclose, "get a space");
    H5Dvlen_reclaim(type, space, H5P_DEFAULT, pointers.data());
}

void check_place(Source const& source, std::uint64_t offset, std::uint64_t bytes, std::uint64_t file_bytes) {
    if (bytes > file_bytes || offset > file_bytes - bytes)
        source.fail(
            Fault::bad_data,
            fmt::format("lies in bytes {} to {} of a file of {}; expected all of it to be there; copy "
                        "the file again",
                        offset, offset + bytes, file_bytes));
}

// Where each chunk lies, row-major over the grid.
void find_chunks(Source const& source, ArrayLayout& layout, std::uint64_t file_bytes) {
    std::vector<std::uint64_t> grid(layout.shape.size());
    for (std::size_t d = 0; d < grid.size(); ++d)
        grid[d] = (layout.shape[d] + layout.chunk[d] - 1) / layout.chunk[d];
    layout.chunks.resize(product(grid));
    std::vector<hsize_t> at(grid.size(), 0);
    for (ChunkPlace& place : layout.chunks) {
        haddr_t offset = HADDR_UNDEF;
        hsize_t bytes = 0;
        unsigned skipped = 0;
        if (H5Dget_chunk_info_by_coord(source.dataset, at.data(), &skipped, &offset, &bytes) < 0)
            source.fail(Fault::bad_data, "has an index of chunks that cannot be read");
        if (offset != HADDR_UNDEF && bytes > 0) {
            check_place(source, offset, bytes, file_bytes);
            place = {offset, std::uint32_t(bytes), skipped};
        }
        for (std::size_t d = grid.size(); d-- > 0;) {
            at[d] += layout.chunk[d];
            if (at[d] < layout.shape[d]) break;
            at[d] = 0;
        }
    }
}

Handle open_file(fs::path const& path) {
    detail::prepare_hdf5();
    if (!fs::exists(path))
        throw Error(Fault::not_found,
                    fmt::format("'{}' does not exist; expected an HDF5 file", path.string()));
    hid_t const file = H5Fopen(path.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT);
    if (file < 0) throw Error(Fault::bad_data, fmt::format("cannot open as HDF5: '{}'", path.string()));
    return {file, H5Fclose, "open"};
}

Handle open_array(hid_t file, std::string const& name, fs::path const& path) {
    bool is_there = true;
    for (std::size_t slash = name.find('/', 1); is_there && slash != std::string::npos;
         slash = name.find('/', slash + 1))
        is_there = H5Lexists(file, name.substr(0, slash).c_str(), H5P_DEFAULT) > 0;
    if (!is_there || H5Lexists(file, name.c_str(), H5P_DEFAULT) <= 0)
        throw Error(Fault::not_found,
                    fmt::format("'{}' is not in the file; expected an array of that name: '{}'", name,
                                path.string()));
    return {H5Dopen2(file, name.c_str(), H5P_DEFAULT), H5Dclose, "open " + name};
}

ArrayLayout layout_of(fs::path const& path, std::string const& name, bool is_whole) {
    Handle const file = open_file(path);
    Handle const dataset = open_array(file, name, path);
    Source const source{dataset, name, path.string()};
    Handle const type(H5Dget_type(dataset), H5Tclose, "get a type");
    Handle const properties(H5Dget_create_plist(dataset), H5Pclose, "get a property list");
    ArrayLayout layout{.type = element_type(source, type),
                       .shape = shape_of(dataset),
                       .unit = text_attribute(dataset, "units")};
    if (H5Pget_layout(properties) == H5D_CHUNKED) {
        std::vector<hsize_t> chunk(layout.shape.size());
        H5Pget_chunk(properties, int(chunk.size()), chunk.data());
        layout.chunk.assign(chunk.begin(), chunk.end());
        if (layout.type.kind != Kind::texts_elsewhere) layout.filters = filters_in(source, properties);
    }
    if (!is_whole) return layout;
    std::uint64_t const file_bytes = fs::file_size(path);
    layout.fill.assign(layout.type.bytes, std::byte{0});
    if (layout.type.kind == Kind::texts_elsewhere) {
        layout.chunk.clear();
        hold_texts(source, layout);
    } else if (!layout.chunk.empty()) {
        H5Pget_fill_value(properties, type, layout.fill.data());
        find_chunks(source, layout, file_bytes);
    } else if (haddr_t const offset = H5Dget_offset(dataset);
               offset != HADDR_UNDEF && H5Pget_external_count(properties) == 0) {
        layout.offset = offset;
        check_place(source, offset, product(layout.shape) * layout.type.bytes, file_bytes);
    } else {
        hold(source, layout, type);
    }
    return layout;
}

}  // namespace

std::string ElementType::name() const {
    switch (kind) {
        case Kind::real:
            return fmt::format("float{}", 8 * bytes);
        case Kind::signed_integer:
            return fmt::format("int{}", 8 * bytes);
        case Kind::unsigned_integer:
            return fmt::format("uint{}", 8 * bytes);
        case Kind::boolean:
            return "bool";
        case Kind::text:
            return fmt::format("utf8[{}]", bytes);
        case Kind::texts_elsewhere:
            break;
    }
    return "utf8";
}

std::size_t ArrayLayout::record_bytes() const {
    std::size_t bytes = type.bytes;
    for (std::size_t d = 1; d < shape.size(); ++d) bytes *= shape[d];
    return bytes;
}

ArrayLayout describe_array(fs::path const& path, std::string const& name) {
    return layout_of(path, name, false);
}
ArrayLayout locate_array(fs::path const& path, std::string const& name) {
    return layout_of(path, name, true);
}

}  // namespace hutch::data
