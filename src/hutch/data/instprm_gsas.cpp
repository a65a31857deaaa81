// Records of 80 columns: "INS ", the bank (2 columns, blank for all banks), the record's name (6), fields of
// fixed width from column 13 on. Their layout: A. C. Larson, R. B. Von Dreele, GSAS, Los Alamos report LAUR
// 86-748 (2004). Lengths of GSAS in centidegrees keep their numbers as GSAS-II's U, V, W, X, Y; GSAS-II has
// the zero in degrees and S/L + H/L as SH/L. Coefficients of profile functions of constant wavelength:
//   2: GU GV GW LX LY trns asym shft GP ...    3: GU GV GW GP LX LY S/L H/L trns shft ...
// All others start with GU GV GW as well.
#include "hutch/base/error.hpp"
#include "hutch/base/text.hpp"
#include "hutch/data/detail/line_reader.hpp"
#include "hutch/data/detail/pattern_formats.hpp"
#include "hutch/data/gzip.hpp"
#include "hutch/data/instprm.hpp"

#include <array>
#include <set>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace hutch::data {
namespace {

constexpr std::size_t name_column = 6, value_column = 12;  // from 0
constexpr double centidegrees_per_degree = 100;

// The records of one bank, and of all banks, by name.
class Records {
  public:
    Records(std::string_view text, std::string const& name, int bank);
    bool has(std::string const& record) const { return records_.contains(record); }
    /// Return columns of a record, counted from 0 after its name; empty where there are none.
    std::string_view text(std::string const& record, std::size_t from, std::size_t width) const;
    /// Return a number in these columns, 0 where they are blank.
    double number(std::string const& record, std::size_t from, std::size_t width, char const* item) const;
    [[noreturn]] void fail(std::string const& record, std::string const& what) const;

    struct Record {
        std::string text;
        int line;
    };
    std::map<std::string, Record> const& all() const { return records_; }

  private:
    void add(detail::LineReader const& lines, std::string_view field, int bank);
    std::string const& name_;
    std::map<std::string, Record> records_;
    std::set<int> banks_;
};

Records::Records(std::string_view text, std::string const& name, int bank) : name_(name) {
    detail::LineReader lines(text, name, detail::gsas_record_width);
    while (lines.next())
        if (lines.line().starts_with("INS ") && lines.line().size() > name_column)
            add(lines, trim(lines.line().substr(4, 2)), bank);
    if (!banks_.contains(bank))
        detail::fail_at(name, 1,
                        fmt::format("file has no bank {}; expected {}", bank,
                                    banks_.empty() ? "records such as 'INS  1 ICONS'"
                                                   : fmt::format("one of {}", fmt::join(banks_, ", "))));
}

void Records::add(detail::LineReader const& lines, std::string_view field, int bank) {
    auto const number = to_number(field);
    if (!field.empty() && !(number && *number >= 1 && *number <= 99))
        lines.fail(
            fmt::format("bank is {} in columns 5 to 6; expected 1 to 99 or blank", hutch::in_quotes(field)));
    if (number) banks_.insert(int(*number));
    if (number && int(*number) != bank) return;
    std::string_view const line = lines.line();
    std::string const record(trim(line.substr(name_column, value_column - name_column)));
    std::string_view const value = line.size() > value_column ? line.substr(value_column) : "";
    auto const [entry, is_new] = records_.emplace(record, Record{std::string(value), lines.number()});
    if (!is_new && entry->second.text != value)
        lines.fail(fmt::format("record {} differs from that in line {}; expected it once",
                               hutch::in_quotes(record), entry->second.line));
}

std::string_view Records::text(std::string const& record, std::size_t from, std::size_t width) const {
    auto const entry = records_.find(record);
    if (entry == records_.end() || entry->second.text.size() <= from) return "";
    return trim(std::string_view(entry->second.text).substr(from, width));
}

double Records::number(std::string const& record, std::size_t from, std::size_t width,
                       char const* item) const {
    std::string_view const found = text(record, from, width);
    if (found.empty()) return 0;
    if (auto const value = to_number(found)) return *value;
    fail(record, fmt::format("'{}' is {} in columns {} to {}; expected a finite number", item,
                             hutch::in_quotes(found), value_column + from + 1, value_column + from + width));
}

void Records::fail(std::string const& record, std::string const& what) const {
    auto const entry = records_.find(record);
    detail::fail_at(name_, entry == records_.end() ? 1 : entry->second.line, what);
}

// Puts values with the line of the record they come from.
struct Values {
    InstrumentParameterFile& file;
    Records const& records;

    void put(char const* key, std::string const& value, std::string const& record) const {
        file.values[key] = value;
        auto const entry = records.all().find(record);
        file.lines[key] = entry == records.all().end() ? 1 : entry->second.line;
    }
    void put(char const* key, double value, std::string const& record) const {
        put(key, fmt::format("{}", value), record);
    }
};

void read_wavelengths(Values const& to) {
    Records const& from = to.records;
    double const first = from.number("ICONS", 0, 10, "LAM1"), second = from.number("ICONS", 10, 10, "LAM2");
    if (!(first > 0)) from.fail("ICONS", fmt::format("'LAM1' is {} angstrom; expected > 0", first));
    if (second > 0) {
        to.put("Lam1", first, "ICONS");
        to.put("Lam2", second, "ICONS");
        to.put("I(L2)/I(L1)", from.number("ICONS", 55, 10, "KRATIO"), "ICONS");
    } else {
        to.put("Lam", first, "ICONS");
    }
    to.put("Zero", from.number("ICONS", 20, 10, "ZERO") / centidegrees_per_degree, "ICONS");
    // With IPOLA 0 POLA is the fraction that Polariz. is; the other form, of a monochromator, is not.
    double const form = from.number("ICONS", 50, 5, "IPOLA");
    if (form != 0 && to.file.values.at("Type") == "PXC")
        from.fail("ICONS", fmt::format("'IPOLA' is {}; expected 0, polarisation as the fraction POLA", form));
    to.put("Polariz.", from.number("ICONS", 40, 10, "POLA"), "ICONS");
}

void read_source(Values const& to) {
    constexpr std::array<char const*, 8> anodes{"", "CrKa", "FeKa", "CuKa", "MoKa", "AgKa", "TiKa", "CoKa"};
    double const radiation = to.records.number("IRAD", 0, 5, "IRAD");
    for (std::size_t i = 1; i < anodes.size(); ++i)
        if (radiation == double(i)) to.put("Source", anodes[i], "IRAD");
}

struct Profile {
    std::string header,
        first;  // records: type and number of coefficients; the first coefficients without its 1
    double type = 0;
};

// The more of a profile function GSAS-II has keys for, the better.
int rank_of(double type) { return type == 3 ? 3 : type == 2 ? 2 : 1; }

// Records PRCF1, PRCF11, PRCF12, PRCF2, ... or, older, PRCF, PRCF 1, PRCF 2.
Profile choose_profile(Records const& records) {
    Profile best;
    for (char number : std::string_view("123456789 ")) {
        std::string const header = number == ' ' ? "PRCF" : std::string("PRCF") + number;
        if (!records.has(header)) continue;
        double const type = records.number(header, 0, 5, "profile function");
        if (best.header.empty() || rank_of(type) > rank_of(best.type))
            best = {header, std::string("PRCF") + number, type};
    }
    return best;
}

double coefficient(Records const& records, Profile const& profile, int index, char const* item) {
    std::string const record = profile.first + std::to_string(index / 4 + 1);
    if (!records.has(record))
        records.fail(profile.header, fmt::format("record '{}' is missing; expected it with {} of profile "
                                                 "function {}",
                                                 record, item, profile.type));
    return records.number(record, std::size_t(index % 4) * 15, 15, item);
}

void read_profile(Values const& to) {
    Profile const profile = choose_profile(to.records);
    if (profile.header.empty()) return;
    auto const get = [&](int index, char const* item) {
        return coefficient(to.records, profile, index, item);
    };
    to.put("U", get(0, "GU"), profile.first + "1");
    to.put("V", get(1, "GV"), profile.first + "1");
    to.put("W", get(2, "GW"), profile.first + "1");
    if (profile.type != 2 && profile.type != 3) return;
    int const lorentz = profile.type == 3 ? 4 : 3;
    to.put("X", get(lorentz, "LX"), profile.first + (profile.type == 3 ? "2" : "1"));
    to.put("Y", get(lorentz + 1, "LY"), profile.first + "2");
    if (profile.type == 3) to.put("SH/L", get(6, "S/L") + get(7, "H/L"), profile.first + "2");
}

void read_time_of_flight(Values const& to) {
    Records const& from = to.records;
    to.put("difC", from.number("ICONS", 0, 10, "DIFC"), "ICONS");
    to.put("difA", from.number("ICONS", 10, 10, "DIFA"), "ICONS");
    to.put("Zero", from.number("ICONS", 20, 10, "ZERO"), "ICONS");
    if (!from.has("BNKPAR")) return;
    to.put("2-theta", from.number("BNKPAR", 10, 10, "TTHETA"), "BNKPAR");
    if (from.has("FPATH1"))
        to.put("fltPath", from.number("FPATH1", 0, 15, "FPATH1") + from.number("BNKPAR", 0, 10, "FPATH2"),
               "BNKPAR");
}

}  // namespace

InstrumentParameterFile parse_gsas_prm(std::string_view text, std::string const& name, int bank) {
    Records const records(text, name, bank);
    InstrumentParameterFile file;
    file.name = name;
    for (auto const& [record, content] : records.all()) {
        file.values[record] = trim(content.text);
        file.lines[record] = content.line;
    }
    Values const to{file, records};
    std::string const type(records.text("HTYPE", 0, 20).substr(0, 3));
    if (type != "PXC" && type != "PNC" && type != "PNT")
        records.fail("HTYPE",
                     fmt::format("'HTYPE' is {}; expected PXC., PNC. or PNT.", hutch::in_quotes(type)));
    if (!records.has("ICONS"))
        records.fail("HTYPE", fmt::format("bank {} has no record 'ICONS'; expected it", bank));
    to.put("Type", type, "HTYPE");
    to.put("Bank", double(bank), "ICONS");
    if (records.has("DETAZM")) to.put("Azimuth", records.number("DETAZM", 0, 10, "DETAZM"), "DETAZM");
    if (type == "PNT") {
        read_time_of_flight(to);
    } else {
        read_wavelengths(to);
        if (type == "PXC") read_source(to);
        read_profile(to);
    }
    return file;
}

InstrumentParameterFile read_gsas_prm(std::filesystem::path const& path, int bank) {
    return parse_gsas_prm(read_possibly_gzipped(path), path.string(), bank);
}

}  // namespace hutch::data
