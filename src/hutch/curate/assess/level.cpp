#include "hutch/curate/assess/level.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace hutch::curate::assess {
namespace {

using Ids = std::vector<std::string>;

// By side and level 1 to 3. A01 to A03 are what the access side asks for besides the numbered checks.
std::array<std::array<Ids, 3>, 3> const& rules() {
    static std::array<std::array<Ids, 3>, 3> const all{
        {{Ids{"C01", "C02", "C03", "C05", "C16"},
          Ids{"C04", "C09", "C10", "C11", "C12", "C13", "C14", "C20", "C21", "C22", "C25", "C30"},
          Ids{"C15", "C17", "C18", "C19", "C23", "C24", "C26", "C27", "C28", "C29",
              "C31", "C32", "C33", "C34", "C35", "C36", "C37", "C38", "C39", "C40",
              "C41", "C42", "C43", "C44", "C45", "C46", "C47", "C48", "C49", "C50"}},
         {Ids{"A01"}, Ids{"A02", "A03", "C55"}, Ids{"C56", "C57", "C58"}},
         {Ids{"C07"}, Ids{"C11", "C52", "C54", "C59"}, Ids{"C06", "C08", "C51", "C53", "C60", "C61"}}}};
    return all;
}

bool counts_as_passed(State state) { return state == State::pass || state == State::not_applicable; }

Ids not_passed(Ids const& wanted, std::span<Result const> results) {
    Ids failed;
    for (std::string const& id : wanted) {
        auto const found = std::ranges::find(results, id, &Result::id);
        if (found == results.end() || !counts_as_passed(found->answer.state)) failed.push_back(id);
    }
    return failed;
}

SideLevel level_of(Side side, std::span<Result const> results, bool has_dictionary) {
    SideLevel found{side};
    int const most = has_dictionary || side == Side::access ? 3 : side == Side::consistency ? 1 : 0;
    while (found.level < 3) {
        found.blocking = not_passed(checks_of(side, found.level + 1), results);
        if (!found.blocking.empty()) break;
        ++found.level;
    }
    if (found.level > most) {
        found.level = most;
        found.blocking.clear();
        found.cap =
            "no dictionary.json says what the fields are; one was proposed from the data: read it, mend it "
            "and put it beside them";
    }
    return found;
}

}  // namespace

char const* to_name(Side side) {
    static constexpr std::array names{"consistency", "access", "metadata"};
    return names[std::size_t(side)];
}

char const* to_name(State state) {
    static constexpr std::array names{"pass", "fail", "not_applicable", "not_checked"};
    return names[std::size_t(state)];
}

std::vector<std::string> const& checks_of(Side side, int level) {
    return rules()[std::size_t(side)][std::size_t(level - 1)];
}

std::string standing_of(std::string const& id) {
    std::string text;
    for (Side const side : all_sides)
        for (int level = 1; level <= 3; ++level)
            if (std::ranges::find(checks_of(side, level), id) != checks_of(side, level).end())
                text += fmt::format("{}{}, level {}", text.empty() ? "" : "; ", to_name(side), level);
    return text;
}

Levels find_levels(std::span<Result const> results, bool has_dictionary) {
    Levels levels;
    levels.level = 3;
    for (Side const side : all_sides) {
        SideLevel& of_side = levels.sides[std::size_t(side)];
        of_side = level_of(side, results, has_dictionary);
        levels.level = std::min(levels.level, of_side.level);
    }
    return levels;
}

}  // namespace hutch::curate::assess
