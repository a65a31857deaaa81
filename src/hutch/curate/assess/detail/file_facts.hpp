/// Facts of one file: made by one thread, kept on disk, and put together in the order of files.
#pragma once

#include "hutch/curate/assess/detail/digest.hpp"
#include "hutch/curate/assess/detail/source.hpp"
#include "hutch/curate/assess/scan.hpp"

#include <array>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace hutch::curate::assess::detail {

/// A field's counts in one file; `mean` and `deviation` of the facts are those of its good values.
struct FieldPart {
    FieldFacts facts;
    double sum_of_squares = 0;  ///< about the mean
    std::uint64_t good = 0;     ///< values that are neither NaN, infinite nor filled
    bool is_there = false;
};

/// Counts that are those of all files added up.
inline constexpr std::array added_counts{&FieldFacts::records,
                                         &FieldFacts::values,
                                         &FieldFacts::nan,
                                         &FieldFacts::infinite,
                                         &FieldFacts::filled,
                                         &FieldFacts::empty,
                                         &FieldFacts::negative,
                                         &FieldFacts::below,
                                         &FieldFacts::above,
                                         &FieldFacts::saturated,
                                         &FieldFacts::fractional,
                                         &FieldFacts::records_constant,
                                         &FieldFacts::records_zero,
                                         &FieldFacts::records_with_nan,
                                         &FieldFacts::not_numbers,
                                         &FieldFacts::masked,
                                         &FieldFacts::records_flat_top,
                                         &FieldFacts::lines,
                                         &FieldFacts::lines_not_monotonic,
                                         &FieldFacts::lines_not_uniform,
                                         &FieldFacts::big_endian_files,
                                         &FieldFacts::little_endian_files};

struct FileFacts {
    std::string sha256, problem;
    std::uint64_t records = 0;
    std::map<std::string, FieldPart> fields;
    std::map<std::string, std::vector<double>> numbers;
    std::map<std::string, std::vector<std::uint32_t>> texts;
    std::map<std::string, std::vector<std::string>> words;
    std::map<std::string, std::vector<RecordStatistics>> statistics;
    std::map<std::string, std::vector<double>> shared;
    std::vector<std::array<std::uint64_t, 2>> digests;
    std::vector<std::array<std::uint64_t, 4>> sketches;
    std::vector<std::string> undeclared;
};

struct FileTask {
    std::string path;                    ///< relative
    RecordTable const* table = nullptr;  ///< null: only the checksum is wanted
    std::uint64_t every = 1;             ///< of so many records one is kept in lists that may be thinned out
    bool keeps_index_ranges = true;
    std::vector<RecordTable const*> others{};  ///< that stand in the same file
    std::string sha256{};  ///< of the file, where it was computed before; else it is computed on the way
};

/// Read one file once: checksum and facts. What goes wrong is told in `problem`.
FileFacts scan_file(std::filesystem::path const& folder, FileTask const& task);

/// Do the same in a process of its own, so that a library that crashes on damaged bytes ends that one only.
/// No other thread may be at work.
FileFacts scan_file_apart(std::filesystem::path const& folder, FileTask const& task);

/// Return whether the list of a field's numbers may be thinned out.
bool may_thin(Field const& field);
bool is_text(Field const& field);

/// Fields whose values make the digest of a record: the features, or all array fields, or all but ids.
std::vector<Field const*> digest_fields(RecordTable const& table);

/// Facts of a file as bytes, and back; nothing when they are damaged or of another program.
std::string to_bytes(FileFacts const& facts);
std::optional<FileFacts> facts_from(std::string_view bytes);

/// Puts facts of files together, in their order.
class TableMerge {
  public:
    explicit TableMerge(RecordTable const& table);
    /// Put the next file (index into Scan::files) behind those before.
    void append(FileFacts&& facts, std::size_t file, FileTask const& task);
    TableFacts finish();

  private:
    void append_fields(FileFacts& facts, std::size_t file);
    void append_lists(FileFacts& facts, std::uint64_t every);
    void append_texts(FileFacts& facts);
    void append_shared(FileFacts& facts, FileTask const& task);

    TableFacts made_;
    std::map<std::string, FieldPart> parts_;
    std::map<std::string, std::unordered_map<std::string, std::uint32_t>> known_words_;
};

/// SHA-256 of a file, computed as far as its bytes have been asked for: they are still in memory then.
class Fixity {
  public:
    /// \param known  the sum, where it is known already
    explicit Fixity(std::shared_ptr<Source const> source, std::string known = "");
    ~Fixity();
    std::uint64_t size() const;
    void advance_to(std::uint64_t offset);
    std::string finish();

  private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace hutch::curate::assess::detail
