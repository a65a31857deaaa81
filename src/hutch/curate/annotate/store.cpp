#include "hutch/base/error.hpp"
#include "hutch/base/file.hpp"
#include "hutch/curate/annotate/annotation.hpp"
#include "hutch/curate/detail/find_files.hpp"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <map>
#include <set>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fmt/format.h>

namespace hutch::curate::annotate {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void fail(char const* what, fs::path const& path) {
    throw Error(Fault::external,
                fmt::format("cannot {} ({}): '{}'", what, std::strerror(errno), path.string()));
}

// A file that is locked for one writer as long as this lives.
class LockedFile {
  public:
    explicit LockedFile(fs::path path) : path_(std::move(path)) {
        handle_ = ::open(path_.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
        if (handle_ < 0) fail("open file", path_);
        while (::flock(handle_, LOCK_EX) != 0)
            if (errno != EINTR) {
                ::close(handle_);
                fail("lock file", path_);
            }
    }
    ~LockedFile() { ::close(handle_); }
    LockedFile(LockedFile const&) = delete;
    LockedFile& operator=(LockedFile const&) = delete;

    void cut(std::size_t bytes) const {
        if (::ftruncate(handle_, off_t(bytes)) != 0) fail("cut file", path_);
    }
    void write(std::string_view text) const {
        while (!text.empty()) {
            ssize_t const written = ::write(handle_, text.data(), text.size());
            if (written < 0 && errno != EINTR) fail("write file", path_);
            if (written > 0) text.remove_prefix(std::size_t(written));
        }
        if (::fsync(handle_) != 0) fail("sync file", path_);
    }

  private:
    fs::path path_;
    int handle_ = -1;
};

}  // namespace

std::size_t append(fs::path const& path, std::vector<Annotation> const& annotations) {
    for (Annotation const& one : annotations)
        if (auto const problem = first_problem(one)) throw Error(Fault::bad_input, *problem);
    if (path.has_parent_path()) fs::create_directories(path.parent_path());
    LockedFile const file(path);
    std::string const there = read_file(path);
    std::size_t const end = there.rfind('\n') == there.npos ? 0 : there.rfind('\n') + 1;
    std::set<std::string> ids;
    for (Annotation const& one : parse_annotations(there, path.string())) ids.insert(one.id);
    std::string text;
    std::size_t count = 0;
    for (Annotation const& one : annotations) {
        if (!ids.insert(one.id).second) continue;
        text += to_json(one) + "\n";
        ++count;
    }
    if (end != there.size()) file.cut(end);
    if (!text.empty()) file.write(text);
    return count;
}

std::vector<Annotation> read_annotations(fs::path const& path) {
    std::vector<Annotation> all;
    std::map<std::string, std::string> seen;
    for (fs::path const& file : detail::find_files(path.string())) {
        if (file.extension() != ".jsonl") continue;
        for (Annotation& one : parse_annotations(read_file(file), file.string())) {
            std::string const text = to_json(one);
            auto const [place, is_new] = seen.emplace(one.id, text);
            if (!is_new && place->second != text)
                throw Error(Fault::bad_data, fmt::format("'id' is '{}' in two files, with other words; "
                                                         "expected ids that differ: '{}'",
                                                         one.id, file.string()));
            if (is_new) all.push_back(std::move(one));
        }
    }
    return all;
}

}  // namespace hutch::curate::annotate
