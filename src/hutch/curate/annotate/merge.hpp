/// Make one label of each record of what several annotators say, and the confidence that follows.
#pragma once

#include "hutch/curate/annotate/annotation.hpp"

#include <string>
#include <vector>

namespace hutch::curate::annotate {

struct MergeOptions {
    std::string vocabulary;      ///< of the annotations that count; empty: those without one
    bool by_confidence = false;  ///< votes weigh as much as their confidence (1 where none is stated), else 1
};

struct Merged {
    std::string record, label;
    double confidence = 0;  ///< share of all votes that the label has, 0 to 1
    std::size_t annotators = 0;
    bool is_inferred = false;  ///< only programs say so
    std::string who;           ///< persons, and programs with version, that say so
    std::string time;          ///< of the latest of them
};

struct MergeReport {
    std::vector<Merged> labels;     ///< by record
    std::vector<std::string> tied;  ///< records whose first two labels have equal votes: they get none
};

/// Merge annotations of whole records; those of regions are left alone.
MergeReport merge(std::vector<Annotation> const& all, MergeOptions const& options);

}  // namespace hutch::curate::annotate
