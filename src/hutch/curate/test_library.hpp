/// Write a small library of textbook structures and a recipe for it into a scratch folder, for tests.
#pragma once

#include <filesystem>
#include <fstream>
#include <string>
#include <unistd.h>

namespace hutch::curate {

/// A folder that is there as long as the object.
class ScratchFolder {
  public:
    ScratchFolder() {
        std::string pattern = (std::filesystem::temp_directory_path() / "hutch-XXXXXX").string();
        path_ = ::mkdtemp(pattern.data());
    }
    ~ScratchFolder() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    ScratchFolder(ScratchFolder const&) = delete;
    ScratchFolder& operator=(ScratchFolder const&) = delete;
    std::filesystem::path operator/(std::string const& name) const { return path_ / name; }

  private:
    std::filesystem::path path_;
};

inline std::string cif_text(std::string const& name, std::string const& cell, std::string const& group,
                            std::string const& atoms) {
    std::string text = "data_" + name + "\n_chemical_name_mineral " + name + "\n", rest = cell;
    for (char const* tag : {"length_a", "length_b", "length_c", "angle_alpha", "angle_beta", "angle_gamma"}) {
        std::size_t const space = rest.find(' ');
        text += std::string("_cell_") + tag + " " + rest.substr(0, space) + "\n";
        rest = space == std::string::npos ? "" : rest.substr(space + 1);
    }
    return text + "_space_group_name_H-M_alt '" + group +
           "'\nloop_\n_atom_site_label\n_atom_site_type_symbol\n_atom_site_fract_x\n_atom_site_fract_y\n_"
           "atom_site_fract_z\n_atom_site_U_iso_or_equiv\n" +
           atoms;
}

struct SmallStructure {
    char const *name, *cell, *group, *atoms;
};

/// Rounded from the usual text books.
inline constexpr SmallStructure small_structures[] = {
    {"silicon", "5.4309 5.4309 5.4309 90 90 90", "F d -3 m:2", "Si Si .125 .125 .125 .006\n"},
    {"diamond", "3.5669 3.5669 3.5669 90 90 90", "F d -3 m:2", "C C .125 .125 .125 .002\n"},
    {"halite", "5.6402 5.6402 5.6402 90 90 90", "F m -3 m", "Na Na 0 0 0 .02\nCl Cl .5 .5 .5 .017\n"},
    {"sylvite", "6.2917 6.2917 6.2917 90 90 90", "F m -3 m", "K K 0 0 0 .025\nCl Cl .5 .5 .5 .025\n"},
    {"fluorite", "5.4626 5.4626 5.4626 90 90 90", "F m -3 m", "Ca Ca 0 0 0 .006\nF F .25 .25 .25 .009\n"},
    {"iron", "2.8665 2.8665 2.8665 90 90 90", "I m -3 m", "Fe Fe 0 0 0 .004\n"},
    {"quartz", "4.9134 4.9134 5.4052 90 90 120", "P 32 2 1",
     "Si Si .4701 0 .6666667 .008\nO O .4139 .2674 .7858 .014\n"},
    {"cristobalite", "4.9709 4.9709 6.9278 90 90 90", "P 41 21 2",
     "Si Si .3003 .3003 0 .01\nO O .2392 .1044 .1787 .02\n"},
    {"corundum", "4.7591 4.7591 12.9918 90 90 120", "R -3 c",
     "Al Al 0 0 .35218 .0035\nO O .3063 0 .25 .004\n"},
    {"rutile", "4.5937 4.5937 2.9587 90 90 90", "P 42/m n m", "Ti Ti 0 0 0 .005\nO O .3053 .3053 0 .006\n"},
    {"zincite", "3.2498 3.2498 5.2066 90 90 120", "P 63 m c",
     "Zn Zn .3333333 .6666667 0 .006\nO O .3333333 .6666667 .3819 .007\n"},
    {"anglesite", "8.482 5.398 6.959 90 90 90", "P n m a",
     "Pb Pb .1882 .25 .167 .02\nS S .063 .25 .686 .01\nO1 O -.095 .25 .6 .02\nO2 O .181 .25 .543 .02\nO3 O "
     ".085 .026 .806 .02\n"},
};

inline std::string cif_of(SmallStructure const& one) {
    return cif_text(one.name, one.cell, one.group, one.atoms);
}

inline void write_text(std::filesystem::path const& path, std::string const& text) {
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path, std::ios::binary) << text;
}

/// Write the structures above as one CIF each.
inline void write_small_library(std::filesystem::path const& folder) {
    for (SmallStructure const& one : small_structures)
        write_text(folder / (std::string(one.name) + ".cif"), cif_of(one));
}

/// Two instruments with counting statistics and two without, on all three kinds of axis.
inline constexpr char small_recipe[] = R"(name: small
version: 1.0.0
seed: 7
records: 96
points: 512
shard_records: 20
structures:
  - path: cifs
    name: textbook
splits: {train: 0.7, test: 0.3}
march_axes: [[0, 0, 1], [1, 1, 0]]
parameters:
  size: {log_uniform: [0.05, 1]}
  strain_11: {normal: [0, 0.003]}
  march_ratio: {uniform: [0.7, 1.4], probability: 0.5, otherwise: 1}
instruments:
  - name: lab
    share: 2
    geometry: bragg_brentano
    two_theta: [10, 90]
    wavelengths:
      - {wavelength: 1.5406}
      - {wavelength: 1.5444, weight: {uniform: [0.4, 0.6]}}
    parameters:
      dose: {log_uniform: [300, 50000]}
    background:
      chebyshev: [{uniform: [0.01, 0.1]}]
      humps:
        - {centre: 25, fwhm: 8, height: {uniform: [0, 0.1]}}
  - name: neutrons
    radiation: neutron
    geometry: debye_scherrer
    two_theta: [10, 140]
    wavelengths: [{wavelength: {choice: [1.594, 1.909]}}]
    parameters:
      w: 0.1
      dose: 2000
  - name: q_axis
    geometry: debye_scherrer
    q: [1, 6]
    wavelengths: [{wavelength: {uniform: [0.8, 0.85]}}]
  - name: d_axis
    geometry: debye_scherrer
    d: [1.1, 4]
    wavelengths: [{wavelength: 1.2}]
)";

/// Return a text with the first occurrence of `what` replaced.
inline std::string with(std::string text, std::string const& what, std::string const& by) {
    std::size_t const at = text.find(what);
    return at == std::string::npos ? "nothing to replace" : text.replace(at, what.size(), by);
}

}  // namespace hutch::curate
