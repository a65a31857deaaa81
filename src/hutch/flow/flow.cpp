#include "hutch/flow/flow.hpp"

#include "hutch/base/document.hpp"
#include "hutch/base/error.hpp"
#include "hutch/base/file.hpp"
#include "hutch/base/text.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace hutch::flow {
namespace {

void check_word(Document const& document, std::string const& word) {
    bool const is_word = !word.empty() && word.size() <= 64 &&
                         word.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_") == word.npos &&
                         !(word[0] >= '0' && word[0] <= '9');
    if (!is_word || word == "env")
        document.fail(fmt::format("has the name {}; expected a word of a-z, 0-9 and _ that is not 'env'",
                                  in_quotes(word)));
}

std::vector<std::pair<std::string, Expression>> read_expressions(Document const& map) {
    std::vector<std::pair<std::string, Expression>> all;
    for (std::string const& key : map.keys()) all.emplace_back(key, parse_expression(map.at(key)));
    return all;
}

LoopText read_range(Document const& document, LoopText loop) {
    document.only({"from", "to", "by"});
    loop.kind = LoopText::Kind::range;
    loop.from = document.at("from").number();
    loop.to = document.at("to").number();
    if (document.has("by")) loop.by = document.at("by").number();
    if (!(loop.by > 0)) document.at("by").fail(fmt::format("is {}; expected > 0", loop.by));
    double const steps = (loop.to - loop.from) / loop.by;
    if (!(steps >= 0 && steps < 1e7))
        document.fail(fmt::format("goes from {} to {} by {}; expected 1 to 10,000,000 values", loop.from,
                                  loop.to, loop.by));
    return loop;
}

LoopText read_loop(std::string const& name, Document const& document) {
    LoopText loop;
    loop.name = name;
    loop.where = document.where();
    if (document.is_map() && document.has("files")) {
        document.only({"files"});
        loop.kind = LoopText::Kind::files;
        loop.values = parse_expression(document.at("files"));
        return loop;
    }
    if (document.is_map()) return read_range(document, loop);
    loop.values = parse_expression(document);
    bool const is_reference = loop.values.kind == Expression::Kind::reference;
    if (is_reference && loop.values.reference.root == Reference::Root::node)
        loop.kind = LoopText::Kind::axis;
    else if (!is_reference && loop.values.kind != Expression::Kind::list)
        document.fail(
            "is a single value; expected a list, {files: PATTERN}, {from:, to:, by:} or ${STEP.LOOP}");
    return loop;
}

void read_retry(Document const& document, NodeText& node) {
    Document const times = document.is_map() ? document.at("times") : document;
    if (document.is_map()) document.only({"times", "wait"});
    long long const count = times.integer();
    if (count < 0 || count > 100) times.fail(fmt::format("is {}; expected 0 to 100", count));
    node.retries = unsigned(count);
    if (!document.is_map() || !document.has("wait")) return;
    node.retry_wait = document.at("wait").number();
    if (!(node.retry_wait >= 0 && node.retry_wait <= 3600))
        document.at("wait").fail(fmt::format("is {} s; expected 0 to 3600", node.retry_wait));
}

NodeText read_node(std::string const& id, Document const& document) {
    document.only({"step", "for", "inputs", "parameters", "outputs", "retry", "threads", "device"});
    NodeText node;
    node.id = id;
    node.where = document.where();
    node.step = document.at("step").text();
    if (document.has("for"))
        for (std::string const& name : document.at("for").keys()) {
            check_word(document.at("for"), name);
            node.loops.push_back(read_loop(name, document.at("for").at(name)));
        }
    if (document.has("inputs")) node.inputs = read_expressions(document.at("inputs"));
    if (document.has("parameters")) node.parameters = read_expressions(document.at("parameters"));
    if (document.has("outputs"))
        for (Document const& item : document.at("outputs").items()) node.outputs.push_back(item.text());
    if (document.has("retry")) read_retry(document.at("retry"), node);
    if (document.has("threads")) {
        long long const threads = document.at("threads").integer();
        if (threads < 1 || threads > 4096)
            document.at("threads").fail(fmt::format("is {}; expected 1 to 4096", threads));
        node.threads = unsigned(threads);
    }
    if (document.has("device")) node.device = document.at("device").text();
    return node;
}

}  // namespace

FlowText parse_flow(std::string_view text, std::string const& name) {
    Document const document = Document::parse(text, name);
    if (document.is_empty()) document.fail("is empty; expected 'flow' and 'steps'");
    document.only({"flow", "description", "values", "steps"});
    FlowText flow;
    flow.text = text;
    flow.file = name;
    flow.folder = std::filesystem::path(name).parent_path();
    flow.name = document.at("flow").text();
    if (flow.name.empty() || flow.name.size() > 100)
        document.at("flow").fail("is no name; expected 1 to 100 characters");
    if (document.has("description")) flow.description = document.at("description").text();
    if (document.has("values")) {
        flow.values = read_expressions(document.at("values"));
        for (auto const& [key, value] : flow.values) check_word(document.at("values"), key);
    }
    for (std::string const& id : document.at("steps").keys()) {
        check_word(document.at("steps"), id);
        flow.nodes.push_back(read_node(id, document.at("steps").at(id)));
    }
    if (flow.nodes.empty()) document.at("steps").fail("is empty; expected at least one step");
    return flow;
}

FlowText read_flow(std::filesystem::path const& path) {
    return parse_flow(read_file(path, 1 << 22), path.string());
}

}  // namespace hutch::flow
