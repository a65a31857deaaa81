/// Read a flow: a YAML text that names steps, what goes into them, and what they are repeated over.
#pragma once

#include "hutch/flow/expression.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace hutch::flow {

/// One loop of a node, as written.
struct LoopText {
    enum class Kind {
        values,  ///< size: [0.1, 0.2]
        files,   ///< structure: {files: "cifs/*.cif"}, or a list of such patterns
        range,   ///< seed: {from: 1, to: 100, by: 1}
        axis     ///< structure: ${simulate.structure}: the loop of another node
    };
    std::string name;
    Kind kind = Kind::values;
    Expression values;  ///< values, files: a list; axis: the reference
    double from = 0, to = 0, by = 1;
    std::string where;
};

/// One entry of `steps:`, as written.
struct NodeText {
    std::string id;    ///< a word
    std::string step;  ///< "powder.simulate"
    std::vector<LoopText> loops;
    std::vector<std::pair<std::string, Expression>> inputs, parameters;
    std::vector<std::string> outputs;  ///< optional outputs that are wanted
    unsigned retries = 0;
    double retry_wait = 0;            ///< [s] before the first repetition; doubled each time
    std::optional<unsigned> threads;  ///< of one item
    std::string device = "cpu";
    std::string where;
};

struct FlowText {
    std::string name, description;
    std::string text, file;        ///< as read, for the record
    std::filesystem::path folder;  ///< relative paths start here
    std::vector<std::pair<std::string, Expression>> values;
    std::vector<NodeText> nodes;
};

/// Parse a flow without looking at steps or files. \param name stands for the file in messages
/// \throws Error bad_input: `FILE:LINE: '<path>' is <value>; expected <rule>`
FlowText parse_flow(std::string_view text, std::string const& name);
FlowText read_flow(std::filesystem::path const& path);

}  // namespace hutch::flow
