/// Give flow tests small steps: one that joins texts, one that counts, one that fails as told.
#pragma once

#include "hutch/base/error.hpp"
#include "hutch/base/file.hpp"
#include "hutch/flow/run.hpp"

#include <atomic>
#include <filesystem>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace hutch::flow {

/// How often steps of a test ran.
struct Calls {
    std::atomic<int> join{0}, fail{0};
};

inline step::Parameter number_parameter(std::string name, double least, double most, double fallback) {
    step::Field field;
    field.type = step::Type::number;
    field.unit = "1";
    field.least = least;
    field.most = most;
    return {name, "a number", {field}, false, step::Value(fallback)};
}

inline step::Parameter text_parameter(std::string name, bool is_list = false) {
    step::Field field;
    field.type = step::Type::text;
    field.rule = "any text";
    std::optional<step::Value> const fallback = is_list ? step::Value(step::Value::List()) : step::Value("");
    return {name, "a text", {field}, is_list, fallback};
}

/// "test.join": writes its text, its number and all its inputs into one file.
inline step::Step join_step(Calls& calls) {
    step::Step step;
    step.about.name = "test.join";
    step.about.version = "1.0.0";
    step.about.summary = "join texts";
    step.about.reference = "this test";
    step.about.parameters = {text_parameter("text"), number_parameter("size", -1e9, 1e9, 0),
                             text_parameter("words", true)};
    step::Port input{"in", "texts to join", "text"};
    input.is_required = false;
    input.is_list = true;
    step.about.inputs = {input};
    step::Port output{"out", "all joined", "text"};
    output.file = "out.txt";
    step.about.outputs = {output};
    step.about.findings = {{"length", "of what was written", step::Type::integer, "1"}};
    step.run = [&calls](step::Call const& call) {
        ++calls.join;
        std::string text = call.text("text") + step::to_text(call.parameters.at("size"));
        for (step::Value const& word : call.parameters.at("words").list()) text += word.text();
        if (call.inputs.contains("in"))
            for (auto const& path : call.inputs.at("in")) text += "(" + read_file(path) + ")";
        write_file(*call.output("out"), text);
        return step::Outcome{{{"length", std::int64_t(text.size())}}, ""};
    };
    return step;
}

/// "test.fail": fails as often as its number says, then passes.
inline step::Step fail_step(Calls& calls) {
    step::Step step;
    step.about.name = "test.fail";
    step.about.version = "1.0.0";
    step.about.summary = "fail so many times";
    step.about.reference = "this test";
    step.about.parameters = {number_parameter("times", 0, 1e9, 0)};
    step.about.findings = {{"calls", "before it passed", step::Type::integer, "1"}};
    step.run = [&calls](step::Call const& call) {
        int const before = calls.fail++;
        if (call.log) call.log("call " + std::to_string(before));
        if (before < int(call.number("times")))
            throw Error(Fault::external, "'weather' is bad; expected sun");
        return step::Outcome{{{"calls", std::int64_t(before)}}, ""};
    };
    return step;
}

/// A folder with files that is gone after the test.
class FlowTest : public ::testing::Test {
  protected:
    FlowTest() {
        auto const* test = ::testing::UnitTest::GetInstance()->current_test_info();
        folder = std::filesystem::temp_directory_path() /
                 (std::string("flow_test_") + test->test_suite_name() + "_" + test->name());
        std::filesystem::remove_all(folder);
        std::filesystem::create_directories(folder);
        steps = {join_step(calls), fail_step(calls)};
    }
    ~FlowTest() override { std::filesystem::remove_all(folder); }

    Graph graph_of(std::string const& text, std::map<std::string, std::string> const& values = {}) {
        return make_graph(parse_flow(text, (folder / "flow.yaml").string()), steps, values);
    }
    RunReport run(std::string const& text, std::map<std::string, std::string> const& values = {}) {
        return run_flow(graph_of(text, values), steps, {folder / "out", 2, "hutch test", {}});
    }
    std::string result(std::string const& name) const { return read_file(folder / "out/results" / name); }
    std::string problem_of(std::string const& text) {
        try {
            graph_of(text);
        } catch (Error const& error) {
            std::string message = error.what();
            std::size_t const at = message.find(folder.string());
            return at == message.npos ? message : message.replace(at, folder.string().size() + 1, "");
        }
        return "";
    }

    std::filesystem::path folder;
    Calls calls;
    std::vector<step::Step> steps;
};

}  // namespace hutch::flow
