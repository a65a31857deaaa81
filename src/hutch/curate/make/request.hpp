/// Read what a data set is to be made of and how, as YAML: sources, selection, cleaning, labels, splits.
#pragma once

#include "hutch/curate/distribution.hpp"
#include "hutch/curate/fuse/axis.hpp"
#include "hutch/curate/make/condition.hpp"
#include "hutch/curate/recipe.hpp"
#include "hutch/curate/summary.hpp"

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hutch::curate::make {

enum class SourceKind {
    patterns,     ///< each file is a record
    refinements,  ///< JSON of powder.refine; each pattern in it is a record
    table,        ///< CSV, JSON Lines: each line is a record, or is joined to others'
    arrays        ///< HDF5, npy: each row of the first dimension is a record
};
char const* to_name(SourceKind kind);

/// A number or a text that all records of a source share.
struct Constant {
    std::string text;
    std::optional<double> number;  ///< where the text is one and not in quotes
};

struct Source {
    std::string name;
    SourceKind kind = SourceKind::patterns;
    std::string path;  ///< file, folder, or pattern with * and ?; environment variables are replaced
    std::string licence, citation, url;
    std::string origin;                      ///< measured, simulated or derived
    int bank = 0;                            ///< patterns: which of the file
    std::string id;                          ///< table, arrays: the column that names records; empty: rows do
    std::vector<std::string> fields;         ///< table, arrays: those that are wanted; empty: all
    std::map<std::string, Constant> values;  ///< columns whose value is one for all records
    std::map<std::string, std::string> units;  ///< of its columns
};

/// Columns of a table, given to the records whose key is equal.
struct Join {
    std::string source;
    std::string on;  ///< column of the records
    std::string to;  ///< column of the table
};

/// What is said of a column beyond its values; the unit is what it is converted to.
struct ColumnRule {
    Field about;  ///< name, unit, description, quantity, role, vocabulary, least, most, values
};

struct Missing {
    enum class Way { refuse, number, median } way = Way::refuse;
    std::string column;
    double number = 0, confidence = 0;
};

enum class Negative { tag, mask, refuse };

struct Cleaning {
    std::vector<Missing> missing;
    double outlier_z = 0;  ///< robust z above which a value is tagged; 0: none is
    std::vector<std::string> outlier_columns;
    Negative negative = Negative::tag;
    bool sigma_from_counts = false;  ///< where files have none: root of counts
    bool refuse_duplicates = false;  ///< else they are tagged and share a split
};

/// The axis that all patterns are brought to; without one they must have equal axes already.
struct CommonAxis {
    data::AxisKind kind = data::AxisKind::two_theta;
    fuse::Grid grid;  ///< in the axis' own unit
};

/// Where labels come from and how far they can be trusted.
struct Label {
    enum class From { column, structure, annotations } from = From::column;
    std::string name;                     ///< of the label's column; structure: what names begin with
    std::string column;                   ///< column; structure: the column that holds the CIF's path
    std::vector<std::string> structures;  ///< CIF files of all records; the first is the main phase
    bool is_refined = false;              ///< structure: that of the refinement
    std::string annotations;              ///< files of annotations, with * and ?
    std::string vocabulary;
    std::string merge = "majority";    ///< or confidence
    std::vector<std::string> sources;  ///< whose records get it; empty: all
    std::string method, tool, person, date;
    std::optional<double> confidence;
    std::string confidence_column;
    bool is_inferred = false;  ///< a program filled it in: marked so, and listed for review
    std::string where;         ///< place in the file, for messages
};

struct Augmentation {
    std::string name;
    std::size_t copies = 1;
    Distribution exposure, zero, scale, background;
    std::vector<std::string> splits;  ///< whose records get children; empty: all
};

struct SplitRule {
    std::vector<RecipeSplit> splits{{"train", 1}};
    std::vector<std::string> groups;  ///< columns whose equal values stay together
    bool by_structure = true;         ///< nearly equal structures of labels stay together
    std::string stratify;             ///< column; empty: none
    std::string time;                 ///< column; the first split is the earliest; empty: by seed
};

struct Request {
    std::string text, file;
    DatasetSummary about;  ///< name to notes
    std::string changes;   ///< against the version before
    std::uint64_t seed = 0, shard_records = 4096;
    std::vector<Source> sources;
    std::vector<Join> joins;
    std::vector<Condition> selection;
    std::vector<ColumnRule> columns;
    Cleaning cleaning;
    std::optional<CommonAxis> axis;
    std::string wavelength = "wavelength";  ///< column that goes before what files tell [angstrom]
    std::vector<Label> labels;
    std::vector<Augmentation> augmentations;
    SplitRule split;

    ColumnRule const* find_column(std::string_view name) const;
    std::filesystem::path folder() const { return std::filesystem::path(file).parent_path(); }
    /// Return whether the rows of a source become records: those of tables that are joined do not.
    bool gives_records(Source const& source) const;
};

/// Parse and check a description. \param name stands for the file in messages; paths are relative to its
/// folder
/// \throws Error bad_input: `FILE:LINE: '<path>' is <value>; expected <rule>`
Request parse_request(std::string_view text, std::string const& name);

}  // namespace hutch::curate::make
