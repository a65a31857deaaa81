#include "hutch/curate/assess/check.hpp"
#include "hutch/curate/assess/detail/statistical_checks.hpp"

namespace hutch::curate::assess {

std::vector<Check> distribution_checks() {
    return {
        {"C46", "drift",
         "Do the numbers of records (statistics of arrays, scalar features) of one source differ between "
         "splits or "
         "move with time, and have splits the same shares of sources? Sources may differ from each other: a "
         "field of role source declares that; but where three sources and more measure the same samples, "
         "scalar features of one may not lie 1 to 4 standard deviations from those of all others that agree, "
         "unless the metadata name them in instrument/sources_differ_in. "
         "Passes when no distance of distributions exceeds 0.15 between splits "
         "(0.35 "
         "between earlier and later half) beyond chance (p < 1e-6 over all comparisons, groups counted "
         "once), and no "
         "classifier tells splits apart (AUC > 0.65)",
         "split within each source; find what changed at the instrument, correct it or declare another "
         "source",
         detail::check_drift},
        {"C47", "coverage",
         "Is the declared range (least, most) of scalar features and labels covered: spanned by a fifth, a "
         "quarter of "
         "its 20 parts occupied, no gap of 40 %?",
         "add records where there are none, or declare the range that is covered", detail::check_coverage},
        {"C48", "simulation and measurement",
         "Are simulated and measured arrays of one record alike (median correlation at least 0.5), and do "
         "simulated "
         "and measured records overlap in all their numbers?",
         "see scale, unit and background of the simulation; say in the card how both differ",
         detail::check_simulation_gap},
        {"C49", "external consistency",
         "Do cells agree within 2 % with the nearest entry of the same formula and space group in a "
         "community's "
         "collection (an OPTIMADE provider or a local library), for 90 % of those found?",
         "see the structures named: other phases, units or settings", detail::check_community},
        {"C50", "recomputation",
         "Are shards that are calculated again from recipe, structures and program equal to the byte (1 % of "
         "them, at "
         "least one)?",
         "build the data set again with the program that its manifest names", detail::check_recomputation},
    };
}

}  // namespace hutch::curate::assess
