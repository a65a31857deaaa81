#include "hutch/data/symmetry.hpp"

#include "hutch/base/error.hpp"
#include "hutch/base/text.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <unordered_map>
#include <unordered_set>

#include <fmt/format.h>
#include <gemmi/symmetry.hpp>

namespace hutch::data {
namespace {

constexpr int den = gemmi::Op::DEN;
constexpr int largest_entry = 7;  // of a rotation in any basis that people use

// One operation as one number, so that lists compare fast: 4 bits for each rotation entry, 5 for each
// translation.
std::uint64_t pack(Operation const& operation) {
    std::uint64_t packed = 0;
    for (int const entry : operation.rotation) packed = packed << 4 | std::uint64_t(entry + 8);
    for (int const shift : operation.translation) packed = packed << 5 | std::uint64_t(shift);
    return packed;
}

bool is_packable(Operation const& operation) {
    return std::ranges::all_of(operation.rotation,
                               [](int entry) { return std::abs(entry) <= largest_entry; });
}

int int_determinant(std::array<int, 9> const& r) {
    return r[0] * (r[4] * r[8] - r[5] * r[7]) - r[1] * (r[3] * r[8] - r[5] * r[6]) +
           r[2] * (r[3] * r[7] - r[4] * r[6]);
}

using Key = std::vector<std::uint64_t>;

struct KeyHash {
    std::size_t operator()(Key const& key) const {
        std::uint64_t hash = 0x9e3779b97f4a7c15;
        for (std::uint64_t const part : key) hash = (hash ^ part) * 0xff51afd7ed558ccd;
        return std::size_t(hash ^ hash >> 32);
    }
};

Key to_key(std::vector<Operation> const& operations) {
    Key key;
    key.reserve(operations.size());
    for (Operation const& operation : operations) key.push_back(pack(operation));
    std::ranges::sort(key);
    return key;
}

Operation from_gemmi(gemmi::Op const& op) {
    Operation operation;
    for (int i = 0; i < 3; ++i) {
        for (int j = 0; j < 3; ++j) operation.rotation[3 * i + j] = op.rot[i][j] / den;
        operation.translation[i] = ((op.tran[i] % den) + den) % den;
    }
    return operation;
}

std::vector<Operation> from_gemmi(gemmi::GroupOps const& group) {
    std::vector<Operation> operations;
    for (gemmi::Op const& op : group) operations.push_back(from_gemmi(op));
    return operations;
}

// The tabulated settings, expanded once: looking one up by its operations is then one hash.
struct Table {
    std::vector<SpaceGroup> groups;
    std::unordered_map<Key, std::size_t, KeyHash> by_operations;

    Table() {
        for (gemmi::SpaceGroup const& known : gemmi::spacegroup_tables::main) {
            groups.push_back({known.number, known.xhm(), known.hall, from_gemmi(known.operations())});
            by_operations.try_emplace(to_key(groups.back().operations), groups.size() - 1);
        }
    }
};

Table const& table() {
    static Table const known;
    return known;
}

std::string without_blanks(std::string_view text) {
    std::string squeezed;
    for (char const c : text)
        if (c != ' ' && c != '_' && c != '\t') squeezed += c;
    return squeezed;
}

struct Part {
    std::array<int, 3> row{};
    double shift = 0;
};

// One signed term of a triplet: "x", "2*x", "1/2", "0.25". Returns the text behind it, nothing if it is no
// term.
std::optional<std::string_view> parse_term(std::string_view text, double sign, Part& part) {
    double value = 1;
    std::size_t digits = 0;
    while (digits < text.size() &&
           (std::isdigit(static_cast<unsigned char>(text[digits])) || text[digits] == '.'))
        ++digits;
    if (digits > 0) {
        auto const number = to_number(text.substr(0, digits));
        if (!number) return std::nullopt;
        value = *number;
        text.remove_prefix(digits);
        if (text.starts_with('/')) {
            std::size_t const end = std::min(text.find_first_not_of("0123456789", 1), text.size());
            auto const divisor = to_number(text.substr(1, end - 1));
            if (!divisor || *divisor < 1 || *divisor > den) return std::nullopt;
            value /= *divisor;
            text.remove_prefix(end);
        }
        if (text.starts_with('*')) text.remove_prefix(1);
    }
    std::size_t const axis = text.empty() ? 3 : std::string_view("xyz").find(text[0]);
    if (axis < 3) {
        if (value != 1 && value != 2) return std::nullopt;
        part.row[axis] += int(sign * value);
        return text.substr(1);
    }
    if (digits == 0) return std::nullopt;
    part.shift += sign * value;
    return text;
}

std::optional<Part> parse_part(std::string_view text) {
    Part part;
    if (text.empty()) return std::nullopt;
    while (!text.empty()) {
        double const sign = text[0] == '-' ? -1 : 1;
        if (text[0] == '+' || text[0] == '-') text.remove_prefix(1);
        auto const rest = parse_term(text, sign, part);
        if (!rest || (!rest->empty() && (*rest)[0] != '+' && (*rest)[0] != '-')) return std::nullopt;
        text = *rest;
    }
    return part;
}

// Old and sloppy spellings to what the table knows: "P2(1)/c", "F d -3 m Z", "R -3 m H", "P b c a ".
std::string normal_symbol(std::string_view symbol) {
    std::string text(trim(symbol));
    std::erase_if(text, [](char c) { return c == '(' || c == ')' || c == '\'' || c == '"' || c == '$'; });
    text = std::string(
        trim(text.substr(0, text.find_first_of("%{"))));  // "P 63 %var1%", "R 3 c {rhombohedral axes}"
    static constexpr std::pair<char const*, char const*> endings[] = {
        {" S", ":1"}, {" Z", ":2"}, {" H", ":H"}, {" R", ":R"}, {" HR", ":H"}, {" RS", ":R"}};
    for (auto const& [from, to] : endings)
        if (text.size() > 4 && text.ends_with(from))
            return text.substr(0, text.size() - std::string_view(from).size()) + to;
    return text;
}

// Rotations in order, and the pure translations: what a shift of the origin leaves alone.
Key shift_invariant(std::vector<Operation> const& operations) {
    Key key;
    for (Operation operation : operations) {
        if (operation.rotation != Operation{}.rotation) operation.translation = {0, 0, 0};
        key.push_back(pack(operation));
    }
    std::ranges::sort(key);
    return key;
}

bool matches_after_shift(std::vector<Operation> const& operations, std::array<int, 3> const& shift,
                         Key const& wanted) {
    for (Operation moved : operations) {
        auto const& r = moved.rotation;
        for (std::size_t i = 0; i < 3; ++i) {
            int const turned = r[3 * i] * shift[0] + r[3 * i + 1] * shift[1] + r[3 * i + 2] * shift[2];
            moved.translation[i] = (((moved.translation[i] + shift[i] - turned) % den) + den) % den;
        }
        if (!std::ranges::binary_search(wanted, pack(moved))) return false;
    }
    return true;
}

bool matches_after_some_shift(std::vector<Operation> const& operations, Key const& wanted) {
    static constexpr int steps[] = {0, 3, 4, 6, 8, 9, 12, 15, 16, 18, 20, 21};
    for (int const x : steps)
        for (int const y : steps)
            for (int const z : steps)
                if (matches_after_shift(operations, {x, y, z}, wanted)) return true;
    return false;
}

// Blanks separate what they separate: "P 3 2" is not "P 32".
std::string normal_hall(std::string_view hall) {
    std::string text = to_lower(hall), normal;
    std::ranges::replace(text, '_', ' ');
    for (std::string_view const word : split_words(text))
        normal += (normal.empty() ? "" : " ") + std::string(word);
    return normal;
}

SpaceGroup const* tabulated(gemmi::SpaceGroup const* found) {
    return found ? &table().groups[std::size_t(found - gemmi::spacegroup_tables::main)] : nullptr;
}

}  // namespace

std::optional<Operation> parse_operation(std::string_view triplet) {
    std::string const text = to_lower(without_blanks(triplet));
    std::vector<std::string_view> const parts = split(text, ',');
    if (parts.size() != 3) return std::nullopt;
    Operation operation;
    for (std::size_t i = 0; i < 3; ++i) {
        auto const part = parse_part(parts[i]);
        if (!part || !(std::abs(part->shift) < 100)) return std::nullopt;
        double const steps = part->shift * den;
        if (std::abs(steps - std::round(steps)) > 0.1) return std::nullopt;
        operation.translation[i] = ((int(std::round(steps)) % den) + den) % den;
        for (std::size_t j = 0; j < 3; ++j) operation.rotation[3 * i + j] = part->row[j];
    }
    if (!is_packable(operation) || std::abs(int_determinant(operation.rotation)) != 1) return std::nullopt;
    return operation;
}

std::string to_triplet(Operation const& operation) {
    gemmi::Op op;
    for (int i = 0; i < 3; ++i) {
        for (int j = 0; j < 3; ++j) op.rot[i][j] = operation.rotation[3 * i + j] * den;
        op.tran[i] = operation.translation[i];
    }
    return op.triplet();
}

Operation compose(Operation const& first, Operation const& second) {
    Operation product;
    for (int i = 0; i < 3; ++i) {
        int shift = first.translation[i];
        for (int j = 0; j < 3; ++j) {
            int sum = 0;
            for (int k = 0; k < 3; ++k) sum += first.rotation[3 * i + k] * second.rotation[3 * k + j];
            product.rotation[3 * i + j] = sum;
            shift += first.rotation[3 * i + j] * second.translation[j];
        }
        product.translation[i] = ((shift % den) + den) % den;
    }
    return product;
}

SpaceGroup const* find_space_group(std::vector<Operation> const& operations) {
    if (!std::ranges::all_of(operations, is_packable)) return nullptr;
    auto const found = table().by_operations.find(to_key(operations));
    return found == table().by_operations.end() ? nullptr : &table().groups[found->second];
}

SpaceGroup const* find_shifted_space_group(std::vector<Operation> const& operations) {
    if (!std::ranges::all_of(operations, is_packable)) return nullptr;
    Key const invariant = shift_invariant(operations), wanted = to_key(operations);
    for (SpaceGroup const& group : table().groups)
        if (group.operations.size() == operations.size() && shift_invariant(group.operations) == invariant &&
            matches_after_some_shift(group.operations, wanted))
            return &group;
    return nullptr;
}

SpaceGroup const* find_space_group(std::string_view hermann_mauguin, Cell const& cell) {
    std::string const symbol = normal_symbol(hermann_mauguin);
    if (symbol.empty() || !std::isalpha(static_cast<unsigned char>(symbol[0]))) return nullptr;
    return tabulated(gemmi::find_spacegroup_by_name(symbol, cell.alpha, cell.gamma));
}

SpaceGroup const* find_space_group_by_hall(std::string_view hall) {
    std::string const wanted = normal_hall(hall);
    for (SpaceGroup const& group : table().groups)
        if (normal_hall(group.hall) == wanted) return &group;
    return nullptr;
}

SpaceGroup const* find_space_group_by_number(int number) {
    if (number < 1 || number > 230) return nullptr;
    return tabulated(&gemmi::get_spacegroup_reference_setting(number));
}

std::vector<SpaceGroup const*> find_settings(int number) {
    SpaceGroup const* const reference = find_space_group_by_number(number);
    if (!reference) return {};
    std::vector<SpaceGroup const*> settings{reference};
    for (SpaceGroup const& group : table().groups)
        if (group.number == number && &group != reference) settings.push_back(&group);
    return settings;
}

std::size_t close_group(std::vector<Operation>& operations) {
    std::unordered_set<std::uint64_t> seen;
    std::vector<Operation> group;
    auto const add = [&](Operation const& operation) {
        if (!is_packable(operation) || std::abs(int_determinant(operation.rotation)) != 1)
            throw Error(Fault::bad_data,
                        fmt::format("'symmetry' has the operation {}; expected one that can be of a "
                                    "crystal",
                                    in_quotes(to_triplet(operation))));
        if (seen.insert(pack(operation)).second) group.push_back(operation);
        if (group.size() > most_operations)
            throw Error(Fault::bad_data,
                        fmt::format("'symmetry' generates more than {} operations; expected a group",
                                    most_operations));
    };
    add(Operation{});
    for (Operation const& operation : operations) add(operation);
    std::size_t const stated = group.size();
    if (!find_space_group(group))
        for (std::size_t i = 1; i < group.size(); ++i)
            for (std::size_t j = 1; j <= i; ++j) {
                Operation const a = group[i], b = group[j];
                add(compose(a, b));
                add(compose(b, a));
            }
    operations = std::move(group);
    return operations.size() - stated;
}

CrystalSystem find_crystal_system(std::vector<Operation> const& operations) {
    std::vector<std::array<int, 9>> seen;
    int twofold = 0, threefold = 0, fourfold = 0, sixfold = 0;
    for (Operation const& operation : operations) {
        auto rotation = operation.rotation;
        if (int_determinant(rotation) < 0)
            for (int& entry : rotation) entry = -entry;
        if (std::ranges::find(seen, rotation) != seen.end()) continue;
        seen.push_back(rotation);
        switch (rotation[0] + rotation[4] + rotation[8]) {
            case -1:
                ++twofold;
                break;
            case 0:
                ++threefold;
                break;
            case 1:
                ++fourfold;
                break;
            case 2:
                ++sixfold;
                break;
            default:
                break;
        }
    }
    if (threefold > 2) return CrystalSystem::cubic;
    if (sixfold > 0) return CrystalSystem::hexagonal;
    if (threefold > 0) return CrystalSystem::trigonal;
    if (fourfold > 0) return CrystalSystem::tetragonal;
    if (twofold > 1) return CrystalSystem::orthorhombic;
    return twofold == 1 ? CrystalSystem::monoclinic : CrystalSystem::triclinic;
}

}  // namespace hutch::data
