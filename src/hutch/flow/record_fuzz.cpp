// Any line of a journal, and any line of a task's jobs, is read or refused; what is read comes back the same.
#include "hutch/base/error.hpp"
#include "hutch/flow/item.hpp"
#include "hutch/flow/journal.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace {

template <class Read>
void check(std::string_view text, Read const& read) {
    try {
        auto const one = read(text);
        std::string const again = to_text(one);
        if (to_text(read(again)) != again) __builtin_trap();
    } catch (hutch::Error const&) {
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    std::string_view const text(reinterpret_cast<char const*>(data), size);
    check(text, hutch::flow::parse_record);
    check(text, hutch::flow::parse_job);
    if (!hutch::flow::checked_text(text).empty() &&
        hutch::flow::to_journal_line(hutch::flow::checked_text(text)) != std::string(text) + "\n")
        __builtin_trap();
    return 0;
}
