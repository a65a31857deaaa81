/// Say what a refinement starts from: phases, patterns, how they are modelled, and the order of refining.
#pragma once

#include "hutch/base/document.hpp"
#include "hutch/methods/powder/refine/least_squares.hpp"

#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace hutch::powder::refine {

/// A phase as the user gives it.
struct PhaseDescription {
    std::string name;
    data::Structure structure;
    Intensities intensities = Intensities::structure;
    std::vector<std::string> anisotropic;  ///< labels of sites, * and ? allowed
};

/// A broad peak of the background, in units of x.
struct Hump {
    double position = 0, area = 0, fwhm = 1;
};

/// The background of a pattern: how it is made and of how many terms.
struct BackgroundDescription {
    BackgroundKind kind = BackgroundKind::chebyshev;
    std::size_t terms = 6;
    std::vector<Hump> humps;
};

/// Starting values of a time-of-flight instrument, by the names of GSAS-II's parameter files.
using FlightValues = std::map<std::string, double>;

/// A measured pattern with its instrument, and what of it counts.
struct PatternDescription {
    std::string name;
    data::Pattern measured;
    bool is_flight = false;
    Instrument instrument;
    FlightValues flight;
    std::optional<std::array<double, 2>> range;
    std::vector<std::array<double, 2>> excluded;
    BackgroundDescription background;
    std::vector<std::string> phases;  ///< empty: all
};

/// How a phase shows in a pattern: kinds of broadening and texture.
struct ShareDescription {
    SizeKind size = SizeKind::isotropic;
    StrainKind strain = StrainKind::isotropic;
    std::array<double, 3> axis{0, 0, 1};
    std::array<double, 3> march_axis{0, 0, 1};
    int harmonics = 0;  ///< degree
};

/// One step of the way: what is refined from here on, and what changes before.
struct Stage {
    std::string name;
    std::vector<std::string> refine, fix;
    std::optional<Document> changes;  ///< background, range, anisotropic, shares, set as at the top
};

/// Everything that a refinement starts from.
struct Description {
    std::string title;
    std::vector<PhaseDescription> phases;
    std::vector<PatternDescription> patterns;
    std::map<std::string, ShareDescription> shares;   ///< by "PHASE.PATTERN"
    std::vector<std::pair<std::string, double>> set;  ///< selector and starting value
    std::vector<Document> constraints, restraints;
    std::vector<Stage> stages;  ///< empty: found automatically
    bool is_at_once = false;    ///< all stages together
    std::size_t most_cycles = 30;
    std::shared_ptr<DispersionTable const> dispersion;
};

/// Find a file that a description names. \throws Error not_found
using FileFinder = std::function<std::filesystem::path(std::string const&)>;

/// Read a description from YAML; docs/refinement.md has all keys.
/// \throws Error bad_input `FILE:LINE: ...`, and what reading the files throws
Description read_description(Document const& document, FileFinder const& find);
/// Apply what a stage changes.
void apply_changes(Description& description, Document const& changes);

/// Return the word that stands for a site in names of parameters: its label with _ for other signs than
/// letters and digits, and a number where the same has been there before.
std::string site_name(data::Structure const& structure, std::size_t site);

/// Make the parameters and all else of a fit. Parameters that `known` has by name start there.
Problem build(Description const& description, std::map<std::string, double> const& known = {});

/// Set scales and backgrounds near what the patterns need, where neither user nor earlier stage gave them.
void estimate_start(Problem& problem, Prepared const& prepared, std::map<std::string, double> const& known);

}  // namespace hutch::powder::refine
