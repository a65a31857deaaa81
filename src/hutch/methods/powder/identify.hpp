/// Find which structures of a library explain a measured powder pattern.
#pragma once

#include "hutch/data/pattern.hpp"
#include "hutch/data/structure.hpp"
#include "hutch/methods/powder/match.hpp"

#include <span>
#include <vector>

namespace hutch::powder {

struct IdentifyOptions {
    Radiation radiation = Radiation::xray;
    std::vector<Wavelength> wavelengths{{1.540593, 1},
                                        {1.544427, 0.5}};  ///< Cu K alpha 1 and 2 (Hölzer 1997)
    double polarisation = 0.5;                             ///< as in Instrument
    unsigned threads = 1;
    std::size_t keep = 10;    ///< candidates returned
    bool search_cell = true;  ///< try cells up to 1 % larger and smaller
    bool search_zero = true;  ///< try zero errors up to 0.2 degree, or two peak widths where these are less
    std::vector<int> required_elements;  ///< atomic numbers that a structure must all have
    std::vector<int> allowed_elements;   ///< if any: a structure may have no others
    double d_min = 1.2;                  ///< [angstrom] lines of smaller d are not compared
};

struct Candidate {
    std::size_t structure = 0;  ///< index into the library
    double score = 0;  ///< similarity() after the refinement, less 0.01 for a cell 1 % off (by the square)
    double scale = 0;  ///< counts per unit of calculated line area
    Shift shift;
    std::vector<float> pattern;  ///< on the measured points, with background [count]
};

struct Identification {
    std::vector<Candidate> candidates;  ///< best first; equal scores by index
    std::size_t compared = 0;           ///< structures whose patterns were compared
    std::size_t without_pattern =
        0;            ///< structures with elements that have no form factor or scattering length
    double fwhm = 0;  ///< [degree] of the measured peaks at small angles
    std::vector<float> background;  ///< on the measured points
};

/// Compare a measured pattern with those of all structures, and refine the best.
///
/// Three passes: all structures coarsely over 1/d; the best 200 over two theta with cell scale and zero; the
/// best 20 with the peak width too. Scores do not depend on the number of threads (identify_test, "any number
/// of threads").
///
/// \param known  candidates that are taken for present: what is looked for explains the pattern together with
/// them
/// \throws Error bad_data when the pattern has too few points or no peak, bad_input for options out of range
Identification identify(data::Pattern const& measured, std::span<data::Structure const> library,
                        IdentifyOptions const& options, std::span<Candidate const> known = {});

}  // namespace hutch::powder
