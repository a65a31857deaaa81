/// Look at the example of a card without running it: it may be anybody's.
#pragma once

#include "hutch/curate/assess/check.hpp"

#include <string>
#include <vector>

namespace hutch::curate::assess::detail {

/// What keeps the example of `card.md`, its first block of Python, from running.
struct CardExample {
    std::vector<Place> problems;  ///< files that are not there, syntax, modules and names that nothing knows
    std::vector<std::string> open;  ///< what could not be said here, and why
};
/// \throws Error when the card cannot be read
CardExample check_card_example(Subject const& subject);

}  // namespace hutch::curate::assess::detail
