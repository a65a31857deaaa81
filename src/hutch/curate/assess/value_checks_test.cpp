#include "hutch/base/file.hpp"
#include "hutch/base/random.hpp"
#include "hutch/curate/assess/check.hpp"
#include "hutch/curate/test_library.hpp"
#include "hutch/data/shard.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace hutch::curate::assess {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t records = 240, points = 64;

// Poisson-like counts on two shards, with an axis, a time, a temperature and a setting; each test spoils one
// thing.
struct Set {
    std::vector<float> y = std::vector<float>(records * points);
    std::vector<double> x = std::vector<double>(points), temperature = std::vector<double>(records);
    std::vector<std::string> times, kinds;
    std::string axis_unit = "degree";
    std::uint8_t mask_7 = 1;
    std::string field_more,
        temperature_more = R"(, "unit": "K", "quantity": "temperature", "least": 70, "most": 400)", time_more;

    Set() {
        RandomStream random(7, 91, 0);
        for (std::size_t r = 0; r < records; ++r) {
            double const scale = std::exp(random.normal() * 0.3), centre = double(points) * random.uniform();
            for (std::size_t i = 0; i < points; ++i) {
                double const away = (double(i) - centre) / 4;
                double const expected = scale * (40 + 400 * std::exp(-away * away));
                y[r * points + i] =
                    float(std::max(0.0, std::round(expected + std::sqrt(expected) * random.normal())));
            }
            temperature[r] = 290 + 5 * random.normal();
            times.push_back(fmt::format("2026-03-{:02}T10:{:02}:00Z", 1 + r / 60, r % 60));
            kinds.push_back(r % 2 == 0 ? "a" : "b");
        }
        for (std::size_t i = 0; i < points; ++i) x[i] = 10 + 0.5 * double(i);
    }

    void write(fs::path const& folder) const {
        fs::create_directories(folder);
        for (std::size_t f = 0; f < 2; ++f) {
            std::size_t const half = records / 2, begin = f * half;
            data::ShardWriter writer(folder / fmt::format("part-{}.h5", f));
            writer.write("y", std::span<float const>(y).subspan(begin * points, half * points),
                         {half, points}, {"count", ""});
            writer.write("temperature", std::span<double const>(temperature).subspan(begin, half), {half},
                         {"K", ""});
            writer.write("x", std::span<double const>(x), {points}, {f == 0 ? "degree" : axis_unit, ""});
            writer.write_texts(
                "time", {times.begin() + std::ptrdiff_t(begin), times.begin() + std::ptrdiff_t(begin + half)},
                {});
            writer.write_texts(
                "kind", {kinds.begin() + std::ptrdiff_t(begin), kinds.begin() + std::ptrdiff_t(begin + half)},
                {});
            std::vector<std::int8_t> mask(points, 1);
            mask[7] = std::int8_t(mask_7);
            writer.write("mask", std::span<std::int8_t const>(mask), {points}, {"1", ""});
            writer.close();
        }
    }

    Dictionary dictionary() const {
        return parse_dictionary(
            R"({"name": "set", "tables": [{"name": "records", "format": "hdf5", "files": [{"path": "part-*.h5"}], "fields": [
 {"name": "y", "dtype": "float32", "shape": [64], "unit": "count", "role": "feature", "quantity": "counts", "axis": "x",
  "mask": "mask")" +
                field_more + R"(}, {"name": "temperature", "dtype": "float64")" + temperature_more +
                R"(}, {"name": "time", "dtype": "utf8", "role": "time")" + time_more +
                R"(}, {"name": "kind", "dtype": "utf8"}],
 "shared": [{"name": "x", "dtype": "float64", "shape": [64], "unit": "degree", "quantity": "two_theta", "role": "axis",
  "is_uniform": true}, {"name": "mask", "dtype": "int8", "shape": [64], "unit": "1", "role": "mask"}]}]})",
            "dictionary.json");
    }

    Answer ask(std::string const& id) const {
        ScratchFolder scratch;
        write(scratch / "set");
        Dictionary const said = dictionary();
        Scan const scan = scan_dataset(scratch / "set", said, {});
        Subject const subject{scratch / "set", said, scan};
        for (Check const& check : value_checks())
            if (check.id == id) return check.run(subject);
        ADD_FAILURE() << "there is no check " << id;
        return {};
    }
    float& at(std::size_t record, std::size_t point) { return y[record * points + point]; }
};

TEST(ValueChecks, HaveNothingAgainstACleanSet) {
    Set const set;
    for (int id = 11; id <= 23; ++id) {
        Answer const answer = set.ask(fmt::format("C{}", id));
        EXPECT_EQ(answer.state, State::pass) << id << ": " << answer.text;
    }
    EXPECT_EQ(set.ask("C24").state, State::not_applicable);
}

struct Defect {
    char const *name, *check;
    void (*spoil)(Set&);
};

TEST(ValueChecks, FindOneDefectAtATime) {
    static constexpr float nan = std::numeric_limits<float>::quiet_NaN(),
                           infinity = std::numeric_limits<float>::infinity();
    Defect const defects[] = {
        {"no unit", "C11", [](Set& s) { s.temperature_more = R"(, "least": 70)"; }},
        {"a phrase for a unit", "C11", [](Set& s) { s.temperature_more = R"(, "unit": "deg C??")"; }},
        {"a unit of another quantity", "C12",
         [](Set& s) { s.temperature_more = R"(, "unit": "Pa", "quantity": "temperature")"; }},
        {"a file in another unit", "C13", [](Set& s) { s.axis_unit = "rad"; }},
        {"one value out of range", "C14", [](Set& s) { s.temperature[17] = 500; }},
        {"saturated", "C15", [](Set& s) { s.field_more = R"(, "saturation": 5000)", s.at(3, 20) = 5000; }},
        {"clipped", "C15",
         [](Set& s) {
             for (std::size_t r = 0; r < 20; ++r)
                 for (std::size_t i = 30; i < 36; ++i) s.at(r, i) = 9999;
         }},
        {"a dead channel", "C15",
         [](Set& s) {
             for (std::size_t r = 0; r < records; ++r) s.at(r, 7) = 0;
         }},
        {"a dead row", "C15",
         [](Set& s) {
             for (std::size_t r = 0; r < records; ++r)
                 for (std::size_t i = 5; i < 11; ++i) s.at(r, i) = 0;
         }},
        {"one NaN", "C16", [](Set& s) { s.at(100, 3) = nan; }},
        {"one infinite value", "C16", [](Set& s) { s.at(100, 3) = infinity; }},
        {"negative counts", "C16", [](Set& s) { s.at(100, 3) = -2; }},
        {"a fill value that nobody declared", "C16",
         [](Set& s) { s.temperature_more = R"(, "unit": "K")", s.temperature[5] = s.temperature[9] = -999; }},
        {"missing, undeclared", "C17", [](Set& s) { s.temperature[5] = double(nan); }},
        {"missing, unexplained", "C17", [](Set& s) { s.temperature_more += R"(, "missing": 0.1)"; }},
        {"texts missing", "C17", [](Set& s) { s.kinds[8] = ""; }},
        {"an empty record", "C18",
         [](Set& s) {
             for (std::size_t i = 0; i < points; ++i) s.at(50, i) = 0;
         }},
        {"a stuck record", "C18",
         [](Set& s) {
             for (std::size_t i = 0; i < points; ++i) s.at(50, i) = 41;
         }},
        {"another gain", "C19",
         [](Set& s) {
             for (std::size_t i = 0; i < points; ++i) s.at(50, i) *= 60, s.at(51, i) *= 60;
         }},
        {"an axis with a point twice", "C20", [](Set& s) { s.x[30] = s.x[31]; }},
        {"an axis with a gap", "C20", [](Set& s) { s.x[30] = double(nan); }},
        {"unequal steps", "C22", [](Set& s) { s.x[30] += 1e-4; }},
        {"no zone", "C23", [](Set& s) { s.times[3] = "2026-03-01T10:00:00"; }},
        {"a clock that was not set", "C23", [](Set& s) { s.times[3] = "1970-01-01T00:00:00Z"; }},
        {"no time at all", "C23", [](Set& s) { s.times[3] = "24/11/26 8.30 pm"; }},
    };
    for (Defect const& defect : defects) {
        Set set;
        defect.spoil(set);
        Answer const answer = set.ask(defect.check);
        EXPECT_EQ(answer.state, State::fail) << defect.name << ": " << answer.text;
        EXPECT_FALSE(answer.places.empty()) << defect.name;
    }
}

TEST(ValueChecks, AMaskCoversDeadChannels) {
    Set set;
    set.mask_7 = 0;
    for (std::size_t r = 0; r < records; ++r) set.at(r, 7) = r % 2 == 0 ? 0 : -1;
    for (char const* id : {"C14", "C15", "C16"}) EXPECT_EQ(set.ask(id).state, State::pass) << id;
}

TEST(ValueChecks, DeclaredMissingValuesPass) {
    Set set;
    set.temperature[5] = std::numeric_limits<double>::quiet_NaN();
    set.temperature_more += R"(, "missing": 0.02, "missing_because": "the thermometer was off")";
    EXPECT_EQ(set.ask("C16").state, State::pass);
    EXPECT_EQ(set.ask("C17").state, State::pass);
}

TEST(ValueChecks, ARareClassIsNoOutlier) {
    Set set;
    for (std::size_t r = 0; r < 6; ++r) {
        set.kinds[r * 40] = "bright";
        for (std::size_t i = 0; i < points; ++i) set.at(r * 40, i) *= 60;
    }
    EXPECT_EQ(set.ask("C19").state, State::pass);
}

TEST(ValueChecks, HeavyTailsAreNoOutliers) {
    int outliers = 0;
    for (std::uint32_t seed = 0; seed < 40; ++seed) {
        Set set;
        RandomStream random(1, 92, seed);
        for (std::size_t r = 0; r < records; ++r) {
            float const scale = float(std::pow(random.uniform(), -1.0));  // Pareto, without a mean
            for (std::size_t i = 0; i < points; ++i) set.at(r, i) = std::round(set.at(r, i) * scale);
        }
        outliers += set.ask("C19").state == State::fail;
    }
    EXPECT_LE(outliers, 1);  // one in 250 is what such tails give
}

}  // namespace
}  // namespace hutch::curate::assess
