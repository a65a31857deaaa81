/// Make the records of a fused data set: one for each measured pattern of each refinement, with all that
/// belongs to it.
#pragma once

#include "hutch/curate/fuse/axis.hpp"
#include "hutch/curate/recipe.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace hutch::curate::fuse {

using powder::refine::Estimate;

struct RefinementInput {
    std::string id;      ///< plain name, different for each
    std::string file;    ///< name without folders
    std::string sha256;  ///< of the file
    powder::refine::Result result;
};
struct SimulatedInput {
    std::string file, sha256;
    data::Pattern pattern;
};
struct Inputs {
    std::vector<RefinementInput> refinements;
    std::vector<SimulatedInput> simulated;
};

/// Read and check files. \param ids  of the refinements; empty: their titles, or file names where these are
/// empty
/// \throws Error bad_input (ids that are not one for each or occur twice), bad_data (files)
Inputs read_inputs(std::vector<std::filesystem::path> const& refinements,
                   std::vector<std::filesystem::path> const& simulated, std::vector<std::string> const& ids,
                   unsigned threads);

/// Return a text as a plain name of files and HDF5 groups: letters, digits and -+._ stay, all else becomes _.
std::string plain_name(std::string const& text);

/// One phase as one pattern shows it.
struct Portion {
    std::string name;          ///< plain name of the phase
    std::string structure_id;  ///< "REFINEMENT.PHASE"
    powder::refine::ShareResult const* share = nullptr;
    powder::refine::PhaseResult const* phase = nullptr;
    std::vector<double> const* lines = nullptr;  ///< what it adds to the pattern [count]

    /// Return the cell with the lattice strain of this pattern.
    std::array<Estimate, 6> const& cell() const {
        return share->has_lattice_strain ? share->cell : phase->cell;
    }
};

struct Record {
    std::string id;  ///< "REFINEMENT.PATTERN"
    RefinementInput const* refinement = nullptr;
    powder::refine::PatternResult const* pattern = nullptr;
    std::vector<Portion> portions;              ///< the phase with the largest weight fraction first
    SimulatedInput const* simulated = nullptr;  ///< null: none was given
    std::int32_t group = 0;
    std::size_t split = 0;
    std::vector<double> q, simulated_q;  ///< of the points of the patterns [1/angstrom]; NaN: none
    std::vector<float> measured, sigma, calculated, background,
        on_grid_simulated;                          ///< on the common grid [count]
    std::vector<std::int8_t> mask, simulated_mask;  ///< 1 where these hold a value
};

struct RecordOptions {
    Grid grid;
    std::vector<RecipeSplit> splits{{"train", 1}};
    std::uint64_t seed = 1;
    /// Record of each simulated pattern: its id, or the name of its pattern where that tells it; empty: one
    /// for each record, in their order.
    std::vector<std::string> simulated_of;
    unsigned threads = 1;
};

/// Make all records, by refinement and pattern. They refer to the inputs, which must stay.
///
/// Refinements that share a group of nearly equal structures (curate/groups.hpp) in any of their phases get
/// one group and one split, so that no structure is in two.
/// \throws Error bad_input: patterns without a structure, simulated patterns that fit no record, ids that
/// coincide
std::vector<Record> make_records(Inputs const& inputs, RecordOptions const& options);

}  // namespace hutch::curate::fuse
