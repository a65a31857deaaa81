/// Give memory that begins at a cache line: tables, and scratch that is lent to calls of one plan.
#pragma once

#include <atomic>
#include <cstddef>
#include <new>
#include <vector>

namespace hutch::compute::detail {

constexpr std::align_val_t cache_line{64};

template <class Value>
struct FftAllocator {
    using value_type = Value;
    FftAllocator() = default;
    template <class Other>
    FftAllocator(FftAllocator<Other> const&) {}
    Value* allocate(std::size_t count) {
        return static_cast<Value*>(::operator new(count * sizeof(Value), cache_line));
    }
    void deallocate(Value* memory, std::size_t) { ::operator delete(memory, cache_line); }
    bool operator==(FftAllocator const&) const = default;
};

template <class Real>
using FftTable = std::vector<Real, FftAllocator<Real>>;

/// Memory of one size; any number of threads may borrow at once, the first `kept` pieces are used again.
class ScratchPool {
  public:
    explicit ScratchPool(std::size_t bytes) : bytes_(bytes) {}
    ScratchPool(ScratchPool const&) = delete;
    ScratchPool& operator=(ScratchPool const&) = delete;
    ~ScratchPool() {
        for (auto& slot : slots_) ::operator delete(slot.load(), cache_line);
    }

    std::size_t bytes() const { return bytes_; }

    /// A borrowed piece, given back at the end of the scope.
    class Loan {
      public:
        explicit Loan(ScratchPool& pool) : pool_(pool), memory_(pool.take()) {}
        Loan(Loan const&) = delete;
        Loan& operator=(Loan const&) = delete;
        ~Loan() { pool_.give_back(memory_); }
        void* memory() const { return memory_; }

      private:
        ScratchPool& pool_;
        void* memory_;
    };

  private:
    static constexpr std::size_t kept = 8;

    void* take() {
        for (auto& slot : slots_)
            if (slot.load(std::memory_order_relaxed) != nullptr)
                if (void* memory = slot.exchange(nullptr)) return memory;
        return ::operator new(bytes_, cache_line);
    }
    void give_back(void* memory) {
        for (auto& slot : slots_) {
            void* empty = nullptr;
            if (slot.compare_exchange_strong(empty, memory)) return;
        }
        ::operator delete(memory, cache_line);
    }

    std::size_t bytes_;
    std::atomic<void*> slots_[kept] = {};
};

}  // namespace hutch::compute::detail
