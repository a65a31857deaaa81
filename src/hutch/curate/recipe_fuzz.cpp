#include "hutch/base/error.hpp"
#include "hutch/curate/recipe.hpp"

#include <cstdint>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    if (size > 65536) return 0;
    try {
        auto const recipe =
            hutch::curate::parse_recipe({reinterpret_cast<char const*>(data), size}, "fuzz.yaml");
        hutch::curate::truth_columns(recipe);
        for (std::size_t i = 0; i < recipe.instruments.size(); ++i)
            hutch::curate::draw_setting(recipe, i, 1000);
    } catch (hutch::Error const&) {
    }
    return 0;
}
