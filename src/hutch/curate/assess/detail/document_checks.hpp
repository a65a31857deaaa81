/// Make the checks of documents and access, one of each.
#pragma once

#include "hutch/curate/assess/check.hpp"

namespace hutch::curate::assess::detail {

Check croissant_check();      ///< C06
Check datacite_check();       ///< C07
Check nexus_check();          ///< C08
Check packages_check();       ///< C51
Check dictionary_check();     ///< C52
Check provenance_check();     ///< C53
Check identifier_check();     ///< C54
Check licence_check();        ///< C55
Check access_state_check();   ///< C56
Check access_paths_check();   ///< C57
Check throughput_check();     ///< C58
Check personal_data_check();  ///< C59
Check card_check();           ///< C60
Check use_check();            ///< C61
Check named_licence_check();  ///< A01
Check open_format_check();    ///< A02
Check ways_check();           ///< A03

}  // namespace hutch::curate::assess::detail
