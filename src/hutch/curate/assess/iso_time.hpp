/// Read dates and times as ISO 8601 writes them.
#pragma once

#include <optional>
#include <string_view>

namespace hutch::curate::assess {

/// Return the seconds since 1970 that a date or a date with a time states; local times count as UTC. Nothing
/// for what is neither: "2026-11-24", "2026-11-24T13:05", "2026-11-24 13:05:07.25Z",
/// "2026-11-24T13:05:07+08:00".
std::optional<double> seconds_of(std::string_view text);

}  // namespace hutch::curate::assess
