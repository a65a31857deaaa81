/// Bring annotations to and from other programs: as CSV and as W3C Web Annotations.
#pragma once

#include "hutch/curate/annotate/annotation.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace hutch::curate::annotate {

/// Return one row an annotation: id, table, record, field, region, numbers (with blanks between), label,
/// vocabulary, annotator, is_program, version, orcid, confidence, time, supersedes, comment.
std::string to_csv(std::vector<Annotation> const& all);
/// Read such a table; columns may lack and stand in any order, but for record, label, annotator and time.
/// Rows without an id get one. \param name  stands for the file in messages
/// \throws Error bad_data with file, line, value and rule
std::vector<Annotation> from_csv(std::string_view text, std::string const& name);

/// Return an AnnotationPage of the Web Annotation Data Model as JSON-LD.
///
/// A label is a TextualBody with the purpose classifying, a comment one with commenting. A target's source is
/// urn:hutch:TABLE:RECORD#FIELD, percent-encoded; a box is a FragmentSelector (Media Fragments), a polygon
/// an SvgSelector, an interval a FragmentSelector "axis=FIRST,LAST" of our own. Confidence, vocabulary and
/// what is superseded have terms of our own, which the context declares.
/// \par Source  Web Annotation Data Model, W3C Recommendation, 2017; Media Fragments URI 1.0, W3C, 2012
std::string to_web_annotations(std::vector<Annotation> const& all);
/// Read a page, a collection with its first page inside, a list, or a single annotation. Of other programs'
/// annotations the first TextualBody is the label, and the target's source the record.
/// \throws Error bad_data with file, path, value and rule
std::vector<Annotation> from_web_annotations(std::string_view text, std::string const& name);

}  // namespace hutch::curate::annotate
