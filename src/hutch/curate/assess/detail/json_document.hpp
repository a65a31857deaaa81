/// Read the JSON documents that stand beside a data set.
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include <nlohmann/json_fwd.hpp>

namespace hutch::curate::assess::detail {

using Json = nlohmann::ordered_json;

/// A document and where it stands, relative to the data set's folder.
struct JsonDocument {
    std::string file;
    std::string problem;  ///< why it is none; empty: it is one
    Json const& root() const;
    std::shared_ptr<Json const> held{};
};

/// Read a document; nothing when there is no such file.
std::optional<JsonDocument> read_json(std::filesystem::path const& folder, std::string const& file);
/// Find the Croissant description: croissant.json, or a JSON file at the top that conforms to it.
std::optional<JsonDocument> find_croissant(std::filesystem::path const& folder);
/// Find the PROV-JSON document: provenance.json, or a JSON file at the top with entities and activities.
std::optional<JsonDocument> find_provenance(std::filesystem::path const& folder);

/// Return the text of a member, the first of a list of texts, or "name" or "@id" of an object; empty: none.
std::string text_of(Json const& object, char const* key);
/// Call for each text below a value: the name that it stands under, and the text.
void for_each_text(Json const& value, std::string const& name,
                   std::function<void(std::string const& name, std::string const& text)> const& use);

}  // namespace hutch::curate::assess::detail
