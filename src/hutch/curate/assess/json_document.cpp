#include "hutch/curate/assess/detail/json_document.hpp"

#include "hutch/base/error.hpp"
#include "hutch/base/file.hpp"

#include <algorithm>
#include <vector>

#include <nlohmann/json.hpp>

namespace hutch::curate::assess::detail {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t most_bytes = std::uint64_t(256) << 20;

// JSON files at the top of a folder, by name.
std::vector<std::string> json_files(fs::path const& folder) {
    std::vector<std::string> names;
    std::error_code ignored;
    for (auto const& entry : fs::directory_iterator(folder, ignored)) {
        std::string const name = entry.path().filename().string();
        if ((name.ends_with(".json") || name.ends_with(".jsonld")) && entry.is_regular_file(ignored))
            names.push_back(name);
    }
    std::ranges::sort(names);
    return names;
}

std::optional<JsonDocument> find(fs::path const& folder, std::string const& usual,
                                 bool (*is_it)(Json const&)) {
    if (auto found = read_json(folder, usual)) return found;
    for (std::string const& name : json_files(folder)) {
        std::error_code ignored;
        if (fs::file_size(folder / name, ignored) > (std::uint64_t(16) << 20)) continue;
        auto found = read_json(folder, name);
        if (found && found->problem.empty() && is_it(found->root())) return found;
    }
    return {};
}

}  // namespace

Json const& JsonDocument::root() const { return *held; }

std::optional<JsonDocument> read_json(fs::path const& folder, std::string const& file) {
    std::error_code ignored;
    if (!fs::is_regular_file(folder / file, ignored)) return {};
    JsonDocument document{file, ""};
    try {
        document.held = std::make_shared<Json const>(Json::parse(read_file(folder / file, most_bytes)));
    } catch (Json::exception const& error) {
        document.problem = std::string("is no JSON: ") + error.what();
    } catch (Error const& error) {
        document.problem = error.what();
    }
    return document;
}

std::optional<JsonDocument> find_croissant(fs::path const& folder) {
    return find(folder, "croissant.json", [](Json const& root) {
        if (!root.is_object()) return false;
        for (char const* key : {"conformsTo", "dct:conformsTo"})
            if (root.contains(key) && root[key].dump().find("mlcommons.org/croissant/") != std::string::npos)
                return true;
        return false;
    });
}

std::optional<JsonDocument> find_provenance(fs::path const& folder) {
    return find(folder, "provenance.json", [](Json const& root) {
        return root.is_object() && root.contains("entity") && root.contains("activity");
    });
}

std::string text_of(Json const& object, char const* key) {
    if (!object.is_object() || !object.contains(key)) return "";
    Json const* value = &object[key];
    if (value->is_array() && !value->empty()) value = &value->front();
    if (value->is_string()) return value->get<std::string>();
    if (value->is_number()) return value->dump();
    if (value->is_object())
        for (char const* inner : {"name", "@value", "@id", "url"})
            if (value->contains(inner) && (*value)[inner].is_string())
                return (*value)[inner].get<std::string>();
    return "";
}

void for_each_text(Json const& value, std::string const& name,
                   std::function<void(std::string const&, std::string const&)> const& use) {
    if (value.is_string()) return use(name, value.get_ref<std::string const&>());
    if (value.is_object())
        for (auto const& [key, inner] : value.items()) for_each_text(inner, key, use);
    if (value.is_array())
        for (Json const& inner : value) for_each_text(inner, name, use);
}

}  // namespace hutch::curate::assess::detail
