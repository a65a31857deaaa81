#include "hutch/curate/make/files.hpp"

#include "hutch/base/checksum.hpp"
#include "hutch/base/file.hpp"
#include "hutch/base/text.hpp"

#include <cmath>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace hutch::curate::make {
namespace {

using Json = nlohmann::ordered_json;

std::vector<Field> record_columns(Frame const& frame) {
    std::vector<Field> columns{{"id", "utf8", {}, "", "name of the record"},
                               {"split", "utf8", {}, "", "split that the record belongs to"},
                               {"file", "utf8", {}, "", "file that holds it"},
                               {"row", "int64", {}, "1", "its row there"}};
    columns[0].role = Role::id, columns[1].role = Role::split, columns[3].least = 0;
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

std::string provenance_text(Request const& request, Frame const& frame, std::string const& generator) {
    Json document;
    document["prefix"] = {{"hutch", "https://hutch.invalid/ns#"}, {"prov", "http://www.w3.org/ns/prov#"}};
    std::string const dataset = "hutch:" + request.about.name + "-" + request.about.version;
    document["entity"][dataset] = {{"prov:type", "prov:Collection"},
                                   {"hutch:records", frame.records.size()},
                                   {"hutch:seed", request.seed}};
    document["activity"]["hutch:make"] = {{"prov:label", "dataset make"}};
    document["agent"]["hutch:program"] = {{"prov:type", "prov:SoftwareAgent"}, {"prov:label", generator}};
    document["wasGeneratedBy"]["hutch:generated"] = {{"prov:entity", dataset},
                                                     {"prov:activity", "hutch:make"}};
    document["wasAssociatedWith"]["hutch:associated"] = {{"prov:activity", "hutch:make"},
                                                         {"prov:agent", "hutch:program"}};
    auto const use = [&](std::string const& id, Json entity) {
        document["entity"]["hutch:" + id] = std::move(entity);
        document["used"]["hutch:used-" + id] = {{"prov:activity", "hutch:make"},
                                                {"prov:entity", "hutch:" + id}};
        document["wasDerivedFrom"]["hutch:derived-" + id] = {{"prov:generatedEntity", dataset},
                                                             {"prov:usedEntity", "hutch:" + id}};
    };
    use("description", {{"prov:label", "description.yaml"}, {"hutch:sha256", sha256(request.text)}});
    for (std::size_t i = 0; i < frame.files.size(); ++i) {
        InputFile const& file = frame.files[i];
        Json entity{{"prov:label", file.name}, {"hutch:sha256", file.sha256}};
        if (file.source) {
            Source const& source = request.sources[*file.source];
            entity["hutch:source"] = source.name, entity["hutch:licence"] = source.licence;
            entity["hutch:citation"] = source.citation, entity["hutch:origin"] = source.origin;
        }
        use(fmt::format("input-{}", i + 1), std::move(entity));
    }
    return document.dump(1, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace

std::vector<std::string> write_tables(Request const& request, Frame const& frame,
                                      std::vector<Shard> const& shards, DatasetSummary& summary,
                                      std::filesystem::path const& folder) {
    summary.record_columns = record_columns(frame);
    summary.records_table = "records.csv";
    write_file(folder / "records.csv", records_text(request, frame, shards, summary.record_columns));
    write_file(folder / "refused.csv", refused_text(frame));
    write_file(folder / "review.csv", review_text(frame));
    write_file(folder / "description.yaml", request.text);
    write_file(folder / "provenance.json", provenance_text(request, frame, summary.generator));
    std::vector<std::string> files{"records.csv", "refused.csv", "review.csv", "description.yaml",
                                   "provenance.json"};
    if (request.joins.empty()) return files;
    write_file(folder / "unmatched.csv", unmatched_text(frame));
    files.emplace_back("unmatched.csv");
    return files;
}

}  // namespace hutch::curate::make
