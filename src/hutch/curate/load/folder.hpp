/// Find out which files of a folder hold the records of a split, and what their fields are.
#pragma once

#include "hutch/curate/dictionary.hpp"

#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace hutch::curate::load {

/// Files that hold the same records: one HDF5 file with an array for each field, or one .npy file for each
/// field.
struct Part {
    std::string name;                                      ///< relative to the folder
    std::string split;                                     ///< "": nothing says which
    std::filesystem::path file;                            ///< HDF5
    std::map<std::string, std::filesystem::path> columns;  ///< .npy
};

struct Folder {
    std::filesystem::path path;
    Dictionary dictionary;
    RecordTable table;  ///< without a dictionary: what its files say
    bool has_dictionary = false;
    std::vector<Part> parts;  ///< in the order of the dictionary, then of names

    /// Return the names of all splits, in their order.
    std::vector<std::string> splits() const;
};

/// \param table  of the dictionary; "": the first
/// \throws Error not_found, unsupported (formats that cannot be mapped), bad_input
Folder find_folder(std::filesystem::path const& path, std::string const& table);

}  // namespace hutch::curate::load
