#include "hutch/methods/powder/scattering.hpp"

#include "hutch/base/error.hpp"
#include "hutch/data/structure.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include <fmt/format.h>
#include <gemmi/fprime.hpp>
#include <gemmi/neutron92.hpp>

namespace hutch::powder {
namespace {

struct Row {
    int atomic_number, charge;
    double c;
    double a[5], b[5];
};
constexpr Row const table[] = {
    // Hydrogen is bonded in crystals: R. F. Stewart, E. R. Davidson, W. T. Simpson, J. Chem. Phys. 42 (1965)
    // 3175, in
    // the parametrisation of International Tables C, 6.1.1.4. The free atom of Waasmaier and Kirfel is more
    // diffuse.
    {1, 0, 0.003038, {0.493002, 0.322912, 0.140191, 0.040810, 0}, {10.5109, 26.1257, 3.14236, 57.7997, 0}},
    // Y3+ is missing in their table: International Tables C, 6.1.1.4.
    {39, 3, 40.2602, {17.9268, 9.1531, 1.76795, -33.108, 0}, {1.35417, 11.2145, 22.6599, -0.01319, 0}},
#include "hutch/methods/powder/waasmaier_kirfel.inc"
};

Row const* find_row(int atomic_number, int charge) {
    auto const found = std::ranges::find_if(
        table, [&](Row const& row) { return row.atomic_number == atomic_number && row.charge == charge; });
    return found == std::end(table) ? nullptr : found;
}

// Imaginary parts [fm] of the natural elements at 2200 m/s: V. F. Sears, Neutron News 3 (1992) 26.
struct Absorber {
    int atomic_number;
    double imaginary;
};
constexpr Absorber absorbers[] = {{5, 0.213}, {48, 0.70},  {49, 0.0539}, {62, 1.65},
                                  {63, 1.26}, {64, 13.82}, {66, 0.276}};

constexpr double relativistic_correction[] = {
#include "hutch/methods/powder/relativistic_correction.inc"
};

class CromerLiberman : public DispersionTable {
  public:
    Dispersion at(int atomic_number, double wavelength) const override {
        if (atomic_number < 3 || atomic_number > 92) return {};
        Dispersion result;
        result.real =
            gemmi::cromer_liberman(atomic_number, 1000 * hc_kev_angstrom / wavelength, &result.imaginary) -
            gemmi::impl_fprim::calculate_correction(atomic_number) +
            relativistic_correction[atomic_number - 1];
        return result;
    }
    std::string name() const override { return "Cromer-Liberman"; }
};

class NoDispersion : public DispersionTable {
  public:
    Dispersion at(int, double) const override { return {}; }
    std::string name() const override { return "none"; }
};

class Overridden : public DispersionTable {
  public:
    Overridden(std::shared_ptr<DispersionTable const> base, std::map<int, Dispersion> overrides)
        : base_(std::move(base)), overrides_(std::move(overrides)) {}
    Dispersion at(int atomic_number, double wavelength) const override {
        auto const found = overrides_.find(atomic_number);
        return found != overrides_.end() ? found->second : base_->at(atomic_number, wavelength);
    }
    std::string name() const override { return base_->name() + " with given values"; }

  private:
    std::shared_ptr<DispersionTable const> base_;
    std::map<int, Dispersion> overrides_;
};

}  // namespace

char const* to_name(Radiation radiation) { return radiation == Radiation::xray ? "xray" : "neutron"; }

Species nearest_tabulated(int atomic_number, int charge, bool is_deuterium) {
    return {atomic_number, find_row(atomic_number, charge) != nullptr ? charge : 0, is_deuterium};
}

FormFactor form_factor(Species const& species, double s_squared) {
    Row const* row = find_row(species.atomic_number, species.charge);
    if (row == nullptr)
        throw Error(Fault::unsupported,
                    fmt::format("'form factor' of {} is not tabulated; expected an element from H to Cf",
                                data::element_symbol(species.atomic_number)));
    FormFactor result{row->c, 0};
    for (int i = 0; i < 5; ++i) {
        double const term = row->a[i] * std::exp(-row->b[i] * s_squared);
        result.value += term;
        result.slope -= row->b[i] * term;
    }
    return result;
}

Dispersion neutron_length(Species const& species) {
    auto const element = species.is_deuterium ? gemmi::El::D : static_cast<gemmi::El>(species.atomic_number);
    double const length = gemmi::Neutron92<double>::get_(element);
    if (length == 0)
        throw Error(
            Fault::unsupported,
            fmt::format(
                "'neutron scattering length' of {} is not tabulated; expected an element that has one",
                data::element_symbol(species.atomic_number)));
    auto const absorber = std::ranges::find(absorbers, species.atomic_number, &Absorber::atomic_number);
    return {length, absorber == std::end(absorbers) ? 0.0 : absorber->imaginary};
}

std::shared_ptr<DispersionTable const> cromer_liberman() { return std::make_shared<CromerLiberman>(); }
std::shared_ptr<DispersionTable const> no_dispersion() { return std::make_shared<NoDispersion>(); }
std::shared_ptr<DispersionTable const> with_overrides(std::shared_ptr<DispersionTable const> base,
                                                      std::map<int, Dispersion> overrides) {
    return std::make_shared<Overridden>(std::move(base), std::move(overrides));
}

}  // namespace hutch::powder
