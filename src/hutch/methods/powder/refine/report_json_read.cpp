#include "hutch/base/error.hpp"
#include "hutch/base/text.hpp"
#include "hutch/data/species.hpp"
#include "hutch/data/symmetry.hpp"
#include "hutch/methods/powder/refine/report_json.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace hutch::powder::refine {
namespace {

using Json = nlohmann::json;

constexpr double unknown = std::numeric_limits<double>::quiet_NaN();
constexpr double most_r_difference =
    1e-6;  // R values are stated with all digits; sums may differ in the last

// One value of the file with its path, so that refusals can say where.
class Node {
  public:
    Node(Json const& json, std::string path, std::string const& file)
        : json_(&json), path_(std::move(path)), file_(&file) {}

    [[noreturn]] void fail(std::string const& found_and_expected) const {
        throw Error(Fault::bad_data, fmt::format("{}: '{}' {}", *file_, path_, found_and_expected));
    }
    Node at(char const* key) const {
        if (!json_->is_object()) expected("an object");
        auto const found = json_->find(key);
        std::string const path = path_.empty() ? key : path_ + "." + key;
        if (found == json_->end())
            throw Error(Fault::bad_data, fmt::format("{}: '{}' is missing; expected a value as "
                                                     "powder.refine writes it",
                                                     *file_, path));
        return {*found, path, *file_};
    }
    bool is_null() const { return json_->is_null(); }
    bool is_object() const { return json_->is_object(); }
    std::vector<Node> items() const {
        if (!json_->is_array()) expected("a list");
        std::vector<Node> all;
        all.reserve(json_->size());
        for (std::size_t i = 0; i < json_->size(); ++i)
            all.emplace_back((*json_)[i], fmt::format("{}[{}]", path_, i), *file_);
        return all;
    }
    std::string text() const {
        if (!json_->is_string()) expected("a text");
        return json_->get<std::string>();
    }
    bool flag() const {
        if (!json_->is_boolean()) expected("true or false");
        return json_->get<bool>();
    }
    double number() const {
        if (!json_->is_number()) expected("a finite number");
        return json_->get<double>();
    }
    double number_or_nan() const { return json_->is_null() ? unknown : number(); }
    std::int64_t whole(std::int64_t least, std::int64_t most) const {
        double const value = number();
        if (!(value >= double(least) && value <= double(most) && value == std::floor(value)))
            expected(fmt::format("a whole number from {} to {}", least, most));
        return std::int64_t(value);
    }
    double positive() const {
        double const value = number();
        if (!(value > 0)) expected("a number above 0");
        return value;
    }
    std::vector<double> numbers(std::size_t count = std::size_t(-1), bool may_be_null = false) const {
        if (!json_->is_array()) expected("a list of numbers");
        if (count != std::size_t(-1) && json_->size() != count)
            fail(fmt::format("has {} values; expected {}", json_->size(), count));
        std::vector<double> values;
        values.reserve(json_->size());
        for (std::size_t i = 0; i < json_->size(); ++i) {
            Json const& one = (*json_)[i];
            if (one.is_number())
                values.push_back(one.get<double>());
            else if (one.is_null() && may_be_null)
                values.push_back(unknown);
            else
                Node(one, fmt::format("{}[{}]", path_, i), *file_).expected("a finite number");
        }
        return values;
    }
    [[noreturn]] void expected(std::string const& rule) const {
        std::string const found = json_->is_object() ? "an object"
                                  : json_->is_array()
                                      ? fmt::format("a list of {}", json_->size())
                                      : json_->dump(-1, ' ', false, Json::error_handler_t::replace);
        fail(
            fmt::format("is {}; expected {}", found.size() > 60 ? found.substr(0, 57) + "..." : found, rule));
    }
    std::string const& path() const { return path_; }

  private:
    Json const* json_;
    std::string path_;
    std::string const* file_;
};

Estimate to_estimate(Node const& node) {
    return {node.at("value").number_or_nan(), node.at("su").number_or_nan()};
}

template <std::size_t count>
std::array<Estimate, count> to_estimates(Node const& node) {
    auto const items = node.items();
    if (items.size() != count) node.fail(fmt::format("has {} values; expected {}", items.size(), count));
    std::array<Estimate, count> all;
    std::ranges::transform(items, all.begin(), to_estimate);
    return all;
}

std::array<Estimate, 6> to_cell(Node const& node) {
    std::array<Estimate, 6> cell;
    std::size_t i = 0;
    for (char const* name : {"a", "b", "c", "alpha", "beta", "gamma"}) {
        cell[i] = to_estimate(node.at(name));
        if (!(cell[i++].value > 0)) node.at(name).at("value").expected("a number above 0");
    }
    return cell;
}

template <class Kind, std::size_t count>
Kind to_kind(Node const& node, std::array<Kind, count> const& kinds) {
    std::string const word = node.text();
    std::vector<std::string> known;
    for (Kind const kind : kinds) {
        using data::to_name;
        if (word == to_name(kind)) return kind;
        known.emplace_back(to_name(kind));
    }
    node.expected(fmt::format("one of {}", fmt::join(known, ", ")));
}

SiteResult to_site(Node const& node) {
    SiteResult site;
    site.label = node.at("label").text(), site.element = node.at("element").text();
    site.multiplicity = node.at("multiplicity").number();
    site.position = to_estimates<3>(node.at("position"));
    site.occupancy = to_estimate(node.at("occupancy")), site.u_iso = to_estimate(node.at("u_iso"));
    Node const u_aniso = node.at("u_aniso");
    site.is_anisotropic = !u_aniso.is_null();
    if (site.is_anisotropic) site.u_aniso = to_estimates<6>(u_aniso);
    return site;
}

data::Site to_site(SiteResult const& from, Node const& node) {
    auto const species = data::parse_type_symbol(from.element);
    if (!species) node.at("element").expected("a type symbol such as Pb or O2-");
    data::Site site;
    site.label = from.label;
    site.atomic_number = species->atomic_number, site.charge = species->charge;
    site.is_deuterium = species->is_deuterium;
    for (std::size_t i = 0; i < 3; ++i) site.position[i] = from.position[i].value;
    site.occupancy = from.occupancy.value, site.u_iso = from.u_iso.value;
    if (from.is_anisotropic)
        for (std::size_t i = 0; i < 6; ++i) {
            if (!site.u_aniso) site.u_aniso.emplace();
            (*site.u_aniso)[i] = from.u_aniso[i].value;
        }
    return site;
}

void read_structure(Node const& node, PhaseResult& phase, std::string const& file) {
    data::Structure& structure = phase.structure;
    structure.name = phase.name, structure.source = file;
    structure.formula = node.at("formula").text();
    structure.space_group = node.at("space_group").text();
    structure.space_group_number = int(node.at("space_group_number").whole(0, 230));
    auto const& c = phase.cell;
    structure.cell = {c[0].value, c[1].value, c[2].value, c[3].value, c[4].value, c[5].value};
    auto const operations = node.at("operations").items();
    if (operations.size() > data::most_operations)
        node.at("operations")
            .fail(fmt::format("has {} operations; expected at most {}", operations.size(),
                              data::most_operations));
    for (Node const& one : operations) {
        auto const operation = data::parse_operation(one.text());
        if (!operation) one.expected("a symmetry operation such as x+1/2,-y,z");
        structure.operations.push_back(*operation);
    }
    auto const sites = node.at("sites").items();
    for (std::size_t i = 0; i < sites.size(); ++i)
        structure.sites.push_back(to_site(phase.sites[i], sites[i]));
    if (structure.sites.empty()) {
        if (phase.intensities == Intensities::structure)
            node.at("sites").fail("is empty; expected at least one site");
        return;
    }
    try {
        data::complete(structure);
    } catch (Error const& error) {
        throw error.within(fmt::format("{}: '{}'", file, node.path()));
    }
}

PhaseResult to_phase(Node const& node, std::string const& file) {
    PhaseResult phase;
    phase.name = node.at("name").text();
    phase.intensities =
        to_kind(node.at("intensities"),
                std::array{Intensities::structure, Intensities::le_bail, Intensities::pawley});
    phase.cell = to_cell(node.at("cell"));
    phase.volume = to_estimate(node.at("volume"));
    phase.density = node.at("density").number_or_nan();
    for (Node const& one : node.at("sites").items()) phase.sites.push_back(to_site(one));
    for (Node const& one : node.at("distances").items())
        phase.distances.push_back({one.at("from").text(), one.at("to").text(), one.at("symmetry").text(),
                                   to_estimate(one.at("length"))});
    read_structure(node, phase, file);
    return phase;
}

void add_agreement(PatternResult& pattern) {
    Agreement& sums = pattern.agreement;
    for (std::size_t i = 0; i < pattern.x.size(); ++i) {
        if (pattern.sigma[i] == 0) continue;
        double const weight = 1 / (pattern.sigma[i] * pattern.sigma[i]), y = pattern.y[i];
        double const difference = y - pattern.calculated[i], net = y - pattern.background[i];
        sums.chi_squared += weight * difference * difference, sums.weighted_square += weight * y * y;
        sums.weighted_net += weight * net * net;
        sums.difference += std::abs(difference), sums.sum += std::abs(y);
        ++sums.points;
    }
}

// What a file states of its points must follow from them.
void check_agreement(Node const& node, PatternResult const& pattern) {
    Node const points = node.at("points"), r_wp = node.at("r_wp");
    if (points.number() != double(pattern.agreement.points))
        points.expected(fmt::format("{}, as many as have sigma above 0", pattern.agreement.points));
    double const found = pattern.agreement.r_wp();
    if (std::isfinite(found) && !(std::abs(r_wp.number() - found) <= most_r_difference))
        r_wp.expected(fmt::format("{:.6g}, which y, sigma and calculated give", found));
}

PatternResult to_pattern(Node const& node) {
    PatternResult pattern;
    pattern.name = node.at("name").text();
    pattern.radiation = to_kind(node.at("radiation"), std::array{Radiation::xray, Radiation::neutron});
    using enum data::AxisKind;
    pattern.axis = to_kind(node.at("axis"), std::array{two_theta, q, d, time_of_flight});
    for (Node const& one : node.at("wavelengths").items())
        pattern.wavelengths.push_back({one.at("value").positive(), one.at("weight").number()});
    if (pattern.wavelengths.empty() && pattern.axis != time_of_flight)
        node.at("wavelengths").fail("is empty; expected at least one wavelength");
    pattern.x = node.at("x").numbers();
    std::size_t const count = pattern.x.size();
    if (count == 0) node.at("x").fail("is empty; expected at least one point");
    for (std::size_t i = 1; i < count; ++i)
        if (!(pattern.x[i] > pattern.x[i - 1]))
            node.at("x").items()[i].expected(fmt::format("more than the value before, {}", pattern.x[i - 1]));
    pattern.y = node.at("y").numbers(count), pattern.sigma = node.at("sigma").numbers(count);
    for (std::size_t i = 0; i < count; ++i)
        if (pattern.sigma[i] < 0) node.at("sigma").items()[i].expected("0 or more");
    pattern.calculated = node.at("calculated").numbers(count);
    pattern.background = node.at("background").numbers(count);
    pattern.r_exp = node.at("r_exp").number_or_nan(), pattern.goodness = node.at("goodness").number_or_nan();
    add_agreement(pattern);
    check_agreement(node, pattern);
    return pattern;
}

ShareResult to_share(Node const& node) {
    ShareResult share;
    share.phase = node.at("phase").text(), share.pattern = node.at("pattern").text();
    share.scale = to_estimate(node.at("scale")),
    share.weight_fraction = to_estimate(node.at("weight_fraction"));
    Node const cell = node.at("cell");
    share.has_lattice_strain = !cell.is_null();
    if (share.has_lattice_strain) share.cell = to_cell(cell);
    share.r_bragg = node.at("r_bragg").number_or_nan(), share.r_f = node.at("r_f").number_or_nan();
    Node const table = node.at("reflections");
    auto const d = table.at("d").numbers();
    auto const column = [&](char const* name, bool may_be_null = false) {
        return table.at(name).numbers(d.size(), may_be_null);
    };
    auto const h = column("h"), k = column("k"), l = column("l"), multiplicity = column("multiplicity");
    auto const position = column("position"), calculated = column("calculated", true),
               observed = column("observed", true);
    auto const index = [&](std::vector<double> const& values, std::size_t i, char const* name) {
        if (!(std::abs(values[i]) <= 1e6)) table.at(name).items()[i].expected("an index up to a million");
        return int(values[i]);
    };
    for (std::size_t i = 0; i < d.size(); ++i) {
        if (!(d[i] > 0)) table.at("d").items()[i].expected("a number above 0");
        share.reflections.push_back({index(h, i, "h"), index(k, i, "k"), index(l, i, "l"),
                                     index(multiplicity, i, "multiplicity"), d[i], position[i], calculated[i],
                                     observed[i]});
    }
    return share;
}

// Shares stand by pattern; so do their lines.
void read_lines(Node const& root, Result& result) {
    auto const patterns = root.at("patterns").items();
    for (std::size_t p = 0; p < patterns.size(); ++p)
        for (ShareResult const& share : result.shares)
            if (share.pattern == result.patterns[p].name)
                result.patterns[p].parts.push_back(
                    patterns[p].at("lines").at(share.phase.c_str()).numbers(result.patterns[p].x.size()));
}

template <class Item>
void check_names(Node const& list, std::vector<Item> const& items) {
    std::set<std::string> names;
    for (Item const& item : items)
        if (!names.insert(item.name).second)
            list.fail(fmt::format("has {} twice; expected names that differ", in_quotes(item.name)));
}

template <class Item>
bool has_name(std::vector<Item> const& items, std::string const& name) {
    return std::ranges::any_of(items, [&](Item const& item) { return item.name == name; });
}

void read_shares(Node const& root, Result& result) {
    std::set<std::pair<std::string, std::string>> seen;
    for (Node const& node : root.at("shares").items()) {
        ShareResult share = to_share(node);
        if (!has_name(result.phases, share.phase)) node.at("phase").expected("the name of one of 'phases'");
        if (!has_name(result.patterns, share.pattern))
            node.at("pattern").expected("the name of one of 'patterns'");
        if (!seen.insert({share.phase, share.pattern}).second)
            node.fail("is there twice; expected each share once");
        result.shares.push_back(std::move(share));
    }
    read_lines(root, result);
}

void read_parameters(Node const& root, Result& result) {
    for (Node const& one : root.at("parameters").items())
        result.parameters.push_back({one.at("name").text(), one.at("unit").text(), to_estimate(one),
                                     one.at("is_refined").flag(), one.at("is_at_bound").flag()});
    check_names(root.at("parameters"), result.parameters);
    std::map<std::string, std::size_t> places;
    for (std::size_t i = 0; i < result.parameters.size(); ++i) places[result.parameters[i].name] = i;
    for (Node const& one : root.at("refined").items()) {
        auto const place = places.find(one.text());
        if (place == places.end()) one.expected("the name of one of 'parameters'");
        result.refined.push_back(place->second);
    }
    auto const rows = root.at("correlation").items();
    if (rows.size() != result.refined.size())
        root.at("correlation")
            .fail(fmt::format("has {} rows; expected {}, one for each of 'refined'", rows.size(),
                              result.refined.size()));
    for (Node const& row : rows)
        for (double const one : row.numbers(rows.size(), true)) result.correlation.push_back(one);
}

void read_stages(Node const& root, Result& result) {
    constexpr std::int64_t most = std::int64_t{1} << 50;
    for (Node const& one : root.at("stages").items())
        result.stages.push_back(
            {one.at("name").text(), one.at("ending").text(), std::size_t(one.at("cycles").whole(0, most)),
             std::size_t(one.at("variables").whole(0, most)), one.at("r_wp").numbers(std::size_t(-1), true),
             one.at("r_wp_all").number_or_nan(), one.at("goodness").number_or_nan()});
    for (Node const& one : root.at("warnings").items()) result.warnings.push_back(one.text());
}

Result to_result(Node const& root, std::string const& file) {
    constexpr std::int64_t most = std::int64_t{1} << 50;
    Result result;
    result.program = root.at("hutch").text();
    result.title = root.at("title").text(), result.ending = root.at("ending").text();
    result.variables = std::size_t(root.at("variables").whole(0, most));
    result.observations = std::size_t(root.at("observations").whole(0, most));
    result.restraints = std::size_t(root.at("restraints").whole(0, most));
    result.r_wp = root.at("r_wp").number_or_nan(), result.r_exp = root.at("r_exp").number_or_nan();
    result.goodness = root.at("goodness").number_or_nan();
    for (Node const& one : root.at("phases").items()) result.phases.push_back(to_phase(one, file));
    for (Node const& one : root.at("patterns").items()) result.patterns.push_back(to_pattern(one));
    check_names(root.at("phases"), result.phases);
    check_names(root.at("patterns"), result.patterns);
    read_shares(root, result);
    read_parameters(root, result);
    read_stages(root, result);
    return result;
}

}  // namespace

Result parse_json(std::string_view text, std::string const& name) {
    Json json;
    try {
        json = Json::parse(text);
    } catch (Json::exception const& problem) {
        throw Error(Fault::bad_data,
                    fmt::format("{} is not JSON ({}); expected what powder.refine writes as json",
                                in_quotes(name, 200), problem.what()));
    }
    for (char const* key : {"hutch", "phases", "patterns", "shares", "parameters"})
        if (!json.is_object() || !json.contains(key))
            throw Error(
                Fault::bad_data,
                fmt::format(
                    "{} is JSON of another kind (no '{}'); expected what powder.refine writes as json",
                    in_quotes(name, 200), key));
    return to_result(Node(json, "", name), name);
}

}  // namespace hutch::powder::refine
