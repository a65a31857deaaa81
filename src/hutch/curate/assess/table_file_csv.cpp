#include "hutch/base/error.hpp"
#include "hutch/base/text.hpp"
#include "hutch/curate/assess/detail/line_index.hpp"
#include "hutch/curate/assess/detail/table_files.hpp"
#include "hutch/curate/assess/detail/text_number.hpp"

#include <algorithm>
#include <deque>
#include <limits>
#include <set>
#include <utility>

#include <fmt/format.h>

namespace hutch::curate::assess::detail {
namespace {

// RFC 4180, section 2: cells in double quotes may hold separators, line ends, and quotes written twice.
class Cells {
  public:
    explicit Cells(char separator) : separator_(separator) {}

    void clear() { cells_.clear(), unescaped_.clear(); }
    // Add the cells of a line; returns how many there were.
    std::size_t add(std::string_view line) {
        std::size_t const before = cells_.size();
        std::size_t at = 0;
        while (true) {
            at = line.substr(at).starts_with('"') ? add_quoted(line, at) : add_plain(line, at);
            if (at >= line.size()) break;
            ++at;  // the separator
        }
        return cells_.size() - before;
    }
    std::string_view operator[](std::size_t i) const { return cells_[i]; }

  private:
    std::size_t add_plain(std::string_view line, std::size_t at) {
        std::size_t const end = std::min(line.find(separator_, at), line.size());
        cells_.push_back(line.substr(at, end - at));
        return end;
    }
    std::size_t add_quoted(std::string_view line, std::size_t at) {
        std::size_t end = ++at;
        bool has_escapes = false;
        for (; end < line.size(); ++end) {
            if (line[end] != '"') continue;
            if (end + 1 >= line.size() || line[end + 1] != '"') break;
            has_escapes = true, ++end;
        }
        std::string_view const inside = line.substr(at, std::min(end, line.size()) - at);
        cells_.push_back(has_escapes ? unescape(inside) : inside);
        return std::min(line.find(separator_, std::min(end, line.size())), line.size());
    }
    std::string_view unescape(std::string_view inside) {
        std::string& text = unescaped_.emplace_back();
        for (std::size_t i = 0; i < inside.size(); ++i) {
            text += inside[i];
            if (inside[i] == '"') ++i;
        }
        return text;
    }

    char separator_;
    std::vector<std::string_view> cells_;
    std::deque<std::string> unescaped_;
};

char separator_of(std::string_view header) {
    char best = ',';
    for (char const c : {';', '\t'})
        if (std::ranges::count(header, c) > std::ranges::count(header, best)) best = c;
    return best;
}

class Csv : public TableFile {
  public:
    Csv(std::shared_ptr<Source const> source, RecordTable const& table)
        : lines_(std::move(source), true), cells_(','), is_one_record_(table.layout == Layout::files) {
        if (lines_.lines() == 0)
            throw Error(Fault::bad_data,
                        fmt::format("'{}' is empty; expected a header of names", lines_.name()));
        std::string_view header = lines_.read(0, 1)[0];
        if (header.starts_with("\xef\xbb\xbf")) header.remove_prefix(3);
        cells_ = Cells(separator_of(header));
        std::size_t const columns = cells_.add(header);
        std::set<std::string> seen;
        for (std::size_t i = 0; i < columns; ++i) {
            names_.emplace_back(trim(cells_[i]));
            if (!seen.insert(names_.back()).second)
                throw Error(Fault::bad_data, fmt::format("'{}' has the column '{}' twice; expected it once",
                                                         lines_.name(), names_.back()));
        }
    }

    std::uint64_t records() const override { return is_one_record_ ? 1 : rows(); }
    std::vector<std::string> names() const override { return names_; }

    std::optional<Found> find(std::string const& field) const override {
        auto const column = std::ranges::find(names_, field);
        if (column == names_.end()) return {};
        Guess guess;
        auto& self = const_cast<Csv&>(*this);  // reading changes buffers only
        self.load(0, std::min<std::uint64_t>(rows(), 256));
        for (std::uint64_t i = 0; i < loaded_count_; ++i)
            guess.add(cell(i, std::size_t(column - names_.begin())));
        Found found{guess.dtype(), {}};
        if (is_one_record_) found.shape = {std::int64_t(rows())};
        found.records = records(), found.is_typed = false;
        return found;
    }

    std::optional<std::uint64_t> offset_of(std::string const&, std::uint64_t record) const override {
        return is_one_record_ ? 0 : lines_.offset_of(record + 1);
    }

    void read(std::string const& field, std::uint64_t first, std::uint64_t count, Block& to) override {
        std::size_t const column = column_of(field);
        to.values.clear(), to.ends.clear(), to.not_numbers = 0;
        if (is_one_record_) first *= rows(), count *= rows();
        load(first, count);
        for (std::uint64_t i = 0; i < count; ++i) {
            to.values.push_back(number_of(cell(i, column), i, to));
            if (!is_one_record_) to.ends.push_back(to.values.size());
        }
        if (is_one_record_) to.ends.push_back(to.values.size());
    }

    std::vector<std::string> read_texts(std::string const& field, std::uint64_t first,
                                        std::uint64_t count) override {
        std::size_t const column = column_of(field);
        if (is_one_record_) first *= rows(), count *= rows();
        load(first, count);
        std::vector<std::string> texts;
        for (std::uint64_t i = 0; i < count; ++i) texts.emplace_back(cell(i, column));
        if (is_one_record_) texts.resize(1);
        return texts;
    }

    Block read_shared(std::string const& field) override {
        Block block;
        bool const was = std::exchange(is_one_record_, true);
        read(field, 0, 1, block);
        is_one_record_ = was;
        return block;
    }

  private:
    std::uint64_t rows() const { return lines_.lines() - 1; }
    std::size_t column_of(std::string const& field) const {
        auto const column = std::ranges::find(names_, field);
        if (column == names_.end()) fail_missing(field, lines_.name());
        return std::size_t(column - names_.begin());
    }
    std::string_view cell(std::uint64_t row, std::size_t column) const {
        return cells_[row * names_.size() + column];
    }
    // Fields are read one after another: cells of the same rows stay.
    void load(std::uint64_t first, std::uint64_t count) {
        if (is_loaded_ && loaded_first_ == first && loaded_count_ == count) return;
        is_loaded_ = false;
        auto const& lines = lines_.read(first + 1, count);
        cells_.clear();
        for (std::uint64_t i = 0; i < count; ++i)
            if (std::size_t const there = cells_.add(lines[i]); there != names_.size())
                throw Error(Fault::bad_data,
                            fmt::format("record {} has {} cells; expected {} as the header says: '{}'",
                                        first + i, there, names_.size(), lines_.name()));
        is_loaded_ = true, loaded_first_ = first, loaded_count_ = count;
    }

    LineIndex lines_;
    Cells cells_;
    std::vector<std::string> names_;
    bool is_one_record_, is_loaded_ = false;
    std::uint64_t loaded_first_ = 0, loaded_count_ = 0;
};

}  // namespace

std::unique_ptr<TableFile> open_csv(std::shared_ptr<Source const> source, RecordTable const& table) {
    return std::make_unique<Csv>(std::move(source), table);
}

}  // namespace hutch::curate::assess::detail
