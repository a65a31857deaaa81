#include "hutch/compute/detail/energy.hpp"

#include <algorithm>
#include <fstream>

namespace hutch::compute::detail {
namespace {

namespace fs = std::filesystem;

std::uint64_t read_count(fs::path const& file) {
    std::uint64_t value = 0;
    std::ifstream(file) >> value;
    return value;
}

std::string read_word(fs::path const& file) {
    std::string word;
    std::ifstream(file) >> word;
    return word;
}

std::vector<fs::path> folders_in(fs::path const& folder) {
    std::error_code problem;
    std::vector<fs::path> found;
    for (fs::directory_iterator at(folder, problem), end; !problem && at != end; at.increment(problem))
        found.push_back(at->path());
    std::ranges::sort(found);
    return found;
}

}  // namespace

EnergyCounters::EnergyCounters(fs::path const& root) : source_("not exposed: there are no energy counters") {
    // A zone "package-N" holds its cores and, on some, its memory; those inside are not counted twice.
    for (fs::path const& zone : folders_in(root / "sys/class/powercap"))
        if (read_word(zone / "name").starts_with("package"))
            add(zone / "energy_uj", zone / "max_energy_range_uj");
    if (!counters_.empty()) source_ = "powercap, processor packages";
    if (!counters_.empty()) return;
    for (fs::path const& chip : folders_in(root / "sys/class/hwmon"))
        for (int i = 1; i <= 1024; ++i) {
            std::string const name = "energy" + std::to_string(i);
            std::error_code problem;
            if (!fs::exists(chip / (name + "_input"), problem)) break;
            if (read_word(chip / (name + "_label")).starts_with("Esocket")) add(chip / (name + "_input"), "");
        }
    if (!counters_.empty()) source_ = "hwmon, processor sockets";
}

void EnergyCounters::add(fs::path const& file, fs::path const& range) {
    if (read_count(file) > 0)
        counters_.push_back({file, read_count(range)});
    else
        source_ = "not exposed: the energy counters cannot be read by this user";
}

std::vector<std::uint64_t> EnergyCounters::read() const {
    std::vector<std::uint64_t> values;
    for (Counter const& counter : counters_) values.push_back(read_count(counter.file));
    return values;
}

double EnergyCounters::joules_between(std::vector<std::uint64_t> const& before,
                                      std::vector<std::uint64_t> const& after) const {
    double microjoules = 0;
    for (std::size_t i = 0; i < counters_.size(); ++i) {
        bool const has_wrapped = after[i] < before[i];
        microjoules += double(after[i]) - double(before[i]) + (has_wrapped ? double(counters_[i].range) : 0);
    }
    return 1e-6 * microjoules;
}

}  // namespace hutch::compute::detail
