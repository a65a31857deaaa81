/// Turn numbers of one type into those of another that can hold them.
#pragma once

#include "hutch/data/array_layout.hpp"

#include <cstddef>
#include <span>
#include <string>

namespace hutch::curate::load::detail {

/// Return the type of a name that a conversion from `type` can give: any real one from numbers, or integers
/// of the same sign that are as large, or signed ones that are larger. \throws Error bad_input
data::ElementType converted_type(data::ElementType const& type, std::string const& name,
                                 std::string const& field);

/// \param from  numbers of `type`, as stored \param to  as many of `wanted`
void convert(data::ElementType const& type, std::span<std::byte> from, data::ElementType const& wanted,
             std::span<std::byte> to);

}  // namespace hutch::curate::load::detail
