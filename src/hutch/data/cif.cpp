#include "hutch/data/cif.hpp"

#include "hutch/base/error.hpp"
#include "hutch/base/text.hpp"
#include "hutch/data/gzip.hpp"
#include "hutch/data/species.hpp"
#include "hutch/data/symmetry.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <numbers>
#include <unordered_map>

#include <fmt/format.h>
#include <gemmi/cif.hpp>

namespace hutch::data {
namespace {

namespace cif = gemmi::cif;

constexpr double eight_pi2 = 8 * std::numbers::pi * std::numbers::pi;

struct Value {
    std::string text;
    int line = 0;
};

// A value without its quotes, on one line; empty when it is missing.
std::string plain(std::string const& raw) {
    if (raw.empty() || cif::is_null(raw)) return {};
    std::string text(trim(cif::as_string(raw)));
    std::ranges::replace_if(text, [](char c) { return c == '\n' || c == '\r'; }, ' ');
    return text;
}

// "5.431(2)" without its standard uncertainty.
std::optional<double> to_value(std::string_view text) {
    if (std::size_t const open = text.find('('); open != std::string_view::npos && text.ends_with(')')) {
        std::string_view const uncertainty = text.substr(open + 1, text.size() - open - 2);
        if (uncertainty.find_first_not_of("0123456789.") == std::string_view::npos)
            text = text.substr(0, open);
    }
    return to_number(text);
}

// One data block, asked by tags of which the first that is there counts.
class BlockReader {
  public:
    BlockReader(cif::Block& block, std::string const& name) : block_(block), name_(name) {}

    /// A single value: also the first of a loop.
    Value value(std::initializer_list<char const*> tags) const {
        for (char const* tag : tags) {
            cif::Column column = block_.find_values(tag);
            if (column.length() < 1) continue;
            if (std::string text = plain(column[0]); !text.empty()) return {text, column.item()->line_number};
        }
        return {};
    }

    std::string text(std::initializer_list<char const*> tags) const { return value(tags).text; }

    double cell_value(std::string const& item) const {
        std::string const old_tag = "_cell_" + item, new_tag = "_cell." + item;
        Value const found = value({old_tag.c_str(), new_tag.c_str()});
        if (auto const number = to_value(found.text)) return *number;
        refuse(found.line,
               fmt::format("'cell' has {} {}; expected a number", item, hutch::in_quotes(found.text)));
    }

    cif::Column column(std::initializer_list<char const*> tags) const {
        for (char const* tag : tags)
            if (cif::Column found = block_.find_values(tag); found.length() > 0) return found;
        return {};
    }

    [[noreturn]] void refuse(int line, std::string const& message, Fault fault = Fault::bad_data) const {
        std::string const where = line > 0 ? fmt::format("{}:{}", name_, line) : name_;
        throw Error(fault, where + ": " + message);
    }

    bool has_structure() const {
        return !text({"_cell_length_a", "_cell.length_a"}).empty() &&
               !text({"_atom_site_label", "_atom_site_type_symbol"}).empty();
    }

  private:
    cif::Block& block_;
    std::string const& name_;
};

// Where the items of a structure stand, so that complete() need not know about files.
struct Lines {
    int cell = 0, symmetry = 0, sites = 0, displacement = 0;

    int of(std::string_view message) const {
        if (message.starts_with("'cell'")) return cell;
        if (message.starts_with("'symmetry'")) return symmetry;
        return message.starts_with("'displacement'") && displacement > 0 ? displacement : sites;
    }
};

std::vector<Operation> listed_operations(BlockReader const& block, Lines& lines) {
    cif::Column column = block.column({"_space_group_symop_operation_xyz", "_space_group_symop.operation_xyz",
                                       "_symmetry_equiv_pos_as_xyz", "_symmetry_equiv.pos_as_xyz"});
    std::vector<Operation> operations;
    if (!column.item()) return operations;
    lines.symmetry = column.item()->line_number;
    for (std::string const& raw : column) {
        std::string const text = plain(raw);
        if (text.empty()) continue;
        auto const operation = parse_operation(text);
        if (!operation)
            block.refuse(lines.symmetry,
                         fmt::format("'symmetry' has the operation {}; expected one such as '-x,y+1/2,-z'",
                                     hutch::in_quotes(text)));
        operations.push_back(*operation);
        if (operations.size() > 4 * most_operations)
            block.refuse(lines.symmetry,
                         fmt::format("'symmetry' lists more than {} operations; expected at most {}",
                                     4 * most_operations, most_operations));
    }
    return operations;
}

void read_symmetry(BlockReader const& block, Structure& structure, Lines& lines) {
    Value const hm = block.value({"_space_group_name_H-M_alt", "_symmetry_space_group_name_H-M",
                                  "_space_group.name_H-M_alt", "_space_group_name_H-M_ref"});
    Value const hall =
        block.value({"_space_group_name_Hall", "_symmetry_space_group_name_Hall", "_space_group.name_Hall"});
    Value const number =
        block.value({"_space_group_IT_number", "_symmetry_Int_Tables_number", "_space_group.IT_number"});
    structure.space_group = hm.text;
    structure.operations = listed_operations(block, lines);
    if (!structure.operations.empty()) return;
    lines.symmetry = std::max({hall.line, hm.line, number.line});
    SpaceGroup const* group = hall.text.empty() ? nullptr : find_space_group_by_hall(hall.text);
    std::string from = fmt::format("the Hall symbol {}", hutch::in_quotes(hall.text));
    if (!group && !hm.text.empty()) {
        group = find_space_group(hm.text, structure.cell);
        from = fmt::format("the symbol {}", hutch::in_quotes(hm.text));
    }
    if (!group && !number.text.empty()) {
        auto const parsed = to_number(number.text);
        group = find_space_group_by_number(parsed && *parsed >= 1 && *parsed <= 230 ? int(*parsed) : 0);
        from = fmt::format("the number {} with its standard setting", hutch::in_quotes(number.text));
    }
    if (!group)
        block.refuse(
            lines.symmetry,
            hm.text.empty() && hall.text.empty() && number.text.empty()
                ? "'symmetry' is not given; expected operations, or the space group's symbol or number"
                : fmt::format("'symmetry' is {}; expected a symbol of International Tables, or "
                              "the operations",
                              hutch::in_quotes(hm.text.empty() ? hall.text : hm.text)));
    structure.operations = group->operations;
    structure.notes.push_back(
        fmt::format("symmetry operations are taken from {} as {}", from, group->symbol));
    structure.space_group = group->symbol;
}

// One loop's columns side by side; a missing column reads as missing values.
class Rows {
  public:
    Rows(BlockReader const& block, std::initializer_list<std::initializer_list<char const*>> columns) {
        for (auto const& tags : columns) columns_.push_back(block.column(tags));
    }
    int length() const {
        int longest = 0;
        for (auto const& column : columns_) longest = std::max(longest, column.length());
        return longest;
    }
    bool has(std::size_t column) const { return columns_[column].length() > 0; }
    int line() const {
        for (auto const& column : columns_)
            if (column.length() > 0) return const_cast<cif::Column&>(column).item()->line_number;
        return 0;
    }
    std::string text(std::size_t column, int row) {
        return row < columns_[column].length() ? plain(columns_[column][row]) : std::string();
    }

  private:
    std::vector<cif::Column> columns_;
};

enum SiteColumn : std::size_t { label, type, x, y, z, occupancy, u_iso, b_iso, calc_flag, hydrogens };

Rows site_rows(BlockReader const& block) {
    return Rows(block, {{"_atom_site_label", "_atom_site.label"},
                        {"_atom_site_type_symbol", "_atom_site.type_symbol"},
                        {"_atom_site_fract_x", "_atom_site.fract_x"},
                        {"_atom_site_fract_y", "_atom_site.fract_y"},
                        {"_atom_site_fract_z", "_atom_site.fract_z"},
                        {"_atom_site_occupancy", "_atom_site.occupancy"},
                        {"_atom_site_U_iso_or_equiv", "_atom_site.U_iso_or_equiv"},
                        {"_atom_site_B_iso_or_equiv", "_atom_site.B_iso_or_equiv"},
                        {"_atom_site_calc_flag", "_atom_site.calc_flag"},
                        {"_atom_site_attached_hydrogens", "_atom_site.attached_hydrogens"}});
}

// What was assumed while reading sites, to be told once.
struct Assumed {
    int skipped = 0;
    std::map<Implied, std::string> implied;  // to the first label

    void note(Structure& structure) const {
        if (skipped > 0)
            structure.notes.push_back(fmt::format("{} sites without coordinates were left out", skipped));
        for (auto const& [kind, first] : implied)
            structure.notes.push_back(
                fmt::format("hydrogen atoms of {} and its like have no position and are left out",
                            hutch::in_quotes(first)));
    }
};

class SiteReader {
  public:
    SiteReader(BlockReader const& block, std::string const& formula)
        : block_(block), rows_(site_rows(block)), expected_(elements_of(formula)) {}

    void read(Structure& structure, Lines& lines) {
        lines.sites = rows_.line();
        for (int row = 0; row < rows_.length(); ++row) {
            Site site;
            site.label = rows_.text(SiteColumn::label, row);
            if (site.label.empty()) site.label = rows_.text(SiteColumn::type, row);
            site.occupancy = number(site, SiteColumn::occupancy, row, "occupancy").value_or(1);
            if (!read_position(site, row)) continue;
            read_species(site, row);
            read_displacement(site, row);
            structure.sites.push_back(std::move(site));
        }
    }

    Assumed assumed;

  private:
    std::optional<double> number(Site const& site, SiteColumn column, int row, char const* item) {
        std::string const text = rows_.text(column, row);
        if (text.empty()) return std::nullopt;
        if (auto const value = to_value(text)) return value;
        block_.refuse(rows_.line(), fmt::format("'{}' of {} is {}; expected a number", item,
                                                hutch::in_quotes(site.label), hutch::in_quotes(text)));
    }

    // Dummy atoms and empty sites may do without coordinates; others may not.
    bool read_position(Site& site, int row) {
        static constexpr SiteColumn columns[] = {SiteColumn::x, SiteColumn::y, SiteColumn::z};
        bool const is_dummy = rows_.text(SiteColumn::calc_flag, row) == "dum";
        for (std::size_t i = 0; i < 3; ++i) {
            auto const value = number(site, columns[i], row, "sites");
            if (!value && !is_dummy && site.occupancy != 0)
                block_.refuse(rows_.line(),
                              fmt::format("'sites' has {} without coordinates; expected x, y and z",
                                          hutch::in_quotes(site.label)));
            if (!value || is_dummy) {
                ++assumed.skipped;
                return false;
            }
            site.position[i] = *value;
        }
        return true;
    }

    void read_species(Site& site, int row) {
        std::string const symbol = rows_.text(SiteColumn::type, row);
        auto const species = symbol.empty() ? parse_label(site.label, expected_) : parse_type_symbol(symbol);
        if (!species)
            block_.refuse(rows_.line(), fmt::format("'sites' has {} of type {}; expected an element",
                                                    hutch::in_quotes(site.label), hutch::in_quotes(symbol)));
        site.atomic_number = species->atomic_number;
        site.charge = species->charge;
        site.is_deuterium = species->is_deuterium;
        std::string const attached = rows_.text(SiteColumn::hydrogens, row);
        bool const has_attached = !attached.empty() && attached != "0";
        Implied const implied = has_attached ? Implied::hydrogen : species->implied;
        if (implied != Implied::nothing) assumed.implied.try_emplace(implied, site.label);
    }

    void read_displacement(Site& site, int row) {
        if (auto const u = number(site, SiteColumn::u_iso, row, "displacement"))
            site.u_iso = *u;
        else if (auto const b = number(site, SiteColumn::b_iso, row, "displacement"))
            site.u_iso = *b / eight_pi2;
        else
            site.u_iso = std::numeric_limits<double>::quiet_NaN();
    }

    BlockReader const& block_;
    Rows rows_;
    ElementSet expected_;
};

// How the three conventions of anisotropic displacement become U_ij.
double to_u(char kind, int i, int j, double value, Matrix3 const& reciprocal_metric) {
    if (kind == 'U') return value;
    if (kind == 'B') return value / eight_pi2;
    double const lengths = std::sqrt(reciprocal_metric[4 * i] * reciprocal_metric[4 * j]);
    return value * 4 / (eight_pi2 * lengths);
}

constexpr std::pair<int, int> tensor_indices[] = {{0, 0}, {1, 1}, {2, 2}, {0, 1}, {0, 2}, {1, 2}};

// Sites by label in the order of the file: rows that repeat a label belong to its sites in turn.
struct Labelled {
    std::vector<Site*> sites;
    std::size_t next = 0;
};

// The loop of anisotropic displacements in one of the three conventions.
class TensorReader {
  public:
    TensorReader(BlockReader const& block, char const* prefix, Cell const& cell)
        : block_(block),
          kind_(prefix[0]),
          reciprocal_(inverse(metric(cell))),
          labels_(block.column({"_atom_site_aniso_label", "_atom_site_aniso.label"})) {
        for (auto const& [i, j] : tensor_indices)
            columns_.push_back(
                block.column({fmt::format("_atom_site_aniso_{}_{}{}", prefix, i + 1, j + 1).c_str(),
                              fmt::format("_atom_site_aniso.{}_{}{}", prefix, i + 1, j + 1).c_str()}));
    }

    bool is_there() { return columns_[0].length() > 0 && labels_.length() > 0; }
    int line() { return columns_[0].item()->line_number; }

    void read(std::unordered_map<std::string, Labelled>& by_label) {
        for (int row = 0; row < labels_.length(); ++row) {
            std::string const label = plain(labels_[row]);
            auto const found = by_label.find(label);
            if (found == by_label.end() || found->second.next == found->second.sites.size()) continue;
            found->second.sites[found->second.next++]->u_aniso = tensor(label, row);
        }
    }

  private:
    std::optional<std::array<double, 6>> tensor(std::string const& label, int row) {
        std::array<double, 6> values{};
        for (std::size_t k = 0; k < 6; ++k) {
            std::string const text = row < columns_[k].length() ? plain(columns_[k][row]) : "";
            if (text.empty()) return std::nullopt;
            auto const value = to_value(text);
            if (!value)
                block_.refuse(line(), fmt::format("'displacement' of {} is {}; expected a number",
                                                  hutch::in_quotes(label), hutch::in_quotes(text)));
            values[k] = to_u(kind_, tensor_indices[k].first, tensor_indices[k].second, *value, reciprocal_);
        }
        return values;
    }

    BlockReader const& block_;
    char kind_;
    Matrix3 reciprocal_;
    cif::Column labels_;
    std::vector<cif::Column> columns_;
};

void read_anisotropic(BlockReader const& block, Structure& structure, Lines& lines) {
    std::unordered_map<std::string, Labelled> by_label;
    for (Site& site : structure.sites) by_label[site.label].sites.push_back(&site);
    for (char const* prefix : {"U", "B", "beta"}) {
        TensorReader tensors(block, prefix, structure.cell);
        if (!tensors.is_there()) continue;
        lines.displacement = tensors.line();
        return tensors.read(by_label);
    }
}

// Sites are read with NaN for a displacement that is not there; a tensor makes up for it.
void fill_displacements(Structure& structure) {
    std::size_t missing = 0;
    for (Site& site : structure.sites) {
        if (!std::isnan(site.u_iso)) continue;
        site.u_iso = 0;
        missing += !site.u_aniso;
    }
    if (missing > 0)
        structure.notes.push_back(fmt::format("{} of {} sites have no displacement parameter; 0 is taken",
                                              missing, structure.sites.size()));
}

std::string read_authors(BlockReader const& block) {
    std::string authors;
    for (std::string const& raw : block.column({"_publ_author_name"}))
        if (std::string const author = plain(raw); !author.empty())
            authors += (authors.empty() ? "" : "; ") + author;
    return authors;
}

std::string read_citation(BlockReader const& block) {
    std::string citation = read_authors(block);
    auto const append = [&](std::string const& before, std::string const& text, std::string const& after) {
        if (!text.empty()) citation += (citation.empty() ? "" : before) + text + after;
    };
    std::string const year = block.text({"_journal_year"});
    if (!year.empty()) append(" ", "(" + year + ")", "");
    append(" ", block.text({"_journal_name_full", "_journal_coden_ASTM"}), "");
    append(" ", block.text({"_journal_volume"}), "");
    std::string const first = block.text({"_journal_page_first"}), last = block.text({"_journal_page_last"});
    append(", ", first, last.empty() || last == first ? "" : "-" + last);
    if (std::string const code = block.text({"_cod_database_code"}); !code.empty())
        append("; ", "COD " + code, "");
    return citation.empty() ? block.text({"_publ_section_references"}) : citation;
}

Structure read_block(BlockReader const& block, std::string const& source) {
    Structure structure;
    Lines lines;
    structure.source = source;
    structure.formula =
        block.text({"_chemical_formula_sum", "_chemical_formula_structural", "_chemical_formula_moiety"});
    structure.name =
        block.text({"_chemical_name_mineral", "_chemical_name_common", "_chemical_name_systematic"});
    if (structure.name.empty()) structure.name = structure.formula;
    structure.citation = read_citation(block);
    if (auto const text = block.text({"_exptl_crystal_density_diffrn"}); !text.empty())
        structure.declared_density = to_value(text);
    lines.cell = block.value({"_cell_length_a", "_cell.length_a"}).line;
    structure.cell = {block.cell_value("length_a"),   block.cell_value("length_b"),
                      block.cell_value("length_c"),   block.cell_value("angle_alpha"),
                      block.cell_value("angle_beta"), block.cell_value("angle_gamma")};
    read_symmetry(block, structure, lines);
    SiteReader sites(block, structure.formula);
    sites.read(structure, lines);
    read_anisotropic(block, structure, lines);
    fill_displacements(structure);
    sites.assumed.note(structure);
    try {
        complete(structure);
    } catch (Error const& error) {
        block.refuse(lines.of(error.what()), error.what(), error.fault());
    }
    if (structure.name.empty()) structure.name = composition_formula(structure);
    return structure;
}

cif::Document parse_document(std::string_view text, std::string const& name) {
    cif::Document document;
    gemmi::cif::pegtl::memory_input<> input(text.data(), text.size(), name);
    try {
        cif::parse_input(document, input);
    } catch (tao::pegtl::parse_error const& error) {
        auto const& where = error.positions().front();
        std::string what = error.what();
        what = what.substr(what.rfind(": ") == std::string::npos ? 0 : what.rfind(": ") + 2);
        throw Error(Fault::bad_data,
                    fmt::format("{}:{}: 'syntax' is broken ({}); expected CIF", name, where.line, what));
    } catch (std::runtime_error const& error) {
        throw Error(Fault::bad_data,
                    fmt::format("{}: 'syntax' is broken ({}); expected CIF", name, error.what()));
    }
    return document;
}

}  // namespace

std::vector<Structure> parse_cif(std::string_view text, std::string const& name) {
    if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);
    cif::Document document = parse_document(text, name);
    std::vector<Structure> structures;
    for (cif::Block& block : document.blocks) {
        BlockReader const reader(block, name);
        if (!reader.has_structure()) continue;
        structures.push_back(read_block(reader, name));
    }
    // A source is unique in a library: further blocks of a file carry their number.
    for (std::size_t i = 1; i < structures.size(); ++i) structures[i].source += fmt::format("#{}", i + 1);
    return structures;
}

std::vector<Structure> read_cif(std::filesystem::path const& path) {
    std::string const name = path.string();
    std::vector<Structure> structures = parse_cif(read_possibly_gzipped(path), name);
    if (structures.empty())
        throw Error(
            Fault::bad_data,
            fmt::format("{}: 'structure' is not there; expected a data block with a cell and atoms", name));
    return structures;
}

std::string to_cif_value(std::string text) {
    std::ranges::replace_if(text, [](char c) { return static_cast<unsigned char>(c) < 32 || c == 127; }, ' ');
    if (text.empty()) return "?";
    for (char const* word : {"data_", "loop_", "save_", "stop_", "global_"})
        if (to_lower(text).starts_with(word) && text.find('\'') == text.npos) return "'" + text + "'";
    std::string const quoted_text = cif::quote(text);
    return (quoted_text[0] == ';' ? "\n" : "") + quoted_text;
}

namespace {

std::string to_type_symbol(Site const& site) {
    std::string const symbol = site.is_deuterium ? "D" : element_symbol(site.atomic_number);
    if (site.charge == 0) return symbol;
    return fmt::format("{}{}{}", symbol, std::abs(site.charge), site.charge > 0 ? '+' : '-');
}

std::string to_site_loops(Structure const& structure) {
    std::string text =
        "loop_\n_atom_site_label\n_atom_site_type_symbol\n_atom_site_fract_x\n_atom_site_fract_y\n"
        "_atom_site_fract_z\n_atom_site_occupancy\n_atom_site_U_iso_or_equiv\n";
    for (Site const& site : structure.sites)
        text += fmt::format("{} {} {} {} {} {} {}\n", to_cif_value(site.label), to_type_symbol(site),
                            site.position[0], site.position[1], site.position[2], site.occupancy, site.u_iso);
    if (std::ranges::none_of(structure.sites, [](Site const& site) { return site.u_aniso.has_value(); }))
        return text;
    text += "loop_\n_atom_site_aniso_label\n";
    for (auto const& [i, j] : tensor_indices) text += fmt::format("_atom_site_aniso_U_{}{}\n", i + 1, j + 1);
    for (Site const& site : structure.sites)
        text += to_cif_value(site.label) +
                (site.u_aniso ? fmt::format(" {}\n", fmt::join(*site.u_aniso, " ")) : " ? ? ? ? ? ?\n");
    return text;
}

}  // namespace

std::string to_cif(Structure const& structure) {
    std::string text = "data_structure\n";
    auto const add = [&](char const* tag, std::string const& value) {
        text += fmt::format("{} {}\n", tag, value);
    };
    add("_chemical_name_common", to_cif_value(structure.name));
    add("_chemical_formula_sum", to_cif_value(structure.formula));
    add("_publ_section_references", to_cif_value(structure.citation));
    if (structure.declared_density)
        add("_exptl_crystal_density_diffrn", fmt::format("{}", *structure.declared_density));
    Cell const& cell = structure.cell;
    for (auto const& [tag, value] : {std::pair{"length_a", cell.a},
                                     {"length_b", cell.b},
                                     {"length_c", cell.c},
                                     {"angle_alpha", cell.alpha},
                                     {"angle_beta", cell.beta},
                                     {"angle_gamma", cell.gamma}})
        text += fmt::format("_cell_{} {}\n", tag, value);
    add("_space_group_name_H-M_alt", to_cif_value(structure.space_group));
    if (structure.space_group_number > 0)
        add("_space_group_IT_number", std::to_string(structure.space_group_number));
    text += "loop_\n_space_group_symop_operation_xyz\n";
    for (Operation const& operation : structure.operations) text += "'" + to_triplet(operation) + "'\n";
    return text + to_site_loops(structure);
}

}  // namespace hutch::data
