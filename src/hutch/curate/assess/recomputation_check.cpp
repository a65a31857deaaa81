#include "hutch/base/checksum.hpp"
#include "hutch/base/error.hpp"
#include "hutch/base/file.hpp"
#include "hutch/compute/isa.hpp"
#include "hutch/curate/assess/detail/answers.hpp"
#include "hutch/curate/assess/detail/statistical_checks.hpp"
#include "hutch/curate/assess/record_arrays.hpp"
#include "hutch/curate/groups.hpp"
#include "hutch/curate/shard_build.hpp"

#include <algorithm>
#include <map>
#include <unistd.h>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace hutch::curate::assess::detail {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

constexpr std::uint64_t one_in = 100;  // shards, and at least one

// A folder that is gone when it is no longer needed.
class ScratchFolder {
  public:
    ScratchFolder() : path(fs::temp_directory_path() / fmt::format("hutch_recomputed_{}", ::getpid())) {
        fs::create_directories(path);
    }
    ~ScratchFolder() {
        std::error_code ignored;
        fs::remove_all(path, ignored);
    }
    ScratchFolder(ScratchFolder const&) = delete;
    ScratchFolder& operator=(ScratchFolder const&) = delete;
    fs::path const path;
};

std::string text_of(Json const& manifest, char const* key) {
    auto const found = manifest.find(key);
    return found != manifest.end() && found->is_string() ? found->get<std::string>() : "";
}

std::string sha256_in_scan(Scan const& scan, std::string const& path) {
    for (ScannedFile const& file : scan.files)
        if (file.path == path) return file.sha256;
    return "";
}

Answer compare_shards(Subject const& subject, BuildContext const& context) {
    Answer answer;
    ScratchFolder const scratch;
    ShardBuilder builder(context);
    std::uint64_t const all = context.plan.shards.size();
    std::uint64_t records = 0, wrong = 0;
    auto const picked =
        pick_records(all, std::max<std::uint64_t>(1, (all + one_in - 1) / one_in), subject.seed, 50);
    for (std::uint64_t s : picked) {
        PlannedShard const& shard = context.plan.shards[s];
        fs::path const made = scratch.path / shard.name;
        builder.write(s, made, [](std::size_t) {});
        records += shard.records;
        std::string const path = "shards/" + shard.name;
        if (sha256_of_file(made) == sha256_in_scan(subject.scan, path)) continue;
        ++wrong;
        show(answer, {path, "", 0, "its bytes are not those that recipe and program give"});
    }
    answer.numbers = {
        {"shards", double(picked.size())}, {"records", double(records)}, {"different", double(wrong)}};
    if (wrong > 0) answer.state = State::fail;
    answer.text = fmt::format("{} of {} calculated again, {} to the byte", counted(picked.size(), "shard"),
                              all, wrong == 0 ? "equal" : fmt::format("{} not equal", wrong));
    return answer;
}

// The instruction set stands in brackets behind the version; bytes may depend on it.
bool is_of_this_processor(std::string const& generator) {
    return generator.find(fmt::format("({})", compute::to_name(compute::best_isa()))) != std::string::npos;
}

Answer recompute(Subject const& subject, std::string const& text, Json const& manifest) {
    std::string const generator = text_of(manifest, "generator");
    if (!is_of_this_processor(generator))
        return not_checked(fmt::format("made by '{}', and this machine calculates with {}", generator,
                                       compute::to_name(compute::best_isa())));
    Recipe const recipe = parse_recipe(text, (subject.folder / "recipe.yaml").string());
    Collection const collection = collect_structures(recipe, subject.threads);
    if (std::string const sum = text_of(manifest, "structures_sha256");
        !sum.empty() && sum != collection.checksum)
        return not_checked(
            "the sources of structures on this machine are not those that the data set was made from");
    Plan const plan = make_plan(recipe, group_structures(collection.structures, subject.threads));
    return compare_shards(subject, {recipe, collection, plan, generator});
}

}  // namespace

Answer check_recomputation(Subject const& subject) {
    fs::path const recipe = subject.folder / "recipe.yaml", manifest = subject.folder / "manifest.json";
    if (!fs::exists(recipe) || !fs::exists(manifest))
        return not_applicable("there is no recipe that records could be calculated from again");
    try {
        std::string const text = read_file(recipe);
        Json const parsed = Json::parse(read_file(manifest), nullptr, false);
        if (!parsed.is_object() || text_of(parsed, "recipe_sha256").empty() ||
            text_of(parsed, "structures_sha256").empty())
            return not_applicable("the recipe is not one of dataset.build");
        if (text_of(parsed, "recipe_sha256") != sha256(text))
            return {State::fail, "recipe.yaml is not the recipe that the manifest names", {}, {}, {}, 0};
        return recompute(subject, text, parsed);
    } catch (Error const& error) {
        return not_checked(fmt::format("records cannot be calculated here: {}", error.what()));
    } catch (fs::filesystem_error const& error) {
        return not_checked(fmt::format("records cannot be calculated here: {}", error.code().message()));
    }
}

}  // namespace hutch::curate::assess::detail
