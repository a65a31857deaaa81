/// Read arrays of chosen records back from a data set's files.
#pragma once

#include "hutch/curate/assess/scan.hpp"
#include "hutch/curate/assess/table_file.hpp"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace hutch::curate::assess {

/// Keeps files open while records of them are asked for; at most 64 at a time.
class RecordReader {
  public:
    RecordReader(std::filesystem::path folder, Scan const& scan, TableFacts const& table)
        : folder_(std::move(folder)), scan_(scan), table_(table) {}

    /// Read a field of one record. \throws Error as TableFile
    std::vector<double> read(std::string const& field, std::uint64_t record);
    /// Read a field of several records, ascending, file by file; what cannot be read is left out and counted.
    void read_all(std::string const& field, std::vector<std::uint64_t> const& records,
                  std::function<void(std::uint64_t record, std::vector<double> const& values)> const& take);
    /// Read a shared array of the file that a record stands in. \throws Error as TableFile
    Block read_shared(std::string const& field, std::uint64_t record);
    /// Read a shared array of texts of the first file. \throws Error as TableFile
    std::vector<std::string> read_shared_texts(std::string const& field);
    /// Return why records could not be read, the first time; empty: all could.
    std::string const& problem() const { return problem_; }
    std::uint64_t bytes() const { return values_ * sizeof(double); }

  private:
    TableFile& file_of(std::uint64_t record, std::uint64_t& row);

    std::filesystem::path folder_;
    Scan const& scan_;
    TableFacts const& table_;
    std::map<std::size_t, std::unique_ptr<TableFile>> open_;
    std::string problem_;
    std::uint64_t values_ = 0;
};

/// Return how many records' arrays may be read back where `most` are wanted: fewer of large ones, so that no
/// more than about 64 million values are read, but at least 8.
std::uint64_t affordable_records(TableFacts const& table, Field const& field, std::uint64_t most);

/// Return `count` of the numbers 0 ... all - 1, ascending, each as likely; all of them when there are no
/// more.
std::vector<std::uint64_t> pick_records(std::uint64_t all, std::uint64_t count, std::uint64_t seed,
                                        std::uint32_t stream);

}  // namespace hutch::curate::assess
