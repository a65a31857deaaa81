/// Close HDF5 identifiers with their own functions, and keep the HDF5 library quiet.
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

/// Errors become exceptions, so HDF5 need not print them. \throws Error unsupported when the library was
/// built without thread safety
void prepare_hdf5();
/// Say that a file could not be closed: it stays open inside HDF5, whose work at exit would crash on it.
void lose_file();

}  // namespace hutch::data::detail
