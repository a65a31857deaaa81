/// Run kernels and keep memory on whatever is here: processor threads, a CUDA or HIP device, or an emulated
/// one.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace hutch::compute {

namespace detail {
class Backend;
}

/// What a back end needs to know of one kernel; made by HUTCH_EXPORT_KERNEL (launch.hpp).
struct Kernel {
    char const* name;
    std::size_t functor_bytes;
    std::size_t shared_bytes;  ///< 0: a loop kernel
    /// Run indices or blocks [first, last) on the processor; `order` 0 is the plain order of threads.
    void (*run)(void const* functor, std::size_t first, std::size_t last, void* shared, std::uint32_t order);
};

/// Return the kernel of a functor; defined where HUTCH_EXPORT_KERNEL names the functor (else a link error).
template <class Functor>
Kernel const& kernel_of();

/// A place where kernels run one after the other; copies are handles of the same one.
///
/// Launches and asynchronous copies return at once on a device. Kernels of one queue see the results of those
/// before them. Not for two threads at a time.
class Queue {
  public:
    /// Open a queue by text: `cpu`, `cpu:4` (threads), `emulated`, `emulated:7` (seed), `cuda`, `cuda:1`,
    /// `hip`.
    ///
    /// `cpu:1` is the plain form: one loop, in order. `emulated` is for tests: blocks run in shuffled order
    /// on several threads, shared and fresh memory hold NaN, and every buffer is an allocation of its own.
    /// \throws Error bad_input for another text, unsupported with the reason where there is no such device
    static Queue open(std::string_view device);

    /// Return when all that was launched and copied is done. \throws Error external when any of it failed
    void wait();
    /// Return what was opened, with its number: `cpu:4`, `cuda:0`.
    std::string const& device() const;
    /// Return `cpu`, `emulated`, `cuda` or `hip`.
    std::string kind() const;

    /// Run a kernel by its description; parallel_for and run_blocks are the typed way.
    void launch(Kernel const& kernel, void const* functor, std::size_t count);
    detail::Backend& backend() const { return *backend_; }

  private:
    explicit Queue(std::shared_ptr<detail::Backend> backend) : backend_(std::move(backend)) {}
    std::shared_ptr<detail::Backend> backend_;
};

/// Call `functor(i)` for each i in [0, count), in any order.
template <class Functor>
void parallel_for(Queue& queue, std::size_t count, Functor const& functor) {
    static_assert(std::is_trivially_copyable_v<Functor>);
    if (count > 0) queue.launch(kernel_of<Functor>(), &functor, count);
}

/// Run `blocks` blocks of a block kernel, in any order.
template <class Functor>
void run_blocks(Queue& queue, std::size_t blocks, Functor const& functor) {
    static_assert(std::is_trivially_copyable_v<Functor> && std::is_trivial_v<typename Functor::Shared>);
    if (blocks > 0) queue.launch(kernel_of<Functor>(), &functor, blocks);
}

/// Memory of a queue's device, or pinned memory of the host: owned bytes.
class Memory {
  public:
    enum class Place { device, pinned };
    Memory() = default;
    /// Fresh memory holds anything. \throws Error exhausted
    Memory(Queue queue, std::size_t bytes, Place place);
    ~Memory();
    Memory(Memory&& other) noexcept;
    Memory& operator=(Memory&& other) noexcept;

    void* data() const { return data_; }
    std::size_t bytes() const { return bytes_; }
    Queue& queue() { return *queue_; }

  private:
    std::unique_ptr<Queue> queue_;
    void* data_ = nullptr;
    std::size_t bytes_ = 0;
    Place place_ = Place::device;
};

namespace detail {
enum class Direction { to_device, to_host, on_device };
void copy_bytes(Queue& queue, void* to, void const* from, std::size_t bytes, Direction direction);
void fill_bytes(Queue& queue, void* to, int value, std::size_t bytes);
[[noreturn]] void refuse_size(std::size_t has, std::size_t wanted);
inline void check_room(std::size_t has, std::size_t first, std::size_t count) {
    if (first > has || count > has - first) refuse_size(has, first + count);
}
}  // namespace detail

/// Memory of the host that asynchronous copies use directly.
template <class T>
class PinnedArray {
  public:
    PinnedArray(Queue const& queue, std::size_t size)
        : memory_(queue, size * sizeof(T), Memory::Place::pinned), size_(size) {}
    T* data() { return static_cast<T*>(memory_.data()); }
    std::size_t size() const { return size_; }
    std::span<T> span() { return {data(), size_}; }

  private:
    Memory memory_;
    std::size_t size_;
};

/// `size` numbers in the memory of a queue's device. Kernels get data(); the host gets at them by copies
/// only.
template <class T>
class Buffer {
  public:
    static_assert(std::is_trivially_copyable_v<T>);
    Buffer() = default;
    Buffer(Queue const& queue, std::size_t size)
        : memory_(queue, size * sizeof(T), Memory::Place::device), size_(size) {}
    Buffer(Queue const& queue, std::span<T const> values) : Buffer(queue, values.size()) { upload(values); }
    Buffer(Queue const& queue, std::vector<T> const& values) : Buffer(queue, std::span<T const>(values)) {}

    T* data() const { return static_cast<T*>(memory_.data()); }
    std::size_t size() const { return size_; }

    /// Copy from ordinary memory to [first, ...); it has to stay as it is until wait() or a download.
    void upload(std::span<T const> from, std::size_t first = 0) {
        detail::check_room(size_, first, from.size());
        if (!from.empty())
            detail::copy_bytes(memory_.queue(), data() + first, from.data(), from.size_bytes(),
                               detail::Direction::to_device);
    }
    /// Wait for what was launched and copy [first, first + to.size()) to ordinary memory.
    void download(std::span<T> to, std::size_t first = 0) {
        detail::check_room(size_, first, to.size());
        if (to.empty()) return;
        detail::copy_bytes(memory_.queue(), to.data(), data() + first, to.size_bytes(),
                           detail::Direction::to_host);
        memory_.queue().wait();
    }
    std::vector<T> to_vector() {
        std::vector<T> values(size_);
        download(values);
        return values;
    }
    /// Copy without waiting: the pinned array must stay as it is until Queue::wait().
    void upload_async(PinnedArray<T>& from, std::size_t count) {
        detail::check_room(std::min(size_, from.size()), 0, count);
        if (count > 0)
            detail::copy_bytes(memory_.queue(), data(), from.data(), count * sizeof(T),
                               detail::Direction::to_device);
    }
    void download_async(PinnedArray<T>& to, std::size_t count) {
        detail::check_room(std::min(size_, to.size()), 0, count);
        if (count > 0)
            detail::copy_bytes(memory_.queue(), to.data(), data(), count * sizeof(T),
                               detail::Direction::to_host);
    }
    /// Set all bytes to 0 (in the queue's order).
    void clear() {
        if (size_ > 0) detail::fill_bytes(memory_.queue(), data(), 0, size_ * sizeof(T));
    }

  private:
    Memory memory_;
    std::size_t size_ = 0;
};

}  // namespace hutch::compute
