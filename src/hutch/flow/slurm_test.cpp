#include "hutch/flow/slurm.hpp"

#include "hutch/base/error.hpp"
#include "hutch/base/file.hpp"
#include "hutch/flow/slurm_text.hpp"

#include <algorithm>
#include <chrono>
#include <cstdlib>

#include <gtest/gtest.h>

namespace hutch::flow {
namespace {

// What the commands of Slurm 22.05.8 wrote of a job array on a cluster of tests/slurm/cluster.py.
constexpr char const* squeue_text =
    "9|COMPLETED|n2|None\n"
    "0|COMPLETED|n1|None\n"
    "5|FAILED|n2|JobLaunchFailure\n"
    "3|FAILED|n2|NonZeroExitCode\n"
    "11|PENDING||JobArrayTaskLimit\n"
    "12|PENDING||ReqNodeNotAvail, UnavailableNodes:n2\n"
    "13|NODE_FAIL|n2|NodeDown\n"
    "14|TIMEOUT|n3|TimeLimit\n"
    "15|CANCELLED|n1|None\n"
    "4|COMPLETING|n3|None\n"
    "10|RUNNING|n1|None\n";

constexpr char const* sacct_text =
    "1_0|COMPLETED|0:0|n1\n"
    "1_3|FAILED|3:0|n2\n"
    "1_5|FAILED|0:9|n2\n"
    "1_7|CANCELLED by 0|0:0|n2\n"
    "1_8|RUNNING|0:0|n1\n"
    "1_9|NODE_FAIL|0:0|n2\n";

constexpr char const* scontrol_text =
    "JobId=9 ArrayJobId=9 ArrayTaskId=11-15%4 ArrayTaskThrottle=4 JobName=a.sh UserId=root(0) "
    "GroupId=root(0) "
    "MCS_label=N/A Priority=4294901751 Nice=0 Account=(null) QOS=(null) JobState=PENDING "
    "Reason=JobArrayTaskLimit "
    "Dependency=(null) Requeue=1 Restarts=0 BatchFlag=1 Reboot=0 ExitCode=0:0 RunTime=00:00:00 NodeList= "
    "NumNodes=1 "
    "Command=/data/a.sh WorkDir=/data Power= TresPerNode=gres:gpu:1 \n"
    "JobId=17 ArrayJobId=9 ArrayTaskId=7 JobName=a.sh JobState=RUNNING Reason=None ExitCode=0:0 NodeList=n1 "
    "BatchHost=n1 Command=/data/a.sh \n"
    "JobId=15 ArrayJobId=9 ArrayTaskId=5 JobName=a.sh JobState=FAILED Reason=JobLaunchFailure ExitCode=0:9 "
    "NodeList=n2 BatchHost=n2 Command=/data/a.sh \n"
    "JobId=13 ArrayJobId=9 ArrayTaskId=3 JobName=a.sh JobState=FAILED Reason=NonZeroExitCode ExitCode=3:0 "
    "NodeList=n2 BatchHost=n2 Command=/data/a JobState=RUNNING ExitCode=7:0.sh \n";

TaskReport const& find(std::vector<TaskReport> const& reports, std::size_t task) {
    auto const found = std::ranges::find(reports, task, &TaskReport::task);
    if (found == reports.end()) throw Error(Fault::bug, "no report of task " + std::to_string(task));
    return *found;
}

template <class Call>
Fault fault_of(Call call) {
    try {
        call();
    } catch (Error const& error) {
        return error.fault();
    }
    return Fault::bug;
}

// Programs that answer in place of Slurm's, in a folder that is the only one in PATH.
class FakeCommands {
  public:
    FakeCommands() {
        std::string name = testing::TempDir() + "/hutch_fake_XXXXXX";
        folder_ = mkdtemp(name.data());
        setenv("PATH", folder_.c_str(), 1);
    }
    ~FakeCommands() { setenv("PATH", path_.c_str(), 1); }
    void add(std::string const& name, std::string const& script) const {
        write_file(folder_ / name, "#!/bin/sh\n" + script + "\n");
        std::filesystem::permissions(folder_ / name, std::filesystem::perms::owner_all);
    }
    std::filesystem::path const& folder() const { return folder_; }

  private:
    std::string path_ = std::getenv("PATH");
    std::filesystem::path folder_;
};

SlurmRequest small_request(std::filesystem::path const& folder) {
    write_file(folder / "task.sh", "#!/bin/sh\n");
    return {.name = "small", .script = folder / "task.sh", .log_folder = folder, .array_size = 3};
}

}  // namespace

TEST(SlurmText, UnfoldsListsOfTasks) {
    using Tasks = std::vector<std::size_t>;
    EXPECT_EQ(unfold_tasks("3", 10), Tasks{3});
    EXPECT_EQ(unfold_tasks("[3-7%2]", 10), (Tasks{3, 4, 5, 6, 7}));
    EXPECT_EQ(unfold_tasks("11-15%4", 16), (Tasks{11, 12, 13, 14, 15}));
    EXPECT_EQ(unfold_tasks("[1,3-4]", 10), (Tasks{1, 3, 4}));
    EXPECT_EQ(unfold_tasks("0-20:5,1", 100), (Tasks{0, 1, 5, 10, 15, 20}));
    EXPECT_EQ(unfold_tasks("0-99999999999,2", 3), (Tasks{0, 1, 2}));
    EXPECT_EQ(unfold_tasks("7", 5), Tasks{});
}

TEST(SlurmText, RefusesListsThatSlurmHasCut) {
    for (char const* text : {"0,2,4...", "", "N/A", "1-2-3", "1:2:3", "0-9:0", "[1,", "-3"})
        EXPECT_EQ(fault_of([&] { unfold_tasks(text, 10); }), Fault::external) << text;
}

TEST(SlurmText, ReadsStatesOfSqueue) {
    struct Case {
        std::size_t task;
        TaskState state;
        char const* reason;
        char const* node;
    };
    auto const reports = parse_squeue(squeue_text, 16);
    EXPECT_EQ(reports.size(), 11u);
    for (auto const& expected :
         {Case{0, TaskState::done, "", "n1"}, Case{3, TaskState::failed, "FAILED (NonZeroExitCode)", "n2"},
          Case{4, TaskState::running, "COMPLETING", "n3"},
          Case{5, TaskState::failed, "FAILED (JobLaunchFailure)", "n2"},
          Case{10, TaskState::running, "", "n1"}, Case{11, TaskState::pending, "JobArrayTaskLimit", ""},
          Case{12, TaskState::pending, "ReqNodeNotAvail, UnavailableNodes:n2", ""},
          Case{13, TaskState::failed, "NODE_FAIL (NodeDown)", "n2"},
          Case{14, TaskState::failed, "TIMEOUT (TimeLimit)", "n3"},
          Case{15, TaskState::failed, "CANCELLED", "n1"}}) {
        auto const& report = find(reports, expected.task);
        EXPECT_EQ(report.state, expected.state) << expected.task;
        EXPECT_EQ(report.reason, expected.reason);
        EXPECT_EQ(report.node, expected.node);
        EXPECT_EQ(report.exit_code, expected.state == TaskState::failed ? -1 : 0);
    }
}

TEST(SlurmText, TakesAWordItDoesNotKnowForATaskThatHasNotEnded) {
    EXPECT_EQ(parse_squeue("0|MARVELLING|n1|None\n", 1)[0].state, TaskState::running);
}

TEST(SlurmText, ReadsTasksThatHaveEndedOutOfSacct) {
    auto const reports = parse_sacct(sacct_text, 16);
    EXPECT_EQ(reports.size(), 5u);  // not the one that runs
    EXPECT_EQ(find(reports, 0).state, TaskState::done);
    EXPECT_EQ(find(reports, 3).exit_code, 3);
    EXPECT_EQ(find(reports, 5).exit_code, 137);
    EXPECT_EQ(find(reports, 7).reason, "CANCELLED");
    EXPECT_EQ(find(reports, 9).reason, "NODE_FAIL");
    EXPECT_EQ(find(reports, 9).node, "n2");
}

TEST(SlurmText, ReadsExitCodesOutOfScontrol) {
    auto const reports = parse_scontrol(scontrol_text, 16);
    EXPECT_EQ(reports.size(), 2u);
    EXPECT_EQ(find(reports, 3).exit_code, 3);
    EXPECT_EQ(find(reports, 3).node, "n2");
    EXPECT_EQ(find(reports, 5).exit_code, 137);
}

TEST(SlurmText, ReadsPartitionsOfSinfo) {
    auto const found = parse_sinfo(
        "main*|up|infinite|1|4|4096|gpu:fake:2\n"
        "long|down|1-00:00:00|12|64+|262144+|(null)\n");
    ASSERT_EQ(found.size(), 2u);
    EXPECT_EQ(found[0].name, "main");
    EXPECT_TRUE(found[0].is_default && found[0].is_up);
    EXPECT_EQ(found[0].cpus, 4u);
    EXPECT_EQ(found[0].memory_gib, 4);
    EXPECT_EQ(found[0].gres, "gpu:fake:2");
    EXPECT_EQ(found[1].name, "long");
    EXPECT_FALSE(found[1].is_default || found[1].is_up);
    EXPECT_EQ(found[1].nodes, 12u);
    EXPECT_EQ(found[1].cpus, 64u);
    EXPECT_EQ(found[1].gres, "");
}

TEST(SlurmText, ReadsNumbersOfJobs) {
    EXPECT_EQ(parse_job_number("17\n"), "17");
    EXPECT_EQ(parse_job_number("17;cluster\n"), "17");
    EXPECT_EQ(parse_job_numbers("21\n9\n21\n"), (std::vector<std::string>{"9", "21"}));
    EXPECT_EQ(parse_max_array_size("MaxArraySize            = 1001\n"), 1001u);
    EXPECT_EQ(fault_of([] { parse_job_number("Submitted batch job 17"); }), Fault::external);
    EXPECT_EQ(fault_of([] { parse_max_array_size(""); }), Fault::external);
}

TEST(SlurmText, AsksForWhatATaskNeeds) {
    SlurmRequest request{.name = "my flow/step 1",
                         .script = "/f/task.sh",
                         .log_folder = "/f/100%",
                         .array_size = 12,
                         .cpus = 2,
                         .gpus = 1,
                         .memory_gib = 1.5,
                         .minutes = 2.2,
                         .partition = "main",
                         .account = "beam",
                         .extra = {"--requeue"}};
    EXPECT_EQ(sbatch_words(request),
              (std::vector<std::string>{"sbatch", "--parsable", "--no-requeue", "--open-mode=append",
                                        "--job-name=my_flow_step_1", "--array=0-11",
                                        "--output=/f/100%%/%A_%a.log", "--ntasks=1", "--nodes=1",
                                        "--cpus-per-task=2", "--mem=1536M", "--gres=gpu:1", "--time=3",
                                        "--partition=main", "--account=beam", "--requeue", "/f/task.sh"}));
    request.ranks = 8;
    auto const words = sbatch_words(request);
    for (char const* word : {"--ntasks=8", "--mem-per-cpu=768M", "--gpus-per-task=1"})
        EXPECT_NE(std::ranges::find(words, word), words.end()) << word;
    EXPECT_EQ(std::ranges::find(words, "--nodes=1"), words.end());
}

TEST(SlurmText, RefusesARequestThatMakesNoSense) {
    SlurmRequest const good{.name = "a", .script = "/a", .log_folder = "/f", .array_size = 1};
    auto const refused = [&](auto change) {
        SlurmRequest request = good;
        change(request);
        return fault_of([&] { sbatch_words(request); }) == Fault::bad_input;
    };
    EXPECT_TRUE(refused([](auto& request) { request.name = ""; }));
    EXPECT_TRUE(refused([](auto& request) { request.array_size = 0; }));
    EXPECT_TRUE(refused([](auto& request) { request.cpus = 0; }));
    EXPECT_TRUE(refused([](auto& request) { request.ranks = 0; }));
    EXPECT_TRUE(refused([](auto& request) { request.memory_gib = -1; }));
    EXPECT_TRUE(refused([](auto& request) { request.minutes = -1; }));
    EXPECT_FALSE(refused([](auto&) {}));
}

TEST(Slurm, KnowsWhichTasksWaitForSomebody) {
    EXPECT_TRUE(is_stuck({.state = TaskState::pending, .reason = "JobHeldAdmin"}));
    EXPECT_TRUE(is_stuck({.state = TaskState::pending, .reason = "launch failed requeued held"}));
    EXPECT_FALSE(is_stuck({.state = TaskState::pending, .reason = "Resources"}));
    EXPECT_FALSE(is_stuck({.state = TaskState::failed, .reason = "JobHeldAdmin"}));
}

TEST(Slurm, SaysWhatToInstallWhereThereIsNone) {
    FakeCommands const commands;
    auto const request = small_request(commands.folder());
    EXPECT_EQ(fault_of([&] { submit(request); }), Fault::unsupported);
    EXPECT_EQ(fault_of([] { task_states("1", 3); }), Fault::unsupported);
}

TEST(Slurm, HandsOnWhatSlurmSays) {
    FakeCommands const commands;
    commands.add("sbatch", "echo 'sbatch: error: Invalid partition name specified' >&2; exit 1");
    try {
        submit(small_request(commands.folder()));
        FAIL();
    } catch (Error const& error) {
        EXPECT_EQ(error.fault(), Fault::denied);
        EXPECT_STREQ(
            error.what(),
            "'sbatch' ended with status 1; expected 0; Slurm says: 'sbatch: error: Invalid partition name "
            "specified'");
    }
}

TEST(Slurm, RefusesToSubmitWhatIsNotThere) {
    FakeCommands const commands;
    auto request = small_request(commands.folder());
    request.script = "/nonexistent/task.sh";
    EXPECT_EQ(fault_of([&] { submit(request); }), Fault::not_found);
}

TEST(Slurm, TakesASilentControllerForAnErrorAndNotForLostJobs) {
    FakeCommands const commands;
    commands.add(
        "squeue",
        "echo 'slurm_load_jobs error: Unable to contact slurm controller (connect failure)' >&2; exit 1");
    EXPECT_EQ(fault_of([] { task_states("9", 16); }), Fault::external);
}

TEST(Slurm, EndsACommandThatHangs) {
    FakeCommands const commands;
    commands.add("squeue", "/bin/sleep 100");
    auto const start = std::chrono::steady_clock::now();
    EXPECT_EQ(fault_of([] { task_states("9", 16, 0.2); }), Fault::external);
    EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(30));
}

TEST(Slurm, ReportsAllTasksFromThreeCommands) {
    FakeCommands const commands;
    commands.add("squeue", std::string("/bin/cat <<'END'\n") + squeue_text + "END");
    commands.add("scontrol", std::string("/bin/cat <<'END'\n") + scontrol_text + "END");
    commands.add("sacct", std::string("/bin/cat <<'END'\n") + sacct_text + "END");
    auto const reports = task_states("9", 16);
    ASSERT_EQ(reports.size(), 16u);
    for (std::size_t task = 0; task < 16; ++task) EXPECT_EQ(reports[task].task, task);
    EXPECT_EQ(reports[3].exit_code, 3);
    EXPECT_EQ(reports[5].exit_code, 137);
    EXPECT_EQ(reports[13].exit_code, -1);          // nobody says
    EXPECT_EQ(reports[7].reason, "CANCELLED");     // forgotten by squeue, known to sacct
    EXPECT_EQ(reports[9].state, TaskState::done);  // squeue is believed before sacct
    EXPECT_EQ(reports[8].state,
              TaskState::gone);  // sacct's RUNNING is no news of a task that squeue does not have
    EXPECT_EQ(reports[1].state, TaskState::gone);
}

TEST(Slurm, WorksWithoutAccounts) {
    FakeCommands const commands;
    commands.add("squeue", "echo 'slurm_load_jobs error: Invalid job id specified' >&2; exit 1");
    commands.add("sacct", "echo 'Slurm accounting storage is disabled' >&2; exit 1");
    for (auto const& report : task_states("9", 4)) EXPECT_EQ(report.state, TaskState::gone);
}

TEST(Slurm, KeepsVariablesOfAnOuterJobFromCommands) {
    FakeCommands const commands;
    commands.add("sbatch", "[ \"$SLURM_MEM_PER_CPU$SQUEUE_USERS-$SLURM_CONF\" = -/here ] && echo 5");
    setenv("SLURM_MEM_PER_CPU", "64", 1);
    setenv("SQUEUE_USERS", "somebody", 1);
    setenv("SLURM_CONF", "/here", 1);
    EXPECT_EQ(submit(small_request(commands.folder())), "5");
    for (char const* name : {"SLURM_MEM_PER_CPU", "SQUEUE_USERS", "SLURM_CONF"}) unsetenv(name);
}

TEST(Slurm, TakesOnlyANumberForAJob) {
    for (char const* job : {"", "--me", "1;2", "1_2"}) {
        EXPECT_EQ(fault_of([&] { cancel(job); }), Fault::bad_input) << job;
        EXPECT_EQ(fault_of([&] { task_states(job, 1); }), Fault::bad_input) << job;
    }
}

}  // namespace hutch::flow
