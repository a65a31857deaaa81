#include "hutch/curate/detail/manifest.hpp"

#include "hutch/base/error.hpp"
#include "hutch/base/file.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace hutch::curate::detail {
namespace {

using Json = nlohmann::ordered_json;

}  // namespace

void refuse_manifest(std::filesystem::path const& folder) {
    throw Error(
        Fault::bad_data,
        fmt::format("'manifest.json' is not readable; expected what a build wrote: '{}'", folder.string()));
}

Json read_manifest(std::filesystem::path const& folder) {
    Json manifest = Json::parse(read_file(folder / "manifest.json"), nullptr, false);
    if (!manifest.is_object()) refuse_manifest(folder);
    return manifest;
}

std::vector<FileEntry> files_of(Json const& manifest, std::filesystem::path const& folder) {
    try {
        std::vector<FileEntry> files;
        for (auto const& file : manifest.at("files"))
            files.push_back({file.at("path"), file.at("bytes"), file.at("sha256"), {}, 0});
        return files;
    } catch (Json::exception const&) {
        refuse_manifest(folder);
    }
}

}  // namespace hutch::curate::detail
