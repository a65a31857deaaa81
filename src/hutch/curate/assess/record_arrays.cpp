#include "hutch/curate/assess/record_arrays.hpp"

#include "hutch/base/error.hpp"
#include "hutch/base/random.hpp"

#include <algorithm>
#include <numeric>

#include <fmt/format.h>

namespace hutch::curate::assess {
namespace {

constexpr std::size_t most_open_files = 64;
constexpr std::uint64_t most_values = 64'000'000, fewest_records = 8;

}  // namespace

TableFile& RecordReader::file_of(std::uint64_t record, std::uint64_t& row) {
    auto const after = std::ranges::upper_bound(table_.first_records, record);
    if (after == table_.first_records.begin() || after == table_.first_records.end())
        throw Error(Fault::not_found,
                    fmt::format("'record' is {}; expected below {}", record, table_.records));
    auto const f = std::size_t(after - table_.first_records.begin()) - 1;
    row = record - table_.first_records[f];
    auto found = open_.find(f);
    if (found == open_.end()) {
        if (open_.size() >= most_open_files) open_.clear();
        std::filesystem::path const path = folder_ / scan_.files[table_.files[f]].path;
        found = open_.emplace(f, open_table_file(path, *table_.table)).first;
    }
    return *found->second;
}

std::vector<double> RecordReader::read(std::string const& field, std::uint64_t record) {
    std::uint64_t row = 0;
    TableFile& file = file_of(record, row);
    Block block;
    file.read(field, row, 1, block);
    values_ += block.values.size();
    return std::move(block.values);
}

void RecordReader::read_all(std::string const& field, std::vector<std::uint64_t> const& records,
                            std::function<void(std::uint64_t, std::vector<double> const&)> const& take) {
    for (std::uint64_t record : records) {
        try {
            take(record, read(field, record));
        } catch (Error const& error) {
            if (problem_.empty()) problem_ = error.what();
        }
    }
}

Block RecordReader::read_shared(std::string const& field, std::uint64_t record) {
    std::uint64_t row = 0;
    return file_of(record, row).read_shared(field);
}

std::vector<std::string> RecordReader::read_shared_texts(std::string const& field) {
    std::uint64_t row = 0;
    TableFile& file = file_of(0, row);
    Field const* const known = table_.table->find(field);
    std::uint64_t const count = known && !known->shape.empty() ? std::uint64_t(known->shape[0]) : 1;
    return file.read_texts(field, 0, count);
}

std::uint64_t affordable_records(TableFacts const& table, Field const& field, std::uint64_t most) {
    auto const facts = table.fields.find(field.name);
    if (facts == table.fields.end() || facts->second.records == 0) return most;
    std::uint64_t const length = std::max<std::uint64_t>(1, facts->second.values / facts->second.records);
    return std::min(most, std::max(fewest_records, most_values / length));
}

std::vector<std::uint64_t> pick_records(std::uint64_t all, std::uint64_t count, std::uint64_t seed,
                                        std::uint32_t stream) {
    std::vector<std::uint64_t> picked;
    if (count >= all) {
        picked.resize(all);
        std::iota(picked.begin(), picked.end(), std::uint64_t{0});
        return picked;
    }
    RandomStream random(seed, stream, 0);
    while (picked.size() < count) {
        for (std::size_t i = picked.size(); i < count; ++i) picked.push_back(random.below(all));
        std::ranges::sort(picked);
        picked.erase(std::ranges::unique(picked).begin(), picked.end());
    }
    return picked;
}

}  // namespace hutch::curate::assess
