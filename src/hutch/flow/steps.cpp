// The room's own steps: run any program, write a text.
#include "hutch/base/error.hpp"
#include "hutch/base/file.hpp"
#include "hutch/base/process.hpp"
#include "hutch/base/text.hpp"
#include "hutch/flow/launch.hpp"
#include "hutch/step/step.hpp"

#include <filesystem>

#include <fmt/format.h>

namespace hutch::flow {
namespace {

step::Field text_field(std::string name, std::string rule) {
    step::Field field;
    field.name = std::move(name);
    field.type = step::Type::text;
    field.rule = std::move(rule);
    return field;
}

step::Field number_field(step::Type type, std::string unit, double least, double most) {
    step::Field field;
    field.type = type;
    field.unit = std::move(unit);
    field.least = least;
    field.most = most;
    return field;
}

void replace_all(std::string& text, std::string_view what, std::string const& with) {
    for (std::size_t at = 0; (at = text.find(what, at)) != text.npos; at += with.size())
        text.replace(at, what.size(), with);
}

// "{in}" alone becomes all input files; "{in.N}" within a word the N-th, "{out}" the folder for results.
std::vector<std::string> program_words(step::Call const& call, std::filesystem::path const& folder) {
    auto const found = call.inputs.find("in");
    std::vector<std::filesystem::path> const files =
        found == call.inputs.end() ? std::vector<std::filesystem::path>{} : found->second;
    std::vector<std::string> words;
    for (step::Value const& value : call.parameters.at("command").list()) {
        std::string word = value.text();
        if (word == "{in}") {
            for (auto const& file : files) words.push_back(file.string());
            continue;
        }
        for (std::size_t i = 0; i < files.size(); ++i)
            replace_all(word, fmt::format("{{in.{}}}", i), files[i].string());
        if (word.find("{in.") != word.npos)
            throw Error(Fault::bad_input,
                        fmt::format("'command' holds {}; expected the numbers of inputs, 0 to {}",
                                    in_quotes(word), std::ptrdiff_t(files.size()) - 1));
        replace_all(word, "{out}", folder.string());
        words.push_back(std::move(word));
    }
    if (words.empty())
        throw Error(Fault::bad_input, "'command' is empty; expected a program and its arguments");
    return words;
}

// The last line as a finding can hold it: printable ASCII, at most 200 characters.
std::string last_line(std::string const& text) {
    auto const lines = split_lines(trim(text));
    std::string line(lines.empty() ? std::string_view() : lines.back().substr(0, 200));
    for (char& c : line)
        if (c < ' ' || c > '~') c = '?';
    return line;
}

step::Outcome run_program(step::Call const& call) {
    std::filesystem::path const folder = *call.output("files");
    std::filesystem::create_directories(folder);
    std::vector<std::string> words = program_words(call, folder);
    ProcessOptions options;
    options.folder = folder;
    options.seconds = call.number("seconds");
    options.most_bytes = std::size_t{64} << 20;
    options.should_stop = call.should_stop;
    for (step::Value const& row : call.parameters.at("environment").list())
        options.environment.emplace_back(row.list()[0].text(), row.list()[1].text());
    if (auto const ranks = unsigned(call.integer("ranks")); ranks > 0) {
        LaunchPlace const place = mpi_place();
        std::vector<std::string> launcher = mpi_words(ranks, place, std::max(1u, call.threads));
        words.insert(words.begin(), launcher.begin(), launcher.end());
        for (auto& change : mpi_environment(place)) options.environment.push_back(std::move(change));
    }
    ProcessEnd const end = run_process(words, options);
    if (call.log && !end.errors.empty()) call.log(std::string(trim(end.errors)));
    if (!end.succeeded())
        throw Error(Fault::external,
                    fmt::format("'{}' ended with {}; expected 0; it said: {}", words[0],
                                end.timed_out ? fmt::format("its time limit of {} s", options.seconds)
                                              : std::to_string(end.exit_code),
                                in_quotes(last_line(end.errors.empty() ? end.output : end.errors), 200)));
    if (auto const out = call.output("stdout")) {
        if (end.output.size() >= options.most_bytes)
            throw Error(Fault::exhausted, fmt::format("'stdout' of '{}' is longer than {} MiB; expected "
                                                      "less; let it write a file into its folder",
                                                      words[0], options.most_bytes >> 20));
        write_file_in_place(*out, end.output);
    }
    return {{{"last_line", last_line(end.output)}}, end.output};
}

step::Step program_run() {
    step::Step step;
    step.about.name = "program.run";
    step.about.version = "1.0.0";
    step.about.summary = "run any program, with MPI if asked for, and keep the files it writes";
    step.about.reference = "POSIX.1-2017, posix_spawn; MPI 3.1, section 8.8 (mpiexec)";
    step.about.parameters = {{"command",
                              "program and arguments; {in} stands for all input files, {in.0} for the first, "
                              "{out} for the folder of results, where it runs",
                              {text_field("word", "a word; the first names a program")},
                              true,
                              {}},
                             {"environment",
                              "variables it gets besides those of this process",
                              {text_field("name", "a name"), text_field("value", "any text")},
                              true,
                              step::Value(step::Value::List())},
                             {"ranks",
                              "MPI processes; 0: no MPI",
                              {number_field(step::Type::integer, "1", 0, 1e6)},
                              false,
                              step::Value(0)},
                             {"seconds",
                              "time limit; 0: none",
                              {number_field(step::Type::number, "s", 0, 1e7)},
                              false,
                              step::Value(0.0)}};
    step::Port in{"in", "files that the command names", "any"};
    in.is_required = false;
    in.is_list = true;
    step.about.inputs = {in};
    step::Port files{"files", "the folder that it ran in, with all that it wrote there", "folder"};
    files.file = "files";
    step::Port standard{"stdout", "what it wrote to standard output", "text"};
    standard.file = "stdout.txt";
    standard.is_required = false;
    step.about.outputs = {files, standard};
    step.about.findings = {{"last_line", "last line of standard output", step::Type::text, ""}};
    step.about.needs.ranks_parameter = "ranks";
    step.about.needs.gpu = step::Gpu::optional;
    step.about.needs.seconds = 10;
    step.run = run_program;
    return step;
}

step::Step text_write() {
    step::Step step;
    step.about.name = "text.write";
    step.about.version = "1.0.0";
    step.about.summary = "write a text to a file, such as the settings of a program";
    step.about.reference = "Hutch itself: the text as given, in UTF-8, with one end of line behind it";
    step.about.parameters = {{"text", "what is written", {text_field("text", "any text")}, false, {}}};
    step::Port out{"out", "the text", "text"};
    out.file = "text.txt";
    step.about.outputs = {out};
    step.about.findings = {{"bytes", "length of the file", step::Type::integer, "byte"}};
    step.about.needs.seconds = 0.001;
    step.run = [](step::Call const& call) {
        std::string const text = call.text("text") + "\n";
        write_file_in_place(*call.output("out"), text);
        return step::Outcome{{{"bytes", std::int64_t(text.size())}}, ""};
    };
    return step;
}

}  // namespace

std::vector<step::Step> steps() { return {program_run(), text_write()}; }

}  // namespace hutch::flow
