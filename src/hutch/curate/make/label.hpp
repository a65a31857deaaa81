/// Give records their labels: from columns, from structures, from annotations; each with how far to trust it.
#pragma once

#include "hutch/curate/make/frame.hpp"
#include "hutch/curate/make/request.hpp"
#include "hutch/data/structure.hpp"

#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace hutch::curate::make {

/// The structures that labels were taken from, and whose they are.
struct LabelledStructures {
    std::vector<data::Structure> structures;
    std::map<std::string, std::vector<std::size_t>> of;  ///< by id of the record, main phase first
};

/// Add the columns of all labels. Labels of structures are NAME_space_group, NAME_crystal_system,
/// NAME_formula, NAME_cell_lengths, NAME_cell_angles, NAME_composition, without NAME_ where no name is given.
/// A confidence goes into LABEL_confidence. What a program filled in goes into Frame::inferred.
/// \throws Error bad_input, bad_data, not_found
LabelledStructures add_labels(Request const& request, Frame& frame);

}  // namespace hutch::curate::make
