#include "hutch/curate/detail/steps.hpp"

#include "hutch/base/error.hpp"
#include "hutch/base/file.hpp"
#include "hutch/base/progress.hpp"
#include "hutch/base/text.hpp"
#include "hutch/base/version.hpp"
#include "hutch/compute/isa.hpp"
#include "hutch/curate/build.hpp"
#include "hutch/step/step.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace hutch::curate {
namespace {

using step::Type;
using step::Value;

constexpr std::size_t shown_problems = 10;

// What the bytes depend on besides the recipe: the program, and the instruction set its kernels were chosen
// for, or the kind of device.
std::string generator(std::string const& device) {
    return fmt::format("hutch {} ({})", version(),
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

std::string to_text(BuildReport const& report, std::string const& out) {
    std::string text = fmt::format(
        "{}: {} records of {} structures ({} refused) in {} groups, {} shards, {:.2f} GB\n", out,
        with_commas((long long)report.records), with_commas((long long)report.structures), report.refused,
        with_commas((long long)report.groups), report.shards, double(report.bytes) / 1e9);
    if (report.was_complete)
        text += fmt::format("everything was done already ({})\n", to_duration(report.seconds));
    else
        text +=
            fmt::format("{} patterns calculated and written in {} ({}/s); {} in all\n",
                        with_commas((long long)report.calculated), to_duration(report.calculating_seconds),
                        with_commas((long long)(double(report.calculated) / report.calculating_seconds)),
                        to_duration(report.seconds));
    return text +
           fmt::format(
               "card: {0}/card.html\nopen it:\n  import h5py\n  f = h5py.File(\"{0}/{1}\")\n  x, y, group = "
               "f[\"axis\"][f[\"truth/instrument\"][0]], f[\"intensity\"][0], f[\"truth/space_group\"][0]\n",
               out, report.first_shard.string());
}

step::Outcome build(step::Call const& call) {
    auto const path = call.input("recipe");
    std::string text = read_file(path, 1 << 20);
    for (char const* key : {"records", "dtype", "compression"})
        if (call.has(key)) text = with_value(text, key, to_text(call.parameters.at(key)));
    BuildOptions const options{.out = *call.output("dataset"),
                               .threads = call.threads,
                               .generator = generator(call.device),
                               .is_interactive = call.is_interactive,
                               .device = call.device};
    BuildReport const report = build_dataset(parse_recipe(text, path.string()), options);
    return {{{"records", std::int64_t(report.records)},
             {"structures", std::int64_t(report.structures)},
             {"refused", std::int64_t(report.refused)},
             {"groups", std::int64_t(report.groups)},
             {"shards", std::int64_t(report.shards)},
             {"bytes", std::int64_t(report.bytes)}},
            to_text(report, options.out.string())};
}

step::Outcome verify(step::Call const& call) {
    auto const folder = call.input("dataset");
    VerifyReport const report = verify_dataset(folder, call.threads);
    if (!report.problems.empty()) {
        std::size_t const shown = std::min(shown_problems, report.problems.size());
        std::size_t const others = report.problems.size() - shown;
        throw Error(
            Fault::bad_data,
            fmt::format("'{}' has {} of {} files that are not as recorded; expected none: {}{}",
                        folder.string(), report.problems.size(), report.files,
                        fmt::join(report.problems.begin(), report.problems.begin() + long(shown), ", "),
                        others > 0 ? fmt::format(" and {} more", others) : ""));
    }
    return {{{"files", std::int64_t(report.files)}, {"bytes", std::int64_t(report.bytes)}},
            fmt::format("{} files have their recorded checksum, {:.2f} GB\n", report.files,
                        double(report.bytes) / 1e9)};
}

step::Finding count(char const* name, char const* help, char const* unit = "1") {
    return {.name = name, .help = help, .type = Type::integer, .unit = unit};
}

step::Step build_step() {
    step::Description about{
        .name = "dataset.build",
        .version = "2.0.0",
        .summary = "build, or go on building, an AI-ready data set from a recipe",
        .reference = "recipes: docs/recipes.md; Croissant 1.1 (MLCommons); PROV-JSON (W3C, 2013)",
        .parameters =
            {{.name = "records",
              .help = "how many patterns",
              .fields = {{.type = Type::integer, .unit = "1", .least = 1, .most = 1e12}},
              .fallback = Value(),
              .otherwise = "the recipe's"},
             {.name = "dtype",
              .help = "how intensities are stored",
              .fields = {{.type = Type::choice, .choices = {"float32", "uint16"}}},
              .fallback = Value(),
              .otherwise = "the recipe's"},
             {.name = "compression",
              .help = "how intensities are packed: not, so that they can be mapped, or one record a chunk",
              .fields = {{.type = Type::choice, .choices = {"none", "bitshuffle_lz4", "zstd"}}},
              .fallback = Value(),
              .otherwise = "the recipe's"}},
        .inputs = {{.name = "recipe",
                    .help = "what the data set is made from, and how",
                    .format = "YAML recipe"}},
        .outputs = {{.name = "dataset",
                     .help = "shards, tables, dictionary, card, Croissant, checksums",
                     .format = "folder",
                     .file = "dataset"}},
        .findings = {count("records", "records of the whole data set"),
                     count("structures", "structures that are used"),
                     count("refused", "structures that are not"),
                     count("groups", "groups of nearly equal structures"),
                     count("shards", "files of records"), count("bytes", "size of all files", "byte")},
        .needs = {.threads = 0, .gpu = step::Gpu::optional, .memory_gib = 4, .seconds = 60}};
    return {about, build};
}

step::Step verify_step() {
    step::Description about{
        .name = "dataset.verify",
        .version = "1.0.0",
        .summary = "recompute the checksum of every file of a data set",
        .reference = "SHA-256: FIPS 180-4 (NIST, 2015)",
        .inputs = {{.name = "dataset",
                    .help = "what dataset.build, dataset.fuse or dataset.make made",
                    .format = "folder"}},
        .findings = {count("files", "files of the data set"), count("bytes", "their size", "byte")},
        .needs = {.threads = 0, .seconds = 10}};
    return {about, verify};
}

}  // namespace

std::vector<step::Step> steps() {
    std::vector<step::Step> all{build_step(), verify_step(), fuse_step(), make_step(), assess_step()};
    for (step::Step& one : annotate_steps()) all.push_back(std::move(one));
    return all;
}

}  // namespace hutch::curate
