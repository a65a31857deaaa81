// hutch powder identify: which structures of a library explain a measured pattern.
#include "hutch/base/error.hpp"
#include "hutch/base/file.hpp"
#include "hutch/base/progress.hpp"
#include "hutch/base/text.hpp"
#include "hutch/data/library.hpp"
#include "hutch/data/plot.hpp"
#include "hutch/methods/powder/identify.hpp"

#include <algorithm>
#include <chrono>

#include "arguments.hpp"
#include "powder_options.hpp"
#include "verbs.hpp"
#include <fmt/format.h>

namespace hutch::app {
namespace {

constexpr std::size_t shown_candidates = 3;

std::vector<double> as_double(std::vector<float> const& values) { return {values.begin(), values.end()}; }

// The measured pattern with the best candidates, and what the best one leaves over.
std::string plot(data::Pattern const& measured, data::Library const& library,
                 powder::Identification const& found) {
    data::Panel upper, lower;
    upper.options.title = measured.title;
    upper.options.y_label = "counts";
    upper.options.height = 460;
    upper.curves.push_back({"measured", measured.x, measured.y, "#222222", data::Curve::Style::points});
    lower.options.x_label = measured.axis == data::AxisKind::two_theta ? "2θ / degree"
                            : measured.axis == data::AxisKind::q       ? "Q / Å⁻¹"
                                                                       : "d / Å";
    lower.options.y_label = "measured − best";
    lower.options.height = 180;
    for (std::size_t i = 0; i < std::min(shown_candidates, found.candidates.size()); ++i) {
        powder::Candidate const& one = found.candidates[i];
        if (one.pattern.empty()) continue;
        data::Structure const& structure = library.structures[one.structure];
        upper.curves.push_back(
            {fmt::format("{}. {} ({}) {:.3f}", i + 1, structure.name, structure.source, one.score),
             measured.x, as_double(one.pattern), "", data::Curve::Style::line});
        if (i > 0) continue;
        data::Curve rest{"", measured.x, measured.y, "", data::Curve::Style::line};
        for (std::size_t k = 0; k < rest.y.size(); ++k) rest.y[k] -= double(one.pattern[k]);
        lower.curves.push_back(rest);
    }
    return data::plot_panels({upper, lower});
}

std::vector<int> elements_of(Arguments const& arguments, char const* option) {
    std::vector<int> elements;
    std::string const text = arguments.text(option);
    for (auto const word : split_words(text, true)) {
        int z = 1;
        while (z <= 118 && word != data::element_symbol(z)) ++z;
        if (z > 118)
            throw Error(Fault::bad_input,
                        fmt::format("'--{}' holds {}; expected symbols of elements such as Pb,S,O", option,
                                    in_quotes(word)));
        elements.push_back(z);
    }
    return elements;
}

powder::IdentifyOptions read_options(Arguments const& arguments, data::Pattern const& measured,
                                     unsigned threads) {
    powder::Setting const setting = read_setting(arguments);
    powder::IdentifyOptions options;
    options.radiation = setting.instrument.radiation;
    if (arguments.has("instrument") || arguments.has("wavelength"))
        options.wavelengths = setting.instrument.wavelengths;
    else if (measured.wavelength > 0)
        options.wavelengths = {{measured.wavelength, 1}};
    else if (options.radiation == powder::Radiation::neutron)
        throw Error(Fault::bad_input,
                    "'--wavelength' is missing and the pattern does not tell it; expected it for neutrons");
    options.polarisation = setting.instrument.polarisation;
    options.threads = threads;
    options.keep = arguments.count("keep", 10, 1, 1000);
    options.required_elements = elements_of(arguments, "with");
    options.allowed_elements = elements_of(arguments, "only");
    return options;
}

std::string candidate_as_json(std::size_t rank, data::Structure const& structure,
                              powder::Candidate const& one) {
    return fmt::format(
        "{{\"rank\": {}, \"score\": {:.5f}, \"name\": {}, \"formula\": {}, \"space_group\": {}, \"source\": "
        "{}, \"cell_scale\": {:.6f}, \"zero\": {:.4f}, \"citation\": {}}}",
        rank, one.score, to_json_text(structure.name), to_json_text(data::composition_formula(structure)),
        to_json_text(structure.space_group), to_json_text(structure.source), one.shift.cell_scale,
        one.shift.zero, to_json_text(structure.citation));
}

}  // namespace

int powder_identify(std::vector<std::string> const& words) {
    std::vector<Option> options{
        {"library", "PATH", "CIF file, folder of CIFs or AMCSD database; give it again for each further one",
         true},
        {"keep", "N", "candidates to show; default 10"},
        {"with", "EL,EL", "only structures that hold all of these elements"},
        {"only", "EL,EL", "only structures of no other elements"},
        {"threads", "N", "default: as many as the machine has"},
        {"plot", "FILE.svg", "draw measured pattern, best candidates and difference"}};
    for (Option const& option : setting_options())
        if (option.name == "instrument" || option.name == "radiation" || option.name == "wavelength" ||
            option.name == "set")
            options.push_back(option);
    Arguments const arguments(
        "powder identify <PATTERN> --library PATH [options]",
        "Compare a measured pattern (xy, xye, FXYE, FOX, pdCIF; gzip too) with every structure of a library.",
        options, 1, 1, words);
    if (arguments.wants_help()) return arguments.print_help(), 0;
    auto const start = std::chrono::steady_clock::now();
    unsigned const threads = thread_count(arguments);
    data::Pattern const measured = data::read_pattern(arguments.words()[0]);
    powder::IdentifyOptions const identify_options = read_options(arguments, measured, threads);
    std::vector<std::filesystem::path> paths;
    for (std::string const& path : arguments.all("library")) paths.emplace_back(path);
    if (paths.empty())
        throw Error(Fault::bad_input,
                    "'--library' is missing; expected a folder of CIFs or an AMCSD database");
    data::Library const library = data::read_library(paths, threads);
    powder::Identification const found = powder::identify(measured, library.structures, identify_options);
    double const seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    if (arguments.has("plot")) write_file(arguments.text("plot"), plot(measured, library, found));
    if (arguments.has("json")) {
        std::string list;
        for (std::size_t i = 0; i < found.candidates.size(); ++i)
            list += (i == 0 ? "" : ",\n  ") +
                    candidate_as_json(i + 1, library.structures[found.candidates[i].structure],
                                      found.candidates[i]);
        fmt::print(
            "{{\"compared\": {}, \"refused\": {}, \"seconds\": {:.3f}, \"fwhm\": {:.4f}, \"candidates\": [\n "
            " {}]}}\n",
            found.compared, library.refusals.size(), seconds, found.fwhm, list);
        return 0;
    }
    fmt::print("{}: {} points; compared with {} structures in {}\n",
               measured.title.empty() ? arguments.words()[0] : measured.title,
               with_commas((long long)measured.x.size()), with_commas((long long)found.compared),
               to_duration(seconds));
    fmt::print("rank  score  cell    zero/deg  formula                        space group  name (source)\n");
    for (std::size_t i = 0; i < found.candidates.size(); ++i) {
        powder::Candidate const& one = found.candidates[i];
        data::Structure const& structure = library.structures[one.structure];
        fmt::print("{:4}  {:.3f}  {:.4f}  {:8.3f}  {:30.30} {:12} {} ({})\n", i + 1, one.score,
                   one.shift.cell_scale, one.shift.zero, data::composition_formula(structure),
                   structure.space_group, structure.name, structure.source);
    }
    return 0;
}

}  // namespace hutch::app
