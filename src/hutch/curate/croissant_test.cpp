#include "hutch/curate/croissant.hpp"

#include "hutch/curate/test_summary.hpp"

#include <algorithm>
#include <set>
#include <string>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace hutch::curate {
namespace {

using nlohmann::json;

json parse(DatasetSummary const& summary) { return json::parse(to_croissant(summary)); }

json find(json const& list, std::string const& id) {
    auto const found = std::ranges::find_if(list, [&](json const& one) { return one["@id"] == id; });
    return found == list.end() ? json() : *found;
}

TEST(Croissant, HasEveryRequiredProperty) {
    json const root = parse(small_summary());
    for (char const* key : {"@context", "@type", "conformsTo", "name", "description", "url", "creator",
                            "license", "datePublished", "version", "citeAs", "distribution", "recordSet"}) {
        ASSERT_TRUE(root.contains(key)) << key;
        EXPECT_FALSE(root[key].empty()) << key;
    }
    EXPECT_EQ(root["@context"]["conformsTo"], "dct:conformsTo");
    EXPECT_EQ(root["conformsTo"],
              json({"http://mlcommons.org/croissant/1.1", "http://mlcommons.org/croissant/RAI/1.0"}));
    EXPECT_EQ(root["license"], "https://spdx.org/licenses/CC-BY-4.0.html");
    EXPECT_EQ(root["creator"][0]["@type"], "sc:Person");
    EXPECT_EQ(root["creator"][1]["@type"], "sc:Organization");
}

TEST(Croissant, SaysResponsibleAiNotesInItsVocabulary) {
    json const root = parse(small_summary());
    EXPECT_EQ(root["rai:dataBiases"], "Many silicates.");
    EXPECT_EQ(root["rai:dataUseCases"], "Learning.");
    DatasetSummary summary;
    summary.notes = {{"rai:dataLimitations", "None."}};
    EXPECT_EQ(parse(summary)["rai:dataLimitations"], "None.");
}

TEST(Croissant, ListsEveryFileWithSizeAndChecksum) {
    json const file = find(parse(small_summary())["distribution"], "train/0.h5");
    EXPECT_EQ(file["@type"], "cr:FileObject");
    EXPECT_EQ(file["contentUrl"], "train/0.h5");
    EXPECT_EQ(file["contentSize"], "20000000 B");
    EXPECT_EQ(file["encodingFormat"], "application/x-hdf5");
    EXPECT_EQ(file["sha256"], std::string(64, 'c'));
}

TEST(Croissant, GathersVeryManyFilesBySplit) {
    DatasetSummary summary = small_summary();
    for (int i = 0; i < 2000; ++i)
        summary.files.push_back({"train/x" + std::to_string(i) + ".h5", 1, "d", "train", 1});
    json const list = parse(summary)["distribution"];
    EXPECT_EQ(list.size(), 3U);
    EXPECT_EQ(find(list, "files-train")["includes"], json({"train/*.h5"}));
    EXPECT_EQ(find(list, "files-train")["@type"], "cr:FileSet");
}

TEST(Croissant, MakesRecordSetsOfTheTables) {
    json const sets = parse(small_summary())["recordSet"];
    json const records = find(sets, "records");
    EXPECT_EQ(records["key"]["@id"], "records/id");
    json const size = find(records["field"], "records/size");
    EXPECT_EQ(size["dataType"], "sc:Float");
    EXPECT_EQ(size["description"], "Size. [nm]");
    EXPECT_EQ(size["source"],
              json::parse(R"({"fileObject": {"@id": "records.csv"}, "extract": {"column": "size"}})"));
    EXPECT_EQ(find(records["field"], "records/split")["references"]["field"]["@id"], "splits/name");
    EXPECT_EQ(find(records["field"], "records/structure")["references"]["field"]["@id"], "structures/id");
    EXPECT_EQ(find(find(sets, "structures")["field"], "structures/space_group")["dataType"], "sc:Integer");
}

TEST(Croissant, ShowsExamplesAsArrays) {
    json const y = find(find(parse(small_summary())["recordSet"], "examples")["field"], "examples/y");
    EXPECT_EQ(y["isArray"], true);
    EXPECT_EQ(y["arrayShape"], "-1");
    EXPECT_EQ(y["dataType"], "sc:Float");
}

TEST(Croissant, NamesTheSplits) {
    json const splits = find(parse(small_summary())["recordSet"], "splits");
    EXPECT_EQ(splits["dataType"], "cr:Split");
    ASSERT_EQ(splits["data"].size(), 3U);
    EXPECT_EQ(splits["data"][1]["splits/url"], "cr:ValidationSplit");
    EXPECT_EQ(splits["data"][1]["splits/records"], 5);
}

void collect_ids(json const& node, std::multiset<std::string>& ids) {
    if (node.is_object() && node.contains("@id") && node.contains("@type")) ids.insert(node["@id"]);
    if (node.is_structured())
        for (auto const& child : node) collect_ids(child, ids);
}

TEST(Croissant, GivesEachNodeItsOwnNameWithoutBlanks) {
    for (DatasetSummary const& summary : {small_summary(), evil_summary()}) {
        json root = parse(summary);
        root.erase("@context");
        std::multiset<std::string> ids;
        collect_ids(root, ids);
        EXPECT_GE(ids.size(), 15U);
        for (std::string const& id : ids) {
            EXPECT_EQ(ids.count(id), 1U) << id;
            EXPECT_EQ(id.find_first_of(" \n\t\x01"), std::string::npos) << id;
        }
    }
}

TEST(Croissant, IsJsonWhateverTheTextsSay) {
    json const root = parse(evil_summary());
    EXPECT_EQ(root["name"].get<std::string>().substr(0, 8), "<script>");
    EXPECT_TRUE(parse({})["distribution"].empty());
}

TEST(Croissant, IsTheSameTwice) { EXPECT_EQ(to_croissant(small_summary()), to_croissant(small_summary())); }

}  // namespace
}  // namespace hutch::curate
