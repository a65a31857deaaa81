// Kernels on a device, through its plug-in.
#include "hutch/base/error.hpp"
#include "hutch/compute/detail/backend.hpp"
#include "hutch/compute/detail/plugin_library.hpp"

#include <fmt/format.h>

namespace hutch::compute::detail {
namespace {

class PluginBackend : public Backend {
  public:
    PluginBackend(std::string const& kind, int device)
        : Backend(fmt::format("{}:{}", kind, device)), library_(plugin_library(kind)), number_(device) {
        check("open", table().use(number_));
        check("open", table().open(&stream_));
    }
    ~PluginBackend() override {
        table().use(number_);
        table().close(stream_);
    }

    void* allocate(std::size_t bytes, Memory::Place place) override {
        use();
        void* memory = nullptr;
        int const code = place == Memory::Place::device ? table().allocate(bytes, &memory)
                                                        : table().allocate_pinned(bytes, &memory);
        if (table().is_exhausted(code)) return nullptr;
        check("allocate memory on", code);
        return memory;
    }
    // The device may still work on it: what was launched is waited for.
    void release(void* memory, Memory::Place place) noexcept override {
        table().use(number_);
        table().wait(stream_);
        if (place == Memory::Place::device)
            table().release(memory);
        else
            table().release_pinned(memory);
    }
    void copy(void* to, void const* from, std::size_t bytes, Direction direction) override {
        use();
        check("copy with", table().copy(stream_, to, from, bytes, int(direction)));
    }
    void fill(void* to, int value, std::size_t bytes) override {
        use();
        check("write on", table().fill(stream_, to, value, bytes));
    }
    void wait() override {
        use();
        check("finish on", table().wait(stream_));
    }
    void launch(Kernel const& kernel, void const* functor, std::size_t count) override {
        Launcher const launcher = library_.find_launcher(kernel.name);
        if (launcher == nullptr)
            throw Error(Fault::bug,
                        fmt::format("'{}' is no kernel of the plug-in; expected program and plug-in of "
                                    "one build; build both again",
                                    kernel.name));
        use();
        int const code = launcher(stream_, functor, kernel.functor_bytes, count);
        if (code != 0)
            throw Error(Fault::external, fmt::format("cannot run kernel '{}' on '{}' ({})", kernel.name,
                                                     device(), table().error_text(code)));
    }

  private:
    HutchPlugin const& table() const { return *library_.table(); }
    void use() { check("use", table().use(number_)); }
    void check(char const* what, int code) const {
        if (code != 0)
            throw Error(Fault::external,
                        fmt::format("cannot {} '{}' ({})", what, device(), table().error_text(code)));
    }

    PluginLibrary& library_;
    int number_;
    void* stream_ = nullptr;
};

}  // namespace

std::shared_ptr<Backend> open_plugin(std::string const& kind, int device) {
    PluginLibrary const& library = plugin_library(kind);
    if (library.table() == nullptr)
        throw Error(Fault::unsupported,
                    fmt::format("'device' is {} ({}); expected a device that is here; use cpu", kind,
                                library.problem()));
    if (device >= library.devices())
        throw Error(Fault::unsupported, fmt::format("'device' is {}:{}; expected a number below {}", kind,
                                                    device, library.devices()));
    return std::make_shared<PluginBackend>(kind, device);
}

}  // namespace hutch::compute::detail
