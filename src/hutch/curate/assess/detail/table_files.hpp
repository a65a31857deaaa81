/// One function for each format of a table; table_file.cpp chooses among them.
#pragma once

#include "hutch/curate/assess/detail/source.hpp"
#include "hutch/curate/assess/table_file.hpp"

namespace hutch::curate::assess::detail {

std::unique_ptr<TableFile> open_hdf5(std::filesystem::path const& path, RecordTable const& table);
std::unique_ptr<TableFile> open_csv(std::shared_ptr<Source const> source, RecordTable const& table);
std::unique_ptr<TableFile> open_json(std::shared_ptr<Source const> source, RecordTable const& table);
std::unique_ptr<TableFile> open_json_lines(std::shared_ptr<Source const> source, RecordTable const& table);
std::unique_ptr<TableFile> open_npy(std::shared_ptr<Source const> source, RecordTable const& table);

/// Return whether a name is that of a shared array of the table.
bool is_shared(RecordTable const& table, std::string const& name);
/// Say that a field is not in a file. \throws Error not_found
[[noreturn]] void fail_missing(std::string const& field, std::string const& file);

}  // namespace hutch::curate::assess::detail
