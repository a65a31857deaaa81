#include "hutch/flow/journal.hpp"

#include "hutch/base/checksum.hpp"
#include "hutch/base/error.hpp"
#include "hutch/base/file.hpp"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <fcntl.h>
#include <fstream>
#include <unistd.h>

#include <fmt/format.h>

namespace hutch::flow {
namespace {

constexpr std::size_t sum_length = 16;  // of SHA-256: enough against torn and damaged lines

std::string unique_name() {
    char host[65] = {};
    ::gethostname(host, sizeof host - 1);
    for (char& c : host)
        if (c == '/' || c == '.') c = '-';
    auto const now = std::chrono::system_clock::now().time_since_epoch();
    return fmt::format("{}-{:x}-{}", host, std::chrono::duration_cast<std::chrono::microseconds>(now).count(),
                       ::getpid());
}

}  // namespace

std::string to_journal_line(std::string_view text) {
    return sha256(text).substr(0, sum_length) + " " + std::string(text) + "\n";
}

std::string_view checked_text(std::string_view line) {
    if (line.size() <= sum_length + 1 || line[sum_length] != ' ') return {};
    std::string_view const text = line.substr(sum_length + 1);
    return std::string_view(sha256(text)).substr(0, sum_length) == line.substr(0, sum_length)
               ? text
               : std::string_view();
}

JournalWriter::JournalWriter(std::filesystem::path const& folder)
    : name_(unique_name()), path_(folder / (name_ + ".log")) {
    handle_ = ::open(path_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, 0644);
    if (handle_ < 0)
        throw Error(Fault::external,
                    fmt::format("cannot make a journal ({}): '{}'", std::strerror(errno), path_.string()));
}

JournalWriter::~JournalWriter() {
    bool const is_empty = ::lseek(handle_, 0, SEEK_END) == 0;
    ::close(handle_);
    if (is_empty) ::unlink(path_.c_str());
}

void JournalWriter::append(std::vector<std::string> const& lines) {
    std::string bytes;
    for (std::string const& line : lines) bytes += to_journal_line(line);
    for (std::size_t done = 0; done < bytes.size();) {
        ssize_t const count = ::write(handle_, bytes.data() + done, bytes.size() - done);
        if (count < 0 && errno == EINTR) continue;
        if (count < 0)
            throw Error(Fault::external,
                        fmt::format("cannot write ({}): '{}'", std::strerror(errno), path_.string()));
        done += std::size_t(count);
    }
    if (::fdatasync(handle_) != 0)
        throw Error(Fault::external,
                    fmt::format("cannot sync to disk ({}): '{}'", std::strerror(errno), path_.string()));
}

std::size_t JournalReader::read(std::function<void(std::string_view)> const& use) {
    std::vector<std::filesystem::path> files;
    if (!std::filesystem::exists(folder_)) return 0;
    for (auto const& entry : std::filesystem::directory_iterator(folder_))
        if (entry.path().extension() == ".log") files.push_back(entry.path());
    std::ranges::sort(files);
    std::size_t broken = 0;
    for (auto const& file : files) {
        std::uint64_t& done = done_[file.filename().string()];
        std::error_code problem;
        std::uint64_t const size = std::filesystem::file_size(file, problem);
        if (problem || size <= done) continue;
        std::ifstream in(file, std::ios::binary);
        std::string bytes(size - done, '\0');
        in.seekg(std::streamoff(done));
        in.read(bytes.data(), std::streamsize(bytes.size()));
        std::string_view rest = std::string_view(bytes).substr(0, std::size_t(in.gcount()));
        for (std::size_t end; (end = rest.find('\n')) != rest.npos; rest.remove_prefix(end + 1)) {
            done += end + 1;
            std::string_view const text = checked_text(rest.substr(0, end));
            if (text.empty())
                ++broken;
            else
                use(text);
        }
    }
    return broken;
}

}  // namespace hutch::flow
