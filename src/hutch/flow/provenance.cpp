#include "hutch/flow/provenance.hpp"

#include "hutch/base/file.hpp"

#include <set>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace hutch::flow {
namespace {

using Json = nlohmann::json;

/// Collects the records of one document; relations get running numbers.
class ProvDocument {
  public:
    void add(Result const& result, std::string const& item) {
        Making const& making = result.making;
        std::string const activity = "run:" + item, agent = "hutch:" + making.program;
        json_["activity"][activity] = {{"prov:startTime", making.started},
                                       {"prov:label", making.step + " " + making.version},
                                       {"hutch:step", making.step},
                                       {"hutch:version", making.version},
                                       {"hutch:parameters", Json::parse(step::to_json(result.parameters))},
                                       {"hutch:key", result.key},
                                       {"hutch:seconds", making.seconds},
                                       {"hutch:host", making.host},
                                       {"hutch:attempt", making.attempt}};
        json_["agent"][agent] = {{"prov:type", "prov:SoftwareAgent"}, {"prov:label", making.program}};
        relate("wasAssociatedWith", {{"prov:activity", activity}, {"prov:agent", agent}});
        for (UsedFile const& file : result.used) {
            json_["entity"]["file:" + file.name]["hutch:sha256"] = file.sha256;
            relate("used", {{"prov:activity", activity},
                            {"prov:entity", "file:" + file.name},
                            {"prov:role", file.port}});
        }
        for (ResultFile const& file : result.files) {
            std::string const entity = "file:" + item + "/" + file.name;
            json_["entity"][entity] = {{"hutch:sha256", file.sha256}, {"hutch:bytes", file.bytes}};
            relate("wasGeneratedBy",
                   {{"prov:entity", entity}, {"prov:activity", activity}, {"prov:role", file.port}});
            // Of a gather with many files on both sides, they follow from used and wasGeneratedBy.
            if (result.used.size() * result.files.size() > 1000) continue;
            for (UsedFile const& source : result.used)
                relate("wasDerivedFrom", {{"prov:generatedEntity", entity},
                                          {"prov:usedEntity", "file:" + source.name},
                                          {"prov:activity", activity}});
        }
    }
    std::string text() {
        json_["prefix"] = {
            {"run", "urn:hutch:run:"}, {"file", "urn:hutch:file:"}, {"hutch", "urn:hutch:terms:"}};
        return json_.dump(1, ' ', false, Json::error_handler_t::replace) + "\n";
    }

  private:
    void relate(char const* kind, Json value) {
        json_[kind][fmt::format("_:r{}", ++relations_)] = std::move(value);
    }
    Json json_ = Json::object();
    std::size_t relations_ = 0;
};

std::string in_csv(std::string text) {
    if (text.find_first_of(",\"\n\r") == text.npos) return text;
    std::string quoted = "\"";
    for (char c : text) quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
    return quoted + "\"";
}

std::string table_of(Graph const& graph, std::size_t node, Results const& results) {
    Node const& one = graph.nodes[node];
    std::string text = "item,state";
    for (std::size_t axis : one.axes) text += "," + in_csv(graph.axes[axis].name);
    for (step::Finding const& finding : one.step->about.findings)
        text += "," + in_csv(finding.unit.empty() || finding.unit == "1"
                                 ? finding.name
                                 : finding.name + " [" + finding.unit + "]");
    text += "\n";
    for (std::size_t i = 0; i < one.items; ++i) {
        Item const item{node, i};
        auto const result = results(item);
        text += in_csv(graph.folder(item).string()) + (result ? ",done" : ",missing");
        for (std::size_t axis : one.axes)
            text += "," + in_csv(step::to_text(graph.axes[axis].values[graph.coordinate(item, axis)]));
        for (step::Finding const& finding : one.step->about.findings) {
            auto const value = result ? result->findings.find(finding.name) : step::Values::const_iterator{};
            text +=
                "," + (result && value != result->findings.end() ? in_csv(step::to_text(value->second)) : "");
        }
        text += "\n";
    }
    return text;
}

}  // namespace

std::string provenance_text(Graph const& graph, Results const& results) {
    ProvDocument document;
    for (std::size_t n = 0; n < graph.nodes.size(); ++n)
        for (std::size_t i = 0; i < graph.nodes[n].items; ++i)
            if (auto const result = results({n, i})) document.add(*result, graph.folder({n, i}).string());
    return document.text();
}

void write_item_tables(Graph const& graph, Results const& results, std::filesystem::path const& folder) {
    for (std::size_t n = 0; n < graph.nodes.size(); ++n)
        write_file(folder / (graph.nodes[n].text.id + ".csv"), table_of(graph, n, results));
}

}  // namespace hutch::flow
