/// Hold what people and programs say of records: one annotation a line of JSON, beside the data.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hutch::curate::annotate {

/// The part of a record that is meant.
struct Region {
    enum class Kind {
        whole,     ///< no numbers
        interval,  ///< first, last, in the unit of the field's axis
        box,       ///< x, y, width, height [pixel]
        polygon    ///< x1, y1, x2, y2, ... [pixel]; the last point is joined to the first
    } kind = Kind::whole;
    std::vector<double> numbers;
    bool operator==(Region const&) const = default;
};
char const* to_name(Region::Kind kind);
/// Return the first broken rule: finite numbers, as many as the kind has, an extent above 0.
std::optional<std::string> first_problem(Region const& region);

struct Annotator {
    std::string name;
    bool is_program = false;
    std::string version;  ///< of a program
    std::string orcid;    ///< of a person; 0000-0002-1825-0097
    bool operator==(Annotator const&) const = default;
};

struct Annotation {
    std::string id;                    ///< empty: make_id() gives one
    std::string table, record, field;  ///< field: empty: the whole record
    Region region;
    std::string label, vocabulary;
    Annotator annotator;
    std::optional<double> confidence;  ///< 0 to 1
    std::string time;                  ///< ISO 8601 in UTC: 2026-05-31T12:00:00Z
    std::string supersedes;            ///< id of the one that this replaces
    std::string comment;
    bool operator==(Annotation const&) const = default;
};

/// Return the first broken rule, as `'<member>' is <value>; expected <rule>`, or nothing.
std::optional<std::string> first_problem(Annotation const& annotation);

/// Return 16 hexadecimal digits that follow from all else in the annotation: the same words get the same id.
std::string make_id(Annotation const& annotation);

/// Return one line of JSON without its end. \par Source design: docs/annotation.md
std::string to_json(Annotation const& annotation);
/// Read one line. \param where  stands in front of messages: "annotations/a.jsonl:3"
/// \throws Error bad_data with place, path, value and rule
Annotation parse_annotation(std::string_view line, std::string const& where);
/// Read JSON Lines. A last line without an end is one that is being written, and left out.
/// \throws Error bad_data, also when an id is there twice with other words
std::vector<Annotation> parse_annotations(std::string_view text, std::string const& name);

/// Read all files of a folder or path with * and ?, by name. No file is no annotation.
std::vector<Annotation> read_annotations(std::filesystem::path const& path);

/// Leave out those that others supersede, and of each annotator's annotations of equal target, region and
/// vocabulary all but the latest.
std::vector<Annotation> current(std::vector<Annotation> const& all);

/// Append annotations to a file; those whose id it has already are skipped.
///
/// Writers take turns by a lock on the file, and each writes its lines at once and syncs them, so that no
/// line is ever mixed or lost; what a killed writer left of a line is cut off by the next.
/// \return how many were written \throws Error external, bad_data
std::size_t append(std::filesystem::path const& path, std::vector<Annotation> const& annotations);

}  // namespace hutch::curate::annotate
