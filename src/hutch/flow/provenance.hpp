/// Say in PROV terms what each output of a flow was made from, by what, when and where; and list what was
/// found.
#pragma once

#include "hutch/flow/item.hpp"

#include <filesystem>
#include <string>

namespace hutch::flow {

/// Return PROV-JSON: an entity for each file, an activity for each item, an agent for each program.
///
/// \par Source  W3C, "The PROV-JSON Serialization", Member Submission 24 April 2013
std::string provenance_text(Graph const& graph, Results const& results);

/// Write results/STEP.csv for each node: one row an item with the values of its loops and its findings.
void write_item_tables(Graph const& graph, Results const& results, std::filesystem::path const& folder);

}  // namespace hutch::flow
