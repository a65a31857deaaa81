// Powder patterns of pdCIF. Items: B. H. Toby, International Tables for Crystallography G (2006), ch. 3.3
// and 4.2.
#include "hutch/base/error.hpp"
#include "hutch/base/text.hpp"
#include "hutch/data/detail/pattern_formats.hpp"

#include <cmath>
#include <optional>

#include <fmt/format.h>
#include <gemmi/cif.hpp>

namespace hutch::data::detail {
namespace {

namespace cif = gemmi::cif;

constexpr std::size_t most_text = std::size_t{1} << 29;
constexpr char const* title_tag = "_pd_meas_special_details";
constexpr char const* wavelength_tag = "_diffrn_radiation_wavelength";
constexpr char const* weight_tag = "_pd_proc_ls_weight";
constexpr char const* counts_tag = "_pd_meas_counts_total";
// In order of preference: what was measured before what was made of it.
constexpr char const* y_tags[] = {counts_tag,
                                  "_pd_meas_intensity_total",
                                  "_pd_proc_intensity_total",
                                  "_pd_proc_intensity_net",
                                  "_pd_calc_intensity_total",
                                  "_pd_calc_intensity_net"};
struct AxisTag {
    char const* tag;
    AxisKind kind;
};
constexpr AxisTag x_tags[] = {{"_pd_proc_2theta_corrected", AxisKind::two_theta},
                              {"_pd_meas_2theta_scan", AxisKind::two_theta},
                              {"_pd_proc_recip_len_Q", AxisKind::q},
                              {"_pd_proc_d_spacing", AxisKind::d},
                              {"_pd_meas_time_of_flight", AxisKind::time_of_flight}};
constexpr char const* range_tags[] = {"_pd_proc_2theta_range_", "_pd_meas_2theta_range_"};

cif::Document read_document(std::string_view text, std::string const& name) {
    if (text.size() > most_text)
        throw Error(Fault::exhausted,
                    fmt::format("{}: text has {} bytes; expected at most {}", name, text.size(), most_text));
    try {
        return cif::read_memory(text.data(), text.size(), name.c_str());
    } catch (tao::pegtl::parse_error const& problem) {
        int const line = problem.positions().empty() ? 1 : int(problem.positions().front().line);
        fail_at(name, line, fmt::format("not readable as CIF ({})", problem.message()));
    } catch (std::runtime_error const& problem) {
        // These messages of gemmi start with the name and mostly the line.
        std::string_view what = problem.what();
        if (what.starts_with(name)) what.remove_prefix(name.size());
        if (what.starts_with(": ")) what.remove_prefix(2);
        std::size_t const digits = what.starts_with(':') ? what.find_first_not_of("0123456789", 1) : 0;
        if (digits < 2 || digits == std::string_view::npos)
            fail_at(name, 1, fmt::format("not readable as CIF ({})", what));
        throw Error(Fault::bad_data, fmt::format("{}{}: not readable as CIF ({})", name,
                                                 what.substr(0, digits), trim(what.substr(digits))));
    }
}

struct Measured {
    double value;
    std::optional<double> uncertainty;
};

// "1234(5)" is 1234 +- 5 and "1.234(5)" is 1.234 +- 0.005.
std::optional<Measured> to_measured(std::string_view text) {
    std::size_t const open = text.find('(');
    auto const value = to_number(text.substr(0, open));
    if (!value) return std::nullopt;
    if (open == std::string_view::npos) return Measured{*value, std::nullopt};
    std::string_view const inside = text.substr(open + 1, text.size() - open - 2);
    if (text.back() != ')' || inside.find_first_not_of("0123456789") != std::string_view::npos)
        return std::nullopt;
    auto const digits = to_number(inside);
    if (!digits) return std::nullopt;
    std::string_view const mantissa = text.substr(0, std::min(open, text.find_first_of("eE")));
    double const power =
        mantissa.size() < open
            ? to_number(text.substr(mantissa.size() + 1, open - mantissa.size() - 1)).value_or(0)
            : 0;
    std::size_t const point = mantissa.find('.');
    double const decimals = point == std::string_view::npos ? 0 : double(mantissa.size() - point - 1);
    double const uncertainty = *digits * std::pow(10, power - decimals);
    if (!std::isfinite(uncertainty)) return std::nullopt;
    return Measured{*value, uncertainty};
}

// One column of a loop; known(i) is false for "." and "?".
struct Column {
    cif::Loop const* loop = nullptr;
    int line = 0, index = -1;
    std::string const* name = nullptr;

    bool exists() const { return index >= 0; }
    bool known(std::size_t row) const { return !cif::is_null(loop->val(row, std::size_t(index))); }
    Measured at(std::size_t row) const {
        std::string const& text = loop->val(row, std::size_t(index));
        if (auto const measured = to_measured(text)) return *measured;
        fail_at(*name, line,
                fmt::format("'{}' is {} in row {} of the loop; expected a number",
                            loop->tags[std::size_t(index)], hutch::in_quotes(text), row + 1));
    }
};

Column find_column(cif::Item const& item, char const* tag, std::string const& name) {
    return {&item.loop, item.line_number, item.loop.find_tag(tag), &name};
}

// Where x comes from: a column beside y, or a range given once for all points.
struct Abscissa {
    AxisKind kind = AxisKind::two_theta;
    Column column;
    double start = 0, step = 0;

    double at(std::size_t row) const {
        return column.exists() ? column.at(row).value : start + double(row) * step;
    }
};

std::optional<double> find_number(cif::Block const& block, std::string const& tag, std::string const& name) {
    cif::Item const* const item = block.find_pair_item(tag);
    if (!item || cif::is_null(item->pair[1])) return std::nullopt;
    if (auto const measured = to_measured(item->pair[1])) return measured->value;
    fail_at(name, item->line_number,
            fmt::format("'{}' is {}; expected a number", tag, hutch::in_quotes(item->pair[1])));
}

std::optional<Abscissa> find_range(cif::Block const& block, Column const& y) {
    for (std::string const tag : range_tags) {
        auto const start = find_number(block, tag + "min", *y.name);
        auto const step = find_number(block, tag + "inc", *y.name);
        auto const stop = find_number(block, tag + "max", *y.name);
        if (!start || !step || !stop) continue;
        double const steps = double(y.loop->length()) - 1;
        if (*step == 0 || !(std::abs((*stop - *start) / *step - steps) <= 1.5))
            fail_at(*y.name, y.line,
                    fmt::format("loop has {} rows; expected as many as from {} to {} in steps of {} ({}...)",
                                y.loop->length(), *start, *stop, *step, tag));
        return Abscissa{AxisKind::two_theta, {}, *start, *step};
    }
    return std::nullopt;
}

std::optional<Abscissa> find_abscissa(cif::Block const& block, cif::Item const& item, Column const& y) {
    for (AxisTag const& axis : x_tags)
        if (Column const column = find_column(item, axis.tag, *y.name); column.exists())
            return Abscissa{axis.kind, column};
    return find_range(block, y);
}

double sigma_of_weight(Column const& weight, std::size_t row) {
    double const value = weight.known(row) ? weight.at(row).value : 0;
    return value > 0 ? 1 / std::sqrt(value) : 0;
}

// Standard deviations from uncertainties in parentheses, else from weights, else (counts only) from y.
std::vector<double> find_sigma(std::vector<std::size_t> const& rows, Column const& y, Column const& weight) {
    std::vector<double> sigma;
    sigma.reserve(rows.size());
    for (std::size_t const row : rows) {
        auto const uncertainty = y.at(row).uncertainty;
        if (!uncertainty) break;
        sigma.push_back(*uncertainty);
    }
    if (sigma.size() == rows.size()) return sigma;
    sigma.clear();
    bool const is_counts = gemmi::iequal(y.loop->tags[std::size_t(y.index)], counts_tag);
    for (std::size_t const row : rows) {
        if (weight.exists())
            sigma.push_back(sigma_of_weight(weight, row));
        else if (is_counts)
            sigma.push_back(counting_sigma(y.at(row).value));
    }
    return sigma;
}

void read_block_items(cif::Block const& block, Pattern& pattern) {
    auto const* const title = block.find_pair_item(title_tag);
    pattern.title = title ? one_line(cif::as_string(title->pair[1]), 1000) : block.name;
    auto wavelengths = const_cast<cif::Block&>(block).find_values(wavelength_tag);
    for (std::string const& text : wavelengths) {
        auto const wavelength = to_measured(text);
        if (!wavelength || !(wavelength->value > 0)) continue;
        pattern.wavelength = wavelength->value;
        return;
    }
}

Pattern read_points(cif::Block const& block, cif::Item const& item, Column const& y, Abscissa const& x) {
    PatternBuilder builder(*y.name);
    read_block_items(block, builder.pattern());
    builder.pattern().axis = x.kind;
    std::vector<std::size_t> rows;
    for (std::size_t row = 0; row < y.loop->length(); ++row) {
        if (!y.known(row) || (x.column.exists() && !x.column.known(row))) continue;
        rows.push_back(row);
        builder.add(y.line, x.at(row), y.at(row).value);
    }
    builder.pattern().sigma = find_sigma(rows, y, find_column(item, weight_tag, *y.name));
    return builder.finish(y.line);
}

std::optional<Pattern> find_pattern(cif::Block const& block, std::string const& name) {
    for (char const* const tag : y_tags)
        for (cif::Item const& item : block.items) {
            if (item.type != cif::ItemType::Loop) continue;
            Column const y = find_column(item, tag, name);
            if (!y.exists()) continue;
            if (auto const x = find_abscissa(block, item, y)) return read_points(block, item, y, *x);
        }
    return std::nullopt;
}

char const* x_tag_of(AxisKind kind) {
    for (AxisTag const& axis : x_tags)
        if (axis.kind == kind) return axis.tag;
    return x_tags[0].tag;
}

double weight_of(double sigma) {
    if (sigma == 0) return 0;
    double const weight = 1 / (sigma * sigma);
    if (!(weight > 0 && std::isfinite(weight)))
        throw Error(Fault::bad_input,
                    fmt::format("'sigma' is {}; expected 0 or 1e-150 to 1e150 for format cif", sigma));
    return weight;
}

}  // namespace

Pattern parse_pdcif(std::string_view text, std::string const& name) {
    cif::Document const document = read_document(text, name);
    for (cif::Block const& block : document.blocks)
        if (auto pattern = find_pattern(block, name)) return std::move(*pattern);
    fail_at(name, 1,
            "CIF has no powder pattern; expected a loop with an intensity such as _pd_meas_counts_total, and "
            "_pd_meas_2theta_scan, _pd_proc_2theta_corrected or _pd_meas_2theta_range_min, _inc and _max");
}

std::string pdcif_text(Pattern const& pattern) {
    fmt::memory_buffer out;
    auto to = fmt::appender(out);
    std::string const title = one_line(pattern.title, 1000);
    fmt::format_to(to, "data_pattern\n{} {}\n", title_tag, title.empty() ? "?" : cif::quote(title));
    if (pattern.wavelength > 0) fmt::format_to(to, "{} {:.12g}\n", wavelength_tag, pattern.wavelength);
    fmt::format_to(to, "loop_\n{}\n_pd_proc_intensity_total\n", x_tag_of(pattern.axis));
    if (!pattern.sigma.empty()) fmt::format_to(to, "{}\n", weight_tag);
    for (std::size_t i = 0; i < pattern.x.size(); ++i) {
        fmt::format_to(to, "{:.12g} {:.9g}", pattern.x[i], pattern.y[i]);
        if (!pattern.sigma.empty()) fmt::format_to(to, " {:.12g}", weight_of(pattern.sigma[i]));
        out.push_back('\n');
    }
    return fmt::to_string(out);
}

}  // namespace hutch::data::detail
