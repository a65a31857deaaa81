#include "hutch/base/error.hpp"

namespace hutch {

int exit_status(Fault fault) {
    switch (fault) {
        case Fault::bad_input:
            return 2;
        case Fault::not_found:
            return 3;
        case Fault::bad_data:
            return 4;
        case Fault::unsupported:
            return 5;
        case Fault::exhausted:
            return 6;
        case Fault::external:
            return 7;
        case Fault::denied:
            return 8;
        case Fault::bug:
            break;
    }
    return 70;
}

char const* to_name(Fault fault) {
    switch (fault) {
        case Fault::bad_input:
            return "bad_input";
        case Fault::not_found:
            return "not_found";
        case Fault::bad_data:
            return "bad_data";
        case Fault::unsupported:
            return "unsupported";
        case Fault::exhausted:
            return "exhausted";
        case Fault::external:
            return "external";
        case Fault::denied:
            return "denied";
        case Fault::bug:
            break;
    }
    return "bug";
}

Error::Error(Fault fault, std::string const& message, std::source_location where)
    : std::runtime_error(message), fault_(fault), where_(where) {}

Error Error::within(std::string const& context) const { return {fault_, context + ": " + what(), where_}; }

}  // namespace hutch
