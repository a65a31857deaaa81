#include "hutch/flow/item.hpp"

#include "hutch/base/checksum.hpp"
#include "hutch/base/error.hpp"
#include "hutch/base/text.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace hutch::flow {
namespace {

using Json = nlohmann::json;

/// Evaluates expressions for one item.
struct ItemScope {
    Graph const& graph;
    Item item;
    Results const& results;
    Store& store;

    Node const& node() const { return graph.nodes[item.node]; }

    step::Value axis_value(std::size_t axis) const {
        return graph.axes[axis].values[graph.coordinate(item, axis)];
    }

    step::Value lookup(Reference const& reference, Expression const& expression) const {
        if (reference.root == Reference::Root::environment) return environment_value(reference, expression);
        if (reference.root == Reference::Root::name) {
            auto const axis = node().names.find(reference.name);
            return axis != node().names.end() ? axis_value(axis->second) : graph.values.at(reference.name);
        }
        std::size_t const other = graph.node_index(reference.node);
        auto const axis = graph.nodes[other].names.find(reference.name);
        if (axis != graph.nodes[other].names.end()) return axis_value(axis->second);
        step::Value::List found;
        graph.for_each_match(
            item, other, [&](Item source) { found.push_back(finding(source, reference.name, expression)); });
        return reference.gathers ? step::Value(std::move(found)) : found.at(0);
    }

    step::Value finding(Item source, std::string const& name, Expression const& expression) const {
        auto const result = results(source);
        auto const found = result->findings.find(name);
        if (found != result->findings.end()) return found->second;
        throw Error(Fault::bad_input,
                    fmt::format("{} takes '{}' as a value; expected a finding; '{}' gave none of that name",
                                expression.where, name, graph.folder(source).string()));
    }

    bool is_output(Reference const& reference) const {
        if (reference.root != Reference::Root::node) return false;
        auto const& outputs = graph.nodes[graph.node_index(reference.node)].step->about.outputs;
        return std::ranges::any_of(outputs,
                                   [&](step::Port const& port) { return port.name == reference.name; });
    }

    void add_outputs(Reference const& reference, std::vector<InputFile>& files) const {
        std::size_t const other = graph.node_index(reference.node);
        auto const& outputs = graph.nodes[other].step->about.outputs;
        auto const port = std::ranges::find(outputs, reference.name, &step::Port::name);
        graph.for_each_match(item, other, [&](Item source) {
            auto const result = results(source);
            files.push_back({store.path_of(*result, port->file), result->port_sum(port->name),
                             (graph.folder(source) / port->file).string()});
        });
    }

    void add_inputs(Expression const& expression, std::vector<InputFile>& files) const {
        if (expression.kind == Expression::Kind::reference && is_output(expression.reference))
            return add_outputs(expression.reference, files);
        if (expression.kind == Expression::Kind::list) {
            for (Expression const& part : expression.parts) add_inputs(part, files);
            return;
        }
        step::Value const value = evaluate(
            expression, [&](auto const& reference, auto const& part) { return lookup(reference, part); });
        for (step::Value const& one : value.is_list() ? value.list() : step::Value::List(1, value)) {
            if (!one.is_text())
                throw Error(Fault::bad_input, fmt::format("{} is {}; expected the name of a file",
                                                          expression.where, step::to_text(one)));
            std::filesystem::path const path =
                std::filesystem::absolute(graph.text.folder / one.text()).lexically_normal();
            try {
                files.push_back({path, store.sum_of(path), path.string()});
            } catch (Error const& error) {
                throw error.within(expression.where);
            }
        }
    }
};

std::string make_key(Job const& job) {
    Json inputs = Json::object();
    for (auto const& [port, files] : job.inputs) {
        inputs[port] = Json::array();
        for (InputFile const& file : files)
            inputs[port].push_back({file.path.filename().string(), file.sha256});
    }
    Json const all = {job.step, job.version, step::to_json(job.parameters), inputs, job.outputs, job.device};
    return sha256(all.dump(-1, ' ', false, Json::error_handler_t::replace));
}

unsigned whole(Json const& json) {
    if (!json.is_number_unsigned() || json.get<std::uint64_t>() > 0xffffffff)
        throw Error(Fault::bad_data,
                    "'job' is broken (a whole number is none); expected what 'hutch run' wrote");
    return json.get<unsigned>();
}

}  // namespace

Job make_job(Graph const& graph, Item item, Results const& results, Store& store) {
    ItemScope const scope{graph, item, results, store};
    Node const& node = scope.node();
    Job job;
    job.item = graph.folder(item).string();
    job.step = node.step->about.name;
    job.version = node.step->about.version;
    step::Values given;
    for (auto const& [name, expression] : node.text.parameters)
        given[name] = evaluate(expression, [&](auto const& reference, auto const& part) {
            return scope.lookup(reference, part);
        });
    job.parameters = step::complete(node.step->about, std::move(given), node.text.where + ": ");
    for (auto const& [port, expression] : node.text.inputs) scope.add_inputs(expression, job.inputs[port]);
    job.outputs = node.outputs;
    job.device = node.text.device;
    job.threads = node.text.threads.value_or(node.step->about.needs.threads);
    step::Needs const& needs = node.step->about.needs;
    job.ranks = needs.ranks_parameter.empty() ? needs.ranks
                                              : unsigned(job.parameters.at(needs.ranks_parameter).integer());
    job.memory_gib = needs.memory_gib;
    job.needs_gpu =
        needs.gpu == step::Gpu::required || (needs.gpu == step::Gpu::optional && job.device != "cpu");
    job.key = make_key(job);
    return job;
}

std::vector<UsedFile> used_files(Job const& job) {
    std::vector<UsedFile> used;
    for (auto const& [port, files] : job.inputs)
        for (InputFile const& file : files) used.push_back({port, file.name, file.sha256});
    return used;
}

std::string to_text(Job const& job) {
    Json inputs = Json::object();
    for (auto const& [port, files] : job.inputs) {
        inputs[port] = Json::array();
        for (InputFile const& file : files)
            inputs[port].push_back({file.path.string(), file.sha256, file.name});
    }
    Json const json = {{"key", job.key},
                       {"item", job.item},
                       {"step", job.step},
                       {"version", job.version},
                       {"parameters", step::to_json(job.parameters)},
                       {"inputs", inputs},
                       {"outputs", job.outputs},
                       {"device", job.device},
                       {"threads", job.threads},
                       {"ranks", job.ranks},
                       {"memory_gib", job.memory_gib},
                       {"needs_gpu", job.needs_gpu},
                       {"attempt", job.attempt}};
    return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Job parse_job(std::string_view text) {
    try {
        Json const json = Json::parse(text);
        Job job{json.at("key"),
                json.at("item"),
                json.at("step"),
                json.at("version"),
                step::parse_values(json.at("parameters").get_ref<std::string const&>(), "job"),
                {},
                json.at("outputs"),
                json.at("device"),
                whole(json.at("threads")),
                whole(json.at("ranks")),
                json.at("memory_gib"),
                json.at("needs_gpu"),
                whole(json.at("attempt"))};
        for (auto const& [port, files] : json.at("inputs").items())
            for (Json const& file : files)
                job.inputs[port].push_back({file.at(0).get<std::string>(), file.at(1), file.at(2)});
        return job;
    } catch (Json::exception const& problem) {
        throw Error(Fault::bad_data,
                    fmt::format("'job' is broken ({}); expected what 'hutch run' wrote", problem.what()));
    }
}

}  // namespace hutch::flow
