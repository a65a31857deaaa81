#include "hutch/methods/powder/refine/report_nexus.hpp"

#include "hutch/base/error.hpp"
#include "hutch/base/file.hpp"
#include "hutch/base/process.hpp"
#include "hutch/data/shard.hpp"
#include "hutch/methods/powder/refine/test_result.hpp"

#include <cmath>
#include <filesystem>

#include <gtest/gtest.h>

namespace hutch::powder::refine {
namespace {

std::filesystem::path in_temporary(char const* name) {
    return std::filesystem::path(testing::TempDir()) / name;
}

TEST(NexusReport, HasTheSameBytesWhenWrittenTwice) {
    write_nexus(in_temporary("a.nxs"), make_result());
    write_nexus(in_temporary("b.nxs"), make_result());
    EXPECT_EQ(read_file(in_temporary("a.nxs")), read_file(in_temporary("b.nxs")));
}

TEST(NexusReport, HoldsPatternsAndNumbersUnderNamesThatNexusAllows) {
    Result const result = make_result();
    auto const path = in_temporary("c.nxs");
    write_nexus(path, result);
    auto const calculated = data::read_floats(path, "entry/bank__1_/calculated");
    ASSERT_EQ(calculated.size(), result.patterns[1].calculated.size());
    EXPECT_EQ(calculated[100], float(result.patterns[1].calculated[100]));
    EXPECT_EQ(data::read_floats(path, "entry/xray/lines_of_silicon")[0], 2);
    EXPECT_EQ(data::read_floats(path, "entry/sulfate/unit_cell_abc_errors")[0], 0.00021f);
    EXPECT_TRUE(std::isnan(data::read_floats(path, "entry/process/parameters/value_errors")[3]));
    EXPECT_EQ(data::find_array(path, "entry/process/parameters/correlation").shape,
              (std::vector<std::uint64_t>{4, 4}));
    EXPECT_EQ(data::find_array(path, "entry/process/r_wp").shape, std::vector<std::uint64_t>{});
    EXPECT_EQ(data::read_floats(path, "entry/sulfate_in_xray/reflections/hkl")[1], 2);
}

TEST(NexusReport, TellsNamesApartThatLookAlike) {
    Result result = make_result();
    result.phases[1].name = result.shares[1].phase = "sulfate ";
    result.phases[0].name = result.shares[0].phase = result.shares[2].phase = "sulfate_";
    result.patterns[1].name = result.shares[2].pattern = "process";
    auto const path = in_temporary("d.nxs");
    write_nexus(path, result);
    EXPECT_EQ(data::read_floats(path, "entry/sulfate__2/unit_cell_abc")[0], 5.4309f);
    EXPECT_EQ(data::read_floats(path, "entry/process_2/time_of_flight")[0], 2000);
}

TEST(NexusReport, OfAnEmptyResultIsAFile) {
    auto const path = in_temporary("e.nxs");
    write_nexus(path, {});
    EXPECT_EQ(data::read_floats(path, "entry/process/variables")[0], 0);
}

TEST(NexusReport, SaysWhereItCannotBeWritten) {
    EXPECT_THROW(write_nexus(in_temporary("no/such/folder.nxs"), make_result()), Error);
}

// What a reader of NeXus does: follow the defaults to the data that are to be plotted.
constexpr char const* reader = R"(
import sys
try:
    import h5py
except ImportError:
    sys.exit(77)
def text(value):
    return value.decode() if isinstance(value, bytes) else str(value)
with h5py.File(sys.argv[1]) as file:
    entry = file[text(file.attrs["default"])]
    assert text(entry.attrs["NX_class"]) == "NXentry"
    assert entry["title"].asstr()[()] == 'Gypsum & "silicon" <mixed>'
    data = entry[text(entry.attrs["default"])]
    assert text(data.attrs["NX_class"]) == "NXdata"
    signal, axis = data[text(data.attrs["signal"])], data[text(data.attrs["axes"])]
    assert signal.shape == axis.shape == data[signal.name + "_errors"].shape == (400,)
    assert text(axis.attrs["units"]) == "degree" and axis[1] == 10.05
    for name in map(text, data.attrs["auxiliary_signals"]):
        assert data[name].shape == (400,), name
    assert (data["difference"][...] == signal[...] - data["calculated"][...]).all()
    process = entry["process"]
    assert process["program"].asstr()[()] == "hutch" and process["r_wp"][()] == 0.0561
    parameters = process["parameters"]
    assert parameters["name"].asstr()[2] == "sulfate.xray.size.iso" and parameters["value_errors"][2] == 0.0111
    assert parameters["correlation"][0, 2] == -0.97
    assert entry["sulfate/sites/label"].asstr()[2] == "O1'"
    assert entry["sulfate/sites/u_aniso"].shape == (4, 6)
    classes = {text(group.attrs["NX_class"]) for group in entry.values() if isinstance(group, h5py.Group)}
    assert classes == {"NXdata", "NXsample", "NXprocess", "NXinstrument", "NXcollection"}, classes
)";

TEST(NexusReportPeer, IsOpenedByH5pyAsReadersOfNexusDo) {
    auto const path = in_temporary("f.nxs");
    write_nexus(path, make_result());
    // The system's Python is where Debian puts h5py.
    ProcessEnd const end = run_process({"/usr/bin/python3", "-c", reader, path.string()});
    if (end.exit_code == 77) GTEST_SKIP() << "expected h5py for /usr/bin/python3";
    EXPECT_TRUE(end.succeeded()) << end.errors;
}

}  // namespace
}  // namespace hutch::powder::refine
