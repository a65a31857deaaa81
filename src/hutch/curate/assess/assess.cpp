#include "hutch/curate/assess/assess.hpp"

#include "hutch/base/document.hpp"
#include "hutch/base/error.hpp"
#include "hutch/base/file.hpp"
#include "hutch/base/progress.hpp"

#include <algorithm>
#include <chrono>
#include <stdexcept>

#include <fmt/format.h>

namespace hutch::curate::assess {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

constexpr std::size_t most_dictionary_bytes = 64 << 20;

double seconds_since(Clock::time_point start) {
    return std::chrono::duration<double>(Clock::now() - start).count();
}

Dictionary dictionary_of(fs::path const& folder, std::optional<fs::path> const& given) {
    fs::path const path = given.value_or(folder / "dictionary.json");
    if (!given && !fs::exists(path)) return propose_dictionary(folder);
    return parse_dictionary(read_file(path, most_dictionary_bytes), path.string());
}

// A check tells of bad data by its answer; what it throws all the same must not look like a pass.
Answer answer_of(Check const& check, Subject const& subject) {
    auto const start = Clock::now();
    Answer answer;
    try {
        answer = check.run(subject);
    } catch (std::exception const& error) {  // out_of_range: facts that no file gave
        answer.state = State::not_checked;
        answer.text = fmt::format("the check could not be made: {}", error.what());
    }
    if (answer.remedy.empty() && answer.state == State::fail) answer.remedy = check.remedy;
    answer.seconds = seconds_since(start);
    return answer;
}

std::vector<Check> wanted_checks(std::vector<std::string> const& only) {
    std::vector<Check> checks = all_checks();
    if (only.empty()) return checks;
    std::vector<std::string> known;
    for (Check const& check : checks) known.emplace_back(check.id);
    for (std::string const& id : only)
        if (std::ranges::find(known, id) == known.end()) {
            std::string const near = nearest_word(id, known);
            throw Error(Fault::bad_input,
                        fmt::format("'{}' is no check; expected one of C01 to C61 and A01 to A03{}", id,
                                    near.empty() ? "" : fmt::format(", such as {}", near)));
        }
    std::erase_if(checks,
                  [&](Check const& check) { return std::ranges::find(only, check.id) == only.end(); });
    return checks;
}

std::vector<Result> run_checks(std::vector<Check> const& checks, Subject const& subject,
                               bool is_interactive) {
    std::vector<Result> results;
    std::optional<Progress> progress;
    if (is_interactive) progress.emplace("checks", "checks", checks.size());
    for (Check const& check : checks) {
        results.push_back({check.id, check.name, check.question, check.remedy, answer_of(check, subject)});
        if (progress) progress->show(results.size());
    }
    return results;
}

}  // namespace

std::vector<Check> all_checks() {
    std::vector<Check> all;
    for (auto const& family : {integrity_checks, value_checks, duplicate_checks, label_checks, physics_checks,
                               distribution_checks, document_checks, access_checks})
        for (Check& check : family()) all.push_back(std::move(check));
    std::ranges::sort(all, {}, [](Check const& check) { return std::string_view(check.id); });
    return all;
}

Result const* Assessment::find(std::string const& id) const {
    auto const found = std::ranges::find(results, id, &Result::id);
    return found == results.end() ? nullptr : &*found;
}

std::size_t Assessment::count(State state) const {
    return std::size_t(
        std::ranges::count_if(results, [&](Result const& result) { return result.answer.state == state; }));
}

Assessment assess_dataset(fs::path const& folder, AssessOptions const& options) {
    auto const start = Clock::now();
    if (!fs::is_directory(folder))
        throw Error(Fault::not_found,
                    fmt::format("'{}' is no folder; expected that of a data set", folder.string()));
    std::vector<Check> const checks = wanted_checks(options.only);
    Assessment made;
    made.folder = folder;
    made.dictionary = std::make_shared<Dictionary>(dictionary_of(folder, options.dictionary));
    made.scan = scan_dataset(folder, *made.dictionary, options.scan);
    Subject const subject{.folder = folder,
                          .dictionary = *made.dictionary,
                          .scan = made.scan,
                          .threads = options.threads,
                          .may_use_network = options.may_use_network,
                          .optimade = options.optimade,
                          .python = options.python,
                          .seed = options.seed,
                          .community = options.community.string(),
                          .keep = options.scan.keep};
    made.results = run_checks(checks, subject, options.scan.is_interactive);
    made.levels = find_levels(made.results, !made.dictionary->is_proposed);
    made.seconds = seconds_since(start);
    return made;
}

}  // namespace hutch::curate::assess
