// A description over small files must be read, built and fitted for a cycle, or refused.
#include "hutch/base/error.hpp"
#include "hutch/methods/powder/refine/rules.hpp"
#include "hutch/methods/powder/refine/run.hpp"
#include "hutch/methods/powder/refine/series.hpp"

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <unistd.h>

namespace {

namespace fs = std::filesystem;
using namespace hutch;
using namespace hutch::powder::refine;

// Small files, written once.
fs::path const& folder() {
    static fs::path const made = [] {
        fs::path const path =
            fs::temp_directory_path() / ("hutch_description_fuzz_" + std::to_string(::getpid()));
        fs::create_directories(path);
        std::ofstream(path / "a.cif")
            << "data_a\n_cell_length_a 3\n_cell_length_b 4\n_cell_length_c 5\n_cell_angle_alpha "
               "90\n_cell_angle_beta 90\n_cell_angle_gamma 90\n_space_group_name_H-M_alt 'P m m "
               "m'\nloop_\n_atom_site_label\n_atom_site_type_symbol\n_atom_site_fract_x\n"
               "_atom_site_fract_y\n_atom_site_fract_z\nA Si 0 0 0\nB O .5 .5 .2\n";
        std::ofstream angle(path / "a.xye"), flight(path / "f.xye");
        flight << "# axis: time_of_flight [microsecond]\n";
        for (int i = 0; i < 80; ++i) {
            angle << 20 + 0.2 * i << ' ' << 50 + i % 7 << " 7\n";
            flight << 20000 + 100 * i << ' ' << 50 + i % 7 << " 7\n";
        }
        return path;
    }();
    return made;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    auto const find = [](std::string const& name) {
        for (char const* known : {"a.cif", "a.xye", "f.xye"})
            if (name == known) return folder() / name;
        throw Error(Fault::not_found, "'" + name + "' is not there; expected a file");
    };
    try {
        Document const document = Document::parse({reinterpret_cast<char const*>(data), size}, "fuzz.yaml");
        Description description = read_description(document, find);
        if (document.has("series")) read_series(document, find);
        if (description.phases.size() > 2 || description.patterns.size() > 2 || description.stages.size() > 3)
            return 0;
        description.most_cycles = 1;
        run(description, {});
    } catch (Error const&) {
        return 0;
    }
    return 0;
}
