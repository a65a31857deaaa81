#include "hutch/methods/powder/detail/steps.hpp"

#include "hutch/base/text.hpp"
#include "hutch/data/pattern.hpp"

#include <fmt/format.h>

namespace hutch::powder {
namespace {

step::Outcome convert(step::Call const& call) {
    data::Pattern const pattern = read_measured(call);
    auto const out = *call.output("converted");
    data::write_pattern(out, pattern);
    return {{{"points", std::int64_t(pattern.x.size())}, {"title", pattern.title}},
            fmt::format("{}: {} points, {:.6g} to {:.6g}\n", out.string(),
                        with_commas((long long)pattern.x.size()), pattern.x.front(), pattern.x.back())};
}

}  // namespace

step::Step convert_step() {
    step::Description about{
        .name = "powder.convert",
        .version = "1.1.0",
        .summary = "read a powder pattern in one format and write it in another",
        .reference =
            "pdCIF: B. H. Toby, International Tables for Crystallography G (2005), chapter 3.3; "
            "FXYE: A. C. Larson & R. B. Von Dreele, GSAS, LAUR 86-748 (2004)",
        .parameters = {bank_parameter()},
        .inputs = {pattern_port("measured or calculated")},
        .outputs = {{.name = "converted",
                     .help = "the same points; its ending says the format",
                     .format = "pattern (.xy .xye .fxye .dat .cif)",
                     .dtype = "float64",
                     .dims = {"point"},
                     .unit = "count",
                     .file = "pattern.xy"}},
        .findings = {
            {.name = "points", .help = "points of the pattern", .type = step::Type::integer, .unit = "1"},
            {.name = "title", .help = "title that the file carries", .type = step::Type::text}}};
    return {about, convert};
}

std::vector<step::Step> steps() {
    return {simulate_step(), convert_step(), identify_step(),
            survey_step(),   refine_step(),  refine_series_step()};
}

}  // namespace hutch::powder
