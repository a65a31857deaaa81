#include "hutch/curate/make/make.hpp"

#include "hutch/base/checksum.hpp"
#include "hutch/base/error.hpp"
#include "hutch/compute/parallel.hpp"
#include "hutch/curate/documents.hpp"
#include "hutch/curate/licence.hpp"
#include "hutch/curate/make/augment.hpp"
#include "hutch/curate/make/clean.hpp"
#include "hutch/curate/make/describe.hpp"
#include "hutch/curate/make/files.hpp"
#include "hutch/curate/make/split.hpp"
#include "hutch/curate/work_folder.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace hutch::curate::make {
namespace {

namespace fs = std::filesystem;

// All that the bytes depend on: description, files and program.
std::string identity_of(Request const& request, Frame const& frame, std::string const& generator) {
    std::string text = fmt::format("description {}\ngenerator {}\n", sha256(request.text), generator);
    for (InputFile const& file : frame.files) text += fmt::format("file {} {}\n", file.sha256, file.name);
    return text;
}

void check_licences(Request const& request) {
    std::vector<std::string> licences;
    for (Source const& source : request.sources) licences.push_back(source.licence);
    Verdict const verdict = compatible(licences, request.about.licence);
    if (verdict.compatibility == Compatibility::no)
        throw Error(
            Fault::bad_input,
            fmt::format("{}: 'licence' is '{}', which the sources do not allow ({}); expected one that "
                        "they do, or other sources",
                        request.file, request.about.licence, verdict.reason));
}

bool are_patterns(Request const& request, Frame const& frame) {
    SourceKind const kind = request.sources[frame.records.front().source].kind;
    return kind == SourceKind::patterns || kind == SourceKind::refinements;
}

// Columns that no record has a value in say nothing, but for what people asked for.
void drop_empty_columns(Frame& frame) {
    std::erase_if(frame.columns, [&](Column const& column) {
        if (column.about.role == Role::label || column.about.role == Role::confidence) return false;
        for (std::size_t r = 0; r < frame.records.size(); ++r)
            if (!column.is_missing(r)) return false;
        return true;
    });
}

LabelledStructures prepare(Request const& request, unsigned threads, Frame& frame) {
    join_tables(request, frame);
    apply_column_rules(request, frame);
    LabelledStructures const structures = add_labels(request, frame);
    select(request, frame);
    clean(request, frame);
    drop_empty_columns(frame);
    if (are_patterns(request, frame)) refuse_off_axis(request, threads, frame);
    group_records(request, structures, threads, frame);
    split_records(request, frame);
    add_children(request, frame);
    return structures;
}

void fill_report(Request const& request, Frame const& frame, std::vector<Shard> const& shards,
                 MakeReport& report) {
    report.records = frame.records.size(), report.refused = frame.refused.size();
    report.inferred = frame.inferred.size(), report.unmatched = frame.unmatched.size();
    report.shards = shards.size(), report.files = frame.files.size();
    report.first_shard = shards.front().name;
    for (RecipeSplit const& split : request.split.splits) report.splits.emplace_back(split.name, 0);
    for (Record const& record : frame.records) {
        report.children += record.parent.has_value(), report.flagged += !record.flags.empty();
        report.groups = std::max(report.groups, std::size_t(record.group) + 1);
        ++report.splits[record.split].second;
    }
}

std::vector<FileEntry> write_shards(Request const& request, Frame const& frame,
                                    std::vector<Shard> const& shards, MakeOptions const& options,
                                    WorkFolder const& folder) {
    std::vector<FileEntry> entries(shards.size());
    std::vector<ShardMaker> makers;
    for (unsigned i = 0; i < std::max(1u, options.threads) && i < shards.size(); ++i)
        makers.emplace_back(request, frame, options.generator);
    compute::parallel_for(shards.size(), unsigned(makers.size()), [&](std::size_t s, unsigned worker) {
        entries[s] =
            folder.make(shards[s].name, request.split.splits[shards[s].split].name, shards[s].records.size(),
                        [&](fs::path const& path) { makers[worker].write(shards[s], path); });
    });
    return entries;
}

void make_in_folder(Request const& request, MakeOptions const& options, MakeReport& report) {
    check_licences(request);
    Frame frame = read_sources(request, options.threads);
    LabelledStructures const structures = prepare(request, options.threads, frame);
    auto const shards = plan_shards(request, frame);
    fill_report(request, frame, shards, report);
    Facts const identity{{"identity_sha256", sha256(identity_of(request, frame, options.generator))}};
    WorkFolder const folder(options.out, identity);
    report.was_complete = folder.is_complete();
    if (report.was_complete) return;
    folder.claim();
    auto const entries = write_shards(request, frame, shards, options, folder);
    ShardMaker maker(request, frame, options.generator);
    DatasetSummary summary = summarize(request, frame, structures, maker.rows(), options.generator);
    summary.files = entries;
    write_tables(request, frame, shards, summary, options.out);
    report.bytes = write_documents(summary,
                                   {identity.front(),
                                    {"records", std::int64_t(report.records)},
                                    {"refused", std::int64_t(report.refused)},
                                    {"groups", std::int64_t(report.groups)},
                                    {"shards", std::int64_t(report.shards)},
                                    {"first_shard", report.first_shard}},
                                   options.out);
    folder.finish();
}

}  // namespace

MakeReport make_dataset(Request const& request, MakeOptions const& options) {
    MakeReport report;
    try {
        make_in_folder(request, options, report);
    } catch (fs::filesystem_error const& error) {
        throw Error(Fault::external,
                    fmt::format("cannot work in the folder ({}); expected one that can be written: '{}'",
                                error.code().message(), error.path1().string()));
    }
    return report;
}

}  // namespace hutch::curate::make
