/// Read single records of one array of one file: from the mapped file where they are raw, else by unpacking
/// their chunk.
#pragma once

#include "hutch/data/array_layout.hpp"
#include "hutch/data/mapped_file.hpp"

#include <cstddef>
#include <cstdint>
#include <list>
#include <memory>
#include <mutex>
#include <unordered_map>
#include <vector>

namespace hutch::curate::load {

/// Unpacked chunks that hold several records, the latest used ones, up to a number of bytes; threads share
/// it.
class ChunkCache {
  public:
    using Chunk = std::shared_ptr<std::vector<std::byte> const>;
    explicit ChunkCache(std::size_t most_bytes) : most_bytes_(most_bytes) {}
    Chunk find(void const* field, std::size_t chunk);
    void keep(void const* field, std::size_t chunk, Chunk bytes);

  private:
    struct Key {
        void const* field;
        std::size_t chunk;
        bool operator==(Key const&) const = default;
    };
    struct Hash {
        std::size_t operator()(Key const& key) const;
    };
    std::size_t most_bytes_, bytes_ = 0;
    std::mutex mutex_;
    std::list<std::pair<Key, Chunk>> used_;  // the latest first
    std::unordered_map<Key, std::list<std::pair<Key, Chunk>>::iterator, Hash> places_;
};

/// What one reading thread needs.
struct ReadScratch {
    data::ChunkDecoder decoder;
    std::vector<std::byte> record, chunk;
    bool has_waited = false;  ///< for a disk, not long ago
};

class StoredField {
  public:
    /// \param file  null where the layout holds all values itself
    StoredField(std::shared_ptr<data::MappedFile const> file, data::ArrayLayout layout, std::string name);
    data::ArrayLayout const& layout() const { return layout_; }
    /// Copy record `row` as it is stored. \throws Error bad_data that names field and record
    void read(std::uint64_t row, std::span<std::byte> to, ReadScratch& scratch, ChunkCache& cache) const;
    /// Ask for the bytes of record `row` from disk, where they lie together.
    void will_need(std::uint64_t row) const;

  private:
    void unpack(std::size_t chunk, std::span<std::byte> to, ReadScratch& scratch) const;
    void read_tiles(std::uint64_t row, std::byte* to, ReadScratch& scratch, ChunkCache& cache) const;
    void copy_tile(std::vector<std::uint64_t> const& tile, std::uint64_t row, std::byte const* from,
                   std::byte* to) const;

    std::shared_ptr<data::MappedFile const> file_;
    data::ArrayLayout layout_;
    std::string name_;
    std::size_t chunk_bytes_ = 0, tiles_ = 1;  // tiles: chunks that one record lies in
    std::vector<std::uint64_t> grid_;          // chunks in each dimension
};

}  // namespace hutch::curate::load
