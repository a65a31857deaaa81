#include "hutch/flow/graph.hpp"

#include "hutch/base/document.hpp"
#include "hutch/base/error.hpp"
#include "hutch/base/text.hpp"
#include "hutch/flow/detail/loops.hpp"

#include <algorithm>
#include <set>

#include <fmt/format.h>

namespace hutch::flow {
namespace {

[[noreturn]] void fail(std::string const& where, std::string const& what) {
    throw Error(Fault::bad_input, where + " " + what);
}

template <class Range>
std::string known_names(std::string const& word, Range const& range) {
    std::vector<std::string> names;
    for (auto const& one : range) names.push_back(one.name);
    std::string const near = nearest_word(word, names);
    return !near.empty()   ? "'" + near + "'?"
           : names.empty() ? "none: the step has none"
                           : fmt::format("one of: {}", fmt::join(names, ", "));
}

template <class Range>
auto const* find_named(Range const& range, std::string const& name) {
    auto const found = std::ranges::find_if(range, [&](auto const& one) { return one.name == name; });
    return found == std::end(range) ? nullptr : &*found;
}

/// Takes nodes in the order in which they need each other.
class Builder {
  public:
    Builder(Graph& graph, std::span<step::Step const> steps)
        : graph_(graph), steps_(steps), state_(graph.text.nodes.size(), 0) {}

    void run() {
        for (std::size_t i = 0; i < graph_.text.nodes.size(); ++i) visit(i);
    }

  private:
    void visit(std::size_t which) {
        if (state_[which] == 2) return;
        NodeText const& text = graph_.text.nodes[which];
        if (state_[which] == 1)
            fail(text.where, "needs itself, by way of others; expected steps without a circle");
        state_[which] = 1;
        for_all(text, [&](Reference const& reference, Expression const& expression) {
            if (reference.root != Reference::Root::node) return;
            auto const found = std::ranges::find(graph_.text.nodes, reference.node, &NodeText::id);
            if (found == graph_.text.nodes.end()) {
                std::vector<std::string> ids;
                for (NodeText const& one : graph_.text.nodes) ids.push_back(one.id);
                std::string const near = nearest_word(reference.node, ids);
                fail(expression.where,
                     fmt::format("refers to '{}', which is no step here; expected {}", reference.node,
                                 near.empty() ? "one of this flow's" : "'" + near + "'?"));
            }
            visit(std::size_t(found - graph_.text.nodes.begin()));
        });
        state_[which] = 2;
        add(text);
    }

    static void for_all(NodeText const& text, Visit const& visit) {
        for (LoopText const& loop : text.loops) for_each_reference(loop.values, visit);
        for (auto const& [name, expression] : text.inputs) for_each_reference(expression, visit);
        for (auto const& [name, expression] : text.parameters) for_each_reference(expression, visit);
    }

    void add(NodeText const& text) {
        Node node;
        node.text = text;
        try {
            node.step = &step::find_step(steps_, text.step);
        } catch (Error const& error) {
            throw Error(Fault::bad_input, text.where + ": " + error.what());
        }
        for_all(text, [&](Reference const& reference, Expression const& expression) {
            bool const is_loop = std::ranges::any_of(
                text.loops, [&](LoopText const& loop) { return &loop.values == &expression; });
            inherit(node, reference, expression, is_loop);
        });
        for (LoopText const& loop : text.loops) add_loop(node, loop);
        for (std::size_t axis : node.axes) {
            node.items *= graph_.axes[axis].values.size();
            if (node.items > 10'000'000)
                fail(text.where, "has more than 10,000,000 items; expected fewer; shorten a loop");
        }
        check_ports(node);
        check_device(node);
        for_all(text, [&](Reference const& reference, Expression const& expression) {
            check_name(node, reference, expression);
        });
        graph_.nodes.push_back(std::move(node));
    }

    // What a reference to another node brings: that node's loops, unless it gathers.
    void inherit(Node& node, Reference const& reference, Expression const& expression, bool is_loop) {
        if (reference.root != Reference::Root::node) return;
        std::size_t const other = graph_.node_index(reference.node);
        Node const& source = graph_.nodes[other];
        step::Description const& about = source.step->about;
        bool const is_axis = source.names.contains(reference.name);
        if (!is_axis && find_named(about.outputs, reference.name) == nullptr &&
            find_named(about.findings, reference.name) == nullptr)
            fail(expression.where,
                 fmt::format("refers to '{}' of '{}', which is no output, finding or loop of it; expected {}",
                             reference.name, reference.node, known_names(reference.name, about.outputs)));
        if (is_loop) return;
        if (is_axis && reference.gathers)
            fail(expression.where, fmt::format("gathers {}, which is a loop; expected an output or a finding",
                                               reference.to_text()));
        if (!is_axis && std::ranges::find(node.needs, other) == node.needs.end()) node.needs.push_back(other);
        if (reference.gathers) return;
        for (auto const& [name, axis] : source.names) take_axis(node, name, axis);
        // In the order of the source, not of names.
        std::ranges::stable_sort(node.axes, {}, [&](std::size_t axis) { return axis; });
    }

    static void take_axis(Node& node, std::string const& name, std::size_t axis) {
        if (std::ranges::find(node.axes, axis) == node.axes.end()) node.axes.push_back(axis);
        auto const [entry, is_new] = node.names.try_emplace(name, axis);
        if (!is_new && entry->second != axis)
            fail(node.text.where, fmt::format("has two loops called '{}', from steps that do not share it; "
                                              "expected one; rename one of them",
                                              name));
    }

    void add_loop(Node& node, LoopText const& loop) {
        if (graph_.values.contains(loop.name))
            fail(loop.where, "is also a value of the flow; expected another name");
        if (loop.kind == LoopText::Kind::axis) {
            Node const& source = graph_.nodes[graph_.node_index(loop.values.reference.node)];
            auto const axis = source.names.find(loop.values.reference.name);
            if (axis == source.names.end())
                fail(loop.where, fmt::format("is {}; expected a loop of '{}'",
                                             loop.values.reference.to_text(), source.text.id));
            take_axis(node, loop.name, axis->second);
            return;
        }
        if (node.names.contains(loop.name))
            fail(loop.where, "has the name of a loop that a reference brings; expected another name");
        graph_.axes.push_back(detail::make_axis(loop, graph_));
        take_axis(node, loop.name, graph_.axes.size() - 1);
    }

    static void check_device(Node const& node) {
        std::string const kind = node.text.device.substr(0, node.text.device.find(':'));
        if (kind == "cpu") return;
        if (kind != "cuda" && kind != "hip" && kind != "emulated")
            fail(node.text.where, fmt::format("has the device {}; expected cpu, cuda, hip or emulated",
                                              in_quotes(node.text.device)));
        if (node.step->about.needs.gpu == step::Gpu::none)
            fail(node.text.where, fmt::format("has the device {}, which '{}' cannot use; expected cpu",
                                              in_quotes(node.text.device), node.step->about.name));
    }

    static void check_ports(Node& node) {
        step::Description const& about = node.step->about;
        for (auto const& [name, expression] : node.text.inputs)
            if (find_named(about.inputs, name) == nullptr)
                fail(expression.where, fmt::format("is no input of '{}'; expected {}", about.name,
                                                   known_names(name, about.inputs)));
        for (step::Port const& port : about.inputs) {
            bool const is_given = find_key(node.text.inputs, port.name);
            if (port.is_required && !is_given)
                fail(node.text.where, fmt::format("has no input '{}'; expected {}", port.name, port.help));
        }
        for (auto const& [name, expression] : node.text.parameters)
            if (find_named(about.parameters, name) == nullptr)
                fail(expression.where, fmt::format("is no parameter of '{}'; expected {}", about.name,
                                                   known_names(name, about.parameters)));
        for (std::string const& name : node.text.outputs)
            if (find_named(about.outputs, name) == nullptr)
                fail(node.text.where, fmt::format("asks for the output '{}'; expected {}", name,
                                                  known_names(name, about.outputs)));
        for (step::Port const& port : about.outputs)
            if (port.is_required ||
                std::ranges::find(node.text.outputs, port.name) != node.text.outputs.end())
                node.outputs.push_back(port.name);
        if (node.outputs.empty() && !about.outputs.empty()) node.outputs.push_back(about.outputs[0].name);
    }

    static bool find_key(std::vector<std::pair<std::string, Expression>> const& list,
                         std::string const& key) {
        return std::ranges::any_of(list, [&](auto const& one) { return one.first == key; });
    }

    // ${name} must be a loop or a value; an output that another step takes must have been asked for, and be
    // of its format.
    void check_name(Node const& node, Reference const& reference, Expression const& expression) {
        if (reference.root == Reference::Root::name && !node.names.contains(reference.name) &&
            !graph_.values.contains(reference.name)) {
            std::vector<std::string> known;
            for (auto const& one : node.names) known.push_back(one.first);
            for (auto const& one : graph_.values) known.push_back(one.first);
            std::string const near = nearest_word(reference.name, known);
            fail(expression.where,
                 fmt::format("refers to '{}', which is neither a value of the flow nor a loop of this step; "
                             "expected {}",
                             reference.name, near.empty() ? "one that is" : "'" + near + "'?"));
        }
        if (reference.root == Reference::Root::node)
            want_output(graph_.nodes[graph_.node_index(reference.node)], reference.name);
    }

    // What another step takes is wanted; in the order of the description, whoever asks first.
    static void want_output(Node& source, std::string const& name) {
        std::vector<std::string> wanted;
        for (step::Port const& port : source.step->about.outputs)
            if (port.name == name || std::ranges::find(source.outputs, port.name) != source.outputs.end())
                wanted.push_back(port.name);
        source.outputs = wanted;
    }

    Graph& graph_;
    std::span<step::Step const> steps_;
    std::vector<int> state_;
};

// The formats that a port names: "CIF, or AMCSD database (.db)" are two.
std::set<std::string> formats_of(step::Port const& port) {
    std::set<std::string> formats;
    std::string rest = port.format;
    for (std::string const separator : {", or ", " or "})
        for (std::size_t at = 0; (at = rest.find(separator)) != std::string::npos;)
            rest.replace(at, separator.size(), ",");
    for (std::string_view const one : split(rest, ',')) formats.emplace(trim(one));
    return formats;
}

bool is_taken(step::Port const& output, step::Port const& input) {
    if (output.format == "any" || input.format == "any") return true;
    auto const given = formats_of(output), taken = formats_of(input);
    return std::ranges::any_of(given, [&](std::string const& one) { return taken.contains(one); });
}

void check_formats(Graph const& graph, Node const& node) {
    for (auto const& [name, expression] : node.text.inputs) {
        step::Port const& port = *find_named(node.step->about.inputs, name);
        for_each_reference(expression, [&](Reference const& reference, Expression const& part) {
            if (reference.root != Reference::Root::node) return;
            Node const& source = graph.nodes[graph.node_index(reference.node)];
            step::Port const* output = find_named(source.step->about.outputs, reference.name);
            if (output == nullptr || is_taken(*output, port)) return;
            fail(part.where, fmt::format("takes '{}' of format '{}'; expected format '{}'",
                                         reference.to_text(), output->format, port.format));
        });
        bool const is_many = expression.kind == Expression::Kind::list ||
                             (expression.kind == Expression::Kind::reference && expression.reference.gathers);
        if (is_many && !port.is_list)
            fail(expression.where, fmt::format("is a list; expected one file: '{}' takes no more", name));
    }
}

// What breaks a rule is refused before anything runs, as far as it is known then: for the first item, without
// findings.
void check_first_item(Graph const& graph, Node const& node) {
    auto const lookup = [&](Reference const& reference, Expression const& part) -> step::Value {
        if (reference.root == Reference::Root::environment) return environment_value(reference, part);
        auto const axis = node.names.find(reference.name);
        return axis != node.names.end() ? graph.axes[axis->second].values[0]
                                        : graph.values.at(reference.name);
    };
    step::Values given;
    for (auto const& [name, expression] : node.text.parameters) {
        bool is_known = true;
        for_each_reference(expression, [&](Reference const& reference, auto const&) {
            is_known = is_known && reference.root != Reference::Root::node;
        });
        step::Parameter const& parameter = *find_named(node.step->about.parameters, name);
        if (!is_known && !parameter.fallback) return;
        if (is_known) given[name] = evaluate(expression, lookup);
    }
    step::complete(node.step->about, std::move(given), node.text.where + ": ");
}

void set_values(Graph& graph, std::map<std::string, std::string> const& overrides) {
    for (auto const& [name, text] : overrides)
        if (std::ranges::none_of(graph.text.values, [&](auto const& one) { return one.first == name; }))
            throw Error(
                Fault::bad_input,
                fmt::format("'{}' is no value of the flow; expected one of those under 'values': '{}'", name,
                            graph.text.file));
    for (auto const& [name, expression] : graph.text.values) {
        auto const given = overrides.find(name);
        if (given != overrides.end()) {
            graph.values[name] = step::to_value(Document::parse(given->second, "--value " + name));
            continue;
        }
        graph.values[name] =
            evaluate(expression, [&](Reference const& reference, Expression const& part) -> step::Value {
                if (reference.root == Reference::Root::environment) return environment_value(reference, part);
                auto const known = graph.values.find(reference.name);
                if (reference.root == Reference::Root::name && known != graph.values.end())
                    return known->second;
                fail(part.where,
                     fmt::format("refers to {}; expected a value that stands above it", reference.to_text()));
            });
    }
}

}  // namespace

Graph make_graph(FlowText text, std::span<step::Step const> steps,
                 std::map<std::string, std::string> const& overrides) {
    Graph graph;
    graph.text = std::move(text);
    set_values(graph, overrides);
    Builder(graph, steps).run();
    for (std::size_t n = 0; n < graph.nodes.size(); ++n) {
        check_formats(graph, graph.nodes[n]);
        check_first_item(graph, graph.nodes[n]);
        for (std::size_t other : graph.nodes[n].needs) graph.nodes[other].needed_by.push_back(n);
    }
    return graph;
}

std::size_t Graph::node_index(std::string const& id) const {
    return std::size_t(std::ranges::find(nodes, id, [](Node const& node) { return node.text.id; }) -
                       nodes.begin());
}

std::size_t Graph::coordinate(Item item, std::size_t axis) const {
    auto const& own = nodes[item.node].axes;
    std::size_t rest = item.index;
    for (std::size_t a = own.size(); a-- > 0;) {
        std::size_t const size = axes[own[a]].values.size();
        if (own[a] == axis) return rest % size;
        rest /= size;
    }
    throw Error(Fault::bug, fmt::format("'{}' has no loop {}; expected one", nodes[item.node].text.id, axis));
}

void Graph::for_each_match(Item item, std::size_t node, std::function<void(Item)> const& use) const {
    auto const& theirs = nodes[node].axes;
    auto const& own = nodes[item.node].axes;
    std::vector<std::size_t> strides(theirs.size());
    std::size_t stride = 1, start = 0;
    std::vector<std::pair<std::size_t, std::size_t>> open;  // stride and size of axes that are free
    for (std::size_t a = theirs.size(); a-- > 0;) {
        std::size_t const size = axes[theirs[a]].values.size();
        if (std::ranges::find(own, theirs[a]) != own.end())
            start += stride * coordinate(item, theirs[a]);
        else
            open.insert(open.begin(), {stride, size});
        stride *= size;
    }
    std::vector<std::size_t> place(open.size(), 0);
    for (bool is_done = false; !is_done;) {
        std::size_t index = start;
        for (std::size_t i = 0; i < open.size(); ++i) index += place[i] * open[i].first;
        use({node, index});
        is_done = true;
        for (std::size_t i = open.size(); i-- > 0 && is_done;) {
            if (++place[i] < open[i].second)
                is_done = false;
            else
                place[i] = 0;
        }
    }
}

std::size_t Graph::match_count(std::size_t node, std::size_t other) const {
    std::size_t count = 1;
    for (std::size_t axis : nodes[other].axes)
        if (std::ranges::find(nodes[node].axes, axis) == nodes[node].axes.end())
            count *= axes[axis].values.size();
    return count;
}

std::filesystem::path Graph::folder(Item item) const {
    std::filesystem::path path = nodes[item.node].text.id;
    for (std::size_t axis : nodes[item.node].axes) path /= axes[axis].labels[coordinate(item, axis)];
    return path;
}

Item Graph::find_item(std::string const& wanted) const {
    auto const parts = split(wanted, '/');
    std::size_t const index = node_index(std::string(parts[0]));
    if (index == nodes.size())
        throw Error(Fault::not_found, fmt::format("{} is no step of this flow; expected STEP or STEP/ITEM",
                                                  in_quotes(parts[0])));
    Node const* const node = &nodes[index];
    Item item{index, 0};
    if (parts.size() - 1 != node->axes.size())
        throw Error(Fault::not_found,
                    fmt::format("'{}' names {} of the {} loops of '{}'; expected all, as in '{}'", wanted,
                                parts.size() - 1, node->axes.size(), node->text.id, folder(item).string()));
    for (std::size_t a = 0; a < node->axes.size(); ++a) {
        auto const& labels = axes[node->axes[a]].labels;
        auto const found = std::ranges::find(labels, std::string(parts[a + 1]));
        if (found == labels.end())
            throw Error(Fault::not_found,
                        fmt::format("{} is no item of the loop '{}'; expected one such as '{}'",
                                    in_quotes(parts[a + 1]), axes[node->axes[a]].name, labels[0]));
        item.index = item.index * labels.size() + std::size_t(found - labels.begin());
    }
    return item;
}

}  // namespace hutch::flow
