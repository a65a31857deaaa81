#include "hutch/curate/groups.hpp"

#include "hutch/base/random.hpp"
#include "hutch/curate/test_library.hpp"
#include "hutch/data/cif.hpp"
#include "hutch/data/library.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <map>
#include <set>

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace hutch::curate {
namespace {

data::Structure parsed(std::string const& text) { return data::parse_cif(text, "a.cif").at(0); }

data::Structure small_structure(std::string const& name) {
    for (SmallStructure const& one : small_structures)
        if (name == one.name) return parsed(cif_of(one));
    throw std::out_of_range(name);
}

// The cell 0.3 % longer and every free coordinate moved by 0.3 % of the cell.
data::Structure changed(std::string const& name) {
    data::Structure structure = small_structure(name);
    structure.cell.a *= 1.003, structure.cell.b *= 1.003, structure.cell.c *= 1.003;
    for (data::Site& site : structure.sites)
        if (site.multiplicity == double(structure.operations.size()))
            site.position[0] += 0.003, site.position[2] -= 0.002;
    return structure;
}

// Anglesite with its axes as c, a, b: Pbnm instead of Pnma.
data::Structure anglesite_pbnm() {
    return parsed(cif_text("anglesite", "6.959 8.482 5.398 90 90 90", "P b n m",
                           "Pb Pb .167 .1882 .25 .02\nS S .686 .063 .25 .01\nO1 O .6 -.095 .25 .02\nO2 O "
                           ".543 .181 .25 .02\nO3 O .806 .085 .026 .02\n"));
}

// Calcite: D. L. Graf, American Mineralogist 46 (1961) 1283, rounded.
constexpr double calcite_a = 4.9900, calcite_c = 17.0615, calcite_x = 0.2578;

data::Structure hexagonal_calcite() {
    return parsed(cif_text("calcite", fmt::format("{0} {0} {1} 90 90 120", calcite_a, calcite_c), "R -3 c:H",
                           fmt::format("Ca Ca 0 0 0 .01\nC C 0 0 .25 .01\nO O {} 0 .25 .015\n", calcite_x)));
}

// The same by the obverse transformation: x' = x + z, y' = -x + y + z, z' = -y + z.
data::Structure rhombohedral_calcite() {
    double const ratio = calcite_c / calcite_a, length = calcite_a / 3 * std::sqrt(3 + ratio * ratio);
    double const angle = 2 * std::asin(1.5 / std::sqrt(3 + ratio * ratio)) * 180 / M_PI;
    return parsed(cif_text("calcite", fmt::format("{0} {0} {0} {1} {1} {1}", length, angle), "R -3 c:R",
                           fmt::format("Ca Ca 0 0 0 .01\nC C .25 .25 .25 .01\nO O {} {} .25 .015\n",
                                       calcite_x + 0.25, 0.25 - calcite_x)));
}

bool are_one_group(data::Structure const& a, data::Structure const& b) {
    std::vector<data::Structure> const both{a, b};
    auto const groups = group_structures(both, 1);
    return groups[0] == groups[1];
}

TEST(Groups, HoldOneStructureInAllItsSettings) {
    EXPECT_TRUE(are_one_group(small_structure("anglesite"), anglesite_pbnm()));
    EXPECT_TRUE(are_one_group(hexagonal_calcite(), rhombohedral_calcite()));
    EXPECT_GT(similarity(fingerprint(small_structure("anglesite")), fingerprint(anglesite_pbnm())), 0.999);
    EXPECT_GT(similarity(fingerprint(hexagonal_calcite()), fingerprint(rhombohedral_calcite())), 0.999);
}

TEST(Groups, HoldWhatDiffersALittle) {
    for (SmallStructure const& one : small_structures)
        EXPECT_TRUE(are_one_group(small_structure(one.name), changed(one.name))) << one.name;
}

TEST(Groups, SeparateDifferentStructures) {
    EXPECT_FALSE(are_one_group(small_structure("halite"), small_structure("sylvite")));
    EXPECT_FALSE(are_one_group(small_structure("quartz"), small_structure("cristobalite")));
    EXPECT_FALSE(are_one_group(small_structure("diamond"), small_structure("silicon")));
    EXPECT_FALSE(are_one_group(small_structure("corundum"), hexagonal_calcite()));
}

TEST(Groups, AreNumberedInOrderAndTheSameForAnyNumberOfThreads) {
    std::vector<data::Structure> all;
    for (SmallStructure const& one : small_structures) {
        all.push_back(small_structure(one.name));
        all.push_back(changed(one.name));
    }
    auto const one = group_structures(all, 1);
    std::int32_t next = 0;
    for (std::size_t i = 0; i < one.size(); i += 2) {
        EXPECT_EQ(one[i], one[i + 1]);
        EXPECT_LE(one[i], next);
        next = std::max(next, one[i] + 1);
    }
    // Fluorite looks like the longer silicon within 0.3 %: the rule of the same pattern joins them.
    EXPECT_EQ(next, std::int32_t(std::size(small_structures)) - 1);
    EXPECT_EQ(group_structures(all, 3), one);
    EXPECT_TRUE(group_structures({}, 2).empty());
}

TEST(Groups, HaveFingerprintsOfUnitLengthThatDoNotDependOnTheVolume) {
    data::Structure const small = small_structure("corundum");
    data::Structure large = small;
    large.cell.a *= 1.2, large.cell.b *= 1.2, large.cell.c *= 1.2;
    Fingerprint const a = fingerprint(small), b = fingerprint(large);
    EXPECT_NEAR(similarity(a, a), 1, 1e-5);
    EXPECT_GT(similarity(a, b), 0.9);  // form factors fall off differently
    EXPECT_TRUE(std::ranges::is_sorted(a.bin));
}

// The definition of the header once more, written anew from niggli_cell() and fingerprint().
struct Look {
    std::array<double, 3> lengths, angles;
    double volume;
    Fingerprint print;
    std::vector<double> fractions;

    explicit Look(data::Structure const& structure)
        : print(fingerprint(structure)), fractions(data::cell_contents(structure)) {
        data::Cell const cell = data::niggli_cell(structure);
        lengths = {cell.a, cell.b, cell.c};
        angles = {std::min(cell.alpha, 180 - cell.alpha), std::min(cell.beta, 180 - cell.beta),
                  std::min(cell.gamma, 180 - cell.gamma)};
        std::ranges::sort(lengths);
        std::ranges::sort(angles);
        volume = data::volume(cell);
        double total = 0;
        for (double count : fractions) total += count;
        for (double& count : fractions) count /= total;
    }
};

bool is_nearly_the_same(Look const& a, Look const& b) {
    GroupOptions const options;
    double overlap = 0, length = 0, angle = 0;
    for (std::size_t z = 0; z < a.fractions.size(); ++z) overlap += std::min(a.fractions[z], b.fractions[z]);
    for (std::size_t i = 0; i < 3; ++i) {
        // Relative to the smaller: the strict reading, whichever of the two the definition divides by.
        length =
            std::max(length, std::abs(a.lengths[i] - b.lengths[i]) / std::min(a.lengths[i], b.lengths[i]));
        angle = std::max(angle, std::abs(a.angles[i] - b.angles[i]));
    }
    double const alike = similarity(a.print, b.print);
    if (overlap >= options.other_cell_overlap && alike >= options.other_cell_similarity) return true;
    if (length > options.length_tolerance || angle > options.angle_tolerance) return false;
    if (overlap >= options.compound_overlap && alike >= options.compound_similarity) return true;
    return length <= options.pattern_length_tolerance && alike >= options.pattern_similarity;
}

std::vector<data::Structure> whole_library() {
    char const* folder = std::getenv("HUTCH_DATA");
    if (folder == nullptr) return {};
    std::filesystem::path const root = folder;
    return data::read_library({root / "usr/share/avogadro2/crystals",
                               root / "usr/lib/python3/dist-packages/larch/xrd/amscif_trim.db"},
                              2)
        .structures;
}

TEST(GroupsData, SeparateNoPairThatIsNearlyTheSame) {
    std::vector<data::Structure> const structures = whole_library();
    if (structures.empty()) GTEST_SKIP() << "HUTCH_DATA is not set";
    auto const groups = group_structures(structures, 2);
    std::int32_t const count = *std::ranges::max_element(groups) + 1;
    RecordProperty("groups", count);
    EXPECT_GT(count, 3000);
    EXPECT_LT(count, 6000);
    std::vector<Look> looks(structures.begin(), structures.end());
    std::vector<std::size_t> order(looks.size());
    for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
    std::ranges::sort(order, {}, [&](std::size_t i) { return looks[i].volume; });
    // Neighbours in volume, and pairs from anywhere, which only the third rule can join.
    RandomStream random(1, 0, 0);
    std::size_t compared = 0, wrong = 0;
    auto const compare = [&](std::size_t i, std::size_t j) {
        if (groups[i] == groups[j]) return;
        ++compared;
        if (is_nearly_the_same(looks[i], looks[j]) && ++wrong <= 5)
            ADD_FAILURE() << structures[i].source << " and " << structures[j].source;
    };
    for (std::size_t i = 0; i < order.size(); ++i) {
        for (std::size_t next = 1; next <= 60 && i + next < order.size(); ++next)
            compare(order[i], order[i + next]);
        for (int far = 0; far < 40; ++far) compare(order[i], order[random.below(order.size())]);
    }
    EXPECT_EQ(wrong, 0u) << "of " << compared << " pairs";
    EXPECT_GT(compared, 500000u);
}

}  // namespace
}  // namespace hutch::curate
