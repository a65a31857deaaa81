#include "hutch/curate/detail/rai_notes.hpp"

#include "hutch/base/text.hpp"

#include <algorithm>

namespace hutch::curate::detail {
namespace {

struct Row {
    char const* key;
    char const* property;
    char const* heading;
};

// Properties: Croissant RAI Specification 1.0. The time frame is not among them: it asks for dates, and
// these notes are sentences.
constexpr Row rows[] = {
    {"use cases", "dataUseCases", "Use cases"},
    {"intended use", "dataUseCases", "Use cases"},
    {"non-intended use", "", "Non-intended use"},
    {"limitations", "dataLimitations", "Limitations"},
    {"biases", "dataBiases", "Biases"},
    {"social impact", "dataSocialImpact", "Social impact"},
    {"personal information", "personalSensitiveInformation", "Personal information"},
    {"collection", "dataCollection", "How the data were made"},
    {"collection type", "dataCollectionType", "Kind of collection"},
    {"missing data", "dataCollectionMissingData", "Missing data"},
    {"raw data", "dataCollectionRawData", "Raw data"},
    {"preprocessing", "dataPreprocessingProtocol", "Preprocessing"},
    {"imputation", "dataImputationProtocol", "Imputation"},
    {"manipulation", "dataManipulationProtocol", "Manipulation"},
    {"maintenance", "dataReleaseMaintenancePlan", "Maintenance"},
    {"annotation", "dataAnnotationProtocol", "Annotation"},
    {"annotation platform", "dataAnnotationPlatform", "Annotation platform"},
    {"annotation analysis", "dataAnnotationAnalysis", "Annotation analysis"},
    {"annotators", "annotatorDemographics", "Annotators"},
    {"annotation tools", "machineAnnotationTools", "Annotation tools"},
    {"feedback", "", "Feedback"},
};

}  // namespace

NoteKind note_kind(std::string_view key) {
    if (key.starts_with("rai:")) key.remove_prefix(4);
    std::string words(key);
    std::ranges::replace_if(words, [](char c) { return c == '_' || c == '-'; }, ' ');
    int rank = 0;
    for (Row const& row : rows) {
        std::string known = row.key;
        std::ranges::replace(known, '-', ' ');
        if ((*row.property != 0 && key == row.property) || to_lower(words) == known ||
            to_lower(words) == to_lower(row.heading))
            return {row.heading, row.property, rank};
        ++rank;
    }
    if (!words.empty() && words[0] >= 'a' && words[0] <= 'z') words[0] = char(words[0] - 'a' + 'A');
    return {words, "", rank};
}

}  // namespace hutch::curate::detail
