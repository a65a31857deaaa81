/// Give tests a small data set with all its documents, in a folder of its own, and change what they say.
#pragma once

#include "hutch/base/file.hpp"
#include "hutch/curate/assess/check.hpp"
#include "hutch/curate/documents.hpp"
#include "hutch/curate/provenance.hpp"
#include "hutch/data/shard.hpp"

#include <filesystem>
#include <numeric>
#include <string>

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace hutch::curate::assess {

/// Six records in two splits, a CSV of them, and everything that write_documents() makes.
class DocumentSet {
  public:
    DocumentSet() {
        folder = std::filesystem::temp_directory_path() /
                 fmt::format("hutch_documents_{}_{}", getpid(),
                             testing::UnitTest::GetInstance()->current_test_info()->name());
        std::filesystem::remove_all(folder);
        std::filesystem::create_directories(folder / "shards");
        describe();
        summary.files = {write_shard("train", 0, 4), write_shard("test", 4, 2)};
        write_file(folder / "records.csv",
                   "id,split,comment\n0,train,\n1,train,fine\n2,train,\n3,train,\n4,test,\n5,test,\n");
        summary.files.push_back(plain_entry("records.csv", folder));
        write();
    }
    ~DocumentSet() { std::filesystem::remove_all(folder); }

    /// Write all documents anew from the summary.
    void write() {
        std::erase_if(summary.files, [](FileEntry const& one) { return one.path == "provenance.json"; });
        Provenance provenance{"test",
                              "made by hand",
                              {{"input", "input.txt", std::string(64, 'a'), {{"licence", "CC0-1.0"}}, {}}},
                              {},
                              summary.files,
                              {}};
        write_file(folder / "provenance.json", to_prov_json(provenance, summary));
        summary.files.push_back(plain_entry("provenance.json", folder));
        write_documents(summary, {}, folder);
    }
    /// Replace the first `from` in a document; it must be there.
    void change(std::string const& file, std::string const& from, std::string const& to) {
        std::string text = read_file(folder / file);
        std::size_t const at = text.find(from);
        ASSERT_NE(at, std::string::npos) << "'" << from << "' is not in " << file << "\n" << text;
        write_file(folder / file, text.replace(at, from.size(), to));
    }
    Answer ask(std::string const& id, std::string const& python = "") const {
        Dictionary const dictionary =
            parse_dictionary(read_file(folder / "dictionary.json"), "dictionary.json");
        Scan const scan = scan_dataset(folder, dictionary, {});
        Subject subject{folder, dictionary, scan, 1, false, "", "", 0};
        subject.python = python;
        for (auto const& checks : {document_checks(), access_checks()})
            for (Check const& check : checks)
                if (check.id == id) return check.run(subject);
        ADD_FAILURE() << "there is no check " << id;
        return {};
    }

    DatasetSummary summary;
    std::filesystem::path folder;

  private:
    FileEntry write_shard(std::string const& split, std::int64_t first, std::size_t count) {
        std::string const name = "shards/" + split + "-00000.h5";
        std::vector<std::int64_t> ids(count);
        std::iota(ids.begin(), ids.end(), first);
        std::vector<float> counts(4 * count, 1);
        data::ShardWriter file(folder / name);
        file.write<std::int64_t>("id", ids, {count}, {"1", "number"});
        file.write<float>("intensity", counts, {count, 4}, {"count", "counts"});
        file.write_texts("note", std::vector<std::string>(count, "measured at night"), {"", "free text"});
        file.close();
        FileEntry entry = plain_entry(name, folder);
        entry.split = split, entry.records = count;
        return entry;
    }

    void describe() {
        summary.name = "small", summary.title = "A small set", summary.version = "1.0.0";
        summary.description = "Six records.", summary.licence = "CC-BY-4.0";
        summary.url = "https://example.org/small", summary.date_published = "2026-02-01";
        summary.citation = "Doe, J. (2026). Small.", summary.identifier = "10.5072/small";
        summary.creators = {{"Doe, Jane", "0000-0002-1825-0097", "Caltech", "https://ror.org/05dxps055"}};
        summary.publisher = {"Institute"}, summary.contact = {"Jane Doe", "jane@institute.fr"};
        summary.keywords = {"test"}, summary.access_state = "open", summary.generator = "hutch 0.1.0";
        summary.techniques = {{"PaNET01101", "x-ray powder diffraction"}};
        summary.notes = {{"use cases", "Tests."}, {"non-intended use", "All else."},
                         {"biases", "Few."},      {"limitations", "Small."},
                         {"feedback", "Write."},  {"collection", "By hand."}};
        summary.attestations = {{"C61", "Jane Doe", "", "2026-02-01", "It is so."}};
        summary.seed = 1, summary.records = 6, summary.splits = {{"train", 4, 1, 1}, {"test", 2, 1, 1}};
        summary.fields = {{"id", "int64", {}, "1", "number"},
                          {"intensity", "float32", {4}, "count", "counts"},
                          {"note", "utf8", {}, "", "free text"}};
        summary.fields[0].role = Role::id, summary.fields[1].role = Role::feature,
        summary.fields[1].noise = "poisson";
        summary.records_table = "records.csv";
        summary.record_columns = {{"id", "int64", {}, "1", "number"},
                                  {"split", "utf8", {}, "", "split"},
                                  {"comment", "utf8", {}, "", "remark"}};
        summary.record_columns[0].role = Role::id, summary.record_columns[1].role = Role::split;
        summary.sources = {{"A database", "CC0-1.0", "Someone (2003).", "https://example.org/db", 10, 6, {}}};
        for (auto const& [package, name] : {std::pair{"sample", "samples"},
                                            {"sample", "kind"},
                                            {"sample", "composition"},
                                            {"sample", "sources"},
                                            {"instrument", "instruments"},
                                            {"instrument", "settings"},
                                            {"processing", "software"},
                                            {"processing", "method"},
                                            {"processing", "inputs"},
                                            {"quality", "uncertainty"}})
            summary.metadata.push_back({package, name, "said", "", "measured"});
    }
};

}  // namespace hutch::curate::assess
