#include "hutch/compute/queue.hpp"

#include "hutch/base/error.hpp"
#include "hutch/base/text.hpp"
#include "hutch/compute/detail/backend.hpp"
#include "hutch/compute/parallel.hpp"

#include <optional>

#include <fmt/format.h>

namespace hutch::compute {
namespace {

[[noreturn]] void refuse_device(std::string_view text) {
    throw Error(Fault::bad_input,
                fmt::format("'device' is {}; expected cpu, cpu:THREADS, emulated, cuda, cuda:NUMBER, hip or "
                            "hip:NUMBER; 'hutch machine' lists what is here",
                            in_quotes(text)));
}

}  // namespace

Queue Queue::open(std::string_view device) {
    std::size_t const colon = device.find(':');
    std::string const kind(device.substr(0, colon));
    std::optional<double> number;
    if (colon != std::string_view::npos) {
        number = to_number(device.substr(colon + 1));
        if (!number || *number != double(unsigned(std::clamp(*number, 0.0, 1e6)))) refuse_device(device);
    }
    if (kind == "cpu" && (!number || (*number >= 1 && *number <= 1024)))
        return Queue(detail::open_cpu(number ? unsigned(*number) : default_threads()));
    if (kind == "emulated") return Queue(detail::open_emulated(std::uint32_t(number.value_or(1))));
    if (kind == "cuda" || kind == "hip") return Queue(detail::open_plugin(kind, int(number.value_or(0))));
    refuse_device(device);
}

void Queue::wait() { backend_->wait(); }
std::string const& Queue::device() const { return backend_->device(); }
std::string Queue::kind() const { return device().substr(0, device().find(':')); }
void Queue::launch(Kernel const& kernel, void const* functor, std::size_t count) {
    backend_->launch(kernel, functor, count);
}

Memory::Memory(Queue queue, std::size_t bytes, Place place)
    : queue_(std::make_unique<Queue>(std::move(queue))), bytes_(bytes), place_(place) {
    if (bytes == 0) return;
    data_ = queue_->backend().allocate(bytes, place);
    if (data_ == nullptr)
        throw Error(Fault::exhausted, fmt::format("'{}' cannot give {:.3f} GB of memory; expected less to be "
                                                  "asked for; work on smaller batches",
                                                  queue_->device(), double(bytes) / 1e9));
}

Memory::~Memory() {
    if (data_ != nullptr) queue_->backend().release(data_, place_);
}

Memory::Memory(Memory&& other) noexcept
    : queue_(std::move(other.queue_)),
      data_(std::exchange(other.data_, nullptr)),
      bytes_(std::exchange(other.bytes_, 0)),
      place_(other.place_) {}

Memory& Memory::operator=(Memory&& other) noexcept {
    std::swap(queue_, other.queue_);
    std::swap(data_, other.data_);
    std::swap(bytes_, other.bytes_);
    std::swap(place_, other.place_);
    return *this;
}

namespace detail {

void copy_bytes(Queue& queue, void* to, void const* from, std::size_t bytes, Direction direction) {
    queue.backend().copy(to, from, bytes, direction);
}

void fill_bytes(Queue& queue, void* to, int value, std::size_t bytes) {
    queue.backend().fill(to, value, bytes);
}

void refuse_size(std::size_t has, std::size_t wanted) {
    throw Error(Fault::bug, fmt::format("'buffer' has {} elements; expected at least {}", has, wanted));
}

}  // namespace detail
}  // namespace hutch::compute
