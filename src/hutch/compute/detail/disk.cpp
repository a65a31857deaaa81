#include "hutch/compute/detail/disk.hpp"

#include "hutch/base/error.hpp"
#include "hutch/base/random.hpp"

#include <cerrno>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <memory>
#include <string>
#include <unistd.h>

#include <fmt/format.h>

namespace hutch::compute::detail {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t block_bytes = 8 << 20, page_bytes = 4096;
constexpr double most_seconds = 4;

double now() {
    return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

[[noreturn]] void fail(char const* what, fs::path const& path) {
    throw Error(Fault::external,
                fmt::format("cannot {} file ({}): '{}'", what, std::strerror(errno), path.string()));
}

// Opened past the page cache if that is allowed; removed at the end.
class ScratchFile {
  public:
    explicit ScratchFile(fs::path const& folder)
        : path_(folder / fmt::format(".hutch_machine_{}", ::getpid())) {
        handle_ = open_with(O_RDWR | O_CREAT | O_EXCL);
        if (handle_ < 0) fail("create", path_);
        is_direct_ = switch_direct(true);
    }
    ScratchFile(ScratchFile const&) = delete;
    ScratchFile& operator=(ScratchFile const&) = delete;
    ~ScratchFile() {
        ::close(handle_);
        ::unlink(path_.c_str());
    }
    bool is_direct() const { return is_direct_; }
    /// Some file systems take the flag and refuse the first transfer.
    bool give_up_direct() { return is_direct_ && !(is_direct_ = !switch_direct(false)); }
    bool transfer(bool writes, char* block, int index) {
        auto const offset = off_t(index) * off_t(block_bytes);
        ssize_t const done = writes ? ::pwrite(handle_, block, block_bytes, offset)
                                    : ::pread(handle_, block, block_bytes, offset);
        return done == ssize_t(block_bytes);
    }
    void sync() {
        if (::fsync(handle_) != 0) fail("sync", path_);
    }
    void drop_from_cache() { (void)::posix_fadvise(handle_, 0, 0, POSIX_FADV_DONTNEED); }
    fs::path const& path() const { return path_; }

  private:
    int open_with(int flags) const { return ::open(path_.c_str(), flags | O_CLOEXEC, 0600); }
    bool switch_direct([[maybe_unused]] bool on) const {
#if defined(O_DIRECT)
        int const flags = ::fcntl(handle_, F_GETFL);
        return ::fcntl(handle_, F_SETFL, on ? flags | O_DIRECT : flags & ~O_DIRECT) == 0;
#else
        return false;
#endif
    }
    fs::path path_;
    int handle_ = -1;
    bool is_direct_ = false;
};

// Return how many blocks were written; a compressing disk gains nothing on random bytes.
int write_blocks(ScratchFile& file, char* block, int most_blocks) {
    double const start = now();
    int written = 0;
    for (; written < most_blocks && (written == 0 || now() - start < most_seconds); ++written) {
        if (file.transfer(true, block, written)) continue;
        if (written == 0 && file.give_up_direct() && file.transfer(true, block, written)) continue;
        if (written == 0) fail("write", file.path());
        break;
    }
    file.sync();
    return written;
}

}  // namespace

DiskRates measure_disk(fs::path const& folder, int most_blocks) {
    struct Free {
        void operator()(char* at) const { std::free(at); }
    };
    std::unique_ptr<char, Free> const block(static_cast<char*>(std::aligned_alloc(page_bytes, block_bytes)));
    if (!block) throw std::bad_alloc();
    RandomStream random(1, 98, 0);
    for (std::size_t i = 0; i < block_bytes; i += sizeof(std::uint64_t)) {
        std::uint64_t const word = random.bits();
        std::memcpy(block.get() + i, &word, sizeof word);
    }
    ScratchFile file(folder);
    DiskRates rates;
    rates.folder = folder.string();
    double start = now();
    int const blocks = write_blocks(file, block.get(), most_blocks);
    rates.bytes = std::uint64_t(blocks) * block_bytes;
    rates.write = double(rates.bytes) / (now() - start);
    file.drop_from_cache();
    start = now();
    for (int i = 0; i < blocks; ++i)
        if (!file.transfer(false, block.get(), i)) fail("read", file.path());
    rates.read = double(rates.bytes) / (now() - start);
    rates.is_direct = file.is_direct();
    return rates;
}

}  // namespace hutch::compute::detail
