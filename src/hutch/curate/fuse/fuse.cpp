#include "hutch/curate/fuse/fuse.hpp"

#include "hutch/base/error.hpp"
#include "hutch/base/file.hpp"
#include "hutch/base/text.hpp"
#include "hutch/curate/documents.hpp"
#include "hutch/curate/fuse/describe.hpp"
#include "hutch/curate/fuse/files.hpp"
#include "hutch/curate/fuse/roles.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace hutch::curate::fuse {
namespace {

namespace fs = std::filesystem;

void check_folder(fs::path const& out) {
    if (!fs::exists(out)) return;
    if (!fs::is_directory(out))
        throw Error(Fault::bad_input,
                    fmt::format("'{}' is a file; expected a folder; choose another", out.string()));
    if (!fs::is_empty(out))
        throw Error(Fault::bad_input,
                    fmt::format("'{}' holds '{}'; expected an empty folder or none; choose another",
                                out.string(), fs::directory_iterator(out)->path().filename().string()));
}

void write_all(Inputs const& inputs, std::vector<Record> const& records, FuseOptions const& options,
               fs::path const& folder, FuseReport& report) {
    auto columns = find_columns(records, options.records);
    DatasetSummary summary = options.about;
    set_roles(columns, records, options.records, summary);
    describe(inputs, records, columns, options.records, summary);
    fs::create_directories(folder / "shards");
    WholeRecords whole;
    for (std::size_t split = 0; split < options.records.splits.size(); ++split) {
        std::vector<Record const*> chosen;
        for (Record const& record : records)
            if (record.split == split) chosen.push_back(&record);
        if (chosen.empty()) {
            report.empty_splits.push_back(options.records.splits[split].name);
            continue;
        }
        summary.files.push_back(write_shard(chosen, columns, options.records, summary, folder, whole));
        if (report.first_record.empty()) report.first_record = chosen[0]->id;
    }
    report.first_shard = summary.files[0].path;
    describe_tables(inputs, records, columns, options.records, whole.table(summary.files), summary);
    for (std::string const& name : write_tables(records, options.records, summary, folder))
        summary.files.push_back(plain_entry(name, folder));
    write_lines(records, columns, options.records.grid, folder);
    summary.files.push_back(plain_entry("records.jsonl", folder));
    Provenance provenance = provenance_of(inputs, records, summary);
    provenance.files = summary.files;
    write_file(folder / "provenance.json", to_prov_json(provenance, summary));
    summary.files.push_back(plain_entry("provenance.json", folder));
    report.structures = summary.structures, report.groups = summary.groups;
    report.bytes = write_documents(summary,
                                   {{"records", std::int64_t(records.size())},
                                    {"structures", std::int64_t(summary.structures)},
                                    {"groups", std::int64_t(summary.groups)},
                                    {"first_shard", report.first_shard}},
                                   folder);
}

}  // namespace

FuseReport fuse(Inputs const& inputs, FuseOptions const& options) {
    FuseReport report;
    try {
        check_folder(options.out);
        auto const records = make_records(inputs, options.records);
        fs::path part = options.out;
        part += ".part";
        fs::remove_all(part);
        write_all(inputs, records, options, part, report);
        report.records = records.size();
        if (fs::exists(options.out)) fs::remove(options.out);
        fs::rename(part, options.out);
    } catch (fs::filesystem_error const& error) {
        throw Error(Fault::external,
                    fmt::format("cannot build in the folder ({}); expected one that can be written: '{}'",
                                error.code().message(), error.path1().string()));
    }
    return report;
}

}  // namespace hutch::curate::fuse
