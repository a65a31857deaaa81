#include "hutch/compute/kept_limits.hpp"

#include "hutch/base/error.hpp"
#include "hutch/base/file.hpp"
#include "hutch/compute/isa.hpp"

#include <cstdlib>

#include <nlohmann/json.hpp>

namespace hutch::compute {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

constexpr int format = 1;
constexpr std::uint64_t most_bytes = 1 << 20;

// One list of the members of each struct serves both directions: the visitor is called as (name, member).
template <class Stream, class Visit>
void visit_stream(Stream& rates, Visit const& visit) {
    visit("copy", rates.copy), visit("scale", rates.scale), visit("add", rates.add),
        visit("triad", rates.triad);
}

template <class AnyRates, class Visit>
void visit_rates(AnyRates& rates, Visit const& visit) {
    visit("fp64_flops", rates.fp64_flops), visit("fp32_flops", rates.fp32_flops);
    visit("bf16_flops", rates.bf16_flops);
    visit("l1_load", rates.l1), visit("l2_load", rates.l2), visit("l3_load", rates.l3);
}

template <class AnyWatts, class Visit>
void visit_watts(AnyWatts& watts, Visit const& visit) {
    visit("fp64", watts.fp64), visit("fp32", watts.fp32), visit("bf16", watts.bf16),
        visit("triad", watts.triad);
}

auto writer(Json& to) {
    return [&to](char const* name, double value) { to[name] = value > 0 ? Json(value) : Json(); };
}

auto reader(Json const& from) {
    return [&from](char const* name, double& value) {
        value = from.at(name).is_null() ? 0 : from.at(name).get<double>();
    };
}

Json write_rates(Rates const& rates) {
    Json json, plain, streaming;
    visit_rates(rates, writer(json));
    visit_stream(rates.plain, writer(plain));
    visit_stream(rates.streaming, writer(streaming));
    json["plain"] = plain, json["streaming"] = streaming;
    return json;
}

Rates read_rates(Json const& json) {
    Rates rates;
    visit_rates(rates, reader(json));
    visit_stream(rates.plain, reader(json.at("plain")));
    visit_stream(rates.streaming, reader(json.at("streaming")));
    return rates;
}

Json write_disk(DiskRates const& disk) {
    if (disk.folder.empty()) return {};
    if (!disk.problem.empty()) return {{"folder", disk.folder}, {"problem", disk.problem}};
    return {{"folder", disk.folder},
            {"write", disk.write},
            {"read", disk.read},
            {"bytes", disk.bytes},
            {"past_page_cache", disk.is_direct}};
}

DiskRates read_disk(Json const& json) {
    DiskRates disk;
    if (json.is_null()) return disk;
    disk.folder = json.at("folder"), disk.problem = json.value("problem", "");
    if (!disk.problem.empty()) return disk;
    disk.write = json.at("write"), disk.read = json.at("read"), disk.bytes = json.at("bytes");
    disk.is_direct = json.at("past_page_cache");
    return disk;
}

Limits from_json(Json const& json) {
    if (json.at("format") != format) throw Error(Fault::unsupported, "'format' is another; expected 1");
    Limits limits;
    limits.processor = json.at("processor"), limits.cores = json.at("cores"), limits.isa = json.at("isa");
    limits.measured = json.at("measured"), limits.bf16_unit = json.at("bf16_unit");
    limits.seconds = json.at("seconds"), limits.array_bytes = json.at("array_bytes");
    limits.core = read_rates(json.at("one_core")), limits.all = read_rates(json.at("all_cores"));
    limits.disk = read_disk(json.at("disk"));
    visit_watts(limits.watts, reader(json.at("watts")));
    limits.watts.source = json.at("watts").at("source");
    return limits;
}

}  // namespace

std::string to_json(Limits const& limits) {
    Json json{{"format", format},
              {"processor", limits.processor},
              {"cores", limits.cores},
              {"isa", limits.isa},
              {"measured", limits.measured},
              {"seconds", limits.seconds},
              {"bf16_unit", limits.bf16_unit},
              {"array_bytes", limits.array_bytes}};
    json["one_core"] = write_rates(limits.core);
    json["all_cores"] = write_rates(limits.all);
    json["disk"] = write_disk(limits.disk);
    Json watts{{"source", limits.watts.source}};
    visit_watts(limits.watts, writer(watts));
    json["watts"] = watts;
    return json.dump(2, ' ', false, Json::error_handler_t::replace);
}

fs::path limits_path() {
    auto const variable = [](char const* name) {
        char const* const text = std::getenv(name);
        return fs::path(text == nullptr ? "" : text);
    };
    if (fs::path const named = variable("HUTCH_MACHINE"); !named.empty()) return named;
    // The XDG base directory specification: a relative path counts as not set.
    if (fs::path const cache = variable("XDG_CACHE_HOME"); cache.is_absolute())
        return cache / "hutch/machine.json";
    fs::path const home = variable("HOME");
    return home.empty() ? home : home / ".cache/hutch/machine.json";
}

std::optional<Limits> read_limits(fs::path const& path, ProcessorFacts const& processor) {
    std::error_code problem;
    if (path.empty() || !fs::is_regular_file(path, problem)) return {};
    try {
        Limits limits = from_json(Json::parse(read_file(path, most_bytes)));
        bool const is_ours = limits.processor == processor.model &&
                             limits.cores == usable_cores(processor).size() &&
                             limits.isa == to_name(best_isa());
        return is_ours ? std::optional(std::move(limits)) : std::nullopt;
    } catch (Error const&) {
        return {};
    } catch (Json::exception const&) {
        return {};
    }
}

void write_limits(fs::path const& path, Limits const& limits) {
    std::error_code problem;
    if (path.has_parent_path()) fs::create_directories(path.parent_path(), problem);
    if (problem)
        throw Error(Fault::external,
                    "cannot make folder (" + problem.message() + "): '" + path.parent_path().string() + "'");
    write_file(path, to_json(limits) + "\n");
}

Limits kept_limits() {
    ProcessorFacts const processor = read_processor();
    if (auto kept = read_limits(limits_path(), processor)) return *std::move(kept);
    return measure_limits(processor, read_memory(), {.is_quick = true, .disk_folder = {}});
}

}  // namespace hutch::compute
