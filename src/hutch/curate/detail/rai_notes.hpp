/// Name the responsible-AI notes: what a steward writes, what the card says, what Croissant calls it.
#pragma once

#include <string>
#include <string_view>

namespace hutch::curate::detail {

/// One kind of note.
struct NoteKind {
    std::string heading;
    std::string property;  ///< of the Croissant RAI vocabulary 1.0, without prefix; empty if it has none
    int rank = 0;          ///< notes are read in this order: what it is good for first
};

/// Return the kind of a note by its key: "use cases", "use_cases", "dataUseCases" and "rai:dataUseCases" are
/// the same. A key that is not known becomes a heading without a property.
NoteKind note_kind(std::string_view key);

}  // namespace hutch::curate::detail
