/// Lend aligned scratch memory to calls of one plan, and keep it for the next call.
#pragma once

#include <atomic>
#include <cstddef>
#include <new>

namespace hutch::compute::detail {

/// Memory of one size; any number of threads may borrow at once, the first `kept` pieces are used again.
class ScratchPool {
  public:
    static constexpr std::align_val_t alignment{64};

    explicit ScratchPool(std::size_t bytes) : bytes_(bytes) {}
    ScratchPool(ScratchPool const&) = delete;
    ScratchPool& operator=(ScratchPool const&) = delete;
    ~ScratchPool() {
        for (auto& slot : slots_) ::operator delete(slot.load(), alignment);
    }

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
        return ::operator new(bytes_, alignment);
    }
    void give_back(void* memory) {
        for (auto& slot : slots_) {
            void* empty = nullptr;
            if (slot.compare_exchange_strong(empty, memory)) return;
        }
        ::operator delete(memory, alignment);
    }

    std::size_t bytes_;
    std::atomic<void*> slots_[kept] = {};
};

}  // namespace hutch::compute::detail
