#include "hutch/curate/assess/detail/line_index.hpp"

#include "hutch/base/error.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace hutch::curate::assess::detail {
namespace {

constexpr std::uint64_t piece_bytes = 1 << 20;
constexpr std::uint64_t most_bytes = std::uint64_t(1) << 30;  // of lines that are asked for at once

// Tells ends of records from line ends in quotes, and empty lines from records.
struct Scanner {
    bool has_quotes, in_quotes = false, is_empty = true;

    // Returns whether the character ends a line.
    bool ends(char c) {
        if (c == '\n' && !in_quotes) return true;
        if (c == '"' && has_quotes) in_quotes = !in_quotes;
        if (c != '\r') is_empty = false;
        return false;
    }
};

}  // namespace

LineIndex::LineIndex(std::shared_ptr<Source const> source, bool has_quotes)
    : source_(std::move(source)), has_quotes_(has_quotes) {
    Scanner scanner{has_quotes};
    std::uint64_t begin = 0;
    for (std::uint64_t at = 0; at < source_->size(); at += piece_.size()) {
        piece_.resize(std::min(piece_bytes, source_->size() - at));
        source_->read(at, piece_.size(), piece_.data());
        for (std::size_t i = 0; i < piece_.size(); ++i) {
            if (!scanner.ends(piece_[i])) continue;
            if (!scanner.is_empty) add_anchor(begin);
            begin = at + i + 1, scanner.is_empty = true;
        }
    }
    if (!scanner.is_empty) add_anchor(begin);
    anchors_.push_back(source_->size());
}

void LineIndex::add_anchor(std::uint64_t offset) {
    if (lines_ % spacing == 0) anchors_.push_back(offset);
    ++lines_;
}

std::uint64_t LineIndex::offset_of(std::uint64_t line) const {
    return anchors_[std::min<std::size_t>(line / spacing, anchors_.size() - 1)];
}

std::vector<std::string_view> const& LineIndex::read(std::uint64_t first, std::uint64_t count) {
    read_.clear();
    if (first > lines_ || count > lines_ - first)
        throw Error(Fault::bad_data, fmt::format("'{}' has {} lines with records; expected at least {}",
                                                 name(), lines_, first + count));
    if (count == 0) return read_;
    std::uint64_t const begin = anchors_[first / spacing];
    std::uint64_t const end = anchors_[std::min((first + count - 1) / spacing + 1, anchors_.size() - 1)];
    if (end - begin > most_bytes)
        throw Error(Fault::exhausted, fmt::format("'{}' has lines of {} bytes together; expected at most {}",
                                                  name(), end - begin, most_bytes));
    piece_.resize(end - begin);
    source_->read(begin, piece_.size(), piece_.data());
    Scanner scanner{has_quotes_};
    std::size_t start = 0;
    std::uint64_t line = first / spacing * spacing;
    for (std::size_t i = 0; i <= piece_.size() && read_.size() < count; ++i) {
        if (i < piece_.size() && !scanner.ends(piece_[i])) continue;
        if (!scanner.is_empty && line++ >= first) {
            std::string_view text = std::string_view(piece_).substr(start, i - start);
            if (text.ends_with('\r')) text.remove_suffix(1);
            read_.push_back(text);
        }
        start = i + 1, scanner.is_empty = true;
    }
    return read_;
}

}  // namespace hutch::curate::assess::detail
