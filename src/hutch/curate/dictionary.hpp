/// Say what the fields of a data set are: the dictionary that stands beside its files as dictionary.json.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hutch::curate {

/// What a field is for. Checks ask for roles, never for names.
enum class Role {
    feature,  ///< goes into a model
    label,    ///< is to be found by one
    id,       ///< names a record: no two are equal
    group,    ///< records that belong together (sample, structure, proposal, seed) and share a split
    parent,   ///< id of the record that this one was made from
    split,    ///< train, validation, test, where files do not say it
    source,   ///< where a record came from: beamline, instrument, laboratory; drift is measured between them
    time,     ///< when it was measured
    axis,     ///< what the last dimension of other fields runs over
    sigma,    ///< standard uncertainty of another field
    mask,     ///< 1 where values of another field count
    confidence,  ///< of a label, 0 to 1
    annotator,   ///< a label that one person or program gave, beside others'
    other        ///< settings, comments, ...
};

/// One field of the records of a table, or one array that all its records share.
struct Field {
    std::string name;   ///< path in the files: "intensity", "truth/size"; column or key
    std::string dtype;  ///< "float32", "int16", "utf8[16]", "utf8", "bool" ...
    std::vector<std::int64_t>
        shape;                ///< of one record; empty for a number; -1: differs from record to record
    std::string unit;         ///< UDUNITS; "1" for pure numbers, "" for texts
    std::string description;  ///< one sentence

    std::vector<std::string>
        units{};  ///< all there are where records or rows differ in unit; `unit` is empty then
    Role role = Role::other;
    std::string quantity{};  ///< what is measured: "two_theta", "wavelength"; `quantities()` lists them
    std::string origin{};    ///< measured, simulated, derived, annotated or inferred
    std::optional<double> least{}, most{};      ///< closed range of the values, in `unit`
    double outside = 0;                         ///< share of values that may lie outside
    double missing = 0;                         ///< share that may be missing (NaN, `fill` or empty text)
    std::string missing_because{};              ///< why values are missing
    std::optional<double> fill{};               ///< stands for a missing value, besides NaN
    std::optional<double> saturation{};         ///< value of a saturated pixel or channel
    std::string vocabulary{};                   ///< of `vocabularies()`: "space_group", "formula" ...
    std::vector<std::string> values{};          ///< or all values there may be
    std::string references{};                   ///< foreign key: "structures/id", TABLE/FIELD
    std::string axis{};                         ///< field or shared array that the last dimension runs over
    std::string axis_row{};                     ///< field whose number picks the row of a shared axis
    std::string sigma{}, mask{}, confidence{};  ///< fields that go with this one
    std::string of{};                           ///< annotator, confidence: the label that is meant
    bool is_uniform = false;                    ///< axes: equal steps within 1e-6 of one
    bool is_ordered = false;                    ///< times: test must not come before train
    std::string noise{};                        ///< "poisson": variance equals mean, both in counts
    std::string method{}, tool{}, person{}, date{};  ///< labels: how, by what, by whom, when (ISO 8601)
};

/// How records lie in a file.
enum class Layout {
    rows,    ///< first dimension of every array, rows of a table, lines
    groups,  ///< each group below `under` is one
    files    ///< each file is one
};

struct TableFiles {
    std::string path;   ///< relative to the data set's folder; * stands for anything but a slash
    std::string split;  ///< of all records in them; empty: a field says it, or there are no splits
};

struct RecordTable {
    std::string name, description;
    std::string format;  ///< hdf5, csv, jsonl, json or npy
    Layout layout = Layout::rows;
    std::string under;  ///< groups: the path of the group that holds them
    std::vector<TableFiles> files;
    std::optional<std::uint64_t> records;
    std::vector<Field> fields, shared;

    /// Return a field or shared array, or null.
    Field const* find(std::string_view name) const;
    /// Return the fields of a role, in their order.
    std::vector<Field const*> of_role(Role role) const;
};

/// A person's word for what no program can measure.
struct Attestation {
    std::string check;  ///< "C61"
    std::string person, orcid, date, statement;
};

/// Which method's laws the records obey, and which fields play the parts it asks for.
struct Physics {
    std::string method;  ///< "powder", "image_counts" ...
    std::string table;
    std::map<std::string, std::string> parts;  ///< "intensity" -> field
};

/// One way to the data.
struct Access {
    std::string kind;  ///< of `access_kinds()`: file, http, oai-pmh, optimade, loader
    std::string url;   ///< file, loader: relative to the data set's folder, empty: the folder itself
    std::string description{};
};

/// One item of the six packages of metadata; docs/metadata.md lists those that each must have.
struct MetadataItem {
    std::string package;  ///< of `metadata_packages()`
    std::string name, value;
    std::string unit{};
    std::string origin{};                ///< declared (by a person), measured, derived or inferred
    std::optional<double> confidence{};  ///< of what was inferred, 0 to 1
    std::string reviewer{};              ///< who looked at what was inferred and let it stand
};

struct Dictionary {
    std::string name, version, description;
    std::vector<RecordTable> tables;
    std::map<std::string, std::uint64_t> splits;  ///< records of each, of the first table
    std::vector<std::string> tasks;               ///< what the set is for, one sentence each
    std::vector<Physics> physics;
    std::vector<Attestation> attestations;
    std::vector<Access> access;
    std::vector<MetadataItem> metadata;
    double samples_per_second = 0;  ///< that a loader is said to reach; 0: nothing is said
    bool is_proposed = false;       ///< made from the data by a program and read by nobody yet

    RecordTable const* find(std::string_view name) const;
    /// Return an item of a package, or null.
    MetadataItem const* find(std::string_view package, std::string_view name) const;
};

char const* to_name(Role role);
char const* to_name(Layout layout);
/// Kinds of quantities that `Field::quantity` may name, each with a unit of its dimension.
std::map<std::string, std::string> const& quantities();
/// Names of the vocabularies that values can be looked up in.
std::vector<std::string> const& vocabularies();

/// Names of the six packages of metadata, and the kinds of ways to the data.
std::vector<std::string> const& metadata_packages();
std::vector<std::string> const& access_kinds();

/// Read a dictionary. \param name stands for the file in messages
/// \throws Error bad_input with line, path, value and rule
Dictionary parse_dictionary(std::string_view text, std::string const& name);
/// Return it as JSON, as schemas/dictionary.schema.json describes it; members that say nothing are left out.
/// parse_dictionary gives back what went in. Same dictionary, same bytes.
std::string to_json(Dictionary const& dictionary);

}  // namespace hutch::curate
