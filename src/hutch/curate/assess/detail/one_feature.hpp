/// Predict a label from one number or word: how well that works tells whether the label leaks.
#pragma once

#include "hutch/curate/assess/columns.hpp"

#include <cstdint>
#include <span>
#include <vector>

namespace hutch::curate::assess::detail {

struct Prediction {
    bool is_possible = false;  ///< enough records, classes and groups
    std::size_t classes = 0;   ///< that were told apart
    double score = 0;        ///< AUC of two classes, balanced accuracy of more; share of variance of numbers
    double information = 0;  ///< of the predicted class about the true one, over the entropy of that
};

/// Predict each record's class from the records of the four other folds that are nearest in value (words:
/// equal), classes weighted to the same size. Records of one group are in one fold.
///
/// Not possible with less than 200 records, or where less than two classes have 20 records in 5 groups.
/// \param values  of `records`; NaN is a value of its own: missing values may leak too
Prediction predict_classes(std::span<std::uint64_t const> records, std::span<double const> values,
                           bool is_text, Classes const& classes, std::span<std::uint32_t const> groups);

/// Predict each record's number as the mean of the five that are nearest in value.
/// \param numbers  of each record of the table
Prediction predict_numbers(std::span<std::uint64_t const> records, std::span<double const> values,
                           std::span<double const> numbers, std::span<std::uint32_t const> groups);

}  // namespace hutch::curate::assess::detail
