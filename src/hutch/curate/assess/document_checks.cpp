#include "hutch/curate/assess/detail/document_checks.hpp"

namespace hutch::curate::assess {

std::vector<Check> document_checks() {
    using namespace detail;
    return {croissant_check(),     datacite_check(),   nexus_check(),      packages_check(),
            dictionary_check(),    provenance_check(), identifier_check(), licence_check(),
            personal_data_check(), card_check(),       use_check()};
}

std::vector<Check> access_checks() {
    return {detail::access_state_check(), detail::access_paths_check(), detail::throughput_check()};
}

}  // namespace hutch::curate::assess
