#include "hutch/curate/dictionary.hpp"

#include "hutch/base/document.hpp"
#include "hutch/base/error.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <concepts>
#include <ranges>
#include <set>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

namespace hutch::curate {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::array<char const*, 14> role_names{"feature", "label",      "id",        "group", "parent",
                                                 "split",   "source",     "time",      "axis",  "sigma",
                                                 "mask",    "confidence", "annotator", "other"};
constexpr std::array<char const*, 3> layout_names{"rows", "groups", "files"};

// ---- members: each list stands once, and both ways of the file go along it
// ----------------------------------

template <class Way>
void members(Way& way, Field& f) {
    way("name", f.name), way("dtype", f.dtype), way("shape", f.shape), way("unit", f.unit);
    way("units", f.units), way("description", f.description), way("role", f.role),
        way("quantity", f.quantity);
    way("origin", f.origin), way("least", f.least), way("most", f.most), way("outside", f.outside);
    way("missing", f.missing), way("missing_because", f.missing_because), way("fill", f.fill);
    way("saturation", f.saturation), way("vocabulary", f.vocabulary), way("values", f.values);
    way("references", f.references), way("axis", f.axis), way("axis_row", f.axis_row);
    way("sigma", f.sigma), way("mask", f.mask), way("confidence", f.confidence), way("of", f.of);
    way("is_uniform", f.is_uniform), way("is_ordered", f.is_ordered), way("noise", f.noise);
    way("method", f.method), way("tool", f.tool), way("person", f.person), way("date", f.date);
}

template <class Way>
void members(Way& way, TableFiles& t) {
    way("path", t.path), way("split", t.split);
}

template <class Way>
void members(Way& way, RecordTable& t) {
    way("name", t.name), way("description", t.description), way("format", t.format), way("layout", t.layout);
    way("under", t.under), way("files", t.files), way("records", t.records), way("fields", t.fields);
    way("shared", t.shared);
}

template <class Way>
void members(Way& way, Attestation& a) {
    way("check", a.check), way("person", a.person), way("orcid", a.orcid), way("date", a.date);
    way("statement", a.statement);
}

template <class Way>
void members(Way& way, Physics& p) {
    way("method", p.method), way("table", p.table), way("parts", p.parts);
}

template <class Way>
void members(Way& way, Access& a) {
    way("kind", a.kind), way("url", a.url), way("description", a.description);
}

template <class Way>
void members(Way& way, MetadataItem& m) {
    way("package", m.package), way("name", m.name), way("value", m.value), way("unit", m.unit);
    way("origin", m.origin), way("confidence", m.confidence), way("reviewer", m.reviewer);
}

template <class Way>
void members(Way& way, Dictionary& d) {
    way("name", d.name), way("version", d.version), way("description", d.description), way("tasks", d.tasks);
    way("splits", d.splits), way("tables", d.tables), way("physics", d.physics);
    way("attestations", d.attestations), way("access", d.access), way("metadata", d.metadata);
    way("samples_per_second", d.samples_per_second);
    way("is_proposed", d.is_proposed);
}

// ---- to JSON
// ------------------------------------------------------------------------------------------------

struct Writer {
    Json made = Json::object();

    template <class Value>
    void operator()(char const* key, Value& value) {
        if (!(says_nothing(value))) made[key] = to_value(value);
    }
    static bool says_nothing(Role role) { return role == Role::other; }
    static bool says_nothing(Layout layout) { return layout == Layout::rows; }
    template <class Value>
    static bool says_nothing(Value const& value) {
        if constexpr (requires { value.has_value(); })
            return !value.has_value();
        else if constexpr (requires { value.empty(); })
            return value.empty();
        else
            return value == Value{};
    }
    static Json to_value(Role role) { return to_name(role); }
    static Json to_value(Layout layout) { return to_name(layout); }
    template <class Value>
    static Json to_value(Value& value) {
        if constexpr (requires(Writer& way) { members(way, value); }) {
            Writer inner;
            members(inner, value);
            return inner.made;
        } else if constexpr (requires { value.value(); }) {
            return *value;
        } else {
            return value;
        }
    }
    template <class Item>
    static Json to_value(std::vector<Item>& items) {
        Json all = Json::array();
        for (Item& item : items) all.push_back(to_value(item));
        return all;
    }
};

// ---- from JSON
// ----------------------------------------------------------------------------------------------

template <std::size_t n>
std::size_t one_of(Document const& document, std::array<char const*, n> const& names) {
    auto const found = std::ranges::find(names, document.text());
    if (found == names.end())
        document.fail(fmt::format("is '{}'; expected one of {}", document.text(), fmt::join(names, ", ")));
    return std::size_t(found - names.begin());
}

struct Reader {
    Document const& document;
    std::vector<std::string> known{};

    template <class Value>
    void operator()(char const* key, Value& value) {
        known.push_back(key);
        if (document.has(key)) read(document.at(key), value);
    }
    static void read(Document const& from, std::string& to) { to = from.text(); }
    static void read(Document const& from, double& to) {
        to = from.number();
        if (!std::isfinite(to)) from.fail("is not finite; expected a number");
    }
    static void read(Document const& from, bool& to) {
        std::string const text = from.text();
        if (text != "true" && text != "false")
            from.fail(fmt::format("is '{}'; expected true or false", text));
        to = text == "true";
    }
    template <std::integral Whole>
    static void read(Document const& from, Whole& to) {
        long long const value = from.integer();
        if (value < (std::unsigned_integral<Whole> ? 0 : -1))
            from.fail(fmt::format("is {}; expected 0 or more", value));
        to = Whole(value);
    }
    static void read(Document const& from, Role& to) { to = Role(one_of(from, role_names)); }
    static void read(Document const& from, Layout& to) { to = Layout(one_of(from, layout_names)); }
    template <class Value>
    static void read(Document const& from, std::optional<Value>& to) {
        read(from, to.emplace());
    }
    template <class Item>
    static void read(Document const& from, std::vector<Item>& to) {
        for (Document const& item : from.items()) read(item, to.emplace_back());
    }
    template <class Value>
    static void read(Document const& from, std::map<std::string, Value>& to) {
        for (std::string const& key : from.keys()) read(from.at(key), to[key]);
    }
    template <class Part>
        requires requires(Reader& way, Part& part) { members(way, part); }
    static void read(Document const& from, Part& to) {
        if (!from.is_map()) from.fail("is no map; expected names with values");
        Reader inner{from};
        members(inner, to);
        from.only(inner.known);
    }
};

// ---- rules
// --------------------------------------------------------------------------------------------------

[[noreturn]] void refuse(std::string const& name, std::string const& problem) {
    throw Error(Fault::bad_input, fmt::format("{}: {}", name, problem));
}

void check_field(Field const& field, std::string const& at) {
    if (field.name.empty()) refuse(at, "a field has no 'name'; expected its path in the files");
    std::string const name = at + "/" + field.name;
    if (field.least && field.most && *field.least > *field.most)
        refuse(name,
               fmt::format("'least' is {} and 'most' {}; expected least <= most", *field.least, *field.most));
    for (auto const& [what, share] : {std::pair{"outside", field.outside}, {"missing", field.missing}})
        if (!(share >= 0 && share <= 1))
            refuse(name, fmt::format("'{}' is {}; expected 0 to 1", what, share));
    if (!field.vocabulary.empty() &&
        std::ranges::find(vocabularies(), field.vocabulary) == vocabularies().end())
        refuse(name, fmt::format("'vocabulary' is '{}'; expected one of {}", field.vocabulary,
                                 fmt::join(vocabularies(), ", ")));
    if (!field.quantity.empty() && !quantities().contains(field.quantity))
        refuse(name, fmt::format("'quantity' is '{}'; expected none, or one of {}", field.quantity,
                                 fmt::join(std::views::keys(quantities()), ", ")));
}

void check_one_of(std::string const& value, char const* key, std::vector<std::string> const& known,
                  std::string const& at) {
    if (std::ranges::find(known, value) == known.end())
        refuse(at, fmt::format("'{}' is '{}'; expected one of {}", key, value, fmt::join(known, ", ")));
}

void check_metadata(Dictionary const& dictionary, std::string const& file) {
    for (Access const& one : dictionary.access)
        check_one_of(one.kind, "kind", access_kinds(), file + ": access");
    for (MetadataItem const& item : dictionary.metadata) {
        std::string const at = file + ": metadata: " + item.name;
        check_one_of(item.package, "package", metadata_packages(), at);
        if (item.confidence && !(*item.confidence >= 0 && *item.confidence <= 1))
            refuse(at, fmt::format("'confidence' is {}; expected 0 to 1", *item.confidence));
    }
}

void check_table(RecordTable const& table, std::string const& file) {
    std::string const at = file + ": " + table.name;
    if (table.name.empty()) refuse(file, "a table has no 'name'; expected one");
    static constexpr std::array formats{"hdf5", "csv", "jsonl", "json", "npy"};
    if (std::ranges::find(formats, table.format) == formats.end())
        refuse(at,
               fmt::format("'format' is '{}'; expected one of {}", table.format, fmt::join(formats, ", ")));
    if (table.files.empty()) refuse(at, "'files' is empty; expected paths relative to the data set's folder");
    std::set<std::string> names;
    for (auto const* list : {&table.fields, &table.shared})
        for (Field const& field : *list) {
            check_field(field, at);
            if (!names.insert(field.name).second)
                refuse(at, fmt::format("'{}' is there twice; expected each field once", field.name));
        }
}

}  // namespace

char const* to_name(Role role) { return role_names[std::size_t(role)]; }
char const* to_name(Layout layout) { return layout_names[std::size_t(layout)]; }

std::map<std::string, std::string> const& quantities() {
    static std::map<std::string, std::string> const all{{"two_theta", "degree"},
                                                        {"angle", "degree"},
                                                        {"q", "1/angstrom"},
                                                        {"d", "angstrom"},
                                                        {"wavelength", "angstrom"},
                                                        {"energy", "eV"},
                                                        {"length", "m"},
                                                        {"area", "m^2"},
                                                        {"volume", "m^3"},
                                                        {"time", "s"},
                                                        {"time_of_flight", "microsecond"},
                                                        {"temperature", "K"},
                                                        {"pressure", "Pa"},
                                                        {"mass", "kg"},
                                                        {"density", "kg/m^3"},
                                                        {"counts", "count"},
                                                        {"current", "A"},
                                                        {"voltage", "V"},
                                                        {"frequency", "Hz"},
                                                        {"ratio", "1"}};
    return all;
}

std::vector<std::string> const& vocabularies() {
    static std::vector<std::string> const all{
        "space_group", "space_group_symbol", "crystal_system", "formula", "element", "panet", "pdg", "spdx",
        "iso_date"};
    return all;
}

Field const* RecordTable::find(std::string_view wanted) const {
    for (auto const* list : {&fields, &shared})
        for (Field const& field : *list)
            if (field.name == wanted) return &field;
    return nullptr;
}

std::vector<Field const*> RecordTable::of_role(Role role) const {
    std::vector<Field const*> found;
    for (Field const& field : fields)
        if (field.role == role) found.push_back(&field);
    return found;
}

RecordTable const* Dictionary::find(std::string_view wanted) const {
    for (RecordTable const& table : tables)
        if (table.name == wanted) return &table;
    return nullptr;
}

MetadataItem const* Dictionary::find(std::string_view package, std::string_view wanted) const {
    for (MetadataItem const& item : metadata)
        if (item.package == package && item.name == wanted) return &item;
    return nullptr;
}

std::vector<std::string> const& metadata_packages() {
    static std::vector<std::string> const all{"general",    "sample",  "instrument",
                                              "processing", "quality", "access"};
    return all;
}

std::vector<std::string> const& access_kinds() {
    static std::vector<std::string> const all{"file", "http", "oai-pmh", "optimade", "loader"};
    return all;
}

Dictionary parse_dictionary(std::string_view text, std::string const& name) {
    Document const document = Document::parse(text, name);
    Dictionary dictionary;
    Reader::read(document, dictionary);
    std::set<std::string> names;
    for (RecordTable const& table : dictionary.tables) {
        check_table(table, name);
        if (!names.insert(table.name).second)
            refuse(name, fmt::format("table '{}' is there twice; expected each once", table.name));
    }
    check_metadata(dictionary, name);
    return dictionary;
}

std::string to_json(Dictionary const& dictionary) {
    Dictionary copy = dictionary;  // one list of members serves both ways, so it takes what may change
    return Writer::to_value(copy).dump(1) + "\n";
}

}  // namespace hutch::curate
