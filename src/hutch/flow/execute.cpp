#include "hutch/flow/execute.hpp"

#include "hutch/base/checksum.hpp"
#include "hutch/base/error.hpp"

#include <chrono>
#include <ctime>
#include <fstream>
#include <new>
#include <sys/stat.h>
#include <unistd.h>

#include <fmt/format.h>

namespace hutch::flow {
namespace {

namespace fs = std::filesystem;

std::string now_utc() {
    std::time_t const now = std::time(nullptr);
    std::tm parts{};
    ::gmtime_r(&now, &parts);
    char text[32];
    std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts);
    return text;
}

std::string host_name() {
    char host[65] = {};
    ::gethostname(host, sizeof host - 1);
    return host;
}

void append_log(RunFolders const& folders, Making const& making, std::string const& lines) {
    if (lines.empty()) return;
    fs::path const path = folders.log_of(making.item);
    fs::create_directories(path.parent_path());
    std::ofstream out(path, std::ios::app);
    out << fmt::format("== {} attempt {} on {} ==\n{}", making.started, making.attempt, making.host, lines);
}

// A link would show another file tomorrow, or somebody else's: its target is taken as it is now.
void replace_links(fs::path const& top) {
    std::vector<fs::path> links;
    if (fs::is_symlink(top)) links.push_back(top);
    if (fs::is_directory(top) && links.empty())
        for (auto const& entry : fs::recursive_directory_iterator(top))
            if (entry.is_symlink()) links.push_back(entry.path());
    for (fs::path const& link : links) {
        if (!fs::is_regular_file(link))
            throw Error(
                Fault::bad_data,
                fmt::format(
                    "output '{}' is a link to no file; expected files and folders; copy what it points to",
                    link.filename().string()));
        fs::path copy = link;
        copy += ".copy";
        fs::copy_file(fs::canonical(link), copy);
        fs::rename(copy, link);
    }
}

std::vector<ResultFile> files_of_port(fs::path const& folder, step::Port const& port) {
    fs::path const top = folder / port.file;
    replace_links(top);
    std::vector<ResultFile> files;
    for (fs::path const& path : files_below(top)) {
        ::chmod(path.c_str(), 0444);
        FileMark const mark = mark_of(path);
        files.push_back({port.name, path.lexically_relative(folder).string(), sha256_of_file(path),
                         mark.bytes, mark.modified_ns});
    }
    return files;
}

void check_version(step::Step const& step, Job const& job) {
    if (step.about.version != job.version)
        throw Error(
            Fault::unsupported,
            fmt::format(
                "'{}' is version {} here; expected {}, which the job was made for; run the flow again",
                job.step, step.about.version, job.version));
}

// The key says what the inputs were when it was made.
void check_inputs(Workshop const& shop, Job const& job) {
    for (auto const& [port, files] : job.inputs)
        for (InputFile const& file : files)
            if (file.is_outside() && shop.store.sum_of(file.path) != file.sha256)
                throw Error(Fault::bad_data, fmt::format("input '{}' has changed since this run looked at "
                                                         "it; expected it to stay the same; run again: '{}'",
                                                         port, file.path.string()));
}

step::Call make_call(Workshop const& shop, step::Step const& step, Job const& job, fs::path const& folder,
                     std::string& log) {
    step::Call call;
    call.parameters = job.parameters;
    for (auto const& [port, files] : job.inputs)
        for (InputFile const& file : files) call.inputs[port].push_back(file.path);
    for (step::Port const& port : step.about.outputs)
        for (std::string const& wanted : job.outputs)
            if (port.name == wanted) call.outputs[port.name] = folder / port.file;
    call.threads = job.threads == 0 ? shop.threads : job.threads;
    call.device = job.device;
    call.should_stop = shop.should_stop;
    call.log = [&log](std::string const& line) { log += line + "\n"; };
    return call;
}

Result call_step(Workshop const& shop, step::Step const& step, Job const& job, std::string& log) {
    Result result;
    result.key = job.key;
    result.folder = shop.store.new_folder();
    result.parameters = job.parameters;
    result.used = used_files(job);
    fs::path const folder = shop.folders.store / result.folder;
    if (!job.outputs.empty()) fs::create_directories(folder);
    try {
        step::Outcome outcome = step::run_step(step, make_call(shop, step, job, folder, log));
        for (step::Port const& port : step.about.outputs)
            for (std::string const& wanted : job.outputs)
                if (port.name == wanted)
                    for (ResultFile& file : files_of_port(folder, port))
                        result.files.push_back(std::move(file));
        result.findings = std::move(outcome.findings);
        check_inputs(shop, job);
    } catch (...) {
        std::error_code ignored;
        fs::remove_all(folder, ignored);
        throw;
    }
    return result;
}

[[noreturn]] void fail(Workshop const& shop, Job const& job, Making const& making, Error const& error,
                       std::string log) {
    if (shop.should_stop && shop.should_stop()) throw error;
    append_log(shop.folders, making, log + "failed (" + to_name(error.fault()) + "): " + error.what() + "\n");
    shop.store.add(Failure{job.key, error.what(), to_name(error.fault()), making});
    throw error;
}

}  // namespace

std::shared_ptr<Result const> run_job(Workshop const& shop, Job const& job) {
    step::Step const& step = step::find_step(shop.steps, job.step);
    static std::string const host = host_name();
    Making making{job.item,  job.step, step.about.version, shop.program, host,
                  now_utc(), 0,        job.attempt,        shop.batch};
    std::string log;
    auto const start = std::chrono::steady_clock::now();
    auto const stop_clock = [&] {
        making.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    };
    try {
        check_version(step, job);
        auto result = std::make_shared<Result>(call_step(shop, step, job, log));
        stop_clock();
        result->making = making;
        append_log(shop.folders, making, log);
        shop.store.add(result);
        return result;
    } catch (Error const& error) {
        stop_clock();
        fail(shop, job, making, error, log);
    } catch (std::bad_alloc const&) {
        stop_clock();
        fail(shop, job, making, Error(Fault::exhausted, "out of memory; expected less to do at once"), log);
    } catch (std::exception const& error) {
        stop_clock();
        fail(shop, job, making, Error(Fault::bug, error.what()), log);
    }
}

}  // namespace hutch::flow
