#include "hutch/base/random.hpp"
#include "hutch/compute/parallel.hpp"
#include "hutch/curate/assess/columns.hpp"
#include "hutch/curate/assess/detail/answers.hpp"
#include "hutch/curate/assess/detail/contents.hpp"
#include "hutch/curate/assess/detail/statistical_checks.hpp"
#include "hutch/curate/assess/record_arrays.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace hutch::curate::assess::detail {
namespace {

constexpr std::uint64_t most_records = 5000;
constexpr std::size_t neighbours = 10, fewest_of_class = 20, fewest_records = 200, most_classes = 64;
constexpr double least_accuracy = 0.75;  // balanced; a poorer classifier cannot contradict
constexpr double noise_limit = 0.02;     // of records
constexpr double confident_limit = 0.65, confident_limit_of_poor = 0.85,
                 poor_accuracy = 0.85;  // clear contradictions among errors, over clear ones among the rest
constexpr std::size_t fewest_contradictions = 8;

// Class shares among the nearest other records, the first one being given to nobody.
struct Neighbourhood {
    std::vector<float> shares;  // records x classes
    std::size_t classes;
    float at(std::size_t i, std::size_t c) const { return shares[i * classes + c]; }
    std::size_t best(std::size_t i) const {
        auto const first = shares.begin() + std::ptrdiff_t(i * classes);
        return std::size_t(std::max_element(first, first + std::ptrdiff_t(classes)) - first);
    }
};

Neighbourhood neighbourhood(Contents const& contents, std::vector<std::size_t> const& label,
                            std::size_t classes, unsigned threads) {
    std::size_t const n = contents.records.size(), width = contents.width;
    std::vector<float> sizes(classes);
    for (std::size_t c : label) ++sizes[c];
    Neighbourhood made{std::vector<float>(n * classes), classes};
    compute::parallel_for(n, threads, [&](std::size_t i, unsigned) {
        std::vector<std::pair<float, std::uint32_t>> distances;
        distances.reserve(n);
        float const* const a = &contents.values[i * width];
        for (std::size_t j = 0; j < n; ++j) {
            if (j == i) continue;
            float const* const b = &contents.values[j * width];
            float sum = 0;
            for (std::size_t k = 0; k < width; ++k) sum += (a[k] - b[k]) * (a[k] - b[k]);
            distances.emplace_back(sum, std::uint32_t(j));
        }
        std::size_t const k = std::min(neighbours, distances.size());
        std::ranges::nth_element(distances, distances.begin() + std::ptrdiff_t(k) - 1);
        float* const shares = &made.shares[i * classes];
        for (std::size_t j = 0; j < k; ++j) shares[label[distances[j].second]] += 1 / float(k);
    });
    return made;
}

struct NoiseEstimate {
    double accuracy = 0;  // balanced
    double noise = 0;     // share of records that are clearly contradicted
    double ratio = 0;     // clear ones among contradicted (less a standard error), over those among confirmed
    std::vector<std::pair<std::size_t, std::size_t>>
        contradicted;  // record of the sample, class it looks like
};

// Confident learning: a class is clear where its share is at least the mean that its own records have.
NoiseEstimate estimate(Neighbourhood const& near, std::vector<std::size_t> const& label) {
    std::size_t const classes = near.classes;
    std::vector<double> threshold(classes), size(classes), right(classes);
    for (std::size_t i = 0; i < label.size(); ++i) {
        threshold[label[i]] += double(near.at(i, label[i]));
        ++size[label[i]];
        right[label[i]] += near.best(i) == label[i];
    }
    NoiseEstimate made;
    for (std::size_t c = 0; c < classes; ++c)
        threshold[c] /= size[c], made.accuracy += right[c] / size[c] / double(classes);
    double errors = 0, clear = 0, confirmed = 0, clearly_confirmed = 0;
    for (std::size_t i = 0; i < label.size(); ++i) {
        std::size_t const best = near.best(i);
        bool const is_clear = double(near.at(i, best)) >= threshold[best];
        if (best == label[i]) {
            ++confirmed, clearly_confirmed += is_clear;
            continue;
        }
        ++errors;
        if (!is_clear) continue;
        ++clear;
        made.contradicted.emplace_back(i, best);
    }
    made.noise = clear / double(label.size());
    if (errors > 0 && clearly_confirmed > 0) {
        double const share = clear / errors, usual = clearly_confirmed / confirmed;
        made.ratio = (share - std::sqrt(share * (1 - share) / errors)) / usual;
    }
    return made;
}

// Classes that are large enough in the sample, renumbered; records of others are left out of it.
std::vector<std::size_t> keep_large_classes(Classes const& classes, Contents& contents,
                                            std::vector<std::string>& names) {
    std::vector<std::size_t> count(classes.count()), number(classes.count());
    for (std::uint64_t r : contents.records)
        if (classes.of[r] >= 0) ++count[std::size_t(classes.of[r])];
    for (std::size_t c = 0; c < count.size(); ++c) {
        if (count[c] < fewest_of_class) continue;
        number[c] = names.size();
        names.push_back(classes.names[c]);
    }
    std::vector<std::size_t> label;
    std::vector<bool> is_kept(contents.records.size());
    for (std::size_t i = 0; i < is_kept.size(); ++i) {
        std::int32_t const c = classes.of[contents.records[i]];
        is_kept[i] = c >= 0 && count[std::size_t(c)] >= fewest_of_class;
        if (is_kept[i]) label.push_back(number[std::size_t(c)]);
    }
    contents.keep(is_kept);
    return label;
}

struct Findings {
    std::size_t judged = 0, poor = 0;
    std::vector<std::string> problems;
};

void judge_label(Subject const& subject, TableFacts const& table, Field const& field, Classes const& classes,
                 Contents contents, Findings& found, Answer& answer) {
    std::vector<std::string> names;
    std::vector<std::size_t> const label = keep_large_classes(classes, contents, names);
    if (label.size() < fewest_records || names.size() < 2 || names.size() > most_classes) return;
    NoiseEstimate const noise =
        estimate(neighbourhood(contents, label, names.size(), subject.threads), label);
    answer.numbers.emplace_back(field.name + ": accuracy of the classifier", noise.accuracy);
    if (noise.accuracy < least_accuracy) {
        ++found.poor;
        return;
    }
    ++found.judged;
    answer.numbers.emplace_back(field.name + ": clearly contradicted", noise.noise);
    answer.numbers.emplace_back(field.name + ": clear among errors", noise.ratio);
    double const limit = noise.accuracy < poor_accuracy ? confident_limit_of_poor : confident_limit;
    if (noise.noise < noise_limit || noise.ratio < limit || noise.contradicted.size() < fewest_contradictions)
        return;
    found.problems.push_back(fmt::format("{:.1f} % of '{}' are clearly contradicted by their nearest records",
                                         100 * noise.noise, field.name));
    for (auto const& [i, best] : noise.contradicted)
        show(answer, place_of(subject.scan, table, contents.records[i], field.name,
                              fmt::format("says '{}', looks like '{}'", names[label[i]], names[best])));
}

}  // namespace

Answer check_label_noise(Subject const& subject) {
    Answer answer;
    Findings found;
    bool has_labels = false;
    for (TableFacts const& table : subject.scan.tables) {
        std::optional<Contents> contents;
        for (Field const* field : table.table->of_role(Role::label)) {
            auto const column = find_column(table, *field);
            if (!column) continue;
            Classes const classes = classes_of(table, *column);
            if (classes.count() < 2 || double(classes.count()) > std::max(20.0, double(classes.labelled) / 5))
                continue;
            has_labels = true;
            if (!contents) contents = contents_of(subject, table, most_records, 36);
            if (contents->width > 0) judge_label(subject, table, *field, classes, *contents, found, answer);
        }
    }
    if (!has_labels) return not_applicable("no label has classes");
    if (found.judged == 0)
        return not_applicable(
            found.poor > 0
                ? "what a nearest-neighbour classifier finds of the labels is too little to contradict them"
                : "too few records, classes or features to classify");
    if (!found.problems.empty()) answer.state = State::fail;
    answer.text = found.problems.empty()
                      ? fmt::format("{} judged; records that look alike have the same labels",
                                    counted(found.judged, "label"))
                      : fmt::format("{}", fmt::join(found.problems, "; "));
    return answer;
}

}  // namespace hutch::curate::assess::detail
