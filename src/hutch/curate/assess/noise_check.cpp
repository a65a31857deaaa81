#include "hutch/base/error.hpp"
#include "hutch/curate/assess/columns.hpp"
#include "hutch/curate/assess/detail/answers.hpp"
#include "hutch/curate/assess/detail/poisson.hpp"
#include "hutch/curate/assess/detail/statistical_checks.hpp"
#include "hutch/curate/assess/record_arrays.hpp"
#include "hutch/curate/assess/statistics.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace hutch::curate::assess::detail {
namespace {

constexpr std::uint64_t most_records = 200;
constexpr double least_ratio = 0.8, most_ratio = 1.3;           // median over records
constexpr double least_of_record = 0.55, most_of_record = 1.8;  // single records
constexpr double usual_strangers = 0.02;
constexpr double most_fractional = 0.01;

struct Findings {
    std::size_t fields = 0, judged = 0;
    std::vector<std::string> problems;
};

void judge_field(Subject const& subject, TableFacts const& table, Field const& field, Findings& found,
                 Answer& answer) {
    ++found.fields;
    auto const facts = table.fields.find(field.name);
    if (facts != table.fields.end() && facts->second.values > 0) {
        FieldFacts const& of = facts->second;
        double const share = double(of.fractional) / double(of.values);
        answer.numbers.emplace_back(field.name + ": fractional", share);
        if (share > most_fractional)
            found.problems.push_back(fmt::format(
                "'{}' is said to be counts, and {:.1f} % are no whole numbers", field.name, 100 * share));
    }
    RecordReader reader(subject.folder, subject.scan, table);
    std::vector<double> ratios;
    std::vector<std::uint64_t> strangers;
    reader.read_all(
        field.name,
        pick_records(table.records, affordable_records(table, field, most_records), subject.seed, 45),
        [&](std::uint64_t record, std::vector<double> const& values) {
            auto const ratio = variance_over_mean(values);
            if (!ratio) return;
            ratios.push_back(*ratio);
            if (*ratio >= least_of_record && *ratio <= most_of_record) return;
            strangers.push_back(record);
            show(answer, place_of(subject.scan, table, record, field.name,
                                  fmt::format("variance is {:.2f} times the mean", *ratio)));
        });
    if (ratios.empty()) return;
    ++found.judged;
    double const middle = median(ratios), usual = usual_strangers * double(ratios.size());
    answer.numbers.emplace_back(field.name + ": variance over mean", middle);
    answer.numbers.emplace_back(field.name + ": records judged", double(ratios.size()));
    answer.numbers.emplace_back(field.name + ": records off", double(strangers.size()));
    if (middle < least_ratio || middle > most_ratio)
        found.problems.push_back(
            fmt::format("variance of '{}' is {:.2f} times its mean, in the median", field.name, middle));
    else if (double(strangers.size()) > usual + 3 * std::sqrt(usual) + 1)
        found.problems.push_back(fmt::format("variance over mean of '{}' is off in {} of {}", field.name,
                                             strangers.size(), counted(ratios.size(), "record")));
}

}  // namespace

Answer check_noise_model(Subject const& subject) {
    Answer answer;
    Findings found;
    for (TableFacts const& table : subject.scan.tables)
        for (Field const& field : table.table->fields)
            if (field.noise == "poisson" && !field.shape.empty())
                judge_field(subject, table, field, found, answer);
    if (found.fields == 0) return not_applicable("no array field declares its noise");
    if (found.judged == 0 && found.problems.empty())
        return not_applicable(
            "no record has smooth parts of 20 counts and more to tell variance and mean by");
    if (!found.problems.empty()) answer.state = State::fail;
    answer.text = found.problems.empty()
                      ? fmt::format("variance equals mean in {}", counted(found.judged, "field"))
                      : fmt::format("{}", fmt::join(found.problems, "; "));
    return answer;
}

}  // namespace hutch::curate::assess::detail
