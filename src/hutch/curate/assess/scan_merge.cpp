#include "hutch/curate/assess/detail/file_facts.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <limits>

namespace hutch::curate::assess::detail {
namespace {

constexpr std::size_t most_places = 24;  // of one field, kept of all files together

void append_places(std::vector<Place>& from, std::vector<Place>& to) {
    for (Place& place : from) {
        std::string_view const kind = std::string_view(place.what).substr(0, place.what.find(':'));
        auto const of_kind =
            std::ranges::count_if(to, [&](Place const& p) { return p.what.starts_with(kind); });
        if (to.size() < most_places && of_kind < 5) to.push_back(std::move(place));
    }
}

void append_ranges(FieldFacts& from, FieldFacts& to, bool is_first) {
    if (is_first) {
        to.index_least = std::move(from.index_least), to.index_most = std::move(from.index_most);
        to.index_active = std::move(from.index_active);
        return;
    }
    if (from.index_least.size() != to.index_least.size()) {
        to.index_least.clear(), to.index_most.clear(), to.index_active.clear();
        return;
    }
    for (std::size_t i = 0; i < to.index_least.size(); ++i) {
        to.index_least[i] = std::min(to.index_least[i], from.index_least[i]);
        to.index_most[i] = std::max(to.index_most[i], from.index_most[i]);
        to.index_active[i] += from.index_active[i];
    }
}

void append_top(FieldFacts const& from, FieldFacts& to) {
    if (from.most > to.most) to.at_most = 0, to.records_at_most = 0, to.longest_at_most = 0;
    if (from.most >= to.most) {
        to.at_most += from.at_most, to.records_at_most += from.records_at_most;
        to.longest_at_most = std::max(to.longest_at_most, from.longest_at_most);
        to.most = from.most;
    }
    to.least = std::min(to.least, from.least);
}

void append_counts(FieldFacts const& from, FieldFacts& to) {
    for (auto const count : added_counts) to.*count += from.*count;
}

template <class Item>
void append_all(std::vector<Item>& from, std::vector<Item>& to) {
    to.insert(to.end(), from.begin(), from.end());
}

}  // namespace

TableMerge::TableMerge(RecordTable const& table) {
    made_.table = &table;
    made_.first_records = {0};
}

void TableMerge::append(FileFacts&& facts, std::size_t file, FileTask const& task) {
    std::uint64_t const before = made_.records;
    append_fields(facts, file);
    if (task.every > 1)
        for (std::uint64_t i = 0; i < facts.records; i += task.every)
            made_.kept_records.push_back(before + i);
    append_lists(facts, task.every);
    append_texts(facts);
    append_shared(facts, task);
    for (std::string& name : facts.undeclared)
        if (std::ranges::find(made_.undeclared, name) == made_.undeclared.end())
            made_.undeclared.push_back(std::move(name));
    made_.files.push_back(file);
    made_.records += facts.records;
    made_.first_records.push_back(made_.records);
}

void TableMerge::append_fields(FileFacts& facts, std::size_t file) {
    if (facts.fields.empty()) return;
    for (auto& [name, part] : facts.fields) {
        auto const [kept, is_first] = parts_.try_emplace(name);
        FieldPart& all = kept->second;
        if (is_first) {
            all.facts.least = std::numeric_limits<double>::infinity();
            all.facts.most = -std::numeric_limits<double>::infinity();
        }
        if (!part.is_there) {
            all.facts.not_in.push_back(std::int64_t(file));
            continue;
        }
        append_ranges(part.facts, all.facts, !all.is_there);
        all.is_there = true;
        append_counts(part.facts, all.facts);
        append_top(part.facts, all.facts);
        append_places(part.facts.odd, all.facts.odd);
        if (all.facts.not_as_said.size() < most_places)
            append_all(part.facts.not_as_said, all.facts.not_as_said);
        for (std::string& unit : part.facts.units)
            if (std::ranges::find(all.facts.units, unit) == all.facts.units.end())
                all.facts.units.push_back(std::move(unit));
        if (part.good == 0) continue;
        double const before = double(all.good), added = double(part.good),
                     away = part.facts.mean - all.facts.mean;
        all.sum_of_squares += part.sum_of_squares + away * away * before * added / (before + added);
        all.facts.mean += away * added / (before + added);
        all.good += part.good;
    }
}

// A list that a file lacks is filled up, so that index r is the same record in all lists.
void TableMerge::append_lists(FileFacts& facts, std::uint64_t every) {
    std::uint64_t const all = made_.records + facts.records;
    std::uint64_t const some = every > 1 ? made_.kept_records.size() : all;
    for (Field const& field : made_.table->fields) {
        auto const size = every > 1 && may_thin(field) ? some : all;
        if (auto const part = facts.numbers.find(field.name); part != facts.numbers.end())
            append_all(part->second, made_.numbers[field.name]);
        if (auto const list = made_.numbers.find(field.name);
            list != made_.numbers.end() || (!is_text(field) && field.shape.empty()))
            made_.numbers[field.name].resize(size, std::numeric_limits<double>::quiet_NaN());
        if (auto const part = facts.statistics.find(field.name); part != facts.statistics.end())
            append_all(part->second, made_.statistics[field.name]);
        if (made_.statistics.contains(field.name) || (!is_text(field) && !field.shape.empty()))
            made_.statistics[field.name].resize(every > 1 ? some : all);
    }
    append_all(facts.digests, made_.digests);
    if (!made_.digests.empty() || !digest_fields(*made_.table).empty()) made_.digests.resize(all);
    append_all(facts.sketches, made_.sketches);
    if (!made_.sketches.empty()) made_.sketches.resize(all);
    facts.numbers.clear(), facts.statistics.clear(), facts.digests = {}, facts.sketches = {};
}

void TableMerge::append_texts(FileFacts& facts) {
    for (Field const& field : made_.table->fields) {
        if (!is_text(field)) continue;
        auto& words = made_.words[field.name];
        auto& known = known_words_[field.name];
        auto const number_of = [&](std::string const& word) {
            auto const [entry, is_new] = known.try_emplace(word, std::uint32_t(words.size()));
            if (is_new) words.push_back(word);
            return entry->second;
        };
        std::vector<std::uint32_t> numbers;
        for (std::string const& word : facts.words[field.name]) numbers.push_back(number_of(word));
        auto& list = made_.texts[field.name];
        std::uint64_t const all = made_.records + facts.records;
        for (std::uint32_t const number : facts.texts[field.name]) list.push_back(numbers[number]);
        if (list.size() < all) list.resize(all, number_of(""));
    }
}

void TableMerge::append_shared(FileFacts& facts, FileTask const& task) {
    for (auto& [name, values] : facts.shared) {
        auto const [kept, is_first] = made_.shared.try_emplace(name, values);
        if (is_first) continue;
        bool const is_same = std::ranges::equal(kept->second, values, [](double a, double b) {
            return a == b || (std::isnan(a) && std::isnan(b));
        });
        if (!is_same) made_.shared_differs.push_back(name + " in " + task.path);
    }
}

TableFacts TableMerge::finish() {
    for (auto& [name, part] : parts_) {
        FieldFacts& facts = part.facts;
        if (part.good > 0)
            facts.deviation = std::sqrt(part.sum_of_squares / double(part.good));
        else
            facts.least = facts.most = facts.mean = facts.deviation =
                std::numeric_limits<double>::quiet_NaN();
        made_.fields[name] = std::move(facts);
    }
    if (made_.undeclared.size() > 100) made_.undeclared.resize(100);
    return std::move(made_);
}

}  // namespace hutch::curate::assess::detail
