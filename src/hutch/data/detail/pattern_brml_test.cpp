#include "hutch/base/error.hpp"
#include "hutch/data/detail/zip.hpp"
#include "hutch/data/pattern.hpp"

#include <cmath>
#include <functional>

#include <gtest/gtest.h>
#include <zip.h>

namespace hutch::data {
namespace {

using Members = std::vector<std::pair<std::string, std::string>>;
using Numbers = std::vector<double>;

std::string zipped(Members const& members) {
    zip_source_t* const buffer = zip_source_buffer_create(nullptr, 0, 0, nullptr);
    zip_source_keep(buffer);
    zip_t* const archive = zip_open_from_source(buffer, ZIP_TRUNCATE, nullptr);
    for (auto const& [name, text] : members)
        zip_file_add(archive, name.c_str(), zip_source_buffer(archive, text.data(), text.size(), 0), 0);
    EXPECT_EQ(zip_close(archive), 0);
    zip_source_open(buffer);
    zip_source_seek(buffer, 0, SEEK_END);
    std::string bytes(std::size_t(zip_source_tell(buffer)), '\0');
    zip_source_seek(buffer, 0, SEEK_SET);
    zip_source_read(buffer, bytes.data(), bytes.size());
    zip_source_close(buffer);
    zip_source_free(buffer);
    return bytes;
}

std::string fixed(char const* name, int at) {
    return "<RawDataView Start=\"" + std::to_string(at) + "\" Length=\"1\" LogicName=\"" + name + "\" />\n";
}

std::string recorded(int at, int channels = 1, std::string const& unit = "Counts") {
    return "<RawDataView Start=\"" + std::to_string(at) + "\" Length=\"" + std::to_string(channels) +
           "\"><Recording LogicName=\"ScanCounter\"><Unit Base=\"" + unit +
           "\" /><BlankingValue>-9999</BlankingValue></Recording></RawDataView>\n";
}

std::string varying(int at, std::vector<std::string> const& axes) {
    std::string text = "<RawDataView Start=\"" + std::to_string(at) + "\" Length=\"" +
                       std::to_string(axes.size()) + "\"><Varying>";
    for (std::string const& axis : axes) text += "<FieldDefinitions FieldName=\"" + axis + "\" />";
    return text + "</Varying></RawDataView>\n";
}

std::string const usual_views =
    fixed("MeasuredTime", 0) + fixed("AbsorptionFactor", 1) + varying(2, {"TwoTheta", "Theta"}) + recorded(4);

std::string route(std::vector<std::string> const& rows, std::string const& views = usual_views,
                  char const* flag = "Measured") {
    std::string text = "<DataRoute RouteFlag=\"" + std::string(flag) +
                       "\"><ScanInformation><ScanAxes><ScanAxisInfo AxisName=\"Theta\" /></ScanAxes>"
                       "</ScanInformation>\n";
    for (std::string const& row : rows) text += "<Datum>" + row + "</Datum>\n";
    return text + "<DataViews>\n" + views + "</DataViews></DataRoute>\n";
}

std::string raw_data(std::string const& routes, std::string const& unit = "&#197;",
                     char const* alpha1 = "1.5406") {
    return "<?xml version=\"1.0\"?>\n<RawData><DataRoutes>\n" + routes +
           "</DataRoutes><FixedInformation><Tube><WaveLengthAlpha1 Unit=\"" + unit + "\" Value=\"" + alpha1 +
           "\" /><WaveLengthAlpha2 Unit=\"" + unit +
           "\" Value=\"1.54439\" /><WaveLengthRatio Unit=\"\" Value=\"0.5\" "
           "/></Tube></FixedInformation></RawData>\n";
}

std::string file(std::string const& routes) {
    return zipped({{"Experiment0/RawData0.xml", raw_data(routes)}});
}

std::vector<std::string> const rows{"96,1,10,5,0", "96,1,10.01,5.005,16", "96,1,10.03,5.015,400"};

Pattern parse(std::string const& bytes, int bank = 0) {
    return parse_pattern(bytes, "a.brml", PatternFormat::brml, bank);
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

}  // namespace

TEST(Brml, ReadsAScanWithTitleAndWavelengths) {
    for (std::string const folder : {"Experiment0/", "a copy/Experiment0/"}) {
        std::string const bytes =
            zipped({{folder + "MeasurementContainer.xml", "<a/>"},
                    {folder + "DataContainer.xml",
                     "<DataContainer><MeasurementInfo SampleName=\"SRM 640d\"/></DataContainer>"},
                    {folder + "RawData0.xml", raw_data(route(rows))}});
        EXPECT_EQ(guess_pattern_format(bytes, "a.xy"), PatternFormat::brml);
        Pattern const pattern = parse(bytes);
        EXPECT_EQ(pattern.title, "SRM 640d");
        EXPECT_EQ(pattern.axis, AxisKind::two_theta);
        EXPECT_EQ(pattern.x, (Numbers{10, 10.01, 10.03}));
        EXPECT_EQ(pattern.y, (Numbers{0, 16, 400}));
        EXPECT_EQ(pattern.sigma, (Numbers{1, 4, 20}));
        EXPECT_EQ(pattern.wavelength, 1.5406);
        EXPECT_EQ(pattern.second_wavelength, 1.54439);
        EXPECT_EQ(pattern.second_intensity, 0.5);
    }
    EXPECT_EQ(parse(file(route(rows))).title, "");
}

// The columns stand in another order than usual, and one more view speaks of 2 theta.
TEST(Brml, FindsColumnsByTheirViews) {
    std::string const views = varying(0, {"Theta", "TwoTheta"}) +
                              varying(2, {"RecSpX", "Drive#TwoTheta#Position"}) + recorded(4) +
                              fixed("MeasuredTime", 5);
    Pattern const pattern = parse(file(route({"5,10,-1,9,3,1", "6,12,-1,9,4,1"}, views)));
    EXPECT_EQ(pattern.x, (Numbers{10, 12}));
    EXPECT_EQ(pattern.y, (Numbers{3, 4}));
}

// 25 counts behind an absorber of 8.5 stand in the file as 212.5.
TEST(Brml, TakesSigmaFromWhatWasCounted) {
    Pattern const pattern = parse(file(route({"2,1,10,5,100", "2,8.5,11,5.5,212.5", "8,1,12,6,400"})));
    EXPECT_EQ(pattern.y, (Numbers{100, 212.5, 100}));
    EXPECT_EQ(pattern.sigma, (Numbers{10, 42.5, 5}));
}

TEST(Brml, LeavesOutPointsThatWereNotMeasured) {
    Pattern const pattern = parse(file(route({"1,1,10,5,1", "1,1,11,5.5,-9999", "1,1,12,6,4"})));
    EXPECT_EQ(pattern.x, (Numbers{10, 12}));
}

TEST(Brml, CountsMeasuredScansInOrderOfTheirNumbers) {
    auto const counted = [](int counts, char const* flag = "Measured") {
        std::string const y = std::to_string(counts);
        return route({"1,1,10,5," + y, "1,1,11,5," + y}, usual_views, flag);
    };
    std::string const bytes =
        zipped({{"Experiment0/RawData10.xml", raw_data(counted(4))},
                {"Experiment0/RawData2.xml", raw_data(counted(9, "Processed") + counted(2) + counted(3))},
                {"Experiment0/RawDataInfo.xml", "<no/>"},
                {"Experiment0/RawData0.xml", raw_data(counted(1, "Simulated"))}});
    EXPECT_EQ(parse(bytes).y[0], 1);
    for (int bank : {1, 2, 3, 4}) EXPECT_EQ(parse(bytes, bank).y[0], bank);
    EXPECT_EQ(message_of([&] { parse(bytes, 5); }, Fault::bad_data),
              "a.brml: file has no scan 5; expected 1 to 4");
}

TEST(Brml, SaysWhatIsWrongAndWhere) {
    struct Case {
        std::string bytes, message;
    };
    std::string const place = "a.brml/Experiment0/RawData0.xml:";
    for (Case const& c : {
             Case{zipped({{"Data0/Profile0.txt", "1 2 1"}}),
                  "a.brml: archive has no RawData0.xml; expected it, as in .brml"},
             Case{file(""), "a.brml: file has no scan; expected one or more"},
             Case{file(route(rows).substr(0, 200)), place + "6: XML is damaged (start-end tags mismatch); "
                                                            "expected it whole; is the file cut short?"},
             Case{file(route({"1,1,10,5,1", "1,1,11,5,x"})),
                  place + "5: value 5 of 'Datum' is 'x'; expected a finite "
                          "number"},
             Case{file(route({"1,1,10,5,1", "1,1,11"})),
                  place + "5: 'Datum' has 3 values; expected 5 or more"},
             Case{file(route({"1,1,10,5,1", "1,1,11,5,-1"})),
                  place + "5: 'counts' is -1; expected 0 or more, as counted; export what was corrected as "
                          ".xye with "
                          "its sigma"},
             Case{file(route({"1,1,10,5,1", "0,1,11,5,1"})), place + "5: 'MeasuredTime' is 0; expected > 0"},
             Case{file(route({"1,1,10,5,1", "1,0,11,5,1"})),
                  place + "5: 'AbsorptionFactor' is 0; expected > 0"},
             Case{file(route({})), place + "3: pattern has 0 points; expected at least 2"},
             Case{file(route(rows, varying(2, {"TwoTheta"}))),
                  place + "3: no RawDataView with 'Recording'; expected one with the counts"},
             Case{file(route(rows, recorded(4, 1, "Degree"))),
                  place + "8: 'Unit' of the recording is 'Degree'; expected Counts"},
             Case{file(route(rows, "<RawDataView Start=\"-1\" Length=\"1\" />")),
                  place + "8: 'Start' of RawDataView is '-1'; expected a whole number"},
         })
        EXPECT_EQ(message_of([&] { parse(c.bytes); }, Fault::bad_data), c.message);
    EXPECT_EQ(
        message_of([] { parse(file(route(rows, recorded(4, 1280)))); }, Fault::unsupported),
        place +
            "8: each point holds 1280 channels; expected 1, a scan and no frames of a detector; export the "
            "scan as .xy");
    EXPECT_EQ(
        message_of([] { parse(file(route(rows, varying(2, {"Theta"}) + recorded(4)))); }, Fault::unsupported),
        "a.brml: scan 1 is of 'Theta'; expected one of 2 theta; choose another by its number (bank)");
}

TEST(Brml, RefusesEveryFileThatIsCutShort) {
    std::string const whole = file(route(rows));
    for (std::size_t size = 0; size < whole.size(); ++size)
        EXPECT_NE(message_of([&] { parse(whole.substr(0, size)); }, Fault::bad_data), "no error") << size;
}

TEST(Zip, UnpacksNoMoreThanAsked) {
    std::string const bytes = zipped({{"a", std::string(1'000'000, 'x')}}), name = "a.zip";
    detail::Zip const zip(bytes, name);
    EXPECT_LT(bytes.size(), 10'000u);
    EXPECT_EQ(zip.read("a", 1'000'000).size(), 1'000'000u);
    EXPECT_EQ(message_of([&] { zip.read("a", 999'999); }, Fault::exhausted),
              "a.zip: member 'a' unpacks to more than 999999 bytes; expected at most that");
    EXPECT_EQ(message_of([&] { zip.read("b", 10); }, Fault::bad_data),
              "a.zip: member 'b' is damaged (no such file); expected it whole");
}

}  // namespace hutch::data
