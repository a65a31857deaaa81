/// Offer refinements to tests: descriptions from text, with files in a folder of the test's own.
#pragma once

#include "hutch/methods/powder/refine/rules.hpp"
#include "hutch/methods/powder/refine/run.hpp"

#include <cmath>
#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <unistd.h>

#include <fmt/format.h>

namespace hutch::powder::refine {

/// A folder with invented structures and flat patterns, gone with this.
class RefinementFiles {
  public:
    RefinementFiles() {
        std::filesystem::create_directories(folder_);
        write("pbso4.cif", cif("8.482 5.398 6.959", "P n m a",
                               "Pb1 Pb .1882 .25 .167 .02\nS1 S .063 .25 .686 .01\nO1 O -.095 .25 .6 .02\n"
                               "O2 O .181 .25 .543 .02\nO3 O .085 .026 .806 .02\n"));
        write("si.cif", cif("5.4309 5.4309 5.4309", "F d -3 m:2", "Si1 Si .125 .125 .125 .006\n"));
        write("angle.xye", columns("two_theta [degree]", 15, 110, 0.03));
        write("flight.xye", columns("time_of_flight [microsecond]", 15000, 70000, 12));
    }
    ~RefinementFiles() { std::filesystem::remove_all(folder_); }
    RefinementFiles(RefinementFiles const&) = delete;
    RefinementFiles& operator=(RefinementFiles const&) = delete;

    void write(std::string const& name, std::string const& text) const {
        std::ofstream(folder_ / name) << text;
    }
    Description describe(std::string const& yaml) const {
        return read_description(Document::parse(yaml, "r.yaml"),
                                [this](std::string const& name) { return folder_ / name; });
    }

  private:
    static std::string cif(std::string const& cell, std::string const& group, std::string const& atoms) {
        auto const first = cell.find(' '), last = cell.rfind(' ');
        return fmt::format(
            "data_a\n_cell_length_a {}\n_cell_length_b {}\n_cell_length_c {}\n_cell_angle_alpha 90\n"
            "_cell_angle_beta 90\n_cell_angle_gamma 90\n_space_group_name_H-M_alt '{}'\nloop_\n"
            "_atom_site_label\n_atom_site_type_symbol\n_atom_site_fract_x\n_atom_site_fract_y\n"
            "_atom_site_fract_z\n_atom_site_U_iso_or_equiv\n{}",
            cell.substr(0, first), cell.substr(first + 1, last - first - 1), cell.substr(last + 1), group,
            atoms);
    }
    static std::string columns(std::string const& axis, double from, double to, double step) {
        std::string text = "# axis: " + axis + "\n";
        for (int i = 0; from + i * step <= to; ++i) text += fmt::format("{:.8g} 100 10\n", from + i * step);
        return text;
    }

    std::filesystem::path folder_ =
        std::filesystem::temp_directory_path() / fmt::format("hutch_refine_{}", ::getpid());
};

/// Put what a model with these parameters gives in the place of what was measured.
inline void simulate(Description& about, std::map<std::string, double> const& truth) {
    Problem problem = build(about);
    Parameters& parameters = problem.model.parameters;
    for (auto const& [selector, value] : truth)
        for (std::size_t const i : parameters.select(selector)) parameters[i].value = value;
    Prepared const prepared = prepare(problem.model);
    Wanted const nothing{std::vector<char>(parameters.size(), 0)};
    for (std::size_t p = 0; p < about.patterns.size(); ++p) {
        data::Pattern& measured = about.patterns[p].measured;
        measured.y = calculate(problem.model, prepared, p, parameters.values(), nothing).total;
        for (std::size_t i = 0; i < measured.y.size(); ++i)
            measured.sigma[i] = std::sqrt(std::max(1.0, measured.y[i]));
    }
}

}  // namespace hutch::powder::refine
