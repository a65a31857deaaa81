#include "hutch/curate/make/make.hpp"

#include "hutch/base/error.hpp"
#include "hutch/base/file.hpp"
#include "hutch/base/random.hpp"
#include "hutch/base/text.hpp"
#include "hutch/curate/build.hpp"
#include "hutch/curate/make/augment.hpp"
#include "hutch/curate/make/clean.hpp"
#include "hutch/curate/test_library.hpp"
#include "hutch/data/pattern.hpp"
#include "hutch/data/shard.hpp"

#include <cmath>
#include <cstdlib>
#include <map>
#include <set>

#include <gtest/gtest.h>

namespace hutch::curate::make {
namespace {

namespace fs = std::filesystem;

constexpr char head[] = R"(name: small
version: 1.0.0
licence: CC-BY-4.0
description: patterns of a test
seed: 3
data:
  - {name: lab, patterns: "patterns/*.xye", licence: CC0-1.0, citation: none, origin: measured}
  - {name: log, table: log.csv, licence: CC0-1.0, citation: none, origin: measured, units: {temperature: degC}}
join:
  - {source: log, on: source_file, to: name}
)";

// Twelve patterns of a line that moves, in a folder with their log.
class Laboratory {
  public:
    Laboratory() {
        fs::create_directories(scratch / "patterns");
        std::string log = "name,temperature,sample,measured_at\n";
        for (int i = 0; i < 12; ++i) {
            std::string const name = "p" + std::to_string(10 + i) + ".xye";
            data::write_pattern(scratch / "patterns" / name, pattern(i));
            log += name + "," + std::to_string(i == 4 ? 900 : 20 + i) + ",s" + std::to_string(i / 2) +
                   ",2024-01-" + std::to_string(10 + i) + "T00:00:00Z\n";
        }
        write_file(scratch / "log.csv", log + "lost.xye,1,s9,2024-02-01T00:00:00Z\n");
    }
    static data::Pattern pattern(int number) {
        data::Pattern one;
        RandomStream random(5, 99, std::uint64_t(number));
        for (int i = 0; i < 200; ++i) {
            double const x = 10 + 0.1 * i, line = std::exp(-std::pow((x - 15 - 0.3 * number) / 0.4, 2));
            double const mean = 50 + 400 * line;
            one.x.push_back(x), one.y.push_back(std::round(mean + std::sqrt(mean) * random.normal()));
            one.sigma.push_back(std::sqrt(std::max(1.0, one.y.back())));
        }
        return one;
    }
    MakeReport make(std::string const& more, std::string const& out = "out", unsigned threads = 2) const {
        std::string const path = (scratch / "r.yaml").string();
        return make_dataset(parse_request(head + more, path),
                            {.out = scratch / out, .threads = threads, .generator = "test 1"});
    }
    std::string problem_of(std::string const& more, std::string const& out = "out") const {
        try {
            make(more, out);
        } catch (Error const& error) {
            return error.what();
        }
        return "";
    }
    // A column of records.csv by the record's id.
    std::map<std::string, std::string> column(std::string const& name, std::string const& out = "out") const {
        std::map<std::string, std::string> values;
        std::string const text = read_file(scratch / (out + "/records.csv"));
        auto const lines = split_lines(text);
        auto const names = split(lines[0], ',');
        auto const place = std::size_t(std::ranges::find(names, name) - names.begin());
        for (std::size_t i = 1; i < lines.size(); ++i) {
            auto const parts = split(lines[i], ',');
            values[std::string(parts[0])] = parts.at(place);
        }
        return values;
    }
    ScratchFolder scratch;
};

std::map<std::string, std::string> all_files(fs::path const& folder) {
    std::map<std::string, std::string> files;
    for (auto const& entry : fs::recursive_directory_iterator(folder))
        if (entry.is_regular_file()) files[fs::relative(entry.path(), folder)] = read_file(entry.path());
    return files;
}

TEST(Make, JoinsConvertsTagsAndKeepsEveryRecord) {
    Laboratory const lab;
    MakeReport const report = lab.make(
        "columns: {temperature: {unit: K, quantity: temperature}}\n"
        "cleaning: {outliers: {z: 6, columns: [temperature]}}\n");
    EXPECT_EQ(report.records, 12u);
    EXPECT_EQ(report.refused, 0u);
    EXPECT_EQ(report.flagged, 1u);
    EXPECT_EQ(report.unmatched, 1u);
    EXPECT_EQ(lab.column("temperature")["lab.p10"], "293.15");
    EXPECT_NE(lab.column("flags")["lab.p14"].find("outlier: temperature is 1173.15"), std::string::npos);
    EXPECT_EQ(read_file(lab.scratch / "out/unmatched.csv"), "table,key,lacks\nlog,lost.xye,a record\n");
    EXPECT_TRUE(verify_dataset(lab.scratch / "out", 1).problems.empty());
}

TEST(Make, ListsWhatASelectionLeavesOut) {
    Laboratory const lab;
    write_file(lab.scratch / "patterns/broken.xye", "no numbers\n");
    MakeReport const report = lab.make("selection: [temperature < 100, sample != s0]\n");
    EXPECT_EQ(report.records, 9u);
    std::string const text = read_file(lab.scratch / "out/refused.csv");
    EXPECT_NE(text.find("lab,lab.p14,not temperature < 100,temperature is 900"), std::string::npos);
    EXPECT_NE(text.find("lab,lab.p10,not sample != s0,sample is s0"), std::string::npos);
    EXPECT_NE(text.find("lab,broken.xye,"), std::string::npos);
    EXPECT_NE(lab.problem_of("selection: [temperatur < 1]\n", "b").find("expected 'temperature'?"),
              std::string::npos);
    EXPECT_NE(lab.problem_of("selection: [temperature < 1]\n", "c").find("leaves no record"),
              std::string::npos);
}

TEST(Make, GivesTheSameBytesAgainAndGoesOnAfterAKill) {
    Laboratory const lab;
    std::string const more =
        "shard_records: 3\naxis: {two_theta: [11, 28], points: 300}\n"
        "splits: {train: 0.5, test: 0.5}\nsplit_by: {groups: [sample]}\n"
        "augment: [{name: short, exposure: 0.25}]\n";
    lab.make(more, "a", 1);
    auto const files = all_files(lab.scratch / "a");
    EXPECT_TRUE(lab.make(more, "a").was_complete);
    lab.make(more, "b", 3);
    EXPECT_EQ(all_files(lab.scratch / "b"), files);
    // What a kill leaves: some shards, half a one, no manifest.
    fs::path const c = lab.scratch / "c";
    lab.make(more, "c");
    for (char const* name : {"manifest.json", "records.csv", "card.md", "shards/test-00001.h5"})
        fs::remove(c / name);
    EXPECT_NE(lab.problem_of(more, "c").find("is of no data set"), std::string::npos);
    fs::remove_all(c);
    lab.make(more, "c");
    fs::remove(c / "shards/test-00001.h5");
    EXPECT_FALSE(lab.make(more, "c").was_complete);
    EXPECT_EQ(all_files(c), files);
}

TEST(Make, RefusesAFolderThatHoldsAnotherContentUnderTheSameVersion) {
    Laboratory const lab;
    lab.make("");
    EXPECT_NE(lab.problem_of("changes: none\n").find("holds 'small' 1.0.0"), std::string::npos);
    write_file(lab.scratch / "log.csv", read_file(lab.scratch / "log.csv") + "x,2,s,2024-01-01T00:00:00Z\n");
    EXPECT_NE(
        lab.problem_of("").find("made from another description, from other files or by another program"),
        std::string::npos);
}

TEST(Make, KeepsGroupsEqualRecordsAndChildrenInOneSplit) {
    Laboratory const lab;
    fs::copy_file(lab.scratch / "patterns/p10.xye", lab.scratch / "patterns/again.xye");
    lab.make(
        "splits: {train: 0.5, test: 0.5}\nsplit_by: {groups: [sample]}\n"
        "augment: [{name: short, copies: 2, exposure: 0.5}]\n");
    auto split = lab.column("split"), sample = lab.column("sample"), parent = lab.column("parent");
    EXPECT_EQ(split.size(), 39u);
    std::map<std::string, std::set<std::string>> of_sample;
    for (auto const& [id, one] : sample)
        if (!one.empty()) of_sample[one].insert(split[id]);
    for (auto const& [one, splits] : of_sample) EXPECT_EQ(splits.size(), 1u) << one;
    EXPECT_EQ(split["lab.again"], split["lab.p10"]);
    for (auto const& [id, of] : parent)
        if (!of.empty()) EXPECT_EQ(split[id], split[of]) << id;
    EXPECT_EQ(parent["lab.p11+short-1"], "lab.p11");
}

TEST(Make, StratifiesAsFarAsGroupsAllow) {
    Laboratory const lab;
    std::string log = "name,kind,batch\n";
    for (int i = 0; i < 12; ++i)
        log += "p" + std::to_string(10 + i) + ".xye," + (i % 3 == 0 ? "rare" : "usual") + ",b" +
               std::to_string(i) + "\n";
    write_file(lab.scratch / "log.csv", log);
    lab.make("splits: {train: 0.5, test: 0.5}\nsplit_by: {groups: [batch], stratify: kind}\n");
    auto split = lab.column("split"), kind = lab.column("kind");
    std::map<std::string, int> rare;
    for (auto const& [id, one] : kind) rare[split[id]] += one == "rare";
    EXPECT_EQ(rare["train"], 2);
    EXPECT_EQ(rare["test"], 2);
}

TEST(Make, PutsTheLatestIntoTheLastSplit) {
    Laboratory const lab;
    lab.make("splits: {train: 0.6, test: 0.4}\nsplit_by: {groups: [sample], time: measured_at}\n");
    auto split = lab.column("split"), time = lab.column("measured_at");
    std::string latest_train, first_test = "9";
    for (auto const& [id, one] : split)
        if (one == "train")
            latest_train = std::max(latest_train, time[id]);
        else
            first_test = std::min(first_test, time[id]);
    EXPECT_LT(latest_train, first_test);
    EXPECT_EQ(latest_train, "2024-01-17T00:00:00Z");  // 7.2 of 12 wanted; samples are pairs
}

TEST(Make, FillsInWhatLacksAndListsItForReview) {
    Laboratory const lab;
    std::string text = read_file(lab.scratch / "log.csv");
    text.replace(text.find("p13.xye,23"), 10, "p13.xye,");
    write_file(lab.scratch / "log.csv", text);
    MakeReport const report =
        lab.make("cleaning: {missing: {temperature: {fill: median, confidence: 0.25}}}\n");
    EXPECT_EQ(report.inferred, 1u);
    EXPECT_NE(
        read_file(lab.scratch / "out/review.csv").find("lab.p13,temperature,27,0.25,median of all records,"),
        std::string::npos);
    EXPECT_EQ(lab.make("cleaning: {missing: {temperature: refuse}}\n", "b").records, 11u);
}

TEST(Make, TakesLabelsFromAnnotationsWithTheirConfidence) {
    Laboratory const lab;
    std::string const lines =
        R"({"id":"1","target":{"record":"lab.p10"},"label":"good","vocabulary":"q","annotator":{"person":"A"},"time":"2026-05-31T12:00:00Z"}
{"id":"2","target":{"record":"lab.p10"},"label":"good","vocabulary":"q","annotator":{"person":"B"},"time":"2026-05-31T12:00:00Z"}
{"id":"3","target":{"record":"lab.p10"},"label":"bad","vocabulary":"q","annotator":{"program":"C","version":"1"},"time":"2026-05-31T12:00:00Z"}
{"id":"4","target":{"record":"lab.p11"},"label":"bad","vocabulary":"q","annotator":{"program":"C","version":"1"},"time":"2026-05-31T12:00:00Z"}
)";
    fs::create_directories(lab.scratch / "annotations");
    write_file(lab.scratch / "annotations/a.jsonl", lines);
    MakeReport const report =
        lab.make("labels: [{name: quality, annotations: annotations/*.jsonl, vocabulary: q}]\n");
    EXPECT_EQ(lab.column("quality")["lab.p10"], "good");
    EXPECT_EQ(lab.column("quality_confidence")["lab.p10"], "0.6666667");
    EXPECT_EQ(report.inferred, 1u);  // what only a program said
    EXPECT_NE(read_file(lab.scratch / "out/review.csv").find("lab.p11,quality,bad,1,C 1,"),
              std::string::npos);
}

TEST(Make, ResamplesWithUncertaintyAndMasksWhatWasNotMeasured) {
    Laboratory const lab;
    lab.make("axis: {two_theta: [5, 25], points: 101}\n");
    auto const shard = lab.scratch / "out/shards/train-00000.h5";
    auto const intensity = data::read_floats(shard, "intensity"), sigma = data::read_floats(shard, "sigma"),
               mask = data::read_floats(shard, "mask");
    ASSERT_EQ(intensity.size(), 12u * 101u);
    EXPECT_EQ(mask[10], 0);  // 7 degrees
    EXPECT_EQ(mask[60], 1);  // 17 degrees
    EXPECT_EQ(intensity[10], 0);
    // Steps of 0.2 degree average two points of 50 counts or more: 5 counts or more.
    EXPECT_GT(sigma[60], 4);
    EXPECT_LT(double(sigma[60]), std::sqrt(double(intensity[60])));
}

TEST(Make, RefusesALicenceThatSourcesDoNotAllow) {
    Laboratory const lab;
    std::string text = head;
    text.replace(text.find("licence: CC0-1.0"), 16, "licence: CC-BY-NC-4.0");
    try {
        make_dataset(parse_request(text, (lab.scratch / "r.yaml").string()), {.out = lab.scratch / "out"});
        FAIL();
    } catch (Error const& error) {
        EXPECT_NE(std::string(error.what()).find("which the sources do not allow"), std::string::npos);
    }
}

TEST(Make, TakesRowsOfATableAsRecords) {
    ScratchFolder scratch;
    write_file(scratch / "t.csv", "name,mass,kind\na,1.5,x\nb,2.5,y\nc,,x\n");
    std::string const text =
        "name: t\nversion: 1.0.0\nlicence: CC0-1.0\ndescription: rows\ndata:\n"
        "  - {name: t, table: t.csv, id: name, licence: CC0-1.0, citation: none, origin: "
        "measured, units: {mass: g}}\ncolumns: {mass: {unit: kg}}\n";
    MakeReport const report =
        make_dataset(parse_request(text, (scratch / "r.yaml").string()), {.out = scratch / "out"});
    EXPECT_EQ(report.records, 3u);
    auto const mass = data::read_floats(scratch / "out/shards/train-00000.h5", "mass");
    EXPECT_EQ(std::set<bool>({std::isnan(mass[0]), std::isnan(mass[1]), std::isnan(mass[2])}).size(), 2u);
    EXPECT_NE(read_file(scratch / "out/records.csv").find(",0.0015,x"), std::string::npos);
}

TEST(Make, TakesRowsOfArraysAsRecords) {
    ScratchFolder scratch;
    {
        data::ShardWriter file(scratch / "images.h5");
        std::vector<std::int16_t> images;
        std::vector<float> dose;
        for (int i = 0; i < 5; ++i) {
            dose.push_back(float(i));
            for (int pixel = 0; pixel < 12; ++pixel) images.push_back(std::int16_t(100 * i + pixel));
        }
        file.write<std::int16_t>("image", images, {5, 3, 4}, {"count", "an image"});
        file.write<float>("dose", dose, {5}, {"s", "time of exposure"});
        file.close();
    }
    std::string const text =
        "name: t\nversion: 1.0.0\nlicence: CC0-1.0\ndescription: images\nselection: [dose > 0]\n"
        "shard_records: 2\ndata:\n"
        "  - {name: i, arrays: images.h5, licence: CC0-1.0, citation: none, origin: measured}\n";
    MakeReport const report =
        make_dataset(parse_request(text, (scratch / "r.yaml").string()), {.out = scratch / "out"});
    EXPECT_EQ(report.records, 4u);
    EXPECT_EQ(report.shards, 2u);
    for (char const* name : {"out/shards/train-00000.h5", "out/shards/train-00001.h5"}) {
        auto const images = data::read_floats(scratch / name, "image"),
                   dose = data::read_floats(scratch / name, "dose");
        ASSERT_EQ(images.size(), 24u);
        for (std::size_t r = 0; r < 2; ++r) EXPECT_EQ(images[12 * r + 7], 100 * dose[r] + 7);
    }
}

TEST(Augment, OfCountsHasTheMeanAndVarianceOfAShorterExposure) {
    data::Pattern parent;
    RandomStream random(1, 99, 0);
    double const mean = 400, share = 0.3;
    for (int i = 0; i < 20000; ++i) {
        parent.x.push_back(i), parent.y.push_back(std::round(mean + std::sqrt(mean) * random.normal()));
        parent.sigma.push_back(std::sqrt(parent.y.back()));
    }
    for (bool const are_counts : {true, false}) {
        data::Pattern one = parent;
        if (!are_counts) one.y[0] += 0.5;  // no whole number: the general rule
        data::Pattern const child = augment(one, {.exposure = share}, 1, "x");
        double sum = 0, squares = 0;
        for (double const y : child.y) sum += y, squares += y * y;
        double const n = double(child.y.size()), found = sum / n, variance = squares / n - found * found;
        // Six standard errors of mean and variance of a Poisson distribution.
        EXPECT_NEAR(found, share * mean, 6 * std::sqrt(share * mean / n));
        EXPECT_NEAR(variance, share * mean, 6 * share * mean * std::sqrt(2 / n));
    }
}

TEST(Augment, ShiftsScalesAndAddsABackgroundWithItsNoise) {
    data::Pattern const parent = Laboratory::pattern(0);
    data::Pattern const child = augment(parent, {.zero = 0.05, .scale = 2, .background = 1000}, 1, "x");
    EXPECT_DOUBLE_EQ(child.x[3], parent.x[3] + 0.05);
    EXPECT_DOUBLE_EQ(child.sigma[3], 2 * std::hypot(parent.sigma[3], std::sqrt(1000)));
    double sum = 0;
    for (std::size_t i = 0; i < child.y.size(); ++i) sum += child.y[i] / 2 - parent.y[i];
    EXPECT_NEAR(sum / double(child.y.size()), 1000, 6 * std::sqrt(1000 / double(child.y.size())));
    EXPECT_EQ(augment(parent, {.exposure = 0.5}, 1, "x").y, augment(parent, {.exposure = 0.5}, 1, "x").y);
    EXPECT_NE(augment(parent, {.exposure = 0.5}, 1, "x").y, augment(parent, {.exposure = 0.5}, 1, "y").y);
}

TEST(MakeData, OfASeriesOfTemperaturesIsLabelledByItsStructuresAndOrdered) {
    char const* const shared = std::getenv("HUTCH_SHARED");
    if (shared == nullptr || !fs::exists(fs::path(shared) / "powder/cucr2o4_seq"))
        GTEST_SKIP() << "HUTCH_SHARED does not name a folder with powder/cucr2o4_seq";
    ScratchFolder scratch;
    std::string const folder = std::string(shared) + "/powder/cucr2o4_seq/";
    static constexpr std::pair<char const*, double> runs[] = {
        {"00", 6.778},  {"04", 16.702}, {"09", 46.97},  {"14", 75.42}, {"19", 98.89},  {"22", 111.43},
        {"24", 122.73}, {"26", 134.02}, {"28", 145.47}, {"30", 156.9}, {"32", 168.43}, {"35", 185.67},
        {"38", 203.0},  {"41", 220.3},  {"45", 243.4},  {"49", 266.9}, {"53", 288.7}};
    std::string table = "file,temperature\n";
    for (auto const& [run, temperature] : runs)
        table += std::string("OH_") + run + ".fxye," + std::to_string(temperature) + "\n";
    write_file(scratch / "t.csv", table);
    std::string const text =
        "name: series\nversion: 1.0.0\nlicence: CC0-1.0\ndescription: d\ndata:\n  - {name: s, patterns: \"" +
        folder +
        "OH_*.fxye\", licence: LicenseRef-unknown, citation: c, origin: measured, values: {wavelength: "
        "0.413263}}\n"
        "  - {name: t, table: t.csv, licence: LicenseRef-unknown, citation: c, origin: measured, units: "
        "{temperature: "
        "K}}\njoin: [{source: t, on: source_file, to: file}]\nlabels:\n  - {structure: [" +
        folder + "CuCr2O4.cif, " + folder +
        "CuO.cif], method: starting model of the tutorial, person: unknown, date: 2011, confidence: 0.9}\n"
        "axis: {q: [1, 8], points: 2000}\nsplits: {train: 0.7, test: 0.3}\nsplit_by: {structures: false, "
        "time: "
        "temperature}\n";
    MakeReport const report = make_dataset(parse_request(text, (scratch / "r.yaml").string()),
                                           {.out = scratch / "out", .threads = 2});
    EXPECT_EQ(report.records, 17u);
    EXPECT_EQ(report.splits, (std::vector<std::pair<std::string, std::size_t>>{{"train", 12}, {"test", 5}}));
    auto const group = data::read_floats(scratch / "out/shards/test-00000.h5", "space_group");
    EXPECT_EQ(std::set<float>(group.begin(), group.end()).size(), 1u);
    auto const warm = data::read_floats(scratch / "out/shards/test-00000.h5", "temperature");
    EXPECT_GT(*std::ranges::min_element(warm), 202.9F);
}

}  // namespace
}  // namespace hutch::curate::make
