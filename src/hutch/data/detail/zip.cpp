#include "hutch/data/detail/zip.hpp"

#include "hutch/base/error.hpp"
#include "hutch/base/text.hpp"

#include <array>

#include <fmt/format.h>
#include <zip.h>

namespace hutch::data::detail {
namespace {

// What libzip says of an error.
class Reason {
  public:
    Reason() { zip_error_init(&error_); }
    ~Reason() { zip_error_fini(&error_); }
    Reason(Reason const&) = delete;
    Reason& operator=(Reason const&) = delete;
    zip_error_t* get() { return &error_; }
    std::string text() { return to_lower(zip_error_strerror(&error_)); }

  private:
    zip_error_t error_{};
};

struct CloseMember {
    void operator()(zip_file_t* member) const { zip_fclose(member); }
};

}  // namespace

void Zip::Close::operator()(zip* archive) const { zip_discard(archive); }

Zip::Zip(std::string_view bytes, std::string const& name) : name_(name) {
    Reason reason;
    zip_source_t* const source = zip_source_buffer_create(bytes.data(), bytes.size(), 0, reason.get());
    if (source) archive_.reset(zip_open_from_source(source, ZIP_RDONLY, reason.get()));
    if (!archive_) {
        if (source) zip_source_free(source);
        throw Error(Fault::bad_data,
                    fmt::format("{}: zip archive is damaged ({}); expected it whole; is the file cut short?",
                                name, reason.text()));
    }
    for (zip_int64_t i = 0, count = zip_get_num_entries(archive_.get(), 0); i < count; ++i)
        if (char const* const member = zip_get_name(archive_.get(), zip_uint64_t(i), 0))
            members_.emplace_back(member);
}

std::string Zip::read(std::string const& member, std::uint64_t most) const {
    auto const damaged = [&](std::string const& reason) {
        return Error(Fault::bad_data, fmt::format("{}: member {} is damaged ({}); expected it whole", name_,
                                                  in_quotes(member), reason));
    };
    std::unique_ptr<zip_file_t, CloseMember> const file(zip_fopen(archive_.get(), member.c_str(), 0));
    if (!file) throw damaged(to_lower(zip_strerror(archive_.get())));
    std::string result;
    std::array<char, 1 << 16> chunk{};
    while (true) {
        zip_int64_t const count = zip_fread(file.get(), chunk.data(), chunk.size());
        if (count < 0) throw damaged(to_lower(zip_file_strerror(file.get())));
        if (count == 0) return result;
        if (std::uint64_t(count) > most - result.size())
            throw Error(Fault::exhausted,
                        fmt::format("{}: member {} unpacks to more than {} bytes; expected at most "
                                    "that",
                                    name_, in_quotes(member), most));
        result.append(chunk.data(), std::size_t(count));
    }
}

}  // namespace hutch::data::detail
