#include "hutch/base/error.hpp"
#include "hutch/flow/slurm_text.hpp"

#include <cstdint>
#include <cstdlib>
#include <string_view>

namespace {

// No report may name a task that the array does not have: callers use it as an index.
template <class Parser>
void check_reports(Parser parse, std::string_view text) {
    for (std::size_t const size : {std::size_t{0}, std::size_t{16}, std::size_t{1001}}) {
        try {
            for (auto const& report : parse(text, size))
                if (report.task >= size) std::abort();
        } catch (hutch::Error const&) {
        }
    }
}

template <class Parser>
void check_no_crash(Parser parse, std::string_view text) {
    try {
        parse(text);
    } catch (hutch::Error const&) {
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    namespace flow = hutch::flow;
    std::string_view const text(reinterpret_cast<char const*>(data), size);
    check_reports(flow::parse_squeue, text);
    check_reports(flow::parse_sacct, text);
    check_reports(flow::parse_scontrol, text);
    check_no_crash([](auto t) { flow::unfold_tasks(t, 1000); }, text);
    check_no_crash(flow::parse_job_number, text);
    check_no_crash(flow::parse_job_numbers, text);
    check_no_crash(flow::parse_max_array_size, text);
    check_no_crash(flow::parse_sinfo, text);
    return 0;
}
