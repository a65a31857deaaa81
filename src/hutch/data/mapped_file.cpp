#include "hutch/data/mapped_file.hpp"

#include "hutch/base/error.hpp"

#include <algorithm>
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

// Step by step, as far as the page cache has all of it.
void populate([[maybe_unused]] std::span<std::byte const> bytes) {
#if defined(MADV_POPULATE_READ)
    constexpr std::size_t step = std::size_t{64} << 20;
    std::size_t const page = std::size_t(::sysconf(_SC_PAGESIZE));
    std::vector<unsigned char> is_here(step / page + 1);
    for (std::size_t first = 0; first < bytes.size(); first += step) {
        std::size_t const count = std::min(step, bytes.size() - first);
        void* const start = const_cast<std::byte*>(bytes.data()) + first;
        if (::mincore(start, count, is_here.data()) != 0) return;
        for (std::size_t i = 0; i * page < count; ++i)
            if ((is_here[i] & 1) == 0) return;
        if (::madvise(start, count, MADV_POPULATE_READ) != 0) return;
    }
#endif
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
    populate(bytes_);
}

MappedFile::~MappedFile() {
    if (!bytes_.empty()) ::munmap(const_cast<std::byte*>(bytes_.data()), bytes_.size());
}

MappedFile::MappedFile(MappedFile&& other) noexcept : bytes_(std::exchange(other.bytes_, {})) {}

void MappedFile::will_need(std::size_t offset, std::size_t count) const {
    if (count == 0) return;
    Pages const pages = pages_of(bytes_, offset, count);
    ::madvise(pages.first, pages.count, MADV_WILLNEED);
}

}  // namespace hutch::data
