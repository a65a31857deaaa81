#include "powder_options.hpp"

#include "hutch/base/error.hpp"
#include "hutch/base/text.hpp"
#include "hutch/data/amcsd.hpp"
#include "hutch/data/cif.hpp"
#include "hutch/data/instprm.hpp"

#include <optional>

#include <fmt/format.h>

namespace hutch::app {
namespace {

double option_number(std::string_view text, std::string_view option) {
    if (auto const value = to_number(text)) return *value;
    throw Error(Fault::bad_input, fmt::format("'{}' is {}; expected a number", option, in_quotes(text)));
}

std::vector<double> numbers_of(std::string const& text, char separator, std::string const& option) {
    std::vector<double> values;
    for (auto const part : split(text, separator)) values.push_back(option_number(part, option));
    return values;
}

void read_texture(powder::Setting& setting, std::string const& text) {
    auto const parts = split(text, ':');
    auto const axis =
        parts.size() == 2 ? numbers_of(std::string(parts[1]), ',', "--march") : std::vector<double>{};
    if (axis.size() != 3)
        throw Error(Fault::bad_input, fmt::format("'--march' is {}; expected RATIO:H,K,L", in_quotes(text)));
    set_parameter(setting, powder::find_parameter("march_ratio"), option_number(parts[0], "--march"));
    setting.sample.march_axis = {axis[0], axis[1], axis[2]};
}

void read_wavelengths(powder::Setting& setting, std::vector<std::string> const& texts) {
    setting.instrument.wavelengths.clear();
    for (std::string const& text : texts) {
        auto const values = numbers_of(text, ':', "--wavelength");
        if (values.size() > 2)
            throw Error(Fault::bad_input,
                        fmt::format("'--wavelength' is {}; expected VALUE or VALUE:WEIGHT", in_quotes(text)));
        setting.instrument.wavelengths.push_back({values[0], values.size() == 2 ? values[1] : 1});
    }
}

void read_instrument_options(powder::Setting& setting, Arguments const& arguments) {
    if (arguments.has("instrument"))
        setting.instrument = powder::to_instrument(data::read_instprm(arguments.text("instrument")));
    if (arguments.has("radiation")) {
        std::string const name = arguments.text("radiation");
        if (name != "xray" && name != "neutron")
            throw Error(Fault::bad_input,
                        fmt::format("'--radiation' is {}; expected xray or neutron", in_quotes(name)));
        setting.instrument.radiation = name == "xray" ? powder::Radiation::xray : powder::Radiation::neutron;
    }
    if (arguments.has("geometry")) {
        std::string const name = arguments.text("geometry");
        if (name != "bragg_brentano" && name != "debye_scherrer")
            throw Error(Fault::bad_input,
                        fmt::format("'--geometry' is {}; expected bragg_brentano or debye_scherrer",
                                    in_quotes(name)));
        setting.instrument.geometry =
            name == "bragg_brentano" ? powder::Geometry::bragg_brentano : powder::Geometry::debye_scherrer;
    }
    if (arguments.has("wavelength")) read_wavelengths(setting, arguments.all("wavelength"));
}

int element_number(std::string_view symbol) {
    for (int z = 1; z <= 118; ++z)
        if (symbol == data::element_symbol(z)) return z;
    throw Error(Fault::bad_input,
                fmt::format("{} is no element; expected a symbol such as Pb", in_quotes(symbol)));
}

}  // namespace

std::vector<Option> setting_options() {
    return {{"instrument", "FILE.instprm",
             "GSAS-II instrument parameters; default: Cu Ka1 laboratory diffractometer"},
            {"radiation", "NAME", "xray or neutron"},
            {"geometry", "NAME", "bragg_brentano or debye_scherrer"},
            {"wavelength", "VALUE[:WEIGHT]", "[angstrom]; give it again for each further one", true},
            {"size-um", "VALUE", "crystallite size [um]; default 1"},
            {"microstrain", "VALUE", "isotropic microstrain; default 0"},
            {"march", "RATIO:H,K,L", "March-Dollase texture about the plane (hkl)"},
            {"background", "C0,C1,...", "Chebyshev coefficients relative to the strongest Bragg point"},
            {"hump", "CENTRE:FWHM:HEIGHT", "amorphous hump [degree, degree, relative]", true},
            {"set", "NAME=VALUE", "any parameter of 'hutch powder parameters'", true},
            {"dispersion", "TABLE", "cromer_liberman (default), chantler:XRAYDB_FILE or none"},
            {"fprime", "EL=REAL,IMAG", "f' and f'' of an element, instead of the table's", true}};
}

powder::Setting read_setting(Arguments const& arguments) {
    powder::Setting setting;
    read_instrument_options(setting, arguments);
    set_parameter(setting, powder::find_parameter("size"),
                  arguments.number("size-um", setting.sample.size_um));
    set_parameter(setting, powder::find_parameter("microstrain"), arguments.number("microstrain", 0));
    if (arguments.has("march")) read_texture(setting, arguments.text("march"));
    if (arguments.has("background"))
        setting.background.chebyshev = numbers_of(arguments.text("background"), ',', "--background");
    for (std::string const& text : arguments.all("hump")) {
        auto const values = numbers_of(text, ':', "--hump");
        if (values.size() != 3)
            throw Error(Fault::bad_input,
                        fmt::format("'--hump' is {}; expected CENTRE:FWHM:HEIGHT", in_quotes(text)));
        setting.background.humps.push_back({values[0], values[1], values[2]});
    }
    for (std::string const& text : arguments.all("set")) {
        std::size_t const equals = text.find('=');
        if (equals == std::string::npos)
            throw Error(Fault::bad_input, fmt::format("'--set' is {}; expected NAME=VALUE", in_quotes(text)));
        std::string const name = text.substr(0, equals);
        set_parameter(setting, powder::find_parameter(name), option_number(text.substr(equals + 1), name));
    }
    return setting;
}

std::shared_ptr<powder::DispersionTable const> read_dispersion(Arguments const& arguments) {
    std::string const name = arguments.text("dispersion", "cromer_liberman");
    std::shared_ptr<powder::DispersionTable const> table;
    if (name == "cromer_liberman")
        table = powder::cromer_liberman();
    else if (name == "none")
        table = powder::no_dispersion();
    else if (name.starts_with("chantler:"))
        table = powder::chantler(name.substr(9));
    else
        throw Error(Fault::bad_input,
                    fmt::format("'--dispersion' is {}; expected cromer_liberman, chantler:FILE or none",
                                in_quotes(name)));
    std::map<int, powder::Dispersion> overrides;
    for (std::string const& text : arguments.all("fprime")) {
        auto const parts = split(text, '=');
        auto const values =
            parts.size() == 2 ? numbers_of(std::string(parts[1]), ',', "--fprime") : std::vector<double>{};
        if (values.size() != 2)
            throw Error(Fault::bad_input,
                        fmt::format("'--fprime' is {}; expected EL=REAL,IMAG", in_quotes(text)));
        overrides[element_number(parts[0])] = {values[0], values[1]};
    }
    return overrides.empty() ? table : with_overrides(table, overrides);
}

data::Structure read_structure(std::filesystem::path const& path, std::string const& entry) {
    if (path.extension() != ".db") {
        auto structures = data::read_cif(path);
        double const place = entry.empty() ? 1 : option_number(entry, "--entry");
        if (!(place >= 1 && place <= double(structures.size())))
            throw Error(Fault::bad_input, fmt::format("'--entry' is {}; expected 1 to {}: '{}'", entry,
                                                      structures.size(), path.string()));
        return structures[std::size_t(place) - 1];
    }
    double const number = option_number(entry, "--entry");
    int const wanted = number >= 0 && number <= 1e9 ? int(number) : -1;
    std::optional<data::AmcsdEntry> found;
    data::read_amcsd(path, 1, [&](data::AmcsdEntry&& one) {
        if (one.id == wanted) found = std::move(one);
    });
    if (!found)
        throw Error(Fault::not_found, fmt::format("AMCSD has no entry {}; expected a number it has: '{}'",
                                                  wanted, path.string()));
    if (!found->problem.empty())
        throw Error(Fault::bad_data, fmt::format("AMCSD {}: {}", wanted, found->problem));
    return found->structure;
}

}  // namespace hutch::app
