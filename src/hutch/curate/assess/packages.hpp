/// Gather the six packages of metadata of a data set from its documents, and say what each must have.
#pragma once

#include "hutch/curate/assess/check.hpp"

#include <span>
#include <string_view>
#include <vector>

namespace hutch::curate::assess {

struct RequiredItem {
    char const* package;
    char const* name;
    char const* what;  ///< what to write there
};
/// Return the items that the six packages must have: docs/metadata.md.
std::span<RequiredItem const> required_items();

/// Return all items: those of the dictionary, then those that other documents say and it does not: Croissant,
/// DataCite's contact, provenance, and what follows from the tables themselves.
std::vector<MetadataItem> gather_metadata(Subject const& subject);
/// Return an item that says something, or null.
MetadataItem const* find_item(std::span<MetadataItem const> items, std::string_view package,
                              std::string_view name);
/// Return the attestation of a check that a person signed with a date, or null.
Attestation const* find_attestation(Dictionary const& dictionary, std::string_view check);

}  // namespace hutch::curate::assess
