#include "hutch/base/version.hpp"

namespace hutch {

char const* version() { return HUTCH_VERSION; }

}  // namespace hutch
