#include "hutch/curate/assess/level.hpp"

#include "hutch/base/error.hpp"
#include "hutch/curate/assess/report.hpp"
#include "hutch/curate/assess/test_scan.hpp"
#include "hutch/curate/test_library.hpp"

#include <set>

#include <gtest/gtest.h>

namespace hutch::curate::assess {
namespace {

// Every check passed but those named, which have the state given.
std::vector<Result> results_but(std::vector<std::string> const& ids, State state) {
    std::vector<Result> results;
    for (Check const& check : all_checks()) {
        Result result{check.id, check.name, check.question, check.remedy, {}};
        if (std::ranges::find(ids, result.id) != ids.end()) result.answer.state = state;
        results.push_back(std::move(result));
    }
    return results;
}

TEST(Levels, AreTheHighestWhoseChecksAllPassed) {
    struct Case {
        std::vector<std::string> not_passed;
        State state;
        int consistency, access, metadata, level;
    };
    for (auto const& [ids, state, consistency, access, metadata, level] :
         std::vector<Case>{{{}, State::pass, 3, 3, 3, 3},
                           {{"C27"}, State::fail, 2, 3, 3, 2},
                           {{"C27"}, State::not_checked, 2, 3, 3, 2},
                           {{"C27"}, State::not_applicable, 3, 3, 3, 3},
                           {{"C02"}, State::fail, 0, 3, 3, 0},
                           {{"C11"}, State::fail, 1, 3, 1, 1},
                           {{"A03"}, State::fail, 3, 1, 3, 1},
                           {{"A01"}, State::fail, 3, 0, 3, 0},
                           {{"C07"}, State::fail, 3, 3, 0, 0},
                           {{"C61"}, State::fail, 3, 3, 2, 2},
                           {{"C30", "C58", "C52"}, State::fail, 1, 2, 1, 1}}) {
        Levels const levels = find_levels(results_but(ids, state), true);
        EXPECT_EQ(levels.sides[0].level, consistency) << ids.front();
        EXPECT_EQ(levels.sides[1].level, access);
        EXPECT_EQ(levels.sides[2].level, metadata);
        EXPECT_EQ(levels.level, level);
    }
}

TEST(Levels, NameWhatBlocksTheNextOne) {
    Levels const levels = find_levels(results_but({"C27", "C31", "C02"}, State::fail), true);
    EXPECT_EQ(levels.sides[0].blocking, (std::vector<std::string>{"C02"}));
}

TEST(Levels, AreLowWithoutADictionary) {
    Levels const levels = find_levels(results_but({}, State::pass), false);
    EXPECT_EQ(levels.sides[0].level, 1);
    EXPECT_EQ(levels.sides[1].level, 3);
    EXPECT_EQ(levels.sides[2].level, 0);
    EXPECT_FALSE(levels.sides[2].cap.empty());
}

TEST(Levels, CheckThatWasNotMadeIsNoPass) {
    auto results = results_but({}, State::pass);
    std::erase_if(results, [](Result const& result) { return result.id == "C49"; });
    EXPECT_EQ(find_levels(results, true).sides[0].blocking, (std::vector<std::string>{"C49"}));
}

TEST(Rubric, HasSixtyOneChecksAndThreeOfAccessEachOnceAndEachCounting) {
    std::set<std::string> ids;
    for (Check const& check : all_checks()) {
        EXPECT_TRUE(ids.insert(check.id).second) << check.id;
        EXPECT_FALSE(standing_of(check.id).empty()) << check.id;
        EXPECT_GT(std::string_view(check.question).size(), 20U) << check.id;
        EXPECT_GT(std::string_view(check.remedy).size(), 10U) << check.id;
        EXPECT_NE(explain(check.id).find(check.name), std::string::npos);
    }
    EXPECT_EQ(ids.size(), 64U);
    for (Side const side : all_sides)
        for (int level = 1; level <= 3; ++level)
            for (std::string const& id : checks_of(side, level)) EXPECT_TRUE(ids.contains(id)) << id;
    EXPECT_THROW(explain("C99"), Error);
}

// A set whose only shards cannot be read: the dictionary says much, and no list of facts has anything.
MadeSet unreadable(std::filesystem::path const& folder) {
    MadeSet set({{"train", 0}, {"test", 0}});
    set.folder = folder;
    for (ScannedFile& file : set.scan().files) file.problem = "'shard' is no HDF5 file";
    for (auto const& [name, role] : {std::pair{"id", Role::id},
                                     {"sample", Role::group},
                                     {"x", Role::feature},
                                     {"when", Role::time},
                                     {"kind", Role::label},
                                     {"sure", Role::confidence},
                                     {"one", Role::annotator},
                                     {"other", Role::annotator},
                                     {"from", Role::source},
                                     {"of", Role::parent},
                                     {"axis", Role::axis}}) {
        set.field(name, role).dtype = role == Role::feature ? "float32" : "utf8";
        set.last().of = role == Role::feature ? "" : "kind";
        set.last().values = {"a", "b"};
    }
    Field& pattern = set.field("y", Role::feature);
    pattern.shape = {100}, pattern.dtype = "float32", pattern.noise = "poisson", pattern.quantity = "energy";
    for (char const* kind : {"powder_diffraction", "tomography", "structure"})
        set.dictionary().physics.push_back({kind,
                                            "records",
                                            {{"intensity", "y"},
                                             {"two_theta", "axis"},
                                             {"flat", "y"},
                                             {"dark", "y"},
                                             {"formula", "kind"},
                                             {"cell_lengths", "y"},
                                             {"cell_angles", "y"},
                                             {"space_group", "kind"}}});
    return set;
}

TEST(ChecksAndReports, AnswerWithoutAnyFacts) {
    ScratchFolder const scratch;
    MadeSet set = unreadable(scratch / "");
    set.facts().table = &set.table();
    Assessment made;
    for (auto const& family : {integrity_checks, value_checks, duplicate_checks, label_checks, physics_checks,
                               distribution_checks})
        for (Check const& check : family()) {
            Result result{check.id, check.name, check.question, check.remedy, {}};
            EXPECT_NO_THROW(result.answer = set.ask(family(), check.id)) << check.id;
            made.results.push_back(std::move(result));
        }
    made.scan = set.scan();
    made.dictionary = std::make_shared<Dictionary>(set.dictionary());
    made.levels = find_levels(made.results, true);
    EXPECT_NO_THROW(to_html(made));
    EXPECT_NO_THROW(to_json(made));
    EXPECT_NO_THROW(to_text(made));
    made.scan.tables[0].texts["kind"] = {};  // and words without a list of them
    EXPECT_NO_THROW(to_html(made));
}

}  // namespace
}  // namespace hutch::curate::assess
