#include "hutch/curate/assess/columns.hpp"
#include "hutch/curate/assess/detail/answers.hpp"
#include "hutch/curate/assess/detail/statistical_checks.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace hutch::curate::assess::detail {
namespace {

constexpr std::size_t bins = 20, fewest = 200;
constexpr double least_occupied = 0.25, least_span = 0.2, most_gap = 0.4;

struct Coverage {
    double occupied = 0;  // share of equal parts of the declared range that hold a value
    double span = 0;      // between the outer values, over the declared range
    double gap = 0;       // largest one between neighbouring values, over the declared range
    bool is_continuous = false;
};

Coverage coverage_of(std::vector<double> values, double least, double most) {
    Coverage found;
    std::erase_if(values, [&](double v) { return !(v >= least && v <= most); });
    if (values.empty() || !(most > least)) return found;
    std::ranges::sort(values);
    std::vector<bool> is_occupied(bins);
    std::size_t different = 1;
    for (std::size_t i = 0; i < values.size(); ++i) {
        is_occupied[std::min(bins - 1, std::size_t(double(bins) * (values[i] - least) / (most - least)))] =
            true;
        if (i == 0 || values[i] == values[i - 1]) continue;
        ++different;
        found.gap = std::max(found.gap, (values[i] - values[i - 1]) / (most - least));
    }
    // Few values, such as classes, cannot occupy more parts than there are of them
    auto const occupied = double(std::ranges::count(is_occupied, true));
    found.occupied = occupied / double(std::min(bins, std::max<std::size_t>(different, 1)));
    found.is_continuous = different > values.size() / 4;
    if (found.is_continuous) found.occupied = occupied / double(bins);
    found.span = (values.back() - values.front()) / (most - least);
    return found;
}

// Records as if they were independent: those of a group count less.
double effective_size(Subject const& subject, TableFacts const& table) {
    Groups const groups = groups_of(subject.scan, table);
    std::vector<double> sizes(groups.count);
    for (std::uint32_t g : groups.of) ++sizes[g];
    double sum = 0, squares = 0;
    for (double size : sizes) sum += size, squares += size * size;
    return squares > 0 ? sum * sum / squares : 0;
}

std::string problem_of(Coverage const& coverage) {
    if (coverage.span < least_span)
        return fmt::format("values span {:.0f} % of the declared range", 100 * coverage.span);
    if (coverage.is_continuous && coverage.occupied < least_occupied)
        return fmt::format("{:.0f} % of the declared range are occupied", 100 * coverage.occupied);
    if (coverage.is_continuous && coverage.gap > most_gap)
        return fmt::format("a gap of {:.0f} % of the declared range holds nothing", 100 * coverage.gap);
    return "";
}

}  // namespace

Answer check_coverage(Subject const& subject) {
    Answer answer;
    std::vector<std::string> problems;
    std::size_t fields = 0;
    double least = 1, size = 0;
    for (TableFacts const& table : subject.scan.tables) {
        bool is_used = false;
        for (Field const& field : table.table->fields) {
            bool const is_meant = field.role == Role::feature || field.role == Role::label;
            if (!is_meant || !field.shape.empty() || !field.least || !field.most ||
                *field.least >= *field.most)
                continue;
            auto const column = find_column(table, field);
            if (!column || column->is_text()) continue;
            std::vector<double> values;
            for (std::size_t i = 0; i < column->size(); ++i)
                if (column->has(i)) values.push_back(column->numbers[i]);
            if (values.size() < fewest) continue;
            ++fields, is_used = true;
            Coverage const coverage = coverage_of(std::move(values), *field.least, *field.most);
            least = std::min(least, coverage.occupied);
            std::string const problem = problem_of(coverage);
            if (problem.empty()) continue;
            problems.push_back(fmt::format("'{}': {}", field.name, problem));
            show(answer, {"", field.name, 0, problem});
        }
        if (is_used) size = std::max(size, effective_size(subject, table));
    }
    if (fields == 0)
        return not_applicable("no scalar feature or label declares least and most and has 200 values");
    answer.numbers = {{"fields", double(fields)}, {"least_occupied", least}, {"effective_sample_size", size}};
    if (!problems.empty()) answer.state = State::fail;
    answer.text =
        problems.empty()
            ? fmt::format("declared ranges of {} are covered (least {:.0f} %); {:.0f} independent records",
                          counted(fields, "field"), 100 * least, size)
            : fmt::format("{}", fmt::join(problems, "; "));
    return answer;
}

}  // namespace hutch::curate::assess::detail
