/// Some records side by side in memory, one array for each field.
#pragma once

#include "hutch/curate/load/record_set.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <vector>

namespace hutch::curate::load {

/// Memory that starts on 2 MiB and asks for large pages, so that filling it costs few faults.
class Buffer {
  public:
    explicit Buffer(std::size_t bytes);
    ~Buffer();
    Buffer(Buffer const&) = delete;
    Buffer& operator=(Buffer const&) = delete;
    std::byte* data() const { return data_; }

  private:
    std::byte* data_;
    std::size_t bytes_;
};

/// Buffers of one size that go round.
class BufferPool {
  public:
    explicit BufferPool(std::size_t bytes) : bytes_(bytes) {}
    std::unique_ptr<Buffer> take();
    void give_back(std::unique_ptr<Buffer> buffer);

  private:
    std::size_t bytes_;
    std::mutex mutex_;
    std::vector<std::unique_ptr<Buffer>> free_;
};

/// A field as batches hold it.
struct BatchField {
    std::string name;
    std::size_t column = 0;             ///< of the RecordSet
    data::ElementType type;             ///< of this machine's byte order
    std::vector<std::uint64_t> shape;   ///< of one record
    std::size_t bytes = 0, offset = 0;  ///< of one record; of the field within the buffer
    bool is_text = false;
};

/// Records of one step of training. The memory goes back to the loader's pool when the last owner lets go.
class Batch {
  public:
    Batch(std::shared_ptr<std::vector<BatchField> const> fields, std::shared_ptr<BufferPool> pool);
    ~Batch();
    std::uint64_t epoch = 0, number = 0;          ///< of the epoch; of the batch within it
    std::vector<std::uint64_t> records;           ///< numbers within the split
    std::vector<std::vector<std::string>> texts;  ///< of each field; empty for numbers

    std::vector<BatchField> const& fields() const { return *fields_; }
    /// Return the numbers of a field, one record after the other.
    std::span<std::byte> numbers(std::size_t field) const;

  private:
    std::shared_ptr<std::vector<BatchField> const> fields_;
    std::shared_ptr<BufferPool> pool_;
    std::unique_ptr<Buffer> buffer_;
};

}  // namespace hutch::curate::load
