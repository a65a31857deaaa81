#include "hutch/curate/make/clean.hpp"

#include "hutch/base/document.hpp"
#include "hutch/base/error.hpp"
#include "hutch/base/text.hpp"
#include "hutch/curate/assess/statistics.hpp"
#include "hutch/step/unit.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace hutch::curate::make {
namespace {

constexpr double none = std::numeric_limits<double>::quiet_NaN();
constexpr double deviations = 1.4826;  // median |value - median| of a normal distribution, in its deviations

Column& column_of(Request const& request, Frame& frame, std::string const& name, char const* where) {
    if (Column* column = frame.find(name)) return *column;
    std::vector<std::string> known;
    for (Column const& column : frame.columns) known.push_back(column.about.name);
    std::string const near = nearest_word(name, known);
    throw Error(Fault::bad_input, fmt::format("{}: '{}' names {}, which no record has; expected {}",
                                              request.file, where, in_quotes(name),
                                              near.empty() ? fmt::format("one of: {}", fmt::join(known, ", "))
                                                           : "'" + near + "'?"));
}

void convert(Request const& request, Column& column, std::string const& to) {
    std::string const& from = column.about.unit;
    if (from == to) return;
    auto const source = step::parse_unit(from), target = step::parse_unit(to);
    if (!source || !target || source->dimension != target->dimension)
        throw Error(Fault::bad_input,
                    fmt::format("{}: 'columns.{}.unit' is {}, which {} cannot be converted to; expected a "
                                "unit of the same kind; see 'units' of 'data'",
                                request.file, column.about.name, in_quotes(to), in_quotes(from)));
    for (double& value : column.numbers)
        value = (value * source->factor + source->offset - target->offset) / target->factor;
    if (!column.about.dtype.starts_with("float")) column.about.dtype = "float64";
    column.about.unit = to;
}

void take_over(Field const& said, Field& to) {
    if (!said.description.empty()) to.description = said.description;
    if (!said.quantity.empty()) to.quantity = said.quantity;
    if (!said.vocabulary.empty()) to.vocabulary = said.vocabulary;
    if (said.role != Role::other) to.role = said.role;
    if (said.least) to.least = said.least;
    if (said.most) to.most = said.most;
    if (!said.values.empty()) to.values = said.values;
}

void refuse(Request const& request, Frame& frame, std::size_t record, std::string cause,
            std::string message) {
    Record const& one = frame.records[record];
    frame.refused.push_back({request.sources[one.source].name, one.id, std::move(cause), std::move(message)});
}

void check_left(Request const& request, Frame const& frame, char const* where) {
    if (frame.records.empty())
        throw Error(Fault::bad_input, fmt::format("{}: '{}' leaves no record ({} refused); expected some",
                                                  request.file, where, frame.refused.size()));
}

void handle_missing(Request const& request, Frame& frame) {
    for (Missing const& rule : request.cleaning.missing) {
        Column& column = column_of(request, frame, rule.column, "cleaning.missing");
        if (column.is_text() && rule.way != Missing::Way::refuse)
            throw Error(Fault::bad_input,
                        fmt::format("{}: 'cleaning.missing.{}' fills a text; expected refuse", request.file,
                                    rule.column));
        double const fill = rule.way == Missing::Way::median ? median_of(column.numbers) : rule.number;
        std::vector<char> is_kept(frame.records.size(), 1);
        for (std::size_t r = 0; r < frame.records.size(); ++r) {
            if (!column.is_missing(r)) continue;
            if (rule.way == Missing::Way::refuse) {
                is_kept[r] = 0;
                refuse(request, frame, r, rule.column + " is missing", rule.column + " is missing");
                continue;
            }
            column.numbers[r] = fill;
            frame.inferred.push_back(
                {r, rule.column, column.text_of(r),
                 rule.way == Missing::Way::median ? "median of all records" : "constant of the description",
                 rule.confidence});
            frame.records[r].flags.push_back(fmt::format("{} was missing and is filled in", rule.column));
        }
        frame.keep_only(is_kept);
        check_left(request, frame, "cleaning.missing");
    }
}

void tag_outliers(Request const& request, Frame& frame) {
    for (std::string const& name : request.cleaning.outlier_columns) {
        Column& column = column_of(request, frame, name, "cleaning.outliers.columns");
        if (column.is_text())
            throw Error(Fault::bad_input, fmt::format("{}: 'cleaning.outliers.columns' names {}, a text; "
                                                      "expected numbers",
                                                      request.file, in_quotes(name)));
        double const middle = median_of(column.numbers);
        std::vector<double> distances;
        for (double const value : column.numbers) distances.push_back(std::abs(value - middle));
        double const spread = deviations * median_of(distances);
        if (!(spread > 0)) {
            frame.notes.push_back(fmt::format(
                "Outliers of '{}' were not looked for: at least half of the values are equal.", name));
            continue;
        }
        for (std::size_t r = 0; r < frame.records.size(); ++r) {
            double const z = distances[r] / spread;
            if (z > request.cleaning.outlier_z)
                frame.records[r].flags.push_back(
                    fmt::format("outlier: {} is {}, robust z {:.1f}", name, column.text_of(r), z));
        }
    }
}

void handle_negative(Request const& request, Frame& frame) {
    Column* column = frame.find("counts_negative");
    if (column == nullptr) return;
    std::vector<char> is_kept(frame.records.size(), 1);
    for (std::size_t r = 0; r < frame.records.size(); ++r) {
        if (!(column->numbers[r] > 0)) continue;
        std::string const what = fmt::format("{} points below 0", column->text_of(r));
        frame.records[r].flags.push_back(what +
                                         (request.cleaning.negative == Negative::mask ? ", masked" : ""));
        if (request.cleaning.negative != Negative::refuse) continue;
        is_kept[r] = 0;
        refuse(request, frame, r, "points below 0", what);
    }
    frame.keep_only(is_kept);
    check_left(request, frame, "cleaning.negative");
}

void handle_duplicates(Request const& request, Frame& frame) {
    std::map<std::string, std::size_t> first;
    std::vector<char> is_kept(frame.records.size(), 1);
    for (std::size_t r = 0; r < frame.records.size(); ++r) {
        auto const [place, is_new] = first.emplace(frame.records[r].digest, r);
        if (is_new || frame.records[r].digest.empty()) continue;
        std::string const what = "equal to " + frame.records[place->second].id;
        if (request.cleaning.refuse_duplicates) {
            is_kept[r] = 0;
            refuse(request, frame, r, "equal to another record", what);
        } else {
            frame.records[r].flags.push_back(what);
        }
    }
    frame.keep_only(is_kept);
}

}  // namespace

double median_of(std::vector<double> values) {
    std::erase_if(values, [](double one) { return std::isnan(one); });
    return assess::median(std::move(values));
}

void apply_column_rules(Request const& request, Frame& frame) {
    for (ColumnRule const& rule : request.columns) {
        Column& column = column_of(request, frame, rule.about.name, "columns");
        if (!rule.about.unit.empty()) {
            if (column.is_text())
                throw Error(Fault::bad_input, fmt::format("{}: 'columns.{}' is a text and has a unit; "
                                                          "expected none",
                                                          request.file, rule.about.name));
            convert(request, column, rule.about.unit);
        }
        take_over(rule.about, column.about);
    }
}

void select(Request const& request, Frame& frame) {
    for (Condition const& condition : request.selection) {
        Column const& column = column_of(request, frame, condition.column, "selection");
        bool const compares =
            condition.comparison != Comparison::is_given && condition.comparison != Comparison::is_missing;
        if (compares && !column.is_text() && !condition.number)
            throw Error(Fault::bad_input,
                        fmt::format("{}: 'selection' has {}, but {} is a number; expected a number to "
                                    "compare with",
                                    request.file, in_quotes(condition.text), in_quotes(condition.column)));
        std::vector<char> is_kept(frame.records.size(), 1);
        for (std::size_t r = 0; r < frame.records.size(); ++r)
            if (auto const problem = first_problem(condition, column, r)) {
                is_kept[r] = 0;
                refuse(request, frame, r, "not " + condition.text, *problem);
            }
        frame.keep_only(is_kept);
        check_left(request, frame, "selection");
    }
}

void clean(Request const& request, Frame& frame) {
    handle_missing(request, frame);
    handle_negative(request, frame);
    handle_duplicates(request, frame);
    tag_outliers(request, frame);
}

}  // namespace hutch::curate::make
