#include "hutch/curate/assess/detail/document_checks.hpp"

namespace hutch::curate::assess {

std::vector<Check> document_checks() {
    using namespace detail;
    return {croissant_check(),     datacite_check(),   nexus_check(),      packages_check(),
            dictionary_check(),    provenance_check(), identifier_check(), licence_check(),
            personal_data_check(), card_check(),       use_check()};
}

std::vector<Check> access_checks() {
    using namespace detail;
    return {named_licence_check(), open_format_check(),  ways_check(),
            access_state_check(),  access_paths_check(), throughput_check()};
}

}  // namespace hutch::curate::assess
