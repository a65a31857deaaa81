/// Join refinements with simulated patterns into one data set that serves both ways of learning.
#pragma once

#include "hutch/curate/fuse/records.hpp"
#include "hutch/curate/summary.hpp"

namespace hutch::curate::fuse {

struct FuseOptions {
    std::filesystem::path out;
    DatasetSummary about;  ///< name, version, title, description, licence ... generator, seed
    RecordOptions records;
};

struct FuseReport {
    std::size_t records = 0, structures = 0, groups = 0;
    std::uint64_t bytes = 0;
    std::string first_shard;                ///< relative to the folder
    std::string first_record;               ///< its id
    std::vector<std::string> empty_splits;  ///< those that no group of structures was left for
};

/// Write the data set of some inputs into a folder that is empty or not there.
///
/// It is built beside the folder under the name OUT.part, which is renamed when all is done: a kill leaves no
/// half of a data set under its name. The same inputs give the same bytes. `dataset.verify` checks it as any
/// other.
/// \throws Error bad_input (folder that holds something, inputs that do not fit), external
FuseReport fuse(Inputs const& inputs, FuseOptions const& options);

}  // namespace hutch::curate::fuse
