/// Read many crystal structures at once: files, folders and databases, and why some of them are not usable.
#pragma once

#include "hutch/data/structure.hpp"

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace hutch::data {

/// One thing that holds no usable structure.
struct Refusal {
    std::string source;   ///< as Structure::source would be
    std::string cause;    ///< short and the same for all of a kind: "cell contradicts the symmetry"
    std::string message;  ///< what the reader said; names the source
};

struct Library {
    std::vector<Structure> structures;
    std::vector<Refusal> refusals;
};

/// Read all structures of some paths, on `threads` threads (0: as many as the machine has).
///
/// A path is a CIF file, a folder that is searched for *.cif, *.mcif and both with .gz, or an AMCSD database
/// (*.db). The order is always the same: paths as given, the files of a folder by name, AMCSD by id. Sources
/// are unique: the path relative to the given folder ("AMCSD 12345" in the database); where two folders have
/// the same, the later ones carry the whole path. A file that is named twice is read once.
/// \throws Error not_found for a path that is not there or a folder without such files
Library read_library(std::vector<std::filesystem::path> const& paths, unsigned threads);

/// Return the short phrase for tables that a reader's message comes to. A message of no known kind gives its
/// first quoted word and the rule: "'axis': expected an ascending one".
std::string cause_of(std::string_view message);

}  // namespace hutch::data
