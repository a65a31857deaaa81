/// Read the American Mineralogist Crystal Structure Database from xraylarch's SQLite file (amscif_trim.db).
#pragma once

#include "hutch/data/structure.hpp"

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace hutch::data {

/// One entry: its structure, or the reason why it has none.
struct AmcsdEntry {
    int id = 0;
    Structure structure;
    std::string problem;  ///< empty when the structure is usable
};

/// Call `use` for each entry in order of id. Entries are parsed on `threads` threads, `use` is called on the
/// caller's.
///
/// \throws Error not_found, bad_data when the file is no such database
void read_amcsd(std::filesystem::path const& path, unsigned threads,
                std::function<void(AmcsdEntry&&)> const& use);

}  // namespace hutch::data
