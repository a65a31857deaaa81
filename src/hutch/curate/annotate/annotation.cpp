#include "hutch/curate/annotate/annotation.hpp"

#include "hutch/base/checksum.hpp"
#include "hutch/base/error.hpp"
#include "hutch/base/text.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <regex>
#include <set>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

namespace hutch::curate::annotate {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t longest_line = 1 << 20, longest_text = 10000;
constexpr std::array<char const*, 4> kind_names{"whole", "interval", "box", "polygon"};

// A member of a JSON object with its path, for messages.
struct Place {
    Json const& value;
    std::string path;
    std::string const& where;

    [[noreturn]] void fail(std::string const& problem) const {
        throw Error(Fault::bad_data,
                    fmt::format("{}: {} {}", where, path.empty() ? "the line" : "'" + path + "'", problem));
    }
    void only(std::initializer_list<std::string_view> known) const {
        if (!value.is_object()) fail("is no object; expected one");
        for (auto const& [key, member] : value.items())
            if (std::ranges::find(known, key) == known.end())
                fail(fmt::format("has {}; expected only {}", in_quotes(key), fmt::join(known, ", ")));
    }
    bool has(char const* key) const { return value.contains(key); }
    Place at(char const* key) const {
        if (!value.contains(key)) fail(fmt::format("has no '{}'; expected it", key));
        return {value.at(key), path.empty() ? key : path + "." + key, where};
    }
    std::string text() const {
        if (!value.is_string()) fail("is no text; expected one");
        auto const text = value.get<std::string>();
        if (text.size() > longest_text)
            fail(fmt::format("has {} bytes; expected at most {}", text.size(), longest_text));
        return text;
    }
    std::string text_or_nothing(char const* key) const { return has(key) ? at(key).text() : ""; }
    double number() const {
        if (!value.is_number()) fail("is no number; expected one");
        return value.get<double>();
    }
    std::vector<double> numbers() const {
        if (!value.is_array()) fail("is no list; expected numbers");
        std::vector<double> all;
        for (Json const& one : value) {
            if (!one.is_number()) fail("holds something else than numbers; expected numbers");
            all.push_back(one.get<double>());
        }
        return all;
    }
};

Region read_region(Place const& place) {
    place.only({"interval", "box", "polygon"});
    if (place.value.size() != 1)
        place.fail("has none or several kinds; expected one of interval, box, polygon");
    Region region;
    for (std::size_t kind = 1; kind < kind_names.size(); ++kind)
        if (place.has(kind_names[kind])) region = {Region::Kind(kind), place.at(kind_names[kind]).numbers()};
    if (auto const problem = first_problem(region)) place.fail(*problem);
    return region;
}

Annotator read_annotator(Place const& place) {
    place.only({"person", "program", "version", "orcid"});
    if (place.has("person") == place.has("program"))
        place.fail("has neither or both of 'person' and 'program'; expected one");
    Annotator annotator;
    annotator.is_program = place.has("program");
    annotator.name = place.at(annotator.is_program ? "program" : "person").text();
    annotator.version = place.text_or_nothing("version"), annotator.orcid = place.text_or_nothing("orcid");
    return annotator;
}

Annotation read(Place const& place) {
    place.only({"id", "target", "region", "label", "vocabulary", "annotator", "confidence", "time",
                "supersedes", "comment"});
    Annotation one;
    one.id = place.at("id").text();
    Place const target = place.at("target");
    target.only({"table", "record", "field"});
    one.table = target.text_or_nothing("table"), one.record = target.at("record").text();
    one.field = target.text_or_nothing("field");
    if (place.has("region")) one.region = read_region(place.at("region"));
    one.label = place.at("label").text(), one.vocabulary = place.text_or_nothing("vocabulary");
    one.annotator = read_annotator(place.at("annotator"));
    if (place.has("confidence")) one.confidence = place.at("confidence").number();
    one.time = place.at("time").text();
    one.supersedes = place.text_or_nothing("supersedes"), one.comment = place.text_or_nothing("comment");
    if (auto const problem = first_problem(one)) place.fail("is broken: " + *problem);
    return one;
}

void set(Json& object, char const* key, std::string const& text) {
    if (!text.empty()) object[key] = text;
}

Json to_object(Annotation const& one, bool with_id) {
    Json object;
    if (with_id) object["id"] = one.id;
    set(object["target"], "table", one.table);
    object["target"]["record"] = one.record;
    set(object["target"], "field", one.field);
    if (one.region.kind != Region::Kind::whole)
        object["region"][to_name(one.region.kind)] = one.region.numbers;
    object["label"] = one.label;
    set(object, "vocabulary", one.vocabulary);
    object["annotator"][one.annotator.is_program ? "program" : "person"] = one.annotator.name;
    set(object["annotator"], "version", one.annotator.version);
    set(object["annotator"], "orcid", one.annotator.orcid);
    if (one.confidence) object["confidence"] = *one.confidence;
    object["time"] = one.time;
    set(object, "supersedes", one.supersedes);
    set(object, "comment", one.comment);
    return object;
}

// What two words of one annotator about the same thing share. Regions of other labels are other things.
std::string key_of(Annotation const& one) {
    bool const is_whole = one.region.kind == Region::Kind::whole;
    return fmt::format("{}\n{}\n{}\n{}\n{}\n{}\n{}\n{}\n{}", one.table, one.record, one.field,
                       to_name(one.region.kind), fmt::join(one.region.numbers, " "),
                       is_whole ? "" : one.label, one.vocabulary, one.annotator.is_program,
                       one.annotator.name);
}

std::string dump(Json const& object) { return object.dump(-1, ' ', false, Json::error_handler_t::replace); }

}  // namespace

char const* to_name(Region::Kind kind) { return kind_names[std::size_t(kind)]; }

std::optional<std::string> first_problem(Region const& region) {
    auto const& n = region.numbers;
    if (!std::ranges::all_of(n, [](double one) { return std::isfinite(one); }))
        return "'region' has numbers that are not finite; expected finite ones";
    bool is_good = true;
    switch (region.kind) {
        case Region::Kind::whole:
            return std::nullopt;
        case Region::Kind::interval:
            is_good = n.size() == 2 && n[1] > n[0];
            break;
        case Region::Kind::box:
            is_good = n.size() == 4 && n[2] > 0 && n[3] > 0;
            break;
        case Region::Kind::polygon:
            is_good = n.size() >= 6 && n.size() % 2 == 0 && n.size() <= 20000;
            break;
    }
    if (is_good) return std::nullopt;
    return fmt::format("'region' is {} of {} numbers; expected {}", to_name(region.kind), n.size(),
                       region.kind == Region::Kind::interval ? "first < last"
                       : region.kind == Region::Kind::box    ? "x, y, width > 0, height > 0"
                                                             : "x, y of at least three points");
}

std::optional<std::string> first_problem(Annotation const& one) {
    static std::regex const time(R"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z)"),
        orcid(R"(\d{4}-\d{4}-\d{4}-\d{3}[\dX])"), id("[-+._A-Za-z0-9]{1,80}");
    auto const is = [](char const* name, std::string const& value, char const* rule) {
        return fmt::format("'{}' is {}; expected {}", name, in_quotes(value), rule);
    };
    if (!std::regex_match(one.id, id)) return is("id", one.id, "letters, digits and -+._");
    if (one.record.empty()) return is("record", one.record, "the id of a record");
    if (one.label.empty()) return is("label", one.label, "a text");
    if (one.annotator.name.empty()) return is("annotator", one.annotator.name, "a person or a program");
    if (one.annotator.is_program == one.annotator.version.empty())
        return is("version", one.annotator.version, "one for a program, none for a person");
    if (!one.annotator.orcid.empty() &&
        (one.annotator.is_program || !std::regex_match(one.annotator.orcid, orcid)))
        return is("orcid", one.annotator.orcid, "that of a person, such as 0000-0002-1825-0097");
    if (one.confidence && !(*one.confidence >= 0 && *one.confidence <= 1))
        return fmt::format("'confidence' is {}; expected 0 to 1", *one.confidence);
    if (one.time.size() > 40 || !std::regex_match(one.time, time))
        return is("time", one.time, "ISO 8601 in UTC, such as 2026-05-31T12:00:00Z");
    return first_problem(one.region);
}

std::string make_id(Annotation const& annotation) {
    return sha256(dump(to_object(annotation, false))).substr(0, 16);
}

std::string to_json(Annotation const& annotation) { return dump(to_object(annotation, true)); }

Annotation parse_annotation(std::string_view line, std::string const& where) {
    if (line.size() > longest_line)
        throw Error(Fault::bad_data, fmt::format("{}: the line has {} bytes; expected at most {}", where,
                                                 line.size(), longest_line));
    Json const object = Json::parse(line, nullptr, false);
    if (object.is_discarded())
        throw Error(Fault::bad_data, fmt::format("{}: the line is no JSON; expected one object", where));
    return read({object, "", where});
}

std::vector<Annotation> parse_annotations(std::string_view text, std::string const& name) {
    text = text.substr(0, text.rfind('\n') == text.npos ? 0 : text.rfind('\n') + 1);
    std::vector<Annotation> all;
    std::map<std::string, std::size_t> seen;
    std::size_t number = 0;
    for (std::string_view const line : split_lines(text)) {
        ++number;
        if (trim(line).empty()) continue;
        std::string const where = fmt::format("{}:{}", name, number);
        Annotation one = parse_annotation(line, where);
        auto const [place, is_new] = seen.emplace(one.id, all.size());
        if (!is_new && !(all[place->second] == one))
            throw Error(Fault::bad_data, fmt::format("{}: 'id' is {} again, with other words; expected ids "
                                                     "that differ",
                                                     where, in_quotes(one.id)));
        if (is_new) all.push_back(std::move(one));
    }
    return all;
}

std::vector<Annotation> current(std::vector<Annotation> const& all) {
    std::set<std::string> replaced;
    for (Annotation const& one : all)
        if (!one.supersedes.empty()) replaced.insert(one.supersedes);
    std::map<std::string, std::size_t> latest;
    std::vector<std::string> keys;
    for (std::size_t i = 0; i < all.size(); ++i) {
        keys.push_back(key_of(all[i]));
        if (replaced.contains(all[i].id)) continue;
        auto const [place, is_new] = latest.emplace(keys.back(), i);
        if (!is_new && all[place->second].time <= all[i].time) place->second = i;
    }
    std::vector<Annotation> left;
    for (std::size_t i = 0; i < all.size(); ++i)
        if (auto const found = latest.find(keys[i]); found != latest.end() && found->second == i)
            left.push_back(all[i]);
    return left;
}

}  // namespace hutch::curate::annotate
