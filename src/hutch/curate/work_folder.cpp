#include "hutch/curate/work_folder.hpp"

#include "hutch/base/checksum.hpp"
#include "hutch/base/error.hpp"
#include "hutch/base/file.hpp"
#include "hutch/base/text.hpp"
#include "hutch/curate/detail/manifest.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace hutch::curate {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

// Names below the state folder are flat.
std::string note_of(std::string name) {
    std::ranges::replace(name, '/', '_');
    return name + ".sha256";
}

bool has_all_files(Json const& manifest, fs::path const& folder) {
    return std::ranges::all_of(detail::files_of(manifest, folder), [&](FileEntry const& file) {
        std::error_code problem;
        auto const size = fs::file_size(folder / file.path, problem);
        return !problem && size == file.bytes;
    });
}

bool says(Json const& manifest, Facts const& facts) {
    return std::ranges::all_of(facts, [&](auto const& fact) {
        return manifest.contains(fact.first) && manifest.at(fact.first) == fact.second;
    });
}

std::string to_text(Facts const& facts) {
    std::string text;
    for (auto const& [name, value] : facts) text += name + " " + value + "\n";
    return text;
}

// The sum that a manifest states; empty: none.
std::string sum_in_manifest(std::string const& name, fs::path const& folder) {
    if (!fs::exists(folder / "manifest.json")) return "";
    Json const manifest = detail::read_manifest(folder);
    for (FileEntry const& file : detail::files_of(manifest, folder))
        if (file.path == name) return file.sha256;
    return "";
}

// The first thing that a build killed before it noted its state cannot have left; empty: there is none.
std::string first_strange_file(fs::path const& folder, fs::path const& state) {
    std::vector<std::string> names;
    for (auto const& entry : fs::directory_iterator(folder)) {
        bool const is_ours = entry.path() == state || (entry.is_directory() && fs::is_empty(entry.path()));
        if (!is_ours) names.push_back(entry.path().filename().string());
    }
    return names.empty() ? "" : *std::ranges::min_element(names);
}

}  // namespace

WorkFolder::WorkFolder(fs::path folder, Facts identity)
    : folder_(std::move(folder)), identity_(std::move(identity)) {}

bool WorkFolder::is_complete() const {
    if (fs::exists(folder_) && !fs::is_directory(folder_))
        throw Error(Fault::bad_input,
                    fmt::format("'{}' is a file; expected a folder; choose another", folder_.string()));
    if (!fs::exists(folder_ / "manifest.json")) return false;
    Json const manifest = detail::read_manifest(folder_);
    if (!says(manifest, identity_))
        throw Error(Fault::bad_input,
                    fmt::format("'{}' holds {} {}, made from another description, from other files or by "
                                "another program; expected an empty folder or the same; a new content needs "
                                "a new version and a folder of its own",
                                folder_.string(), in_quotes(manifest.value("name", "?")),
                                manifest.value("version", "?")));
    if (!has_all_files(manifest, folder_)) return false;
    fs::remove_all(state());  // a kill may have left it
    return true;
}

void WorkFolder::claim(Facts const& inputs) const {
    fs::create_directories(folder_);
    fs::path const note = state() / "state";
    std::string const text = to_text(identity_) + to_text(inputs);
    if (fs::exists(note)) {
        if (read_file(note) != text)
            throw Error(Fault::bad_input,
                        fmt::format("'{}' holds an unfinished data set from another description, from other "
                                    "files or by another program; expected an empty folder or the same; "
                                    "choose another",
                                    folder_.string()));
        return;
    }
    if (fs::exists(folder_ / "manifest.json")) {  // of the same, but files lack
        if (!says(detail::read_manifest(folder_), inputs))
            throw Error(Fault::bad_input,
                        fmt::format("'{}' lacks files and was made from other inputs than those named now; "
                                    "expected the same; choose another",
                                    folder_.string()));
    } else if (std::string const strange = first_strange_file(folder_, state()); !strange.empty()) {
        throw Error(Fault::bad_input, fmt::format("'{}' holds '{}', which is of no data set; expected an "
                                                  "empty folder; choose another",
                                                  folder_.string(), strange));
    }
    fs::create_directories(state());
    write_file(note, text);
}

bool WorkFolder::has(std::string const& name) const { return fs::exists(folder_ / name); }

FileEntry WorkFolder::make(std::string const& name, std::string const& split, std::uint64_t records,
                           std::function<void(fs::path const&)> const& write) const {
    fs::path const path = folder_ / name, note = state() / note_of(name);
    if (!fs::exists(path)) {
        fs::path temporary = path;
        temporary += ".part";
        fs::create_directories(path.parent_path());
        write(temporary);
        std::string const sum = sha256_of_file(temporary);
        commit_file(temporary, path);
        write_file(note, sum);
    }
    return entry(name, split, records);
}

FileEntry WorkFolder::entry(std::string const& name, std::string const& split, std::uint64_t records) const {
    fs::path const path = folder_ / name, note = state() / note_of(name);
    // A kill between name and note leaves a whole file without a note; so does a data set that was complete,
    // but there the first sum counts, so that a file which was damaged since stays detectable.
    std::string sum = fs::exists(note) ? read_file(note) : sum_in_manifest(name, folder_);
    if (sum.empty()) sum = sha256_of_file(path);
    return {name, fs::file_size(path), sum, split, records};
}

void WorkFolder::finish() const { fs::remove_all(state()); }

}  // namespace hutch::curate
