/// Read tables and arrays as records, and join tables to records.
#pragma once

#include "hutch/curate/make/frame.hpp"
#include "hutch/curate/make/request.hpp"

#include <set>
#include <string>

namespace hutch::curate::make {

/// Append the rows of a source of tables or arrays. \param names  ids that are taken
void read_table_source(Request const& request, std::size_t source, Frame& frame,
                       std::set<std::string>& names);

}  // namespace hutch::curate::make
