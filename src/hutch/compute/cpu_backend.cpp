// Kernels on threads of the processor: the plain form, the threaded one, and the emulated one for tests.
#include "hutch/compute/detail/backend.hpp"
#include "hutch/compute/parallel.hpp"

#include <algorithm>
#include <cstring>
#include <new>
#include <numeric>
#include <thread>
#include <unistd.h>
#include <vector>

namespace hutch::compute::detail {
namespace {

constexpr int poison = 0xFF;  // NaN as a float or double, -1 as an integer
constexpr std::align_val_t alignment{64};

/// Shared memory of one block, by its true size: an overrun is one of the heap.
class SharedMemory {
  public:
    explicit SharedMemory(std::size_t bytes)
        : bytes_(bytes), data_(bytes > 0 ? ::operator new(bytes, alignment) : nullptr) {}
    ~SharedMemory() {
        if (data_ != nullptr) ::operator delete(data_, alignment);
    }
    SharedMemory(SharedMemory const&) = delete;
    SharedMemory& operator=(SharedMemory const&) = delete;
    void* data() const { return data_; }
    void spoil() {
        if (bytes_ > 0) std::memset(data_, poison, bytes_);
    }

  private:
    std::size_t bytes_;
    void* data_;
};

class CpuBackend : public Backend {
  public:
    CpuBackend(std::string device, unsigned threads) : Backend(std::move(device)), threads_(threads) {}

    // Linux would promise more memory than there is and kill the process when it is used.
    void* allocate(std::size_t bytes, Memory::Place) override {
        if (bytes / std::size_t(::sysconf(_SC_PAGESIZE)) >= std::size_t(::sysconf(_SC_PHYS_PAGES)))
            return nullptr;
        return ::operator new(bytes, alignment, std::nothrow);
    }
    void release(void* memory, Memory::Place) noexcept override { ::operator delete(memory, alignment); }
    void copy(void* to, void const* from, std::size_t bytes, Direction) override {
        std::memcpy(to, from, bytes);
    }
    void fill(void* to, int value, std::size_t bytes) override { std::memset(to, value, bytes); }
    void wait() override {}

    void launch(Kernel const& kernel, void const* functor, std::size_t count) override {
        if (threads_ == 1) {
            SharedMemory shared(kernel.shared_bytes);
            return kernel.run(functor, 0, count, shared.data(), 0);
        }
        // Starting a thread costs about as much as some thousand indices of a loop or one block.
        std::size_t const least = kernel.shared_bytes > 0 ? 1 : 4096;
        std::size_t const share = std::max(least, count / (8 * std::size_t(threads_)));
        parallel_for((count + share - 1) / share, threads_, [&](std::size_t part, unsigned) {
            SharedMemory shared(kernel.shared_bytes);
            kernel.run(functor, part * share, std::min(count, (part + 1) * share), shared.data(), 0);
        });
    }

  protected:
    unsigned threads_;
};

class EmulatedBackend : public CpuBackend {
  public:
    explicit EmulatedBackend(std::uint32_t seed)
        : CpuBackend("emulated:" + std::to_string(seed), 4), state_(seed * 2654435761u + 1) {}

    void* allocate(std::size_t bytes, Memory::Place place) override {
        void* const memory = CpuBackend::allocate(bytes, place);
        if (memory != nullptr) std::memset(memory, poison, bytes);
        return memory;
    }

    void launch(Kernel const& kernel, void const* functor, std::size_t count) override {
        std::size_t const share = kernel.shared_bytes > 0 ? 1 : 64;
        std::vector<std::size_t> parts((count + share - 1) / share);
        std::iota(parts.begin(), parts.end(), std::size_t(0));
        for (std::size_t i = parts.size(); i > 1; --i) std::swap(parts[i - 1], parts[next() % i]);
        std::uint32_t const order = next() | 1;
        // Every thread gets its blocks beforehand: were they handed out, the first thread could take all of a
        // short launch, and ThreadSanitizer would see no race between them.
        auto const work = [&](std::size_t first_part) {
            for (std::size_t i = first_part; i < parts.size(); i += threads_) {
                SharedMemory shared(kernel.shared_bytes);
                shared.spoil();
                std::size_t const first = parts[i] * share;
                kernel.run(functor, first, std::min(count, first + share), shared.data(),
                           (order + 2 * std::uint32_t(i)) | 1);
            }
        };
        std::vector<std::thread> threads;
        for (std::size_t i = 0; i < threads_ && i < parts.size(); ++i) threads.emplace_back(work, i);
        for (auto& thread : threads) thread.join();
    }

  private:
    std::uint32_t next() {  // xorshift: the order of blocks needs no better numbers
        state_ ^= state_ << 13, state_ ^= state_ >> 17, state_ ^= state_ << 5;
        return state_;
    }
    std::uint32_t state_;
};

}  // namespace

std::shared_ptr<Backend> open_cpu(unsigned threads) {
    return std::make_shared<CpuBackend>("cpu:" + std::to_string(threads), threads);
}

std::shared_ptr<Backend> open_emulated(std::uint32_t seed) { return std::make_shared<EmulatedBackend>(seed); }

}  // namespace hutch::compute::detail
