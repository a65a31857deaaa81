/// Write what a refinement found as a NeXus file (HDF5), for programs that plot and archive.
#pragma once

#include "hutch/methods/powder/refine/result.hpp"

#include <filesystem>

namespace hutch::powder::refine {

/// Write one NXentry; an existing file is replaced, all at once. Equal results give equal bytes: no dates.
///
///     entry                 NXentry      title; default plot is the first pattern
///       process             NXprocess    program, version; ending, variables, observations, restraints, r_wp
///         parameters        NXparameters name, unit, value, value_errors, is_refined, is_at_bound;
///                                        refined (places), correlation (refined, refined)
///         stages            NXcollection
///       PATTERN             NXdata       signal intensity with its axis; calculated, background, difference,
///                                        and the lines of each phase as lines_of_PHASE
///       PATTERN_agreement   NXcollection points, r_wp, r_p, r_wp_net, r_exp, goodness_of_fit
///       PATTERN_instrument  NXinstrument source/probe, beam/incident_wavelength
///       PHASE               NXsample     cell, volume, density, space group; sites, distances
///       PHASE_in_PATTERN    NXcollection scale, weight fraction, cell if strained, R values, reflections
///
/// X_errors holds the s.u. of X: 0 where it was not refined, NaN where the data do not determine it. Names
/// are those of the result with other signs than letters, digits and _ as _, and numbered where that makes
/// two alike.
/// \throws Error external when the file cannot be written
void write_nexus(std::filesystem::path const& path, Result const& result);

}  // namespace hutch::powder::refine
