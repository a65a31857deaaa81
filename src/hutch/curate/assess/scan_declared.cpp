#include "hutch/base/error.hpp"
#include "hutch/base/file.hpp"
#include "hutch/base/text.hpp"
#include "hutch/curate/assess/detail/declared_files.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace hutch::curate::assess::detail {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;
using Files = std::map<std::string, ScannedFile>;

// What one of the three documents says about a file.
struct Said {
    std::string path, sha256;
    std::optional<std::uint64_t> bytes, records;
};

std::string text_of(Json const& map, std::initializer_list<char const*> keys) {
    for (char const* key : keys)
        if (auto const found = map.find(key); found != map.end() && found->is_string())
            return found->get<std::string>();
    return "";
}

std::optional<std::uint64_t> count_of(Json const& map, std::initializer_list<char const*> keys) {
    for (char const* key : keys) {
        auto const found = map.find(key);
        if (found == map.end()) continue;
        if (found->is_number_unsigned()) return found->get<std::uint64_t>();
        if (!found->is_string()) continue;
        // Croissant: "9860608 B"
        std::string const text = found->get<std::string>();
        auto const words = split_words(text);
        auto const value = words.empty() ? std::nullopt : to_number(words[0]);
        if (value && *value >= 0 && *value < 1e18 && (words.size() == 1 || words[1] == "B"))
            return std::uint64_t(*value);
    }
    return {};
}

std::string plain_path(std::string path) {
    while (path.starts_with("./")) path.erase(0, 2);
    return path;
}

std::vector<Said> manifest_says(Json const& manifest) {
    std::vector<Said> all;
    auto const files = manifest.is_object() ? manifest.find("files") : manifest.end();
    if (files == manifest.end()) return all;
    for (auto const& [key, file] : files->items()) {
        if (file.is_string() && files->is_object()) {
            all.push_back({plain_path(key), file.get<std::string>(), {}, {}});
        } else if (file.is_object()) {
            std::string const path = files->is_object() ? key : text_of(file, {"path", "name", "file"});
            all.push_back({plain_path(path), text_of(file, {"sha256", "checksum"}),
                           count_of(file, {"bytes", "size"}), count_of(file, {"records"})});
        }
    }
    return all;
}

std::vector<Said> croissant_says(Json const& croissant) {
    std::vector<Said> all;
    auto const files = croissant.is_object() ? croissant.find("distribution") : croissant.end();
    if (files == croissant.end() || !files->is_array()) return all;
    for (Json const& file : *files) {
        if (!file.is_object()) continue;
        std::string const path = text_of(file, {"contentUrl"});
        if (path.empty() || path.find("://") != std::string::npos) continue;
        all.push_back({plain_path(path), text_of(file, {"sha256"}), count_of(file, {"contentSize"}), {}});
    }
    return all;
}

std::vector<Said> checksums_say(std::string_view text) {
    std::vector<Said> all;
    for (std::string_view const line : split_lines(text)) {
        std::size_t const space = line.find_first_of(" \t");
        if (space != 64) continue;
        std::string_view path = trim(line.substr(space));
        if (path.starts_with('*')) path.remove_prefix(1);
        all.push_back({plain_path(std::string(path)), to_lower(line.substr(0, space)), {}, {}});
    }
    return all;
}

void take_over(std::vector<Said> const& all, std::string const& document, Files& files) {
    for (Said const& said : all) {
        if (said.path.empty() || said.path.starts_with('/') || said.path.find("..") != std::string::npos)
            continue;
        ScannedFile& file = files[said.path];
        if (file.path.empty()) file.path = said.path, file.is_there = false;
        file.is_declared = true;
        auto const contradict = [&](char const* what, auto const& is, auto const& other) {
            if (file.contradiction.empty())
                file.contradiction =
                    fmt::format("{} says {} {}, another document {}", document, what, is, other);
        };
        if (!said.sha256.empty() && !file.declared_sha256.empty() && said.sha256 != file.declared_sha256)
            contradict("SHA-256", said.sha256, file.declared_sha256);
        if (said.bytes && file.declared_bytes && *said.bytes != *file.declared_bytes)
            contradict("bytes", *said.bytes, *file.declared_bytes);
        if (file.declared_sha256.empty()) file.declared_sha256 = said.sha256;
        if (!file.declared_bytes) file.declared_bytes = said.bytes;
        if (!file.declared_records) file.declared_records = said.records;
    }
}

void read_documents(fs::path const& folder, Files& files) {
    auto const text_of_file = [&](char const* name) -> std::string {
        if (!fs::is_regular_file(folder / name)) return "";
        try {
            return read_file(folder / name, 1 << 28);
        } catch (Error const&) {
            return "";
        }
    };
    auto const json_of_file = [&](char const* name) {
        std::string const text = text_of_file(name);
        if (text.empty()) return Json();
        Json value = Json::parse(text, nullptr, false);
        if (value.is_discarded()) files[name].problem = fmt::format("'{}' is no JSON; expected JSON", name);
        return value;
    };
    take_over(manifest_says(json_of_file("manifest.json")), "manifest.json", files);
    take_over(checksums_say(text_of_file("checksums.sha256")), "checksums.sha256", files);
    take_over(croissant_says(json_of_file("croissant.json")), "croissant.json", files);
}

// Documents that stand beside data and cannot all list themselves.
bool is_document(std::string const& path) {
    static constexpr std::string_view patterns[] = {
        "manifest.json",   "checksums.sha256", "dictionary.json", "croissant.json", "datacite.xml",
        "provenance.json", "card.md",          "card.html",       "README*",        "LICENSE*",
        "LICENCE*",        "CITATION*",        "CHANGELOG*",      "versions.json",  "assessment*",
        "badge.svg",       "recipe.yaml"};
    return std::ranges::any_of(patterns,
                               [&](std::string_view pattern) { return fits_pattern(path, pattern); });
}

void list_folder(fs::path const& folder, fs::path const& leave_out, Files& files) {
    std::error_code ignored;
    for (fs::recursive_directory_iterator at(folder, fs::directory_options::skip_permission_denied), end;
         at != end; at.increment(ignored)) {
        bool const is_hidden = at->path().filename().string().starts_with('.');
        if (at->is_directory(ignored)) {
            if (is_hidden || (!leave_out.empty() && fs::equivalent(at->path(), leave_out, ignored)))
                at.disable_recursion_pending();
            continue;
        }
        if (at->path().filename().string().starts_with(".git") || !at->is_regular_file(ignored)) continue;
        std::string const path = at->path().lexically_relative(folder).generic_string();
        ScannedFile& file = files[path];
        file.path = path, file.bytes = at->file_size(ignored), file.is_declared = is_document(path);
    }
}

void declare_tables(Dictionary const& dictionary, Files& files) {
    for (RecordTable const& table : dictionary.tables)
        for (TableFiles const& group : table.files) {
            bool is_found = false;
            std::string const pattern = plain_path(group.path);
            for (auto& [path, file] : files)
                if (fits_pattern(path, pattern)) {
                    is_found = is_found || file.is_there;
                    file.is_declared = true;
                    // A file may hold several tables; the first counts as its own.
                    if (file.table.empty()) file.table = table.name, file.split = group.split;
                }
            if (is_found) continue;
            ScannedFile& file = files[pattern];
            if (file.path.empty()) file.path = pattern, file.is_there = false;
            file.is_declared = true, file.table = table.name, file.split = group.split;
        }
}

}  // namespace

bool fits_pattern(std::string_view path, std::string_view pattern) {
    std::size_t p = 0, q = 0, star = std::string_view::npos, from = 0;
    while (p < path.size()) {
        if (q < pattern.size() && pattern[q] == '*') {
            star = q++, from = p;
        } else if (q < pattern.size() && pattern[q] == path[p]) {
            ++p, ++q;
        } else if (star != std::string_view::npos && path[from] != '/') {
            p = ++from, q = star + 1;
        } else {
            return false;
        }
    }
    while (q < pattern.size() && pattern[q] == '*') ++q;
    return q == pattern.size();
}

std::optional<std::uint64_t> manifest_records(fs::path const& folder) {
    if (!fs::is_regular_file(folder / "manifest.json")) return {};
    try {
        Json const manifest = Json::parse(read_file(folder / "manifest.json", 1 << 28), nullptr, false);
        if (manifest.is_object()) return count_of(manifest, {"records"});
    } catch (Error const&) {  // C01 and C02 tell of it
    }
    return {};
}

std::map<std::string, ScannedFile> list_files(fs::path const& folder, Dictionary const& dictionary,
                                              fs::path const& leave_out) {
    Files files;
    list_folder(folder, leave_out, files);
    read_documents(folder, files);
    declare_tables(dictionary, files);
    // What people say of records stands beside the data set (docs/annotation.md) and is no part of it.
    std::erase_if(files, [](auto const& entry) {
        return !entry.second.is_declared && fits_pattern(entry.first, "annotations/*.jsonl");
    });
    return files;
}

}  // namespace hutch::curate::assess::detail
