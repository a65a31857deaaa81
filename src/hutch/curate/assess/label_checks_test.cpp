#include "hutch/base/random.hpp"
#include "hutch/curate/assess/detail/cell_of_record.hpp"
#include "hutch/curate/assess/detail/words.hpp"
#include "hutch/curate/assess/test_scan.hpp"

#include <cmath>

#include <gtest/gtest.h>

namespace hutch::curate::assess {
namespace {

Answer ask(MadeSet& set, std::string const& id) { return set.ask(label_checks(), id); }

std::vector<double> whole(std::uint64_t seed, std::size_t count, double classes) {
    RandomStream random(seed, 5, 0);
    std::vector<double> values(count);
    for (double& value : values) value = std::floor(classes * random.uniform());
    return values;
}
MadeSet set_of(std::uint64_t train = 400, std::uint64_t test = 100) {
    return MadeSet({{"train", train}, {"test", test}});
}

TEST(Classes, OfRandomSplitsAgreeWithinChance) {
    for (std::uint64_t seed = 0; seed < 200; ++seed) {
        MadeSet set = set_of();
        set.numbers("label", Role::label, whole(seed, 500, double(2 + seed % 30)));
        Answer const found = ask(set, "C31");
        EXPECT_EQ(found.state, State::pass) << found.text;
    }
}

TEST(Classes, OfWholeGroupsMayDifferMore) {
    for (std::uint64_t seed = 0; seed < 100; ++seed) {
        MadeSet set = set_of(450, 150);
        std::vector<double> const of_group = whole(seed, 60, 4);
        std::vector<double> label(600), group(600);
        for (std::size_t r = 0; r < 600; ++r) group[r] = double(r / 10), label[r] = of_group[r / 10];
        set.numbers("label", Role::label, label).numbers("sample", Role::group, group);
        Answer const found = ask(set, "C31");
        EXPECT_EQ(found.state, State::pass) << found.text;
    }
}

TEST(Classes, OfGroupsOfAnotherTableCountThroughReferences) {
    for (std::uint64_t seed = 0; seed < 20; ++seed) {
        MadeSet set = set_of(450, 150);
        std::vector<double> const of_sample = whole(seed, 6, 3);  // six samples of a hundred records
        std::vector<double> label(600), sample(600), numbers(6);
        for (std::size_t r = 0; r < 600; ++r) sample[r] = double(r / 100), label[r] = of_sample[r / 100];
        for (std::size_t s = 0; s < 6; ++s) numbers[s] = double(s);
        set.dictionary().tables.resize(2), set.scan().tables.resize(2);
        RecordTable& samples = set.dictionary().tables[1];
        TableFacts& facts = set.scan().tables[1];
        samples.name = "samples", facts.table = &samples, facts.records = 6;
        samples.fields.resize(2);
        samples.fields[0].name = "id", samples.fields[0].role = Role::id;
        samples.fields[1].name = "family", samples.fields[1].role = Role::group;
        facts.numbers = {{"id", numbers}, {"family", numbers}};
        set.numbers("label", Role::label, label).numbers("sample", Role::other, sample);
        set.last().references = "samples/id";
        Answer const found = ask(set, "C31");
        EXPECT_EQ(found.text.find("Cramer"), std::string::npos) << found.text;
    }
}

TEST(Classes, ThatTrainingLacksOrThatDifferAreFound) {
    MadeSet lacking = set_of();
    std::vector<double> label = whole(1, 500, 4);
    for (std::size_t r = 0; r < 400; ++r)
        if (label[r] == 3) label[r] = 2;
    for (std::size_t r = 400; r < 480; ++r) label[r] = double(r % 4);
    lacking.numbers("label", Role::label, label);
    EXPECT_NE(ask(lacking, "C31").text.find("class '3' is not in 'train'"), std::string::npos)
        << ask(lacking, "C31").text;
    MadeSet skewed = set_of();
    label = whole(2, 500, 3);
    for (std::size_t r = 400; r < 470; ++r) label[r] = 0;
    skewed.numbers("label", Role::label, label);
    EXPECT_EQ(ask(skewed, "C31").state, State::fail);
    MadeSet continuous = set_of();
    continuous.numbers("label", Role::label, whole(3, 500, 1e9));
    EXPECT_EQ(ask(continuous, "C31").state, State::not_applicable);
}

TEST(Classes, ThatTheDictionaryListsMustHaveRecords) {
    auto const with = [](std::vector<std::string> const& kinds, std::vector<std::string> const& values) {
        std::vector<std::string> words(500);
        for (std::size_t r = 0; r < 500; ++r) words[r] = kinds[r * 7919 % 500 % kinds.size()];
        MadeSet set = set_of();
        set.texts("quality", Role::label, words).last().values = values;
        return ask(set, "C31");
    };
    EXPECT_EQ(with({"good", "bad"}, {"good", "bad"}).state, State::pass);
    EXPECT_EQ(with({"good", "bad"}, {"good", "bad", "ugly"}).text,
              "'quality': no record has 1 of the listed classes: 'ugly'");
    EXPECT_EQ(with({"good"}, {"good", "bad"}).state, State::fail);
    EXPECT_EQ(with({"good"}, {}).state, State::not_applicable);
    MadeSet coded = set_of();
    coded.numbers("kind", Role::label, whole(1, 500, 3)).last().values = {"0", "1", "2"};
    EXPECT_EQ(ask(coded, "C31").state, State::pass) << ask(coded, "C31").text;
}

TEST(Classes, OfFewMustNotBeNearlyEmpty) {
    auto const with = [](std::size_t rare, bool is_listed) {
        std::vector<std::string> words(500, "good");
        for (std::size_t r = 0; r < 500; ++r)
            if (r % 3 == 0) words[r] = "usable";
        for (std::size_t k = 0; k < rare; ++k) words[k * 7 + 1] = "unusable";
        MadeSet set = set_of();
        set.texts("quality", Role::label, words);
        if (is_listed) set.last().values = {"good", "usable", "unusable"};
        return ask(set, "C31").state;
    };
    EXPECT_EQ(with(3, true), State::fail);
    EXPECT_EQ(with(5, true), State::fail);
    EXPECT_EQ(with(20, true), State::pass);
    EXPECT_EQ(with(3, false), State::pass);  // nobody said that there is such a class
}

// Groups of eight records whose labels are those of the group in a share of records, else of their own.
MadeSet mixed(std::uint64_t seed, double share, std::vector<double>& label) {
    MadeSet set = set_of(1200, 160);
    std::vector<double> const of_group = whole(seed, 170, 3), own = whole(seed + 500, 1360, 3);
    std::vector<double> group(1360);
    RandomStream random(seed, 6, 1);
    label.resize(1360);
    for (std::size_t r = 0; r < 1360; ++r)
        group[r] = double(r / 8), label[r] = random.uniform() < share ? of_group[r / 8] : own[r];
    set.numbers("sample", Role::group, group);
    return set;
}

TEST(Classes, ThatVaryWithinGroupsCountByTheirCorrelation) {
    std::vector<double> label;
    for (std::uint64_t seed = 0; seed < 40; ++seed)
        for (double share : {0.0, 0.2, 0.6, 1.0}) {
            MadeSet clean = mixed(seed, share, label);
            clean.numbers("label", Role::label, label);
            EXPECT_EQ(ask(clean, "C31").state, State::pass) << share << ask(clean, "C31").text;
        }
    int seen = 0;
    for (std::uint64_t seed = 0; seed < 20; ++seed)
        for (double left : {0.0, 0.1}) {
            MadeSet spoilt = mixed(seed, 0.2, label);
            RandomStream random(seed, 6, 2);
            for (std::size_t r = 1200; r < 1360; ++r)
                if (label[r] == 2 && random.uniform() >= left) label[r] = double(r % 2);
            spoilt.numbers("label", Role::label, label);
            Answer const found = ask(spoilt, "C31");
            seen += found.state == State::fail;
            if (left == 0) {
                EXPECT_NE(found.text.find("class '2' is not in 'test', expected are"), std::string::npos)
                    << found.text;
            }
        }
    EXPECT_GE(seen, 38);
}

TEST(Classes, ThatAreManyAndSparseInWholeGroupsAreNoMatter) {
    for (std::uint64_t seed = 0; seed < 30; ++seed) {
        MadeSet set = set_of(2400, 300);
        std::vector<double> group(2700), label(2700);
        RandomStream random(seed, 6, 3);
        for (std::size_t r = 0; r < 2700; r += 9) {
            double const sparse = std::floor(230 * std::pow(random.uniform(), 3));
            for (std::size_t k = 0; k < 9; ++k) group[r + k] = double(r), label[r + k] = sparse;
        }
        set.numbers("structure", Role::group, group).numbers("space_group", Role::label, label);
        EXPECT_EQ(ask(set, "C31").state, State::pass) << ask(set, "C31").text;
    }
}

TEST(Vocabularies, KnowTheirWords) {
    using detail::is_word_of;
    for (auto const& [vocabulary, good, bad] :
         {std::tuple{"space_group", "227", "231"},
          {"space_group", "1", "0"},
          {"space_group", "62", "62.5"},
          {"space_group_symbol", "F d -3 m", "F d -3 q"},
          {"space_group_symbol", "P 1 21/c 1", "P1 22 33 5"},
          {"space_group_symbol", "R -3 m", "cubic"},
          {"crystal_system", "Trigonal", "rhombic"},
          {"crystal_system", "6", "7"},
          {"formula", "Ca2 (Mg,Fe)5 Si8 O22 (OH)2", "Ca2 (Mg,Fe5 Si8"},
          {"formula", "PbSO4", "PbSo4Zz"},
          {"formula", "CuSO4 . 5 H2O", "water"},
          {"element", "Pb", "Px"},
          {"panet", "PaNET01168", "PANET1168"},
          {"panet", "http://purl.org/pan-science/PaNET/PaNET01168", "PaNET0116"},
          {"pdg", "-211", "0211"},
          {"pdg", "S008", "pion"},
          {"pdg", "1000822080", "10008220800"},
          {"spdx", "CC-BY-4.0", "CC BY 4.0 licence"},
          {"iso_date", "2026-11-24", "24.11.2026"}}) {
        EXPECT_TRUE(is_word_of(vocabulary, good)) << vocabulary << ": " << good;
        EXPECT_FALSE(is_word_of(vocabulary, bad)) << vocabulary << ": " << bad;
    }
}

TEST(Vocabularies, AreAskedForEachValueAndAgainstEachOther) {
    MadeSet set = set_of(3, 1);
    set.numbers("sg", Role::label, {227, 62, 0, 14}).last().vocabulary = "space_group";
    set.texts("system", Role::label, {"cubic", "orthorhombic", "monoclinic", "monoclinic"})
        .last()
        .vocabulary = "crystal_system";
    EXPECT_NE(ask(set, "C32").text.find("'sg': 1 value not known, such as '0'"), std::string::npos)
        << ask(set, "C32").text;
    set.table().fields[0].fill = 0;  // described: missing
    EXPECT_EQ(ask(set, "C32").state, State::pass) << ask(set, "C32").text;
    set.facts().numbers["sg"][0] = 194;
    Answer const found = ask(set, "C32");
    EXPECT_EQ(found.text, "'sg' and 'system' contradict each other in 1 record");
    MadeSet listed = set_of(2, 1);
    listed.texts("phase", Role::label, {"a", "b", "c"}).last().values = {"a", "b"};
    EXPECT_EQ(ask(listed, "C32").state, State::fail);
}

TEST(Vocabularies, FitCellsToSystemsWhicheverAxisIsUnique) {
    using data::CrystalSystem;
    using detail::fits_system;
    EXPECT_TRUE(fits_system({5, 5, 5, 90, 90, 90}, CrystalSystem::cubic));
    EXPECT_FALSE(fits_system({5, 5, 5.3, 90, 90, 90}, CrystalSystem::cubic));
    EXPECT_TRUE(fits_system({5.3, 5, 5, 90, 90, 90}, CrystalSystem::tetragonal));
    EXPECT_TRUE(fits_system({5, 5, 9, 90, 90, 120}, CrystalSystem::trigonal));
    EXPECT_TRUE(fits_system({5, 5, 5, 77, 77, 77}, CrystalSystem::trigonal));
    EXPECT_FALSE(fits_system({5, 5, 5, 77, 77, 77}, CrystalSystem::hexagonal));
    EXPECT_TRUE(fits_system({5, 6, 7, 90, 101, 90}, CrystalSystem::monoclinic));
    EXPECT_FALSE(fits_system({5, 6, 7, 80, 101, 90}, CrystalSystem::monoclinic));
}

TEST(LabelProvenance, NeedsMethodToolOrPersonAndDate) {
    MadeSet set = set_of(2, 1);
    Field& label = set.field("phase", Role::label);
    EXPECT_EQ(ask(set, "C33").state, State::fail);
    label.method = "Rietveld refinement", label.tool = "hutch", label.date = "2026-11-24";
    EXPECT_EQ(ask(set, "C33").places[0].what, "says no version of the tool");
    label.tool = "hutch 0.1.0";
    EXPECT_EQ(ask(set, "C33").state, State::pass);
}

TEST(Confidence, MustBeAProbabilityAndCalibrated) {
    MadeSet set = set_of();
    std::vector<double> const truth = whole(1, 500, 3);
    std::vector<double> label = truth, confidence(500, 0.8), sure(500, 0.99);
    for (std::size_t r = 0; r < 500; r += 5) label[r] = std::fmod(label[r] + 1, 3);  // 20 % wrong
    auto const with = [&](std::vector<double> const& values) {
        MadeSet made = set_of();
        made.numbers("label", Role::label, label).numbers("p", Role::confidence, values).last().of = "label";
        made.numbers("person", Role::annotator, truth).last().of = "label";
        made.last().person = "A. Person";
        return ask(made, "C34");
    };
    EXPECT_EQ(with(confidence).state, State::pass);
    EXPECT_EQ(with(sure).state, State::fail);
    confidence[7] = 1.2;
    EXPECT_EQ(with(confidence).text, "'p': 1 value outside [0, 1]");
    set.numbers("label", Role::label, label).last().origin = "inferred";
    EXPECT_EQ(ask(set, "C34").state, State::fail);
}

TEST(AnnotatorsOfOneLabel, MustAgreeBeyondChance) {
    std::vector<double> const one = whole(1, 500, 3), other = whole(2, 500, 3);
    std::vector<double> close = one;
    for (std::size_t r = 0; r < 500; r += 10) close[r] = other[r];
    auto const with = [&](std::vector<double> const& second) {
        MadeSet set = set_of();
        set.numbers("a", Role::annotator, one).last().of = "label";
        set.numbers("b", Role::annotator, second).last().of = "label";
        return ask(set, "C35");
    };
    EXPECT_EQ(with(close).state, State::pass);
    EXPECT_EQ(with(other).state, State::fail);
    MadeSet none = set_of();
    EXPECT_EQ(ask(none, "C35").state, State::not_applicable);
}

// Two or more classes as clouds in three numbers, and labels that are wrong in a share of records.
MadeSet clouds(std::uint64_t seed, double distance, double wrong, std::size_t classes) {
    MadeSet set = set_of(600, 200);
    std::vector<double> const truth = whole(seed, 800, double(classes));
    std::vector<double> label = truth;
    RandomStream random(seed, 8, 0);
    for (std::size_t d = 0; d < 3; ++d) {
        std::vector<double> x(800);
        for (std::size_t r = 0; r < 800; ++r)
            x[r] = distance * (std::size_t(truth[r]) % 3 == d ? 1 : 0) + (truth[r] > 2 ? 0.5 * distance : 0) +
                   random.normal();
        set.numbers(fmt::format("x{}", d), Role::feature, x);
    }
    for (double& one : label)
        if (random.uniform() < wrong)
            one = std::fmod(one + 1 + std::floor(random.uniform() * double(classes - 1)), double(classes));
    set.numbers("label", Role::label, label);
    return set;
}

TEST(LabelNoise, IsNotSeenInClassesThatOverlap) {
    for (std::uint64_t seed = 0; seed < 30; ++seed)
        for (double distance : {0.0, 1.0, 2.0, 3.0, 5.0}) {
            MadeSet set = clouds(seed, distance, 0, 2 + seed % 3);
            EXPECT_NE(ask(set, "C36").state, State::fail) << seed << " " << distance << ask(set, "C36").text;
        }
}

TEST(LabelNoise, IsSeenWhereClassesAreClear) {
    int found = 0;
    for (std::uint64_t seed = 0; seed < 20; ++seed)
        for (double wrong : {0.05, 0.1, 0.2}) {
            MadeSet set = clouds(seed, 8, wrong, 2 + seed % 3);
            found += ask(set, "C36").state == State::fail;
        }
    EXPECT_GE(found, 58);
}

}  // namespace
}  // namespace hutch::curate::assess
