#include "hutch/flow/run.hpp"

#include "hutch/base/error.hpp"
#include "hutch/base/file.hpp"
#include "hutch/compute/parallel.hpp"
#include "hutch/flow/session.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace hutch::flow {
namespace {

unsigned threads_of(Graph const& graph, Item item, unsigned all) {
    Node const& node = graph.nodes[item.node];
    unsigned const wanted = node.text.threads.value_or(node.step->about.needs.threads);
    return wanted == 0 ? all : std::min(wanted, all);
}

}  // namespace

bool RunReport::is_complete() const {
    return std::ranges::all_of(nodes,
                               [](NodeCount const& node) { return node.made + node.kept == node.items; });
}

RunReport run_flow(Graph const& graph, std::span<step::Step const> steps, RunOptions const& options) {
    Session session(graph, steps, options);
    unsigned free = options.threads;
    std::mutex free_mutex;
    auto const work = [&] {
        auto const fits = [&](Item item) {
            std::lock_guard const lock(free_mutex);
            unsigned const wanted = threads_of(graph, item, options.threads);
            if (wanted > free) return false;
            free -= wanted;
            return true;
        };
        while (std::optional<Item> const item = session.take(fits)) {
            session.run(*item);
            {
                std::lock_guard const lock(free_mutex);
                free += threads_of(graph, *item, options.threads);
            }
            session.wake();
        }
    };
    compute::parallel_for(options.threads, options.threads, [&](std::size_t, unsigned) {
        try {
            work();
        } catch (...) {
            session.break_off(std::current_exception());
        }
    });
    return session.end();
}

std::vector<PlannedNode> plan_flow(Graph const& graph, RunOptions const& options) {
    RunFolders const folders(options.out);
    std::vector<PlannedNode> plan;
    Store store(folders);
    Schedule schedule(graph);
    for (Node const& node : graph.nodes) {
        step::Description const& about = node.step->about;
        double const measured = store.mean_seconds(about.name);
        plan.push_back({node.text.id, about.name, node.items, 0, 0, 0,
                        measured > 0 ? measured : about.needs.seconds, measured > 0});
    }
    while (std::optional<Item> const item = schedule.take()) {
        Job const job = make_job(graph, *item, [&](Item other) { return schedule.result(other); }, store);
        if (auto kept = store.find(job.key)) {
            ++plan[item->node].kept;
            schedule.finish(*item, std::move(kept), true);
        } else {
            ++plan[item->node].to_run;  // stays taken: what needs it stays waiting
        }
    }
    for (PlannedNode& node : plan) node.unknown = node.items - node.kept - node.to_run;
    return plan;
}

std::string read_log(std::filesystem::path const& out, std::string const& item) {
    RunFolders const folders(out);
    if (!std::filesystem::exists(folders.state))
        throw Error(
            Fault::not_found,
            fmt::format("'{}' is no folder of a run; expected what 'hutch run --out' made", out.string()));
    for (std::filesystem::path const& part : std::filesystem::path(item))
        if (part == ".." || part == "/")
            throw Error(Fault::bad_input,
                        fmt::format("'{}' leads out of the logs; expected STEP/ITEM", item));
    std::filesystem::path const path = folders.log_of(item);
    if (std::filesystem::exists(path)) return read_file(path);
    if (std::filesystem::exists(folders.results / item)) return "";
    throw Error(
        Fault::not_found,
        fmt::format("'{}' has neither log nor result here; expected STEP/ITEM as below 'results'", item));
}

}  // namespace hutch::flow
