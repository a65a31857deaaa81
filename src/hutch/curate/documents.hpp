/// Write what goes with the arrays of every data set: card, Croissant, checksums, and the manifest last.
#pragma once

#include "hutch/curate/summary.hpp"

#include <filesystem>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace hutch::curate {

/// Describe a file of a data set that holds no records.
FileEntry plain_entry(std::string const& name, std::filesystem::path const& folder);

/// A further entry of the manifest, behind name, version and generator.
using ManifestFact = std::pair<std::string, std::variant<std::string, std::int64_t>>;

/// Write card.md, card.html, croissant.json, checksums.sha256 and manifest.json into the folder, whose other
/// files the summary lists. \return the size of all files that the manifest lists [byte]
std::uint64_t write_documents(DatasetSummary const& summary, std::vector<ManifestFact> const& facts,
                              std::filesystem::path const& folder);

}  // namespace hutch::curate
