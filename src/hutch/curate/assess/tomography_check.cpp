#include "hutch/base/error.hpp"
#include "hutch/curate/assess/columns.hpp"
#include "hutch/curate/assess/detail/answers.hpp"
#include "hutch/curate/assess/detail/statistical_checks.hpp"
#include "hutch/curate/assess/record_arrays.hpp"
#include "hutch/step/unit.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace hutch::curate::assess::detail {
namespace {

constexpr std::uint64_t most_records = 50;
constexpr double dead_share = 0.01;    // of pixels whose flat is not above its dark
constexpr double bright_share = 0.02;  // of pixels beyond 1 + 3 sigma; 0.13 % by chance
constexpr double half_turn = 180;

struct Findings {
    std::size_t tested = 0;
    double pixels = 0, dead = 0, lit = 0, bright = 0;
    std::vector<std::string> problems;
};

// Reads parts of the physics "tomography": flat, dark, projection (arrays of a record or shared), angle.
class Parts {
  public:
    Parts(RecordReader& reader, TableFacts const& table, Physics const& physics)
        : reader_(reader), table_(table), physics_(physics) {}
    bool has(std::string const& part) const { return field(part) != nullptr; }
    Field const* field(std::string const& part) const {
        auto const named = physics_.parts.find(part);
        return named == physics_.parts.end() ? nullptr : table_.table->find(named->second);
    }
    std::vector<double> read(std::string const& part, std::uint64_t record) {
        Field const* const one = field(part);
        for (Field const& shared : table_.table->shared)
            if (&shared == one) return reader_.read_shared(one->name, record).values;
        return reader_.read(one->name, record);
    }

  private:
    RecordReader& reader_;
    TableFacts const& table_;
    Physics const& physics_;
};

void compare_fields(Parts& parts, std::uint64_t record, Findings& found) {
    std::vector<double> const flat = parts.read("flat", record), dark = parts.read("dark", record);
    std::vector<double> const seen =
        parts.has("projection") ? parts.read("projection", record) : std::vector<double>();
    std::size_t const n = std::min(flat.size(), dark.size());
    if (n == 0) return;
    for (std::size_t i = 0; i < n; ++i) {
        double const light = flat[i] - dark[i];
        if (!std::isfinite(light)) continue;
        ++found.pixels;
        if (!(light > 0)) {
            ++found.dead;
            continue;
        }
        if (i >= seen.size() || !std::isfinite(seen[i])) continue;
        ++found.lit;
        // Poisson noise of both in units of the light, and one count for what reading adds
        double const sigma = std::sqrt(std::max(0.0, flat[i]) + std::max(0.0, seen[i]) + 1) / light;
        if ((seen[i] - dark[i]) / light > 1 + 3 * sigma) ++found.bright;
    }
}

void check_angles(Parts& parts, TableFacts const& table, Findings& found, Answer& answer) {
    Field const* const field = parts.field("angle");
    auto const unit = field ? step::parse_unit(field->unit) : std::nullopt;
    auto const degree = step::parse_unit("degree");
    if (!unit || unit->dimension != degree->dimension) return;
    std::vector<double> angles;
    if (auto const column = find_column(table, *field); column && !column->is_text())
        angles.assign(column->numbers.begin(), column->numbers.end());
    else
        angles = parts.read("angle", 0);
    std::erase_if(angles, [](double angle) { return !std::isfinite(angle); });
    if (angles.size() < 2) return;
    ++found.tested;
    auto const [least, most] = std::ranges::minmax(angles);
    double const range = (most - least) * unit->factor / degree->factor,
                 step = range / double(angles.size() - 1);
    answer.numbers.emplace_back("range of angles [degree]", range);
    if (range + 2 * step < half_turn)
        found.problems.push_back(fmt::format("angles cover {:.4g} degree, less than half a turn", range));
}

void judge_table(Subject const& subject, TableFacts const& table, Physics const& physics, Findings& found,
                 Answer& answer) {
    RecordReader reader(subject.folder, subject.scan, table);
    Parts parts(reader, table, physics);
    check_angles(parts, table, found, answer);
    if (!parts.has("flat") || !parts.has("dark")) return;
    ++found.tested;
    for (std::uint64_t r : pick_records(table.records, most_records, subject.seed, 39)) {
        double const before = found.dead, bright = found.bright;
        compare_fields(parts, r, found);
        if (found.dead - before > 100 || found.bright - bright > 100)
            show(answer, place_of(subject.scan, table, r, physics.parts.at("flat"),
                                  fmt::format("{:.0f} pixels not lit, {:.0f} brighter than the flat field",
                                              found.dead - before, found.bright - bright)));
    }
}

}  // namespace

Answer check_tomography(Subject const& subject) {
    Answer answer;
    Findings found;
    bool is_declared = false;
    for (Physics const& physics : subject.dictionary.physics) {
        if (physics.method != "tomography") continue;
        is_declared = true;
        for (TableFacts const& table : subject.scan.tables)
            if (table.table->name == physics.table) {
                try {
                    judge_table(subject, table, physics, found, answer);
                } catch (Error const& error) {
                    return not_checked(fmt::format("records cannot be read: {}", error.what()));
                }
            }
    }
    if (!is_declared) return not_applicable("no physics 'tomography' is declared");
    if (found.tested == 0)
        return not_applicable("the physics 'tomography' names neither flat and dark nor angle");
    double const dead = found.dead / std::max(1.0, found.pixels),
                 bright = found.bright / std::max(1.0, found.lit);
    answer.numbers.emplace_back("pixels with flat not above dark", dead);
    answer.numbers.emplace_back("pixels above the flat field", bright);
    if (dead > dead_share)
        found.problems.push_back(fmt::format("flat is not above dark in {:.1f} % of pixels", 100 * dead));
    if (bright > bright_share)
        found.problems.push_back(
            fmt::format("transmission exceeds 1 by 3 sigma in {:.1f} % of pixels", 100 * bright));
    if (!found.problems.empty()) answer.state = State::fail;
    answer.text = found.problems.empty()
                      ? "flats are above darks, transmission is at most 1, angles cover half a turn"
                      : fmt::format("{}", fmt::join(found.problems, "; "));
    return answer;
}

}  // namespace hutch::curate::assess::detail
