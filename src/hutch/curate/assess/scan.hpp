/// Go once through every byte of a data set and keep what checks ask of it.
#pragma once

#include "hutch/curate/dictionary.hpp"

#include <array>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace hutch::curate::assess {

/// Where a finding stands, to be shown.
struct Place {
    std::string file, field;
    std::uint64_t record = 0;  ///< row in the file
    std::string what;          ///< "value 4.2 at index 17"
};

/// One file of the data set's folder, whether declared or not.
struct ScannedFile {
    std::string path;  ///< relative to the folder
    std::uint64_t bytes = 0;
    std::string sha256;           ///< recomputed
    std::string declared_sha256;  ///< as manifest, checksum list or Croissant say; empty: they say nothing
    std::optional<std::uint64_t> declared_bytes, declared_records;
    std::uint64_t records = 0;  ///< counted, of files that hold records
    bool is_there = true, is_declared = false;
    std::string table, split;   ///< of files that hold records
    std::string problem;        ///< why it could not be read; empty: it could
    std::string contradiction;  ///< how manifest, checksum list and Croissant differ about it; empty: not
};

/// What was counted of all values of a field.
struct FieldFacts {
    std::uint64_t records = 0, values = 0;
    std::uint64_t nan = 0, infinite = 0, filled = 0, empty = 0;  ///< missing is nan + filled + empty
    std::uint64_t negative = 0, below = 0, above = 0, saturated = 0, fractional = 0;
    std::uint64_t records_constant = 0, records_zero = 0, records_with_nan = 0;
    double least = 0, most = 0, mean = 0, deviation = 0;  ///< of finite values
    std::vector<Place> odd;            ///< the first few places of any of these, with what it is
    std::vector<Place> not_as_said;    ///< files whose dtype, shape, byte order or unit is not as declared
    std::vector<std::string> units;    ///< that files say, each once; "": some say none
    std::vector<std::int64_t> not_in;  ///< files (index) that lack the field

    std::uint64_t not_numbers = 0;       ///< texts where numbers should stand; they count as `nan` too
    std::uint64_t masked = 0;            ///< values that a mask leaves out: in none of these counts
    std::uint64_t at_most = 0;           ///< values equal to `most`
    std::uint64_t records_at_most = 0;   ///< records that have such values
    std::uint64_t longest_at_most = 0;   ///< of them, side by side in one record
    std::uint64_t records_flat_top = 0;  ///< arrays whose largest value stands three times or more in a row
    std::uint64_t big_endian_files = 0, little_endian_files = 0;
    std::uint64_t lines = 0;  ///< axes: last dimensions that were looked at
    std::uint64_t lines_not_monotonic = 0,
                  lines_not_uniform = 0;  ///< of them; NaN makes a line not monotonic
    /// Smallest and largest value of each index over all records, and how many values are not zero; masked
    /// ones are left out (least is above most where all are). Empty where lengths differ or memory is short.
    std::vector<float> index_least, index_most, index_active;
};

/// Numbers that stand for the values of an array field in one record.
struct RecordStatistics {
    float least = 0, most = 0, mean = 0, deviation = 0;
    float roughness = 0;  ///< root mean square of second differences over deviation
    float centre = 0;     ///< mean index weighted by |value|, over the length
    float bad = 0;        ///< share of values that are not finite
};

/// What is known of all records of a table; index r of every list is the same record, files in order.
struct TableFacts {
    RecordTable const* table = nullptr;
    std::uint64_t records = 0;
    std::vector<std::size_t> files;            ///< index into Scan::files, ascending by path
    std::vector<std::uint64_t> first_records;  ///< of each of them; one more at the end
    std::map<std::string, FieldFacts> fields;
    std::map<std::string, std::vector<double>> numbers;       ///< number fields without shape
    std::map<std::string, std::vector<std::uint32_t>> texts;  ///< text fields: numbers of words
    std::map<std::string, std::vector<std::string>> words;    ///< of each text field, by first appearance
    std::map<std::string, std::vector<RecordStatistics>> statistics;  ///< array fields
    std::map<std::string, std::vector<double>> shared;                ///< of the first file
    std::vector<std::string> shared_differs;  ///< shared arrays that differ between files
    std::vector<std::array<std::uint64_t, 2>>
        digests;  ///< 128 bits of all features (else all fields) of each record
    std::vector<std::array<std::uint64_t, 4>>
        sketches;                         ///< of all array features: see sketch.hpp; empty without
    std::vector<std::string> undeclared;  ///< fields that files have and the dictionary has not
    /// Where memory is too little for all: the records that `statistics`, and `numbers` of fields without
    /// role or with the roles feature, axis, sigma, mask, confidence and other, were kept of. Empty: of all.
    std::vector<std::uint64_t> kept_records;

    std::size_t file_of(std::uint64_t record) const;  ///< index into Scan::files
};

struct Scan {
    std::vector<ScannedFile> files;
    std::optional<std::uint64_t> declared_records;  ///< of the first table, as the manifest says
    std::vector<TableFacts> tables;                 ///< as in the dictionary
    double seconds = 0;
    std::uint64_t bytes = 0;     ///< that were read in this run
    std::size_t kept_files = 0;  ///< whose facts were taken over from an earlier run
};

struct ScanOptions {
    unsigned threads = 1;
    std::uint64_t memory_bytes = std::uint64_t(768) << 20;  ///< of everything kept and all buffers together
    std::filesystem::path
        keep;  ///< folder for facts of finished files, so that a killed run goes on; empty: none
    bool is_interactive = false;
};

/// Scan all files. Unreadable files are told in their `problem`, never thrown.
/// \throws Error not_found when the folder is not there, exhausted when `memory_bytes` is too little
Scan scan_dataset(std::filesystem::path const& folder, Dictionary const& dictionary,
                  ScanOptions const& options);

/// Propose a dictionary for a folder that has none: tables by format and fields, units from attributes,
/// ranges from the values, roles by names only where a name says it ("id", "split", "label"). `is_proposed`
/// is set.
/// \throws Error not_found when nothing there can be read
Dictionary propose_dictionary(std::filesystem::path const& folder);

}  // namespace hutch::curate::assess
