#include "hutch/curate/provenance.hpp"

#include "hutch/base/text.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace hutch::curate {
namespace {

using Json = nlohmann::ordered_json;

std::string in_namespace(std::string const& id) { return "hutch:" + id; }

// The document, and names for relations, which need one each.
struct Graph {
    Json made;
    std::map<std::string, std::size_t> counts;

    void entity(std::string const& id, Json about) { made["entity"][in_namespace(id)] = std::move(about); }
    void relate(char const* relation, Json about) {
        made[relation][fmt::format("_:{}-{}", relation, ++counts[relation])] = std::move(about);
    }
    void derive(std::string const& made_id, std::string const& from) {
        relate("wasDerivedFrom",
               {{"prov:generatedEntity", in_namespace(made_id)}, {"prov:usedEntity", in_namespace(from)}});
    }
    void generate(std::string const& id) {
        relate("wasGeneratedBy", {{"prov:entity", in_namespace(id)}, {"prov:activity", "hutch:activity"}});
    }
};

// "hutch 0.1.0 (x86_64_v3)": the second word is the version.
std::string version_in(std::string const& generator) {
    auto const words = split_words(generator);
    return words.size() > 1 ? std::string(words[1]) : "";
}

void add_agents(Graph& graph, DatasetSummary const& about, std::string const& dataset) {
    graph.made["agent"]["hutch:program"] = {{"prov:type", "prov:SoftwareAgent"},
                                            {"prov:label", about.generator},
                                            {"hutch:version", version_in(about.generator)}};
    graph.relate("wasAssociatedWith", {{"prov:activity", "hutch:activity"}, {"prov:agent", "hutch:program"}});
    for (std::size_t i = 0; i < about.creators.size(); ++i) {
        Person const& one = about.creators[i];
        std::string const id = fmt::format("hutch:creator-{}", i + 1);
        graph.made["agent"][id] = {{"prov:type", one.is_person() ? "prov:Person" : "prov:Organization"},
                                   {"prov:label", one.name}};
        if (!one.orcid.empty()) graph.made["agent"][id]["hutch:orcid"] = one.orcid;
        graph.relate("wasAttributedTo", {{"prov:entity", in_namespace(dataset)}, {"prov:agent", id}});
    }
}

void add_inputs(Graph& graph, std::vector<ProvenanceInput> const& inputs) {
    for (ProvenanceInput const& one : inputs) {
        Json entity{{"prov:label", one.label}};
        if (!one.sha256.empty()) entity["hutch:sha256"] = one.sha256;
        for (auto const& [key, value] : one.about)
            if (!value.empty()) entity[in_namespace(key)] = value;
        graph.entity(one.id, std::move(entity));
        if (one.is_used)
            graph.relate("used",
                         {{"prov:activity", "hutch:activity"}, {"prov:entity", in_namespace(one.id)}});
        for (std::string const& origin : one.derived_from) graph.derive(one.id, origin);
    }
}

void add_files(Graph& graph, Provenance const& provenance, std::string const& dataset) {
    for (FileEntry const& file : provenance.files) {
        std::string const id = "file/" + file.path;
        Json entity{{"prov:type", "hutch:File"},
                    {"prov:label", file.path},
                    {"hutch:path", file.path},
                    {"hutch:bytes", file.bytes},
                    {"hutch:sha256", file.sha256}};
        if (!file.split.empty()) entity["hutch:split"] = file.split, entity["hutch:records"] = file.records;
        graph.entity(id, std::move(entity));
        graph.generate(id);
        graph.relate("hadMember",
                     {{"prov:collection", in_namespace(dataset)}, {"prov:entity", in_namespace(id)}});
        for (ProvenanceInput const& input : provenance.inputs)
            if (input.is_used) graph.derive(id, input.id);
    }
}

}  // namespace

std::string to_prov_json(Provenance const& provenance, DatasetSummary const& about) {
    Graph graph;
    graph.made["prefix"] = {{"hutch", "https://hutch.invalid/ns#"}, {"prov", "http://www.w3.org/ns/prov#"}};
    std::string const dataset = about.name + "-" + about.version;
    graph.entity(dataset, {{"prov:type", "prov:Collection"},
                           {"prov:label", about.title},
                           {"hutch:version", about.version},
                           {"hutch:records", about.records},
                           {"hutch:seed", about.seed}});
    Json activity{{"prov:type", "hutch:Processing"}, {"prov:label", provenance.activity}};
    if (!provenance.method.empty()) activity["hutch:method"] = provenance.method;
    for (auto const& [key, value] : provenance.settings) activity[in_namespace(key)] = value;
    graph.made["activity"]["hutch:activity"] = std::move(activity);
    graph.generate(dataset);
    add_agents(graph, about, dataset);
    add_inputs(graph, provenance.inputs);
    add_files(graph, provenance, dataset);
    for (ProvenanceRecord const& record : provenance.records) {
        std::string const id = "record/" + record.id;
        graph.entity(id, {{"prov:label", record.id}});
        graph.relate("hadMember",
                     {{"prov:collection", in_namespace(dataset)}, {"prov:entity", in_namespace(id)}});
        for (std::string const& origin : record.derived_from) graph.derive(id, origin);
    }
    return graph.made.dump(1, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace hutch::curate
