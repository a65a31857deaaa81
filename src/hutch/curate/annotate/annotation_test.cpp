#include "hutch/curate/annotate/annotation.hpp"

#include "hutch/base/error.hpp"
#include "hutch/base/file.hpp"
#include "hutch/curate/annotate/agree.hpp"
#include "hutch/curate/annotate/exchange.hpp"
#include "hutch/curate/annotate/merge.hpp"
#include "hutch/curate/annotate/regions.hpp"
#include "hutch/curate/test_library.hpp"

#include <cmath>
#include <sys/wait.h>

#include <gtest/gtest.h>

namespace hutch::curate::annotate {
namespace {

Annotation said(std::string const& record, std::string const& label, std::string const& who,
                std::string const& time = "2026-05-31T12:00:00Z") {
    Annotation one;
    one.record = record, one.label = label, one.annotator.name = who, one.time = time;
    one.vocabulary = "phases", one.id = make_id(one);
    return one;
}

Annotation drawn(Region::Kind kind, std::vector<double> numbers, std::string const& who) {
    Annotation one = said("a", "spot", who);
    one.region = {kind, std::move(numbers)}, one.field = "image", one.id = make_id(one);
    return one;
}

Annotation full() {
    Annotation one = drawn(Region::Kind::polygon, {0, 0, 4.5, 0, 0, 3}, "Curie, Marie");
    one.table = "records", one.annotator.orcid = "0000-0002-1825-0097", one.confidence = 0.75;
    one.comment = "quotes \", commas, \xC3\xA5", one.supersedes = "0123456789abcdef";
    one.id = make_id(one);
    return one;
}

std::string problem_of(std::string const& line) {
    try {
        parse_annotation(line, "a.jsonl:7");
    } catch (Error const& error) {
        EXPECT_EQ(error.fault(), Fault::bad_data);
        return error.what();
    }
    return "";
}

TEST(Annotation, IsReadBackAsItWasWritten) {
    for (Annotation const& one : {full(), said("r", "l", "w"), drawn(Region::Kind::interval, {1.25, 2}, "w"),
                                  drawn(Region::Kind::box, {0, 1, 20, 30}, "w")})
        EXPECT_EQ(parse_annotation(to_json(one), ""), one);
}

TEST(Annotation, TellsWhereALineIsBroken) {
    std::string const good = to_json(full());
    auto const with = [&](std::string const& from, std::string const& to) {
        std::string text = good;
        return text.replace(text.find(from), from.size(), to);
    };
    EXPECT_EQ(problem_of("{"), "a.jsonl:7: the line is no JSON; expected one object");
    EXPECT_NE(
        problem_of(with("\"label\"", "\"lable\"")).find("a.jsonl:7: the line has 'lable'; expected only"),
        std::string::npos);
    EXPECT_EQ(problem_of(with("0.75", "1.75")),
              "a.jsonl:7: the line is broken: 'confidence' is 1.75; expected 0 to 1");
    EXPECT_NE(problem_of(with("12:00:00Z", "12:00:00")).find("'time' is"), std::string::npos);
    EXPECT_NE(
        problem_of(with("[0.0,0.0,4.5,0.0,0.0,3.0]", "[0.0,0.0]")).find("'region' is polygon of 2 numbers"),
        std::string::npos);
    EXPECT_NE(problem_of(with("0097", "009a")).find("'orcid' is"), std::string::npos);
    EXPECT_NE(problem_of("[]").find("is no object"), std::string::npos);
}

TEST(Annotation, OfALineThatIsBeingWrittenIsNotRead) {
    std::string const text = to_json(full()) + "\n" + to_json(said("r", "l", "w"));
    EXPECT_EQ(parse_annotations(text, "a").size(), 1u);
    EXPECT_EQ(parse_annotations(text + "\n", "a").size(), 2u);
}

TEST(Annotation, ReplacesThatWhichItSupersedesAndTheSameAnnotatorsEarlierWord) {
    Annotation const first = said("r", "halite", "A"),
                     later = said("r", "sylvite", "A", "2026-06-01T00:00:00Z");
    Annotation other = said("r", "iron", "B");
    other.supersedes = first.id, other.id = make_id(other);
    EXPECT_EQ(current({first, later}), std::vector{later});
    EXPECT_EQ(current({later, first}), std::vector{later});
    EXPECT_EQ(current({first, other}), std::vector{other});
}

TEST(AnnotationStore, KeepsEveryLineOfWritersThatWriteAtOnce) {
    ScratchFolder scratch;
    auto const file = scratch / "annotations/a.jsonl";
    std::vector<pid_t> children;
    for (int child = 0; child < 4; ++child)
        if (pid_t const id = ::fork(); id == 0) {
            for (int i = 0; i < 25; ++i) append(file, {said(std::to_string(i), "x", std::to_string(child))});
            ::_exit(0);
        } else {
            children.push_back(id);
        }
    for (pid_t const id : children) {
        int status = 1;
        ::waitpid(id, &status, 0);
        EXPECT_EQ(status, 0);
    }
    EXPECT_EQ(read_annotations(scratch / "annotations").size(), 100u);
}

TEST(AnnotationStore, CutsOffHalfALineAndSkipsWhatIsThere) {
    ScratchFolder scratch;
    auto const file = scratch / "a.jsonl";
    EXPECT_EQ(append(file, {said("a", "x", "w")}), 1u);
    write_file(file, read_file(file) + "{\"id\": \"12");
    EXPECT_EQ(append(file, {said("a", "x", "w"), said("b", "x", "w")}), 1u);
    EXPECT_EQ(read_annotations(file).size(), 2u);
}

TEST(AnnotationExchange, BringsAllBackFromCsvAndFromWebAnnotations) {
    Annotation program = said("b c/d:e#f", "iron", "finder");
    program.annotator.is_program = true, program.annotator.version = "1.2.0", program.id = make_id(program);
    std::vector const all{full(), program, drawn(Region::Kind::interval, {1.25, 2}, "w"),
                          drawn(Region::Kind::box, {0, 1, 20, 30.5}, "w")};
    EXPECT_EQ(from_csv(to_csv(all), "a.csv"), all);
    EXPECT_EQ(from_web_annotations(to_web_annotations(all), "a.json"), all);
}

TEST(AnnotationExchange, ReadsAWebAnnotationOfAnotherProgram) {
    auto const all = from_web_annotations(
        R"({"@context": "http://www.w3.org/ns/anno.jsonld", "id": "http://example.org/anno1", "type": "Annotation",
            "creator": {"id": "https://orcid.org/0000-0002-1825-0097", "type": "Person", "name": "Carberry, Josiah"},
            "created": "2015-01-28T12:00:00Z",
            "body": {"type": "TextualBody", "value": "beam stop"},
            "target": {"source": "http://example.org/image1",
                       "selector": {"type": "FragmentSelector", "value": "xywh=50,50,640,480"}}})",
        "a.json");
    ASSERT_EQ(all.size(), 1u);
    EXPECT_EQ(all[0].record, "http://example.org/image1");
    EXPECT_EQ(all[0].label, "beam stop");
    EXPECT_EQ(all[0].annotator.orcid, "0000-0002-1825-0097");
    EXPECT_EQ(all[0].region, (Region{Region::Kind::box, {50, 50, 640, 480}}));
}

TEST(Regions, ShareWhatGeometrySays) {
    using Kind = Region::Kind;
    EXPECT_DOUBLE_EQ(overlap({Kind::interval, {0, 2}}, {Kind::interval, {1, 3}}), 1.0 / 3);
    EXPECT_DOUBLE_EQ(overlap({Kind::interval, {0, 1}}, {Kind::interval, {2, 3}}), 0);
    EXPECT_DOUBLE_EQ(overlap({Kind::box, {0, 0, 2, 2}}, {Kind::box, {1, 1, 2, 2}}), 1.0 / 7);
    // Half of a square, and a square whose corner stands in the middle of it.
    Region const triangle{Kind::polygon, {0, 0, 2, 0, 0, 2}}, square{Kind::box, {0, 0, 2, 2}};
    EXPECT_NEAR(overlap(triangle, square), 0.5, 1e-12);
    EXPECT_NEAR(overlap(triangle, {Kind::box, {0, 0, 1, 1}}), 0.5, 1e-12);
    Region const concave{Kind::polygon, {0, 0, 4, 0, 4, 4, 2, 2, 0, 4}};  // area 12 of 16
    EXPECT_NEAR(overlap(concave, {Kind::box, {0, 0, 4, 4}}), 0.75, 1e-12);
    EXPECT_DOUBLE_EQ(overlap(square, {Kind::interval, {0, 2}}), 0);
}

TEST(Regions, MatchOneToOneTheLargestOverlapFirst) {
    using Kind = Region::Kind;
    std::vector const one{drawn(Kind::interval, {0, 10}, "A"), drawn(Kind::interval, {20, 30}, "A")},
        other{drawn(Kind::interval, {0, 6}, "B"), drawn(Kind::interval, {0, 9}, "B"),
              drawn(Kind::interval, {26, 40}, "B")};
    Match const found = match(one, other);
    EXPECT_EQ(found.matched, 1u);
    EXPECT_DOUBLE_EQ(found.mean_overlap, 0.9);
    EXPECT_DOUBLE_EQ(found.f1(), 2.0 / 5);
}

// Krippendorff, "Computing Krippendorff's alpha-reliability" (2011), section C: four observers, twelve units.
TEST(AgreementPeer, KrippendorffsAlphaIsThatOfHisExample) {
    std::vector<std::vector<LabelNumber>> const labels{{1, 2, 3, 3, 2, 1, 4, 1, 2, -1, -1, -1},
                                                       {1, 2, 3, 3, 2, 2, 4, 1, 2, 5, -1, 3},
                                                       {-1, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, -1},
                                                       {1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, -1}};
    EXPECT_NEAR(krippendorff_alpha(labels), 0.743, 5e-4);
}

// Fleiss, Cohen, Everitt, Psychol. Bull. 72 (1969) 323, table 1: proportions of 100, unweighted kappa 0.429.
TEST(AgreementPeer, CohensKappaOfAnnotationsIsThatOfThePublishedTable) {
    int const counts[3][3] = {{53, 5, 2}, {11, 14, 5}, {1, 6, 3}};
    std::vector<Annotation> all;
    for (int a = 0; a < 3; ++a)
        for (int b = 0; b < 3; ++b)
            for (int i = 0; i < counts[a][b]; ++i) {
                std::string const record = std::to_string(all.size());
                all.push_back(said(record, std::to_string(a), "A"));
                all.push_back(said(record, std::to_string(b), "B"));
            }
    AgreementReport const report = agree(all, "phases");
    EXPECT_EQ(report.records, 100u);
    EXPECT_NEAR(report.kappa.observed, 0.70, 1e-12);
    EXPECT_NEAR(report.kappa.by_chance, 0.475, 1e-12);
    EXPECT_NEAR(report.kappa.kappa, 0.429, 5e-4);
    EXPECT_TRUE(std::isnan(report.f1));
    EXPECT_THROW(agree({said("r", "l", "A")}, "phases"), Error);
}

TEST(Merge, TakesTheMajorityAndSaysWhatShareItHas) {
    Annotation sure = said("b", "iron", "C");
    sure.confidence = 1;
    Annotation doubtful = said("b", "halite", "A"), doubtful2 = said("b", "halite", "B");
    doubtful.confidence = doubtful2.confidence = 0.3;
    std::vector const all{
        said("a", "iron", "A"), said("a", "iron", "B"),  said("a", "halite", "C"), doubtful, doubtful2, sure,
        said("c", "iron", "A"), said("c", "halite", "B")};
    MergeReport const by_votes = merge(all, {"phases", false});
    ASSERT_EQ(by_votes.labels.size(), 2u);
    EXPECT_EQ(by_votes.labels[0].label, "iron");
    EXPECT_DOUBLE_EQ(by_votes.labels[0].confidence, 2.0 / 3);
    EXPECT_EQ(by_votes.labels[1].label, "halite");
    EXPECT_EQ(by_votes.tied, std::vector<std::string>{"c"});
    MergeReport const by_confidence = merge(all, {"phases", true});
    EXPECT_EQ(by_confidence.labels[1].label, "iron");
    EXPECT_DOUBLE_EQ(by_confidence.labels[1].confidence, 1 / 1.6);
}

}  // namespace
}  // namespace hutch::curate::annotate
