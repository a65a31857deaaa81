#include "hutch/curate/work_folder.hpp"

#include "hutch/base/checksum.hpp"
#include "hutch/base/error.hpp"
#include "hutch/base/file.hpp"
#include "hutch/base/text.hpp"

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

Json read_manifest(fs::path const& folder) {
    try {
        return Json::parse(read_file(folder / "manifest.json"));
    } catch (Json::exception const&) {
        throw Error(Fault::bad_data,
                    fmt::format("'manifest.json' is not readable; expected what a build wrote: '{}'",
                                folder.string()));
    }
}

bool has_all_files(Json const& manifest, fs::path const& folder) {
    try {
        for (auto const& file : manifest.at("files")) {
            std::error_code problem;
            auto const size = fs::file_size(folder / file.at("path").get<std::string>(), problem);
            if (problem || size != file.at("bytes").get<std::uint64_t>()) return false;
        }
        return true;
    } catch (Json::exception const&) {
        return false;
    }
}

// The sum that a manifest states, so that a file which was damaged since stays detectable; empty: none.
std::string sum_in_manifest(std::string const& name, fs::path const& folder) {
    if (!fs::exists(folder / "manifest.json")) return "";
    Json const manifest = read_manifest(folder);
    for (auto const& file : manifest.at("files"))
        if (file.at("path") == name) return file.at("sha256").get<std::string>();
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

WorkFolder::WorkFolder(fs::path folder, std::string identity)
    : folder_(std::move(folder)), identity_(std::move(identity)) {}

std::string WorkFolder::checksum() const { return sha256(identity_); }

bool WorkFolder::is_complete() const {
    if (fs::exists(folder_) && !fs::is_directory(folder_))
        throw Error(Fault::bad_input,
                    fmt::format("'{}' is a file; expected a folder; choose another", folder_.string()));
    if (!fs::exists(folder_ / "manifest.json")) return false;
    Json const manifest = read_manifest(folder_);
    if (!manifest.is_object() || manifest.value("identity_sha256", "") != checksum())
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

void WorkFolder::claim() const {
    fs::create_directories(folder_);
    fs::path const note = state() / "state";
    if (fs::exists(note)) {
        if (read_file(note) != identity_)
            throw Error(Fault::bad_input,
                        fmt::format("'{}' holds an unfinished data set from another description, from other "
                                    "files or by another program; expected an empty folder or the same; "
                                    "choose another",
                                    folder_.string()));
        return;
    }
    bool const is_damaged = fs::exists(folder_ / "manifest.json");  // of the same, but files lack
    if (std::string const strange = first_strange_file(folder_, state()); !is_damaged && !strange.empty())
        throw Error(Fault::bad_input, fmt::format("'{}' holds '{}', which is of no data set; expected an "
                                                  "empty folder; choose another",
                                                  folder_.string(), strange));
    fs::create_directories(state());
    write_file(note, identity_);
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
    // A kill between the two leaves a whole file without a note; so does a data set that was complete.
    std::string sum = fs::exists(note) ? read_file(note) : sum_in_manifest(name, folder_);
    if (sum.empty()) sum = sha256_of_file(path);
    return {name, fs::file_size(path), sum, split, records};
}

void WorkFolder::finish() const { fs::remove_all(state()); }

}  // namespace hutch::curate
