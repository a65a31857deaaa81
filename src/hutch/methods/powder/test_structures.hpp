/// Offer a few textbook structures to tests and benchmarks.
#pragma once

#include "hutch/data/cif.hpp"

#include <string>

namespace hutch::powder {

inline data::Structure structure_from(std::string const& name, std::string const& cell,
                                      std::string const& group, std::string const& atoms) {
    std::string const tags[] = {"length_a",    "length_b",   "length_c",
                                "angle_alpha", "angle_beta", "angle_gamma"};
    std::string text = "data_" + name + "\n", rest = cell;
    for (auto const& tag : tags) {
        std::size_t const space = rest.find(' ');
        text += "_cell_" + tag + " " + rest.substr(0, space) + "\n";
        rest = space == std::string::npos ? "" : rest.substr(space + 1);
    }
    text += "_space_group_name_H-M_alt '" + group +
            "'\nloop_\n_atom_site_label\n_atom_site_type_symbol\n_atom_site_fract_x\n"
            "_atom_site_fract_y\n_atom_site_fract_z\n_atom_site_U_iso_or_equiv\n_atom_site_occupancy\n" +
            atoms;
    data::Structure structure = data::parse_cif(text, name)[0];
    structure.name = name;
    return structure;
}

/// Anglesite, as in the powder round robin of R. J. Hill, J. Appl. Cryst. 25 (1992) 589.
inline data::Structure lead_sulfate() {
    return structure_from("PbSO4", "8.482 5.398 6.959 90 90 90", "P n m a",
                          "Pb1 Pb .1882 .25 .167 .02 1\nS1 S .063 .25 .686 .01 1\nO1 O -.095 .25 .6 .02 "
                          "1\nO2 O .181 .25 .543 .02 1\nO3 O .085 .026 .806 .02 1\n");
}
inline data::Structure corundum() {
    return structure_from("Al2O3", "4.7591 4.7591 12.9918 90 90 120", "R -3 c",
                          "Al1 Al 0 0 .35218 .0035 1\nO1 O .3063 0 .25 .004 1\n");
}
/// Zincite: polar, so that Friedel's pairs differ with anomalous dispersion.
inline data::Structure zincite() {
    return structure_from("ZnO", "3.2498 3.2498 5.2066 90 90 120", "P 63 m c",
                          "Zn1 Zn .3333333 .6666667 0 .006 1\nO1 O .3333333 .6666667 .3819 .007 1\n");
}
inline data::Structure silicon() {
    return structure_from("Si", "5.4309 5.4309 5.4309 90 90 90", "F d -3 m:2",
                          "Si1 Si .125 .125 .125 .006 1\n");
}

}  // namespace hutch::powder
