#include "hutch/base/document.hpp"
#include "hutch/base/error.hpp"

#include <cstdint>
#include <functional>
#include <string_view>

namespace {

using hutch::Document;

// Ask for everything a value could be; a wrong guess must end in an Error and nothing else.
void ask(std::function<void()> const& question) {
    try {
        question();
    } catch (hutch::Error const&) {
    }
}

// A YAML alias can make a small document walk like a huge one, so the walk is bounded, not the document.
void walk(Document const& value, int& steps_left) {
    if (--steps_left < 0) return;
    ask([&] { value.text(); });
    ask([&] { value.number(); });
    ask([&] { value.integer(); });
    ask([&] { value.only({"seed", "instruments"}); });
    ask([&] { value.fail("is wrong; expected otherwise"); });
    ask([&] {
        for (Document const& item : value.items()) walk(item, steps_left);
    });
    ask([&] {
        for (std::string const& key : value.keys()) walk(value.at(key), steps_left);
    });
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    ask([&] {
        int steps_left = 60;
        walk(Document::parse({reinterpret_cast<char const*>(data), size}, "fuzz.yaml"), steps_left);
    });
    return 0;
}
