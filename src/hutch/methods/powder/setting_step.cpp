#include "hutch/base/error.hpp"
#include "hutch/data/instprm.hpp"
#include "hutch/data/pattern.hpp"
#include "hutch/data/structure.hpp"
#include "hutch/methods/powder/detail/steps.hpp"

#include <fmt/format.h>

namespace hutch::powder {
namespace {

using step::Type;
using step::Value;

// Return what was given; nothing for a parameter that this step does not have.
Value const* given(step::Call const& call, std::string const& name) {
    auto const found = call.parameters.find(name);
    return found == call.parameters.end() || found->second.is_nothing() ? nullptr : &found->second;
}

step::Parameter to_step_parameter(Parameter const& parameter) {
    Setting standard = read_setting({});
    double const fallback = parameter.in(standard);
    step::Parameter made{
        .name = std::string(parameter.name),
        .help = std::string(parameter.help),
        .fields = {{.unit = std::string(parameter.unit), .least = parameter.least, .most = parameter.most}}};
    if (is_of_instrument(parameter))
        made.fallback = Value(), made.otherwise = fmt::format("the instrument's, or {}", fallback);
    else
        made.fallback = fallback;
    return made;
}

step::Parameter radiation_parameter() {
    return {.name = "radiation",
            .help = "what is scattered",
            .fields = {{.type = Type::choice, .choices = {"xray", "neutron"}}},
            .fallback = Value(),
            .otherwise = "the instrument's, or xray"};
}

step::Parameter geometry_parameter() {
    return {.name = "geometry",
            .help = "decides which shifts and which absorption a sample causes",
            .fields = {{.type = Type::choice, .choices = {"bragg_brentano", "debye_scherrer"}}},
            .fallback = Value(),
            .otherwise = "the instrument's, or bragg_brentano"};
}

step::Parameter wavelength_parameter() {
    return {.name = "wavelength",
            .help = "wavelengths with intensities relative to each other",
            .fields = {{.name = "value", .unit = "angstrom", .least = 0.01, .most = 20},
                       {.name = "weight", .unit = "1", .least = 0, .most = 1e9, .fallback = 1.0}},
            .is_list = true,
            .fallback = Value(),
            .otherwise = "the instrument's, or Cu K alpha 1, 1.5405929"};
}

step::Parameter march_axis_parameter() {
    auto const index = [](char const* name) {
        return step::Field{.name = name, .unit = "1", .least = -100, .most = 100};
    };
    return {.name = "march_axis",
            .help = "plane (hkl) that march_ratio orients",
            .fields = {index("h"), index("k"), index("l")},
            .fallback = Value::List{0, 0, 1}};
}

step::Parameter background_parameter() {
    return {.name = "background",
            .help = "Chebyshev coefficients over the range, relative to the strongest Bragg point",
            .fields = {{.unit = "1", .least = -1e6, .most = 1e6}},
            .is_list = true,
            .fallback = Value::List{}};
}

step::Parameter hump_parameter() {
    return {.name = "hump",
            .help = "amorphous scattering, heights relative to the strongest Bragg point",
            .fields = {{.name = "centre", .unit = "degree", .least = -1000, .most = 1000},
                       {.name = "fwhm", .unit = "degree", .least = 0.01, .most = 1000},
                       {.name = "height", .unit = "1", .least = -1e6, .most = 1e6}},
            .is_list = true,
            .fallback = Value::List{}};
}

void read_beam(Setting& setting, step::Call const& call) {
    Instrument& instrument = setting.instrument;
    if (auto const path = call.input("instrument"); !path.empty())
        instrument = to_instrument(data::read_instrument_file(path));
    if (auto const* name = given(call, "radiation"))
        instrument.radiation = name->text() == "xray" ? Radiation::xray : Radiation::neutron;
    if (auto const* name = given(call, "geometry"))
        instrument.geometry =
            name->text() == "bragg_brentano" ? Geometry::bragg_brentano : Geometry::debye_scherrer;
    if (auto const* rows = given(call, "wavelength")) {
        instrument.wavelengths.clear();
        for (Value const& row : rows->list())
            instrument.wavelengths.push_back({row.list()[0].number(), row.list()[1].number()});
    }
}

}  // namespace

std::vector<step::Parameter> setting_parameters() {
    std::vector<step::Parameter> made{radiation_parameter(), geometry_parameter(), wavelength_parameter()};
    for (Parameter const& parameter : parameters()) made.push_back(to_step_parameter(parameter));
    made.insert(made.end(), {march_axis_parameter(), background_parameter(), hump_parameter()});
    return made;
}

std::vector<step::Parameter> beam_parameters() {
    return {radiation_parameter(), wavelength_parameter(), to_step_parameter(find_parameter("polarisation"))};
}

step::Port instrument_port() {
    return {.name = "instrument",
            .help = "parameters as GSAS-II (.instprm) or GSAS (.prm) has them, constant wavelength",
            .format = "instprm",
            .is_required = false};
}

step::Port pattern_port(std::string const& what) {
    return {.name = "pattern",
            .help = what +
                    "; also .gsa and .raw of GSAS, .xrdml of PANalytical, .raw and .brml of Bruker; gzip too",
            .format = "pattern (.xy .xye .fxye .dat .cif)",
            .dtype = "float64",
            .dims = {"point"},
            .unit = "count"};
}

step::Parameter bank_parameter() {
    return {
        .name = "bank",
        .help =
            "which one of several patterns in the file: the number of the bank (GSAS), else of the scan; 0 "
            "for the first",
        .fields = {{.type = step::Type::integer, .unit = "1", .least = 0, .most = 1e6}},
        .fallback = 0};
}

data::Pattern read_measured(step::Call const& call) {
    return data::read_pattern(call.input("pattern"), int(call.integer("bank")));
}

std::vector<Wavelength> lines_of(data::Pattern const& measured) {
    std::vector<Wavelength> lines{{measured.wavelength, 1}};
    if (measured.second_wavelength > 0)
        lines.push_back({measured.second_wavelength, measured.second_intensity});
    return lines;
}

Setting read_setting(step::Call const& call) {
    Setting setting;
    read_beam(setting, call);
    for (Parameter const& parameter : parameters())
        if (auto const* value = given(call, std::string(parameter.name)))
            set_parameter(setting, parameter, value->number());
    if (auto const* axis = given(call, "march_axis"))
        for (std::size_t i = 0; i < 3; ++i) setting.sample.march_axis[i] = axis->list()[i].number();
    if (auto const* coefficients = given(call, "background"))
        for (Value const& one : coefficients->list()) setting.background.chebyshev.push_back(one.number());
    if (auto const* humps = given(call, "hump"))
        for (Value const& one : humps->list())
            setting.background.humps.push_back(
                {one.list()[0].number(), one.list()[1].number(), one.list()[2].number()});
    return setting;
}

int element_number(std::string const& symbol) {
    for (int z = 1; z <= 118; ++z)
        if (symbol == data::element_symbol(z)) return z;
    throw Error(Fault::bad_input, fmt::format("'{}' is no element; expected a symbol such as Pb", symbol));
}

std::vector<int> read_elements(step::Call const& call, std::string const& parameter) {
    std::vector<int> elements;
    for (Value const& symbol : call.parameters.at(parameter).list())
        elements.push_back(element_number(symbol.text()));
    return elements;
}

}  // namespace hutch::powder
