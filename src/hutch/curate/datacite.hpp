/// Write the metadata of a data set as DataCite 4.7 has it, for the registration of an identifier.
#pragma once

#include "hutch/curate/summary.hpp"

#include <string>

namespace hutch::curate {

/// Return one XML document of the DataCite metadata schema 4.7 (kernel-4).
///
/// The schema demands an identifier: a data set without one gets "name/version" of the type Other. Creators
/// and publisher that nobody named are ":unav", the schema's word for what is not available; without a date
/// there is no publicationYear, and the document is not valid.
std::string to_datacite(DatasetSummary const& summary);

/// Return the DOI in a text ("10.5072/x", "doi:...", "https://doi.org/..."), or nothing.
std::string find_doi(std::string const& text);

}  // namespace hutch::curate
