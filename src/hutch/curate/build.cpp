#include "hutch/curate/build.hpp"

#include "hutch/base/checksum.hpp"
#include "hutch/base/document.hpp"
#include "hutch/base/error.hpp"
#include "hutch/base/file.hpp"
#include "hutch/base/progress.hpp"
#include "hutch/base/text.hpp"
#include "hutch/compute/parallel.hpp"
#include "hutch/compute/queue.hpp"
#include "hutch/curate/describe.hpp"
#include "hutch/curate/detail/manifest.hpp"
#include "hutch/curate/documents.hpp"
#include "hutch/curate/groups.hpp"
#include "hutch/curate/provenance.hpp"
#include "hutch/curate/work_folder.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <fstream>
#include <optional>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace hutch::curate {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;
using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) {
    return std::chrono::duration<double>(Clock::now() - start).count();
}

// What the bytes depend on and can be known before the structures are read.
Facts identity_of(Recipe const& recipe, BuildOptions const& options) {
    return {{"recipe_sha256", sha256(recipe.text)}, {"generator", options.generator}};
}

BuildReport report_of_complete(fs::path const& folder) {
    Json const manifest = detail::read_manifest(folder);
    BuildReport report;
    report.was_complete = true;
    for (FileEntry const& file : detail::files_of(manifest, folder)) report.bytes += file.bytes;
    try {
        report.records = manifest.at("records");
        report.structures = manifest.at("structures");
        report.refused = manifest.at("refused");
        report.groups = manifest.at("groups");
        report.shards = manifest.at("shards");
        report.first_shard = manifest.at("first_shard").get<std::string>();
    } catch (Json::exception const&) {
        detail::refuse_manifest(folder);
    }
    return report;
}

std::string name_of(PlannedShard const& shard) { return "shards/" + shard.name; }

void check_space(Recipe const& recipe, Plan const& plan, fs::path const& out) {
    std::uint64_t const row = recipe.points * (recipe.stored == StoredType::uint16 ? 2 : 4) + 800;
    std::uint64_t missing = 0;
    for (PlannedShard const& shard : plan.shards)
        if (!fs::exists(out / name_of(shard))) missing += shard.records * row;
    auto const space = fs::space(out).available;
    if (missing > space)
        throw Error(Fault::exhausted, fmt::format("'{}' has {:.1f} GB free; expected {:.1f} GB for the data "
                                                  "set; free some, choose another --out or dtype: uint16",
                                                  out.string(), double(space) / 1e9, double(missing) / 1e9));
}

FileEntry shard_entry(BuildContext const& context, std::size_t which, WorkFolder const& folder) {
    PlannedShard const& shard = context.plan.shards[which];
    return folder.entry(name_of(shard), context.recipe.splits[shard.split].name, shard.records);
}

void build_shards(BuildContext const& context, BuildOptions const& options, WorkFolder const& folder,
                  BuildReport& report) {
    std::vector<std::size_t> missing;
    for (std::size_t s = 0; s < context.plan.shards.size(); ++s) {
        if (!folder.has(name_of(context.plan.shards[s]))) missing.push_back(s);
    }
    std::uint64_t todo = 0;
    for (std::size_t s : missing) todo += context.plan.shards[s].records;
    report.calculated = todo;
    if (missing.empty()) return;
    std::atomic<std::uint64_t> done{context.recipe.records - todo};
    std::optional<Progress> bar;
    if (options.is_interactive) bar.emplace("building", "patterns", context.recipe.records, done);
    std::vector<ShardBuilder> builders;
    for (unsigned worker = 0; worker < options.threads && worker < missing.size(); ++worker)
        builders.emplace_back(context);
    compute::parallel_for(missing.size(), options.threads, [&](std::size_t i, unsigned worker) {
        PlannedShard const& shard = context.plan.shards[missing[i]];
        auto const progress = [&](std::size_t records) {
            std::uint64_t const now = done += records;
            if (worker == 0 && bar) bar->show(now);
        };
        folder.make(name_of(shard), context.recipe.splits[shard.split].name, shard.records,
                    [&](fs::path const& path) { builders[worker].write(missing[i], path, progress); });
    });
    if (bar) bar->show(done);
}

Provenance provenance_of(BuildContext const& context) {
    Provenance made{"dataset build",
                    "powder patterns calculated from crystal structures, as the recipe says",
                    {{"recipe", "recipe.yaml", sha256(context.recipe.text), {}, {}}},
                    {},
                    {},
                    {{"device", context.device}}};
    ProvenanceInput structures{
        "structures", "the structures as read, in order", context.collection.checksum, {}, {}};
    std::vector<ProvenanceInput> sources;
    for (SourceEntry const& source : context.collection.sources) {
        structures.derived_from.push_back(fmt::format("source-{}", sources.size() + 1));
        sources.push_back({structures.derived_from.back(),
                           source.name,
                           "",
                           {{"licence", source.licence},
                            {"citation", source.citation},
                            {"url", source.url},
                            {"usable", fmt::format("{}", source.usable)}},
                           {},
                           false});
    }
    made.inputs.push_back(std::move(structures));
    made.inputs.insert(made.inputs.end(), sources.begin(), sources.end());
    return made;
}

void finish(BuildContext const& context, BuildOptions const& options, WorkFolder const& folder,
            BuildReport& report) {
    fs::path const& out = options.out;
    write_file(out / "recipe.yaml", context.recipe.text);
    write_tables(context, out);
    DatasetSummary summary = summarize(context, out, options.threads);
    for (std::size_t s = 0; s < context.plan.shards.size(); ++s)
        summary.files.push_back(shard_entry(context, s, folder));
    for (char const* name : {"structures.csv", "refused.csv", "records.csv", "examples.jsonl"})
        summary.files.push_back(plain_entry(name, out));
    Provenance provenance = provenance_of(context);
    provenance.files = summary.files;
    write_file(out / "provenance.json", to_prov_json(provenance, summary));
    for (char const* name : {"recipe.yaml", "provenance.json"})
        summary.files.push_back(plain_entry(name, out));
    report.bytes = write_documents(summary,
                                   {{"recipe_sha256", sha256(context.recipe.text)},
                                    {"structures_sha256", context.collection.checksum},
                                    {"records", std::int64_t(context.recipe.records)},
                                    {"structures", std::int64_t(summary.structures)},
                                    {"refused", std::int64_t(context.collection.refusals.size())},
                                    {"groups", std::int64_t(summary.groups)},
                                    {"shards", std::int64_t(context.plan.shards.size())},
                                    {"first_shard", "shards/" + context.plan.shards[0].name}},
                                   out);
    folder.finish();
    report.groups = summary.groups;
}

BuildReport build_in_folder(Recipe const& recipe, BuildOptions const& options) {
    auto const start = Clock::now();
    WorkFolder const folder(options.out, identity_of(recipe, options));
    BuildReport report;
    if (folder.is_complete()) {
        report = report_of_complete(options.out);
        report.seconds = seconds_since(start);
        return report;
    }
    if (options.device != "cpu")
        compute::Queue::open(options.device);  // refused before the folder is claimed
    Collection const collection = collect_structures(recipe, options.threads);
    folder.claim({{"structures_sha256", collection.checksum}});
    Plan const plan = make_plan(recipe, group_structures(collection.structures, options.threads));
    check_space(recipe, plan, options.out);
    BuildContext const context{recipe, collection, plan, options.generator, options.device};
    auto const calculating = Clock::now();
    build_shards(context, options, folder, report);
    report.calculating_seconds = seconds_since(calculating);
    finish(context, options, folder, report);
    report.records = recipe.records;
    report.structures = collection.structures.size();
    report.refused = collection.refusals.size();
    report.shards = plan.shards.size();
    report.first_shard = fs::path("shards") / plan.shards[0].name;
    report.seconds = seconds_since(start);
    return report;
}

}  // namespace

BuildReport build_dataset(Recipe const& recipe, BuildOptions const& options) {
    try {
        return build_in_folder(recipe, options);
    } catch (fs::filesystem_error const& error) {
        throw Error(Fault::external,
                    fmt::format("cannot build in the folder ({}); expected one that can be written: '{}'",
                                error.code().message(), error.path1().string()));
    }
}

VerifyReport verify_dataset(fs::path const& folder, unsigned threads) {
    VerifyReport report;
    std::vector<FileEntry> const files = detail::files_of(detail::read_manifest(folder), folder);
    std::vector<std::string> problems(files.size());
    std::atomic<std::uint64_t> bytes{0};
    compute::parallel_for(files.size(), threads, [&](std::size_t i, unsigned) {
        fs::path const path = folder / files[i].path;
        if (!fs::exists(path))
            problems[i] = fmt::format("{}: missing", files[i].path);
        else if (sha256_of_file(path) != files[i].sha256)
            problems[i] = fmt::format("{}: checksum differs", files[i].path);
        if (problems[i].empty()) bytes += fs::file_size(path);
    });
    for (std::string& problem : problems)
        if (!problem.empty()) report.problems.push_back(std::move(problem));
    report.files = files.size();
    report.bytes = bytes;
    return report;
}

}  // namespace hutch::curate
