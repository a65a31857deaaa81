#include "hutch/curate/load/batch.hpp"

#include "hutch/base/error.hpp"

#include <cstdlib>
#include <sys/mman.h>
#include <utility>

#include <fmt/format.h>

namespace hutch::curate::load {
namespace {

constexpr std::size_t large_page = std::size_t{2} << 20, line = 64;

}  // namespace

Buffer::Buffer(std::size_t bytes) : data_(nullptr), bytes_(bytes) {
    bool const is_large = bytes >= large_page;
    std::size_t const step = is_large ? large_page : line,
                      size = std::max(step, (bytes + step - 1) / step * step);
    data_ = static_cast<std::byte*>(std::aligned_alloc(step, size));
    if (data_ == nullptr)
        throw Error(Fault::exhausted,
                    fmt::format("there is no memory for a batch of {} bytes; expected it to fit; choose a "
                                "smaller 'batch' or fewer 'workers'",
                                bytes));
#if defined(MADV_HUGEPAGE)
    if (is_large) ::madvise(data_, size, MADV_HUGEPAGE);
#endif
}

Buffer::~Buffer() { std::free(data_); }

std::unique_ptr<Buffer> BufferPool::take() {
    {
        std::lock_guard const lock(mutex_);
        if (!free_.empty()) {
            auto buffer = std::move(free_.back());
            free_.pop_back();
            return buffer;
        }
    }
    return std::make_unique<Buffer>(bytes_);
}

void BufferPool::give_back(std::unique_ptr<Buffer> buffer) {
    std::lock_guard const lock(mutex_);
    free_.push_back(std::move(buffer));
}

Batch::Batch(std::shared_ptr<std::vector<BatchField> const> fields, std::shared_ptr<BufferPool> pool)
    : texts(fields->size()), fields_(std::move(fields)), pool_(std::move(pool)), buffer_(pool_->take()) {}

Batch::~Batch() { pool_->give_back(std::move(buffer_)); }

std::span<std::byte> Batch::numbers(std::size_t field) const {
    BatchField const& one = fields()[field];
    return {buffer_->data() + one.offset, one.bytes * records.size()};
}

}  // namespace hutch::curate::load
