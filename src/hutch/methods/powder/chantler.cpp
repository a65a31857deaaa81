// Chantler's tables of f' and f'' in an XrayDB file: energies and values of an element as JSON lists.
#include "hutch/base/error.hpp"
#include "hutch/data/structure.hpp"
#include "hutch/methods/powder/scattering.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <sqlite3.h>

namespace hutch::powder {
namespace {

struct Rows {
    std::vector<double> energy_ev, real, imaginary;
};

using Json = nlohmann::json;

class Chantler : public DispersionTable {
  public:
    explicit Chantler(std::filesystem::path const& path) {
        sqlite3* database = nullptr;
        int const opened = sqlite3_open_v2(path.c_str(), &database, SQLITE_OPEN_READONLY, nullptr);
        std::unique_ptr<sqlite3, decltype(&sqlite3_close)> const close(database, &sqlite3_close);
        if (opened != SQLITE_OK)
            throw Error(Fault::not_found, fmt::format("cannot open XrayDB file: '{}'", path.string()));
        sqlite3_stmt* statement = nullptr;
        if (sqlite3_prepare_v2(database, "SELECT element, energy, f1, f2 FROM Chantler", -1, &statement,
                               nullptr) != SQLITE_OK)
            throw Error(
                Fault::bad_data,
                fmt::format("'Chantler' table is missing; expected an XrayDB file: '{}'", path.string()));
        std::unique_ptr<sqlite3_stmt, decltype(&sqlite3_finalize)> const finalize(statement,
                                                                                  &sqlite3_finalize);
        while (sqlite3_step(statement) == SQLITE_ROW) read_row(statement, path.string());
    }

    Dispersion at(int atomic_number, double wavelength) const override {
        auto const found = elements_.find(atomic_number);
        if (found == elements_.end()) return {};
        Rows const& rows = found->second;
        double const energy = 1000 * hc_kev_angstrom / wavelength;
        auto const upper = std::ranges::lower_bound(rows.energy_ev, energy);
        if (upper == rows.energy_ev.begin() || upper == rows.energy_ev.end()) return {};
        auto const i = std::size_t(upper - rows.energy_ev.begin());
        double const t = (energy - rows.energy_ev[i - 1]) / (rows.energy_ev[i] - rows.energy_ev[i - 1]);
        return {rows.real[i - 1] + t * (rows.real[i] - rows.real[i - 1]),
                rows.imaginary[i - 1] + t * (rows.imaginary[i] - rows.imaginary[i - 1])};
    }
    std::string name() const override { return "Chantler (XrayDB)"; }

  private:
    void read_row(sqlite3_stmt* statement, std::string const& path) {
        auto const text = [&](int column) {
            auto const* bytes = reinterpret_cast<char const*>(sqlite3_column_text(statement, column));
            return std::string(bytes != nullptr ? bytes : "");
        };
        Rows rows;
        try {
            rows = {Json::parse(text(1)).get<std::vector<double>>(),
                    Json::parse(text(2)).get<std::vector<double>>(),
                    Json::parse(text(3)).get<std::vector<double>>()};
        } catch (Json::exception const&) {
            throw Error(Fault::bad_data,
                        fmt::format("'Chantler' row of '{}' is unreadable; expected lists of numbers: '{}'",
                                    text(0), path));
        }
        if (rows.energy_ev.size() != rows.real.size() || rows.real.size() != rows.imaginary.size())
            throw Error(
                Fault::bad_data,
                fmt::format("'Chantler' row of '{}' has lists of unequal length: '{}'", text(0), path));
        for (int z = 1; z <= 98; ++z)
            if (text(0) == data::element_symbol(z)) elements_[z] = std::move(rows);
    }
    std::map<int, Rows> elements_;
};

}  // namespace

std::shared_ptr<DispersionTable const> chantler(std::filesystem::path const& xraydb) {
    return std::make_shared<Chantler>(xraydb);
}

}  // namespace hutch::powder
