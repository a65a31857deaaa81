#include "hutch/base/error.hpp"
#include "hutch/data/pattern.hpp"

#include <bit>
#include <cmath>
#include <functional>
#include <limits>

#include <gtest/gtest.h>

namespace hutch::data {
namespace {

// Bytes of a file that grow as values are put in.
struct Builder {
    std::string bytes;

    void raw(std::size_t at, std::string const& text) {
        if (bytes.size() < at + text.size()) bytes.resize(at + text.size(), '\0');
        bytes.replace(at, text.size(), text);
    }
    void whole(std::size_t at, std::uint64_t value, std::size_t width) {
        std::string text;
        for (std::size_t i = 0; i < width; ++i) text += char(value >> (8 * i) & 0xff);
        raw(at, text);
    }
    void u16(std::size_t at, std::uint32_t value) { whole(at, value, 2); }
    void u32(std::size_t at, std::uint32_t value) { whole(at, value, 4); }
    void f32(std::size_t at, double value) { whole(at, std::bit_cast<std::uint32_t>(float(value)), 4); }
    void f64(std::size_t at, double value) { whole(at, std::bit_cast<std::uint64_t>(value), 8); }
    void counts(std::vector<double> const& values, std::size_t stride = 4) {
        for (double value : values) {
            std::size_t const at = bytes.size();
            f32(at, value);
            if (stride > 4) whole(at + 4, 1, stride - 4);
        }
    }
};

struct Range {
    double start = 10, step = 0.25;
    std::vector<double> counts{0, 16, 400};
    std::uint32_t type = 0;     // of version 3
    std::uint32_t further = 0;  // bytes between header and points
    std::uint32_t point_size = 4;
    std::string scan = "Locked Coupled";  // of version 4
};

// Offsets of version 1 count from "RAW ".
std::string version1(std::vector<Range> const& ranges, bool has_magic_again) {
    Builder file;
    file.raw(0, "RAW ");
    for (std::size_t i = 0; i < ranges.size(); ++i) {
        std::size_t const at = i == 0 ? 0 : has_magic_again ? file.bytes.size() : file.bytes.size() - 4;
        if (has_magic_again) file.raw(at, "RAW ");
        file.u32(at + 4, std::uint32_t(ranges[i].counts.size()));
        file.f32(at + 8, 2.5);
        file.f32(at + 12, ranges[i].step);
        file.f32(at + 24, ranges[i].start);
        file.raw(at + 40, "quartz");
        file.f32(at + 72, 1.5406);
        file.f32(at + 76, 1.5444);
        file.u32(at + 152, i + 1 < ranges.size());
        file.counts(ranges[i].counts);
    }
    return file.bytes;
}

std::string version2(std::vector<Range> const& ranges) {
    Builder file;
    file.raw(0, "RAW2");
    file.u16(4, std::uint32_t(ranges.size()));
    file.raw(188, "Cu");
    file.f32(190, 1.5406);
    file.f32(194, 1.5444);
    file.f32(198, 0.5);
    file.raw(255, std::string(1, '\0'));
    for (Range const& range : ranges) {
        std::size_t const at = file.bytes.size();
        file.u16(at, 64);
        file.u16(at + 2, std::uint32_t(range.counts.size()));
        file.f32(at + 8, 2.5);
        file.f32(at + 12, range.step);
        file.f32(at + 16, range.start);
        file.raw(at + 63, std::string(1, '\0'));
        file.counts(range.counts);
    }
    return file.bytes;
}

std::string version3(std::vector<Range> const& ranges) {
    Builder file;
    file.raw(0, "RAW1.01");
    file.u32(8, 1);
    file.u32(12, std::uint32_t(ranges.size()));
    file.raw(326, "caf\xe9 au lait");
    file.f64(624, 1.5406);
    file.f64(632, 1.54439);
    file.f64(648, 0.5);
    file.raw(711, std::string(1, '\0'));
    for (Range const& range : ranges) {
        std::size_t const at = file.bytes.size();
        file.u32(at, 304);
        file.u32(at + 4, std::uint32_t(range.counts.size()));
        file.f64(at + 8, range.start / 2);
        file.f64(at + 16, range.start);
        file.f64(at + 176, range.step);
        file.u32(at + 196, range.type);
        file.u32(at + 252, range.point_size);
        file.u32(at + 256, range.further);
        file.raw(at + 303, std::string(1, '\0'));
        file.raw(at + 304, std::string(range.further, '\x6e'));
        file.counts(range.counts, range.point_size);
    }
    return file.bytes;
}

void put_record(Builder& file, std::uint32_t type, std::uint32_t size) {
    std::size_t const at = file.bytes.size();
    file.u32(at, type);
    file.u32(at + 4, size);
    file.raw(at + size - 1, std::string(1, '\0'));
}

std::string version4(std::vector<Range> const& ranges, std::string const& drive = "2Theta") {
    Builder file;
    file.raw(0, "RAW4.00");
    file.raw(60, std::string(1, '\0'));
    put_record(file, 10, 45);
    file.raw(61 + 12, "SAMPLEID");
    file.raw(61 + 36, "corundum");
    std::size_t const source = file.bytes.size();
    put_record(file, 30, 136);
    file.f64(source + 80, 1.5406);
    put_record(file, 77, 8);
    for (Range const& range : ranges) {
        std::size_t const at = file.bytes.size();
        file.u32(at, &range == &ranges[0] ? 0 : 160);
        file.raw(at + 32, range.scan);
        file.f64(at + 72, range.start);
        file.f64(at + 80, range.step);
        file.u32(at + 88, std::uint32_t(range.counts.size()));
        file.u32(at + 136, range.point_size);
        file.u32(at + 140, 32 + 92);
        file.raw(at + 159, std::string(1, '\0'));
        put_record(file, 110, 32);
        std::size_t const record = file.bytes.size();
        put_record(file, 50, 92);
        file.u32(record + 8, 2);
        file.raw(record + 12, drive);
        file.f64(record + 56, range.start);
        file.counts(range.counts, range.point_size);
    }
    return file.bytes;
}

Pattern parse(std::string const& bytes, int bank = 0) {
    return parse_pattern(bytes, "a.raw", PatternFormat::bruker_raw, bank);
}

std::string message_of(std::function<void()> const& call, Fault expected) {
    try {
        call();
    } catch (Error const& error) {
        EXPECT_EQ(error.fault(), expected) << error.what();
        return error.what();
    }
    return "no error";
}

void expect_first_range(Pattern const& pattern) {
    EXPECT_EQ(pattern.axis, AxisKind::two_theta);
    EXPECT_EQ(pattern.x, (std::vector<double>{10, 10.25, 10.5}));
    EXPECT_EQ(pattern.y, (std::vector<double>{0, 16, 400}));
    EXPECT_EQ(pattern.sigma, (std::vector<double>{1, 4, 20}));
}

std::vector<Range> const two_ranges{{}, {.start = 30, .step = 0.5, .counts = {7, 8}}};

}  // namespace

TEST(BrukerRaw, ReadsTheRangeAskedForInEveryVersion) {
    for (std::string const& bytes : {version1(two_ranges, true), version1(two_ranges, false),
                                     version2(two_ranges), version3(two_ranges), version4(two_ranges)}) {
        SCOPED_TRACE(bytes.substr(0, 8));
        EXPECT_EQ(guess_pattern_format(bytes, "a.xye"), PatternFormat::bruker_raw);
        expect_first_range(parse(bytes));
        expect_first_range(parse(bytes, 1));
        EXPECT_EQ(parse(bytes, 2).x, (std::vector<double>{30, 30.5}));
        EXPECT_EQ(parse(bytes, 2).y, (std::vector<double>{7, 8}));
        EXPECT_EQ(message_of([&] { parse(bytes, 3); }, Fault::bad_data),
                  "a.raw: file has no scan 3; expected 1 to 2");
    }
}

TEST(BrukerRaw, ReadsTitleAndWavelengths) {
    Pattern const first = parse(version1({{}}, true)), second = parse(version2({{}})),
                  third = parse(version3({{}})), fourth = parse(version4({{}}));
    EXPECT_EQ(first.title, "quartz");
    EXPECT_FLOAT_EQ(float(first.wavelength), 1.5406f);
    EXPECT_EQ(first.second_wavelength, 0) << "its intensity is not in the file";
    EXPECT_FLOAT_EQ(float(second.second_wavelength), 1.5444f);
    EXPECT_EQ(second.second_intensity, 0.5);
    EXPECT_EQ(third.title, "caf? au lait");
    EXPECT_EQ(third.wavelength, 1.5406);
    EXPECT_EQ(third.second_wavelength, 1.54439);
    EXPECT_EQ(third.second_intensity, 0.5);
    EXPECT_EQ(fourth.title, "corundum");
    EXPECT_EQ(fourth.wavelength, 1.5406);
    EXPECT_EQ(fourth.second_wavelength, 0);
}

TEST(BrukerRaw, PassesOverFurtherHeadersAndNumbers) {
    expect_first_range(parse(version3({{.further = 40}})));
    expect_first_range(parse(version4({{.point_size = 8}})));
}

TEST(BrukerRaw, TurnsADescendingRangeRound) {
    Pattern const pattern = parse(version3({{.start = 20, .step = -0.5}}));
    EXPECT_EQ(pattern.x, (std::vector<double>{19, 19.5, 20}));
    EXPECT_EQ(pattern.y, (std::vector<double>{400, 16, 0}));
}

TEST(BrukerRaw, RefusesEveryFileThatIsCutShort) {
    for (std::string const& whole : {version1(two_ranges, true), version1(two_ranges, false),
                                     version2(two_ranges), version3(two_ranges), version4({{}})})
        for (std::size_t size = 7; size < whole.size(); ++size)
            EXPECT_NE(message_of([&] { parse(whole.substr(0, size)); }, Fault::bad_data), "no error")
                << whole.substr(0, 7) << " of " << size << " bytes";
}

TEST(BrukerRaw, RefusesABigEndianFile) {
    std::string bytes = version3({{}});
    for (std::size_t at : {12u, 712u, 716u, 964u}) std::reverse(bytes.begin() + at, bytes.begin() + at + 4);
    EXPECT_EQ(
        message_of([&] { parse(bytes); }, Fault::bad_data),
        "a.raw: byte 712: 'size of the range header' is 805371904; expected 304 or more, within the file "
        "(little-endian)");
}

TEST(BrukerRaw, SaysWhatIsWrongAndWhere) {
    double const nan = std::numeric_limits<double>::quiet_NaN();
    auto const changed = [](std::size_t at, std::uint32_t value) {
        Builder file{version3({{}})};
        file.u32(at, value);
        return file.bytes;
    };
    struct Case {
        std::string bytes, message;
    };
    for (Case const& c : {
             Case{version3({{.counts = {1, -2}}}),
                  "a.raw: byte 1020: 'counts' is -2; expected 0 or more, as counted; export what was "
                  "corrected as "
                  ".xye with its sigma"},
             Case{version2({{.counts = {1, nan}}}),
                  "a.raw: byte 324: 'counts' is nan; expected a finite number"},
             Case{version4({{.counts = {1}}}), "a.raw: byte 250: range has 1 points; expected 2 or more"},
             Case{version3({{.step = 0}}), "a.raw: byte 712: 'step' is 0 degree; expected at least 1e-06"},
             Case{version3({{.start = 400}}),
                  "a.raw: byte 712: range goes from 400 to 400.5 degree; expected -360 to "
                  "360"},
             Case{changed(716, 0xffffffff),
                  "a.raw: byte 712: range has 4294967295 points; expected at most 10000000 (little-endian)"},
             Case{changed(716, 5000000),
                  "a.raw: byte 1016: file ends after 1028 bytes, within 'points of the range'; expected "
                  "20000000 "
                  "bytes of it; is the file cut short?"},
             Case{changed(968, 0xffffffff),
                  "a.raw: byte 4294968311: file ends after 1028 bytes, within 'points of the range'; "
                  "expected 12 "
                  "bytes of it; is the file cut short?"},
             Case{changed(12, 0), "a.raw: file has no scan; expected one or more"},
             Case{std::string("RAW3.00"),
                  "a.raw: byte 0: file starts with 'RAW3.00'; expected RAW1.01, RAW4.00, RAW2 "
                  "or 'RAW '"},
         })
        EXPECT_EQ(message_of([&] { parse(c.bytes); }, Fault::bad_data), c.message);
}

TEST(BrukerRaw, RefusesScansThatDoNotMoveTwoTheta) {
    EXPECT_EQ(
        message_of([] { parse(version3({{.type = 3}})); }, Fault::unsupported),
        "a.raw: scan 1 is of 'rocking curve'; expected one of 2 theta; choose another by its number (bank)");
    EXPECT_EQ(
        message_of([] { parse(version4({{.scan = "Rocking Curve"}}, "Theta")); }, Fault::unsupported),
        "a.raw: scan 1 is of 'Rocking Curve'; expected one of 2 theta; choose another by its number (bank)");
    expect_first_range(parse(version4({{.scan = "Detector Scan"}}, "Theta")));
    expect_first_range(parse(version4({{.scan = "PSD Fast Scan"}}, "2Theta")));
    EXPECT_EQ(message_of([] { parse(version3({{.point_size = 12}})); }, Fault::unsupported),
              "a.raw: byte 712: 'bytes of a point' is 12; expected 4; export the scan as .xy");
}

}  // namespace hutch::data
