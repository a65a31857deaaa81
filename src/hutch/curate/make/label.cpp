#include "hutch/curate/make/label.hpp"

#include "hutch/base/checksum.hpp"
#include "hutch/base/error.hpp"
#include "hutch/base/text.hpp"
#include "hutch/curate/annotate/merge.hpp"
#include "hutch/curate/detail/composition.hpp"
#include "hutch/curate/detail/find_files.hpp"
#include "hutch/curate/make/sources.hpp"
#include "hutch/data/cif.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <set>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace hutch::curate::make {
namespace {

namespace fs = std::filesystem;

constexpr double none = std::numeric_limits<double>::quiet_NaN();

[[noreturn]] void fail(Label const& label, std::string const& problem, Fault fault = Fault::bad_input) {
    throw Error(fault, label.where + " " + problem);
}

bool is_meant(Request const& request, Label const& label, Record const& record) {
    return label.sources.empty() ||
           std::ranges::find(label.sources, request.sources[record.source].name) != label.sources.end();
}

void check_sources(Request const& request, Label const& label) {
    for (std::string const& name : label.sources)
        if (std::ranges::find(request.sources, name, &Source::name) == request.sources.end())
            fail(label, fmt::format("has {} in 'sources'; expected names of sources", in_quotes(name)));
}

void set_trust(Label const& label, Field& field) {
    field.role = Role::label;
    if (label.is_inferred)
        field.origin = "inferred";
    else if (field.origin.empty() || !label.person.empty())
        field.origin = label.person.empty() ? "derived" : "annotated";
    field.method = label.method, field.tool = label.tool;
    field.person = label.person, field.date = label.date;
}

// One confidence for each label that is there; missing where the label is.
void add_confidence(Request const& request, Label const& label, std::string const& of, Frame& frame) {
    std::string const name = of + "_confidence";
    Column const* given = label.confidence_column.empty() ? nullptr : frame.find(label.confidence_column);
    if (!label.confidence && (given == nullptr || given->is_text()))
        fail(label, fmt::format("takes 'confidence' from {}, which is no column of numbers; expected one, or "
                                "0 to 1",
                                in_quotes(label.confidence_column)));
    std::vector<double> values;
    Column const& labelled = *frame.find(of);
    for (std::size_t r = 0; r < frame.records.size(); ++r)
        values.push_back(labelled.is_missing(r) || !is_meant(request, label, frame.records[r]) ? none
                         : given != nullptr ? given->numbers[r]
                                            : *label.confidence);
    if (std::ranges::any_of(values, [](double one) { return one < 0 || one > 1; }))
        fail(label, "has confidences outside 0 to 1; expected 0 to 1", Fault::bad_data);
    Column* column = frame.find(name);
    if (column == nullptr) {
        Field field{name, "float32", {}, "1", "how far " + of + " can be trusted; missing: there is none"};
        field.role = Role::confidence, field.of = of, field.least = 0, field.most = 1;
        column = &frame.add(field);
    }
    for (std::size_t r = 0; r < values.size(); ++r)
        if (!std::isnan(values[r])) column->numbers[r] = values[r];
    frame.find(of)->about.confidence = name;
}

void note_inferred(Request const& request, Label const& label, std::string const& name, Frame& frame) {
    Column const& column = *frame.find(name);
    Column const* confidence = frame.find(name + "_confidence");
    for (std::size_t r = 0; r < frame.records.size(); ++r)
        if (!column.is_missing(r) && is_meant(request, label, frame.records[r]))
            frame.inferred.push_back({r, name, column.text_of(r), label.method + ", " + label.tool,
                                      confidence == nullptr ? none : confidence->numbers[r]});
}

void finish_label(Request const& request, Label const& label, std::string const& name, Frame& frame) {
    set_trust(label, frame.find(name)->about);
    add_confidence(request, label, name, frame);
    if (label.is_inferred) note_inferred(request, label, name, frame);
}

// ---- from columns -----------------------------------------------------------------------------------------

void add_column_label(Request const& request, Label const& label, Frame& frame) {
    Column* from = frame.find(label.column);
    if (from == nullptr)
        fail(label,
             fmt::format("names the column {}; expected one that records have", in_quotes(label.column)));
    if (label.name != label.column) {
        if (frame.find(label.name) != nullptr)
            fail(label,
                 fmt::format("has the name {} of another column; expected a new one", in_quotes(label.name)));
        Column copy = *from;
        copy.about.name = label.name;
        frame.columns.push_back(std::move(copy));
    }
    finish_label(request, label, label.name, frame);
}

// ---- from structures --------------------------------------------------------------------------------------

struct StructureReader {
    Request const& request;
    Frame& frame;
    LabelledStructures& to;
    std::map<std::string, std::size_t> known{};  ///< by path

    std::size_t read(Label const& label, std::string const& name) {
        fs::path path = name;
        if (path.is_relative()) path = request.folder() / path;
        auto const [place, is_new] = known.emplace(path.string(), to.structures.size());
        if (is_new) {
            auto all = data::read_cif(path);
            if (all.empty())
                fail(label,
                     fmt::format("has no structure in {}; expected one", in_quotes(path.string(), 200)),
                     Fault::bad_data);
            to.structures.push_back(std::move(all.front()));
            frame.files.push_back({path.string(), path.filename().string(), sha256_of_file(path)});
        }
        return place->second;
    }
};

using Numbers = std::vector<double>;

struct StructureField {
    Field about;
    std::function<Numbers(data::Structure const&)> numbers{};
    std::function<std::string(data::Structure const&)> text{};
};

std::vector<StructureField> structure_fields(std::string const& prefix) {
    std::vector<StructureField> all;
    Field group{prefix + "space_group", "int16", {}, "1", "number of the space group of the main phase"};
    group.vocabulary = "space_group", group.least = 1, group.most = 230;
    all.push_back({group,
                   [](auto const& s) {
                       return Numbers{s.space_group_number > 0 ? double(s.space_group_number) : none};
                   },
                   {}});
    Field system{prefix + "crystal_system", "utf8", {}, "", "crystal system of the main phase"};
    system.vocabulary = "crystal_system";
    all.push_back({system, {}, [](auto const& s) { return std::string(to_name(s.system)); }});
    Field formula{prefix + "formula", "utf8", {}, "", "composition of the main phase, in Hill order"};
    formula.vocabulary = "formula";
    all.push_back({formula, {}, [](auto const& s) { return data::composition_formula(s); }});
    Field lengths{prefix + "cell_lengths", "float64", {3}, "angstrom", "a, b, c of the main phase"};
    lengths.quantity = "length", lengths.least = 0;
    all.push_back({lengths, [](auto const& s) { return Numbers{s.cell.a, s.cell.b, s.cell.c}; }, {}});
    Field angles{prefix + "cell_angles", "float64", {3}, "degree", "alpha, beta, gamma of the main phase"};
    angles.quantity = "angle", angles.least = 0, angles.most = 180;
    all.push_back(
        {angles, [](auto const& s) { return Numbers{s.cell.alpha, s.cell.beta, s.cell.gamma}; }, {}});
    Field composition{prefix + "composition",
                      "float32",
                      {std::int64_t(detail::element_count)},
                      "1",
                      "atomic fraction of the elements H to Cf in the main phase"};
    composition.quantity = "ratio", composition.least = 0, composition.most = 1;
    all.push_back({composition,
                   [](auto const& s) {
                       auto const fractions = detail::atomic_fractions(s);
                       return Numbers(fractions.begin(), fractions.end());
                   },
                   {}});
    return all;
}

std::vector<std::size_t> structures_of(Label const& label, std::size_t record, StructureReader& reader,
                                       PatternReader& patterns) {
    Frame& frame = reader.frame;
    std::vector<std::size_t> found;
    if (label.is_refined) {
        if (reader.request.sources[frame.records[record].source].kind != SourceKind::refinements) return {};
        for (data::Structure& one : patterns.structures(frame.records[record])) {
            found.push_back(reader.to.structures.size());
            reader.to.structures.push_back(std::move(one));
        }
    } else if (!label.column.empty()) {
        Column const* column = frame.find(label.column);
        if (column == nullptr || !column->is_text())
            fail(label, fmt::format("names the column {}; expected one with paths of CIF files",
                                    in_quotes(label.column)));
        if (!column->is_missing(record)) found.push_back(reader.read(label, column->texts[record]));
    } else {
        for (std::string const& path : label.structures) found.push_back(reader.read(label, path));
    }
    return found;
}

void add_structure_label(Request const& request, Label const& label, Frame& frame,
                         LabelledStructures& structures) {
    StructureReader reader{request, frame, structures};
    PatternReader patterns(request, frame);
    auto const fields = structure_fields(label.name);
    for (StructureField const& field : fields)
        if (frame.find(field.about.name) == nullptr) frame.add(field.about);
    for (std::size_t r = 0; r < frame.records.size(); ++r) {
        if (!is_meant(request, label, frame.records[r])) continue;
        auto const found = structures_of(label, r, reader, patterns);
        if (found.empty()) continue;
        auto& all = structures.of[frame.records[r].id];
        all.insert(all.end(), found.begin(), found.end());
        data::Structure const& main = structures.structures[found.front()];
        for (StructureField const& field : fields) {
            Column& column = *frame.find(field.about.name);
            if (field.text)
                column.texts[r] = field.text(main);
            else
                std::ranges::copy(field.numbers(main),
                                  column.numbers.begin() + std::ptrdiff_t(r * column.width()));
        }
    }
    for (StructureField const& field : fields) finish_label(request, label, field.about.name, frame);
}

// ---- from annotations -------------------------------------------------------------------------------------

// Who gave them, for the dictionary: all persons, or where there is none all programs.
void set_annotators(std::vector<annotate::Merged> const& labels, Field& field) {
    std::set<std::string> persons, programs;
    for (annotate::Merged const& one : labels) {
        (one.is_inferred ? programs : persons).insert(one.who);
        field.date = std::max(field.date, one.time);
    }
    field.origin = persons.empty() ? "inferred" : "annotated";
    (persons.empty() ? field.tool : field.person) =
        fmt::format("{}", fmt::join(persons.empty() ? programs : persons, "; "));
}

void add_annotation_label(Request const& request, Label const& label, Frame& frame) {
    fs::path path = label.annotations;
    if (path.is_relative()) path = request.folder() / path;
    auto const all = annotate::read_annotations(path);
    for (fs::path const& file : detail::find_files(path.string()))
        if (file.extension() == ".jsonl")
            frame.files.push_back({file.string(), file.filename().string(), sha256_of_file(file)});
    auto const merged = annotate::merge(all, {label.vocabulary, label.merge == "confidence"});
    if (frame.find(label.name) != nullptr)
        fail(label,
             fmt::format("has the name {} of another column; expected a new one", in_quotes(label.name)));
    Field field{label.name, "utf8", {}, "", fmt::format("merged of annotations by {}", label.merge)};
    field.role = Role::label, field.method = field.description, field.confidence = label.name + "_confidence";
    field.missing_because = "nobody annotated the record, or votes are tied";
    set_annotators(merged.labels, field);
    frame.add(field);
    Field confidence{field.confidence, "float32", {}, "1", "share of the annotators' votes for the label"};
    confidence.role = Role::confidence, confidence.of = label.name, confidence.least = 0, confidence.most = 1;
    confidence.missing_because = field.missing_because;
    frame.add(confidence);
    std::map<std::string, std::size_t> place;
    for (std::size_t r = 0; r < frame.records.size(); ++r)
        if (is_meant(request, label, frame.records[r])) place.emplace(frame.records[r].id, r);
    std::size_t strange = 0;
    for (annotate::Merged const& one : merged.labels) {
        auto const found = place.find(one.record);
        strange += found == place.end();
        if (found == place.end()) continue;
        frame.find(label.name)->texts[found->second] = one.label;
        frame.find(field.confidence)->numbers[found->second] = one.confidence;
        if (one.is_inferred)
            frame.inferred.push_back({found->second, label.name, one.label, one.who, one.confidence});
    }
    for (std::string const& record : merged.tied)
        if (auto const found = place.find(record); found != place.end())
            frame.records[found->second].flags.push_back(label.name + ": annotators' votes are tied");
    if (strange > 0)
        frame.notes.push_back(
            fmt::format("{} annotated records of '{}' are not among the records.", strange, label.name));
}

}  // namespace

LabelledStructures add_labels(Request const& request, Frame& frame) {
    LabelledStructures structures;
    for (Label const& label : request.labels) {
        check_sources(request, label);
        switch (label.from) {
            case Label::From::column:
                add_column_label(request, label, frame);
                break;
            case Label::From::structure:
                add_structure_label(request, label, frame, structures);
                break;
            case Label::From::annotations:
                add_annotation_label(request, label, frame);
                break;
        }
    }
    return structures;
}

}  // namespace hutch::curate::make
