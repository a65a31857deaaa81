// What client_test.py asks of flow's Slurm client, one verb a line; errors are printed as `FAULT: message`,
// status 1.
#include "hutch/base/error.hpp"
#include "hutch/base/process.hpp"
#include "hutch/flow/launch.hpp"
#include "hutch/flow/slurm.hpp"

#include <cstdio>
#include <cstdlib>
#include <map>
#include <string>
#include <vector>

namespace flow = hutch::flow;
using Words = std::vector<std::string>;

namespace {

// NAME SCRIPT LOG_FOLDER SIZE GPUS RANKS [EXTRA...]
void submit(Words const& words) {
    flow::SlurmRequest request{.name = words.at(0), .script = words.at(1), .log_folder = words.at(2)};
    request.array_size = std::stoul(words.at(3));
    request.gpus = unsigned(std::stoul(words.at(4)));
    request.ranks = unsigned(std::stoul(words.at(5)));
    request.memory_gib = 0.1;
    request.extra.assign(words.begin() + 6, words.end());
    std::puts(flow::submit(request).c_str());
}

// JOB SIZE PATIENCE
void states(Words const& words) {
    static constexpr char const* names[] = {"pending", "running", "done", "failed", "gone"};
    for (auto const& report : flow::task_states(words.at(0), std::stoul(words.at(1)), std::stod(words.at(2))))
        std::printf("%zu|%s|%s|%d|%s\n", report.task, names[int(report.state)], report.reason.c_str(),
                    report.exit_code, report.node.c_str());
}

void site(Words const&) {
    std::printf("%zu\n", flow::max_array_size());
    for (auto const& partition : flow::partitions())
        std::printf("%s %d %d %zu %u %s\n", partition.name.c_str(), partition.is_default, partition.is_up,
                    partition.nodes, partition.cpus, partition.gres.c_str());
}

// RANKS PROGRAM
void mpi(Words const& words) {
    auto const place = flow::mpi_place();
    auto command = flow::mpi_words(unsigned(std::stoul(words.at(0))), place);
    command.insert(command.end(), words.begin() + 1, words.end());
    auto const end =
        hutch::run_process(command, {.environment = flow::mpi_environment(place), .seconds = 100});
    std::printf("%s%s%s ended with %d\n", end.output.c_str(), end.errors.c_str(), command[0].c_str(),
                end.exit_code);
}

void named(Words const& words) {
    for (auto const& job : flow::jobs_named(words.at(0))) std::puts(job.c_str());
}

}  // namespace

int main(int argc, char** argv) {
    static std::map<std::string, void (*)(Words const&)> const verbs{
        {"submit", submit}, {"states", states},
        {"site", site},     {"mpi", mpi},
        {"named", named},   {"cancel", [](Words const& words) { flow::cancel(words.at(0)); }}};
    try {
        if (argc < 2) return 2;
        verbs.at(argv[1])(Words(argv + 2, argv + argc));
    } catch (hutch::Error const& error) {
        std::fprintf(stderr, "%s: %s\n", hutch::to_name(error.fault()), error.what());
        return 1;
    }
    return 0;
}
