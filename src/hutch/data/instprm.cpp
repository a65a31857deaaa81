#include "hutch/data/instprm.hpp"

#include "hutch/base/error.hpp"
#include "hutch/base/text.hpp"
#include "hutch/data/detail/line_reader.hpp"
#include "hutch/data/detail/pattern_formats.hpp"
#include "hutch/data/gzip.hpp"

#include <set>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace hutch::data {
namespace {

constexpr std::string_view triple_quote = "\"\"\"";

// "#Bank 2: ..." gives 2; any other comment 0.
int bank_of_comment(std::string_view comment) {
    auto const words = split_words(comment.substr(1));
    if (words.size() < 2 || words[0] != "Bank") return 0;
    auto const number = to_number(words[1].substr(0, words[1].find(':')));
    return number && *number >= 1 && *number <= 1e6 ? int(*number) : 0;
}

void store(InstrumentParameterFile& file, std::string_view key, std::string_view value, int line) {
    std::string const known(trim(key));
    std::string const text(trim(value));
    if (known.empty())
        detail::fail_at(file.name, line,
                        fmt::format("value {} has no key; expected key:value", hutch::in_quotes(text)));
    auto const [entry, is_new] = file.values.emplace(known, text);
    if (is_new)
        file.lines[known] = line;
    else if (entry->second != text)
        detail::fail_at(
            file.name, line,
            fmt::format("{} is {} after {} in line {}; expected one value", hutch::in_quotes(known),
                        hutch::in_quotes(text), hutch::in_quotes(entry->second), file.lines[known]));
}

// The text between triple quotes, which may span lines; what stands after them is passed over.
std::string read_quoted(detail::LineReader& lines, std::string_view first) {
    int const start = lines.number();
    std::string text;
    for (std::string_view rest = first;; rest = lines.line()) {
        std::size_t const end = rest.find(triple_quote);
        text += rest.substr(0, end);
        if (end != std::string_view::npos) return text;
        text += '\n';
        if (!lines.next())
            detail::fail_at(lines.name(), start, "\"\"\" is not closed; expected a second \"\"\"");
    }
}

void store_line(InstrumentParameterFile& file, detail::LineReader& lines) {
    std::string_view rest = lines.line();
    while (!trim(rest).empty()) {
        std::size_t const end = rest.find(';');
        std::string_view const part = rest.substr(0, end);
        std::size_t const colon = part.find(':');
        int const line = lines.number();
        if (colon == std::string_view::npos && trim(part).empty()) {
        } else if (colon == std::string_view::npos) {
            lines.fail(fmt::format("{} has no ':'; expected key:value", hutch::in_quotes(trim(part))));
        } else if (std::string_view const value = trim(rest.substr(colon + 1));
                   value.starts_with(triple_quote)) {
            std::string_view const key = part.substr(0, colon);
            return store(file, key, read_quoted(lines, value.substr(triple_quote.size())), line);
        } else {
            store(file, part.substr(0, colon), part.substr(colon + 1), line);
        }
        rest = end == std::string_view::npos ? "" : rest.substr(end + 1);
    }
}

void check(InstrumentParameterFile const& file, std::set<int> const& banks, int bank) {
    if (banks.empty() ? bank != 1 : !banks.contains(bank))
        detail::fail_at(file.name, 1,
                        fmt::format("file has no bank {}; expected one of {}", bank,
                                    banks.empty() ? "1" : fmt::format("{}", fmt::join(banks, ", "))));
    if (!file.has("Type"))
        detail::fail_at(file.name, 1,
                        fmt::format("bank {} has no 'Type'; expected one such as Type:PXC", bank));
}

}  // namespace

double InstrumentParameterFile::number(std::string const& key, double fallback) const {
    return has(key) ? number(key) : fallback;
}

double InstrumentParameterFile::number(std::string const& key) const {
    auto const entry = values.find(key);
    if (entry == values.end())
        detail::fail_at(name, 1, fmt::format("file has no {}; expected a number", hutch::in_quotes(key)));
    if (auto const value = to_number(entry->second)) return *value;
    auto const line = lines.find(key);
    detail::fail_at(
        name, line == lines.end() ? 1 : line->second,
        fmt::format("{} is {}; expected a number", hutch::in_quotes(key), hutch::in_quotes(entry->second)));
}

std::string InstrumentParameterFile::text(std::string const& key, std::string const& fallback) const {
    auto const entry = values.find(key);
    return entry == values.end() ? fallback : entry->second;
}

InstrumentParameterFile parse_instprm(std::string_view text, std::string const& name, int bank) {
    InstrumentParameterFile file;
    file.name = name;
    std::set<int> banks;
    InstrumentParameterFile passed_over = file;
    // Lines before the first bank header count for every bank.
    bool is_ours = true;
    detail::LineReader lines(text, name);
    while (lines.next()) {
        if (!lines.line().starts_with('#')) {
            store_line(is_ours ? file : passed_over, lines);
        } else if (int const header = bank_of_comment(lines.line()); header > 0) {
            if (!banks.insert(header).second)
                lines.fail(fmt::format("bank {} starts again; expected each bank once", header));
            is_ours = header == bank;
            passed_over = {name, {}, {}};
        }
    }
    check(file, banks, bank);
    return file;
}

InstrumentParameterFile read_instprm(std::filesystem::path const& path, int bank) {
    return parse_instprm(read_possibly_gzipped(path), path.string(), bank);
}

InstrumentParameterFile parse_instrument_file(std::string_view text, std::string const& name, int bank) {
    detail::LineReader lines(text, name, detail::gsas_record_width);
    while (lines.next())
        if (lines.line().starts_with("INS ")) return parse_gsas_prm(text, name, bank);
    return parse_instprm(text, name, bank);
}

InstrumentParameterFile read_instrument_file(std::filesystem::path const& path, int bank) {
    return parse_instrument_file(read_possibly_gzipped(path), path.string(), bank);
}

}  // namespace hutch::data
