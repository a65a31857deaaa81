#include "hutch/base/random.hpp"
#include "hutch/curate/assess/columns.hpp"
#include "hutch/curate/assess/iso_time.hpp"
#include "hutch/curate/assess/sketch.hpp"
#include "hutch/curate/assess/test_scan.hpp"

#include <cmath>
#include <random>

#include <gtest/gtest.h>

namespace hutch::curate::assess {
namespace {

namespace fs = std::filesystem;

Answer ask(MadeSet& set, std::string const& id) { return set.ask(duplicate_checks(), id); }

std::vector<double> uniform(std::uint64_t seed, std::size_t count, double most = 1) {
    RandomStream random(seed, 5, 0);
    std::vector<double> values(count);
    for (double& value : values) value = most * random.uniform();
    return values;
}
std::vector<double> whole(std::uint64_t seed, std::size_t count, double classes) {
    std::vector<double> values = uniform(seed, count, classes);
    for (double& value : values) value = std::floor(value);
    return values;
}
MadeSet set_of(std::uint64_t train = 400, std::uint64_t test = 100) {
    return MadeSet({{"train", train}, {"test", test}});
}

void give_digests(MadeSet& set) {
    for (std::uint64_t r = 0; r < set.facts().records; ++r) set.facts().digests.push_back({r, 7 * r});
}

TEST(ExactDuplicates, AreFoundWithinAndAcrossSplits) {
    MadeSet set = set_of();
    set.field("y", Role::feature).shape = {100};
    give_digests(set);
    EXPECT_EQ(ask(set, "C25").state, State::pass);
    set.facts().digests[450] = set.facts().digests[3];
    set.facts().digests[8] = set.facts().digests[7];
    Answer const found = ask(set, "C25");
    EXPECT_EQ(found.state, State::fail);
    EXPECT_EQ(found.text, "1 repeated within splits and 1 across, of 500 records");
    ASSERT_EQ(found.places.size(), 2u);
    EXPECT_EQ(found.places[0].file, "test-1.h5");
    EXPECT_EQ(found.places[0].record, 50u);
}

TEST(ExactDuplicates, OfFewCoarseNumbersAreNoFinding) {
    MadeSet set = set_of();
    set.numbers("a", Role::feature, whole(1, 500, 5)).numbers("b", Role::feature, whole(2, 500, 7));
    for (std::size_t r = 0; r < 500; ++r)
        set.facts().digests.push_back(
            {std::uint64_t(set.facts().numbers["a"][r]), std::uint64_t(set.facts().numbers["b"][r])});
    EXPECT_EQ(ask(set, "C25").state, State::pass);
    MadeSet bare = set_of();
    EXPECT_EQ(ask(bare, "C25").state, State::not_applicable);
}

TEST(GroupLeakage, IsFoundForNumbersTextsAndOtherSpellings) {
    MadeSet set = set_of();
    std::vector<double> sample = whole(1, 500, 40);
    for (std::size_t r = 400; r < 500; ++r) sample[r] += 100;
    set.numbers("sample", Role::group, sample);
    EXPECT_EQ(ask(set, "C27").state, State::pass);
    set.facts().numbers["sample"][470] = sample[0];
    Answer const found = ask(set, "C27");
    EXPECT_EQ(found.state, State::fail);
    EXPECT_NE(found.text.find("1 group of 'sample'"), std::string::npos) << found.text;
    EXPECT_EQ(found.places[0].record, 70u);

    MadeSet spelt = set_of(3, 2);
    spelt.texts("proposal", Role::group, {"HE-12", "HE-13", "", "he_12", ""});
    EXPECT_EQ(ask(spelt, "C27").state, State::fail);
    MadeSet other = set_of(3, 2);
    other.texts("proposal", Role::group, {"1-11", "HE-13", "", "11-1", ""});
    EXPECT_EQ(ask(other, "C27").state, State::pass);
}

TEST(GroupLeakage, IsFoundForParentsAndSiblings) {
    MadeSet set = set_of(4, 2);
    set.texts("id", Role::id, {"a", "b", "c", "d", "e", "f"});
    set.texts("made_from", Role::parent, {"", "a", "b", "", "", "e"});
    EXPECT_EQ(ask(set, "C27").state, State::pass);
    MadeSet child = set_of(4, 2);
    child.texts("id", Role::id, {"a", "b", "c", "d", "e", "f"});
    child.texts("made_from", Role::parent, {"", "a", "", "", "", "b"});  // a grandchild
    EXPECT_EQ(ask(child, "C27").state, State::fail);
    MadeSet siblings = set_of(4, 2);
    siblings.texts("made_from", Role::parent, {"x", "", "", "", "", "x"});  // the parent is not in the set
    EXPECT_EQ(ask(siblings, "C27").state, State::fail);
    MadeSet none = set_of();
    EXPECT_EQ(ask(none, "C27").state, State::not_applicable);
}

TEST(TargetLeakage, IsNotSeenInRandomTables) {
    for (std::uint64_t seed = 0; seed < 25; ++seed) {
        MadeSet set = set_of();
        std::vector<double> const label = whole(seed, 500, seed % 2 == 0 ? 2 : 5);
        std::vector<double> useful = uniform(seed + 100, 500);  // tells a lot, but not all
        for (std::size_t r = 0; r < 500; ++r) useful[r] += 0.7 * label[r];
        std::vector<double> ids(500);
        for (std::size_t r = 0; r < 500; ++r) ids[r] = double((r * 7919) % 500);
        set.numbers("label", Role::label, label).numbers("x", Role::feature, uniform(seed + 200, 500));
        set.numbers("useful", Role::feature, useful).numbers("id", Role::id, ids);
        Answer const found = ask(set, "C28");
        EXPECT_EQ(found.state, State::pass) << found.text;
    }
}

TEST(TargetLeakage, IsSeenInNumbersTextsMissingValuesIdsAndOrder) {
    std::vector<double> const label = whole(3, 500, 3), noise = uniform(4, 500);
    auto const with = [&](auto const& add) {
        MadeSet set = set_of();
        set.numbers("label", Role::label, label);
        add(set);
        return ask(set, "C28");
    };
    std::vector<double> coded(500), ids(500), missing(500);
    std::vector<std::string> words(500), names(500);
    for (std::size_t r = 0; r < 500; ++r) {
        coded[r] = 10 - 3 * label[r] + 0.1 * noise[r];
        ids[r] = 1000 * label[r] + double(r);
        words[r] = fmt::format("folder_{}", label[r]);
        names[r] = fmt::format("{}-{:04}",
                               label[r] == 1   ? "cubic"
                               : label[r] == 2 ? "other"
                                               : "none",
                               (r * 7) % 500);
    }
    auto const expect_leak = [](Answer const& found, std::string const& name) {
        EXPECT_EQ(found.state, State::fail);
        EXPECT_NE(found.text.find("'" + name), std::string::npos) << found.text;
    };
    expect_leak(with([&](MadeSet& set) { set.numbers("x", Role::feature, coded); }), "x");
    expect_leak(with([&](MadeSet& set) { set.texts("from", Role::feature, words); }), "from");
    expect_leak(with([&](MadeSet& set) { set.numbers("id", Role::id, ids); }), "id");
    expect_leak(with([&](MadeSet& set) { set.texts("id", Role::id, names); }), "id (its letters)");
    MadeSet sorted = set_of();
    std::vector<double> ascending = label;
    std::ranges::sort(ascending);
    sorted.numbers("label", Role::label, ascending);
    expect_leak(ask(sorted, "C28"), "order of records");
    MadeSet two = set_of();
    std::vector<double> const half = whole(8, 500, 2);
    for (std::size_t r = 0; r < 500; ++r) missing[r] = half[r] == 1 ? std::nan("") : noise[r];
    two.numbers("label", Role::label, half).numbers("x", Role::feature, missing);
    expect_leak(ask(two, "C28"), "x");
}

TEST(TargetLeakage, IsSeenInTheRankOfIdsThatSayNothingElse) {
    std::vector<double> const label = whole(3, 500, 3);
    auto const with = [&](bool is_by_class) {
        MadeSet set = set_of();
        std::vector<std::string> ids(500);
        std::vector<std::size_t> order(500);
        for (std::size_t r = 0; r < 500; ++r) order[r] = (r * 7919) % 500;
        if (is_by_class) std::ranges::stable_sort(order, {}, [&](std::size_t r) { return label[r]; });
        for (std::size_t k = 0; k < 500; ++k)
            ids[order[k]] = fmt::format("OH_{}-w{:04}-e0.{}", 24 + k / 50, k % 50, k % 7);
        set.numbers("label", Role::label, label).texts("id", Role::id, ids);
        return ask(set, "C28");
    };
    EXPECT_NE(with(true).text.find("'id (its rank)' tells 'label'"), std::string::npos) << with(true).text;
    EXPECT_EQ(with(false).state, State::pass) << with(false).text;
}

TEST(TargetLeakage, IsNoMatterOfGroupsThatStandTogether) {
    MadeSet set = set_of();
    std::vector<double> group(500), label(500);
    std::vector<double> const of_group = whole(5, 100, 3);
    for (std::size_t r = 0; r < 500; ++r) group[r] = double(r / 5), label[r] = of_group[r / 5];
    set.numbers("sample", Role::group, group).numbers("label", Role::label, label);
    set.numbers("thickness", Role::feature, group);  // the same for all records of a sample
    Answer const found = ask(set, "C28");
    EXPECT_EQ(found.state, State::pass) << found.text;
}

TEST(TargetLeakage, OfContinuousLabelsNeedsNearlyAllOfTheirVariance) {
    std::vector<double> const label = uniform(1, 500);
    std::vector<double> close = label, far = label;
    RandomStream random(3, 3, 3);
    for (std::size_t r = 0; r < 500; ++r) close[r] = 5 * close[r] + 1, far[r] += 0.1 * random.normal();
    MadeSet leak = set_of(), clean = set_of();
    leak.numbers("label", Role::label, label).numbers("x", Role::feature, close);
    clean.numbers("label", Role::label, label).numbers("x", Role::feature, far);
    EXPECT_EQ(ask(leak, "C28").state, State::fail);
    EXPECT_EQ(ask(clean, "C28").state, State::pass);
}

TEST(TemporalLeakage, IsATestRecordBeforeTrainingEnds) {
    MadeSet set = set_of(3, 2);
    set.texts("when", Role::time,
              {"2026-01-01", "2026-01-02T08:00+08:00", "2026-01-03", "2026-01-04", "2026-01-05"});
    EXPECT_EQ(ask(set, "C29").state, State::not_applicable);
    set.last().is_ordered = true;
    EXPECT_EQ(ask(set, "C29").state, State::pass);
    MadeSet late = set_of(3, 2);
    late.numbers("when", Role::time, {1, 2, 9, 8, 10}).last().is_ordered = true;
    Answer const found = ask(late, "C29");
    EXPECT_EQ(found.state, State::fail);
    EXPECT_EQ(found.text, "1 of 2 test records come before the last training record");
}

TEST(Splits, MustBeDisjointCompleteAndAsLargeAsDeclared) {
    MadeSet set = set_of(3, 2);
    set.numbers("id", Role::id, {1, 2, 3, 4, 5});
    set.dictionary().splits = {{"train", 3}, {"test", 2}};
    EXPECT_EQ(ask(set, "C30").state, State::pass);
    set.facts().numbers["id"][4] = 1;
    EXPECT_NE(ask(set, "C30").text.find("1 record in two splits by 'id'"), std::string::npos);
    set.facts().numbers["id"][4] = 5;
    set.dictionary().splits = {{"train", 3}, {"test", 1}, {"validation", 1}};
    EXPECT_EQ(ask(set, "C30").text,
              "split 'test' has 2 records, declared are 1; split 'validation' has 0 records, declared are 1");
    MadeSet field = MadeSet({{"", 4}});
    field.texts("part", Role::split, {"train", "test", "", "train"});
    EXPECT_EQ(ask(field, "C30").text, "1 record of 'records' in no split");
    MadeSet none = MadeSet({{"", 4}});
    EXPECT_EQ(ask(none, "C30").state, State::not_applicable);
}

// Patterns in two files, with their sketches and digests.
class NearDuplicates : public ::testing::Test {
  protected:
    static constexpr std::size_t points = 700, train = 150, test = 50;
    fs::path const folder = fs::temp_directory_path() / fmt::format("hutch_near_{}", ::getpid());
    std::vector<std::vector<double>> patterns;

    void SetUp() override {
        fs::create_directories(folder);
        for (std::uint64_t r = 0; r < train + test; ++r) patterns.push_back(pattern(r));
    }
    void TearDown() override { fs::remove_all(folder); }

    static std::vector<double> pattern(std::uint64_t seed) {
        RandomStream random(seed, 6, 0);
        std::vector<double> y(points, 50);
        for (int peak = 0; peak < 12; ++peak) {
            double const centre = random.uniform() * points, height = 3000 * random.uniform();
            for (std::size_t i = 0; i < points; ++i)
                y[i] += height * std::exp(-std::pow((double(i) - centre) / 4, 2));
        }
        for (double& value : y) value = std::max(0.0, std::round(value + std::sqrt(value) * random.normal()));
        return y;
    }
    Answer ask_about(std::vector<std::vector<double>> const& all) {
        MadeSet set = set_of(train, test);
        set.folder = folder;
        Field& field = set.field("y", Role::feature);
        field.shape = {std::int64_t(points)}, field.dtype = "float32", field.noise = "poisson";
        for (std::size_t f = 0; f < 2; ++f) {
            data::ShardWriter file(folder / set.scan().files[f].path);
            std::vector<float> values;
            std::size_t const first = f == 0 ? 0 : train, last = f == 0 ? train : train + test;
            for (std::size_t r = first; r < last; ++r)
                values.insert(values.end(), all[r].begin(), all[r].end());
            file.write<float>("y", values, {last - first, points}, {});
            file.close();
        }
        give_digests(set);
        for (auto const& y : all) set.facts().sketches.push_back(sketch(y));
        return ask(set, "C26");
    }
};

TEST_F(NearDuplicates, AreNotSeenAmongDifferentPatterns) {
    Answer const found = ask_about(patterns);
    EXPECT_EQ(found.state, State::pass) << found.text;
}

TEST_F(NearDuplicates, AreFoundAcrossSplitsByTheNoiseTheyShare) {
    RandomStream random(1, 1, 1);
    for (std::size_t i = 0; i < points; ++i)
        patterns[train + 20][i] = 1.03 * patterns[17][i] + 2 * random.normal();
    Answer const found = ask_about(patterns);
    EXPECT_EQ(found.state, State::fail) << found.text;
    ASSERT_EQ(found.places.size(), 1u);
    EXPECT_EQ(found.places[0].record, 20u);
    EXPECT_EQ(found.places[0].what.substr(0, 24), "a copy of record 17 of '");
}

TEST_F(NearDuplicates, WithinASplitAreToldButNoFailure) {
    for (std::size_t i = 0; i < points; ++i) patterns[20][i] = 2 * patterns[17][i];
    Answer const found = ask_about(patterns);
    EXPECT_EQ(found.state, State::pass);
    EXPECT_EQ(found.numbers.back().second, 1);
}

TEST(NearDuplicatesOfNumbers, StandOutOfTheDensityOfRows) {
    auto const made = [](std::size_t columns, bool are_copied, std::uint64_t seed) {
        MadeSet set = set_of(800, 200);
        for (std::size_t c = 0; c < columns; ++c) {
            std::vector<double> x = uniform(seed + c, 1000);
            if (are_copied)
                for (std::size_t r = 0; r < 8; ++r)
                    x[900 + r] = x[10 * r] + 1e-4 * uniform(seed + c + r, 1)[0];
            set.numbers(fmt::format("x{}", c), Role::feature, x);
        }
        return ask(set, "C26").state;
    };
    EXPECT_EQ(made(4, true, 1), State::fail);
    for (std::uint64_t seed = 0; seed < 20; ++seed) EXPECT_EQ(made(3, false, 10 * seed), State::pass);
    EXPECT_EQ(made(2, false, 1), State::not_applicable);
    MadeSet line = set_of(800, 200);  // three columns that are one
    std::vector<double> const x = uniform(1, 1000);
    for (char const* name : {"a", "b", "c"}) line.numbers(name, Role::feature, x);
    EXPECT_EQ(ask(line, "C26").state, State::pass);
}

TEST(IsoTime, IsReadWithZonesAndRefusedWhenItIsNone) {
    EXPECT_EQ(seconds_of("1970-01-02"), 86400);
    EXPECT_EQ(seconds_of("1970-01-01T08:00:01.5+08:00"), 1.5);
    EXPECT_EQ(seconds_of("1970-01-01 00:01Z"), 60);
    for (char const* text :
         {"", "1970", "1970-13-01", "1970-02-30", "01.02.1970", "1970-01-01T25:00", "1970-01-01x"})
        EXPECT_FALSE(seconds_of(text)) << text;
}

}  // namespace
}  // namespace hutch::curate::assess
