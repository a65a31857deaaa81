#include "hutch/data/amcsd_row.hpp"

#include "hutch/base/error.hpp"
#include "hutch/base/text.hpp"
#include "hutch/data/species.hpp"
#include "hutch/data/symmetry.hpp"

#include <bit>
#include <cstdint>
#include <optional>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace hutch::data {
namespace {

constexpr double per_unit = 4e6;  // the database stores numbers as integers, value * 4e6

[[noreturn]] void refuse(std::string const& message) { throw Error(Fault::bad_data, message); }

bool is_absent(std::string_view text) { return text.empty() || text == "0" || text == "<missing>"; }

std::string present(std::string const& text) { return is_absent(text) ? std::string() : text; }

std::vector<std::string> parse_list(std::string_view json, char const* item) {
    auto const list = nlohmann::json::parse(json, nullptr, false);
    std::vector<std::string> texts;
    if (list.is_array())
        for (auto const& element : list)
            if (element.is_string()) texts.push_back(element.get<std::string>());
    if (!list.is_array() || texts.size() != list.size())
        refuse(fmt::format("'{}' is {}; expected a JSON list of texts", item, hutch::in_quotes(json)));
    return texts;
}

int sextet(char c) {
    if (c >= 'A' && c <= 'Z') return c - 'A';
    if (c >= 'a' && c <= 'z') return c - 'a' + 26;
    if (c >= '0' && c <= '9') return c - '0' + 52;
    return c == '+' ? 62 : c == '/' ? 63 : -1;
}

std::vector<double> parse_numbers(std::string_view base64, std::size_t count, char const* item) {
    std::vector<double> numbers;
    std::uint64_t bits = 0;
    int held = 0;
    std::uint32_t word = 0;
    int bytes = 0;
    std::string_view const digits = base64.substr(0, base64.find('='));
    for (char const c : digits) {
        int const value = sextet(c);
        if (value < 0) refuse(fmt::format("'{}' holds {}; expected base64", item, hutch::in_quotes({&c, 1})));
        bits = (bits << 6 | std::uint64_t(value)) & 0xffff;
        held += 6;
        if (held < 8) continue;
        held -= 8;
        word |= std::uint32_t(bits >> held & 0xff) << (8 * bytes);
        if (++bytes < 4) continue;
        numbers.push_back(std::bit_cast<std::int32_t>(word) / per_unit);
        word = 0;
        bytes = 0;
    }
    if (numbers.size() != count || bytes != 0)
        refuse(
            fmt::format("'{}' has {} numbers; expected {}, one for each site", item, numbers.size(), count));
    return numbers;
}

Cell parse_cell(std::array<std::string, 6> const& texts) {
    std::array<double, 6> values{};
    for (std::size_t i = 0; i < 6; ++i) {
        auto const value = to_number(texts[i]);
        if (!value) refuse(fmt::format("'cell' has {}; expected a number", hutch::in_quotes(texts[i])));
        values[i] = *value;
    }
    return {values[0], values[1], values[2], values[3], values[4], values[5]};
}

void note_implied(Structure& structure, Implied implied, std::string const& label) {
    if (implied == Implied::nothing) return;
    std::string const note =
        "hydrogen atoms that labels such as 'Wat', 'O-H' and 'NH4' imply have no position and are left out";
    for (std::string const& known : structure.notes)
        if (known.starts_with(note)) return;
    structure.notes.push_back(note + "; the first is " + hutch::in_quotes(label));
}

void read_sites(AmcsdRow const& row, Structure& structure) {
    std::vector<std::string> const labels = parse_list(row.sites, "sites");
    ElementSet const expected = elements_of(row.formula);
    std::array<std::vector<double>, 3> positions;
    for (std::size_t i = 0; i < 3; ++i)
        positions[i] = parse_numbers(row.positions[i], labels.size(), "sites");
    bool const has_occupancy = !is_absent(row.occupancy), has_u = !is_absent(row.u_iso);
    auto const occupancy =
        has_occupancy ? parse_numbers(row.occupancy, labels.size(), "occupancy") : std::vector<double>();
    auto const u_iso =
        has_u ? parse_numbers(row.u_iso, labels.size(), "displacement") : std::vector<double>();
    for (std::size_t i = 0; i < labels.size(); ++i) {
        auto const species = parse_label(labels[i], expected);
        if (!species)
            refuse(fmt::format("'sites' has {}; expected a label that starts with an element",
                               hutch::in_quotes(labels[i])));
        Site site{.label = labels[i],
                  .atomic_number = species->atomic_number,
                  .charge = species->charge,
                  .is_deuterium = species->is_deuterium,
                  .position = {positions[0][i], positions[1][i], positions[2][i]},
                  .occupancy = has_occupancy ? occupancy[i] : 1,
                  .u_iso = has_u ? u_iso[i] : 0,
                  .u_aniso = {}};
        note_implied(structure, species->implied, site.label);
        structure.sites.push_back(std::move(site));
    }
}

// Tensors are listed in the order of the sites, for some of them; a label that repeats means its sites in
// turn.
void read_anisotropic(AmcsdRow const& row, Structure& structure) {
    if (is_absent(row.aniso[0])) return;
    std::vector<std::string> const labels = parse_list(row.aniso_label, "displacement");
    std::array<std::vector<double>, 6> columns;
    for (std::size_t k = 0; k < 6; ++k)
        columns[k] = is_absent(row.aniso[k]) ? std::vector<double>(labels.size(), 0.0)
                                             : parse_numbers(row.aniso[k], labels.size(), "displacement");
    for (std::size_t i = 0; i < labels.size(); ++i)
        for (Site& site : structure.sites) {
            if (site.label != labels[i] || site.u_aniso) continue;
            site.u_aniso.emplace();
            for (std::size_t k = 0; k < 6; ++k) (*site.u_aniso)[k] = columns[k][i];
            break;
        }
}

void note_displacements(Structure& structure) {
    std::size_t missing = 0;
    for (Site const& site : structure.sites) missing += site.u_iso == 0 && !site.u_aniso;
    if (missing > 0)
        structure.notes.push_back(fmt::format("{} of {} sites have no displacement parameter; 0 is taken",
                                              missing, structure.sites.size()));
}

}  // namespace

std::vector<Operation> parse_amcsd_operations(std::string_view json) {
    std::vector<Operation> operations;
    for (std::string const& triplet : parse_list(json, "symmetry")) {
        auto const operation = parse_operation(triplet);
        if (!operation)
            refuse(fmt::format("'symmetry' has the operation {}; expected one such as '-x,y+1/2,-z'",
                               hutch::in_quotes(triplet)));
        operations.push_back(*operation);
    }
    return operations;
}

Structure parse_amcsd_row(AmcsdRow const& row, std::vector<Operation> const& operations) {
    Structure structure;
    structure.source = fmt::format("AMCSD {}", row.id);
    structure.citation = row.citation;
    structure.formula = present(row.formula);
    structure.name = present(row.mineral);
    if (structure.name.empty()) structure.name = present(row.compound);
    if (structure.name.empty()) structure.name = structure.formula;
    structure.space_group = present(row.space_group);
    structure.cell = parse_cell(row.cell);
    if (auto const declared = to_number(row.crystal_density); declared && *declared > 0)
        structure.declared_density = declared;
    structure.operations = operations;
    read_sites(row, structure);
    read_anisotropic(row, structure);
    note_displacements(structure);
    complete(structure);
    return structure;
}

}  // namespace hutch::data
