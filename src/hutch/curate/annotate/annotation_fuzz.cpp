#include "hutch/base/error.hpp"
#include "hutch/curate/annotate/annotation.hpp"
#include "hutch/curate/annotate/exchange.hpp"

#include <cstdint>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    namespace annotate = hutch::curate::annotate;
    if (size > 65536) return 0;
    std::string_view const text(reinterpret_cast<char const*>(data), size);
    for (auto* read : {annotate::parse_annotations, annotate::from_csv, annotate::from_web_annotations}) {
        try {
            for (auto const& one : annotate::current(read(text, "fuzz")))
                if (!(annotate::parse_annotation(annotate::to_json(one), "again").label == one.label) &&
                    one.label.find_first_not_of("abcdefghijklmnopqrstuvwxyz") == one.label.npos)
                    __builtin_trap();
        } catch (hutch::Error const&) {
        }
    }
    return 0;
}
