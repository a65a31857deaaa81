/// Give tests the line shapes straight from their integrals, for plain numbers and for duals.
#pragma once

#include "hutch/methods/powder/refine/test_dual.hpp"

#include <algorithm>
#include <numbers>
#include <utility>
#include <vector>

namespace hutch::powder::refine::plain {

inline constexpr double pi = std::numbers::pi, degree = pi / 180;

/// Nodes and weights of Gauss and Legendre on [0, 1] (Newton's method on P_n).
struct Quadrature {
    std::vector<double> x, weight;
};
inline Quadrature legendre(int n) {
    Quadrature rule;
    for (int i = 0; i < n; ++i) {
        double z = std::cos(pi * (i + 0.75) / (n + 0.5)), slope = 1;
        for (int step = 0; step < 60; ++step) {
            double p = 1, before = 0;
            for (int k = 0; k < n; ++k) {
                double const next = ((2 * k + 1) * z * p - k * before) / (k + 1);
                before = p, p = next;
            }
            slope = n * (z * p - before) / (z * z - 1);
            z -= p / slope;
        }
        rule.x.push_back((1 - z) / 2);
        rule.weight.push_back(1 / ((1 - z * z) * slope * slope));
    }
    return rule;
}

/// Pseudo-Voigt of area 1 whose width and shape follow from a Gauss FWHM^2 and a Lorentz FWHM.
/// \par Source  Thompson, Cox & Hastings, J. Appl. Cryst. 20 (1987) 79
template <class T>
class PseudoVoigt {
  public:
    PseudoVoigt(T const& gauss_square, T const& lorentz) {
        T const g = sqrt(gauss_square), g2 = g * g, l = lorentz, l2 = l * l;
        fwhm_ = pow(g2 * g2 * g + 2.69269 * g2 * g2 * l + 2.42843 * g2 * g * l2 + 4.47163 * g2 * l2 * l +
                        0.07842 * g * l2 * l2 + l2 * l2 * l,
                    0.2);
        T const r = l / fwhm_;
        eta_ = 1.36603 * r - 0.47719 * r * r + 0.11116 * r * r * r;
        lorentz_ = 2 / pi * eta_ / fwhm_;
        gauss_ = 2 * std::sqrt(std::numbers::ln2 / pi) * (1.0 - eta_) / fwhm_;
        per_square_ = 4.0 / (fwhm_ * fwhm_);
    }
    T fwhm() const { return fwhm_; }
    T at(T const& distance) const {
        T const u = distance * distance * per_square_;
        T const tail = lorentz_ / (1.0 + u);
        return value_of(u) > 60 ? tail : tail + gauss_ * exp(-std::numbers::ln2 * u);  // 2^-60 is nothing
    }

  private:
    T fwhm_, eta_, lorentz_, gauss_, per_square_;
};

/// A line at constant wavelength: the mean of pseudo-Voigts over the heights on the detector.
///
/// Inputs: centre, Bragg angle [degree], Gauss FWHM^2, Lorentz FWHM, (S + H) / L. Of heights t in units of
/// (S + H), min(2 share, 1 - t) is how often each occurs; both pieces are integrated with 48 Gauss nodes.
/// \par Source  Finger, Cox & Jephcoat, J. Appl. Cryst. 27 (1994) 892
template <class T>
class AngleProfile {
  public:
    AngleProfile(std::array<T, 5> const& q, double share) : shape_(q[2], q[3]), centre_(q[0]) {
        if (!(value_of(q[4]) > 0)) {
            rays_.push_back({centre_, T(1)});
            return;
        }
        Quadrature const rule = legendre(48);
        double const kink = 1 - 2 * share;
        T total(0);
        for (auto const& [from, to] : {std::pair{0.0, kink}, {kink, 1.0}})
            for (std::size_t i = 0; to > from && i < rule.x.size(); ++i) {
                double const t = from + (to - from) * rule.x[i];
                T const h = t * q[4], stretch = 1.0 + h * h;
                T const delta = acos(cos(q[1] * degree) * sqrt(stretch));
                T const weight =
                    (to - from) * rule.weight[i] * std::min(2 * share, 1 - t) / (stretch * sin(delta));
                rays_.push_back({centre_ + delta / degree - q[1], weight});
                total += weight;
            }
        for (Ray& ray : rays_) ray.weight = ray.weight / total;
    }
    T at(double x) const {
        T sum(0);
        for (Ray const& ray : rays_) sum += ray.weight * shape_.at(x - ray.centre);
        return sum;
    }

  private:
    struct Ray {
        T centre, weight;
    };
    PseudoVoigt<T> shape_;
    T centre_;
    std::vector<Ray> rays_;
};

/// A line at time of flight: a pseudo-Voigt convolved with two exponentials back to back, by quadrature.
///
/// Inputs: centre, alpha, beta, Gauss variance, Lorentz FWHM. Each exponential is cut where it is exp(-42),
/// in panels no longer than the FWHM and than its own decay, with 12 Gauss nodes: good to 1e-9 of the height.
/// \par Source  Von Dreele, Jorgensen & Windsor, J. Appl. Cryst. 15 (1982) 581
template <class T>
class FlightProfile {
  public:
    explicit FlightProfile(std::array<T, 5> const& q)
        : shape_(8 * std::numbers::ln2 * q[3], q[4]), centre_(q[0]), norm_(q[1] * q[2] / (q[1] + q[2])) {
        add_side(q[1], -1, before_);
        add_side(q[2], 1, after_);
    }
    T at(double x) const {
        T sum(0);
        for (auto const* side : {&before_, &after_})
            for (Ray const& ray : *side) sum += ray.weight * shape_.at(x - centre_ - ray.shift);
        return norm_ * sum;
    }

  private:
    struct Ray {
        T shift, weight;
    };
    void add_side(T const& rate, double sign, std::vector<Ray>& side) const {
        static Quadrature const rule = legendre(12);
        constexpr double end = 42;
        double const per_width = end / (value_of(rate) * value_of(shape_.fwhm()));
        int const panels = int(std::ceil(std::max(end, per_width)));
        for (int p = 0; p < panels; ++p)
            for (std::size_t i = 0; i < rule.x.size(); ++i) {
                double const t = (p + rule.x[i]) * end / panels;
                side.push_back({sign * t / rate, rule.weight[i] * end / panels * std::exp(-t) / rate});
            }
    }

    PseudoVoigt<T> shape_;
    T centre_, norm_;
    std::vector<Ray> before_, after_;
};

}  // namespace hutch::powder::refine::plain
