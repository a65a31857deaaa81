#include "hutch/curate/load/stored_field.hpp"

#include "hutch/base/error.hpp"

#include <algorithm>
#include <cstring>

#include <fmt/format.h>

namespace hutch::curate::load {

std::size_t ChunkCache::Hash::operator()(Key const& key) const {
    return std::hash<void const*>()(key.field) ^ key.chunk * 0x9E3779B97F4A7C15u;
}

ChunkCache::Chunk ChunkCache::find(void const* field, std::size_t chunk) {
    std::lock_guard const lock(mutex_);
    auto const found = places_.find({field, chunk});
    if (found == places_.end()) return nullptr;
    used_.splice(used_.begin(), used_, found->second);
    return found->second->second;
}

void ChunkCache::keep(void const* field, std::size_t chunk, Chunk bytes) {
    std::lock_guard const lock(mutex_);
    if (places_.contains({field, chunk})) return;
    bytes_ += bytes->size();
    used_.emplace_front(Key{field, chunk}, std::move(bytes));
    places_[{field, chunk}] = used_.begin();
    while (bytes_ > most_bytes_ && used_.size() > 1) {
        bytes_ -= used_.back().second->size();
        places_.erase(used_.back().first);
        used_.pop_back();
    }
}

StoredField::StoredField(std::shared_ptr<data::MappedFile const> file, data::ArrayLayout layout,
                         std::string name)
    : file_(std::move(file)), layout_(std::move(layout)), name_(std::move(name)) {
    if (layout_.chunk.empty()) return;
    chunk_bytes_ = layout_.type.bytes;
    for (std::size_t d = 0; d < layout_.shape.size(); ++d) {
        chunk_bytes_ *= layout_.chunk[d];
        grid_.push_back((layout_.shape[d] + layout_.chunk[d] - 1) / layout_.chunk[d]);
        if (d > 0) tiles_ *= grid_[d];
    }
}

void StoredField::read(std::uint64_t row, std::span<std::byte> to, ReadScratch& scratch,
                       ChunkCache& cache) const {
    if (!layout_.chunk.empty()) {
        try {
            if (tiles_ == 1 && chunk_bytes_ == to.size()) return unpack(row, to, scratch);
            return read_tiles(row, to.data(), scratch, cache);
        } catch (Error const& problem) {
            throw Error(
                problem.fault(),
                fmt::format("'{}', record {} of the file, {}; expected a chunk that unpacks; copy the "
                            "file again and check it by 'hutch dataset verify'",
                            name_, row, problem.what()));
        }
    }
    std::byte const* const all =
        layout_.held.empty() ? file_->bytes().data() + layout_.offset : layout_.held.data();
    std::memcpy(to.data(), all + row * to.size(), to.size());
}

void StoredField::will_need(std::uint64_t row) const {
    if (!layout_.chunk.empty()) {
        data::ChunkPlace const& place = layout_.chunks[row / layout_.chunk[0] * tiles_];
        if (tiles_ == 1 && place.bytes > 0) file_->will_need(place.offset, place.bytes);
    } else if (layout_.held.empty() && layout_.texts.empty()) {
        file_->will_need(layout_.offset + row * layout_.record_bytes(), layout_.record_bytes());
    }
}

void StoredField::unpack(std::size_t chunk, std::span<std::byte> to, ReadScratch& scratch) const {
    data::ChunkPlace const& place = layout_.chunks[chunk];
    if (place.bytes == 0) {
        for (std::size_t i = 0; i < to.size(); i += layout_.fill.size())
            std::memcpy(&to[i], layout_.fill.data(), layout_.fill.size());
        return;
    }
    scratch.decoder.decode(layout_.filters, place.skipped, file_->bytes().subspan(place.offset, place.bytes),
                           to);
}

// All chunks that hold a part of the record: the grid without its first dimension.
void StoredField::read_tiles(std::uint64_t row, std::byte* to, ReadScratch& scratch,
                             ChunkCache& cache) const {
    bool const is_shared = layout_.chunk[0] > 1;
    std::vector<std::uint64_t> tile(grid_.size(), 0);
    tile[0] = row / layout_.chunk[0];
    for (std::size_t t = 0; t < tiles_; ++t) {
        std::size_t const chunk = tile[0] * tiles_ + t;
        if (ChunkCache::Chunk const found = is_shared ? cache.find(this, chunk) : nullptr) {
            copy_tile(tile, row, found->data(), to);
        } else if (is_shared) {
            auto fresh = std::make_shared<std::vector<std::byte>>(chunk_bytes_);
            unpack(chunk, *fresh, scratch);
            copy_tile(tile, row, fresh->data(), to);
            cache.keep(this, chunk, std::move(fresh));
        } else {
            scratch.chunk.resize(chunk_bytes_);
            unpack(chunk, scratch.chunk, scratch);
            copy_tile(tile, row, scratch.chunk.data(), to);
        }
        for (std::size_t d = grid_.size(); d-- > 1;) {
            if (++tile[d] < grid_[d]) break;
            tile[d] = 0;
        }
    }
}

// Lines along the last dimension, wherever the tile and the record overlap.
void StoredField::copy_tile(std::vector<std::uint64_t> const& tile, std::uint64_t row, std::byte const* from,
                            std::byte* to) const {
    std::size_t const dims = grid_.size(), width = layout_.type.bytes;
    std::size_t lines = 1, line = width;
    std::vector<std::uint64_t> counts(dims, 1);
    for (std::size_t d = 1; d < dims; ++d)
        counts[d] = std::min(layout_.chunk[d], layout_.shape[d] - tile[d] * layout_.chunk[d]);
    if (dims > 1) line = counts[dims - 1] * width;
    for (std::size_t d = 1; d + 1 < dims; ++d) lines *= counts[d];
    std::vector<std::uint64_t> at(dims, 0);
    for (std::size_t i = 0; i < lines; ++i) {
        std::size_t source = row % layout_.chunk[0], target = 0;
        for (std::size_t d = 1; d < dims; ++d) {
            source = source * layout_.chunk[d] + at[d];
            target = target * layout_.shape[d] + tile[d] * layout_.chunk[d] + at[d];
        }
        std::memcpy(to + target * width, from + source * width, line);
        for (std::size_t d = dims - 1; d-- > 1;) {
            if (++at[d] < counts[d]) break;
            at[d] = 0;
        }
    }
}

}  // namespace hutch::curate::load
