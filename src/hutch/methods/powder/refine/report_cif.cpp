#include "hutch/methods/powder/refine/report_cif.hpp"

#include "hutch/base/checksum.hpp"
#include "hutch/base/error.hpp"
#include "hutch/base/version.hpp"
#include "hutch/data/cif.hpp"
#include "hutch/methods/powder/refine/detail/report_cif.hpp"

#include <algorithm>
#include <cmath>
#include <set>

#include <fmt/format.h>

namespace hutch::powder::refine {
namespace detail {
namespace {

std::string to_ascii(std::string_view text) {
    std::string ascii(text);
    std::ranges::replace_if(ascii, [](unsigned char c) { return c < 32; }, ' ');
    std::ranges::replace_if(ascii, [](unsigned char c) { return c >= 127; }, '?');
    return ascii;
}

// A block's code has no blanks and at most 75 characters in all.
std::string code_of(std::string const& name, std::set<std::string>& taken) {
    std::string code = name.substr(0, 60);
    constexpr std::string_view kept = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-.";
    for (char& c : code)
        if (kept.find(c) == std::string_view::npos) c = '_';
    if (code.empty()) code = "block";
    std::string unique = code;
    for (int i = 2; !taken.insert(unique).second; ++i) unique = fmt::format("{}_{}", code, i);
    return unique;
}

void add_numbers(Sha256& sum, std::vector<double> const& numbers) {
    sum.add(numbers.data(), numbers.size() * sizeof(double));
}

std::vector<ShareResult const*> shares_with(Result const& result, std::string ShareResult::* name,
                                            std::string const& wanted) {
    std::vector<ShareResult const*> shares;
    for (ShareResult const& share : result.shares)
        if (share.*name == wanted) shares.push_back(&share);
    return shares;
}

std::string profile_text(bool has_angle, bool has_flight) {
    std::string text;
    if (has_angle)
        text +=
            "pseudo-Voigt of Thompson, Cox & Hastings (1987) with axial divergence of Finger, Cox & Jephcoat "
            "(1994)";
    if (has_flight)
        text += std::string(has_angle ? "; time of flight: " : "") +
                "back-to-back exponentials of Von Dreele, Jorgensen & Windsor (1982) convoluted with a "
                "pseudo-Voigt";
    return text;
}

// Whether a share's parameter is at work: refined, or away from the value that means none.
bool is_used(Result const& result, PatternResult const& pattern, std::string_view selector, double none) {
    return std::ranges::any_of(result.parameters, [&](ParameterResult const& one) {
        return (one.is_refined || one.estimate.value != none) &&
               selects(pattern.name + "." + std::string(selector), one.name);
    });
}

}  // namespace

BlockNames::BlockNames(Result const& result) {
    std::set<std::string> taken;
    for (PhaseResult const& phase : result.phases) phase_codes.push_back(code_of(phase.name, taken));
    for (PatternResult const& pattern : result.patterns)
        pattern_codes.push_back(code_of(pattern.name, taken));
    Sha256 sum;
    for (PatternResult const& pattern : result.patterns) {
        add_numbers(sum, pattern.x);
        add_numbers(sum, pattern.y);
        add_numbers(sum, pattern.calculated);
    }
    for (ParameterResult const& parameter : result.parameters) sum.add(to_text(parameter.estimate));
    checksum = sum.finish().substr(0, 16);
}

std::string BlockNames::id(std::string const& code) const {
    return fmt::format("{}|{}|hutch-{}|", checksum, code, version());
}

CifBlock::CifBlock(std::string const& code, BlockNames const& names) : text_("data_" + code + "\n") {
    text("_pd_block_id", names.id(code));
    text("_audit_creation_method", std::string("Hutch ") + version());
    loop({"_audit_conform_dict_name", "_audit_conform_dict_version"});
    row({"cif_core.dic", "2.4.5"});
    row({"cif_pd.dic", "1.0.1"});
}

void CifBlock::item(std::string_view tag, std::string const& value) {
    text_ += fmt::format("{:<36}{}{}\n", tag, tag.size() < 36 ? "" : " ", value);
}
void CifBlock::text(std::string_view tag, std::string const& foreign) { item(tag, to_ascii_value(foreign)); }
void CifBlock::number(std::string_view tag, double value, int decimals) {
    item(tag, std::isfinite(value) ? fmt::format("{:.{}f}", value, decimals) : "?");
}

void CifBlock::lines(std::string_view tag, std::vector<std::string> const& lines) {
    if (lines.empty()) return item(tag, "?");
    text_ += fmt::format("{}\n;", tag);
    for (std::string const& line : lines) text_ += " " + to_ascii(line.substr(0, 2000)) + "\n";
    text_ += ";\n";
}

void CifBlock::unknown(std::vector<char const*> const& tags) {
    for (char const* tag : tags) item(tag, "?");
}

void CifBlock::loop(std::vector<char const*> const& tags) {
    text_ += fmt::format("loop_\n{}\n", fmt::join(tags, "\n"));
}

void CifBlock::row(std::vector<std::string> const& values) {
    text_ += fmt::format("{}\n", fmt::join(values, " "));
}

std::string to_cif_number(Estimate const& estimate) {
    if (!std::isfinite(estimate.value)) return "?";
    bool const has_su = estimate.su > 0 && std::isfinite(estimate.su);
    return has_su ? to_text(estimate) : fmt::format("{:.9g}", estimate.value + 0.0);
}

std::string to_ascii_value(std::string_view text) { return data::to_cif_value(to_ascii(text)); }

std::vector<ShareResult const*> shares_of_phase(Result const& result, std::string const& phase) {
    return shares_with(result, &ShareResult::phase, phase);
}
std::vector<ShareResult const*> shares_of_pattern(Result const& result, std::string const& pattern) {
    return shares_with(result, &ShareResult::pattern, pattern);
}

void add_radiation(CifBlock& block, std::vector<PatternResult const*> const& patterns) {
    bool const is_one_kind = std::ranges::all_of(
        patterns, [&](PatternResult const* one) { return one->radiation == patterns[0]->radiation; });
    bool const is_known = is_one_kind && !patterns.empty();
    block.item("_diffrn_radiation_probe",
               is_known ? patterns[0]->radiation == Radiation::xray ? "x-ray" : "neutron" : "?");
    block.unknown({"_diffrn_radiation_type"});
    std::vector<Wavelength> wavelengths;
    for (PatternResult const* pattern : patterns)
        wavelengths.insert(wavelengths.end(), pattern->wavelengths.begin(), pattern->wavelengths.end());
    if (wavelengths.empty()) return block.unknown({"_diffrn_radiation_wavelength"});
    block.loop({"_diffrn_radiation_wavelength_id", "_diffrn_radiation_wavelength",
                "_diffrn_radiation_wavelength_wt"});
    for (std::size_t i = 0; i < wavelengths.size(); ++i)
        block.row({std::to_string(i + 1), fmt::format("{:.9g}", wavelengths[i].value),
                   fmt::format("{:.6g}", wavelengths[i].weight)});
}

void add_functions(CifBlock& block, Result const& result, std::vector<PatternResult const*> const& patterns) {
    bool has_angle = false, has_flight = false, has_march = false, has_harmonics = false;
    std::vector<std::string> background;
    for (PatternResult const* pattern : patterns) {
        bool const is_flight = pattern->axis == data::AxisKind::time_of_flight;
        has_flight |= is_flight, has_angle |= !is_flight;
        has_march |= is_used(result, *pattern, "texture.march", 1);
        has_harmonics |= is_used(result, *pattern, "texture.c*", 0);
        auto const terms = std::ranges::count_if(result.parameters, [&](ParameterResult const& one) {
            return selects(pattern->name + ".background", one.name) &&
                   one.name.starts_with(pattern->name + ".");
        });
        background.push_back(fmt::format("{}: {} terms", pattern->name, terms));
    }
    block.text("_pd_proc_ls_profile_function", profile_text(has_angle, has_flight));
    block.text("_pd_proc_ls_background_function", fmt::format("{}", fmt::join(background, "; ")));
    block.text("_pd_proc_ls_pref_orient_corr", has_march && has_harmonics
                                                   ? "March-Dollase and spherical harmonics"
                                               : has_march     ? "March-Dollase"
                                               : has_harmonics ? "spherical harmonics"
                                                               : "none");
}

}  // namespace detail

std::string to_cif(Result const& result) {
    detail::BlockNames const names(result);
    std::string text;
    for (std::size_t i = 0; i < result.phases.size(); ++i)
        text += detail::phase_block(result, i, names, true) + "\n";
    for (std::size_t i = 0; i < result.patterns.size(); ++i)
        text += detail::pattern_block(result, i, names) + "\n";
    return text;
}

std::string to_cif(Result const& result, std::size_t phase) {
    if (phase >= result.phases.size())
        throw Error(Fault::bad_input,
                    fmt::format("'phase' is {}; expected less than {}", phase, result.phases.size()));
    return detail::phase_block(result, phase, detail::BlockNames(result), false);
}

}  // namespace hutch::powder::refine
