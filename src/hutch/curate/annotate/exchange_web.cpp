#include "hutch/base/error.hpp"
#include "hutch/base/text.hpp"
#include "hutch/curate/annotate/exchange.hpp"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

namespace hutch::curate::annotate {
namespace {

using Json = nlohmann::ordered_json;

constexpr char const *context = "http://www.w3.org/ns/anno.jsonld", *terms = "https://hutch.invalid/ns#",
                     *media_fragments = "http://www.w3.org/TR/media-frags/",
                     *axis_fragments = "https://hutch.invalid/ns#axis-interval",
                     *annotation_urn = "urn:hutch:annotation:", *record_urn = "urn:hutch:",
                     *orcid_address = "https://orcid.org/";

std::string encode(std::string_view text) {
    std::string out;
    for (unsigned char const c : text) {
        bool const is_plain = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
                              std::string_view("-._~").find(char(c)) != std::string_view::npos;
        out += is_plain ? std::string(1, char(c)) : fmt::format("%{:02X}", c);
    }
    return out;
}

std::string decode(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        unsigned value = 0;
        bool const is_code =
            text[i] == '%' && i + 2 < text.size() &&
            std::from_chars(text.data() + i + 1, text.data() + i + 3, value, 16).ptr == text.data() + i + 3;
        out += is_code ? char(value) : text[i];
        if (is_code) i += 2;
    }
    return out;
}

// ---- out --------------------------------------------------------------------------------------------------

Json selector_of(Region const& region) {
    auto const& n = region.numbers;
    if (region.kind == Region::Kind::interval)
        return {{"type", "FragmentSelector"},
                {"conformsTo", axis_fragments},
                {"value", fmt::format("axis={},{}", n[0], n[1])}};
    if (region.kind == Region::Kind::box)
        return {{"type", "FragmentSelector"},
                {"conformsTo", media_fragments},
                {"value", fmt::format("xywh=pixel:{},{},{},{}", n[0], n[1], n[2], n[3])}};
    std::string points;
    for (std::size_t i = 0; i + 1 < n.size(); i += 2)
        points += fmt::format("{}{},{}", i > 0 ? " " : "", n[i], n[i + 1]);
    return {{"type", "SvgSelector"},
            {"value", fmt::format("<svg xmlns=\"http://www.w3.org/2000/svg\"><polygon points=\"{}\"/></svg>",
                                  points)}};
}

Json creator_of(Annotator const& annotator) {
    Json creator{{"type", annotator.is_program ? "Software" : "Person"}, {"name", annotator.name}};
    if (!annotator.orcid.empty()) creator["id"] = orcid_address + annotator.orcid;
    if (!annotator.version.empty()) creator["version"] = annotator.version;
    return creator;
}

Json to_object(Annotation const& one) {
    Json object{{"id", annotation_urn + one.id}, {"type", "Annotation"}, {"motivation", "classifying"}};
    object["creator"] = creator_of(one.annotator), object["created"] = one.time;
    Json label{{"type", "TextualBody"}, {"purpose", "classifying"}, {"value", one.label}};
    if (!one.vocabulary.empty()) label["vocabulary"] = one.vocabulary;
    object["body"] = Json::array({label});
    if (!one.comment.empty())
        object["body"].push_back(
            {{"type", "TextualBody"}, {"purpose", "commenting"}, {"value", one.comment}});
    std::string source = record_urn + encode(one.table) + ":" + encode(one.record);
    if (!one.field.empty()) source += "#" + encode(one.field);
    object["target"] = {{"type", "SpecificResource"}, {"source", source}};
    if (one.region.kind != Region::Kind::whole) object["target"]["selector"] = selector_of(one.region);
    if (one.confidence) object["confidence"] = *one.confidence;
    if (!one.supersedes.empty()) object["supersedes"] = annotation_urn + one.supersedes;
    return object;
}

// ---- in ---------------------------------------------------------------------------------------------------

[[noreturn]] void fail(std::string const& where, std::string const& problem) {
    throw Error(Fault::bad_data, where + ": " + problem);
}

std::string text_at(Json const& object, char const* key) {
    return object.is_object() && object.contains(key) && object.at(key).is_string()
               ? object.at(key).get<std::string>()
               : "";
}

// A member that may stand alone or in a list.
std::vector<Json> list_at(Json const& object, char const* key) {
    if (!object.is_object() || !object.contains(key)) return {};
    Json const& member = object.at(key);
    return member.is_array() ? member.get<std::vector<Json>>() : std::vector<Json>{member};
}

std::vector<double> numbers_in(std::string_view text, std::string const& where) {
    std::vector<double> numbers;
    for (std::string_view const word : split_words(text, true)) {
        auto const number = to_number(word);
        if (!number) fail(where, fmt::format("'selector' has {}; expected a number", in_quotes(word)));
        numbers.push_back(*number);
    }
    return numbers;
}

Region region_of(Json const& selector, std::string const& where) {
    std::string const type = text_at(selector, "type"), value = text_at(selector, "value");
    std::string_view rest = value;
    Region region;
    if (type == "FragmentSelector" && value.starts_with("axis=")) {
        region = {Region::Kind::interval, numbers_in(rest.substr(5), where)};
    } else if (type == "FragmentSelector" && value.starts_with("xywh=")) {
        rest.remove_prefix(rest.starts_with("xywh=pixel:") ? 11 : 5);
        region = {Region::Kind::box, numbers_in(rest, where)};
    } else if (type == "SvgSelector" && value.find("points=\"") != std::string::npos) {
        rest.remove_prefix(value.find("points=\"") + 8);
        region = {Region::Kind::polygon, numbers_in(rest.substr(0, rest.find('"')), where)};
    } else {
        fail(where, fmt::format("'selector' is {} of {}; expected an interval, a box or a polygon",
                                in_quotes(value), in_quotes(type)));
    }
    if (auto const problem = first_problem(region)) fail(where, *problem);
    return region;
}

void read_target(Json const& target, std::string const& where, Annotation& to) {
    std::string const source = target.is_string() ? target.get<std::string>() : text_at(target, "source");
    std::size_t const hash = source.find('#');
    std::string const front = source.substr(0, hash);
    std::size_t const prefix = std::string_view(record_urn).size(), colon = front.find(':', prefix);
    if (front.starts_with(record_urn) && colon != std::string::npos) {
        to.table = decode(std::string_view(front).substr(prefix, colon - prefix));
        to.record = decode(std::string_view(front).substr(colon + 1));
        if (hash != std::string::npos) to.field = decode(std::string_view(source).substr(hash + 1));
    } else {
        to.record = source;  // another program's: its address names the record
    }
    auto const selectors = list_at(target, "selector");
    if (!selectors.empty()) to.region = region_of(selectors.front(), where);
}

void read_creator(Json const& object, Annotation& to) {
    auto const creators = list_at(object, "creator");
    if (creators.empty()) return;
    Json const& creator = creators.front();
    to.annotator.name = creator.is_string() ? creator.get<std::string>() : text_at(creator, "name");
    to.annotator.is_program = text_at(creator, "type") == "Software";
    to.annotator.version = text_at(creator, "version");
    std::string const id = text_at(creator, "id");
    if (to.annotator.name.empty()) to.annotator.name = id;
    if (id.starts_with(orcid_address)) to.annotator.orcid = id.substr(std::string_view(orcid_address).size());
    if (to.annotator.is_program && to.annotator.version.empty()) to.annotator.version = "unknown";
}

std::string without_prefix(std::string const& text) {
    return text.starts_with(annotation_urn) ? text.substr(std::string_view(annotation_urn).size()) : text;
}

Annotation from_object(Json const& object, std::string const& where) {
    if (!object.is_object()) fail(where, "is no object; expected an annotation");
    Annotation one;
    for (Json const& body : list_at(object, "body")) {
        std::string const purpose = text_at(body, "purpose"), value = text_at(body, "value");
        if (purpose == "commenting")
            one.comment = value;
        else if (one.label.empty())
            one.label = value, one.vocabulary = text_at(body, "vocabulary");
    }
    auto const targets = list_at(object, "target");
    if (targets.size() != 1) fail(where, fmt::format("has {} targets; expected one", targets.size()));
    read_target(targets.front(), where, one);
    read_creator(object, one);
    one.time = text_at(object, "created");
    if (object.contains("confidence") && object.at("confidence").is_number())
        one.confidence = object.at("confidence").get<double>();
    one.supersedes = without_prefix(text_at(object, "supersedes"));
    std::string const id = text_at(object, "id");
    one.id = id.starts_with(annotation_urn) ? without_prefix(id) : make_id(one);
    if (auto const problem = first_problem(one)) fail(where, *problem);
    return one;
}

}  // namespace

std::string to_web_annotations(std::vector<Annotation> const& all) {
    Json own{{"confidence", std::string(terms) + "confidence"},
             {"vocabulary", std::string(terms) + "vocabulary"},
             {"version", std::string(terms) + "version"},
             {"supersedes", {{"@id", std::string(terms) + "supersedes"}, {"@type", "@id"}}}};
    Json page{{"@context", Json::array({context, own})}, {"type", "AnnotationPage"}};
    page["items"] = Json::array();
    for (Annotation const& one : all) page["items"].push_back(to_object(one));
    return page.dump(1, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::vector<Annotation> from_web_annotations(std::string_view text, std::string const& name) {
    Json const root = Json::parse(text, nullptr, false);
    if (root.is_discarded()) fail(name, "is no JSON; expected a W3C Web Annotation");
    Json const* page = &root;
    if (root.is_object() && root.contains("first") && root.at("first").is_object()) page = &root.at("first");
    std::vector<Json> items = page->is_array() ? page->get<std::vector<Json>>() : list_at(*page, "items");
    if (items.empty() && page->is_object() && page->contains("target")) items.push_back(*page);
    std::vector<Annotation> all;
    for (std::size_t i = 0; i < items.size(); ++i)
        all.push_back(from_object(items[i], fmt::format("{}: items[{}]", name, i)));
    return all;
}

}  // namespace hutch::curate::annotate
