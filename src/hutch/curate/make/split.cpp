#include "hutch/curate/make/split.hpp"

#include "hutch/base/error.hpp"
#include "hutch/base/random.hpp"
#include "hutch/base/text.hpp"
#include "hutch/curate/detail/unions.hpp"
#include "hutch/curate/groups.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <regex>

#include <fmt/format.h>

namespace hutch::curate::make {
namespace {

using detail::Unions;

constexpr std::uint32_t order_stream = 20;  // of random numbers; base/random.hpp

template <class Key>
void join_equal(std::vector<std::pair<Key, std::size_t>> const& keys, Unions& unions) {
    std::map<Key, std::size_t> first;
    for (auto const& [key, record] : keys) unions.join(first.emplace(key, record).first->second, record);
}

Column const& column_of(Request const& request, Frame const& frame, std::string const& name,
                        char const* where) {
    Column const* column = frame.find(name);
    if (column == nullptr)
        throw Error(Fault::bad_input, fmt::format("{}: '{}' names {}, which no record has; expected a column",
                                                  request.file, where, in_quotes(name)));
    return *column;
}

// ---- splits by groups -------------------------------------------------------------------------------------

// How many records of each class a group has; one class where nothing is stratified.
using Counts = std::vector<double>;

std::vector<Counts> counts_of(Request const& request, Frame const& frame, std::size_t groups) {
    Column const* label = request.split.stratify.empty()
                              ? nullptr
                              : &column_of(request, frame, request.split.stratify, "split_by.stratify");
    std::map<std::string, std::size_t> classes;
    for (std::size_t r = 0; r < frame.records.size(); ++r)
        classes.emplace(label == nullptr ? "" : label->text_of(r), classes.size());
    std::vector<Counts> counts(groups, Counts(classes.size(), 0));
    for (std::size_t r = 0; r < frame.records.size(); ++r)
        ++counts[std::size_t(frame.records[r].group)][classes.at(label == nullptr ? "" : label->text_of(r))];
    return counts;
}

// Large groups first, so that small ones can even out; the seed orders equal ones.
std::vector<std::size_t> order_of(std::vector<double> const& sizes, std::uint64_t seed) {
    std::vector<std::size_t> order(sizes.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    RandomStream random(seed, order_stream, 0);
    for (std::size_t i = order.size(); i > 1; --i) std::swap(order[i - 1], order[random.below(i)]);
    std::ranges::stable_sort(order, std::greater<>{}, [&](std::size_t g) { return sizes[g]; });
    return order;
}

void split_by_groups(Request const& request, Frame& frame) {
    std::size_t groups = 0;
    for (Record const& record : frame.records) groups = std::max(groups, std::size_t(record.group) + 1);
    auto const counts = counts_of(request, frame, groups);
    std::size_t const classes = counts.front().size();
    Counts total(classes, 0);
    std::vector<double> sizes;
    for (Counts const& one : counts) {
        for (std::size_t c = 0; c < classes; ++c) total[c] += one[c];
        sizes.push_back(std::accumulate(one.begin(), one.end(), 0.0));
    }
    auto const& splits = request.split.splits;
    std::vector<Counts> filled(splits.size(), Counts(classes, 0));
    std::vector<double> all(splits.size(), 0);
    std::vector<std::size_t> split_of(groups, 0);
    for (std::size_t const g : order_of(sizes, request.seed)) {
        // What a split lacks of the group's classes, as a share of what it is to get; records decide ties.
        auto const lack = [&](std::size_t s) {
            double sum = 0;
            for (std::size_t c = 0; c < classes; ++c)
                if (counts[g][c] > 0)
                    sum += counts[g][c] / sizes[g] * (1 - filled[s][c] / (splits[s].share * total[c]));
            return std::pair(sum, 1 - all[s] / splits[s].share);
        };
        std::size_t best = 0;
        for (std::size_t s = 1; s < splits.size(); ++s)
            if (lack(s) > lack(best)) best = s;
        split_of[g] = best;
        all[best] += sizes[g];
        for (std::size_t c = 0; c < classes; ++c) filled[best][c] += counts[g][c];
    }
    for (Record& record : frame.records) record.split = split_of[std::size_t(record.group)];
}

// ---- splits by time ---------------------------------------------------------------------------------------

// Texts are ISO 8601 and compare as they stand when all have one form and one time zone.
void check_times(Request const& request, Column const& times, std::size_t records) {
    static std::regex const form(R"((\d{4}-\d\d-\d\d)([T ]\d\d:\d\d(:\d\d(\.\d+)?)?)?(Z|[+-]\d\d:?\d\d)?)");
    std::string zone;
    std::size_t length = 0;
    for (std::size_t r = 0; r < records; ++r) {
        if (times.is_missing(r))
            throw Error(Fault::bad_data,
                        fmt::format("{}: '{}' is missing for a record; expected a time for each, to split by",
                                    request.file, times.about.name));
        if (!times.is_text()) continue;
        std::smatch match;
        bool const is_time = times.texts[r].size() <= 40 && std::regex_match(times.texts[r], match, form);
        if (is_time && r == 0) zone = match[5], length = times.texts[0].size();
        if (!is_time || match[5] != zone || times.texts[r].size() != length)
            throw Error(Fault::bad_data,
                        fmt::format("{}: '{}' is {}; expected ISO 8601, of one form and time zone for all",
                                    request.file, times.about.name, in_quotes(times.texts[r])));
    }
}

std::vector<std::size_t> order_by_time(Column const& times, std::size_t records) {
    std::vector<std::size_t> order(records);
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::ranges::stable_sort(order, [&](std::size_t a, std::size_t b) {
        return times.is_text() ? times.texts[a] < times.texts[b] : times.numbers[a] < times.numbers[b];
    });
    return order;
}

// Places in the order where no group goes on and the time differs: a cut may stand before them.
std::vector<std::size_t> possible_cuts(Frame const& frame, Column const& times,
                                       std::vector<std::size_t> const& order) {
    std::map<std::int32_t, std::size_t> last;
    for (std::size_t i = 0; i < order.size(); ++i) last[frame.records[order[i]].group] = i;
    std::vector<std::size_t> cuts;
    std::size_t reach = 0;
    for (std::size_t i = 0; i + 1 < order.size(); ++i) {
        reach = std::max(reach, last[frame.records[order[i]].group]);
        if (reach == i && times.text_of(order[i]) != times.text_of(order[i + 1])) cuts.push_back(i + 1);
    }
    return cuts;
}

void split_by_time(Request const& request, Frame& frame) {
    Column const& times = column_of(request, frame, request.split.time, "split_by.time");
    check_times(request, times, frame.records.size());
    auto const order = order_by_time(times, frame.records.size());
    auto const cuts = possible_cuts(frame, times, order);
    std::vector<std::size_t> ends;
    double share = 0;
    for (std::size_t s = 0; s + 1 < request.split.splits.size(); ++s) {
        share += request.split.splits[s].share;
        double const wanted = share * double(order.size());
        std::optional<std::size_t> best;
        for (std::size_t const cut : cuts)
            if ((ends.empty() || cut > ends.back()) &&
                (!best || std::abs(double(cut) - wanted) < std::abs(double(*best) - wanted)))
                best = cut;
        if (!best)
            throw Error(
                Fault::bad_input,
                fmt::format("{}: 'split_by.time' finds no time to end '{}' at that separates no group; "
                            "expected groups that follow each other; give other 'groups' or fewer splits",
                            request.file, request.split.splits[s].name));
        ends.push_back(*best);
    }
    ends.push_back(order.size());
    std::size_t split = 0;
    for (std::size_t i = 0; i < order.size(); ++i) {
        while (i >= ends[split]) ++split;
        frame.records[order[i]].split = split;
    }
    frame.find(request.split.time)->about.role = Role::time;
    frame.find(request.split.time)->about.is_ordered = true;
}

}  // namespace

void group_records(Request const& request, LabelledStructures const& structures, unsigned threads,
                   Frame& frame) {
    Unions unions(frame.records.size());
    std::vector<std::pair<std::string, std::size_t>> keys;
    for (std::size_t r = 0; r < frame.records.size(); ++r)
        if (!frame.records[r].digest.empty()) keys.emplace_back(frame.records[r].digest, r);
    join_equal(keys, unions);
    for (std::string const& name : request.split.groups) {
        Column const& column = column_of(request, frame, name, "split_by.groups");
        keys.clear();
        for (std::size_t r = 0; r < frame.records.size(); ++r)
            if (!column.is_missing(r)) keys.emplace_back(column.text_of(r), r);
        join_equal(keys, unions);
        frame.find(name)->about.role = Role::group;
    }
    if (request.split.by_structure && !structures.structures.empty()) {
        auto const alike = group_structures(structures.structures, threads);
        std::vector<std::pair<std::int32_t, std::size_t>> numbers;
        for (std::size_t r = 0; r < frame.records.size(); ++r)
            if (auto const found = structures.of.find(frame.records[r].id); found != structures.of.end())
                for (std::size_t const one : found->second) numbers.emplace_back(alike[one], r);
        join_equal(numbers, unions);
    }
    std::map<std::size_t, std::int32_t> number;
    for (std::size_t r = 0; r < frame.records.size(); ++r)
        frame.records[r].group =
            number.try_emplace(unions.root(r), std::int32_t(number.size())).first->second;
}

void split_records(Request const& request, Frame& frame) {
    if (request.split.time.empty())
        split_by_groups(request, frame);
    else
        split_by_time(request, frame);
    for (std::size_t s = 0; s < request.split.splits.size(); ++s)
        if (std::ranges::none_of(frame.records, [&](Record const& one) { return one.split == s; }))
            throw Error(Fault::bad_input,
                        fmt::format("{}: 'splits.{}' would be empty: {} records form {} groups that must not "
                                    "be separated; expected more groups or fewer splits",
                                    request.file, request.split.splits[s].name, frame.records.size(),
                                    1 + std::ranges::max(frame.records, {}, &Record::group).group));
}

}  // namespace hutch::curate::make
