#include "hutch/curate/assess/packages.hpp"
#include "hutch/curate/assess/test_documents.hpp"

#include <cstdlib>
#include <functional>

namespace hutch::curate::assess {
namespace {

std::string shown(Answer const& answer) {
    std::string text = std::string(to_name(answer.state)) + ": " + answer.text;
    for (Place const& place : answer.places)
        text += "\n  " + place.file + " " + place.field + " " + place.what;
    return text;
}

TEST(DocumentChecks, PassOnWhatIsWrittenByUs) {
    DocumentSet const set;
    for (char const* id : {"C06", "C07", "C51", "C52", "C53", "C54", "C55", "C59", "C60", "C61"}) {
        Answer const answer = set.ask(id);
        EXPECT_EQ(answer.state, State::pass) << id << " " << shown(answer);
    }
    EXPECT_EQ(set.ask("C08").state, State::not_applicable);
}

struct Defect {
    char const* check;
    char const* file;
    char const* from;
    char const* to;
    char const* expected;
};
constexpr Defect defects[] = {
    {"C06", "croissant.json", "\"datePublished\"", "\"dateIssued\"", "datePublished is missing"},
    {"C06", "croissant.json", "\"license\"", "\"licence\"", "license is missing"},
    {"C06", "croissant.json", "\"contentUrl\": \"records.csv\"", "\"contentUrl\": \"record.csv\"",
     "which is not there"},
    {"C06", "croissant.json", "\"column\": \"comment\"", "\"column\": \"coment\"",
     "reads the column 'coment'"},
    {"C06", "croissant.json", "\"@id\": \"records/split\"", "\"@id\": \"records/id\"",
     "is the @id of two nodes"},
    {"C06", "croissant.json", "\"dataType\": \"sc:Integer\"", "\"dataType\": \"sc:Whole\"",
     "which is not known"},
    {"C06", "croissant.json", "\"@id\": \"splits/name\"\n      }", "\"@id\": \"split/name\"\n      }",
     "which is no node"},
    {"C06", "croissant.json", "croissant/1.1", "croissant/2.7", "names no version"},
    {"C06", "records.csv", "fine", "fair", "says sha256"},
    {"C06", "croissant.json", "{", "", "is no JSON"},
    {"C07", "datacite.xml", "<publisher>Institute</publisher>", "", "publisher is missing"},
    {"C07", "datacite.xml", "2026</publicationYear>", "26</publicationYear>", "expected four digits"},
    {"C07", "datacite.xml", "resourceTypeGeneral=\"Dataset\"", "resourceTypeGeneral=\"Data\"",
     "'Data', which DataCite"},
    {"C07", "datacite.xml", "0000-0002-1825-0097", "0000-0002-1825-0098", "is no ORCID"},
    {"C07", "datacite.xml", "10.5072/small", "5072/small", "is no DOI"},
    {"C07", "datacite.xml", "IsDerivedFrom", "MadeOf", "'MadeOf', which DataCite"},
    {"C07", "datacite.xml", "</resource>", "", "is no XML"},
    {"C51", "dictionary.json", "\"name\": \"keywords\"", "\"name\": \"words\"", ""},
    {"C52", "dictionary.json", "\"name\": \"note\"", "\"name\": \"notes\"",
     "is in the files and not in the dictionary"},
    {"C52", "dictionary.json", "\"description\": \"free text\"", "\"description\": \"\"",
     "has no description"},
    {"C53", "provenance.json", "\"hutch:sha256\": \"", "\"hutch:sha256\": \"0", ""},
    {"C53", "provenance.json", "prov:SoftwareAgent", "prov:Agent", "no software agent with a version"},
    {"C53", "provenance.json", "\"wasGeneratedBy\"", "\"wasInfluencedBy\"", "no activity generated it"},
    {"C53", "provenance.json", "\"prov:entity\": \"hutch:input\"",
     "\"prov:entity\": \"hutch:file/records.csv\"", "comes before itself"},
    {"C53", "provenance.json", "\"prov:activity\": \"hutch:activity\"", "\"prov:activity\": \"hutch:other\"",
     "neither entity"},
    {"C54", "croissant.json", "0000-0002-1825-0097", "0000-0002-1825-0079", "is no ORCID"},
    {"C54", "datacite.xml", "ror.org/05dxps055", "ror.org/05dxps065", "is no ROR"},
    {"C54", "dictionary.json", "PaNET01101", "PaNET011O1", "is no PaNET"},
    {"C54", "dictionary.json", "\"10.5072/small\"", "\"doi:10.52/small\"", "is no DOI"},
    {"C55", "dictionary.json", "\"value\": \"CC-BY-4.0\"", "\"value\": \"free for all\"", "is no SPDX id"},
    {"C55", "croissant.json", "CC0-1.0.html", "CC-BY-NC-4.0.html", "forbids commercial use"},
    {"C55", "croissant.json", "\"license\": \"https://spdx.org/licenses/CC-BY-4.0.html\"",
     "\"license\": \"https://spdx.org/licenses/MIT.html\"",
     "CC-BY-4.0 in dictionary.json, MIT in croissant.json"},
    {"C55", "croissant.json", "CC0-1.0.html", "CC-BY-ND-4.0.html", "allows no derivatives"},
    {"C55", "provenance.json", "\"hutch:licence\": \"CC0-1.0\"", "\"hutch:licence\": \"ODbL-1.0\"",
     "asks for the same licence"},
    {"C59", "records.csv", "fine", "ask john.smith@home.net", "e-mail address"},
    {"C59", "card.md", "Six records.", "Six records of 11010519491231002X.", "identity number"},
    {"C59", "card.md", "Six records.", "Six records in /home/jsmith/data.", "user's folder"},
    {"C60", "card.md", "| train | 4 |", "| train | 5 |", "is 5 in the card and 4 in the data"},
    {"C60", "card.md", "| 6 | ", "| 7 | ", "is 7 in the card and 6 in the data"},
    {"C60", "card.md", "| `note` |", "| `notes` |", "is a field of the data and not of the card"},
    {"C60", "card.md", "Licence", "Price", "licence is a topic"},
    {"C61", "dictionary.json", "\"name\": \"non_intended_use\"", "\"name\": \"other_use\"",
     "non-intended use is missing"},
    {"C61", "dictionary.json", "\"check\": \"C61\"", "\"check\": \"C60\"", "nobody has attested"},
};

TEST(DocumentChecks, FindWhatIsWrong) {
    for (Defect const& defect : defects) {
        DocumentSet set;
        set.change(defect.file, defect.from, defect.to);
        if (std::string(defect.check) == "C51")
            set.change("croissant.json", "\"keywords\"", "\"words\""),
                set.change("dictionary.json", "\"name\": \"limitations\"", "\"name\": \"limits\""),
                set.change("croissant.json", "rai:dataLimitations", "rai:limits");
        Answer const answer = set.ask(defect.check);
        EXPECT_EQ(answer.state, State::fail) << defect.check << " " << defect.from << "\n" << shown(answer);
        EXPECT_NE(shown(answer).find(defect.expected), std::string::npos)
            << defect.check << " " << defect.from << "\n"
            << shown(answer);
    }
}

TEST(DocumentChecks, MissDocumentsThatAreNotThere) {
    for (auto const& [id, file] : {std::pair{"C06", "croissant.json"},
                                   {"C07", "datacite.xml"},
                                   {"C53", "provenance.json"},
                                   {"C60", "card.md"}}) {
        DocumentSet set;
        std::filesystem::remove(set.folder / file);
        EXPECT_EQ(set.ask(id).state, State::fail) << id;
    }
}

TEST(DocumentChecks, AskForReviewOfWhatWasInferredWithDoubt) {
    DocumentSet set;
    set.summary.metadata.push_back({"sample", "temperature", "room temperature", "", "inferred", 0.6, ""});
    set.write();
    EXPECT_EQ(set.ask("C51").state, State::fail);
    set.summary.metadata.back().reviewer = "Jane Doe";
    set.write();
    EXPECT_EQ(set.ask("C51").state, State::pass);
    set.summary.metadata.back().reviewer = "", set.summary.metadata.back().confidence = 0.9;
    set.write();
    EXPECT_EQ(set.ask("C51").state, State::pass);
}

TEST(DocumentChecks, ReadCardsOfOtherPeople) {
    DocumentSet set;
    std::filesystem::remove(set.folder / "card.md");
    std::string const body =
        "# Small\n\n## Source Data\n\nx\n\n## Uses\n\nx\n\n## Bias, Risks, and Limitations\n\nx\n\n## "
        "Citation\n\nx\n";
    auto const front = [](int train) {
        return fmt::format(
            "---\nlicense: cc-by-4.0\ndataset_info:\n  features:\n  - name: id\n    dtype: int64\n  splits:\n"
            "  - name: train\n    num_examples: {}\n  - name: test\n    num_examples: 2\n---\n",
            train);
    };
    write_file(set.folder / "README.md", front(4) + body);
    EXPECT_EQ(set.ask("C60").state, State::pass) << shown(set.ask("C60"));
    write_file(set.folder / "README.md", front(400) + body);
    EXPECT_EQ(set.ask("C60").state, State::fail);
}

TEST(DocumentChecks, WantASectionOrATableOfSplitsInTheCard) {
    DocumentSet set;
    std::string card = read_file(set.folder / "card.md");
    std::size_t const first = card.find("## Splits"), last = card.find("\n## ", first);
    ASSERT_NE(first, std::string::npos);
    std::string const table = card.substr(first + 9, last - first - 9);
    card.replace(first, last - first,
                 "### Records per quality and split\n\n| quality | train | test |\n"
                 "| --- | ---: | ---: |\n| good | 4 | 2 |\n");
    write_file(set.folder / "card.md", card);
    Answer const answer = set.ask("C60");
    EXPECT_EQ(answer.state, State::fail);
    EXPECT_NE(shown(answer).find("splits is a topic"), std::string::npos) << shown(answer);
    write_file(set.folder / "card.md", card + "\n## What there is\n" + table);
    EXPECT_EQ(set.ask("C60").state, State::pass) << shown(set.ask("C60"));
}

TEST(DocumentChecks, SayByWhichSchemaTheyWentAndFindNoFaultInTheirOwn) {
    DocumentSet const set;
    EXPECT_NE(set.ask("C07").text.find("HUTCH_DATACITE_SCHEMA"), std::string::npos);
}

// ---- NeXus -----------------------------------------------------------------------------------------------

struct Tomography {
    std::size_t frames = 5, angles = 5;
    char const* unit = "degree";
    bool has_key = true;
};

void write_tomography(std::filesystem::path const& path, Tomography const& about) {
    data::ShardWriter file(path);
    std::vector<float> const frames(about.frames * 4, 1), angles(about.angles, 1);
    std::vector<std::int32_t> const keys(about.frames, 0);
    file.write<float>("entry/instrument/detector/data", frames, {about.frames, 2, 2}, {"count", ""});
    if (about.has_key)
        file.write<std::int32_t>("entry/instrument/detector/image_key", keys, {about.frames}, {"1", ""});
    file.write<float>("entry/sample/rotation_angle", angles, {about.angles}, {about.unit, ""});
    file.write_texts("entry/sample/name", {"bone"}, {});
    file.write_text("entry/definition", "NXtomo");
    file.write<float>("entry/data/data", frames, {about.frames, 2, 2}, {"count", ""});
    file.write<float>("entry/data/rotation_angle", angles, {about.angles}, {about.unit, ""});
    file.write<std::int32_t>("entry/data/image_key", keys, {about.frames}, {"1", ""});
    for (auto const& [group, name] : {std::pair{"entry", "NXentry"},
                                      {"entry/instrument", "NXinstrument"},
                                      {"entry/instrument/detector", "NXdetector"},
                                      {"entry/sample", "NXsample"},
                                      {"entry/data", "NXdata"}})
        file.attribute(group, "NX_class", name);
    file.attribute("entry/data", "signal", "data");
    file.attribute("entry/data", "axes", std::vector<std::string>{"rotation_angle", ".", "."});
    file.close();
}

TEST(NexusCheck, AcceptsTomographyAndFindsWhatItLacks) {
    for (auto const& [about, expected] : {std::pair<Tomography, std::string>{{}, ""},
                                          {{.angles = 4}, "has 4 values for 5"},
                                          {{.unit = "mm"}, "which is none of NX_ANGLE"},
                                          {{.unit = "banana"}, "cannot be understood"},
                                          {{.unit = ""}, "has no units"},
                                          {{.has_key = false}, "lacks NXinstrument/NXdetector/image_key"}}) {
        DocumentSet set;
        write_tomography(set.folder / "scan.nxs", about);
        Answer const answer = set.ask("C08");
        EXPECT_EQ(answer.state, expected.empty() ? State::pass : State::fail) << shown(answer);
        EXPECT_NE(shown(answer).find(expected), std::string::npos) << shown(answer);
    }
}

// ---- access ----------------------------------------------------------------------------------------------

TEST(AccessChecks, AskTheLoaderAndSayWhenItIsNotThere) {
    DocumentSet set;
    EXPECT_EQ(set.ask("C56").state, State::not_applicable);
    EXPECT_EQ(set.ask("C58").state, State::not_applicable);
    EXPECT_EQ(set.ask("C57").state, State::not_checked);
    write_file(set.folder / "fake_python",
               "#!/bin/sh\ncase \"$2\" in *ast.parse*) echo '{\"modules\": [], \"names\": []}';; "
               "*\"split=\\\"train\\\"\"*\"batch=4\"*) exit 0;; *print*) echo "
               "5000;; *) exit 1;; esac\n");
    std::filesystem::permissions(set.folder / "fake_python", std::filesystem::perms::owner_all);
    EXPECT_EQ(set.ask("C57", (set.folder / "fake_python").string()).state, State::pass);
    set.summary.samples_per_second = 4000;
    set.write();
    EXPECT_EQ(set.ask("C58", (set.folder / "fake_python").string()).state, State::pass);
    set.summary.samples_per_second = 6000;
    set.write();
    EXPECT_EQ(set.ask("C58", (set.folder / "fake_python").string()).state, State::fail);
    write_file(set.folder / "fake_python",
               "#!/bin/sh\necho \"ValueError: no split of that name\" >&2\nexit 1\n");
    std::filesystem::permissions(set.folder / "fake_python", std::filesystem::perms::owner_all);
    Answer const answer = set.ask("C57", (set.folder / "fake_python").string());
    EXPECT_EQ(answer.state, State::fail);
    EXPECT_NE(shown(answer).find("no split of that name"), std::string::npos);
}

TEST(AccessChecks, FindStateAndEmbargoThatContradictEachOtherWithoutAServer) {
    struct Case {
        char const *state, *until;
        State expected;
    };
    for (Case const& one : {Case{"embargoed", "2019-01-01", State::fail},
                            {"embargoed", "", State::fail},
                            {"open", "2999-01-01", State::fail},
                            {"open", "2027-06-31", State::fail},
                            {"restricted", "soon", State::fail},
                            {"embargoed", "2999-01-01", State::not_applicable},
                            {"open", "2019-01-01", State::not_applicable},
                            {"closed", "", State::not_applicable}}) {
        DocumentSet set;
        set.summary.access_state = one.state, set.summary.embargo_until = one.until;
        set.write();
        Answer const answer = set.ask("C56");
        EXPECT_EQ(answer.state, one.expected) << one.state << " " << one.until << "\n" << shown(answer);
    }
}

TEST(AccessChecks, FindDeclaredFilesThatAreNotThere) {
    for (auto const& [kind, url, is_there] : {std::tuple{"file", "data/all.tar", false},
                                              {"loader", "data/all.tar", false},
                                              {"file", "parts/*.h5", false},
                                              {"file", "shards/*.h5", true},
                                              {"file", "records.csv", true},
                                              {"file", "", true}}) {
        DocumentSet set;
        set.summary.access = {{kind, url, ""}};
        set.write();
        Answer const answer = set.ask("C57");
        EXPECT_EQ(answer.state != State::fail, is_there) << url << "\n" << shown(answer);
    }
}

TEST(AccessChecks, FindFilesThatTheExampleOfTheCardOpensAndThatAreNotThere) {
    struct Case {
        char const* code;
        bool is_right;
    };
    for (Case const& one :
         {Case{"f = h5py.File(\"shards/train-00000.h5\")\nx = f[\"truth/id\"]", true},
          {"r = pd.read_csv('records.csv')\nr.to_csv('out.csv')\nopen(\"new.json\", \"w\")", true},
          {"r = open(f\"{folder}/x.csv\")  # see \"old/x.csv\"\nd = root / \"train-00000.h5\"", true},
          {"u = \"https://example.org/x.csv\"\nn = \"m/s\"\nd = \"small/records.csv\"", true},
          {"f = h5py.File(\"data/shards/train-00000.h5\", \"r\")", false},
          {"f = h5py.File(\"shards/train\")", false},
          {"r = pd.read_csv('data/records.csv')", false}}) {
        DocumentSet set;
        write_file(set.folder / "card.md", fmt::format("# Small\n\n```python\n{}\n```\n", one.code));
        Answer const answer = set.ask("C57");
        EXPECT_EQ(answer.state != State::fail, one.is_right) << one.code << "\n" << shown(answer);
    }
}

TEST(AccessChecks, ReadTheExampleOfTheCardWithoutRunningIt) {
    struct Case {
        char const *code, *expected;  // empty: nothing is wrong
    };
    for (Case const& one :
         {Case{"import json as j\nfrom csv import reader\nfor r in reader(open('records.csv')):\n    "
               "print(r, j)",
               ""},
          {"import sys\ndef f(x, *y):\n    return [a for a in y if a] or x\nprint(f(sys.argv))", ""},
          {">>> import math\n>>> math.pi\n3.14", ""},
          {"!pip install hutch\nimport math\nx = lambda t: math.sin(t)", ""},
          {"open('would_run', 'w').close()", ""},
          {"import loader_of_old\nloader_of_old.open()", "loader_of_old"},
          {"import math\nx = file2 or math.pi", "card.md file2 (line 2)"},
          {"x = (1,\n", "no Python: line"}}) {
        DocumentSet set;
        write_file(set.folder / "card.md", fmt::format("# Small\n\n```python\n{}\n```\n", one.code));
        Answer const answer = set.ask("C57", "/usr/bin/python3");
        if (answer.text.find("cannot be parsed") != std::string::npos) GTEST_SKIP() << answer.text;
        EXPECT_EQ(answer.state != State::fail, *one.expected == 0) << one.code << "\n" << shown(answer);
        EXPECT_NE(shown(answer).find(one.expected), std::string::npos) << shown(answer);
        EXPECT_FALSE(std::filesystem::exists("would_run"));
    }
}

TEST(AccessChecks, FailWhereNobodyAnswersOnThisMachine) {
    DocumentSet set;
    set.summary.access = {{"http", "http://127.0.0.1:9/records.csv", ""}};  // the port of `discard`
    set.write();
    for (char const* id : {"C56", "C57"})
        EXPECT_TRUE(set.ask(id).state == State::fail ||
                    set.ask(id).text.find("curl is not") != std::string::npos)
            << id;
    set.summary.access = {{"http", "http://192.0.2.1/records.csv", ""}};
    set.write();
    EXPECT_EQ(set.ask("C56").state, State::not_checked);
}

}  // namespace
}  // namespace hutch::curate::assess
