#include "hutch/base/checksum.hpp"
#include "hutch/base/file.hpp"
#include "hutch/curate/assess/check.hpp"
#include "hutch/curate/test_library.hpp"
#include "hutch/data/shard.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace hutch::curate::assess {
namespace {

namespace fs = std::filesystem;

// A shard, a table and lines, with a manifest that tells the truth when it is written.
struct Set {
    ScratchFolder scratch;
    fs::path folder = scratch / "set", keep = scratch / "keep";
    std::string version = "1.0.0", python = "python3";
    std::vector<std::int64_t> ids{0, 1, 2, 3}, samples{1, 2, 1, 2};
    std::uint64_t records = 4;

    Set() {
        fs::create_directories(folder);
        write_shard();
        write_file_in_place(folder / "samples.csv", "sample,mass\n1,2.5\n2,\"3.5\"\n");
        write_file_in_place(folder / "notes.jsonl",
                            "{\"n\": 1, \"t\": [1, 2.5]}\n{\"n\": 2, \"t\": [3, null]}\n");
    }
    void write_shard() const {
        std::vector<float> const y{1, 2, 3, 4, 5, 6, 7, 8};
        data::ShardWriter writer(folder / "a.h5");
        writer.write("y", std::span<float const>(y), {4, 2}, {});
        writer.write("id", std::span<std::int64_t const>(ids), {4}, {});
        writer.write("sample", std::span<std::int64_t const>(samples), {4}, {});
        writer.write_texts("name", {"one", "two", "three", "\xc3\xa9"}, {});
        writer.close();
    }
    void write_manifest() const {
        std::string files;
        for (char const* name : {"a.h5", "samples.csv", "notes.jsonl"}) {
            if (!fs::exists(folder / name)) continue;
            files += fmt::format(
                "{}{{\"path\": \"{}\", \"bytes\": {}, \"sha256\": \"{}\"{}}}", files.empty() ? "" : ", ",
                name, fs::file_size(folder / name), sha256_of_file(folder / name),
                name == std::string("a.h5") ? fmt::format(", \"records\": {}", records) : "");
        }
        write_file_in_place(folder / "manifest.json",
                            fmt::format("{{\"version\": \"{}\", \"records\": {}, \"files\": [{}]}}", version,
                                        records, files));
    }
    Dictionary dictionary() const {
        return parse_dictionary(fmt::format(R"({{"name": "set", "version": "{}", "tables": [
 {{"name": "records", "format": "hdf5", "files": [{{"path": "a.h5"}}], "records": 4, "fields": [
  {{"name": "y", "dtype": "float32", "shape": [2], "role": "feature"}}, {{"name": "id", "dtype": "int64", "role": "id"}},
  {{"name": "sample", "dtype": "int64", "references": "samples/sample"}}, {{"name": "name", "dtype": "utf8"}}]}},
 {{"name": "samples", "format": "csv", "files": [{{"path": "samples.csv"}}], "fields": [
  {{"name": "sample", "dtype": "int64", "role": "id"}}, {{"name": "mass", "dtype": "float64"}}]}},
 {{"name": "notes", "format": "jsonl", "files": [{{"path": "notes.jsonl"}}], "fields": [
  {{"name": "n", "dtype": "int64"}}, {{"name": "t", "dtype": "float64", "shape": [2]}}]}}]}})",
                                            version),
                                "dictionary.json");
    }
    Answer ask(std::string const& id) const {
        Dictionary const said = dictionary();
        Scan const scan = scan_dataset(folder, said, {});
        Subject subject{folder, said, scan};
        subject.python = python, subject.keep = keep;
        for (Check const& check : integrity_checks())
            if (check.id == id) return check.run(subject);
        ADD_FAILURE() << "there is no check " << id;
        return {};
    }
};

TEST(IntegrityChecks, HaveNothingAgainstACleanSet) {
    Set const set;
    set.write_manifest();
    for (char const* id : {"C01", "C02", "C04", "C05", "C09", "C10"})
        EXPECT_EQ(set.ask(id).state, State::pass) << id << ": " << set.ask(id).text;
}

TEST(IntegrityChecks, AnotherReaderFindsTheSame) {
    Set const set;
    set.write_manifest();
    Answer const answer = set.ask("C03");
    if (answer.state == State::not_checked) GTEST_SKIP() << answer.text;
    EXPECT_EQ(answer.state, State::pass)
        << answer.text << (answer.places.empty() ? "" : answer.places[0].what);
    EXPECT_EQ(answer.numbers[0].second, 3);
}

TEST(IntegrityChecks, WithoutAnInterpreterNobodyElseReads) {
    Set set;
    set.python.clear();
    EXPECT_EQ(set.ask("C03").state, State::not_checked);
}

TEST(IntegrityChecks, FindOneDefectAtATime) {
    struct Defect {
        char const *name, *check;
        void (*spoil)(Set&);
    };
    Defect const defects[] = {
        {"a file is gone", "C01", [](Set& s) { s.write_manifest(), fs::remove(s.folder / "samples.csv"); }},
        {"a stray file", "C01",
         [](Set& s) { s.write_manifest(), write_file_in_place(s.folder / "a.h5.bak", "x"); }},
        {"a byte flipped", "C02",
         [](Set& s) {
             s.write_manifest(),
                 write_file_in_place(s.folder / "notes.jsonl", "{\"n\": 1, \"t\": [1, 2.6]}\n");
         }},
        {"no checksums at all", "C02", [](Set&) {}},
        {"a file that was cut", "C03",
         [](Set& s) {
             fs::resize_file(s.folder / "a.h5", fs::file_size(s.folder / "a.h5") / 2), s.write_manifest();
         }},
        {"a page in place of a table", "C03",
         [](Set& s) { write_file_in_place(s.folder / "samples.csv", "<html>\n503\n"), s.write_manifest(); }},
        {"a count that is old", "C04", [](Set& s) { s.records = 5, s.write_manifest(); }},
        {"another shape", "C05",
         [](Set& s) {
             write_file_in_place(s.folder / "notes.jsonl",
                                 "{\"n\": 1, \"t\": [1, 2.5]}\n{\"n\": 2, \"t\": [3]}\n");
             s.write_manifest();
         }},
        {"a column of another name", "C05",
         [](Set& s) {
             write_file_in_place(s.folder / "samples.csv", "sample,m\n1,2\n2,3\n"), s.write_manifest();
         }},
        {"a text among numbers", "C05",
         [](Set& s) {
             write_file_in_place(s.folder / "samples.csv", "sample,mass\n1,2 mg\n2,3\n"), s.write_manifest();
         }},
        {"an id twice", "C09", [](Set& s) { s.ids[3] = 0, s.write_shard(), s.write_manifest(); }},
        {"a key that leads nowhere", "C09",
         [](Set& s) { s.samples[3] = 77, s.write_shard(), s.write_manifest(); }},
        {"a version of two numbers", "C10", [](Set& s) { s.version = "1.0", s.write_manifest(); }},
        {"documents of two versions", "C10", [](Set& s) { s.write_manifest(), s.version = "1.0.1"; }},
    };
    for (Defect const& defect : defects) {
        Set set;
        defect.spoil(set);
        Answer const answer = set.ask(defect.check);
        EXPECT_EQ(answer.state, State::fail) << defect.name << ": " << answer.text;
    }
}

TEST(IntegrityChecks, AVersionNeverChangesItsBytes) {
    Set set;
    set.write_manifest();
    EXPECT_EQ(set.ask("C10").state, State::pass);
    EXPECT_EQ(set.ask("C10").state, State::pass);
    set.ids[0] = 99, set.write_shard(), set.write_manifest();
    EXPECT_EQ(set.ask("C10").state, State::fail);
    set.version = "1.1.0", set.write_manifest();
    EXPECT_EQ(set.ask("C10").state, State::pass);
}

TEST(ProposeDictionary, FindsTablesSplitsAndRoles) {
    ScratchFolder scratch;
    fs::create_directories(scratch / "set");
    for (char const* name : {"train-00", "train-01", "test-00"}) {
        std::vector<float> const y{1, 2, 3, 4, 5, 6};
        std::vector<double> const x{1, 2, 3};
        std::vector<std::int64_t> const id{1, 2};
        data::ShardWriter writer(scratch / fmt::format("set/{}.h5", name));
        writer.write("intensity", std::span<float const>(y), {2, 3}, {"count", "what was counted"});
        writer.write("two_theta", std::span<double const>(x), {3}, {"degree", ""});
        writer.write("id", std::span<std::int64_t const>(id), {2}, {"1", ""});
        writer.close();
    }
    write_file_in_place(scratch / "set/samples.csv", "sample,mass\nA,2.5\nB,3\n");
    write_file_in_place(scratch / "set/old.parquet", "PAR1");
    Dictionary const made = propose_dictionary(scratch / "set");
    EXPECT_TRUE(made.is_proposed);
    ASSERT_EQ(made.tables.size(), 2u);
    RecordTable const& table = made.tables[0];
    EXPECT_EQ(table.records, 6u);
    EXPECT_EQ(made.splits.at("train"), 4u);
    EXPECT_EQ(table.find("intensity")->role, Role::feature);
    EXPECT_EQ(table.find("intensity")->axis, "two_theta");
    EXPECT_EQ(table.find("intensity")->unit, "count");
    EXPECT_EQ(table.find("intensity")->most, 6);
    EXPECT_EQ(table.find("id")->role, Role::id);
    EXPECT_EQ(table.shared.size(), 1u);
    EXPECT_EQ(made.tables[1].find("mass")->dtype, "float64");
    EXPECT_NE(made.description.find("old.parquet"), std::string::npos);
    EXPECT_EQ(to_json(parse_dictionary(to_json(made), "again")), to_json(made));
}

}  // namespace
}  // namespace hutch::curate::assess
