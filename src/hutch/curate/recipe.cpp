#include "hutch/curate/recipe.hpp"

#include "hutch/base/error.hpp"
#include "hutch/base/file.hpp"
#include "hutch/base/text.hpp"
#include "hutch/curate/detail/read_values.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <set>

#include <fmt/format.h>

namespace hutch::curate {
namespace {

using detail::count_of, detail::text_or;

constexpr double degree = std::numbers::pi / 180;

RecipeSource read_source(Document const& document, std::filesystem::path const& folder) {
    document.only({"path", "name", "licence", "citation", "url"});
    std::filesystem::path path = detail::with_environment(document.at("path"));
    if (path.is_relative()) path = folder / path;
    return {path, text_or(document, "name", path.filename().string()), text_or(document, "licence", ""),
            text_or(document, "citation", ""), text_or(document, "url", "")};
}

void read_axis(Document const& document, RecipeInstrument& instrument) {
    int given = 0;
    for (auto kind : {data::AxisKind::two_theta, data::AxisKind::q, data::AxisKind::d}) {
        if (!document.has(to_name(kind))) continue;
        ++given;
        instrument.axis = kind;
        auto const ends = document.at(to_name(kind)).items();
        if (ends.size() != 2)
            document.at(to_name(kind))
                .fail(fmt::format("is a list of {}; expected the first and the last value", ends.size()));
        instrument.first = ends[0].number();
        instrument.last = ends[1].number();
        if (!(instrument.first > 0 && instrument.last > instrument.first))
            document.at(to_name(kind))
                .fail(fmt::format("runs from {} to {}; expected 0 < first < last", instrument.first,
                                  instrument.last));
        if (kind == data::AxisKind::two_theta && instrument.last > 175)
            ends[1].fail(fmt::format("is {} degrees; expected at most 175", instrument.last));
    }
    if (given != 1) document.fail(fmt::format("has {} axes; expected one of two_theta, q, d", given));
}

void read_wavelengths(Document const& document, RecipeInstrument& instrument) {
    for (Document const& item : document.at("wavelengths").items()) {
        item.only({"wavelength", "weight"});
        RecipeWavelength one;
        one.value = Distribution::parse(item.at("wavelength"), 0.1, 10, "angstrom");
        one.weight = item.has("weight") ? Distribution::parse(item.at("weight"), 0, 1000, "")
                                        : Distribution::constant(1);
        instrument.wavelengths.push_back(one);
    }
    if (instrument.wavelengths.empty()) document.at("wavelengths").fail("is empty; expected at least one");
    if (instrument.wavelengths.size() > 8)
        document.at("wavelengths")
            .fail(fmt::format("has {} entries; expected at most 8", instrument.wavelengths.size()));
    if (!(instrument.wavelengths[0].weight.least() > 0))
        document.at("wavelengths").fail("gives the first wavelength a weight that can be 0; expected > 0");
}

void read_background(Document const& document, RecipeInstrument& instrument) {
    document.only({"chebyshev", "humps"});
    if (document.has("chebyshev")) {
        instrument.chebyshev.clear();
        for (Document const& item : document.at("chebyshev").items())
            instrument.chebyshev.push_back(Distribution::parse(item, -1000, 1000, ""));
        if (instrument.chebyshev.size() > 36)
            document.at("chebyshev")
                .fail(fmt::format("has {} terms; expected at most 36", instrument.chebyshev.size()));
    }
    if (!document.has("humps")) return;
    instrument.humps.clear();
    for (Document const& item : document.at("humps").items()) {
        item.only({"centre", "fwhm", "height"});
        instrument.humps.push_back({Distribution::parse(item.at("centre"), -360, 360, "degree"),
                                    Distribution::parse(item.at("fwhm"), 0.1, 360, "degree"),
                                    Distribution::parse(item.at("height"), 0, 1000, "")});
    }
    if (instrument.humps.size() > 16)
        document.at("humps").fail(
            fmt::format("has {} entries; expected at most 16", instrument.humps.size()));
}

void read_parameters(Document const& document, RecipeInstrument& instrument) {
    auto const known = powder::parameters();
    std::vector<std::string> names;
    for (powder::Parameter const& parameter : known) names.emplace_back(parameter.name);
    document.only(names);
    for (std::size_t p = 0; p < known.size(); ++p)
        if (document.has(names[p]))
            instrument.parameters[p] = Distribution::parse(document.at(names[p]), known[p].least,
                                                           known[p].most, std::string(known[p].unit));
}

template <class Value>
Value one_of(Document const& document, char const* key, std::initializer_list<Value> values, Value fallback) {
    if (!document.has(key)) return fallback;
    std::vector<std::string> names;
    for (Value value : values) {
        if (document.at(key).text() == to_name(value)) return value;
        names.emplace_back(to_name(value));
    }
    document.at(key).fail(fmt::format("is {}; expected one of: {}", in_quotes(document.at(key).text()),
                                      fmt::join(names, ", ")));
}

RecipeInstrument read_instrument(Document const& document, RecipeInstrument const& common) {
    document.only({"name", "share", "radiation", "geometry", "two_theta", "q", "d", "wavelengths",
                   "parameters", "background"});
    RecipeInstrument instrument = common;
    instrument.name = document.at("name").text();
    if (instrument.name.empty() || instrument.name.find_first_of("/ \t\n,\"") != std::string::npos)
        document.at("name").fail(fmt::format("is {}; expected a word without blanks, commas and slashes",
                                             in_quotes(instrument.name)));
    if (document.has("share")) instrument.share = document.at("share").number();
    if (!(instrument.share > 0 && instrument.share < 1e6))
        document.at("share").fail(
            fmt::format("is {}; expected above 0 and below 1,000,000", instrument.share));
    instrument.radiation = one_of(
        document, "radiation", {powder::Radiation::xray, powder::Radiation::neutron}, instrument.radiation);
    instrument.geometry =
        one_of(document, "geometry", {powder::Geometry::bragg_brentano, powder::Geometry::debye_scherrer},
               instrument.geometry);
    read_axis(document, instrument);
    read_wavelengths(document, instrument);
    if (document.has("parameters")) read_parameters(document.at("parameters"), instrument);
    if (document.has("background")) read_background(document.at("background"), instrument);
    return instrument;
}

void check_reach(Document const& document, RecipeInstrument const& instrument) {
    if (instrument.axis == data::AxisKind::two_theta) return;
    double longest = 0;
    for (auto const& wavelength : instrument.wavelengths)
        longest = std::max(longest, wavelength.value.most());
    double const sine = instrument.axis == data::AxisKind::q
                            ? instrument.last * longest / (4 * std::numbers::pi)
                            : longest / (2 * instrument.first);
    if (!(sine < 0.999))
        document.fail(fmt::format("reaches beyond what {} angstrom can; expected a smaller range of {}",
                                  longest, to_name(instrument.axis)));
}

RecipeInstrument common_instrument(Document const& document) {
    RecipeInstrument common;
    powder::Setting defaults;
    for (powder::Parameter const& parameter : powder::parameters())
        common.parameters.push_back(Distribution::constant(parameter.in(defaults)));
    if (document.has("parameters")) read_parameters(document.at("parameters"), common);
    if (document.has("background")) read_background(document.at("background"), common);
    return common;
}

void check_stored_type(Document const& document, Recipe const& recipe) {
    std::size_t const dose = std::size_t(&powder::find_parameter("dose") - powder::parameters().data());
    for (RecipeInstrument const& instrument : recipe.instruments) {
        Distribution const& d = instrument.parameters[dose];
        if (recipe.stored == StoredType::uint16 && !(d.least() > 0 && d.most() <= 60000))
            document.at("dtype").fail(
                fmt::format("is uint16, but the dose of '{}' reaches from {} to {} counts; expected a dose "
                            "above 0 and at most 60,000",
                            instrument.name, d.least(), d.most()));
    }
}

void read_march_axes(Document const& document, Recipe& recipe) {
    recipe.march_axes = {{0, 0, 1}};
    if (!document.has("march_axes")) return;
    recipe.march_axes.clear();
    for (Document const& item : document.at("march_axes").items()) {
        auto const indices = item.items();
        if (indices.size() != 3) item.fail(fmt::format("is a list of {}; expected h, k, l", indices.size()));
        std::array<double, 3> const axis{double(indices[0].integer()), double(indices[1].integer()),
                                         double(indices[2].integer())};
        if (std::ranges::any_of(axis, [](double i) { return std::abs(i) > 100; }) ||
            axis == std::array<double, 3>{0, 0, 0})
            item.fail("is no plane; expected h, k, l up to 100, not all 0");
        recipe.march_axes.push_back(axis);
    }
    if (recipe.march_axes.empty()) document.at("march_axes").fail("is empty; expected at least one plane");
}

void read_compression(Document const& document, Recipe& recipe) {
    if (!document.has("compression")) return;
    try {
        recipe.compression = data::parse_compression(document.at("compression").text());
    } catch (Error const&) {
        document.at("compression")
            .fail(fmt::format("is {}; expected none, bitshuffle_lz4 or zstd",
                              in_quotes(document.at("compression").text())));
    }
}

Recipe read_document(Document const& document, std::string_view text, std::filesystem::path const& folder) {
    std::vector<std::string> keys = description_keys();
    for (char const* key : {"seed", "records", "shard_records", "points", "dtype", "compression",
                            "structures", "splits", "march_axes", "parameters", "background", "instruments"})
        keys.emplace_back(key);
    document.only(keys);
    Recipe recipe;
    recipe.text = text;
    static_cast<Description&>(recipe) = read_description(document);
    recipe.seed = count_of(document, "seed", 0, 0, 9e15);
    document.at("records");
    recipe.records = count_of(document, "records", 0, 1, 1e10);
    recipe.shard_records = count_of(document, "shard_records", 4096, 1, 65536);
    recipe.points = std::size_t(count_of(document, "points", 4501, 16, 1e6));
    std::string const stored = text_or(document, "dtype", "float32");
    if (stored != "float32" && stored != "uint16")
        document.at("dtype").fail(fmt::format("is {}; expected float32 or uint16", in_quotes(stored)));
    recipe.stored = stored == "uint16" ? StoredType::uint16 : StoredType::float32;
    read_compression(document, recipe);
    for (Document const& item : document.at("structures").items())
        recipe.sources.push_back(read_source(item, folder));
    if (recipe.sources.empty()) document.at("structures").fail("is empty; expected at least one source");
    if (document.has("splits"))
        recipe.splits = detail::read_splits(document.at("splits"));
    else
        recipe.splits = {{"train", 1}};
    read_march_axes(document, recipe);
    RecipeInstrument const common = common_instrument(document);
    std::set<std::string> names;
    for (Document const& item : document.at("instruments").items()) {
        recipe.instruments.push_back(read_instrument(item, common));
        check_reach(item, recipe.instruments.back());
        if (!names.insert(recipe.instruments.back().name).second)
            item.at("name").fail(fmt::format("is {} again; expected different names",
                                             in_quotes(recipe.instruments.back().name)));
    }
    if (recipe.instruments.empty() || recipe.instruments.size() > 100)
        document.at("instruments").fail("has none or more than 100; expected 1 to 100 instruments");
    check_stored_type(document, recipe);
    if (double(recipe.shard_records) * double(recipe.points) > 2.5e8)
        document.fail(fmt::format(
            "asks for shards of {} x {} numbers; expected at most 250,000,000; lower shard_records",
            recipe.shard_records, recipe.points));
    for (std::size_t i = 0; i < recipe.instruments.size(); ++i)
        for (std::uint64_t record = 0; record < 8; ++record)
            if (auto const problem = first_problem(recipe, i, record))
                document.at("instruments")
                    .items()[i]
                    .fail("breaks a rule in each of 2,000 draws: " + *problem);
    return recipe;
}

}  // namespace

double RecipeInstrument::shortest_wavelength() const {
    double shortest = 1e9;
    for (auto const& wavelength : wavelengths) shortest = std::min(shortest, wavelength.value.least());
    return shortest;
}

Recipe parse_recipe(std::string_view text, std::string const& name) {
    Recipe recipe =
        read_document(Document::parse(text, name), text, std::filesystem::path(name).parent_path());
    recipe.file = name;
    return recipe;
}

Recipe read_recipe(std::filesystem::path const& path) {
    return parse_recipe(read_file(path, 1 << 20), path.string());
}

CalculationGrid calculation_grid(Recipe const& recipe, std::size_t which) {
    RecipeInstrument const& instrument = recipe.instruments[which];
    if (instrument.axis == data::AxisKind::two_theta)
        return {{instrument.first, (instrument.last - instrument.first) / double(recipe.points - 1),
                 recipe.points},
                false};
    // Q and d: a finer grid over all angles that the wavelengths can ask for; records are interpolated from
    // it.
    auto const to_angle = [&](double x, double wavelength) {
        double const sine = instrument.axis == data::AxisKind::q ? x * wavelength / (4 * std::numbers::pi)
                                                                 : wavelength / (2 * x);
        return 2 * std::asin(std::min(0.999, sine)) / degree;
    };
    Distribution const& wavelength = instrument.wavelengths[0].value;
    double first = 180, last = 0;
    for (double x : {instrument.first, instrument.last})
        for (double l : {wavelength.least(), wavelength.most()})
            first = std::min(first, to_angle(x, l)), last = std::max(last, to_angle(x, l));
    std::size_t const points = 2 * recipe.points;
    double const step = (last - first) / double(points - 8);
    return {{first - 3 * step, step, points}, true};
}

std::vector<double> axis_values(Recipe const& recipe, std::size_t which) {
    RecipeInstrument const& instrument = recipe.instruments[which];
    std::vector<double> values(recipe.points);
    for (std::size_t i = 0; i < values.size(); ++i)
        values[i] =
            instrument.first + (instrument.last - instrument.first) * double(i) / double(recipe.points - 1);
    return values;
}

}  // namespace hutch::curate
