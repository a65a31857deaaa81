#include "hutch/curate/fuse/fuse.hpp"

#include "hutch/base/error.hpp"
#include "hutch/base/file.hpp"
#include "hutch/curate/build.hpp"
#include "hutch/curate/detail/steps.hpp"
#include "hutch/curate/test_library.hpp"
#include "hutch/data/cif.hpp"
#include "hutch/data/shard.hpp"
#include "hutch/methods/powder/refine/report_json.hpp"
#include "hutch/methods/powder/refine/test_result.hpp"

#include <chrono>
#include <functional>
#include <thread>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace hutch::curate::fuse {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

// A refinement of two phases, with X-rays (both phases) and neutrons over time of flight (one).
powder::refine::Result two_patterns() {
    auto result = powder::refine::make_result();
    result.title = "gypsum";
    result.patterns[1].name = "bank", result.shares[2].pattern = "bank";
    result.parameters.push_back({"xray.shift.zero", "degree", {0.03, 0.002}, true, false});
    return result;
}

// Silicon alone with X-rays: of another group than gypsum.
powder::refine::Result silicon_alone() {
    auto result = powder::refine::make_result();
    result.title = "silicon";
    result.phases.erase(result.phases.begin());
    result.patterns.pop_back();
    result.patterns[0].parts.pop_back();
    result.shares = {result.shares[1]};
    return result;
}

class Fuse : public ::testing::Test {
  protected:
    fs::path put(std::string const& name, powder::refine::Result const& result) const {
        write_file(scratch / name, powder::refine::to_json(result));
        return scratch / name;
    }
    fs::path put_pattern(std::string const& name, double wavelength) const {
        data::Pattern pattern;
        pattern.title = "simulated", pattern.wavelength = wavelength;
        for (int i = 0; i < 600; ++i) pattern.x.push_back(5 + 0.1 * i), pattern.y.push_back(7);
        data::write_pattern(scratch / name, pattern);
        return scratch / name;
    }
    FuseReport make(std::string const& out, std::vector<fs::path> const& refinements,
                    std::vector<fs::path> const& simulated = {},
                    std::vector<std::string> const& ids = {}) const {
        return fuse(read_inputs(refinements, simulated, ids, 2), options_to(out));
    }
    FuseOptions options_to(std::string const& out) const {
        FuseOptions options{scratch / out, {}, records};
        options.about.name = "small", options.about.version = "1.0.0", options.about.generator = "test 1";
        return options;
    }
    std::vector<float> read(std::string const& name, std::string const& out = "out",
                            char const* split = "train") const {
        return data::read_floats(scratch / out / "shards" / (std::string(split) + "-00000.h5"), name);
    }
    template <class Act>
    void expect_refusal(Act const& act, std::string const& words) const {
        try {
            act();
            ADD_FAILURE() << "accepted; expected: " << words;
        } catch (Error const& error) {
            EXPECT_NE(std::string(error.what()).find(words), std::string::npos) << error.what();
        }
    }

    ScratchFolder scratch;
    RecordOptions records{.grid = {0.5, 3, 251}};
};

TEST_F(Fuse, KeepsEachPatternAsItWasMeasured) {
    auto const result = two_patterns();
    FuseReport const report =
        make("out", {put("r.json", result)}, {put_pattern("x.xy", 1.5406), put_pattern("n.xy", 2)});
    EXPECT_EQ(report.records, 2u);
    EXPECT_EQ(report.structures, 2u);
    EXPECT_EQ(report.groups, 1u);
    auto const expect_equal = [&](std::string const& name, std::vector<double> const& values) {
        EXPECT_EQ(read(name), std::vector<float>(values.begin(), values.end())) << name;
    };
    for (auto const& pattern : result.patterns) {
        std::string const record = "records/gypsum." + pattern.name;
        expect_equal(record + "/x", pattern.x);
        expect_equal(record + "/measured", pattern.y);
        expect_equal(record + "/sigma", pattern.sigma);
        expect_equal(record + "/calculated", pattern.calculated);
        expect_equal(record + "/background", pattern.background);
    }
    expect_equal("records/gypsum.xray/lines/silicon", result.patterns[0].parts[1]);
    expect_equal("records/gypsum.xray/reflections/sulfate/d", {7.60105, 4.7});
    expect_equal("records/gypsum.xray/reflections/sulfate/k", {2, 1});
    expect_equal("records/gypsum.xray/structure/sulfate/cell_lengths_su", {0.00021, 0.00021, 0.00021});
    expect_equal("records/gypsum.xray/structure/sulfate/cell_angles_su", {0, 0.0021, 0});
    EXPECT_EQ(read("records/gypsum.xray/simulated/y"), std::vector<float>(600, 7));
}

TEST_F(Fuse, GivesRowsWithTheirUncertaintyAndAgreement) {
    auto const result = two_patterns();
    make("out", {put("r.json", result)});
    EXPECT_EQ(read("structure/cell_lengths").size(), 6u);
    EXPECT_FLOAT_EQ(read("structure/cell_lengths")[3], 5.6833f);  // with the lattice strain of the second
    EXPECT_FLOAT_EQ(read("structure/cell_lengths_su")[1], 0.00021f);
    EXPECT_EQ(read("structure/space_group"), (std::vector<float>{15, 15}));
    EXPECT_EQ(read("structure/sites"), (std::vector<float>{4, 4}));
    EXPECT_EQ(read("structure/site_element"), (std::vector<float>{20, 16, 8, 8, 20, 16, 8, 8}));
    EXPECT_FLOAT_EQ(read("structure/site_occupancy_su")[3], 0.011f);
    EXPECT_EQ(read("instrument/radiation"), (std::vector<float>{0, 1}));
    EXPECT_EQ(read("instrument/axis"), (std::vector<float>{0, 3}));
    EXPECT_FLOAT_EQ(read("instrument/wavelengths")[1], 1.544427f);
    EXPECT_TRUE(std::isnan(read("instrument/wavelengths")[2]));
    EXPECT_FLOAT_EQ(read("instrument/shift_zero_su")[0], 0.002f);
    EXPECT_TRUE(std::isnan(read("instrument/shift_zero")[1]));
    EXPECT_FLOAT_EQ(read("sample/size_iso")[0], 0.1875f);
    EXPECT_FLOAT_EQ(read("quality/goodness")[0], 1.27f);
    EXPECT_FLOAT_EQ(read("quality/r_wp")[1], float(result.patterns[1].agreement.r_wp()));
}

TEST_F(Fuse, PutsAllPatternsOnOneAxis) {
    make("out", {put("r.json", two_patterns())}, {put_pattern("x.xy", 1.5406), put_pattern("n.xy", 2)});
    auto const q = read("q"), measured = read("pattern/measured"), mask = read("pattern/mask"),
               sigma = read("pattern/sigma"), simulated = read("pattern/simulated"),
               simulated_mask = read("pattern/simulated_mask");
    ASSERT_EQ(measured.size(), 2 * q.size());
    std::size_t held = 0;
    for (std::size_t i = 0; i < mask.size(); ++i) {
        EXPECT_EQ(mask[i] == 0, measured[i] == 0 && sigma[i] == 0) << i;
        if (simulated_mask[i] == 1) EXPECT_FLOAT_EQ(simulated[i], 7);
        held += mask[i] == 1;
    }
    EXPECT_GT(held, q.size());
    // Points 30 to 49, 11.5 to 12.45 degrees, have sigma 0: from 0.82 to 0.88 1/angstrom nothing is held.
    EXPECT_EQ(mask[35], 0);
    EXPECT_EQ(mask[45], 1);
}

TEST_F(Fuse, WritesStructuresThatReadBack) {
    make("out", {put("r.json", two_patterns())});
    auto const read_back = data::read_cif(scratch / "out" / "structures" / "gypsum.sulfate.cif");
    EXPECT_EQ(read_back[0].space_group_number, 15);
    EXPECT_DOUBLE_EQ(read_back[0].cell.b, 15.2021);
}

TEST_F(Fuse, DescribesBothTasks) {
    make("out", {put("r.json", two_patterns())});
    json const root = json::parse(read_file(scratch / "out" / "croissant.json"));
    std::map<std::string, std::map<std::string, bool>> is_label;
    for (json const& set : root["recordSet"])
        for (json const& field : set["field"])
            is_label[set["name"]][field["name"]] =
                field["dataType"].is_array() && field["dataType"][1] == "cr:Label";
    auto const& forward = is_label.at("pattern_to_structure");
    auto const& reverse = is_label.at("structure_to_pattern");
    EXPECT_FALSE(forward.at("pattern_measured"));
    EXPECT_FALSE(forward.at("instrument_wavelengths"));
    EXPECT_TRUE(forward.at("structure_cell_lengths"));
    EXPECT_TRUE(forward.at("structure_cell_lengths_su"));
    EXPECT_TRUE(forward.at("quality_r_wp"));
    EXPECT_FALSE(forward.contains("pattern_calculated"));  // it would give the structure away
    EXPECT_FALSE(reverse.at("structure_cell_lengths"));
    EXPECT_TRUE(reverse.at("pattern_measured"));
    EXPECT_TRUE(reverse.at("pattern_calculated"));
    std::string const card = read_file(scratch / "out" / "card.html");
    for (char const* words : {"pattern_to_structure", "structure_to_pattern", "<svg", "difference, shifted"})
        EXPECT_NE(card.find(words), std::string::npos) << words;
}

TEST_F(Fuse, WritesWholeRecordsAsLinesWithTheColumnsOfTheTasks) {
    make("out", {put("r.json", two_patterns())});
    std::string const text = read_file(scratch / "out" / "records.jsonl");
    json const first = json::parse(text.substr(0, text.find('\n')));
    EXPECT_EQ(first["id"], "gypsum.xray");
    EXPECT_EQ(first["structure_site_position"].size(), 4u);
    EXPECT_EQ(first["structure_site_position"][0].size(), 3u);
    EXPECT_EQ(first["pattern_measured"].size(), first["q"].size());
    json const root = json::parse(read_file(scratch / "out" / "croissant.json"));
    for (json const& set : root["recordSet"])
        for (json const& field : set["field"])
            if (field.value("/source/fileObject/@id"_json_pointer, "") == "records.jsonl")
                EXPECT_TRUE(first.contains(field["source"]["extract"]["column"])) << field;
}

TEST_F(Fuse, GivesTheSameBytesTwice) {
    fs::path const r = put("r.json", two_patterns()), s = put("s.json", silicon_alone());
    make("one", {r, s});
    std::this_thread::sleep_for(std::chrono::milliseconds(1100));  // a time stamp would show
    make("two", {r, s});
    EXPECT_EQ(read_file(scratch / "one" / "checksums.sha256"),
              read_file(scratch / "two" / "checksums.sha256"));
    EXPECT_TRUE(verify_dataset(scratch / "one", 1).problems.empty());
    EXPECT_FALSE(fs::exists(scratch / "one.part"));
}

TEST_F(Fuse, KeepsNearlyEqualStructuresInOneSplit) {
    auto warm = silicon_alone(), other = two_patterns();
    warm.title = "silicon warm";
    other.phases.pop_back(), other.shares.erase(other.shares.begin() + 1), other.patterns[0].parts.pop_back();
    records.splits = {{"train", 0.5}, {"test", 0.5}};
    FuseReport const report =
        make("out", {put("a.json", silicon_alone()), put("b.json", warm), put("c.json", other)});
    EXPECT_EQ(report.groups, 2u);
    std::string const table = read_file(scratch / "out" / "records.csv");
    auto const split_of = [&](std::string const& id) {
        std::size_t const place = table.find("\n" + id + ",") + id.size() + 2;
        return table.substr(place, table.find(',', place) - place);
    };
    EXPECT_EQ(split_of("silicon.xray"), split_of("silicon_warm.xray"));
    EXPECT_EQ(split_of("gypsum.xray"), split_of("gypsum.bank"));
    EXPECT_NE(split_of("silicon.xray"), split_of("gypsum.xray"));
}

TEST_F(Fuse, SaysWhichSplitStaysEmpty) {
    records.splits = {{"train", 0.5}, {"test", 0.5}};
    EXPECT_EQ(make("out", {put("r.json", two_patterns())}).empty_splits.size(), 1u);
}

TEST_F(Fuse, RefusesWhatDoesNotFit) {
    fs::path const r = put("r.json", two_patterns()), copy = put("copy.json", two_patterns());
    fs::path const x = put_pattern("x.xy", 1.5406), n = put_pattern("n.xy", 2);
    expect_refusal([&] { make("out", {r, copy}); }, "have the id 'gypsum'; expected one of its own for each");
    expect_refusal([&] { make("out", {r, copy}, {}, {"a"}); }, "'ids' are 1; expected 2");
    EXPECT_EQ(make("ids", {r, copy}, {}, {"a", "b"}).records, 4u);
    expect_refusal([&] { make("out", {r}, {x}); }, "'patterns' are 1 files for 2 records");
    expect_refusal([&] { make("out", {r}, {n, x}); }, "has the wavelength 2 angstrom; expected 1.54059");
    expect_refusal([&] { make("out", {x}); }, "is not JSON");
    auto le_bail = two_patterns();
    le_bail.phases[0].intensities = powder::refine::Intensities::le_bail;
    expect_refusal([&] { make("out", {put("l.json", le_bail)}); },
                   "has intensities 'le_bail'; expected 'structure'");
    auto nan = two_patterns();
    nan.patterns[0].y[3] = powder::refine::not_known;
    expect_refusal([&] { make("out", {put("n.json", nan)}); },
                   "'patterns[0].y[3]' is null; expected a finite number");
    records.simulated_of = {"xray"};
    EXPECT_EQ(make("one", {r}, {x}).records, 2u);
    records.simulated_of = {"other"};
    expect_refusal([&] { make("out", {r}, {x}); }, "'simulated_of' has 'other', which names 0 records");
    records.simulated_of = {"xray", "gypsum.xray"};
    expect_refusal([&] { make("out", {r}, {x, x}); }, "names 'gypsum.xray' twice");
    EXPECT_FALSE(fs::exists(scratch / "out"));
}

TEST_F(Fuse, LeavesAFolderAloneThatHoldsSomething) {
    fs::create_directories(scratch / "out");
    write_file(scratch / "out" / "mine.txt", "x");
    fs::path const r = put("r.json", two_patterns());
    expect_refusal([&] { make("out", {r}); }, "holds 'mine.txt'; expected an empty folder or none");
    EXPECT_EQ(read_file(scratch / "out" / "mine.txt"), "x");
}

TEST(FuseStep, DescribesItselfWholly) { EXPECT_EQ(step::first_problem(fuse_step().about), std::nullopt); }

TEST(PlainName, IsFitForFilesAndGroups) {
    EXPECT_EQ(plain_name(" PbSO4 (X-ray)/1 "), "PbSO4__X-ray__1");
    EXPECT_EQ(plain_name(".."), "_..");
    EXPECT_EQ(plain_name(""), "_");
}

}  // namespace
}  // namespace hutch::curate::fuse
