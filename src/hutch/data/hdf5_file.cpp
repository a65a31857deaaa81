#include "hutch/data/hdf5_file.hpp"

#include "hutch/base/error.hpp"
#include "hutch/data/detail/hdf5_handle.hpp"
#include "hutch/data/hdf5_filters.hpp"

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <cstring>
#include <numeric>

#include <fmt/format.h>
#include <hdf5.h>

namespace hutch::data {
namespace detail {
namespace {

std::atomic<bool> has_lost_file = false;

void close_hdf5() {
    if (!has_lost_file) H5close();
}

}  // namespace

void prepare_hdf5() {
    [[maybe_unused]] static bool const once = H5dont_atexit() >= 0 && std::atexit(close_hdf5) == 0;
    H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
    hbool_t is_threadsafe = false;
    H5is_library_threadsafe(&is_threadsafe);
    if (!is_threadsafe)
        throw Error(
            Fault::unsupported,
            "the HDF5 library was built without thread safety; expected one with it, such as Debian's");
    register_hdf5_filters();
}

void lose_file() { has_lost_file = true; }

}  // namespace detail

namespace {

using detail::Handle;

// Numbers in names count as numbers, so that scan_2 stands before scan_10.
bool comes_before(std::string const& a, std::string const& b) {
    auto const digit = [](char c) { return c >= '0' && c <= '9'; };
    std::size_t i = 0, j = 0;
    while (i < a.size() && j < b.size()) {
        if (!digit(a[i]) || !digit(b[j])) {
            if (a[i] != b[j]) return a[i] < b[j];
            ++i, ++j;
            continue;
        }
        std::size_t p = i, q = j;
        while (p < a.size() && digit(a[p])) ++p;
        while (q < b.size() && digit(b[q])) ++q;
        std::string x = a.substr(i, p - i), y = b.substr(j, q - j);
        x.erase(0, std::min(x.find_first_not_of('0'), x.size()));
        y.erase(0, std::min(y.find_first_not_of('0'), y.size()));
        if (x.size() != y.size()) return x.size() < y.size();
        if (x != y) return x < y;
        i = p, j = q;
    }
    return a.size() - i < b.size() - j || (a.size() - i == b.size() - j && a < b);
}

bool is_boolean(hid_t type) {
    if (H5Tget_nmembers(type) != 2) return false;
    char* const first = H5Tget_member_name(type, 0);
    bool const is = first != nullptr && std::string_view(first) == "FALSE";
    H5free_memory(first);
    return is;
}

// h5py and others write complex numbers as the members r and i.
bool is_complex(hid_t type) {
    if (H5Tget_class(type) != H5T_COMPOUND || H5Tget_nmembers(type) != 2) return false;
    char *const r = H5Tget_member_name(type, 0), *const i = H5Tget_member_name(type, 1);
    bool const is = r != nullptr && i != nullptr && std::string_view(r) == "r" &&
                    std::string_view(i) == "i" && H5Tget_member_class(type, 0) == H5T_FLOAT;
    H5free_memory(r), H5free_memory(i);
    return is;
}

void set_type(hid_t type, Hdf5Array& array) {
    using Kind = Hdf5Array::Kind;
    H5T_class_t const kind = H5Tget_class(type);
    array.size = H5Tget_size(type);
    array.is_little_endian = array.size <= 1 || H5Tget_order(type) != H5T_ORDER_BE;
    if (kind == H5T_FLOAT) {
        array.kind = Kind::real;
        array.dtype = fmt::format("float{}", 8 * array.size);
    } else if (kind == H5T_INTEGER || kind == H5T_BITFIELD) {
        array.kind = Kind::integer;
        bool const is_signed = kind == H5T_INTEGER && H5Tget_sign(type) == H5T_SGN_2;
        array.dtype = fmt::format("{}int{}", is_signed ? "" : "u", 8 * array.size);
    } else if (kind == H5T_ENUM) {
        array.kind = Kind::integer;
        array.dtype = is_boolean(type) ? "bool" : fmt::format("int{}", 8 * array.size);
    } else if (kind == H5T_STRING) {
        array.kind = Kind::text;
        array.is_little_endian = true;
        array.dtype = H5Tis_variable_str(type) > 0 ? "utf8" : fmt::format("utf8[{}]", array.size);
    } else if (is_complex(type)) {
        array.is_little_endian = true;
        array.dtype = fmt::format("complex{}", 8 * array.size);
    } else {
        array.is_little_endian = true;
        array.dtype = kind == H5T_COMPOUND ? "compound"
                      : kind == H5T_VLEN   ? "ragged"
                      : kind == H5T_OPAQUE ? "opaque"
                                           : "reference";
    }
}

std::vector<std::uint64_t> shape_of(hid_t space) {
    std::vector<hsize_t> dims(std::size_t(std::max(0, H5Sget_simple_extent_ndims(space))));
    H5Sget_simple_extent_dims(space, dims.data(), nullptr);
    return {dims.begin(), dims.end()};
}

// A text that fills its length, or one that ends at a zero or in blanks, as its type says.
std::string fixed_text(char const* from, std::size_t length, H5T_str_t padding) {
    std::string_view text(from, length);
    text = text.substr(0, text.find('\0'));
    if (padding == H5T_STR_SPACEPAD) text = text.substr(0, text.find_last_not_of(' ') + 1);
    return std::string(text);
}

// Texts of `count` values that `read` fills in, of a text type as it is in the file.
template <class Read>
std::vector<std::string> texts_of(hid_t type, hid_t space, std::size_t count, Read const& read) {
    std::vector<std::string> texts;
    texts.reserve(count);
    Handle const memory(H5Tcopy(type), H5Tclose, "copy a type");
    if (H5Tis_variable_str(type) > 0) {
        std::vector<char*> pointers(count, nullptr);
        if (!read(memory, pointers.data())) return {};
        for (char const* p : pointers) texts.emplace_back(p == nullptr ? "" : p);
        H5Dvlen_reclaim(memory, space, H5P_DEFAULT, pointers.data());
        return texts;
    }
    std::size_t const length = H5Tget_size(type);
    std::vector<char> bytes(length * count);
    if (!read(memory, bytes.data())) return {};
    for (std::size_t i = 0; i < count; ++i)
        texts.push_back(fixed_text(&bytes[i * length], length, H5Tget_strpad(type)));
    return texts;
}

// All texts of an attribute, one or a list; none where it is no text.
std::vector<std::string> attribute_texts_of(hid_t object, char const* name) {
    if (H5Aexists(object, name) <= 0) return {};
    Handle const attribute(H5Aopen(object, name, H5P_DEFAULT), H5Aclose, "open an attribute");
    Handle const type(H5Aget_type(attribute), H5Tclose, "get a type");
    Handle const space(H5Aget_space(attribute), H5Sclose, "get a space");
    hssize_t const count = H5Sget_simple_extent_npoints(space);
    if (H5Tget_class(type) != H5T_STRING || count < 1) return {};
    return texts_of(type, space, std::size_t(count),
                    [&](hid_t memory, void* to) { return H5Aread(attribute, memory, to) >= 0; });
}

std::string text_attribute(hid_t object, char const* name) {
    auto const texts = attribute_texts_of(object, name);
    return texts.size() == 1 ? texts[0] : "";
}

herr_t keep_attribute(hid_t, char const* name, H5A_info_t const*, void* names) {
    static_cast<std::vector<std::string>*>(names)->emplace_back(name);
    return 0;
}

template <class Number>
hid_t native();
template <>
hid_t native<float>() {
    return H5T_NATIVE_FLOAT;
}
template <>
hid_t native<double>() {
    return H5T_NATIVE_DOUBLE;
}
template <>
hid_t native<std::int64_t>() {
    return H5T_NATIVE_INT64;
}
template <>
hid_t native<std::uint64_t>() {
    return H5T_NATIVE_UINT64;
}

struct Walk {
    std::vector<std::string> found;
};

herr_t keep_array(hid_t, char const* name, H5O_info_t const* info, void* walk) {
    if (info->type == H5O_TYPE_DATASET) static_cast<Walk*>(walk)->found.emplace_back(name);
    return 0;
}

herr_t keep_group(hid_t group, char const* name, H5L_info_t const*, void* walk) {
    H5O_info_t info;
    if (H5Oget_info_by_name2(group, name, &info, H5O_INFO_BASIC, H5P_DEFAULT) >= 0 &&
        info.type == H5O_TYPE_GROUP)
        static_cast<Walk*>(walk)->found.emplace_back(name);
    return 0;
}

}  // namespace

std::uint64_t Hdf5Array::values() const {
    return std::accumulate(shape.begin(), shape.end(), std::uint64_t{1}, std::multiplies<>());
}

struct Hdf5File::Opened {
    std::filesystem::path path;
    hid_t file = -1;
    std::string last_name;  // of the array that was read last: it stays open for the next rows
    hid_t last = -1;

    ~Opened() {
        if (last >= 0) H5Dclose(last);
        if (file >= 0) H5Fclose(file);
    }
    bool has(std::string const& name) const {
        if (name.empty()) return false;
        for (std::size_t slash = name.find('/'); slash != std::string::npos;
             slash = name.find('/', slash + 1))
            if (slash > 0 && H5Lexists(file, name.substr(0, slash).c_str(), H5P_DEFAULT) <= 0) return false;
        return H5Lexists(file, name.c_str(), H5P_DEFAULT) > 0;
    }
    hid_t dataset(std::string const& name) {
        if (last >= 0 && last_name == name) return last;
        if (last >= 0) H5Dclose(std::exchange(last, -1));
        if (has(name)) last = H5Dopen2(file, name.c_str(), H5P_DEFAULT);
        if (last < 0)
            throw Error(Fault::not_found,
                        fmt::format("'{}' is not in the file; expected an array of that name: '{}'", name,
                                    path.string()));
        last_name = name;
        return last;
    }
    [[noreturn]] void fail(std::string const& name, hid_t dataset) const {
        Handle const creation(H5Dget_create_plist(dataset), H5Pclose, "get properties");
        for (int i = 0; i < H5Pget_nfilters(creation); ++i) {
            unsigned flags = 0, config = 0;
            std::size_t none = 0;
            H5Z_filter_t const filter =
                H5Pget_filter2(creation, unsigned(i), &flags, &none, nullptr, 0, nullptr, &config);
            if (H5Zfilter_avail(filter) <= 0)
                throw Error(Fault::unsupported,
                            fmt::format("cannot read '{}' (HDF5 filter {} is not installed); install its "
                                        "plugin: '{}'",
                                        name, int(filter), path.string()));
        }
        throw Error(Fault::bad_data,
                    fmt::format("'{}' cannot be read; expected data that HDF5 can decode: '{}'", name,
                                path.string()));
    }
    // Read rows as a type in memory; the space in memory is a row of all values.
    struct Rows {
        Handle file_space, memory_space;
        std::size_t values;
    };
    Rows select(std::string const& name, hid_t dataset, std::uint64_t first, std::uint64_t count) const {
        Handle space(H5Dget_space(dataset), H5Sclose, "get a space");
        std::vector<std::uint64_t> const shape = shape_of(space);
        std::uint64_t const rows = shape.empty() ? 1 : shape[0];
        if (first > rows || count > rows - first)
            throw Error(Fault::bad_data, fmt::format("'{}' has {} rows; expected at least {}: '{}'", name,
                                                     rows, first + count, path.string()));
        std::vector<hsize_t> start(shape.size(), 0), extent(shape.begin(), shape.end());
        if (!shape.empty()) {
            start[0] = first, extent[0] = count;
            H5Sselect_hyperslab(space, H5S_SELECT_SET, start.data(), nullptr, extent.data(), nullptr);
        }
        hsize_t const values = std::accumulate(extent.begin(), extent.end(), hsize_t{1}, std::multiplies<>());
        return {std::move(space), Handle(H5Screate_simple(1, &values, nullptr), H5Sclose, "create a space"),
                values};
    }
};

Hdf5File::Hdf5File(std::filesystem::path const& path) : opened_(std::make_unique<Opened>()) {
    detail::prepare_hdf5();
    if (!std::filesystem::exists(path))
        throw Error(Fault::not_found, fmt::format("cannot read file (it is not there): '{}'", path.string()));
    opened_->path = path;
    Handle const access(H5Pcreate(H5P_FILE_ACCESS), H5Pclose, "create a property list");
    H5Pset_fclose_degree(access, H5F_CLOSE_STRONG);
    opened_->file = H5Fopen(path.c_str(), H5F_ACC_RDONLY, access);
    if (opened_->file < 0)
        throw Error(Fault::bad_data,
                    fmt::format("cannot open as HDF5; expected a whole HDF5 file: '{}'", path.string()));
}

Hdf5File::~Hdf5File() = default;
Hdf5File::Hdf5File(Hdf5File&&) noexcept = default;

std::vector<std::string> Hdf5File::arrays(std::string const& group) const {
    Walk walk;
    if (!group.empty() && !opened_->has(group)) return {};
    Handle const from(H5Oopen(opened_->file, group.empty() ? "/" : group.c_str(), H5P_DEFAULT), H5Oclose,
                      "open " + group);
    H5Ovisit2(from, H5_INDEX_NAME, H5_ITER_INC, keep_array, &walk, H5O_INFO_BASIC);
    std::erase(walk.found, ".");
    return walk.found;
}

std::vector<std::string> Hdf5File::groups(std::string const& group) const {
    Walk walk;
    if (!group.empty() && !opened_->has(group)) return {};
    Handle const from(H5Oopen(opened_->file, group.empty() ? "/" : group.c_str(), H5P_DEFAULT), H5Oclose,
                      "open " + group);
    H5Literate(from, H5_INDEX_NAME, H5_ITER_INC, nullptr, keep_group, &walk);
    std::ranges::sort(walk.found, comes_before);
    return walk.found;
}

std::optional<Hdf5Array> Hdf5File::find(std::string const& name) const {
    if (!opened_->has(name)) return {};
    hid_t const id = H5Dopen2(opened_->file, name.c_str(), H5P_DEFAULT);
    if (id < 0) return {};
    Handle const dataset(id, H5Dclose, "open " + name);
    Handle const type(H5Dget_type(dataset), H5Tclose, "get a type");
    Handle const space(H5Dget_space(dataset), H5Sclose, "get a space");
    Hdf5Array array;
    set_type(type, array);
    array.shape = shape_of(space);
    array.unit = text_attribute(dataset, "units");
    array.description = text_attribute(dataset, "long_name");
    Handle const creation(H5Dget_create_plist(dataset), H5Pclose, "get properties");
    haddr_t const offset = H5Dget_offset(dataset);
    if (offset != HADDR_UNDEF && H5Pget_layout(creation) == H5D_CONTIGUOUS &&
        H5Pget_external_count(creation) == 0)
        array.offset = offset;
    return array;
}

Hdf5Array Hdf5File::at(std::string const& name) const {
    auto found = find(name);
    if (!found)
        throw Error(Fault::not_found,
                    fmt::format("'{}' is not in the file; expected an array of that name: '{}'", name,
                                opened_->path.string()));
    return *found;
}

std::string Hdf5File::attribute(std::string const& name, std::string const& attribute) const {
    if (!name.empty() && !opened_->has(name)) return "";
    Handle const object(H5Oopen(opened_->file, name.empty() ? "/" : name.c_str(), H5P_DEFAULT), H5Oclose,
                        "open " + name);
    return text_attribute(object, attribute.c_str());
}

std::vector<std::string> Hdf5File::attribute_texts(std::string const& name,
                                                   std::string const& attribute) const {
    if (!name.empty() && !opened_->has(name)) return {};
    Handle const object(H5Oopen(opened_->file, name.empty() ? "/" : name.c_str(), H5P_DEFAULT), H5Oclose,
                        "open " + name);
    return attribute_texts_of(object, attribute.c_str());
}

std::vector<std::string> Hdf5File::attribute_names(std::string const& name) const {
    std::vector<std::string> names;
    if (!name.empty() && !opened_->has(name)) return names;
    Handle const object(H5Oopen(opened_->file, name.empty() ? "/" : name.c_str(), H5P_DEFAULT), H5Oclose,
                        "open " + name);
    hsize_t place = 0;
    H5Aiterate2(object, H5_INDEX_NAME, H5_ITER_INC, &place, keep_attribute, &names);
    return names;
}

template <class Number>
void Hdf5File::read(std::string const& name, std::uint64_t first, std::uint64_t count,
                    std::vector<Number>& to) {
    hid_t const dataset = opened_->dataset(name);
    Handle const type(H5Dget_type(dataset), H5Tclose, "get a type");
    H5T_class_t const kind = H5Tget_class(type);
    auto const rows = opened_->select(name, dataset, first, count);
    to.resize(rows.values);
    if (to.empty()) return;
    // HDF5 converts enumerations to enumerations only: their numbers are those of the type below.
    Handle const base(kind == H5T_ENUM ? H5Tget_super(type) : H5Tcopy(native<Number>()), H5Tclose,
                      "copy a type");
    if (kind == H5T_ENUM) {
        std::vector<unsigned char> bytes(std::max(H5Tget_size(base), sizeof(Number)) * to.size());
        if (H5Dread(dataset, type, rows.memory_space, rows.file_space, H5P_DEFAULT, bytes.data()) < 0 ||
            H5Tconvert(base, native<Number>(), to.size(), bytes.data(), nullptr, H5P_DEFAULT) < 0)
            opened_->fail(name, dataset);
        std::memcpy(to.data(), bytes.data(), sizeof(Number) * to.size());
        return;
    }
    if (kind != H5T_INTEGER && kind != H5T_FLOAT && kind != H5T_BITFIELD)
        throw Error(Fault::bad_data,
                    fmt::format("'{}' cannot be read as numbers: '{}'", name, opened_->path.string()));
    if (H5Dread(dataset, base, rows.memory_space, rows.file_space, H5P_DEFAULT, to.data()) < 0)
        opened_->fail(name, dataset);
}

template <class Number>
std::vector<Number> Hdf5File::read_all(std::string const& name) {
    std::vector<Number> values;
    read(name, 0, at(name).rows(), values);
    return values;
}

template void Hdf5File::read(std::string const&, std::uint64_t, std::uint64_t, std::vector<float>&);
template void Hdf5File::read(std::string const&, std::uint64_t, std::uint64_t, std::vector<double>&);
template void Hdf5File::read(std::string const&, std::uint64_t, std::uint64_t, std::vector<std::int64_t>&);
template void Hdf5File::read(std::string const&, std::uint64_t, std::uint64_t, std::vector<std::uint64_t>&);
template std::vector<float> Hdf5File::read_all(std::string const&);
template std::vector<double> Hdf5File::read_all(std::string const&);
template std::vector<std::int64_t> Hdf5File::read_all(std::string const&);
template std::vector<std::uint64_t> Hdf5File::read_all(std::string const&);

std::vector<std::string> Hdf5File::read_texts(std::string const& name, std::uint64_t first,
                                              std::uint64_t count) {
    hid_t const dataset = opened_->dataset(name);
    Handle const type(H5Dget_type(dataset), H5Tclose, "get a type");
    if (H5Tget_class(type) != H5T_STRING) {
        std::vector<std::string> texts;
        Hdf5Array array;
        set_type(type, array);
        if (array.kind == Hdf5Array::Kind::real) {
            std::vector<double> values;
            read(name, first, count, values);
            for (double const value : values) texts.push_back(fmt::format("{}", value));
        } else {
            std::vector<std::int64_t> values;
            read(name, first, count, values);
            for (std::int64_t const value : values) texts.push_back(fmt::format("{}", value));
        }
        return texts;
    }
    auto const rows = opened_->select(name, dataset, first, count);
    if (rows.values == 0) return {};
    auto texts = texts_of(type, rows.memory_space, rows.values, [&](hid_t memory, void* to) {
        return H5Dread(dataset, memory, rows.memory_space, rows.file_space, H5P_DEFAULT, to) >= 0;
    });
    if (texts.empty()) opened_->fail(name, dataset);
    return texts;
}

}  // namespace hutch::data
