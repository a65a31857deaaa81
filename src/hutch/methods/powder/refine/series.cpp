#include "hutch/methods/powder/refine/series.hpp"

#include "hutch/base/error.hpp"
#include "hutch/base/text.hpp"
#include "hutch/data/gzip.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>

#include <fmt/format.h>

namespace hutch::powder::refine {
namespace {

// The first number behind some words of a file's header.
std::optional<double> number_behind(std::string_view text, std::string_view words) {
    std::size_t place = text.find(words);
    if (place == std::string_view::npos) return {};
    place += words.size();
    while (place < text.size() && (text[place] == ' ' || text[place] == '\t' || text[place] == '=' ||
                                   text[place] == ':' || text[place] == '+'))
        ++place;
    double value = 0;
    auto const [end, problem] = std::from_chars(text.data() + place, text.data() + text.size(), value);
    if (problem != std::errc()) return {};
    return value;
}

double variable_of(Document const& variable, std::filesystem::path const& path, std::size_t number) {
    if (variable.is_empty()) return double(number + 1);
    if (variable.has("values")) return variable.at("values").items().at(number).number();
    if (!variable.has("header")) return double(number + 1);
    std::string const words = variable.at("header").text();
    auto const found = number_behind(data::read_possibly_gzipped(path).substr(0, 20000), words);
    if (!found)
        variable.at("header").fail(fmt::format("is {}; expected these words and a number in {}",
                                               in_quotes(words), in_quotes(path.string())));
    return *found;
}

PatternDescription& pattern_of(Description& description, std::string const& name) {
    return *std::ranges::find(description.patterns, name, &PatternDescription::name);
}

// A stage that refines what the last one of a run has refined.
Description at_once(Description description, Run const& like) {
    Stage stage{"all at once", {}, {}, {}};
    for (std::size_t const p : like.last().refined)
        stage.refine.push_back(like.problem.model.parameters[p].name);
    // What the stages changed on the way holds from the start.
    for (Stage const& one : description.stages)
        if (one.changes) apply_changes(description, *one.changes);
    description.stages = {stage};
    return description;
}

void check_axes(Description& description, Series const& series) {
    data::AxisKind const expected = pattern_of(description, series.pattern).measured.axis;
    for (SeriesItem const& item : series.items)
        if (item.measured.axis != expected)
            throw Error(Fault::bad_data, fmt::format("{} has data over {}; expected {} as in pattern '{}'",
                                                     in_quotes(item.name), to_name(item.measured.axis),
                                                     to_name(expected), series.pattern));
}

// What goes wrong says with which file.
Run named(SeriesItem const& item, std::function<Run()> const& refine) {
    try {
        return refine();
    } catch (Error const& error) {
        throw Error(error.fault(), fmt::format("{}: {}", item.name, error.what()));
    }
}

SeriesRow to_row(SeriesItem const& item, Result const& result, std::vector<std::string> const& names) {
    SeriesRow row{item.name, item.variable, result.r_wp, result.goodness, result.ending, {}};
    for (std::string const& name : names) {
        auto const found = std::ranges::find(result.parameters, name, &ParameterResult::name);
        row.estimates.push_back(found == result.parameters.end() ? Estimate{std::nan(""), std::nan("")}
                                                                 : found->estimate);
    }
    return row;
}

}  // namespace

Series read_series(Document const& document, FileFinder const& find) {
    Document const at = document.at("series");
    at.only({"pattern", "files", "variable"});
    Series series;
    series.pattern = at.at("pattern").text();
    if (!document.at("patterns").has(series.pattern))
        at.at("pattern").fail(
            fmt::format("is {}; expected a pattern of this refinement", in_quotes(series.pattern)));
    Document const variable = at.find("variable"), pattern = document.at("patterns").at(series.pattern);
    auto const files = at.at("files").items();
    if (!variable.is_empty()) {
        variable.only({"name", "unit", "header", "values"});
        series.variable.name = variable.at("name").text();
        series.variable.unit = variable.has("unit") ? variable.at("unit").text() : "1";
        if (variable.has("values") && variable.at("values").items().size() != files.size())
            variable.at("values").fail(fmt::format("has {} numbers; expected one for each of {} files",
                                                   variable.at("values").items().size(), files.size()));
    }
    int const bank = pattern.has("bank") ? int(pattern.at("bank").integer()) : 0;
    for (std::size_t i = 0; i < files.size(); ++i) {
        auto const path = find(files[i].text());
        series.items.push_back({path.stem().string(), variable_of(variable, path, i),
                                data::to_density(data::read_pattern(path, bank))});
        for (std::size_t before = 0; before < i; ++before)
            if (series.items[before].name == series.items[i].name)
                files[i].fail(fmt::format("is named {} like another one; expected names that differ",
                                          in_quotes(series.items[i].name)));
    }
    if (series.items.empty()) at.at("files").fail("has no file; expected one at least");
    std::ranges::stable_sort(series.items, {}, &SeriesItem::variable);
    return series;
}

namespace {

// Refines one item after the other and knows where the next one starts.
class SeriesRunner {
  public:
    SeriesRunner(Description description, Series const& series, SeriesOptions const& options)
        : about_(std::move(description)), series_(series), options_(options) {
        quiet_.should_stop = options.should_stop;
    }

    SeriesTable run() {
        table_.variable = series_.variable;
        std::size_t const count = series_.items.size();
        for (std::size_t i = 0; i < count; ++i) {
            SeriesItem const& item = series_.items[i];
            try {
                Result const result = refine(item);
                table_.rows.push_back(to_row(item, result, table_.names));
                if (options_.on_item) options_.on_item(i + 1, count, item, result);
            } catch (Error const& error) {
                if (!warm_ && i + 1 == count) throw;
                failed_.push_back(table_.rows.size());
                table_.rows.push_back(
                    {item.name, item.variable, std::nan(""), std::nan(""), error.what(), {}});
                if (options_.on_failure) options_.on_failure(i + 1, count, item, error.what());
            }
            if (options_.should_stop && options_.should_stop()) break;
        }
        for (std::size_t const row : failed_)
            table_.rows[row].estimates.assign(table_.names.size(), {std::nan(""), std::nan("")});
        return std::move(table_);
    }

  private:
    static double goodness(Run const& one) { return one.last().overall.goodness(one.last().variables); }

    Description with(Description about, SeriesItem const& item) const {
        pattern_of(about, series_.pattern).measured = item.measured;
        about.title = fmt::format("{}, {} {:.6g} {}", about_.title, series_.variable.name, item.variable,
                                  series_.variable.unit);
        return about;
    }

    Result refine(SeriesItem const& item) {
        Run now = named(item, [&] {
            return warm_ ? hutch::powder::refine::run(with(*warm_, item), quiet_, known_)
                         : hutch::powder::refine::run(with(about_, item), quiet_);
        });
        if (warm_ && !(goodness(now) < 1.5 * goodness_before_)) {
            Run again = named(item, [&] { return hutch::powder::refine::run(with(about_, item), quiet_); });
            if (goodness(again) < goodness(now) || !std::isfinite(goodness(now))) now = std::move(again);
        }
        if (!warm_) {
            warm_ = at_once(about_, now);
            for (std::size_t const p : now.last().refined) {
                table_.names.push_back(now.problem.model.parameters[p].name);
                table_.units.push_back(now.problem.model.parameters[p].unit);
            }
        }
        goodness_before_ = goodness(now);
        known_ = now.problem.model.parameters.values_by_name();
        return to_result(now);
    }

    Description about_;
    Series const& series_;
    SeriesOptions const& options_;
    RunOptions quiet_;
    SeriesTable table_;
    std::vector<std::size_t> failed_;
    std::optional<Description> warm_;  ///< with what the first item refined at the end, all at once
    std::map<std::string, double> known_;
    double goodness_before_ = 0;
};

}  // namespace

SeriesTable run_series(Description description, Series const& series, SeriesOptions const& options) {
    check_axes(description, series);
    return SeriesRunner(std::move(description), series, options).run();
}

}  // namespace hutch::powder::refine
