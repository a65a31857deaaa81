#include "hutch/base/text.hpp"
#include "hutch/curate/assess/detail/answers.hpp"
#include "hutch/curate/assess/detail/document_checks.hpp"
#include "hutch/curate/assess/detail/json_document.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <set>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace hutch::curate::assess::detail {
namespace {

// Relations of PROV-JSON that say that one thing came before another: what is made, what it was made from.
struct Relation {
    char const* name;
    char const* later;
    char const* earlier;
};
constexpr std::array before_relations{Relation{"wasDerivedFrom", "prov:generatedEntity", "prov:usedEntity"},
                                      Relation{"wasGeneratedBy", "prov:entity", "prov:activity"},
                                      Relation{"used", "prov:activity", "prov:entity"},
                                      Relation{"wasInformedBy", "prov:informed", "prov:informant"},
                                      Relation{"wasRevisionOf", "prov:generatedEntity", "prov:usedEntity"}};
// The others name nodes that must be there.
constexpr std::array other_relations{
    Relation{"wasAssociatedWith", "prov:activity", "prov:agent"},
    Relation{"wasAttributedTo", "prov:entity", "prov:agent"},
    Relation{"actedOnBehalfOf", "prov:delegate", "prov:responsible"},
    Relation{"hadMember", "prov:collection", "prov:entity"},
    Relation{"specializationOf", "prov:specificEntity", "prov:generalEntity"},
    Relation{"alternateOf", "prov:alternate1", "prov:alternate2"}};

std::string after_colon(std::string const& id) {
    std::size_t const colon = id.find(':');
    return colon == std::string::npos ? id : id.substr(colon + 1);
}

bool is_sum(std::string_view text) {
    return (text.size() == 64 || text.size() == 32 || text.size() == 40 || text.size() == 128) &&
           text.find_first_not_of("0123456789abcdefABCDEF") == text.npos;
}

// A checksum of an entity, whatever the name is that it stands under: hutch:sha256, checksum, ...
std::string sum_of(Json const& entity) {
    std::string found;
    for_each_text(entity, "", [&](std::string const&, std::string const& text) {
        std::string_view const bare = text.starts_with("sha256:") ? std::string_view(text).substr(7) : text;
        if (found.empty() && is_sum(bare)) found = to_lower(bare);
    });
    return found;
}

class Graph {
  public:
    Graph(Subject const& subject, JsonDocument const& document)
        : subject_(subject), file_(document.file), root_(document.root()) {}

    void check() {
        collect();
        check_nodes();
        check_cycles();
        check_files();
        check_activities();
    }

    Answer answer;
    std::uint64_t problems = 0, files = 0, compared = 0, edges = 0;
    std::size_t entities = 0, activities = 0;

  private:
    void wrong(std::string const& where, std::string what) {
        ++problems;
        show(answer, {file_, where, 0, std::move(what)});
    }

    Json const& section(char const* name) const {
        static Json const nothing = Json::object();
        return root_.contains(name) && root_[name].is_object() ? root_[name] : nothing;
    }

    void collect() {
        for (auto const& [id, about] : section("entity").items()) kinds_[id] = "entity", ++entities;
        for (auto const& [id, about] : section("activity").items()) kinds_[id] = "activity", ++activities;
        for (auto const& [id, about] : section("agent").items()) kinds_[id] = "agent";
        for (auto const& [id, about] : section("entity").items()) by_path_[path_of(id, about)] = id;
    }

    // A file is named by a member that is its path, or by the end of its id.
    std::string path_of(std::string const& id, Json const& about) const {
        for (char const* key : {"hutch:path", "path", "prov:location", "prov:label", "rdfs:label"}) {
            std::string const text = text_of(about, key);
            if (!text.empty() && is_file(text)) return text;
        }
        std::string const bare = after_colon(id);
        for (std::string const& text : {bare, bare.starts_with("file/") ? bare.substr(5) : bare})
            if (is_file(text)) return text;
        return id;
    }
    bool is_file(std::string const& path) const {
        return std::ranges::any_of(subject_.scan.files,
                                   [&](ScannedFile const& one) { return one.path == path; });
    }

    template <class Use>
    void for_each(Relation const& relation, Use const& use) {
        for (auto const& [name, about] : section(relation.name).items())
            use(name, text_of(about, relation.later), text_of(about, relation.earlier));
    }

    void check_nodes() {
        auto const must_be_there = [&](Relation const& relation) {
            for_each(relation, [&](std::string const& name, std::string const& later,
                                   std::string const& earlier) {
                for (std::string const& id : {later, earlier})
                    if (!id.empty() && !kinds_.contains(id))
                        wrong(name, fmt::format("{} names '{}', which is neither entity, activity nor agent",
                                                relation.name, id));
                // Who generated, and who took part, may be left open; both ends of a derivation may not.
                if (later.empty() || (earlier.empty() && std::string_view(relation.name) == "wasDerivedFrom"))
                    wrong(name, fmt::format("{} has an open end", relation.name));
            });
        };
        for (Relation const& relation : before_relations) must_be_there(relation);
        for (Relation const& relation : other_relations) must_be_there(relation);
    }

    void check_cycles() {
        for (Relation const& relation : before_relations)
            for_each(relation, [&](std::string const&, std::string const& later, std::string const& earlier) {
                if (later.empty() || earlier.empty()) return;
                ++edges;
                before_[later].push_back(earlier);
                if (std::string_view(relation.name) == "wasDerivedFrom") derived_.insert(later);
                if (std::string_view(relation.name) == "wasGeneratedBy") generated_[later] = earlier;
                if (std::string_view(relation.name) == "used") used_[later].push_back(earlier);
            });
        std::map<std::string, int> state;  // 1: on the way, 2: done
        for (auto const& [start, targets] : before_) {
            if (state[start] != 0) continue;
            std::vector<std::pair<std::string, std::size_t>> way{{start, 0}};
            state[start] = 1;
            while (!way.empty()) {
                auto& [node, next] = way.back();
                auto const found = before_.find(node);
                if (found == before_.end() || next == found->second.size()) {
                    state[node] = 2;
                    way.pop_back();
                    continue;
                }
                std::string const to = found->second[next++];
                if (state[to] == 1) {
                    wrong(to, fmt::format("comes before itself, by way of '{}'", way.back().first));
                } else if (state[to] == 0) {
                    state[to] = 1;
                    way.emplace_back(to, 0);
                }
            }
        }
    }

    // Files with records must be in the graph; where some of a table were made by an activity, all were.
    void check_files() {
        std::map<std::string, bool> has_generated;
        for (ScannedFile const& file : subject_.scan.files)
            if (auto const id = by_path_.find(file.path); !file.table.empty() && id != by_path_.end())
                has_generated[file.table] |= generated_.contains(id->second);
        for (ScannedFile const& file : subject_.scan.files) {
            auto const id = by_path_.find(file.path);
            if (id == by_path_.end()) {
                if (!file.table.empty() && file.is_there) wrong(file.path, "holds records and is no entity");
                continue;
            }
            ++files;
            Json const& about = section("entity")[id->second];
            std::string const sum = sum_of(about);
            if (!sum.empty() && sum.size() == 64 && !file.sha256.empty()) {
                ++compared;
                if (sum != file.sha256)
                    wrong(file.path, fmt::format("has the SHA-256 {}..., the graph says {}...",
                                                 file.sha256.substr(0, 12), sum.substr(0, 12)));
            }
            bool const is_derived =
                derived_.contains(id->second) || (!file.table.empty() && has_generated[file.table]);
            if (is_derived && !generated_.contains(id->second))
                wrong(file.path, "is derived, and no activity generated it");
            if (sum.empty() && !file.table.empty()) wrong(file.path, "has no checksum in the graph");
        }
    }

    void check_activities() {
        std::set<std::string> active;
        for (auto const& [entity, activity] : generated_) active.insert(activity);
        if (activities == 0) wrong("activity", "is missing: nothing says how the files were made");
        for (std::string const& activity : active) {
            check_agent(activity);
            if (used_[activity].empty()) wrong(activity, "used no input");
            for (std::string const& input : used_[activity]) {
                Json const& about = section("entity").contains(input) ? section("entity")[input] : root_;
                bool const is_collection = text_of(about, "prov:type") == "prov:Collection";
                if (&about != &root_ && !is_collection && sum_of(about).empty())
                    wrong(input, fmt::format("was used by '{}' and has no checksum", activity));
            }
        }
    }

    void check_agent(std::string const& activity) {
        std::vector<std::string> agents;
        for_each({"wasAssociatedWith", "prov:activity", "prov:agent"},
                 [&](std::string const&, std::string const& which, std::string const& agent) {
                     if (which == activity) agents.push_back(agent);
                 });
        if (agents.empty()) return wrong(activity, "has no agent");
        bool const has_version = std::ranges::any_of(agents, [&](std::string const& agent) {
            if (!section("agent").contains(agent)) return false;
            Json const& about = section("agent")[agent];
            if (text_of(about, "prov:type").find("SoftwareAgent") == std::string::npos) return false;
            bool is_said = false;
            for_each_text(about, "", [&](std::string const& key, std::string const& text) {
                is_said |= to_lower(after_colon(key)).find("version") != std::string::npos && !text.empty();
                is_said |= after_colon(key) == "label" && text.find_first_of("0123456789") != text.npos;
            });
            return is_said;
        });
        if (!has_version) wrong(activity, "has no software agent with a version");
    }

    Subject const& subject_;
    std::string file_;
    Json const& root_;
    std::map<std::string, char const*> kinds_;
    std::map<std::string, std::string> by_path_;
    std::map<std::string, std::vector<std::string>> before_, used_;
    std::map<std::string, std::string> generated_;
    std::set<std::string> derived_;
};

Answer run(Subject const& subject) {
    auto const document = find_provenance(subject.folder);
    if (!document)
        return {State::fail,
                "there is no provenance.json",
                {},
                {},
                "write provenance.json (PROV-JSON): files, what made them, what of",
                0};
    if (!document->problem.empty())
        return {State::fail, document->file + " cannot be read",
                {},          {{document->file, "", 0, document->problem}},
                "",          0};
    if (!document->root().is_object() || !document->root().contains("entity"))
        return {State::fail, document->file + " has no entities", {}, {}, "", 0};
    Graph graph(subject, *document);
    graph.check();
    Answer answer = std::move(graph.answer);
    answer.state = graph.problems == 0 ? State::pass : State::fail;
    answer.text = fmt::format("{}: {} among {} entities and {}; {} of the set are in it, {} compared",
                              document->file, counted(graph.problems, "problem"), graph.entities,
                              fmt::format("{} activities", graph.activities), counted(graph.files, "file"),
                              counted(graph.compared, "checksum"));
    answer.numbers = {{"problems", double(graph.problems)},
                      {"entities", double(graph.entities)},
                      {"edges", double(graph.edges)},
                      {"files", double(graph.files)},
                      {"checksums compared", double(graph.compared)}};
    return answer;
}

}  // namespace

Check provenance_check() {
    return {"C53", "provenance",
            "Is the provenance graph free of cycles, does it hold every file of records with its true "
            "checksum, and has "
            "each of them an activity with a program and its version, and inputs with checksums?",
            "write provenance.json with the data, from the program that makes them", run};
}

}  // namespace hutch::curate::assess::detail
