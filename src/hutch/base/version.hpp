/// Say which version of Hutch this is.
#pragma once

namespace hutch {

/// Return MAJOR.MINOR.PATCH of the build.
char const* version();

}  // namespace hutch
