/// Read arrays, texts and units of any HDF5 file, a few rows at a time.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace hutch::data {

/// What an array of a file is. A single value has no shape.
struct Hdf5Array {
    enum class Kind { integer, real, text, other };
    Kind kind = Kind::other;
    std::string dtype;     ///< as numpy calls it: "float32", "uint16", "bool"; "utf8[16]", "utf8" for texts
    std::size_t size = 0;  ///< of one value [byte]
    bool is_little_endian = true;
    std::vector<std::uint64_t> shape;
    std::string unit;                     ///< attribute `units`; empty: there is none
    std::string description;              ///< attribute `long_name`
    std::optional<std::uint64_t> offset;  ///< in the file, when it lies there in one piece [byte]

    std::uint64_t values() const;
    std::uint64_t rows() const { return shape.empty() ? 1 : shape[0]; }
};

/// An HDF5 file that is open for reading. Each thread opens its own; the library does one call at a time.
class Hdf5File {
  public:
    /// \throws Error not_found, bad_data (no HDF5 file, truncated), unsupported (library without threads)
    explicit Hdf5File(std::filesystem::path const& path);
    ~Hdf5File();
    Hdf5File(Hdf5File&&) noexcept;

    /// Return the paths of all arrays below a group ("" is the file), relative to it, in order of name. Links
    /// to what is not there are left out.
    std::vector<std::string> arrays(std::string const& group = "") const;
    /// Return the names of the groups that stand right below a group, in natural order: "scan_2", "scan_10".
    std::vector<std::string> groups(std::string const& group = "") const;
    /// Return an array, or nothing when there is none of that path.
    std::optional<Hdf5Array> find(std::string const& name) const;
    /// \throws Error not_found
    Hdf5Array at(std::string const& name) const;
    /// Return a text attribute of the file or of one of its groups or arrays; empty: there is none.
    std::string attribute(std::string const& name, std::string const& attribute) const;
    /// Return all texts of an attribute that is a list of texts, or one; none: there is none, or it is no
    /// text.
    std::vector<std::string> attribute_texts(std::string const& name, std::string const& attribute) const;
    /// Return the names of the attributes of the file ("") or of one of its groups or arrays.
    std::vector<std::string> attribute_names(std::string const& name) const;

    /// Read some rows (indices of the first dimension), row-major; a single value is one row.
    /// \throws Error not_found, bad_data (no numbers, beyond the end, broken chunks), unsupported (a filter
    /// that is not installed)
    template <class Number>
    void read(std::string const& name, std::uint64_t first, std::uint64_t count, std::vector<Number>& to);
    template <class Number>
    std::vector<Number> read_all(std::string const& name);
    /// Read texts of some rows; numbers are printed.
    std::vector<std::string> read_texts(std::string const& name, std::uint64_t first, std::uint64_t count);

  private:
    struct Opened;
    std::unique_ptr<Opened> opened_;
};

}  // namespace hutch::data
