/// Hold what a data card says of a data set: numbers that were counted while it was built.
#pragma once

#include "hutch/curate/description.hpp"
#include "hutch/curate/dictionary.hpp"
#include "hutch/data/plot.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace hutch::curate {

/// One way to learn from the records: what goes in and what is to be found.
struct Task {
    std::string name;         ///< "pattern_to_structure"
    std::string description;  ///< one sentence
    std::string table;        ///< path of the JSON Lines file with one whole record a line
    std::vector<Field> identity, features, labels;  ///< columns of that file; identity: id, split
};

struct Split {
    std::string name;  ///< train, validation, test
    std::uint64_t records = 0, structures = 0, groups = 0;
};

/// One file of the data set with its checksum.
struct FileEntry {
    std::string path;  ///< relative to the data set's folder
    std::uint64_t bytes = 0;
    std::string sha256;
    std::string split;  ///< empty for files that hold no records
    std::uint64_t records = 0;
};

/// Where structures came from and how many could be used.
struct SourceEntry {
    std::string name, licence, citation, url;
    std::uint64_t found = 0, usable = 0;
    std::map<std::string, std::uint64_t> refused;  ///< cause -> count
};

/// How often each class occurs, per split: counts[class][split index].
struct ClassCounts {
    std::string name;  ///< "crystal system", "space group", "instrument"
    std::vector<std::pair<std::string, std::vector<std::uint64_t>>> counts;
};

/// The distribution of one parameter over all records.
struct BinnedValues {
    std::string name, unit;
    bool is_logarithmic = false;
    double least = 0, most = 0, mean = 0;
    std::vector<double> edges;          ///< bins + 1
    std::vector<std::uint64_t> counts;  ///< bins
};

/// A few records to show.
struct Example {
    std::string label;    ///< "PbSO4 anglesite, lab_cuka"
    std::string x_label;  ///< "2θ / degree"
    std::vector<double> x, y;
    std::vector<data::Curve> others{};  ///< drawn over it; then y are points
    std::vector<data::TickRow> ticks{};
};

struct DatasetSummary : Description {
    std::uint64_t seed = 0, records = 0, structures = 0, groups = 0;
    std::string generator;      ///< "hutch 0.1.0"
    std::vector<Field> fields;  ///< of a record in the shards
    std::vector<Field> shared;  ///< arrays that all records of a shard share
    std::vector<Split> splits;
    std::vector<FileEntry> files;  ///< all but the card, the Croissant file and the checksum list
    std::vector<SourceEntry> sources;
    std::vector<ClassCounts> classes;
    std::vector<BinnedValues> distributions;
    std::vector<Example> examples;
    std::string recipe;            ///< the YAML text
    std::string records_table;     ///< path of the CSV with one row a record, empty if none
    std::string structures_table;  ///< path of the CSV with one row a structure
    std::string examples_table;  ///< path of the JSONL with a few whole records (id, split, instrument, x, y)
    std::vector<Field> record_columns;     ///< of records_table, in its header's order
    std::vector<Field> structure_columns;  ///< of structures_table
    std::vector<Field> example_columns;    ///< of examples_table; empty: the five above
    std::vector<Task> tasks;
    std::vector<RecordTable> further_tables;  ///< for the dictionary, besides those above
    std::vector<Physics> physics;
    std::vector<MetadataItem> metadata;  ///< of samples, instruments, processing and quality
    std::string further;  ///< what to know about the files besides their fields, in plain words
};

}  // namespace hutch::curate
