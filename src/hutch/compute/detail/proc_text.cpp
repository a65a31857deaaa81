#include "hutch/compute/detail/proc_text.hpp"

#include "hutch/base/text.hpp"

#include <algorithm>
#include <charconv>
#include <initializer_list>
#include <optional>
#include <set>
#include <utility>

namespace hutch::compute::detail {
namespace {

std::optional<std::uint64_t> whole_number(std::string_view text) {
    std::uint64_t value = 0;
    auto const [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (problem != std::errc{} || end != text.data() + text.size()) return {};
    return value;
}

std::pair<std::string_view, std::string_view> name_and_value(std::string_view line) {
    std::size_t const colon = line.find(':');
    if (colon == std::string_view::npos) return {trim(line), {}};
    return {trim(line.substr(0, colon)), trim(line.substr(colon + 1))};
}

bool has_all(std::vector<std::string> const& flags, std::initializer_list<std::string_view> wanted) {
    return std::ranges::all_of(wanted,
                               [&](auto name) { return std::ranges::find(flags, name) != flags.end(); });
}

}  // namespace

CpuInfo parse_cpuinfo(std::string_view text) {
    CpuInfo info;
    std::string socket, implementer, part;
    std::set<std::string> sockets;
    std::set<std::pair<std::string, std::string>> cores;
    for (std::string_view const line : split_lines(text)) {
        auto const [name, value] = name_and_value(line);
        if (name == "processor") ++info.threads;
        if (name == "model name" && info.model.empty()) info.model = value;
        if (name == "physical id") sockets.insert(socket = value);
        if (name == "core id") cores.insert({socket, std::string(value)});
        if (name == "CPU implementer") implementer = value;
        if (name == "CPU part") part = value;
        if ((name == "flags" || name == "Features") && info.flags.empty())
            for (std::string_view const word : split_words(value)) info.flags.emplace_back(word);
    }
    if (info.model.empty() && !implementer.empty())
        info.model = "ARM implementer " + implementer + " part " + (part.empty() ? "unknown" : part);
    info.sockets = unsigned(sockets.size());
    info.cores = unsigned(cores.size());
    return info;
}

std::string psabi_level(std::vector<std::string> const& flags) {
    if (!has_all(flags, {"lm", "cmov", "cx8", "fpu", "fxsr", "mmx", "sse", "sse2"})) return "";
    if (!has_all(flags, {"cx16", "lahf_lm", "popcnt", "pni", "sse4_1", "sse4_2", "ssse3"}))
        return "x86-64-v1";
    if (!has_all(flags, {"avx", "avx2", "bmi1", "bmi2", "f16c", "fma", "abm", "movbe", "xsave"}))
        return "x86-64-v2";
    if (!has_all(flags, {"avx512f", "avx512bw", "avx512cd", "avx512dq", "avx512vl"})) return "x86-64-v3";
    return "x86-64-v4";
}

std::vector<std::string> vector_extensions(std::vector<std::string> const& flags) {
    std::vector<std::string> chosen;
    auto const is_wanted = [](std::string const& flag) {
        for (char const* start : {"sse4_2", "avx", "fma", "f16c", "amx", "asimd", "sve", "bf16", "i8mm"})
            if (flag.starts_with(start)) return true;
        return flag == "sme" || flag == "sme2";
    };
    std::ranges::copy_if(flags, std::back_inserter(chosen), is_wanted);
    return chosen;
}

std::vector<unsigned> parse_number_list(std::string_view text) {
    constexpr std::uint64_t most = 1 << 16;
    std::vector<unsigned> numbers;
    if (trim(text).empty()) return numbers;
    for (std::string_view const part : split(trim(text), ',')) {
        std::size_t const dash = part.find('-');
        auto const first = whole_number(part.substr(0, dash));
        auto const last = dash == std::string_view::npos ? first : whole_number(part.substr(dash + 1));
        if (!first || !last || *last < *first || *last >= most) return {};
        for (std::uint64_t i = *first; i <= *last; ++i) numbers.push_back(unsigned(i));
    }
    return numbers;
}

std::uint64_t parse_size(std::string_view text) {
    text = trim(text);
    int shift = 0;
    if (text.ends_with('K')) shift = 10;
    if (text.ends_with('M')) shift = 20;
    if (text.ends_with('G')) shift = 30;
    if (shift > 0) text.remove_suffix(1);
    auto const number = whole_number(text);
    return number && *number < std::uint64_t{1} << 33 ? *number << shift : 0;
}

std::uint64_t meminfo_bytes(std::string_view text, std::string_view name) {
    std::string const value = value_of(text, name);
    auto const words = split_words(value);
    auto const number = words.size() == 2 && words[1] == "kB" ? whole_number(words[0]) : std::nullopt;
    return number && *number < std::uint64_t{1} << 53 ? *number * 1024 : 0;
}

std::string value_of(std::string_view text, std::string_view name) {
    for (std::string_view const line : split_lines(text))
        if (auto const [found, value] = name_and_value(line); found == name) return std::string(value);
    return "";
}

}  // namespace hutch::compute::detail
