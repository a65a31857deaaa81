#include "hutch/curate/assess/table_file.hpp"

#include "hutch/base/error.hpp"
#include "hutch/curate/assess/detail/table_files.hpp"

#include <fmt/format.h>

namespace hutch::curate::assess {
namespace detail {

bool is_shared(RecordTable const& table, std::string const& name) {
    for (Field const& field : table.shared)
        if (field.name == name) return true;
    return false;
}

void fail_missing(std::string const& field, std::string const& file) {
    throw Error(Fault::not_found,
                fmt::format("'{}' is not in the file; expected a field of that name: '{}'", field, file));
}

}  // namespace detail

namespace {

std::unique_ptr<TableFile> open_source_of(std::shared_ptr<detail::Source const> source,
                                          RecordTable const& table) {
    if (table.format == "csv") return detail::open_csv(std::move(source), table);
    if (table.format == "jsonl") return detail::open_json_lines(std::move(source), table);
    if (table.format == "json") return detail::open_json(std::move(source), table);
    if (table.format == "npy") return detail::open_npy(std::move(source), table);
    throw Error(Fault::unsupported,
                fmt::format("'format' is '{}'; expected hdf5, csv, jsonl, json or npy", table.format));
}

}  // namespace

bool TableFile::read_floats(std::string const&, std::uint64_t, std::uint64_t, std::vector<float>&) {
    return false;
}

std::optional<std::uint64_t> TableFile::offset_of(std::string const&, std::uint64_t) const { return {}; }

std::unique_ptr<TableFile> open_table_file(std::filesystem::path const& path, RecordTable const& table) {
    if (table.format == "hdf5") return detail::open_hdf5(path, table);
    return open_source_of(detail::open_source(path), table);
}

std::unique_ptr<TableFile> open_table_bytes(std::string bytes, RecordTable const& table) {
    return open_source_of(detail::source_of_bytes(std::move(bytes)), table);
}

}  // namespace hutch::curate::assess
