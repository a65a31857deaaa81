/// Write what a step says of itself as JSON Schema (draft 2020-12) of its calls.
#pragma once

#include "hutch/step/step.hpp"

#include <string>

namespace hutch::step {

/// Return the schema of `{"parameters": {...}, "inputs": {...}, "outputs": {...}}`, indented.
///
/// It describes the full form of values (rows with their fields as arrays, lists as arrays). What JSON Schema
/// has no word for stands under x- keys: x-unit, x-rule, x-otherwise, x-form (of rows), x-format, x-dtype,
/// x-dims, x-file of ports; x-name, x-version, x-reference, x-needs, x-findings of the step.
/// \par Source  json-schema.org, draft 2020-12; tests/schema_test.py checks it against the meta-schema
std::string schema_of(Description const& about);

}  // namespace hutch::step
