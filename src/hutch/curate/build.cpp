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
#include "hutch/curate/documents.hpp"
#include "hutch/curate/groups.hpp"
#include "hutch/curate/provenance.hpp"

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

// Where a build keeps its own state until the data set is complete.
fs::path state_folder(fs::path const& out) { return out / ".build"; }

std::string state_text(Recipe const& recipe, Collection const& collection, std::string const& generator) {
    return fmt::format("recipe {}\nstructures {}\ngenerator {}\n", sha256(recipe.text), collection.checksum,
                       generator);
}

// Use the manifest of a folder; whatever goes wrong with it means that no build wrote it.
template <class Use>
auto with_manifest(fs::path const& folder, Use const& use) {
    try {
        return use(Json::parse(read_file(folder / "manifest.json")));
    } catch (Json::exception const&) {
        throw Error(Fault::bad_data,
                    fmt::format("'manifest.json' is not readable; expected what a build wrote: '{}'",
                                folder.string()));
    }
}

// Complete: a manifest of this very recipe and program, and every file of it is there with its size.
bool fill_report(Json const& manifest, Recipe const& recipe, BuildOptions const& options,
                 BuildReport& report) {
    if (manifest.value("recipe_sha256", "") != sha256(recipe.text) ||
        manifest.value("generator", "") != options.generator)
        throw Error(
            Fault::bad_input,
            fmt::format("'{}' holds '{}' {}, made from another recipe or by another program; expected an "
                        "empty folder or the same; choose another --out",
                        options.out.string(), manifest.value("name", "?"), manifest.value("version", "?")));
    std::uint64_t bytes = 0;
    for (auto const& file : manifest.at("files")) {
        std::error_code problem;
        auto const size = fs::file_size(options.out / file.at("path").get<std::string>(), problem);
        if (problem || size != file.at("bytes").get<std::uint64_t>()) return false;
        bytes += size;
    }
    report.bytes = bytes;
    report.was_complete = true;
    report.records = manifest.at("records");
    report.structures = manifest.at("structures");
    report.refused = manifest.at("refused");
    report.groups = manifest.at("groups");
    report.shards = manifest.at("shards");
    report.first_shard = manifest.at("first_shard").get<std::string>();
    return true;
}

bool is_complete(Recipe const& recipe, BuildOptions const& options, BuildReport& report) {
    if (!fs::exists(options.out / "manifest.json")) return false;
    bool const complete = with_manifest(
        options.out, [&](Json const& manifest) { return fill_report(manifest, recipe, options, report); });
    if (complete) fs::remove_all(state_folder(options.out));  // a kill may have left it
    return complete;
}

// What a finished data set was made from must be what its missing files are to be made from.
void check_same_structures(Collection const& collection, fs::path const& out) {
    bool const same = with_manifest(out, [&](Json const& manifest) {
        return manifest.value("structures_sha256", "") == collection.checksum;
    });
    if (!same)
        throw Error(Fault::bad_input,
                    fmt::format("'{}' lacks files and was made from other structures than the recipe names "
                                "now; expected the same; choose another --out",
                                out.string()));
}

// The first thing in a folder that a build killed before it noted its state cannot have left; empty if there
// is none.
std::string first_strange_file(fs::path const& out) {
    std::vector<std::string> names;
    for (auto const& entry : fs::directory_iterator(out)) {
        bool const is_empty_shards =
            entry.path().filename() == "shards" && entry.is_directory() && fs::is_empty(entry.path());
        if (entry.path() != state_folder(out) && !is_empty_shards)
            names.push_back(entry.path().filename().string());
    }
    return names.empty() ? "" : *std::ranges::min_element(names);
}

void claim_folder(Recipe const& recipe, Collection const& collection, BuildOptions const& options) {
    fs::path const state = state_folder(options.out) / "state";
    std::string const text = state_text(recipe, collection, options.generator);
    if (fs::exists(state)) {
        if (read_file(state) != text)
            throw Error(
                Fault::bad_input,
                fmt::format("'{}' holds an unfinished data set from another recipe, other structures or "
                            "another program; expected an empty folder or the same; choose another --out",
                            options.out.string()));
        return;
    }
    if (fs::exists(options.out / "manifest.json"))
        check_same_structures(collection, options.out);
    else if (std::string const strange = first_strange_file(options.out); !strange.empty())
        throw Error(
            Fault::bad_input,
            fmt::format(
                "'{}' holds '{}', which is of no data set; expected an empty folder; choose another --out",
                options.out.string(), strange));
    fs::create_directories(state_folder(options.out));
    fs::create_directories(options.out / "shards");
    write_file(state, text);
}

void check_space(Recipe const& recipe, Plan const& plan, fs::path const& out) {
    std::uint64_t const row = recipe.points * (recipe.stored == StoredType::uint16 ? 2 : 4) + 800;
    std::uint64_t missing = 0;
    for (PlannedShard const& shard : plan.shards)
        if (!fs::exists(out / "shards" / shard.name)) missing += shard.records * row;
    auto const space = fs::space(out).available;
    if (missing > space)
        throw Error(Fault::exhausted, fmt::format("'{}' has {:.1f} GB free; expected {:.1f} GB for the data "
                                                  "set; free some, choose another --out or dtype: uint16",
                                                  out.string(), double(space) / 1e9, double(missing) / 1e9));
}

// One shard: whole under its name with its checksum noted, or not there at all.
void make_shard(BuildContext const& context, ShardBuilder& builder, std::size_t which, fs::path const& out,
                std::function<void(std::size_t)> const& progress) {
    std::string const name = context.plan.shards[which].name;
    fs::path const path = out / "shards" / name, temporary = out / "shards" / (name + ".part");
    builder.write(which, temporary, progress);
    std::string const sum = sha256_of_file(temporary);
    commit_file(temporary, path);
    write_file(state_folder(out) / (name + ".sha256"), sum);
}

void build_shards(BuildContext const& context, BuildOptions const& options, BuildReport& report) {
    std::vector<std::size_t> missing;
    for (std::size_t s = 0; s < context.plan.shards.size(); ++s) {
        if (!fs::exists(options.out / "shards" / context.plan.shards[s].name)) missing.push_back(s);
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
        make_shard(context, builders[worker], missing[i], options.out, [&](std::size_t records) {
            std::uint64_t const now = done += records;
            if (worker == 0 && bar) bar->show(now);
        });
    });
    if (bar) bar->show(done);
}

std::string sum_in_manifest(std::string const& file, fs::path const& out) {
    if (!fs::exists(out / "manifest.json")) return "";
    return with_manifest(out, [&](Json const& manifest) {
        for (auto const& one : manifest.at("files"))
            if (one.at("path") == file) return one.at("sha256").get<std::string>();
        return std::string();
    });
}

FileEntry shard_entry(BuildContext const& context, std::size_t which, fs::path const& out) {
    PlannedShard const& shard = context.plan.shards[which];
    fs::path const path = out / "shards" / shard.name, note = state_folder(out) / (shard.name + ".sha256");
    // A kill between the rename and the note leaves a whole shard without a note; so does a data set that was
    // complete, but there the first sum counts, so that a shard which was damaged since stays detectable.
    std::string sum = fs::exists(note) ? read_file(note) : sum_in_manifest("shards/" + shard.name, out);
    if (sum.empty()) sum = sha256_of_file(path);
    return {"shards/" + shard.name, fs::file_size(path), sum, context.recipe.splits[shard.split].name,
            shard.records};
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

void finish(BuildContext const& context, BuildOptions const& options, BuildReport& report) {
    fs::path const& out = options.out;
    write_file(out / "recipe.yaml", context.recipe.text);
    write_tables(context, out);
    DatasetSummary summary = summarize(context, out, options.threads);
    for (std::size_t s = 0; s < context.plan.shards.size(); ++s)
        summary.files.push_back(shard_entry(context, s, out));
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
    fs::remove_all(state_folder(out));
    report.groups = summary.groups;
}

BuildReport build_in_folder(Recipe const& recipe, BuildOptions const& options) {
    auto const start = Clock::now();
    BuildReport report;
    fs::create_directories(options.out);
    if (is_complete(recipe, options, report)) {
        report.seconds = seconds_since(start);
        return report;
    }
    if (options.device != "cpu")
        compute::Queue::open(options.device);  // refused before the folder is claimed
    Collection const collection = collect_structures(recipe, options.threads);
    claim_folder(recipe, collection, options);
    Plan const plan = make_plan(recipe, group_structures(collection.structures, options.threads));
    check_space(recipe, plan, options.out);
    BuildContext const context{recipe, collection, plan, options.generator, options.device};
    auto const calculating = Clock::now();
    build_shards(context, options, report);
    report.calculating_seconds = seconds_since(calculating);
    finish(context, options, report);
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
    if (fs::path const& out = options.out; fs::exists(out) && !fs::is_directory(out))
        throw Error(Fault::bad_input,
                    fmt::format("'{}' is a file; expected a folder; choose another --out", out.string()));
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
    std::vector<std::pair<std::string, std::string>> files;
    with_manifest(folder, [&](Json const& manifest) {
        for (auto const& file : manifest.at("files")) files.emplace_back(file.at("path"), file.at("sha256"));
        return true;
    });
    std::vector<std::string> problems(files.size());
    std::atomic<std::uint64_t> bytes{0};
    compute::parallel_for(files.size(), threads, [&](std::size_t i, unsigned) {
        fs::path const path = folder / files[i].first;
        if (!fs::exists(path))
            problems[i] = fmt::format("{}: missing", files[i].first);
        else if (sha256_of_file(path) != files[i].second)
            problems[i] = fmt::format("{}: checksum differs", files[i].first);
        if (problems[i].empty()) bytes += fs::file_size(path);
    });
    for (std::string& problem : problems)
        if (!problem.empty()) report.problems.push_back(std::move(problem));
    report.files = files.size();
    report.bytes = bytes;
    return report;
}

}  // namespace hutch::curate
