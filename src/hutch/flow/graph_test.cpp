#include "hutch/flow/graph.hpp"

#include "hutch/flow/test_steps.hpp"

#include <set>

namespace hutch::flow {

class FlowGraph : public FlowTest {};

struct Refusal {
    char const *text, *message;
};

TEST_F(FlowGraph, RefusesWhatCannotBeAndSaysWhere) {
    Refusal const cases[] = {
        {"", "flow.yaml: document is empty; expected 'flow' and 'steps'"},
        {"flow: f\nsteps: {}\n", "flow.yaml:2: 'steps' is empty; expected at least one step"},
        {"flow: f\nsteps: {a: {step: test.jion}}\n",
         "flow.yaml:2: 'steps.a': 'test.jion' is no step; expected 'test.join'?"},
        {"flow: f\nsteps: {A: {step: test.join}}\n",
         "flow.yaml:2: 'steps' has the name 'A'; expected a word of a-z, 0-9 and _ that is not 'env'"},
        {"flow: f\nsteps:\n  a: {step: test.join, inputs: {ni: x}}\n",
         "flow.yaml:3: 'steps.a.inputs.ni' is no input of 'test.join'; expected 'in'?"},
        {"flow: f\nsteps:\n  a: {step: test.join, parameters: {text: '${b.out}'}}\n",
         "flow.yaml:3: 'steps.a.parameters.text' refers to 'b', which is no step here; expected 'a'?"},
        {"flow: f\nsteps:\n  a: {step: test.join, inputs: {in: '${b.out}'}}\n  b: {step: test.join, inputs: "
         "{in: '${a.out}'}}\n",
         "flow.yaml:3: 'steps.a' needs itself, by way of others; expected steps without a circle"},
        {"flow: f\nsteps:\n  a: {step: test.join, parameters: {text: '${whoo}'}, for: {who: [x]}}\n",
         "flow.yaml:3: 'steps.a.parameters.text' refers to 'whoo', which is neither a value of the flow nor "
         "a loop of this step; expected 'who'?"},
        {"flow: f\nsteps:\n  a: {step: test.join, for: {who: {files: 'nothing-*.cif'}}}\n",
         "flow.yaml:3: 'steps.a.for.who' has the pattern 'nothing-*.cif', which matches nothing; expected "
         "files; relative patterns start at the flow's folder"},
        {"flow: f\nsteps:\n  a: {step: test.join, parameters: {text: '${x'}}\n",
         "flow.yaml:3: 'steps.a.parameters.text' is '${x'; expected a '}' behind each '${'"},
        {"flow: f\nsteps:\n  a: {step: test.join, for: {n: {from: 1, to: 0}}}\n",
         "flow.yaml:3: 'steps.a.for.n' goes from 1 to 0 by 1; expected 1 to 10,000,000 values"},
        {"flow: f\nsteps:\n  a: {step: test.join, retry: -1}\n",
         "flow.yaml:3: 'steps.a.retry' is -1; expected 0 to 100"},
        {"flow: f\nsteps:\n  a: {step: test.join, for: {n: [x]}, parameters: {size: '${n}'}}\n",
         "flow.yaml:3: 'steps.a': 'size' is 'x'; expected -1000000000 to 1000000000"},
        {"flow: f\nsteps:\n  a: {step: test.join, device: banana}\n",
         "flow.yaml:3: 'steps.a' has the device 'banana'; expected cpu, cuda, hip or emulated"},
        {"flow: f\nsteps:\n  a: {step: test.join, device: cuda}\n",
         "flow.yaml:3: 'steps.a' has the device 'cuda', which 'test.join' cannot use; expected cpu"},
        {"flow: f\nsteps:\n  a: {step: test.join, for: {w: [1]}}\n  b: {step: test.join, parameters: {words: "
         "'${a.w[*]}'}}\n",
         "flow.yaml:4: 'steps.b.parameters.words' gathers ${a.w[*]}, which is a loop; expected an output or "
         "a finding"},
        {"flow: f\nvalues: {x: '${y}', y: 1}\nsteps: {a: {step: test.join}}\n",
         "flow.yaml:2: 'values.x' refers to ${y}; expected a value that stands above it"},
        {"flow: f\nsteps:\n  a: {step: test.join, for: {w: [1]}}\n  b: {step: test.join, for: {w: [2]}, "
         "inputs: {in: '${a.out}'}}\n",
         "flow.yaml:4: 'steps.b.for.w' has the name of a loop that a reference brings; expected another "
         "name"},
    };
    for (Refusal const& one : cases) EXPECT_EQ(problem_of(one.text), one.message) << one.text;
}

TEST_F(FlowGraph, TakesAnyOfTheFormatsThatAnInputNames) {
    char const* const text =
        "flow: f\nsteps:\n  a: {step: test.join}\n  b: {step: test.join, inputs: {in: '${a.out}'}}\n";
    for (char const* format : {"text", "stone, or text", "stone, text or clay", "any"}) {
        steps[0].about.inputs[0].format = format;
        EXPECT_EQ(problem_of(text), "") << format;
    }
    steps[0].about.inputs[0].format = "stone or texts";
    EXPECT_EQ(problem_of(text),
              "flow.yaml:4: 'steps.b.inputs.in' takes '${a.out}' of format 'text'; expected format 'stone or "
              "texts'");
}

TEST_F(FlowGraph, RepeatsAStepOverTheLoopsOfWhatItRefersTo) {
    Graph const graph = graph_of(R"(
flow: f
steps:
  late: {step: test.join, for: {extra: [x, y]}, inputs: {in: ["${one.out}", "${two.out}"]}}
  one: {step: test.join, for: {a: [1, 2, 3]}}
  two: {step: test.join, for: {b: {from: 0, to: 1, by: 0.25}}}
  all: {step: test.join, inputs: {in: "${late.out[*]}"}}
  per_a: {step: test.join, for: {a: "${one.a}"}, inputs: {in: "${late.out[*]}"}}
)");
    ASSERT_EQ(graph.nodes.size(), 5u);
    std::map<std::string, Node const*> nodes;
    for (Node const& node : graph.nodes) nodes[node.text.id] = &node;
    EXPECT_EQ(nodes["late"]->items, 3u * 5 * 2);
    EXPECT_EQ(nodes["all"]->items, 1u);
    EXPECT_EQ(nodes["per_a"]->items, 3u);
}

TEST_F(FlowGraph, FindsTheSameItemsFromBothSides) {
    Graph const graph = graph_of(R"(
flow: f
steps:
  one: {step: test.join, for: {a: [1, 2, 3], b: [1, 2]}}
  two: {step: test.join, for: {c: [1, 2, 3, 4]}, inputs: {in: "${one.out}"}}
  three: {step: test.join, for: {b: "${one.b}"}, inputs: {in: "${two.out[*]}"}}
)");
    std::set<std::pair<Item, Item>> down, up;
    for (std::size_t from = 0; from < 3; ++from)
        for (std::size_t to = 0; to < 3; ++to)
            for (std::size_t i = 0; i < graph.nodes[from].items; ++i)
                graph.for_each_match({from, i}, to, [&](Item other) {
                    if (from < to) down.insert({{from, i}, other});
                    if (from > to) up.insert({other, {from, i}});
                });
    EXPECT_EQ(down, up);
    EXPECT_EQ(graph.match_count(2, 1), 12u);
    EXPECT_EQ(graph.match_count(1, 0), 1u);
}

TEST_F(FlowGraph, NamesItemsByTheirLoopsAndFindsThemByName) {
    Graph const graph =
        graph_of("flow: f\nsteps:\n  a: {step: test.join, for: {s: [0.05, 'x/y', 'x_y'], t: [true]}}\n");
    EXPECT_EQ(graph.folder({0, 0}).string(), "a/s=0.05/t=yes");
    for (std::size_t i = 0; i < 3; ++i)
        EXPECT_EQ(graph.find_item(graph.folder({0, i}).string()), (Item{0, i}));
    EXPECT_THROW(graph.find_item("a/s=7/t=yes"), Error);
    EXPECT_THROW(graph.find_item("a"), Error);
}

}  // namespace hutch::flow
