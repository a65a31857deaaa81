#include "hutch/curate/make/request.hpp"

#include "hutch/base/text.hpp"
#include "hutch/curate/detail/read_values.hpp"
#include "hutch/step/unit.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <set>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace hutch::curate::make {
namespace {

using detail::count_of, detail::text_or, detail::texts_of;

template <std::size_t n>
std::size_t one_of(Document const& document, std::array<char const*, n> const& names) {
    std::string const text = document.text();
    auto const found = std::ranges::find(names, text);
    if (found == names.end())
        document.fail(fmt::format("is {}; expected one of: {}", in_quotes(text), fmt::join(names, ", ")));
    return std::size_t(found - names.begin());
}

bool flag_of(Document const& document, char const* key, bool fallback) {
    static constexpr std::array<char const*, 2> words{"false", "true"};
    return document.has(key) ? one_of(document.at(key), words) == 1 : fallback;
}

std::string word_of(Document const& document) {
    std::string const word = document.text();
    if (word.empty() || word.size() > 80 || word.find_first_of("/ \t\r\n,\".") != std::string::npos)
        document.fail(
            fmt::format("is {}; expected a word without blanks, commas, dots and slashes", in_quotes(word)));
    return word;
}

std::string unit_of(Document const& document) {
    std::string const unit = document.text();
    if (!step::is_unit(unit))
        document.fail(fmt::format("is {}; expected a unit such as K, 1/angstrom or 1", in_quotes(unit)));
    return unit;
}

// ---- sources ----------------------------------------------------------------------------------------------

constexpr std::array<char const*, 4> kind_names{"patterns", "refinements", "table", "arrays"};

void read_kind(Document const& document, Source& source) {
    int given = 0;
    for (std::size_t kind = 0; kind < kind_names.size(); ++kind) {
        if (!document.has(kind_names[kind])) continue;
        ++given;
        source.kind = SourceKind(kind);
        source.path = detail::with_environment(document.at(kind_names[kind]));
        if (source.path.empty()) document.at(kind_names[kind]).fail("is empty; expected a path");
    }
    if (given != 1)
        document.fail(
            fmt::format("has {} kinds of files; expected one of {}", given, fmt::join(kind_names, ", ")));
}

void read_values(Document const& document, Source& source) {
    for (std::string const& key : document.keys()) {
        Document const value = document.at(key);
        source.values[key] = {value.text(), value.is_quoted() ? std::nullopt : to_number(value.text())};
    }
}

Source read_source(Document const& document, std::filesystem::path const& folder) {
    document.only({"name", "patterns", "refinements", "table", "arrays", "licence", "citation", "url",
                   "origin", "bank", "id", "fields", "values", "units"});
    Source source;
    source.name = word_of(document.at("name"));
    read_kind(document, source);
    if (std::filesystem::path(source.path).is_relative()) source.path = (folder / source.path).string();
    source.licence = document.at("licence").text();
    source.citation = document.at("citation").text();
    static constexpr std::array<char const*, 3> origins{"measured", "simulated", "derived"};
    source.origin = origins[one_of(document.at("origin"), origins)];
    source.url = text_or(document, "url", "");
    source.bank = int(count_of(document, "bank", 0, 0, 1e6));
    source.id = text_or(document, "id", "");
    source.fields = texts_of(document, "fields");
    if (document.has("values")) read_values(document.at("values"), source);
    if (document.has("units"))
        for (std::string const& key : document.at("units").keys())
            source.units[key] = unit_of(document.at("units").at(key));
    return source;
}

void read_sources(Document const& document, Request& to) {
    std::set<std::string> names;
    for (Document const& item : document.items()) {
        to.sources.push_back(read_source(item, to.folder()));
        if (!names.insert(to.sources.back().name).second)
            item.at("name").fail(
                fmt::format("is {} again; expected different names", in_quotes(to.sources.back().name)));
    }
    if (to.sources.empty()) document.fail("is empty; expected at least one source");
}

void read_joins(Document const& document, Request& to) {
    for (Document const& item : document.items()) {
        item.only({"source", "on", "to"});
        Join const join{item.at("source").text(), item.at("on").text(), item.at("to").text()};
        auto const found = std::ranges::find(to.sources, join.source, &Source::name);
        if (found == to.sources.end() || found->kind != SourceKind::table)
            item.at("source").fail(
                fmt::format("is {}; expected the name of a source that is a table", in_quotes(join.source)));
        to.joins.push_back(join);
    }
}

void check_kinds(Document const& document, Request const& to) {
    std::set<std::string> kinds;
    for (Source const& source : to.sources)
        if (to.gives_records(source))
            kinds.insert(source.kind == SourceKind::refinements ? "patterns" : to_name(source.kind));
    if (kinds.size() != 1)
        document.fail(
            fmt::format("give records of {} kinds ({}); expected one: patterns and refinements, "
                        "tables that are not joined, or arrays",
                        kinds.size(), fmt::join(kinds, ", ")));
    if (to.axis && !kinds.contains("patterns"))
        document.fail("have no patterns; expected some, or no 'axis'");
    if (!to.augmentations.empty() && !kinds.contains("patterns"))
        document.fail("have no patterns; expected some, or no 'augment'");
}

// ---- columns and cleaning
// ----------------------------------------------------------------------------------

ColumnRule read_column(std::string const& name, Document const& document) {
    document.only({"unit", "description", "quantity", "role", "vocabulary", "least", "most", "values"});
    ColumnRule rule;
    rule.about.name = name;
    if (document.has("unit")) rule.about.unit = unit_of(document.at("unit"));
    rule.about.description = text_or(document, "description", "");
    rule.about.quantity = text_or(document, "quantity", "");
    if (!rule.about.quantity.empty() && !quantities().contains(rule.about.quantity))
        document.at("quantity")
            .fail(fmt::format("is {}; expected a known one, such as temperature",
                              in_quotes(rule.about.quantity)));
    rule.about.vocabulary = text_or(document, "vocabulary", "");
    if (!rule.about.vocabulary.empty() &&
        std::ranges::find(vocabularies(), rule.about.vocabulary) == vocabularies().end())
        document.at("vocabulary")
            .fail(fmt::format("is {}; expected one of: {}", in_quotes(rule.about.vocabulary),
                              fmt::join(vocabularies(), ", ")));
    if (document.has("role")) {
        static constexpr std::array<char const*, 5> roles{"feature", "group", "source", "time", "other"};
        static constexpr std::array values{Role::feature, Role::group, Role::source, Role::time, Role::other};
        rule.about.role = values[one_of(document.at("role"), roles)];
    }
    if (document.has("least")) rule.about.least = document.at("least").number();
    if (document.has("most")) rule.about.most = document.at("most").number();
    if (rule.about.least && rule.about.most && *rule.about.least > *rule.about.most)
        document.at("least").fail(
            fmt::format("is {}; expected at most {}, the other end", *rule.about.least, *rule.about.most));
    rule.about.values = texts_of(document, "values");
    return rule;
}

double share_of(Document const& document) {
    double const value = document.number();
    if (!(value >= 0 && value <= 1)) document.fail(fmt::format("is {}; expected 0 to 1", value));
    return value;
}

Missing read_missing(std::string const& column, Document const& document) {
    Missing missing{Missing::Way::refuse, column};
    if (document.is_scalar()) {
        static constexpr std::array<char const*, 1> words{"refuse"};
        one_of(document, words);
        return missing;
    }
    document.only({"fill", "confidence"});
    if (document.at("fill").text() == "median") {
        missing.way = Missing::Way::median;
    } else {
        missing.way = Missing::Way::number;
        missing.number = document.at("fill").number();
    }
    missing.confidence = share_of(document.at("confidence"));
    return missing;
}

void read_cleaning(Document const& document, Cleaning& to) {
    document.only({"missing", "outliers", "negative", "sigma", "duplicates"});
    if (document.has("missing"))
        for (std::string const& key : document.at("missing").keys())
            to.missing.push_back(read_missing(key, document.at("missing").at(key)));
    if (document.has("outliers")) {
        Document const outliers = document.at("outliers");
        outliers.only({"z", "columns"});
        to.outlier_z = outliers.at("z").number();
        if (!(to.outlier_z >= 2))
            outliers.at("z").fail(fmt::format("is {}; expected at least 2", to.outlier_z));
        to.outlier_columns = texts_of(outliers, "columns");
        if (to.outlier_columns.empty()) outliers.fail("names no 'columns'; expected at least one");
    }
    static constexpr std::array<char const*, 3> ways{"tag", "mask", "refuse"};
    if (document.has("negative")) to.negative = Negative(one_of(document.at("negative"), ways));
    static constexpr std::array<char const*, 2> sigmas{"given", "poisson"};
    if (document.has("sigma")) to.sigma_from_counts = one_of(document.at("sigma"), sigmas) == 1;
    static constexpr std::array<char const*, 2> duplicates{"tag", "refuse"};
    if (document.has("duplicates")) to.refuse_duplicates = one_of(document.at("duplicates"), duplicates) == 1;
}

CommonAxis read_axis(Document const& document) {
    document.only({"two_theta", "q", "d", "time_of_flight", "points"});
    CommonAxis axis;
    int given = 0;
    for (auto kind :
         {data::AxisKind::two_theta, data::AxisKind::q, data::AxisKind::d, data::AxisKind::time_of_flight}) {
        if (!document.has(to_name(kind))) continue;
        ++given;
        axis.kind = kind;
        auto const ends = document.at(to_name(kind)).items();
        if (ends.size() != 2)
            document.at(to_name(kind))
                .fail(fmt::format("is a list of {}; expected the first and the last value", ends.size()));
        axis.grid.first = ends[0].number(), axis.grid.last = ends[1].number();
        if (!(axis.grid.last > axis.grid.first && axis.grid.first >= -360 && axis.grid.last <= 1e9))
            document.at(to_name(kind))
                .fail(fmt::format("runs from {} to {}; expected first < last", axis.grid.first,
                                  axis.grid.last));
    }
    if (given != 1)
        document.fail(fmt::format("has {} axes; expected one of two_theta, q, d, time_of_flight", given));
    document.at("points");
    axis.grid.points = std::size_t(count_of(document, "points", 0, 2, 1e6));
    return axis;
}

// ---- labels -----------------------------------------------------------------------------------------------

void read_trust(Document const& document, Label& label) {
    label.method = document.at("method").text();
    label.tool = text_or(document, "tool", ""), label.person = text_or(document, "person", "");
    if (label.tool.empty() == label.person.empty())
        document.fail(
            "has neither or both of 'tool' and 'person'; expected one: a program with its version, "
            "or who did it");
    label.date = document.at("date").text();
    std::string const& date = label.date;
    bool const is_date = date.size() >= 4 && std::ranges::all_of(date.substr(0, 4), [](unsigned char c) {
                             return c >= '0' && c <= '9';
                         });
    if (!is_date)
        document.at("date").fail(fmt::format("is {}; expected a date such as 2024-05-31", in_quotes(date)));
    Document const confidence = document.at("confidence");
    if (to_number(confidence.text()))
        label.confidence = share_of(confidence);
    else
        label.confidence_column = confidence.text();
}

Label read_label(Document const& document) {
    document.only({"name", "column", "structure", "structure_column", "annotations", "vocabulary", "merge",
                   "sources", "method", "tool", "person", "date", "confidence", "inferred"});
    Label label;
    label.where = document.where();
    int const given = int(document.has("column")) + int(document.has("structure")) +
                      int(document.has("structure_column")) + int(document.has("annotations"));
    if (given != 1)
        document.fail(
            fmt::format("has {} origins; expected one of column, structure, structure_column, "
                        "annotations",
                        given));
    label.sources = texts_of(document, "sources");
    label.is_inferred = flag_of(document, "inferred", false);
    if (document.has("annotations")) {
        label.from = Label::From::annotations;
        label.name = word_of(document.at("name"));
        label.annotations = detail::with_environment(document.at("annotations"));
        label.vocabulary = text_or(document, "vocabulary", "");
        static constexpr std::array<char const*, 2> ways{"majority", "confidence"};
        if (document.has("merge")) label.merge = ways[one_of(document.at("merge"), ways)];
        return label;
    }
    read_trust(document, label);
    if (document.has("column")) {
        label.column = document.at("column").text();
        label.name = document.has("name") ? word_of(document.at("name")) : label.column;
        return label;
    }
    label.from = Label::From::structure;
    if (document.has("name")) label.name = word_of(document.at("name")) + "_";
    if (document.has("structure_column")) {
        label.column = document.at("structure_column").text();
        return label;
    }
    Document const files = document.at("structure");
    if (files.is_list()) {
        for (Document const& item : files.items()) label.structures.push_back(detail::with_environment(item));
        if (label.structures.empty()) files.fail("is empty; expected at least one CIF");
    } else if (files.text() == "refined") {
        label.is_refined = true;
    } else {
        label.structures.push_back(detail::with_environment(files));
    }
    return label;
}

// ---- augmentation and splits
// --------------------------------------------------------------------------------

Augmentation read_augmentation(Document const& document, Request const& to) {
    document.only({"name", "copies", "exposure", "zero", "scale", "background", "splits"});
    Augmentation one{word_of(document.at("name")), std::size_t(count_of(document, "copies", 1, 1, 1e6)),
                     Distribution::constant(1),    Distribution::constant(0),
                     Distribution::constant(1),    Distribution::constant(0),
                     texts_of(document, "splits")};
    if (document.has("exposure")) one.exposure = Distribution::parse(document.at("exposure"), 1e-6, 1, "");
    if (document.has("zero")) one.zero = Distribution::parse(document.at("zero"), -10, 10, "");
    if (document.has("scale")) one.scale = Distribution::parse(document.at("scale"), 1e-6, 1e6, "");
    if (document.has("background"))
        one.background = Distribution::parse(document.at("background"), 0, 1e9, "count");
    for (std::string const& name : one.splits)
        if (std::ranges::find(to.split.splits, name, &RecipeSplit::name) == to.split.splits.end())
            document.at("splits").fail(fmt::format("has {}; expected names of 'splits'", in_quotes(name)));
    return one;
}

void read_split_rule(Document const& document, SplitRule& to) {
    document.only({"groups", "structures", "stratify", "time"});
    to.groups = texts_of(document, "groups");
    to.by_structure = flag_of(document, "structures", true);
    to.stratify = text_or(document, "stratify", "");
    to.time = text_or(document, "time", "");
    if (!to.stratify.empty() && !to.time.empty())
        document.fail("has both 'stratify' and 'time'; expected one: an order in time decides all");
}

void read_rest(Document const& document, Request& to) {
    if (document.has("join")) read_joins(document.at("join"), to);
    if (document.has("selection"))
        for (Document const& item : document.at("selection").items())
            to.selection.push_back(parse_condition(item));
    if (document.has("columns"))
        for (std::string const& key : document.at("columns").keys())
            to.columns.push_back(read_column(key, document.at("columns").at(key)));
    if (document.has("cleaning")) read_cleaning(document.at("cleaning"), to.cleaning);
    to.wavelength = text_or(document, "wavelength", to.wavelength);
    if (document.has("axis")) to.axis = read_axis(document.at("axis"));
    if (document.has("labels"))
        for (Document const& item : document.at("labels").items()) to.labels.push_back(read_label(item));
    if (document.has("splits")) to.split.splits = detail::read_splits(document.at("splits"));
    if (document.has("split_by")) read_split_rule(document.at("split_by"), to.split);
    if (document.has("augment"))
        for (Document const& item : document.at("augment").items())
            to.augmentations.push_back(read_augmentation(item, to));
}

}  // namespace

char const* to_name(SourceKind kind) { return kind_names[std::size_t(kind)]; }

ColumnRule const* Request::find_column(std::string_view name) const {
    for (ColumnRule const& rule : columns)
        if (rule.about.name == name) return &rule;
    return nullptr;
}

bool Request::gives_records(Source const& source) const {
    return std::ranges::find(joins, source.name, &Join::source) == joins.end();
}

Request parse_request(std::string_view text, std::string const& name) {
    Document const document = Document::parse(text, name);
    std::vector<std::string> keys = description_keys();
    for (char const* key : {"changes", "seed", "shard_records", "data", "join", "selection", "columns",
                            "cleaning", "axis", "wavelength", "labels", "augment", "splits", "split_by"})
        keys.emplace_back(key);
    document.only(keys);
    Request to;
    to.text = text, to.file = name;
    document.at("licence"), document.at("description");
    static_cast<Description&>(to.about) = read_description(document);
    to.changes = text_or(document, "changes", "");
    to.seed = to.about.seed = count_of(document, "seed", 0, 0, 9e15);
    to.shard_records = count_of(document, "shard_records", 4096, 1, 65536);
    read_sources(document.at("data"), to);
    read_rest(document, to);
    check_kinds(document.at("data"), to);
    return to;
}

}  // namespace hutch::curate::make
