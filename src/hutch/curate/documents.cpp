#include "hutch/curate/documents.hpp"

#include "hutch/base/checksum.hpp"
#include "hutch/base/file.hpp"
#include "hutch/curate/card.hpp"
#include "hutch/curate/croissant.hpp"
#include "hutch/curate/data_dictionary.hpp"
#include "hutch/curate/datacite.hpp"

#include <nlohmann/json.hpp>

namespace hutch::curate {
namespace {

using Json = nlohmann::ordered_json;

void write_manifest(DatasetSummary const& summary, std::vector<ManifestFact> const& facts,
                    std::vector<FileEntry> const& files, std::filesystem::path const& folder) {
    std::string sums;
    for (FileEntry const& file : files) sums += file.sha256 + "  " + file.path + "\n";
    write_file(folder / "checksums.sha256", sums);
    Json manifest{{"name", summary.name}, {"version", summary.version}, {"generator", summary.generator}};
    for (auto const& [key, value] : facts) std::visit([&](auto const& held) { manifest[key] = held; }, value);
    for (FileEntry const& file : files)
        manifest["files"].push_back({{"path", file.path},
                                     {"bytes", file.bytes},
                                     {"sha256", file.sha256},
                                     {"split", file.split},
                                     {"records", file.records}});
    write_file(folder / "manifest.json", manifest.dump(1) + "\n");
}

}  // namespace

FileEntry plain_entry(std::string const& name, std::filesystem::path const& folder) {
    return {name, std::filesystem::file_size(folder / name), sha256_of_file(folder / name), "", 0};
}

std::uint64_t write_documents(DatasetSummary const& summary, std::vector<ManifestFact> const& facts,
                              std::filesystem::path const& folder) {
    write_file(folder / "card.md", to_card_markdown(summary));
    write_file(folder / "card.html", to_card_html(summary));
    write_file(folder / "croissant.json", to_croissant(summary));
    write_file(folder / "dictionary.json", to_json(to_dictionary(summary)));
    write_file(folder / "datacite.xml", to_datacite(summary));
    std::vector<FileEntry> files = summary.files;
    for (char const* name : {"card.md", "card.html", "croissant.json", "dictionary.json", "datacite.xml"})
        files.push_back(plain_entry(name, folder));
    write_manifest(summary, facts, files, folder);
    std::uint64_t bytes = 0;
    for (FileEntry const& file : files) bytes += file.bytes;
    return bytes;
}

}  // namespace hutch::curate
