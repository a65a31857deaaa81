#include "hutch/data/detail/hdf5_handle.hpp"

#include "hutch/data/hdf5_filters.hpp"

#include <atomic>
#include <cstdlib>
#include <filesystem>

namespace hutch::data::detail {
namespace {

// A file that could not be written to its end (full disk) stays open inside HDF5, whose work at exit would
// crash on it.
std::atomic<bool> has_lost_file = false;

void close_hdf5() {
    if (!has_lost_file) H5close();
}

}  // namespace

void keep_hdf5_open() { has_lost_file = true; }

void start_hdf5() {
    [[maybe_unused]] static bool const once = H5dont_atexit() >= 0 && std::atexit(close_hdf5) == 0;
    H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
    static bool const is_threadsafe = [] {
        hbool_t found = false;
        H5is_library_threadsafe(&found);
        return bool(found);
    }();
    if (!is_threadsafe)
        throw Error(
            Fault::unsupported,
            "the HDF5 library was built without thread safety; expected one with it, such as Debian's");
    register_hdf5_filters();
}

Handle open_hdf5(std::string const& path) {
    start_hdf5();
    if (!std::filesystem::exists(path))
        throw Error(Fault::not_found, fmt::format("'{}' does not exist; expected an HDF5 file", path));
    hid_t const file = H5Fopen(path.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT);
    if (file < 0) throw Error(Fault::bad_data, fmt::format("cannot open as HDF5: '{}'", path));
    return {file, H5Fclose, "open"};
}

Handle open_dataset(hid_t file, std::string const& name, std::string const& path) {
    bool is_there = true;
    for (std::size_t slash = name.find('/', 1); is_there && slash != std::string::npos;
         slash = name.find('/', slash + 1))
        is_there = H5Lexists(file, name.substr(0, slash).c_str(), H5P_DEFAULT) > 0;
    if (!is_there || H5Lexists(file, name.c_str(), H5P_DEFAULT) <= 0)
        throw Error(Fault::not_found,
                    fmt::format("'{}' is not in the file; expected an array of that name: '{}'", name, path));
    return {H5Dopen2(file, name.c_str(), H5P_DEFAULT), H5Dclose, "open " + name};
}

}  // namespace hutch::data::detail
