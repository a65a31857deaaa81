// hutch powder convert and hutch powder parameters.
#include "hutch/base/text.hpp"
#include "hutch/data/pattern.hpp"
#include "hutch/methods/powder/setting.hpp"

#include "arguments.hpp"
#include "verbs.hpp"
#include <fmt/format.h>

namespace hutch::app {

int powder_convert(std::vector<std::string> const& words) {
    Arguments const arguments(
        "powder convert <FROM> <TO>",
        "Read a pattern (.xy .xye .fxye .dat .cif, gzip too) and write it as TO's ending says.", {}, 2, 2,
        words);
    if (arguments.wants_help()) return arguments.print_help(), 0;
    data::Pattern const pattern = data::read_pattern(arguments.words()[0]);
    data::write_pattern(arguments.words()[1], pattern);
    if (arguments.has("json"))
        fmt::print("{{\"points\": {}, \"title\": {}}}\n", pattern.x.size(), to_json_text(pattern.title));
    else
        fmt::print("{}: {} points, {:.6g} to {:.6g}\n", arguments.words()[1],
                   with_commas((long long)pattern.x.size()), pattern.x.front(), pattern.x.back());
    return 0;
}

int powder_parameters(std::vector<std::string> const& words) {
    Arguments const arguments("powder parameters [--json]", "List what --set and recipes can set.", {}, 0, 0,
                              words);
    if (arguments.wants_help()) return arguments.print_help(), 0;
    powder::Setting defaults;
    std::string separator = "[";
    for (powder::Parameter const& p : powder::parameters()) {
        if (arguments.has("json")) {
            fmt::print(
                "{}{{\"name\": \"{}\", \"unit\": \"{}\", \"least\": {}, \"most\": {}, \"default\": {}, "
                "\"help\": {}}}",
                separator, p.name, p.unit, p.least, p.most, p.in(defaults), to_json_text(p.help));
            separator = ",\n ";
        } else {
            fmt::print("{:26} {:12} {:>8} to {:<8} default {:<8} {}\n", p.name, p.unit, p.least, p.most,
                       p.in(defaults), p.help);
        }
    }
    if (arguments.has("json")) fmt::print("]\n");
    return 0;
}

}  // namespace hutch::app
