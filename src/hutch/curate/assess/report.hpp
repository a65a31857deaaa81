/// Tell an assessment to people and programs: text, JSON, HTML, a badge.
#pragma once

#include "hutch/curate/assess/assess.hpp"

#include <string>

namespace hutch::curate::assess {

/// Return level, sides, and every check that did not pass with evidence and remedy; the others in one line
/// each.
std::string to_text(Assessment const& assessment);
/// Return all of it as schemas/assessment.schema.json says.
std::string to_json(Assessment const& assessment);
/// Return all of it as one HTML file with plots, which loads nothing.
std::string to_html(Assessment const& assessment);
/// Return the level as an SVG badge that stands in a README.
std::string to_badge(Assessment const& assessment);
/// Return what a check asks, where it counts and what to do when it fails; "all": the manual's page of all of
/// them.
/// \throws Error bad_input
std::string explain(std::string const& id);

}  // namespace hutch::curate::assess
