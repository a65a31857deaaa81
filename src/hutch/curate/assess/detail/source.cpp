#include "hutch/curate/assess/detail/source.hpp"

#include "hutch/base/error.hpp"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fmt/format.h>

namespace hutch::curate::assess::detail {
namespace {

[[noreturn]] void fail_short(std::string const& name, std::uint64_t size, std::uint64_t wanted) {
    throw Error(Fault::bad_data,
                fmt::format("'{}' has {} bytes; expected at least {}: the file was cut", name, size, wanted));
}

class FileSource : public Source {
  public:
    explicit FileSource(std::filesystem::path const& path)
        : Source(path.string()), descriptor_(::open(path.c_str(), O_RDONLY | O_CLOEXEC)) {
        struct stat about{};
        if (descriptor_ < 0 || ::fstat(descriptor_, &about) != 0) {
            int const why = errno;
            throw Error(why == EACCES ? Fault::denied : Fault::not_found,
                        fmt::format("cannot read file ({}): '{}'", std::strerror(why), path.string()));
        }
        size_ = std::uint64_t(about.st_size);
    }
    ~FileSource() override {
        if (descriptor_ >= 0) ::close(descriptor_);
    }
    FileSource(FileSource const&) = delete;
    FileSource& operator=(FileSource const&) = delete;
    std::uint64_t size() const override { return size_; }
    void read(std::uint64_t offset, std::uint64_t bytes, void* to) const override {
        if (offset > size_ || bytes > size_ - offset) fail_short(name(), size_, offset + bytes);
        auto* at = static_cast<char*>(to);
        while (bytes > 0) {
            ssize_t const got = ::pread(descriptor_, at, bytes, off_t(offset));
            if (got < 0 && errno == EINTR) continue;
            if (got < 0)
                throw Error(Fault::external,
                            fmt::format("cannot read file ({}): '{}'", std::strerror(errno), name()));
            if (got == 0) fail_short(name(), offset, offset + bytes);
            at += got, offset += std::uint64_t(got), bytes -= std::uint64_t(got);
        }
    }

  private:
    int descriptor_;
    std::uint64_t size_ = 0;
};

class BytesSource : public Source {
  public:
    explicit BytesSource(std::string bytes) : Source("bytes"), bytes_(std::move(bytes)) {}
    std::uint64_t size() const override { return bytes_.size(); }
    void read(std::uint64_t offset, std::uint64_t bytes, void* to) const override {
        if (offset > bytes_.size() || bytes > bytes_.size() - offset)
            fail_short(name(), bytes_.size(), offset + bytes);
        if (bytes > 0) std::memcpy(to, bytes_.data() + offset, bytes);
    }

  private:
    std::string bytes_;
};

}  // namespace

std::shared_ptr<Source const> open_source(std::filesystem::path const& path) {
    return std::make_shared<FileSource>(path);
}

std::shared_ptr<Source const> source_of_bytes(std::string bytes) {
    return std::make_shared<BytesSource>(std::move(bytes));
}

}  // namespace hutch::curate::assess::detail
