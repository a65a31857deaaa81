/// Read what the physics "powder" says of a record: pattern, wavelengths, phases.
#pragma once

#include "hutch/curate/assess/detail/powder_lines.hpp"
#include "hutch/curate/assess/record_arrays.hpp"

#include <optional>
#include <string>
#include <vector>

namespace hutch::curate::assess::detail {

/// Parts of the physics "powder" and what they name:
///   intensity      array field; `sigma`, `mask` beside it are not needed
///   axis           shared array or array field of two theta, Q or d, as its quantity or unit says; else the
///   axis of
///                  the intensity. axis_row: field whose number picks the row of a shared axis
///   axis_kind      shared texts, one a row of the axis: two_theta, q or d; where rows differ
///   wavelength     number, or array of the strongest first; or wavelength_1, weight_1, wavelength_2 ...
///   cell           six numbers, or cell_lengths and cell_angles, of one phase after another
///   space_group    number (0: unknown) or Hermann-Mauguin symbol, of each phase; may be left out
///   zero           [degree] that two theta is too large by; may be left out
///   unexplained    a number as text, 0 to 1: share of strong peaks that further phases may give; 0.2 if left
///   out
class PowderParts {
  public:
    PowderParts(RecordReader& reader, TableFacts const& table, Physics const& physics);

    /// Return why patterns cannot be compared with lines; empty: they can.
    std::string const& problem() const { return problem_; }
    double unexplained() const { return unexplained_; }

    struct Record {
        data::Pattern pattern;
        std::vector<double> wavelengths;  ///< [angstrom]
        std::vector<LabelledPhase> phases;
        double zero = 0;  ///< [degree]
    };
    /// Return a record; nothing when a part of it is missing. \throws Error as TableFile
    std::optional<Record> read(std::uint64_t record);

  private:
    bool has(std::string const& part) const { return physics_.parts.contains(part); }
    std::string const& field_of(std::string const& part) const { return physics_.parts.at(part); }
    std::vector<double> numbers(std::string const& part, std::uint64_t record);
    std::vector<double> axis_of(std::uint64_t record, std::size_t points, data::AxisKind& kind);
    std::vector<double> wavelengths_of(std::uint64_t record);
    std::vector<double> cells_of(std::uint64_t record);
    std::vector<int> groups_of(std::uint64_t record, std::size_t phases);

    RecordReader& reader_;
    TableFacts const& table_;
    Physics const& physics_;
    std::string axis_, axis_row_, problem_;
    std::vector<data::AxisKind> kinds_;  // of the axis, or of each of its rows
    double unexplained_ = 0.25;
    std::vector<double> shared_axis_;
};

}  // namespace hutch::curate::assess::detail
