#include "hutch/curate/make/files.hpp"

#include "hutch/base/checksum.hpp"
#include "hutch/base/file.hpp"
#include "hutch/base/text.hpp"
#include "hutch/curate/detail/make_field.hpp"
#include "hutch/curate/documents.hpp"
#include "hutch/curate/provenance.hpp"

#include <cmath>

#include <fmt/format.h>

namespace hutch::curate::make {
namespace {

std::vector<Field> record_columns(Frame const& frame) {
    std::vector<Field> columns{{"id", "utf8", {}, "", "name of the record"},
                               {"split", "utf8", {}, "", "split that the record belongs to"},
                               {"file", "utf8", {}, "", "file that holds it"},
                               {"row", "int64", {}, "1", "its row there"}};
    columns[0].role = Role::id, columns[0].references = "records/id", columns[1].role = Role::split,
    columns[3].least = 0;
    for (Field const& field : record_fields(frame, nullptr))
        if (field.name != "id" && field.shape.empty()) columns.push_back(field);
    return columns;
}

std::string records_text(Request const& request, Frame const& frame, std::vector<Shard> const& shards,
                         std::vector<Field> const& columns) {
    std::string text;
    for (Field const& column : columns) text += (text.empty() ? "" : ",") + to_csv_field(column.name);
    text += '\n';
    for (Shard const& shard : shards)
        for (std::size_t row = 0; row < shard.records.size(); ++row) {
            std::size_t const r = shard.records[row];
            Record const& record = frame.records[r];
            text += fmt::format("{},{},{},{},{},{},{},{}", record.id, request.split.splits[shard.split].name,
                                shard.name, row, request.sources[record.source].name, record.group,
                                int(!record.flags.empty()), to_csv_field(flags_text(record)));
            for (Column const& column : frame.columns)
                if (column.about.shape.empty()) text += "," + to_csv_field(column.text_of(r));
            text += '\n';
        }
    return text;
}

std::string refused_text(Frame const& frame) {
    std::string text = "source,record,cause,message\n";
    for (Refused const& one : frame.refused)
        text += fmt::format("{},{},{},{}\n", one.source, to_csv_field(one.record), to_csv_field(one.cause),
                            to_csv_field(one.message));
    return text;
}

std::string review_text(Frame const& frame) {
    std::string text = "record,column,value,confidence,method,reviewed_by\n";
    for (Inferred const& one : frame.inferred)
        text += fmt::format("{},{},{},{},{},\n", frame.records[one.record].id, to_csv_field(one.column),
                            to_csv_field(one.value),
                            std::isfinite(one.confidence) ? fmt::format("{}", float(one.confidence)) : "",
                            to_csv_field(one.method));
    return text;
}

std::string unmatched_text(Frame const& frame) {
    std::string text = "table,key,lacks\n";
    for (Unmatched const& one : frame.unmatched)
        text += fmt::format("{},{},{}\n", one.source, to_csv_field(one.key),
                            one.is_of_record ? "a line of the table" : "a record");
    return text;
}

Provenance provenance_of(Request const& request, Frame const& frame) {
    Provenance made{"dataset make",
                    "records of the sources selected, cleaned, labelled and split as the description says",
                    {{"description", "description.yaml", sha256(request.text), {}, {}}},
                    {},
                    {},
                    {{"seed", fmt::format("{}", request.seed)}}};
    for (std::size_t s = 0; s < request.sources.size(); ++s) {
        Source const& source = request.sources[s];
        made.inputs.push_back({fmt::format("source-{}", s + 1),
                               source.name,
                               "",
                               {{"licence", source.licence},
                                {"citation", source.citation},
                                {"url", source.url},
                                {"origin", source.origin}},
                               {},
                               false});
    }
    for (std::size_t i = 0; i < frame.files.size(); ++i) {
        InputFile const& file = frame.files[i];
        ProvenanceInput input{fmt::format("input-{}", i + 1), file.name, file.sha256, {}, {}};
        if (file.source) input.derived_from.push_back(fmt::format("source-{}", *file.source + 1));
        made.inputs.push_back(std::move(input));
    }
    return made;
}

RecordTable further_table(char const* name, char const* description, std::uint64_t records,
                          std::vector<Field> fields) {
    return {name,    description,       "csv", Layout::rows, "", {{std::string(name) + ".csv", ""}},
            records, std::move(fields), {}};
}

void add_further_tables(Request const& request, Frame const& frame, DatasetSummary& summary) {
    using detail::text_field;
    Field record = text_field("record", "its id; of a file that cannot be read its name");
    summary.further_tables.push_back(
        further_table("refused", "Records that were left out, and why.", frame.refused.size(),
                      {text_field("source", "source that it came from"), record,
                       text_field("cause", "kind of cause"), text_field("message", "what was found")}));
    if (!frame.inferred.empty()) {
        Field confidence{"confidence", "float32", {}, "1", "of the value"};
        confidence.least = 0, confidence.most = 1;
        Field reviewer = text_field("reviewed_by", "who looked at it and let it stand; empty: nobody yet");
        reviewer.missing = 1, reviewer.missing_because = "nobody has looked at it yet";
        summary.further_tables.push_back(
            further_table("review", "Values that a program filled in.", frame.inferred.size(),
                          {detail::refers_to(text_field("record", "its id"), "records/id"),
                           text_field("column", "where it stands"), text_field("value", "what was filled in"),
                           confidence, text_field("method", "how it was found"), reviewer}));
    }
    if (!request.joins.empty() && !frame.unmatched.empty())
        summary.further_tables.push_back(further_table(
            "unmatched", "Keys of joins without a partner.", frame.unmatched.size(),
            {text_field("table", "the table that was joined"), text_field("key", "value of the key"),
             text_field("lacks", "what has no such key")}));
}

}  // namespace

void write_tables(Request const& request, Frame const& frame, std::vector<Shard> const& shards,
                  DatasetSummary& summary, std::filesystem::path const& folder) {
    summary.record_columns = record_columns(frame);
    summary.records_table = "records.csv";
    write_file(folder / "records.csv", records_text(request, frame, shards, summary.record_columns));
    write_file(folder / "refused.csv", refused_text(frame));
    write_file(folder / "description.yaml", request.text);
    std::vector<std::string> files{"records.csv", "refused.csv", "description.yaml"};
    if (!frame.inferred.empty()) {
        write_file(folder / "review.csv", review_text(frame));
        files.emplace_back("review.csv");
    }
    if (!frame.unmatched.empty()) {
        write_file(folder / "unmatched.csv", unmatched_text(frame));
        files.emplace_back("unmatched.csv");
    }
    add_further_tables(request, frame, summary);
    for (std::string const& name : files) summary.files.push_back(plain_entry(name, folder));
    Provenance provenance = provenance_of(request, frame);
    provenance.files = summary.files;
    write_file(folder / "provenance.json", to_prov_json(provenance, summary));
    summary.files.push_back(plain_entry("provenance.json", folder));
}

}  // namespace hutch::curate::make
