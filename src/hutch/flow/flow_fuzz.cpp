// Any text is a flow or an error that says where; what is a flow makes a graph or such an error.
#include "hutch/base/error.hpp"
#include "hutch/flow/graph.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace {

std::vector<hutch::step::Step> small_steps() {
    hutch::step::Step step;
    step.about.name = "a.b";
    step.about.version = "1.0.0";
    hutch::step::Field number;
    number.unit = "1";
    step.about.parameters = {{"size", "a number", {number}, false, hutch::step::Value(1.0)}};
    hutch::step::Port in{"in", "any", "any"}, out{"out", "any", "any"};
    in.is_required = false;
    in.is_list = true;
    out.file = "out";
    step.about.inputs = {in};
    step.about.outputs = {out};
    step.about.findings = {{"n", "a number", hutch::step::Type::number, "1"}};
    return {step};
}

// Loops over files would look into folders, and a large range would only take time.
bool is_cheap(hutch::flow::FlowText const& text) {
    double items = 1;
    for (auto const& node : text.nodes)
        for (auto const& loop : node.loops) {
            if (loop.kind == hutch::flow::LoopText::Kind::files) return false;
            if (loop.kind == hutch::flow::LoopText::Kind::range) items *= 1 + (loop.to - loop.from) / loop.by;
        }
    return items < 1e4;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    static std::vector<hutch::step::Step> const steps = small_steps();
    try {
        hutch::flow::FlowText text =
            hutch::flow::parse_flow(std::string_view(reinterpret_cast<char const*>(data), size), "fuzz.yaml");
        if (!is_cheap(text)) return 0;
        hutch::flow::Graph const graph = hutch::flow::make_graph(std::move(text), steps);
        for (std::size_t n = 0; n < graph.nodes.size(); ++n) {
            hutch::flow::Item const last{n, graph.nodes[n].items - 1};
            if (graph.find_item(graph.folder(last).string()) != last) __builtin_trap();
        }
    } catch (hutch::Error const&) {
    }
    return 0;
}
