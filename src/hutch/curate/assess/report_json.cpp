#include "hutch/base/version.hpp"
#include "hutch/curate/assess/report.hpp"

#include <cmath>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace hutch::curate::assess {
namespace {

using Json = nlohmann::ordered_json;

Json to_value(Place const& place) {
    return {{"file", place.file}, {"field", place.field}, {"record", place.record}, {"what", place.what}};
}

Json to_value(Result const& result) {
    Json numbers = Json::object(), places = Json::array();
    for (auto const& [name, value] : result.answer.numbers)
        numbers[name] = std::isfinite(value) ? Json(value) : Json(nullptr);
    for (Place const& place : result.answer.places) places.push_back(to_value(place));
    return {{"id", result.id},
            {"name", result.name},
            {"state", to_name(result.answer.state)},
            {"text", result.answer.text},
            {"counts", standing_of(result.id)},
            {"numbers", numbers},
            {"places", places},
            {"remedy", result.answer.state == State::fail ? result.answer.remedy : ""},
            {"seconds", result.answer.seconds}};
}

Json sides_of(Levels const& levels) {
    Json sides = Json::object();
    for (SideLevel const& side : levels.sides) sides[to_name(side.side)] = side.level;
    return sides;
}

Json blocking_of(Levels const& levels) {
    Json all = Json::object();
    for (SideLevel const& side : levels.sides) all[to_name(side.side)] = side.blocking;
    return all;
}

Json caps_of(Levels const& levels) {
    Json all = Json::object();
    for (SideLevel const& side : levels.sides)
        if (!side.cap.empty()) all[to_name(side.side)] = side.cap;
    return all;
}

}  // namespace

std::string to_json(Assessment const& assessment) {
    Json checks = Json::array();
    for (Result const& result : assessment.results) checks.push_back(to_value(result));
    std::uint64_t records = assessment.scan.tables.empty() ? 0 : assessment.scan.tables.front().records;
    Json const all{{"rubric", rubric_version},
                   {"program", "hutch " + std::string(version())},
                   {"dataset",
                    {{"name", assessment.dictionary->name},
                     {"version", assessment.dictionary->version},
                     {"has_dictionary", !assessment.dictionary->is_proposed},
                     {"files", assessment.scan.files.size()},
                     {"bytes", assessment.scan.bytes},
                     {"records", records}}},
                   {"level", assessment.levels.level},
                   {"sides", sides_of(assessment.levels)},
                   {"blocking", blocking_of(assessment.levels)},
                   {"caps", caps_of(assessment.levels)},
                   {"checks", checks},
                   {"seconds", {{"scan", assessment.scan.seconds}, {"all", assessment.seconds}}}};
    return all.dump(1, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace hutch::curate::assess
