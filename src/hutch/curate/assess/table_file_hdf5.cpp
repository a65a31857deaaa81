#include "hutch/base/error.hpp"
#include "hutch/curate/assess/detail/raw_values.hpp"
#include "hutch/curate/assess/detail/table_files.hpp"
#include "hutch/data/hdf5_file.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <set>

#include <fmt/format.h>

namespace hutch::curate::assess::detail {
namespace {

using data::Hdf5Array;

std::vector<std::int64_t> signed_shape(std::vector<std::uint64_t> const& shape, std::size_t skip) {
    return {shape.begin() + std::ptrdiff_t(std::min(skip, shape.size())), shape.end()};
}

Found found_of(Hdf5Array const& array, std::size_t skip, std::uint64_t records) {
    Found found{array.dtype, signed_shape(array.shape, skip), array.is_little_endian, array.unit,
                array.description};
    found.records = records;
    return found;
}

class Hdf5Table : public TableFile {
  public:
    Hdf5Table(std::filesystem::path const& path, RecordTable const& table)
        : file_(path), source_(open_source(path)), table_(table) {}

    Block read_shared(std::string const& field) override {
        Block block;
        block.values = file_.read_all<double>(field);
        block.ends = {block.values.size()};
        return block;
    }

  protected:
    Hdf5Array const* array(std::string const& name) const {
        auto const known = arrays_.find(name);
        if (known != arrays_.end()) return known->second ? &*known->second : nullptr;
        auto& kept = arrays_[name] = file_.find(name);
        return kept ? &*kept : nullptr;
    }
    Hdf5Array const& must_have(std::string const& name) const {
        Hdf5Array const* found = array(name);
        if (found == nullptr) fail_missing(name, source_->name());
        return *found;
    }

    mutable data::Hdf5File file_;
    std::shared_ptr<Source const> source_;
    RecordTable table_;

  private:
    mutable std::map<std::string, std::optional<Hdf5Array>> arrays_;
};

// The first dimension of every array runs over the records.
class Rows : public Hdf5Table {
  public:
    Rows(std::filesystem::path const& path, RecordTable const& table)
        : Hdf5Table(path, table), records_(count_records()) {}
    std::uint64_t records() const override { return records_; }
    std::vector<std::string> names() const override { return file_.arrays(); }

    std::optional<Found> find(std::string const& field) const override {
        Hdf5Array const* found = array(field);
        if (found == nullptr) return {};
        if (is_shared(table_, field)) return found_of(*found, 0, 1);
        return found_of(*found, 1, found->rows());
    }

    std::optional<std::uint64_t> offset_of(std::string const& field, std::uint64_t record) const override {
        Hdf5Array const* found = array(field);
        if (found == nullptr || !found->offset) return {};
        return *found->offset + record * row_values(*found) * found->size;
    }

    void read(std::string const& field, std::uint64_t first, std::uint64_t count, Block& to) override {
        Hdf5Array const& found = must_have(field);
        std::uint64_t const width = row_values(found);
        if (!read_raw(found, field, first, count, to.values)) file_.read(field, first, count, to.values);
        to.ends.resize(count);
        for (std::uint64_t i = 0; i < count; ++i) to.ends[i] = (i + 1) * width;
        to.not_numbers = 0;
    }

    bool read_floats(std::string const& field, std::uint64_t first, std::uint64_t count,
                     std::vector<float>& to) override {
        Hdf5Array const& found = must_have(field);
        auto const type = raw_type(found.dtype);
        if (!type || !type->fits_float()) return false;
        if (!read_raw(found, field, first, count, to)) file_.read(field, first, count, to);
        return true;
    }

    std::vector<std::string> read_texts(std::string const& field, std::uint64_t first,
                                        std::uint64_t count) override {
        std::uint64_t const width = row_values(must_have(field));
        std::vector<std::string> all = file_.read_texts(field, first, count);
        if (width == 1) return all;
        std::vector<std::string> texts(count);
        for (std::uint64_t i = 0; i < all.size(); ++i)
            texts[i / width] += (i % width > 0 ? " " : "") + all[i];
        return texts;
    }

  private:
    static std::uint64_t row_values(Hdf5Array const& found) {
        return found.rows() == 0 ? 0 : found.values() / found.rows();
    }

    // The length that most declared fields have.
    std::uint64_t count_records() const {
        std::map<std::uint64_t, std::size_t> lengths;
        for (Field const& field : table_.fields)
            if (Hdf5Array const* found = array(field.name); found != nullptr && !found->shape.empty())
                ++lengths[found->shape[0]];
        std::uint64_t most = 0, records = 0;
        for (auto const& [length, fields] : lengths)
            if (fields >= most) most = fields, records = length;
        return records;
    }

    template <class Number>
    bool read_raw(Hdf5Array const& found, std::string const& field, std::uint64_t first, std::uint64_t count,
                  std::vector<Number>& to) {
        auto type = raw_type(found.dtype);
        if (!type || !found.offset) return false;
        if (first > found.rows() || count > found.rows() - first)
            throw Error(Fault::bad_data, fmt::format("'{}' has {} rows; expected at least {}: '{}'", field,
                                                     found.rows(), first + count, source_->name()));
        type->is_little_endian = found.is_little_endian;
        std::uint64_t const width = row_values(found);
        std::uint64_t const offset = *found.offset + first * width * found.size;
        to.resize(count * width);
        if (type->kind == 'f' && type->size == sizeof(Number) && type->is_little_endian) {
            source_->read(offset, to.size() * sizeof(Number), to.data());
            return true;
        }
        raw_.resize(to.size() * found.size);
        source_->read(offset, raw_.size(), raw_.data());
        convert(*type, raw_.data(), std::span<Number>(to));
        return true;
    }

    std::uint64_t records_;
    std::vector<char> raw_;
};

// Each group below `under` is a record, or the whole file is the only one.
class Groups : public Hdf5Table {
  public:
    Groups(std::filesystem::path const& path, RecordTable const& table) : Hdf5Table(path, table) {
        if (table.layout == Layout::files) {
            groups_ = {""};
            return;
        }
        for (std::string const& name : file_.groups(table.under))
            groups_.push_back((table.under.empty() ? "" : table.under + "/") + name + "/");
    }
    std::uint64_t records() const override { return groups_.size(); }

    std::vector<std::string> names() const override {
        std::set<std::string> all;
        for (std::size_t i = 0; i < groups_.size(); i += step()) {
            std::string const group = groups_[i].substr(0, groups_[i].size() - (groups_[i].empty() ? 0 : 1));
            for (std::string const& name : file_.arrays(group)) all.insert(name);
        }
        if (table_.layout == Layout::groups)
            for (Field const& field : table_.shared)
                if (array(field.name) != nullptr) all.insert(field.name);
        return {all.begin(), all.end()};
    }

    std::optional<Found> find(std::string const& field) const override {
        if (is_shared(table_, field)) {
            Hdf5Array const* found = array(field);
            if (found != nullptr) return found_of(*found, 0, 1);
            return {};
        }
        std::optional<Found> all;
        std::uint64_t seen = 0;
        for (std::size_t i = 0; i < groups_.size(); i += step()) {
            auto const found = file_.find(groups_[i] + field);
            if (!found) continue;
            ++seen;
            Found const one = found_of(*found, 0, 0);
            if (!all)
                all = one;
            else
                merge(one, *all);
        }
        if (all) all->records = seen * step() >= groups_.size() ? groups_.size() : seen * step();
        return all;
    }

    void read(std::string const& field, std::uint64_t first, std::uint64_t count, Block& to) override {
        to.values.clear(), to.ends.clear(), to.not_numbers = 0;
        for (std::uint64_t i = first; i < first + count; ++i) {
            auto const found = file_.find(group(i) + field);
            if (found) {
                file_.read(group(i) + field, 0, found->rows(), piece_);
                to.values.insert(to.values.end(), piece_.begin(), piece_.end());
            } else if (is_number(field)) {
                to.values.push_back(std::numeric_limits<double>::quiet_NaN());
            }
            to.ends.push_back(to.values.size());
        }
    }

    std::vector<std::string> read_texts(std::string const& field, std::uint64_t first,
                                        std::uint64_t count) override {
        std::vector<std::string> texts;
        for (std::uint64_t i = first; i < first + count; ++i) {
            texts.emplace_back();
            auto const found = file_.find(group(i) + field);
            if (!found) continue;
            auto const all = file_.read_texts(group(i) + field, 0, found->rows());
            for (std::size_t k = 0; k < all.size(); ++k) texts.back() += (k > 0 ? " " : "") + all[k];
        }
        return texts;
    }

  private:
    // Of many groups some are looked at, evenly.
    std::size_t step() const { return std::max<std::size_t>(1, groups_.size() / 200); }
    std::string const& group(std::uint64_t record) const {
        if (record >= groups_.size())
            throw Error(Fault::bad_data, fmt::format("'{}' has {} records; expected at least {}",
                                                     source_->name(), groups_.size(), record + 1));
        return groups_[record];
    }
    bool is_number(std::string const& field) const {
        Field const* declared = table_.find(field);
        return declared == nullptr || declared->shape.empty();
    }
    static void merge(Found const& one, Found& all) {
        bool const are_texts = one.dtype.starts_with("utf8") && all.dtype.starts_with("utf8");
        if (one.dtype != all.dtype) all.dtype = are_texts ? "utf8" : "mixed";
        if (!one.is_little_endian) all.is_little_endian = false;
        if (one.shape.size() != all.shape.size()) all.shape = {-1};
        for (std::size_t d = 0; d < all.shape.size() && d < one.shape.size(); ++d)
            if (one.shape[d] != all.shape[d]) all.shape[d] = -1;
    }

    std::vector<std::string> groups_;
    std::vector<double> piece_;
};

}  // namespace

std::unique_ptr<TableFile> open_hdf5(std::filesystem::path const& path, RecordTable const& table) {
    if (table.layout == Layout::rows) return std::make_unique<Rows>(path, table);
    return std::make_unique<Groups>(path, table);
}

}  // namespace hutch::curate::assess::detail
