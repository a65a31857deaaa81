#include "hutch/base/process.hpp"

#include "hutch/base/error.hpp"
#include "hutch/base/file.hpp"

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <fstream>

#include <gtest/gtest.h>

namespace hutch {
namespace {

ProcessEnd run_script(std::string const& script, ProcessOptions const& options = {}) {
    return run_process({"sh", "-c", script}, options);
}

Fault fault_of(std::vector<std::string> const& words, ProcessOptions const& options = {}) {
    try {
        run_process(words, options);
    } catch (Error const& error) {
        return error.fault();
    }
    return Fault::bug;
}

std::filesystem::path scratch() {
    std::string name = testing::TempDir() + "/hutch_process_XXXXXX";
    if (mkdtemp(name.data()) == nullptr) throw Error(Fault::external, "no scratch folder");
    return name;
}

double seconds_since(std::chrono::steady_clock::time_point start) {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

bool runs(pid_t process) {
    // A killed process that its new parent has not waited for yet is no running one.
    std::ifstream status("/proc/" + std::to_string(process) + "/stat");
    std::string id, name, state;
    return bool(status >> id >> name >> state) && state != "Z" && state != "X";
}

}  // namespace

TEST(Process, KeepsBothStreamsAndTheExitStatus) {
    auto const end = run_script("echo out; echo err >&2; exit 3");
    EXPECT_EQ(end.output, "out\n");
    EXPECT_EQ(end.errors, "err\n");
    EXPECT_EQ(end.exit_code, 3);
    EXPECT_EQ(end.signal, 0);
    EXPECT_FALSE(end.succeeded());
    EXPECT_TRUE(run_process({"true"}).succeeded());
}

TEST(Process, NamesTheSignalThatEndedIt) {
    auto const end = run_script("kill -9 $$");
    EXPECT_EQ(end.signal, SIGKILL);
    EXPECT_EQ(end.exit_code, 137);
}

TEST(Process, HandsWordsOnAsTheyAre) {
    EXPECT_EQ(run_process({"printf", "%s|", "a b", "$HOME", "*", "", "'\n"}).output, "a b|$HOME|*||'\n|");
}

TEST(Process, HasEmptyInput) { EXPECT_EQ(run_process({"cat"}).output, ""); }

TEST(Process, AddsReplacesAndTakesAwayEnvironment) {
    setenv("HUTCH_TEST_KEPT", "kept", 1);
    setenv("HUTCH_TEST_GONE", "here", 1);
    ProcessOptions const options{
        .environment = {{"HUTCH_TEST_NEW", "new"}, {"HUTCH_TEST_GONE", std::nullopt}}};
    EXPECT_EQ(run_script("echo $HUTCH_TEST_KEPT-$HUTCH_TEST_NEW-$HUTCH_TEST_GONE", options).output,
              "kept-new-\n");
    unsetenv("HUTCH_TEST_KEPT");
    unsetenv("HUTCH_TEST_GONE");
}

TEST(Process, WorksInTheFolderItIsTold) {
    auto const folder = std::filesystem::canonical(scratch());
    EXPECT_EQ(run_process({"pwd"}, {.folder = folder}).output, folder.string() + "\n");
}

TEST(Process, AppendsToALog) {
    auto const log = scratch() / "log";
    auto const end = run_script("echo one; echo two >&2", {.log = log});
    run_script("echo three", {.log = log});
    EXPECT_EQ(end.output + end.errors, "");
    EXPECT_EQ(read_file(log), "one\ntwo\nthree\n");
}

TEST(Process, KeepsNoMoreThanToldOfMuchOutput) {
    auto const end =
        run_script("head -c 300000 /dev/zero; head -c 300000 /dev/zero >&2", {.most_bytes = 1000});
    EXPECT_EQ(end.output.size(), 1000u);
    EXPECT_EQ(end.errors.size(), 1000u);
    EXPECT_TRUE(end.output_cut);
    EXPECT_EQ(end.exit_code, 0);
    EXPECT_EQ(run_script("head -c 300000 /dev/zero").output.size(), 300000u);
}

TEST(Process, IsEndedAtTheTimeLimit) {
    auto const start = std::chrono::steady_clock::now();
    auto const end = run_script("echo begun; sleep 100", {.seconds = 0.3});
    EXPECT_TRUE(end.timed_out);
    EXPECT_FALSE(end.succeeded());
    EXPECT_EQ(end.output, "begun\n");
    EXPECT_EQ(end.signal, SIGTERM);
    EXPECT_LT(seconds_since(start), 30);
}

TEST(Process, IsEndedAtTheTimeLimitWhileItWritesAndWrites) {
    auto const end = run_script("yes", {.most_bytes = 10, .seconds = 0.3});
    EXPECT_TRUE(end.timed_out);
    EXPECT_EQ(end.output, "y\ny\ny\ny\ny\n");
}

TEST(Process, IsKilledWhenItIgnoresTheLimit) {
    auto const end =
        run_script("trap '' TERM; while :; do sleep 0.1; done", {.seconds = 0.2, .grace_seconds = 0.2});
    EXPECT_TRUE(end.timed_out);
    EXPECT_EQ(end.signal, SIGKILL);
}

TEST(Process, EndsWhenAskedToStop) {
    int asked = 0;
    auto const end = run_script("sleep 100", {.should_stop = [&] { return ++asked == 3; }});
    EXPECT_TRUE(end.stopped);
    EXPECT_FALSE(end.timed_out);
    EXPECT_EQ(end.signal, SIGTERM);
}

TEST(Process, LeavesNothingOfItsGroupBehind) {
    // The child in the background holds both streams open; the end must not wait for it.
    auto const start = std::chrono::steady_clock::now();
    auto const end = run_script("sleep 100 & echo $!");
    EXPECT_EQ(end.exit_code, 0);
    EXPECT_LT(seconds_since(start), 30);
    auto const background = pid_t(std::stol(end.output));
    for (int wait = 0; wait < 100 && runs(background); ++wait) run_process({"sleep", "0.05"});
    EXPECT_FALSE(runs(background));
}

TEST(Process, SaysWhyAProgramCannotBeStarted) {
    EXPECT_EQ(fault_of({"hutch-no-such-program"}), Fault::not_found);
    EXPECT_EQ(fault_of({"/dev/null"}), Fault::denied);
    EXPECT_EQ(fault_of({"true"}, {.folder = "/nonexistent"}), Fault::not_found);
    EXPECT_EQ(fault_of({"true"}, {.log = "/nonexistent/log"}), Fault::not_found);
    EXPECT_EQ(fault_of({}), Fault::bad_input);
}

}  // namespace hutch
