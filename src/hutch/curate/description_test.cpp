#include "hutch/curate/description.hpp"

#include "hutch/base/error.hpp"
#include "hutch/base/file.hpp"
#include "hutch/curate/data_dictionary.hpp"
#include "hutch/curate/datacite.hpp"
#include "hutch/curate/licence.hpp"
#include "hutch/curate/test_summary.hpp"

#include <gtest/gtest.h>

namespace hutch::curate {
namespace {

Description read(std::string const& text) { return read_description(Document::parse(text, "about.yaml")); }

std::string complaint(std::string const& text) {
    try {
        read(text);
    } catch (Error const& error) {
        return error.what();
    }
    return "";
}

TEST(Description, ReadsPeopleAsNamesAndAsMaps) {
    auto const about = read(
        "name: x\nversion: 1.0.0\ncreators: [An institute, {name: 'Doe, Jane', orcid: 0000-0002-1825-0097, "
        "affiliation: Caltech, "
        "ror: 'https://ror.org/05dxps055'}]\ncontact: {name: Jane Doe, email: jane@institute.fr}\nnotes: "
        "{non-intended use: All else}\n"
        "sources: [{name: A database, licence: CC0-1.0}]\n");
    ASSERT_EQ(about.creators.size(), 2u);
    EXPECT_FALSE(about.creators[0].is_person());
    EXPECT_TRUE(about.creators[1].is_person());
    EXPECT_EQ(about.creators[1].orcid, "0000-0002-1825-0097");
    EXPECT_EQ(about.contact.at, "jane@institute.fr");
    EXPECT_EQ(about.note("non_intended use"), "All else");
    EXPECT_EQ(about.further_sources[0].licence, "CC0-1.0");
    EXPECT_EQ(about.title, "x");
}

TEST(Description, SaysWhatIsWrong) {
    std::string const begin = "name: x\nversion: 1.0.0\n";
    EXPECT_NE(complaint("name: x\nversion: 1.0\n").find("expected MAJOR.MINOR.PATCH"), std::string::npos);
    EXPECT_NE(complaint(begin + "access_state: free\n").find("expected one of: open"), std::string::npos);
    EXPECT_NE(complaint(begin + "access_state: embargoed\n").find("without 'embargo_until'"),
              std::string::npos);
    EXPECT_NE(complaint(begin + "contact: {name: x}\n").find("expected one of them"), std::string::npos);
    EXPECT_NE(complaint(begin + "access: [{kind: ftp}]\n").find("expected one of: file"), std::string::npos);
    EXPECT_NE(complaint(begin + "samples_per_second: -1\n").find("expected 0 to"), std::string::npos);
}

// The recipes that come with Hutch fill what C51 and C61 ask for.
TEST(Description, OfTheFusedExampleIsWhole) {
    std::string const path = std::string(HUTCH_SOURCE_DIR) + "/recipes/pbso4.about.yaml";
    Description const about = read_description(Document::parse(read_file(path), path));
    EXPECT_EQ(about.techniques.size(), 2u);
    EXPECT_FALSE(about.note("feedback").empty());
    std::vector<std::string> licences;
    for (Source const& one : about.further_sources) licences.push_back(one.licence);
    EXPECT_EQ(compatible(licences, about.licence).compatibility, Compatibility::yes);
}

TEST(DataCite, HasWhatTheSchemaDemands) {
    DatasetSummary summary = small_summary();
    summary.identifier = "https://doi.org/10.5072/demo", summary.publisher = {"Institute"};
    std::string const xml = to_datacite(summary);
    for (char const* part :
         {"<identifier identifierType=\"DOI\">10.5072/demo</identifier>", "<familyName>Doe</familyName>",
          "<creatorName nameType=\"Organizational\">Institute</creatorName>",
          "<publisher>Institute</publisher>", "<publicationYear>2026</publicationYear>",
          "resourceTypeGeneral=\"Dataset\"", "rightsIdentifier=\"CC-BY-4.0\""})
        EXPECT_NE(xml.find(part), std::string::npos) << part << "\n" << xml;
}

TEST(DataCite, SaysWhatNobodySaid) {
    std::string const xml = to_datacite(DatasetSummary{});
    EXPECT_NE(xml.find("<publisher>:unav</publisher>"), std::string::npos);
    EXPECT_EQ(xml.find("publicationYear"), std::string::npos);
    EXPECT_EQ(to_datacite(evil_summary()).find("<script>"), std::string::npos);
    EXPECT_EQ(find_doi("doi:10.1000/182"), "10.1000/182");
    EXPECT_EQ(find_doi("https://example.org/10.1000/182"), "");
}

TEST(DataDictionary, ListsFilesOfSplitsByAPatternOnlyWhereItIsExact) {
    DatasetSummary summary = small_summary();
    summary.files = {{"shards/a-00000.h5", 1, "", "a", 1},
                     {"shards/a-00001.h5", 1, "", "a", 1},
                     {"shards/a-b-00000.h5", 1, "", "a-b", 1},
                     {"shards/a-b-00001.h5", 1, "", "a-b", 1}};
    auto const files = to_dictionary(summary).tables.at(0).files;
    ASSERT_EQ(files.size(), 3u);  // "shards/a-*.h5" would take in those of a-b
    EXPECT_EQ(files[0].path, "shards/a-00000.h5");
    EXPECT_EQ(files[2].path, "shards/a-b-*.h5");
}

TEST(DataDictionary, ReadsBackAndHoldsAllTables) {
    DatasetSummary summary = small_summary();
    summary.attestations = {{"C61", "Jane Doe", "", "2026-02-01", "It is so."}};
    Dictionary const read_back = parse_dictionary(to_json(to_dictionary(summary)), "dictionary.json");
    std::vector<std::string> names;
    for (RecordTable const& table : read_back.tables) names.push_back(table.name);
    EXPECT_EQ(names, (std::vector<std::string>{"records", "index", "structures"}));
    EXPECT_EQ(read_back.find("general", "licence")->value, "CC-BY-4.0");
    EXPECT_EQ(read_back.find("quality", "biases")->value, "Many silicates.");
    EXPECT_EQ(read_back.access.size(), 2u);
    EXPECT_EQ(read_back.attestations[0].person, "Jane Doe");
    EXPECT_EQ(read_back.splits.at("train"), 20u);
}

}  // namespace
}  // namespace hutch::curate
