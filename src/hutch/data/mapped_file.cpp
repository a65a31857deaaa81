#include "hutch/data/mapped_file.hpp"

#include "hutch/base/error.hpp"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>
#include <vector>

#include <fmt/format.h>

namespace hutch::data {
namespace {

// Whole pages around a range.
struct Pages {
    void* first;
    std::size_t count;
};
Pages pages_of(std::span<std::byte const> bytes, std::size_t offset, std::size_t count) {
    std::size_t const page = std::size_t(::sysconf(_SC_PAGESIZE)), first = offset / page * page;
    return {const_cast<std::byte*>(bytes.data()) + first, offset + count - first};
}

}  // namespace

MappedFile::MappedFile(std::filesystem::path const& path) {
    int const file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (file < 0)
        throw Error(errno == ENOENT ? Fault::not_found : Fault::external,
                    fmt::format("'{}' cannot be opened ({}); expected a file that may be read", path.string(),
                                std::strerror(errno)));
    struct stat about{};
    bool const is_known = ::fstat(file, &about) == 0;
    auto const size = std::size_t(about.st_size);
    void* const start =
        is_known && size > 0 ? ::mmap(nullptr, size, PROT_READ, MAP_SHARED, file, 0) : nullptr;
    int const problem = errno;
    ::close(file);
    if (!is_known || start == MAP_FAILED)
        throw Error(Fault::external,
                    fmt::format("'{}' cannot be mapped ({}); expected a file system that can", path.string(),
                                std::strerror(problem)));
    bytes_ = {static_cast<std::byte const*>(start), size};
#if defined(MADV_HUGEPAGE)
    if (size > 0) ::madvise(start, size, MADV_HUGEPAGE);
#endif
}

MappedFile::~MappedFile() {
    if (!bytes_.empty()) ::munmap(const_cast<std::byte*>(bytes_.data()), bytes_.size());
}

MappedFile::MappedFile(MappedFile&& other) noexcept : bytes_(std::exchange(other.bytes_, {})) {}

void MappedFile::populate([[maybe_unused]] std::size_t offset, [[maybe_unused]] std::size_t count) const {
#if defined(MADV_POPULATE_READ)
    if (count == 0) return;
    Pages const pages = pages_of(bytes_, offset, count);
    std::size_t const page = std::size_t(::sysconf(_SC_PAGESIZE));
    std::vector<unsigned char> is_here((pages.count + page - 1) / page);
    if (::mincore(pages.first, pages.count, is_here.data()) != 0) return;
    for (unsigned char const one : is_here)
        if ((one & 1) == 0) return;
    ::madvise(pages.first, pages.count, MADV_POPULATE_READ);
#endif
}

void MappedFile::will_need(std::size_t offset, std::size_t count) const {
    if (count == 0) return;
    Pages const pages = pages_of(bytes_, offset, count);
    ::madvise(pages.first, pages.count, MADV_WILLNEED);
}

}  // namespace hutch::data
