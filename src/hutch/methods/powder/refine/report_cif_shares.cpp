#include "hutch/methods/powder/refine/report_cif.hpp"

#include <algorithm>

namespace hutch::powder::refine {

std::string to_cif_by_share(Result const& result) {
    Result each = result;
    each.phases.clear();
    for (ShareResult& share : each.shares) {
        PhaseResult phase = *std::ranges::find(result.phases, share.phase, &PhaseResult::name);
        phase.name += "_" + share.pattern;
        share.phase = phase.name;
        phase.distances.clear();
        if (share.has_lattice_strain) {
            auto const& c = phase.cell = share.cell;
            phase.structure.cell = {c[0].value, c[1].value, c[2].value, c[3].value, c[4].value, c[5].value};
            double const growth = data::volume(phase.structure.cell) / phase.volume.value;
            phase.volume = {phase.volume.value * growth, phase.volume.su * growth};
            phase.density /= growth;
        }
        each.phases.push_back(std::move(phase));
    }
    std::string text;
    for (std::size_t i = 0; i < each.phases.size(); ++i) text += to_cif(each, i);
    return text;
}

}  // namespace hutch::powder::refine
