// hutch run, hutch log, and hutch work, which tasks of Slurm call.
#include "hutch/base/error.hpp"
#include "hutch/base/progress.hpp"
#include "hutch/base/text.hpp"
#include "hutch/base/version.hpp"
#include "hutch/flow/run.hpp"
#include "hutch/flow/slurm_run.hpp"
#include "hutch/steps.hpp"

#include <atomic>
#include <csignal>
#include <filesystem>

#include "arguments.hpp"
#include "flow_table.hpp"
#include "verbs.hpp"
#include <fmt/format.h>

namespace hutch::app {
namespace {

namespace fs = std::filesystem;

std::atomic<bool> is_interrupted{false};

// Running steps are ended, what is done is made safe, and the same call goes on later.
void stop_on_signals() {
    for (int const signal : {SIGINT, SIGTERM}) std::signal(signal, [](int) { is_interrupted = true; });
}

std::string program_name() { return fmt::format("hutch {}", version()); }

std::map<std::string, std::string> values_of(Arguments const& arguments) {
    std::map<std::string, std::string> values;
    for (std::string const& text : arguments.all("value")) {
        std::size_t const equals = text.find('=');
        if (equals == std::string::npos)
            throw Error(Fault::bad_input,
                        fmt::format("'--value' is {}; expected NAME=VALUE", in_quotes(text)));
        values[text.substr(0, equals)] = text.substr(equals + 1);
    }
    return values;
}

flow::SlurmOptions slurm_options(Arguments const& arguments) {
    flow::SlurmOptions slurm;
    slurm.program = fs::read_symlink("/proc/self/exe");
    slurm.partition = arguments.text("partition");
    slurm.account = arguments.text("account");
    slurm.extra = arguments.all("slurm");
    slurm.task_minutes = arguments.number("task-minutes", slurm.task_minutes);
    slurm.grace_seconds = arguments.number("grace", slurm.grace_seconds);
    slurm.cpus = unsigned(arguments.count("cpus", 1, 1, 4096));
    if (!(slurm.task_minutes > 0 && slurm.task_minutes <= 10000))
        throw Error(
            Fault::bad_input,
            fmt::format("'--task-minutes' is {}; expected above 0 and at most 10,000", slurm.task_minutes));
    return slurm;
}

void print_plan(std::vector<flow::PlannedNode> const& plan, Arguments const& arguments, unsigned threads) {
    double seconds = 0;
    std::string separator = "[";
    for (flow::PlannedNode const& node : plan) {
        double const all = double(node.to_run + node.unknown) * node.seconds_per_item;
        seconds += all;
        if (arguments.has("json")) {
            fmt::print(
                "{}{{\"step\": {}, \"runs\": {}, \"items\": {}, \"kept\": {}, \"to_run\": {}, \"unknown\": "
                "{}, \"seconds_per_item\": {:.6g}, \"is_measured\": {}}}",
                separator, to_json_text(node.id), to_json_text(node.step), node.items, node.kept, node.to_run,
                node.unknown, node.seconds_per_item, node.is_measured);
            separator = ",\n ";
            continue;
        }
        fmt::print("{:20} {:20} {:>9} items: {} kept, {} to run", node.id, node.step,
                   with_commas((long long)node.items), with_commas((long long)node.kept),
                   with_commas((long long)node.to_run));
        if (node.unknown > 0)
            fmt::print(", {} known when what they need has run", with_commas((long long)node.unknown));
        if (all > 0)
            fmt::print(", {} at {} {:.3g} s each", to_duration(all),
                       node.is_measured ? "measured" : "a guessed", node.seconds_per_item);
        fmt::print("\n");
    }
    if (arguments.has("json"))
        fmt::print("]\n");
    else
        fmt::print("at most {} of one thread, {} of {}\n", to_duration(seconds),
                   to_duration(seconds / threads), threads);
}

void print_report(flow::RunReport const& report, fs::path const& out, bool as_json) {
    if (as_json) {
        std::string nodes, failures;
        for (flow::NodeCount const& node : report.nodes)
            nodes += fmt::format(
                "{}{{\"step\": {}, \"items\": {}, \"made\": {}, \"kept\": {}, \"failed\": {}, \"skipped\": "
                "{}}}",
                nodes.empty() ? "" : ", ", to_json_text(node.id), node.items, node.made, node.kept,
                node.failed, node.skipped);
        for (flow::FailedItem const& one : report.failures)
            failures += fmt::format("{}{{\"item\": {}, \"fault\": {}, \"message\": {}, \"attempts\": {}}}",
                                    failures.empty() ? "" : ", ", to_json_text(one.item),
                                    to_json_text(one.fault), to_json_text(one.message), one.attempts);
        fmt::print(
            "{{\"out\": {}, \"is_complete\": {}, \"seconds\": {:.3f}, \"steps\": [{}], \"failures\": "
            "[{}]}}\n",
            to_json_text(out.string()), report.is_complete(), report.seconds, nodes, failures);
        return;
    }
    for (flow::NodeCount const& node : report.nodes) {
        fmt::print("{:20} {:>9} items: {} made, {} kept", node.id, with_commas((long long)node.items),
                   with_commas((long long)node.made), with_commas((long long)node.kept));
        if (node.failed + node.skipped > 0)
            fmt::print(", {} failed, {} skipped", with_commas((long long)node.failed),
                       with_commas((long long)node.skipped));
        fmt::print("\n");
    }
    constexpr std::size_t shown = 10;
    for (std::size_t i = 0; i < report.failures.size() && i < shown; ++i) {
        flow::FailedItem const& one = report.failures[i];
        fmt::print("{}: failed in {} attempt{}: {}\n  its log: hutch log {} {}\n", one.item, one.attempts,
                   one.attempts == 1 ? "" : "s", one.message, out.string(), one.item);
    }
    if (report.failures.size() > shown) fmt::print("... and {} more\n", report.failures.size() - shown);
    char const* const state = report.is_complete() ? "complete"
                              : report.was_stopped ? "stopped; the same call goes on"
                                                   : "not complete";
    fmt::print("{} in {}; results: {}\n", state, to_duration(report.seconds), (out / "results").string());
}

}  // namespace

int run_flow(std::vector<std::string> const& words) {
    Arguments const arguments(
        "run <FLOW.yaml> [options]",
        "Run a flow of steps; the same call goes on after a kill and makes nothing twice.",
        {{"out", "FOLDER", "for results and what is needed to go on; default: FLOW.out"},
         {"value", "NAME=VALUE", "another value of the flow", true},
         {"threads", "N", "default: as many as the machine has"},
         {"plan", "", "tell what would run, and run nothing"},
         {"on", "PLACE", "here (default) or slurm"},
         {"partition", "NAME", "Slurm: where jobs go; default: the site's"},
         {"account", "NAME", "Slurm: who is charged; default: the site's"},
         {"cpus", "N", "Slurm: of an item whose step takes as many threads as it gets; default 1"},
         {"task-minutes", "VALUE", "Slurm: how long a task should last at most; default 5"},
         {"grace", "SECONDS",
          "Slurm: how long results of a task may take to show on the shared file system; default 30"},
         {"slurm", "OPTION", "Slurm: a further option of sbatch, such as --slurm=--qos=short", true}},
        1, 1, words);
    if (arguments.wants_help()) return arguments.print_help(), 0;
    fs::path const file = arguments.words()[0];
    std::vector<step::Step> const steps = all_steps();
    flow::Graph const graph = flow::make_graph(flow::read_flow(file), steps, values_of(arguments));
    FlowTable table;
    flow::RunOptions options{arguments.text("out", file.stem().string() + ".out"),
                             thread_count(arguments),
                             program_name(),
                             {},
                             [] { return is_interrupted.load(); }};
    if (arguments.has("plan"))
        return print_plan(flow::plan_flow(graph, options), arguments, options.threads), 0;
    stop_on_signals();
    options.watch = [&](flow::RunState const& state) { table.draw(state); };
    std::string const place = arguments.text("on", "here");
    if (place != "here" && place != "slurm")
        throw Error(Fault::bad_input, fmt::format("'--on' is {}; expected here or slurm", in_quotes(place)));
    flow::RunReport const report =
        place == "here" ? flow::run_flow(graph, steps, options)
                        : flow::run_flow_on_slurm(graph, steps, options, slurm_options(arguments));
    print_report(report, options.out, arguments.has("json"));
    return report.is_complete() ? 0 : 1;
}

int show_log(std::vector<std::string> const& words) {
    Arguments const arguments("log <FOLDER> <STEP/ITEM>",
                              "Print what an item of a flow said, and why it failed, attempt by attempt.", {},
                              2, 2, words);
    if (arguments.wants_help()) return arguments.print_help(), 0;
    std::string const text = flow::read_log(arguments.words()[0], arguments.words()[1]);
    if (arguments.has("json"))
        fmt::print("{{\"item\": {}, \"log\": {}}}\n", to_json_text(arguments.words()[1]), to_json_text(text));
    else
        fmt::print("{}", text.empty() ? "it said nothing\n" : text);
    return 0;
}

int work_on_task(std::vector<std::string> const& words) {
    Arguments const arguments("work <FOLDER> <BATCH> <TASK>",
                              "Do one task of a job array that 'hutch run --on slurm' submitted.", {}, 3, 3,
                              words);
    if (arguments.wants_help()) return arguments.print_help(), 0;
    double const task = parse_number(arguments.words()[2], "TASK");
    std::size_t const failed = flow::work_on_task(arguments.words()[0], arguments.words()[1],
                                                  std::size_t(task), all_steps(), program_name());
    return failed == 0 ? 0 : 1;
}

}  // namespace hutch::app
