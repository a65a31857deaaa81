#include "hutch/compute/machine.hpp"

#include <nlohmann/json.hpp>

namespace hutch::compute {
namespace {

using Json = nlohmann::ordered_json;

Json known(std::uint64_t value) { return value == 0 ? Json() : Json(value); }
Json known(std::string const& text) { return text.empty() ? Json() : Json(text); }

Json to_json_value(ProcessorFacts const& processor) {
    Json caches = Json::array();
    for (CacheFacts const& cache : processor.caches)
        caches.push_back({{"level", cache.level},
                          {"kind", known(cache.kind)},
                          {"bytes", cache.bytes},
                          {"line_bytes", known(cache.line_bytes)},
                          {"shared_by", known(cache.shared_by)},
                          {"instances", cache.instances}});
    return {{"model", known(processor.model)},
            {"architecture", known(processor.architecture)},
            {"level", known(processor.level)},
            {"features", processor.features},
            {"sockets", known(processor.sockets)},
            {"cores", known(processor.cores)},
            {"threads", known(processor.threads)},
            {"usable_cores", usable_cores(processor).size()},
            {"numa_nodes", known(processor.numa_nodes)},
            {"is_virtual", processor.is_virtual},
            {"caches", caches}};
}

Json to_json_value(GpuFacts const& gpu) {
    return {{"name", known(gpu.name)},
            {"vendor", known(gpu.vendor)},
            {"address", known(gpu.address)},
            {"memory_bytes", known(gpu.memory_bytes)},
            {"source", gpu.source}};
}

Json to_json_value(SlurmFacts const& slurm) {
    Json partitions = Json::array();
    for (PartitionFacts const& one : slurm.partitions)
        partitions.push_back({{"name", one.name},
                              {"is_default", one.is_default},
                              {"is_up", one.is_up},
                              {"nodes", one.nodes},
                              {"idle_nodes", one.idle_nodes},
                              {"processors", one.processors},
                              {"idle_processors", one.idle_processors},
                              {"least_memory_bytes", known(one.least_memory_bytes)},
                              {"most_memory_bytes", known(one.most_memory_bytes)},
                              {"time_limit", known(one.time_limit)},
                              {"resources", one.resources}});
    return {
        {"is_installed", slurm.is_installed}, {"problem", known(slurm.problem)}, {"partitions", partitions}};
}

}  // namespace

std::string to_json(Machine const& machine) {
    Json gpus = Json::array();
    for (GpuFacts const& gpu : machine.gpus) gpus.push_back(to_json_value(gpu));
    Json const json{{"host", known(machine.host)},
                    {"kernel", known(machine.kernel)},
                    {"processor", to_json_value(machine.processor)},
                    {"memory",
                     {{"total_bytes", known(machine.memory.total_bytes)},
                      {"available_bytes", known(machine.memory.available_bytes)},
                      {"swap_bytes", machine.memory.swap_bytes}}},
                    {"gpus", gpus},
                    {"slurm", to_json_value(machine.slurm)}};
    return json.dump(2, ' ', false, Json::error_handler_t::replace);
}

}  // namespace hutch::compute
