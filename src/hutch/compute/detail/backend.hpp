/// Say what every back end of a queue can do.
#pragma once

#include "hutch/compute/queue.hpp"

#include <memory>
#include <string>

namespace hutch::compute::detail {

class Backend {
  public:
    explicit Backend(std::string device) : device_(std::move(device)) {}
    virtual ~Backend() = default;
    Backend(Backend const&) = delete;
    Backend& operator=(Backend const&) = delete;

    std::string const& device() const { return device_; }
    /// Return null when there is not enough.
    virtual void* allocate(std::size_t bytes, Memory::Place place) = 0;
    virtual void release(void* memory, Memory::Place place) noexcept = 0;
    virtual void copy(void* to, void const* from, std::size_t bytes, Direction direction) = 0;
    virtual void fill(void* to, int value, std::size_t bytes) = 0;
    virtual void wait() = 0;
    virtual void launch(Kernel const& kernel, void const* functor, std::size_t count) = 0;

  private:
    std::string device_;
};

std::shared_ptr<Backend> open_cpu(unsigned threads);
std::shared_ptr<Backend> open_emulated(std::uint32_t seed);
/// \throws Error unsupported with the reason
std::shared_ptr<Backend> open_plugin(std::string const& kind, int device);

}  // namespace hutch::compute::detail
