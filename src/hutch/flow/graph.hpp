/// Tie a flow's text to steps and files: nodes in order, their loops, and which items need which.
#pragma once

#include "hutch/flow/flow.hpp"
#include "hutch/step/step.hpp"

#include <cstddef>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <vector>

namespace hutch::flow {

/// A loop with its values. A node that refers to a node with a loop is repeated over the same loop.
struct Axis {
    std::string name;
    std::vector<step::Value> values;  ///< of files: absolute paths
    std::vector<std::string> labels;  ///< unique names for folders: "PbSO4", "size=0.05"
};

/// One step of the flow with its items: one item for each combination of its axes' values, the last axis
/// fastest.
struct Node {
    NodeText text;
    step::Step const* step = nullptr;
    std::vector<std::size_t> axes;             ///< into Graph::axes
    std::map<std::string, std::size_t> names;  ///< what an axis is called here
    std::vector<std::size_t> needs;            ///< nodes whose results it refers to
    std::vector<std::size_t> needed_by;
    std::vector<std::string> outputs;  ///< wanted: the required ones and those asked for
    std::size_t items = 1;
};

/// One item of one node.
struct Item {
    std::size_t node = 0, index = 0;
    auto operator<=>(Item const&) const = default;
};

struct Graph {
    FlowText text;
    step::Values values;  ///< of the flow, after overriding
    std::vector<Axis> axes;
    std::vector<Node> nodes;  ///< each behind all that it needs

    /// Return the index of the node of a name; nodes.size() when there is none.
    std::size_t node_index(std::string const& id) const;
    /// Return which value of an axis an item stands for.
    std::size_t coordinate(Item item, std::size_t axis) const;
    /// Call `use` with each item of a node that agrees with an item on all axes that both have.
    void for_each_match(Item item, std::size_t node, std::function<void(Item)> const& use) const;
    std::size_t match_count(std::size_t node,
                            std::size_t other) const;  ///< of `other` for one item of `node`
    /// Return the folder of an item's results, relative: "simulate/PbSO4/size=0.05".
    std::filesystem::path folder(Item item) const;
    /// Return the item that a text such as "simulate/PbSO4/size=0.05" names. \throws Error not_found
    Item find_item(std::string const& folder) const;
};

/// Build the graph.
///
/// \param overrides  values of the flow that replace those in the text, as texts
/// \throws Error bad_input, with the line, for unknown steps, ports, parameters, references, circles, loops
/// without
///         values, and constants that break a rule
Graph make_graph(FlowText text, std::span<step::Step const> steps,
                 std::map<std::string, std::string> const& overrides = {});

}  // namespace hutch::flow
