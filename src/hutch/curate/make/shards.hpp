/// Write the records of a made data set, shard by shard.
#pragma once

#include "hutch/curate/make/frame.hpp"
#include "hutch/curate/make/request.hpp"
#include "hutch/curate/make/rows.hpp"
#include "hutch/curate/summary.hpp"
#include "hutch/data/shard.hpp"

#include <filesystem>
#include <limits>
#include <optional>
#include <string>
#include <vector>

namespace hutch::curate::make {

struct Shard {
    std::string name;  ///< "shards/train-00000.h5"
    std::size_t split = 0;
    std::vector<std::size_t> records;  ///< in the order of rows
};

/// Return the shards of all splits; records keep their order, which the seed shuffles once.
std::vector<Shard> plan_shards(Request const& request, Frame const& frame);

/// Return the fields of a record as shards hold them: id, source, group, flags, columns, arrays.
/// \param axis  of patterns; null where there are none
std::vector<Field> record_fields(Frame const& frame, RowMaker const* axis);
/// Return the arrays that all records share: the axis of patterns.
std::vector<Field> shared_fields(RowMaker const* axis);
/// Return all flags of a record as one text.
std::string flags_text(Record const& record);

/// Whole numbers have no NaN: a missing one is the smallest of its type.
template <class Number>
constexpr Number missing_whole() {
    return std::numeric_limits<Number>::min();
}

/// Writes shards, one after another; memory is that of one shard.
class ShardMaker {
  public:
    ShardMaker(Request const& request, Frame const& frame, std::string generator);
    void write(Shard const& shard, std::filesystem::path const& path);
    /// Return the maker of rows; null where records are no patterns.
    RowMaker* rows() { return rows_ ? &*rows_ : nullptr; }

  private:
    void write_columns(Shard const& shard, std::vector<Field> const& fields, data::ShardWriter& file) const;
    void write_rows(Shard const& shard, std::vector<Field> const& fields, data::ShardWriter& file);
    Request const* request_;
    Frame const* frame_;
    std::string generator_;
    std::optional<RowMaker> rows_;
    std::optional<ArrayReader> arrays_;
};

}  // namespace hutch::curate::make
