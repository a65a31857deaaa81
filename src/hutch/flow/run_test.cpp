#include "hutch/flow/run.hpp"

#include "hutch/flow/provenance.hpp"
#include "hutch/flow/test_steps.hpp"

#include <fstream>
#include <set>

namespace hutch::flow {

constexpr char const* chain = R"(
flow: chain
values: {greeting: hello}
steps:
  one:
    step: test.join
    for: {size: [1, 2, 3], who: [ann, bob]}
    parameters: {text: "${greeting} ${who} ", size: "${size}"}
  two:
    step: test.join
    inputs: {in: "${one.out}"}
    parameters: {text: "again ", size: "${one.length}"}
  all:
    step: test.join
    for: {who: "${one.who}"}
    inputs: {in: "${two.out[*]}"}
    parameters: {words: ["${who}: "]}
)";

class Run : public FlowTest {};

TEST_F(Run, GivesEveryItemOfEveryLoop) {
    RunReport const report = run(chain);
    EXPECT_TRUE(report.is_complete());
    EXPECT_EQ(calls.join, 6 + 6 + 2);
    EXPECT_EQ(result("one/size=2/who=bob/out.txt"), "hello bob 2");
    EXPECT_EQ(result("two/size=2/who=bob/out.txt"), "again 11(hello bob 2)");
    EXPECT_EQ(result("all/who=ann/out.txt"),
              "0ann: (again 11(hello ann 1))(again 11(hello ann 2))(again 11(hello ann 3))");
    EXPECT_EQ(result("all.csv"), "item,state,who,length\nall/who=ann,done,ann,75\nall/who=bob,done,bob,75\n");
}

TEST_F(Run, ComputesNothingTwice) {
    run(chain);
    calls.join = 0;
    RunReport const report = run(chain);
    EXPECT_EQ(calls.join, 0);
    EXPECT_TRUE(report.is_complete());
    EXPECT_EQ(report.nodes[0].kept, 6u);
}

TEST_F(Run, RecomputesOnlyWhatDependsOnAChange) {
    run(chain);
    calls.join = 0;
    std::string changed = chain;
    changed.replace(changed.find("again "), 6, "other ");
    RunReport const report = run(changed);
    EXPECT_EQ(calls.join, 6 + 2);
    EXPECT_EQ(report.nodes[0].kept, 6u);
    EXPECT_EQ(result("two/size=1/who=ann/out.txt"), "other 11(hello ann 1)");
    calls.join = 0;
    run(chain);  // the old results are still there
    EXPECT_EQ(calls.join, 0);
    EXPECT_EQ(result("two/size=1/who=ann/out.txt"), "again 11(hello ann 1)");
}

TEST_F(Run, AddsItemsOfALongerLoopAndForgetsThoseOfAShorterOne) {
    run(chain);
    calls.join = 0;
    std::string longer = chain;
    longer.replace(longer.find("[1, 2, 3]"), 9, "[1, 2, 4]");
    run(longer);
    EXPECT_EQ(calls.join, 2 + 2 + 2);
    EXPECT_TRUE(std::filesystem::exists(folder / "out/results/one/size=4"));
    EXPECT_FALSE(std::filesystem::exists(folder / "out/results/one/size=3"));
}

TEST_F(Run, TakesAValueFromTheCommandLine) {
    run(chain, {{"greeting", "bye"}});
    EXPECT_EQ(result("one/size=2/who=bob/out.txt"), "bye bob 2");
}

TEST_F(Run, NoticesAnInputFileThatHasChanged) {
    std::string const text =
        "flow: f\nsteps:\n  a:\n    step: test.join\n    for: {file: {files: '*.txt'}}\n    inputs: {in: "
        "'${file}'}\n";
    write_file(folder / "x.txt", "x1");
    write_file(folder / "y.txt", "y1");
    run(text);
    EXPECT_EQ(calls.join, 2);
    write_file(folder / "x.txt", "x2");
    run(text);
    EXPECT_EQ(calls.join, 3);
    EXPECT_EQ(result("a/x/out.txt"), "0(x2)");
}

TEST_F(Run, MakesAgainWhatWasDamagedInTheStore) {
    run(chain);
    calls.join = 0;
    std::filesystem::path const victim = folder / "out/results/one/size=1/who=ann/out.txt";
    std::filesystem::permissions(victim, std::filesystem::perms::owner_write,
                                 std::filesystem::perm_options::add);
    std::ofstream(victim) << "damaged";
    run(chain);
    EXPECT_EQ(calls.join, 1);
    EXPECT_EQ(result("one/size=1/who=ann/out.txt"), "hello ann 1");
}

TEST_F(Run, RepeatsAFailedItemAsOftenAsToldAndKeepsItsLog) {
    std::string const text =
        "flow: f\nsteps:\n  a:\n    step: test.fail\n    parameters: {times: 2}\n    retry: {times: 2, wait: "
        "0.01}\n";
    RunReport const report = run(text);
    EXPECT_TRUE(report.is_complete());
    EXPECT_EQ(calls.fail, 3);
    std::string const log = read_log(folder / "out", "a");
    EXPECT_NE(log.find("attempt 1"), log.npos);
    EXPECT_NE(log.find("failed (external): 'weather' is bad; expected sun"), log.npos);
    EXPECT_NE(log.find("attempt 3"), log.npos);
}

TEST_F(Run, SkipsWhatNeedsAFailedItemAndDoesTheRest) {
    RunReport const report = run(R"(
flow: f
steps:
  bad: {step: test.fail, for: {n: [1, 2]}, parameters: {times: 1000}}
  after: {step: test.join, parameters: {size: "${bad.calls}"}}
  other: {step: test.join}
)");
    EXPECT_FALSE(report.is_complete());
    EXPECT_EQ(report.nodes[0].failed, 2u);
    EXPECT_EQ(report.nodes[1].skipped, 2u);
    EXPECT_EQ(report.nodes[2].made, 1u);
    ASSERT_EQ(report.failures.size(), 2u);
    EXPECT_EQ(report.failures[0].message, "'weather' is bad; expected sun");
    EXPECT_TRUE(report.failures[0].item.starts_with("bad/n="));
}

TEST_F(Run, RefusesASecondRunInTheSameFolder) {
    Graph const graph = graph_of(chain);
    RunOptions options{folder / "out", 1, "hutch test", {}};
    bool is_refused = false;
    options.watch = [&](auto const&) {
        if (is_refused) return;
        try {
            run_flow(graph, steps, {folder / "out", 1, "hutch test", {}});
        } catch (Error const& error) {
            is_refused = error.fault() == Fault::denied;
        }
    };
    run_flow(graph, steps, options);
    EXPECT_TRUE(is_refused);
}

TEST_F(Run, PlansWithoutRunning) {
    auto const before = plan_flow(graph_of(chain), {folder / "out", 1, "hutch test", {}});
    EXPECT_EQ(calls.join, 0);
    EXPECT_FALSE(std::filesystem::exists(folder / "out"));
    EXPECT_EQ(before[0].to_run, 6u);
    EXPECT_EQ(before[1].unknown, 6u);
    run(chain);
    auto const after = plan_flow(graph_of(chain), {folder / "out", 1, "hutch test", {}});
    EXPECT_EQ(after[0].kept, 6u);
    EXPECT_EQ(after[2].kept, 2u);
    EXPECT_TRUE(after[0].is_measured);
}

TEST_F(Run, SaysWhatEachFileWasMadeFrom) {
    run(chain);
    std::string const text = read_file(folder / "out/provenance.json");
    EXPECT_NE(text.find("\"file:two/size=2/who=bob/out.txt\""), text.npos);
    EXPECT_NE(text.find("\"run:two/size=2/who=bob\""), text.npos);
    EXPECT_NE(text.find("wasDerivedFrom"), text.npos);
}

TEST_F(Run, DescribesTheResultsThatAreShown) {
    run(chain, {{"greeting", "hello"}});
    std::string const table = result("one.csv"), text = result("one/size=1/who=ann/out.txt");
    run(chain, {{"greeting", "hi"}});
    EXPECT_NE(result("one.csv"), table);
    run(chain, {{"greeting", "hello"}});
    EXPECT_EQ(result("one.csv"), table);
    EXPECT_EQ(result("one/size=1/who=ann/out.txt"), text);
    std::string const provenance = read_file(folder / "out/provenance.json");
    EXPECT_NE(provenance.find("hello ann"), provenance.npos);
    EXPECT_EQ(provenance.find("hi ann"), provenance.npos);
}

TEST_F(Run, KeepsResultsOfAStepThatHasAnotherNameNow) {
    run("flow: f\nsteps:\n  one: {step: test.join, parameters: {text: x}}\n  two: {step: test.join, inputs: "
        "{in: '${one.out}'}}\n");
    calls.join = 0;
    run("flow: f\nsteps:\n  first: {step: test.join, parameters: {text: x}}\n  two: {step: test.join, "
        "inputs: {in: '${first.out}'}}\n");
    EXPECT_EQ(calls.join, 0);
    EXPECT_FALSE(std::filesystem::exists(folder / "out/results/one"));
    EXPECT_EQ(result("first/out.txt"), "x0");
    EXPECT_EQ(read_file(folder / "out/provenance.json").find("one/out.txt"), std::string::npos);
}

TEST_F(Run, RefusesAFolderWithThingsOfSomebodyElse) {
    std::filesystem::create_directories(folder / "out/results");
    write_file(folder / "out/results/mine.txt", "mine");
    EXPECT_THROW(run(chain), Error);
    EXPECT_EQ(read_file(folder / "out/results/mine.txt"), "mine");
}

TEST_F(Run, LeavesFilesAloneThatItDidNotMake) {
    run(chain);
    write_file(folder / "out/results/notes.txt", "mine");
    run(chain, {{"greeting", "bye"}});
    EXPECT_EQ(result("notes.txt"), "mine");
}

TEST_F(Run, NamesItemsOfFilesWithTheSameNameApart) {
    for (char const* name : {"a/scan-2", "a/scan", "b/scan"}) {
        std::filesystem::create_directories((folder / name).parent_path());
        write_file(folder / (std::string(name) + ".txt"), name);
    }
    run("flow: f\nsteps:\n  a: {step: test.join, for: {file: {files: '*/*.txt'}}, inputs: {in: "
        "'${file}'}}\n");
    std::set<std::string> texts;
    for (auto const& path : files_below(folder / "out/results/a")) texts.insert(read_file(path));
    EXPECT_EQ(texts, (std::set<std::string>{"0(a/scan-2)", "0(a/scan)", "0(b/scan)"}));
}

TEST_F(Run, RefusesAResultWhoseInputChangedMeanwhile) {
    write_file(folder / "x.txt", "old");
    step::Step changing = steps[0];
    changing.about.name = "test.change";
    changing.run = [this, inner = steps[0].run](step::Call const& call) {
        write_file(folder / "x.txt", "new and longer");
        return inner(call);
    };
    steps.push_back(changing);
    RunReport const report = run("flow: f\nsteps:\n  a: {step: test.change, inputs: {in: x.txt}}\n");
    ASSERT_EQ(report.failures.size(), 1u);
    EXPECT_NE(report.failures[0].message.find("input 'in' has changed"), std::string::npos);
}

TEST_F(Run, StopsWhenToldAndGoesOnLater) {
    Graph const graph = graph_of(chain);
    RunOptions options{folder / "out", 1, "hutch test", {}, [this] { return calls.join >= 4; }};
    RunReport const report = run_flow(graph, steps, options);
    EXPECT_TRUE(report.was_stopped);
    EXPECT_FALSE(report.is_complete());
    int const before = calls.join;
    EXPECT_TRUE(run(chain).is_complete());
    EXPECT_EQ(calls.join, 14) << before;
}

TEST_F(Run, GivesTheSameBytesWithOneThreadAndWithMany) {
    run(chain);
    run_flow(graph_of(chain), steps, {folder / "other", 4, "hutch test", {}});
    for (auto const& path : files_below(folder / "out/results"))
        EXPECT_EQ(read_file(path),
                  read_file(folder / "other/results" / path.lexically_relative(folder / "out/results")))
            << path;
}

}  // namespace hutch::flow
