// Siemens and Bruker RAW: a file header, then ranges of a header and one float for each point, little-endian.
//   "RAW "     version 1 (DIFFRAC-AT): no file header; a flag at the end of a range says whether one follows
//   "RAW2"     version 2 (DIFFRAC-AT): 256 bytes of file header
//   "RAW1.01"  version 3 (DIFFRACplus): 712 bytes of file header
//   "RAW4.00"  version 4 (DIFFRAC.SUITE): 61 bytes, then records of type and length; type 0 or 160 is a range
// The vendor has published no description; offsets as read in xylib (bruker_raw.cpp, which cites DIFFRAC-AT
// "Appendix B" and DIFFRACplus XCH V5.0 "Appendix A"), in GSAS-II (G2pwd_BrukerRAW.py) and in the notes of
// geddes and rietx, and seen in real files of versions 3 and 4; of versions 1 and 2 no real file was at hand.
#include "hutch/base/error.hpp"
#include "hutch/base/text.hpp"
#include "hutch/data/detail/bytes.hpp"
#include "hutch/data/detail/pattern_formats.hpp"

#include <cmath>
#include <vector>

#include <fmt/format.h>

namespace hutch::data::detail {
namespace {

constexpr double largest_angle = 360, smallest_step = 1e-6;  // [degree]

// One range: where it stands, and its points.
struct Range {
    std::size_t at = 0;  // of its header
    double start = 0, step = 0;
    std::uint32_t points = 0;
    std::size_t data = 0, stride = 4;  // of its points [byte]
    std::string scan;                  // what moves where that is not 2 theta; else empty
    std::size_t end() const { return data + std::size_t(points) * stride; }
};

void check_place(Range const& range, Bytes const& bytes) {
    if (range.points > most_points)
        bytes.fail(range.at, fmt::format("range has {} points; expected at most {} (little-endian)",
                                         range.points, most_points));
    bytes.check_holds(range.data, std::uint64_t(range.points) * range.stride, "points of the range");
}

void check_header(std::uint64_t size, std::uint64_t least, std::size_t at, Bytes const& bytes) {
    if (size < least || size > bytes.size())
        bytes.fail(at, fmt::format("'size of the range header' is {}; expected {} or more, within the file "
                                   "(little-endian)",
                                   size, least));
}

void check_numbers(Range const& range, Bytes const& bytes) {
    if (range.points < 2)
        bytes.fail(range.at, fmt::format("range has {} points; expected 2 or more", range.points));
    double const stop = range.start + range.step * (range.points - 1);
    if (!(std::abs(range.start) <= largest_angle && std::abs(stop) <= largest_angle))
        bytes.fail(range.at,
                   fmt::format("range goes from {} to {} degree; expected -360 to 360", range.start, stop));
    if (!(std::abs(range.step) >= smallest_step))
        bytes.fail(range.at,
                   fmt::format("'step' is {} degree; expected at least {}", range.step, smallest_step));
}

Pattern read_points(Range const& range, Bytes const& bytes, std::string const& name) {
    check_numbers(range, bytes);
    PatternBuilder builder(name);
    for (std::size_t i = 0; i < range.points; ++i) {
        std::size_t const at = range.data + i * range.stride;
        double const counts = bytes.f32(at, "counts");
        if (!(counts >= 0)) bytes.fail(at, negative_counts(counts));
        builder.add(0, range.start + double(i) * range.step, counts, counting_sigma(counts));
    }
    return builder.finish(0);
}

// What is known after the file header, and how to find the ranges one after the other.
struct File {
    std::string title;
    double alpha1 = 0, alpha2 = 0, ratio = 0;
};

// ---- version 1: Appendix B of DIFFRAC-AT as xylib has it
// ----------------------------------------------------

constexpr std::uint32_t v1_magic = 0x20574152;  // "RAW "

std::vector<Range> ranges_of_v1(Bytes const& bytes, File& file) {
    std::vector<Range> ranges;
    bool has_next = true;
    for (std::size_t at = 4; has_next;) {
        // Only newer programs repeat "RAW " before each range.
        if (!ranges.empty() && bytes.u32(at, "range") == v1_magic) at += 4;
        Range range;
        range.at = at;
        range.points = bytes.u32(at, "steps");
        range.step = bytes.f32(at + 8, "step");
        range.start = bytes.f32(at + 20, "start");
        if (ranges.empty()) {
            file.title = bytes.text(at + 36, 32, "sample");
            file.alpha1 = bytes.f32(at + 68, "K alpha 1");
        }
        has_next = bytes.u32(at + 148, "following range") != 0;
        range.data = at + 152;
        check_place(range, bytes);
        at = range.end();
        ranges.push_back(range);
    }
    return ranges;
}

// ---- version 2
// ----------------------------------------------------------------------------------------------

std::vector<Range> ranges_of_v2(Bytes const& bytes, File& file) {
    constexpr std::size_t header = 256, least_range_header = 48;
    file.alpha1 = bytes.f32(190, "K alpha 1");
    file.alpha2 = bytes.f32(194, "K alpha 2");
    file.ratio = bytes.f32(198, "K alpha 2 to K alpha 1");
    std::vector<Range> ranges;
    std::size_t at = header;
    for (std::uint32_t i = 0, count = bytes.u16(4, "ranges"); i < count; ++i) {
        Range range;
        range.at = at;
        std::uint32_t const size = bytes.u16(at, "size of the range header");
        check_header(size, least_range_header, at, bytes);
        range.points = bytes.u16(at + 2, "steps");
        range.step = bytes.f32(at + 12, "step");
        range.start = bytes.f32(at + 16, "start");
        range.data = at + size;
        check_place(range, bytes);
        at = range.end();
        ranges.push_back(range);
    }
    return ranges;
}

// ---- version 3
// ----------------------------------------------------------------------------------------------

// Types of scans that move another drive than 2 theta, by number.
std::string other_scan(std::uint32_t type) {
    static char const* const names[] = {"rocking curve", "chi",  "phi",  "x",   "y",   "z",
                                        "aux1",          "aux2", "aux3", "psi", "hkl", "reciprocal space"};
    return type >= 3 && type < 3 + std::size(names) ? names[type - 3] : "";
}

std::vector<Range> ranges_of_v3(Bytes const& bytes, File& file) {
    constexpr std::size_t header = 712, least_range_header = 304;
    file.title = bytes.text(326, 60, "sample");
    file.alpha1 = bytes.f64(624, "K alpha 1");
    file.alpha2 = bytes.f64(632, "K alpha 2");
    file.ratio = bytes.f64(648, "K alpha 2 to K alpha 1");
    std::vector<Range> ranges;
    std::size_t at = header;
    for (std::uint32_t i = 0, count = bytes.u32(12, "ranges"); i < count; ++i) {
        Range range;
        range.at = at;
        std::uint64_t const size = bytes.u32(at, "size of the range header");
        check_header(size, least_range_header, at, bytes);
        range.points = bytes.u32(at + 4, "steps");
        range.start = bytes.f64(at + 16, "start of 2 theta");
        range.step = bytes.f64(at + 176, "step");
        range.scan = other_scan(bytes.u32(at + 196, "type of scan"));
        range.stride = bytes.u32(at + 252, "bytes of a point");
        range.data = at + size + bytes.u32(at + 256, "size of further headers");
        check_place(range, bytes);
        at = range.end();
        ranges.push_back(range);
    }
    return ranges;
}

// ---- version 4
// ----------------------------------------------------------------------------------------------

constexpr std::uint32_t text_record = 10, source_record = 30, drive_record = 50;

std::size_t record_size(Bytes const& bytes, std::size_t at, std::size_t end) {
    std::uint32_t const size = bytes.u32(at + 4, "size of a record");
    if (size < 8 || size > end - at)
        bytes.fail(at,
                   fmt::format("'size of a record' is {}; expected 8 to {} (little-endian)", size, end - at));
    return size;
}

// Coupled and detector scans move 2 theta. Of others the drive that is marked as the scan's says what moves.
std::string other_scan(Bytes const& bytes, std::string const& scan, std::size_t at, std::size_t end) {
    constexpr std::uint32_t mark_of_the_scan = 2;
    bool moves_two_theta = scan == "Locked Coupled" || scan == "Unlocked Coupled" || scan == "Detector Scan";
    for (std::size_t size = 0; at < end; at += size) {
        size = record_size(bytes, at, end);
        if (size >= 36 && bytes.u32(at, "type of a record") == drive_record &&
            bytes.u32(at + 8, "mark of a drive") == mark_of_the_scan &&
            bytes.text(at + 12, 24, "drive") == "2Theta")
            moves_two_theta = true;
    }
    return moves_two_theta ? "" : scan.empty() ? "unknown" : scan;
}

Range range_of_v4(Bytes const& bytes, std::size_t at) {
    constexpr std::size_t header = 160;
    Range range;
    range.at = at;
    std::string const scan = bytes.text(at + 32, 24, "type of scan");
    range.start = bytes.f64(at + 72, "start");
    range.step = bytes.f64(at + 80, "step");
    range.points = bytes.u32(at + 88, "points");
    range.stride = bytes.u32(at + 136, "bytes of a point");
    std::uint32_t const records = bytes.u32(at + 140, "size of the drive records");
    bytes.check_holds(at + header, records, "drive records");
    range.data = at + header + records;
    range.scan = other_scan(bytes, scan, at + header, range.data);
    check_place(range, bytes);
    return range;
}

std::vector<Range> ranges_of_v4(Bytes const& bytes, File& file) {
    constexpr std::size_t header = 61;
    std::vector<Range> ranges;
    std::size_t at = header;
    while (at < bytes.size()) {
        std::uint32_t const type = bytes.u32(at, "type of a record");
        if (type == 0 || type == 160) {
            ranges.push_back(range_of_v4(bytes, at));
            at = ranges.back().end();
            continue;
        }
        std::size_t const size = record_size(bytes, at, bytes.size());
        if (type == text_record && size > 36 && bytes.text(at + 12, 24, "key") == "SAMPLEID")
            file.title = bytes.text(at + 36, size - 36, "sample");
        if (type == source_record && size >= 112) {
            file.alpha1 = bytes.f64(at + 80, "K alpha 1");
            file.alpha2 = bytes.f64(at + 88, "K alpha 2");
            file.ratio = bytes.f64(at + 104, "K alpha 2 to K alpha 1");
        }
        at += size;
    }
    return ranges;
}

// Points of version 4 may hold a number that is 1 besides the counts, so in files of DIFFRAC.EVA; in version
// 3 larger ones hold positions as they were measured.
void check_points(Range const& range, bool is_v4, std::string const& name) {
    if (range.stride == 4 || (is_v4 && range.stride == 8)) return;
    throw Error(Fault::unsupported,
                fmt::format("{}: byte {}: 'bytes of a point' is {}; expected 4{}; export the scan as .xy",
                            name, range.at, range.stride, is_v4 ? " or 8" : ""));
}

}  // namespace

bool is_bruker_raw(std::string_view bytes) {
    if (bytes.starts_with("RAW1.01") || bytes.starts_with("RAW4.00")) return true;
    // So may a title start; no text has a NUL.
    return (bytes.starts_with("RAW ") || bytes.starts_with("RAW2")) &&
           bytes.substr(0, 256).find('\0') != std::string_view::npos;
}

Pattern parse_bruker_raw(std::string_view text, std::string const& name, int wanted) {
    Bytes const bytes(text, name);
    File file;
    std::vector<Range> ranges;
    if (text.starts_with("RAW4.00"))
        ranges = ranges_of_v4(bytes, file);
    else if (text.starts_with("RAW1.01"))
        ranges = ranges_of_v3(bytes, file);
    else if (text.starts_with("RAW2"))
        ranges = ranges_of_v2(bytes, file);
    else if (text.starts_with("RAW "))
        ranges = ranges_of_v1(bytes, file);
    else
        bytes.fail(0, fmt::format("file starts with {}; expected RAW1.01, RAW4.00, RAW2 or 'RAW '",
                                  in_quotes(text.substr(0, 8))));
    std::size_t const index = scan_index(name, wanted, ranges.size());
    Range const& range = ranges[index];
    if (!range.scan.empty()) refuse_scan(name, index, range.scan);
    check_points(range, text.starts_with("RAW4"), name);
    Pattern pattern = read_points(range, bytes, name);
    pattern.title = file.title;
    set_lines(pattern, file.alpha1, file.alpha2, file.ratio);
    return pattern;
}

}  // namespace hutch::data::detail
