// numpy.lib.format, versions 1.0 to 3.0:
// https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
#include "hutch/base/error.hpp"
#include "hutch/base/text.hpp"
#include "hutch/curate/assess/detail/raw_values.hpp"
#include "hutch/curate/assess/detail/table_files.hpp"

#include <algorithm>
#include <cstring>

#include <fmt/format.h>

namespace hutch::curate::assess::detail {
namespace {

struct Header {
    char kind = 'f';  // f, i, u, b as raw types; S: bytes, U: four bytes a character
    std::size_t size = 4;
    bool is_little_endian = true, is_fortran = false;
    std::vector<std::uint64_t> shape;
    std::uint64_t data = 0;  // where the values begin [byte]

    std::uint64_t rows() const { return shape.empty() ? 1 : shape[0]; }
    std::uint64_t width() const {
        std::uint64_t width = 1;
        for (std::size_t d = 1; d < shape.size(); ++d) width *= shape[d];
        return width;
    }
    bool is_text() const { return kind == 'S' || kind == 'U'; }
    std::string dtype() const {
        if (is_text()) return fmt::format("utf8[{}]", kind == 'U' ? size / 4 : size);
        if (kind == 'b') return "bool";
        return fmt::format("{}{}", kind == 'f' ? "float" : kind == 'i' ? "int" : "uint", 8 * size);
    }
};

[[noreturn]] void fail(std::string const& name, std::string const& problem) {
    throw Error(Fault::bad_data, fmt::format("'{}' {}", name, problem));
}

// The text of a member of the header, which is a literal of a Python dict.
std::string_view member(std::string_view header, std::string_view key, std::string const& name) {
    for (char const quote : {'\'', '"'}) {
        std::string const quoted = fmt::format("{}{}{}", quote, key, quote);
        std::size_t const at = header.find(quoted);
        if (at == std::string_view::npos) continue;
        std::size_t const colon = header.find(':', at + quoted.size());
        if (colon != std::string_view::npos) return trim(header.substr(colon + 1));
    }
    fail(name, fmt::format("has no '{}' in its header; expected an npy file", key));
}

void set_type(std::string_view text, std::string const& name, Header& header) {
    if (text.starts_with('['))
        throw Error(Fault::unsupported, fmt::format("'{}' has a structured type; expected one type for all "
                                                    "values; write a file for each field",
                                                    name));
    if (text.size() < 4) fail(name, "has no type in its header; expected an npy file");
    std::string_view const descr = text.substr(1, text.find(text[0], 1) - 1);
    std::size_t size = 0;
    for (char const c : descr.substr(std::min<std::size_t>(2, descr.size())))
        size = c >= '0' && c <= '9' && size < 1000000 ? 10 * size + std::size_t(c - '0') : 1u << 30;
    header.is_little_endian = !descr.starts_with('>');
    header.kind = descr.size() > 1 ? descr[1] : '?';
    header.size = header.kind == 'U' ? 4 * size : size;
    bool const is_number =
        (header.kind == 'f' && (size == 2 || size == 4 || size == 8)) ||
        ((header.kind == 'i' || header.kind == 'u') && (size == 1 || size == 2 || size == 4 || size == 8)) ||
        (header.kind == 'b' && size == 1);
    if (!is_number && !(header.is_text() && size < 1u << 20))
        throw Error(Fault::unsupported,
                    fmt::format("'{}' has the type {}; expected integers, floats, bool or texts", name,
                                in_quotes(descr)));
}

void set_shape(std::string_view text, std::string const& name, Header& header) {
    std::size_t const end = text.find(')');
    if (!text.starts_with('(') || end == std::string_view::npos)
        fail(name, "has no shape in its header; expected an npy file");
    double values = 1;
    for (std::string_view const part : split(text.substr(1, end - 1), ',')) {
        std::string_view const digits = trim(part);
        if (digits.empty()) continue;
        auto const length = to_number(digits);
        if (!length || !(*length >= 0 && *length < 1e15) || *length != double(std::uint64_t(*length)))
            fail(name,
                 fmt::format("has the shape {}; expected whole numbers", in_quotes(text.substr(0, end))));
        header.shape.push_back(std::uint64_t(*length));
        values *= std::max(1.0, *length);
    }
    if (values > 1e15) fail(name, "has more than 1e15 values; expected an npy file");
}

Header read_header(Source const& source) {
    unsigned char start[12] = {};
    source.read(0, 10, start);
    if (std::memcmp(start, "\x93NUMPY", 6) != 0 || start[6] < 1 || start[6] > 3)
        fail(source.name(), "is no npy file of version 1 to 3; expected one");
    std::uint64_t length = start[8] + 256u * start[9], at = 10;
    if (start[6] > 1) {
        source.read(8, 4, start + 8);
        length = start[8] + 256u * start[9] + 65536u * start[10] + 16777216ull * start[11], at = 12;
    }
    if (length > 1 << 20) fail(source.name(), "has a header of more than 1 MiB; expected an npy file");
    std::string text(length, '\0');
    source.read(at, length, text.data());
    Header header;
    header.data = at + length;
    set_type(member(text, "descr", source.name()), source.name(), header);
    header.is_fortran = member(text, "fortran_order", source.name()).starts_with("True");
    set_shape(member(text, "shape", source.name()), source.name(), header);
    std::uint64_t const wanted = header.data + header.rows() * header.width() * header.size;
    if (source.size() < wanted)
        fail(source.name(),
             fmt::format("has {} bytes; expected {} for its shape: it was cut", source.size(), wanted));
    return header;
}

void add_utf8(std::uint32_t code, std::string& text) {
    if (code < 0x80) {
        text += char(code);
    } else if (code < 0x800) {
        text += char(0xc0 | code >> 6), text += char(0x80 | (code & 63));
    } else if (code < 0x10000) {
        text += char(0xe0 | code >> 12), text += char(0x80 | (code >> 6 & 63)),
            text += char(0x80 | (code & 63));
    } else if (code < 0x110000) {
        text += char(0xf0 | code >> 18), text += char(0x80 | (code >> 12 & 63));
        text += char(0x80 | (code >> 6 & 63)), text += char(0x80 | (code & 63));
    }
}

class Npy : public TableFile {
  public:
    Npy(std::shared_ptr<Source const> source, RecordTable const& table)
        : source_(std::move(source)), header_(read_header(*source_)) {
        for (auto const* list : {&table.fields, &table.shared})
            if (name_.empty() && !list->empty())
                name_ = list->front().name, is_shared_ = list == &table.shared;
        if (name_.empty()) name_ = std::filesystem::path(source_->name()).stem().string();
        is_one_record_ = table.layout == Layout::files;
        if (is_one_record_) {
            one_shape_ = header_.shape;
            // As one row: an array in Fortran order keeps its own strides.
            if (!header_.is_fortran) header_.shape.insert(header_.shape.begin(), 1);
        }
    }

    std::uint64_t records() const override { return is_one_record_ || is_shared_ ? 1 : header_.rows(); }
    std::vector<std::string> names() const override { return {name_}; }

    std::optional<Found> find(std::string const& field) const override {
        if (field != name_) return {};
        auto const& shape = is_one_record_ ? one_shape_ : header_.shape;
        std::size_t const skip = is_one_record_ || is_shared_ || shape.empty() ? 0 : 1;
        Found found{
            header_.dtype(), {shape.begin() + std::ptrdiff_t(skip), shape.end()}, header_.is_little_endian};
        found.records = records();
        return found;
    }

    std::optional<std::uint64_t> offset_of(std::string const&, std::uint64_t record) const override {
        if (header_.is_fortran) return {};
        return header_.data + record * header_.width() * header_.size;
    }

    void read(std::string const& field, std::uint64_t first, std::uint64_t count, Block& to) override {
        read_rows(field, first, count, to.values);
        to.ends.clear(), to.not_numbers = 0;
        for (std::uint64_t i = 0; i < count; ++i) to.ends.push_back((i + 1) * to.values.size() / count);
    }

    bool read_floats(std::string const& field, std::uint64_t first, std::uint64_t count,
                     std::vector<float>& to) override {
        if (header_.is_text() || !raw_type().fits_float()) return false;
        read_rows(field, first, count, to);
        return true;
    }

    std::vector<std::string> read_texts(std::string const& field, std::uint64_t first,
                                        std::uint64_t count) override {
        std::vector<std::string> texts;
        if (!header_.is_text()) {
            Block block;
            read(field, first, count, block);
            std::uint64_t begin = 0;
            for (std::uint64_t const end : block.ends) {
                texts.emplace_back();
                for (; begin < end; ++begin)
                    texts.back() += fmt::format("{}{}", texts.back().empty() ? "" : " ", block.values[begin]);
            }
            return texts;
        }
        read_bytes(field, first, count);
        std::uint64_t const width =
            is_one_record_ ? bytes_.size() / std::max<std::size_t>(1, header_.size) : header_.width();
        for (std::uint64_t i = 0; i < count; ++i) {
            texts.emplace_back();
            for (std::uint64_t k = 0; k < width; ++k)
                texts.back() += (k > 0 ? " " : "") + text_at(&bytes_[(i * width + k) * header_.size]);
        }
        return texts;
    }

    Block read_shared(std::string const& field) override {
        Block block;
        read_rows(field, 0, header_.rows(), block.values);
        block.ends = {block.values.size()};
        return block;
    }

  private:
    RawType raw_type() const { return {header_.kind, header_.size, header_.is_little_endian}; }

    // The values of rows, row-major, into bytes_.
    void read_bytes(std::string const& field, std::uint64_t first, std::uint64_t count) {
        if (field != name_) fail_missing(field, source_->name());
        bool const is_whole = is_one_record_ && header_.is_fortran;
        std::uint64_t const rows = is_whole ? 1 : header_.rows();
        if (first > rows || count > rows - first)
            fail(source_->name(), fmt::format("has {} rows; expected at least {}", rows, first + count));
        if (is_whole) first = 0, count = count * header_.rows();
        std::uint64_t const width = header_.width(), size = header_.size;
        bytes_.resize(count * width * size);
        if (!header_.is_fortran || width == 1) {
            source_->read(header_.data + first * width * size, bytes_.size(), bytes_.data());
            return;
        }
        column_.resize(count * size);
        for (std::uint64_t k = 0; k < width; ++k) {
            source_->read(header_.data + (fortran_column(k) * header_.rows() + first) * size, column_.size(),
                          column_.data());
            for (std::uint64_t i = 0; i < count; ++i)
                std::memcpy(&bytes_[(i * width + k) * size], &column_[i * size], size);
        }
    }

    // Where value k of a row (row-major) stands among the columns of an array in Fortran order.
    std::uint64_t fortran_column(std::uint64_t k) const {
        std::uint64_t column = 0;
        std::uint64_t stride = header_.width();
        for (std::size_t d = header_.shape.size(); d-- > 1;) {
            stride /= header_.shape[d];
            column += k % header_.shape[d] * stride;
            k /= header_.shape[d];
        }
        return column;
    }

    template <class Number>
    void read_rows(std::string const& field, std::uint64_t first, std::uint64_t count,
                   std::vector<Number>& to) {
        if (header_.is_text())
            fail(source_->name(), fmt::format("holds texts ({}); expected numbers", header_.dtype()));
        read_bytes(field, first, count);
        to.resize(bytes_.size() / header_.size);
        convert(raw_type(), bytes_.data(), std::span<Number>(to));
    }

    std::string text_at(char const* from) const {
        std::string text;
        if (header_.kind == 'S') {
            text.assign(from, header_.size);
            text.erase(std::min(text.find('\0'), text.size()));
            return text;
        }
        for (std::size_t i = 0; i + 4 <= header_.size; i += 4) {
            auto const* b = reinterpret_cast<unsigned char const*>(from + i);
            std::uint32_t const code = header_.is_little_endian
                                           ? b[0] | b[1] << 8 | b[2] << 16 | std::uint32_t(b[3]) << 24
                                           : b[3] | b[2] << 8 | b[1] << 16 | std::uint32_t(b[0]) << 24;
            if (code == 0) break;
            add_utf8(code, text);
        }
        return text;
    }

    std::shared_ptr<Source const> source_;
    Header header_;
    std::string name_;
    bool is_one_record_ = false, is_shared_ = false;
    std::vector<std::uint64_t> one_shape_;
    std::vector<char> bytes_, column_;
};

}  // namespace

std::unique_ptr<TableFile> open_npy(std::shared_ptr<Source const> source, RecordTable const& table) {
    return std::make_unique<Npy>(std::move(source), table);
}

}  // namespace hutch::curate::assess::detail
