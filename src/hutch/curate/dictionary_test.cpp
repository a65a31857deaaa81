#include "hutch/curate/dictionary.hpp"

#include "hutch/base/error.hpp"

#include <gtest/gtest.h>

namespace hutch::curate {
namespace {

Dictionary small_dictionary() {
    Field id{"id", "int64", {}, "1", "number of the record"};
    id.role = Role::id;
    Field intensity{"intensity", "float32", {4}, "count", "what was \"counted\""};
    intensity.role = Role::feature, intensity.least = 0, intensity.axis = "axis", intensity.noise = "poisson";
    Field axis{"axis", "float64", {4}, "degree", "two theta"};
    axis.role = Role::axis, axis.quantity = "two_theta", axis.is_uniform = true;
    Field number{"group", "int16", {}, "1", "space group"};
    number.role = Role::label, number.vocabulary = "space_group", number.values = {"1", "225"};
    Dictionary dictionary{.name = "small", .version = "1.0.0"};
    dictionary.tables.push_back({"records",
                                 "patterns",
                                 "hdf5",
                                 Layout::rows,
                                 "",
                                 {{"shards/train-*.h5", "train"}},
                                 12,
                                 {id, intensity, number},
                                 {axis}});
    dictionary.splits = {{"train", 12}};
    dictionary.physics = {{"powder", "records", {{"intensity", "intensity"}}}};
    dictionary.attestations = {
        {"C61", "A. Person", "0000-0002-1825-0097", "2026-11-24", "read and found right"}};
    return dictionary;
}

std::string refusal(std::string const& text) {
    try {
        parse_dictionary(text, "dictionary.json");
    } catch (Error const& error) {
        return error.what();
    }
    return "";
}

TEST(Dictionary, GoesThroughJsonUnchanged) {
    std::string const text = to_json(small_dictionary());
    Dictionary const read = parse_dictionary(text, "dictionary.json");
    EXPECT_EQ(to_json(read), text);
    EXPECT_EQ(read.tables[0].find("intensity")->least, 0);
    EXPECT_EQ(read.tables[0].find("axis")->quantity, "two_theta");
    EXPECT_EQ(read.tables[0].of_role(Role::label)[0]->values.size(), 2U);
    EXPECT_EQ(read.tables[0].records, 12U);
}

TEST(Dictionary, RefusesWhatItCannotMean) {
    auto const table = [](std::string const& field) {
        return R"({"name": "a", "tables": [{"name": "t", "format": "csv", "files": [{"path": "t.csv"}], "fields": [)" +
               field + "]}]}";
    };
    struct Case {
        std::string text, message;
    };
    for (auto const& [text, message] : std::vector<Case>{
             {table(R"({"name": "x", "rôle": "id"})"), "'tables[0].fields[0].rôle'"},
             {table(R"({"name": "x", "role": "ident"})"), "is 'ident'; expected one of feature, label, id"},
             {table(R"({"name": "x", "least": 2, "most": 1})"),
              "t/x: 'least' is 2 and 'most' 1; expected least <= most"},
             {table(R"({"name": "x", "missing": 2})"), "'missing' is 2; expected 0 to 1"},
             {table(R"({"name": "x", "vocabulary": "zoo"})"),
              "'vocabulary' is 'zoo'; expected one of space_group"},
             {table(R"({"name": "x"}, {"name": "x"})"), "'x' is there twice"},
             {table(R"({"dtype": "float32"})"), "has no 'name'"},
             {R"({"tables": [{"name": "t", "format": "xls", "files": [{"path": "a"}]}]})",
              "'format' is 'xls'"},
             {R"({"tables": [{"name": "t", "format": "csv"}]})", "'files' is empty"},
             {R"({"tables": 3})", "dictionary.json:1"},
             {R"([])", "is no map"}})
        EXPECT_NE(refusal(text).find(message), std::string::npos) << text << "\n" << refusal(text);
}

}  // namespace
}  // namespace hutch::curate
