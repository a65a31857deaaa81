#include "hutch/curate/agreement.hpp"

#include <gtest/gtest.h>

namespace hutch::curate {
namespace {

// Repeat a pair of labels.
void add(std::vector<LabelNumber>& one, std::vector<LabelNumber>& other, LabelNumber a, LabelNumber b,
         int times) {
    one.insert(one.end(), std::size_t(times), a);
    other.insert(other.end(), std::size_t(times), b);
}

TEST(Agreement, OfTwoIsWhatTheTableOfCountsGivesByHand) {
    std::vector<LabelNumber> one, other;  // 20 yes/yes, 5 yes/no, 10 no/yes, 15 no/no
    add(one, other, 1, 1, 20), add(one, other, 1, 0, 5), add(one, other, 0, 1, 10), add(one, other, 0, 0, 15);
    Agreement const found = cohen_kappa(one, other);
    EXPECT_EQ(found.items, 50u);
    EXPECT_DOUBLE_EQ(found.observed, 0.7);
    EXPECT_DOUBLE_EQ(found.by_chance, 0.5);
    EXPECT_NEAR(found.kappa, 0.4, 1e-12);
    EXPECT_NEAR(weighted_kappa(one, other).kappa, 0.4, 1e-12);  // two classes have only one distance
}

TEST(Agreement, CountsOnlyWhatBothLabelled) {
    std::vector<LabelNumber> const one{1, -1, 2, 2}, other{1, 1, -1, 2};
    EXPECT_EQ(cohen_kappa(one, other).items, 2u);
    EXPECT_DOUBLE_EQ(cohen_kappa(one, other).kappa, 1);
    EXPECT_EQ(cohen_kappa({}, {}).items, 0u);
}

TEST(Agreement, OfOrderedClassesForgivesNeighboursMoreThanFarOnes) {
    std::vector<LabelNumber> const one{0, 1, 2, 3, 0, 1, 2, 3}, near{1, 1, 2, 3, 0, 1, 2, 2},
        far{3, 1, 2, 3, 0, 1, 2, 0};
    EXPECT_GT(weighted_kappa(one, near).kappa, weighted_kappa(one, far).kappa);
    EXPECT_DOUBLE_EQ(cohen_kappa(one, near).observed, cohen_kappa(one, far).observed);
}

TEST(Agreement, OfManyIsThatOfFleissExample) {
    // Counts of 14 raters, 10 subjects, 5 classes; kappa 0.210 (Fleiss' measure, worked example in many
    // texts)
    int const counts[10][5] = {{0, 0, 0, 0, 14}, {0, 2, 6, 4, 2}, {0, 0, 3, 5, 6}, {0, 3, 9, 2, 0},
                               {2, 2, 8, 1, 1},  {7, 7, 0, 0, 0}, {3, 2, 6, 3, 0}, {2, 5, 3, 2, 2},
                               {6, 5, 2, 1, 0},  {0, 2, 2, 3, 7}};
    std::vector<std::vector<LabelNumber>> labels(14);
    for (auto const& row : counts) {
        std::size_t rater = 0;
        for (LabelNumber label = 0; label < 5; ++label)
            for (int i = 0; i < row[label]; ++i) labels[rater++].push_back(label);
    }
    Agreement const found = fleiss_kappa(labels);
    EXPECT_EQ(found.items, 10u);
    EXPECT_NEAR(found.observed, 0.378, 5e-4);
    EXPECT_NEAR(found.by_chance, 0.213, 5e-4);
    EXPECT_NEAR(found.kappa, 0.210, 5e-4);
}

TEST(Agreement, IsOneWhenAllSayTheSame) {
    std::vector<std::vector<LabelNumber>> const labels(3, std::vector<LabelNumber>{4, 4, 4});
    EXPECT_DOUBLE_EQ(fleiss_kappa(labels).kappa, 1);
}

}  // namespace
}  // namespace hutch::curate
