// hutch dataset build and hutch dataset verify.
#include "hutch/base/error.hpp"
#include "hutch/base/file.hpp"
#include "hutch/base/progress.hpp"
#include "hutch/base/text.hpp"
#include "hutch/compute/isa.hpp"
#include "hutch/curate/build.hpp"

#include <filesystem>

#include "arguments.hpp"
#include "verbs.hpp"
#include <fmt/format.h>

namespace hutch::app {
namespace {

// What the bytes depend on besides the recipe: the program, and the instruction set its kernels were chosen
// for, or the kind of device.
std::string generator(std::string const& device) {
    return fmt::format("hutch {} ({})", HUTCH_VERSION,
                       device == "cpu" ? to_name(compute::best_isa()) : device.substr(0, device.find(':')));
}

// The recipe's text with another value of a top-level key, so that what is kept beside the data is what was
// built.
std::string with_value(std::string const& text, std::string const& key, std::string const& value) {
    std::string result;
    bool is_replaced = false;
    for (auto const line : split_lines(text)) {
        bool const is_it = line.starts_with(key + ":");
        result += (is_it ? key + ": " + value : std::string(line)) + "\n";
        is_replaced |= is_it;
    }
    return is_replaced ? result : result + key + ": " + value + "\n";
}

}  // namespace

int dataset_build(std::vector<std::string> const& words) {
    Arguments const arguments(
        "dataset build <RECIPE.yaml> --out FOLDER [options]",
        "Build a data set; the same call goes on after a kill and does nothing when all is done.",
        {{"out", "FOLDER", "where the data set goes"},
         {"threads", "N", "default: as many as the machine has"},
         {"records", "N", "another number of records than the recipe's"},
         {"dtype", "TYPE", "float32 or uint16, whatever the recipe says"},
         {"device", "DEVICE", "what calculates: cpu (default), cuda, cuda:1, hip, emulated (for tests)"}},
        1, 1, words);
    if (arguments.wants_help()) return arguments.print_help(), 0;
    std::filesystem::path const path = arguments.words()[0];
    std::string text = read_file(path, 1 << 20);
    for (char const* key : {"records", "dtype"})
        if (arguments.has(key)) text = with_value(text, key, arguments.text(key));
    curate::Recipe const recipe = curate::parse_recipe(text, path.string());
    std::string const device = arguments.has("device") ? arguments.text("device") : "cpu";
    auto const report = curate::build_dataset(
        recipe, {arguments.required("out"), thread_count(arguments), generator(device), device});
    std::string const out = arguments.text("out");
    if (arguments.has("json")) {
        fmt::print(
            "{{\"out\": {}, \"was_complete\": {}, \"records\": {}, \"calculated\": {}, \"bytes\": {}, "
            "\"structures\": {}, \"refused\": {}, \"groups\": {}, \"shards\": {}, \"seconds\": {:.3f}, "
            "\"calculating_seconds\": {:.3f}}}\n",
            to_json_text(out), report.was_complete, report.records, report.calculated, report.bytes,
            report.structures, report.refused, report.groups, report.shards, report.seconds,
            report.calculating_seconds);
        return 0;
    }
    fmt::print("{}: {} records of {} structures ({} refused) in {} groups, {} shards, {:.2f} GB\n", out,
               with_commas((long long)report.records), with_commas((long long)report.structures),
               report.refused, with_commas((long long)report.groups), report.shards,
               double(report.bytes) / 1e9);
    if (report.was_complete)
        fmt::print("everything was done already ({})\n", to_duration(report.seconds));
    else
        fmt::print("{} patterns calculated and written in {} ({}/s); {} in all\n",
                   with_commas((long long)report.calculated), to_duration(report.calculating_seconds),
                   with_commas((long long)(double(report.calculated) / report.calculating_seconds)),
                   to_duration(report.seconds));
    fmt::print(
        "card: {0}/card.html\nopen it:\n  import h5py\n  f = h5py.File(\"{0}/{1}\")\n  x, y, group = "
        "f[\"axis\"][f[\"truth/instrument\"][0]], f[\"intensity\"][0], f[\"truth/space_group\"][0]\n",
        out, report.first_shard.string());
    return 0;
}

int dataset_verify(std::vector<std::string> const& words) {
    Arguments const arguments("dataset verify <FOLDER> [--threads N]",
                              "Recompute the checksum of every file of a data set.",
                              {{"threads", "N", "default: as many as the machine has"}}, 1, 1, words);
    if (arguments.wants_help()) return arguments.print_help(), 0;
    auto const report = curate::verify_dataset(arguments.words()[0], thread_count(arguments));
    if (arguments.has("json")) {
        std::string list;
        for (std::string const& problem : report.problems)
            list += (list.empty() ? "" : ", ") + to_json_text(problem);
        fmt::print("{{\"files\": {}, \"bytes\": {}, \"problems\": [{}]}}\n", report.files, report.bytes,
                   list);
    } else {
        for (std::string const& problem : report.problems) fmt::print("{}\n", problem);
        fmt::print("{} of {} files have their recorded checksum, {:.2f} GB\n",
                   report.files - report.problems.size(), report.files, double(report.bytes) / 1e9);
    }
    return report.problems.empty() ? 0 : 4;
}

}  // namespace hutch::app
