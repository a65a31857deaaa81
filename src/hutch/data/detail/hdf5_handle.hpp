/// Hold HDF5 identifiers that close themselves.
#pragma once

#include "hutch/base/error.hpp"

#include <string>
#include <utility>

#include <fmt/format.h>
#include <hdf5.h>

namespace hutch::data::detail {

/// An HDF5 identifier that is closed with its own function.
class Handle {
  public:
    Handle(hid_t id, herr_t (*close)(hid_t), std::string const& what) : id_(id), close_(close) {
        if (id < 0) throw Error(Fault::external, fmt::format("HDF5 cannot {}", what));
    }
    ~Handle() {
        if (id_ >= 0) close_(id_);
    }
    Handle(Handle&& other) noexcept : id_(std::exchange(other.id_, -1)), close_(other.close_) {}
    Handle(Handle const&) = delete;
    Handle& operator=(Handle const&) = delete;
    operator hid_t() const { return id_; }

  private:
    hid_t id_;
    herr_t (*close_)(hid_t);
};

/// Silence HDF5's own messages in this thread, and register filters: before the first call of any file.
void start_hdf5();
/// Remember that a file could not be finished, so that HDF5 is not closed at exit: that would crash.
void keep_hdf5_open();
/// Open a file to read. \throws Error not_found, bad_data
Handle open_hdf5(std::string const& path);
/// Open an array of it. \throws Error not_found
Handle open_dataset(hid_t file, std::string const& name, std::string const& path);

}  // namespace hutch::data::detail
