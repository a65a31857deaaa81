#include "hutch/base/error.hpp"
#include "hutch/base/file.hpp"
#include "hutch/base/process.hpp"
#include "hutch/base/text.hpp"
#include "hutch/curate/assess/detail/answers.hpp"
#include "hutch/curate/assess/detail/card_example.hpp"
#include "hutch/curate/assess/detail/document_checks.hpp"
#include "hutch/curate/assess/identifiers.hpp"
#include "hutch/curate/assess/iso_time.hpp"
#include "hutch/curate/assess/packages.hpp"

#include <algorithm>
#include <chrono>
#include <fstream>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace hutch::curate::assess::detail {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t compared_bytes = 4096;
constexpr double seconds_for_web = 30, seconds_for_python = 300;

// ---- the web, by way of curl: it knows proxies, redirections and TLS
// ---------------------------------------

struct WebAnswer {
    int status = 0;  ///< 0: there was none
    std::string body, problem;
    bool lacks_curl = false;
};

WebAnswer ask(std::string const& url, std::string const& range = "") {
    WebAnswer answer;
    std::vector<std::string> words{
        "curl",        "--silent",      "--show-error", "--location", "--max-redirs",
        "5",           "--proto",       "=http,https",  "--max-time", fmt::format("{}", seconds_for_web),
        "--write-out", "\n%{http_code}"};
    if (!range.empty()) words.insert(words.end(), {"--range", range, "--max-filesize", "67108864"});
    words.push_back("--");
    words.push_back(url);
    try {
        ProcessEnd const end =
            run_process(words, {.most_bytes = std::size_t(1) << 26, .seconds = seconds_for_web + 5});
        std::size_t const cut = end.output.rfind('\n');
        if (cut != std::string::npos)
            answer.status = int(to_number(end.output.substr(cut + 1)).value_or(0)),
            answer.body = end.output.substr(0, cut);
        if (!end.succeeded()) answer.problem = std::string(trim(end.errors)), answer.status = 0;
    } catch (Error const& error) {
        answer.lacks_curl = true, answer.problem = error.what();
    }
    return answer;
}

// Whether an address is of this machine, which may be asked at any time.
bool is_loopback(std::string const& url) {
    std::size_t const start = url.find("://");
    if (start == std::string::npos) return false;
    std::string host = url.substr(start + 3);
    host = host.substr(0, host.find('/'));
    if (host.starts_with("[::1]")) return true;
    host = host.substr(0, host.find(':'));
    return host == "localhost" || host.starts_with("127.");
}
bool may_ask(Subject const& subject, std::string const& url) {
    return subject.may_use_network || is_loopback(url);
}

// ---- C56 -------------------------------------------------------------------------------------------------

std::string today() {
    auto const now = std::chrono::floor<std::chrono::days>(std::chrono::system_clock::now());
    std::chrono::year_month_day const date(now);
    return fmt::format("{:04}-{:02}-{:02}", int(date.year()), unsigned(date.month()), unsigned(date.day()));
}

// How the state must be answered to somebody who is not known.
bool is_for_everybody(std::string const& state, std::string const& embargo, std::string const& day) {
    return state == "open" || (state == "embargoed" && !embargo.empty() && embargo < day);
}

// What state and date say against each other, whatever a server answers; empty: nothing.
std::string contradiction(std::string const& state, std::string const& embargo, std::string const& day) {
    if (!embargo.empty() && !seconds_of(embargo))
        return fmt::format("the embargo lasts until '{}', which is no date; expected YYYY-MM-DD", embargo);
    if (state == "embargoed" && embargo.empty()) return "the state is embargoed, and no date is said";
    if (state == "embargoed" && embargo < day)
        return fmt::format("the state is embargoed, and the embargo ended on {}", embargo);
    if (state == "open" && embargo > day)
        return fmt::format("the state is open, and the embargo lasts until {}", embargo);
    return "";
}

Answer run_state(Subject const& subject) {
    auto const items = gather_metadata(subject);
    MetadataItem const* const state = find_item(items, "access", "state");
    MetadataItem const* const until = find_item(items, "access", "embargo_until");
    std::string const embargo = until == nullptr ? "" : until->value;
    if (std::string const problem = contradiction(state == nullptr ? "" : state->value, embargo, today());
        !problem.empty())
        return {State::fail,
                problem,
                {},
                {{"dictionary.json", "access/embargo_until", 0, problem}},
                "bring access/state and access/embargo_until together",
                0};
    std::vector<std::string> urls;
    for (Access const& one : subject.dictionary.access)
        if (one.kind == "http" && is_web_address(one.url)) urls.push_back(one.url);
    if (urls.empty())
        return not_applicable("no server is declared: the dictionary has no access of the kind http");
    if (state == nullptr)
        return {State::fail,
                "no access state is said",
                {},
                {},
                "say access/state: open, embargoed, restricted or closed",
                0};
    bool const is_open = is_for_everybody(state->value, embargo, today());
    Answer answer;
    std::size_t asked = 0, wrong = 0;
    for (std::string const& url : urls) {
        if (!may_ask(subject, url)) continue;
        WebAnswer const got = ask(url, "0-0");
        if (got.lacks_curl) return not_checked("curl is not installed");
        ++asked;
        bool const is_given = got.status == 200 || got.status == 206,
                   is_refused = got.status == 401 || got.status == 403;
        if (is_open ? is_given : is_refused) continue;
        ++wrong;
        show(answer, {"dictionary.json", url, 0,
                      got.status == 0 ? "does not answer: " + got.problem
                                      : fmt::format("answers {} to somebody who is not known; expected {}",
                                                    got.status, is_open ? "200 or 206" : "401 or 403")});
    }
    if (asked == 0)
        return not_checked(
            fmt::format("{} may not be asked without network", counted(urls.size(), "address")));
    answer.state = wrong == 0 ? State::pass : State::fail;
    answer.text = fmt::format("the state is {}{}; {} of {} asked answers otherwise", state->value,
                              embargo.empty() ? "" : " until " + embargo, wrong, counted(asked, "address"));
    answer.numbers = {{"asked", double(asked)}, {"otherwise", double(wrong)}};
    return answer;
}

// ---- the loader ------------------------------------------------------------------------------------------

std::string python_text(std::string const& text) {
    std::string quoted = "\"";
    for (char const c : text) {
        if (c == '"' || c == '\\') quoted += '\\';
        quoted += c;
    }
    return quoted + "\"";
}

std::string split_to_load(Subject const& subject) {
    if (subject.dictionary.splits.empty()) return "";
    if (subject.dictionary.splits.contains("train")) return "train";
    for (auto const& [name, records] : subject.dictionary.splits)
        if (records > 0) return name;
    return "";
}

// The three lines that a user writes.
std::string three_lines(Subject const& subject) {
    std::string const split = split_to_load(subject);
    std::error_code ignored;
    return fmt::format("import hutch\nd = hutch.dataset({}{})\nnext(iter(d.numpy(batch=4)))\n",
                       python_text(fs::absolute(subject.folder, ignored).string()),
                       split.empty() ? "" : ", split=" + python_text(split));
}

struct LoaderRun {
    State state = State::pass;
    std::string text;    ///< what went wrong
    std::string output;  ///< what it printed
};

LoaderRun run_loader(Subject const& subject, std::string const& code) {
    if (subject.python.empty()) return {State::not_checked, "no Python interpreter was given", ""};
    try {
        ProcessEnd const end = run_process({subject.python, "-c", code}, {.seconds = seconds_for_python});
        if (end.succeeded()) return {State::pass, "", end.output};
        auto const lines = split_lines(end.errors);
        std::string const last =
            lines.empty() ? fmt::format("exit status {}", end.exit_code) : std::string(lines.back());
        bool const lacks_module = last.find("No module named 'hutch'") != last.npos ||
                                  last.find("No module named 'numpy'") != last.npos;
        if (lacks_module) return {State::not_checked, "the module cannot be imported: " + last, ""};
        return {State::fail, end.timed_out ? "it ran into its time limit" : last, ""};
    } catch (Error const& error) {
        return {State::not_checked, error.what(), ""};
    }
}

// ---- C57 -------------------------------------------------------------------------------------------------

// Whether the address of a way of kind file or loader is in the folder; up to the first wildcard.
bool is_there(fs::path const& folder, std::string const& url) {
    if (url.empty() || url.find("://") != std::string::npos) return true;
    std::size_t const star = url.find_first_of("*?[{");
    std::string const known = star == std::string::npos ? url : url.substr(0, url.rfind('/', star) + 1);
    std::error_code ignored;
    return known.empty() || fs::exists(folder / known, ignored);
}

class Paths {
  public:
    explicit Paths(Subject const& subject) : subject_(subject) {}

    void check(Access const& access) {
        if (access.kind == "file" || access.kind == "loader") {
            if (!is_there(subject_.folder, access.url))
                return wrong(access.url, fmt::format("is a way of kind {} and is not there", access.kind));
            return access.kind == "file" ? check_files() : check_loader();
        }
        if (!is_web_address(access.url)) return wrong(access.url, "is no web address");
        if (!may_ask(subject_, access.url))
            return left_open(fmt::format("{} '{}': no network", access.kind, access.url));
        if (access.kind == "http") return check_http(access.url);
        if (access.kind == "oai-pmh") return check_answer(access.url, "?verb=Identify", "<OAI-PMH");
        if (access.kind == "optimade") return check_answer(access.url, "/v1/info", "\"data\"");
    }

    void check_example() try {
        CardExample example = check_card_example(subject_);
        for (Place& problem : example.problems) ++failed, show(answer, std::move(problem));
        for (std::string& why : example.open) left_open(std::move(why));
    } catch (Error const& error) {
        wrong("card.md", error.what());
    }

    Answer answer;
    std::size_t worked = 0, failed = 0;
    std::vector<std::string> open;

  private:
    void wrong(std::string const& where, std::string what) {
        ++failed;
        show(answer, {"", where, 0, std::move(what)});
    }
    void left_open(std::string why) { open.push_back(std::move(why)); }

    void check_files() {
        std::size_t unreadable = 0;
        for (ScannedFile const& file : subject_.scan.files) {
            std::ifstream in(subject_.folder / file.path, std::ios::binary);
            if (file.is_there && file.problem.empty() && in) continue;
            ++unreadable;
            show(answer, {file.path, "", 0, file.problem.empty() ? "cannot be read" : file.problem});
        }
        unreadable == 0 ? ++worked : ++failed;
    }

    void check_loader() {
        LoaderRun const run = run_loader(subject_, three_lines(subject_));
        if (run.state == State::pass) ++worked;
        if (run.state == State::fail) wrong("loader", run.text);
        if (run.state == State::not_checked) left_open("loader: " + run.text);
    }

    void check_answer(std::string url, std::string const& question, std::string const& mark) {
        while (!url.empty() && url.back() == '/') url.pop_back();
        WebAnswer const got = ask(url + question);
        if (got.lacks_curl) return left_open("curl is not installed");
        if (got.status == 200 && got.body.find(mark) != std::string::npos)
            ++worked;
        else
            wrong(url + question,
                  got.status == 0 ? got.problem : fmt::format("answers {} without {}", got.status, mark));
    }

    // A file of the set by its name at the end of the address, or files below an address that ends in a
    // slash.
    void check_http(std::string const& url) {
        std::vector<ScannedFile const*> files;
        for (ScannedFile const& file : subject_.scan.files)
            if (file.is_there && file.bytes > 0 &&
                (url.ends_with("/") ? !file.table.empty() : url.ends_with("/" + file.path)))
                files.push_back(&file);
        if (files.empty()) {  // a page about the set: it must be there, that is all
            WebAnswer const got = ask(url, "0-0");
            if (got.lacks_curl) return left_open("curl is not installed");
            if (got.status == 200 || got.status == 206)
                ++worked;
            else
                wrong(url, got.status == 0 ? got.problem : fmt::format("answers {}", got.status));
            return;
        }
        std::size_t const before = failed;
        for (std::size_t i = 0; i < std::min<std::size_t>(files.size(), 3); ++i)
            if (!compare(url.ends_with("/") ? url + files[i]->path : url, *files[i])) return;
        if (failed == before) ++worked;
    }

    // Ask for some bytes in the middle; returns false where nothing can be asked.
    bool compare(std::string const& url, ScannedFile const& file) {
        std::uint64_t const first = file.bytes / 2,
                            count = std::min<std::uint64_t>(compared_bytes, file.bytes - first);
        WebAnswer const got = ask(url, fmt::format("{}-{}", first, first + count - 1));
        if (got.lacks_curl) return left_open("curl is not installed"), false;
        if (got.status != 206) {
            wrong(url, got.status == 0 ? got.problem
                       : got.status == 200
                           ? "gives the whole file where some bytes were asked for: no byte ranges"
                           : fmt::format("answers {}", got.status));
            return true;
        }
        std::ifstream in(subject_.folder / file.path, std::ios::binary);
        std::string own(count, '\0');
        in.seekg(std::streamoff(first));
        in.read(own.data(), std::streamsize(count));
        if (got.body != own)
            wrong(url, fmt::format("gives other bytes at {} than '{}' has", first, file.path));
        return true;
    }

    Subject const& subject_;
};

Answer run_paths(Subject const& subject) {
    if (subject.dictionary.access.empty())
        return {State::fail,
                "no way of access is declared",
                {},
                {},
                "list in dictionary.json under access how the data can be had: file, http, oai-pmh, "
                "optimade, loader",
                0};
    Paths paths(subject);
    for (Access const& one : subject.dictionary.access) paths.check(one);
    paths.check_example();
    Answer answer = std::move(paths.answer);
    answer.state = paths.failed > 0 ? State::fail : !paths.open.empty() ? State::not_checked : State::pass;
    answer.text = fmt::format("{} declared, {} worked, {} failed",
                              counted(subject.dictionary.access.size(), "way"), paths.worked, paths.failed);
    if (!paths.open.empty()) answer.text += fmt::format(", not checked: {}", fmt::join(paths.open, "; "));
    answer.numbers = {{"declared", double(subject.dictionary.access.size())},
                      {"worked", double(paths.worked)},
                      {"failed", double(paths.failed)},
                      {"not checked", double(paths.open.size())}};
    return answer;
}

// ---- A03 -------------------------------------------------------------------------------------------------

constexpr char const* how_to_serve =
    "serve the folder over HTTP with byte ranges and declare the address in dictionary.json under access";

bool is_http(Access const& access) { return access.kind == "http"; }

Answer run_ways(Subject const& subject) {
    Paths paths(subject);
    std::size_t interfaces = 0, with_ranges = 0;
    for (Access const& one : subject.dictionary.access) {
        std::size_t const before = paths.worked;
        paths.check(one);
        if (paths.worked == before) continue;
        if (one.kind != "file") ++interfaces;
        if (one.kind == "http") ++with_ranges;
    }
    Answer answer = std::move(paths.answer);
    bool const is_enough = paths.worked >= 2 && interfaces >= 1 && with_ranges >= 1;
    // Nothing is wrong with a set that nobody serves yet; only what is declared can fail.
    answer.state = is_enough ? State::pass : paths.failed > 0 ? State::fail : State::not_checked;
    answer.text = fmt::format("{} worked, {} of them interfaces, {} over HTTP with byte ranges",
                              counted(paths.worked, "way"), interfaces, with_ranges);
    if (!paths.open.empty()) answer.text += fmt::format("; not checked: {}", fmt::join(paths.open, "; "));
    if (!is_enough && std::ranges::none_of(subject.dictionary.access, is_http))
        answer.text += fmt::format("; no address is declared: {}", how_to_serve);
    answer.numbers = {{"worked", double(paths.worked)},
                      {"interfaces", double(interfaces)},
                      {"with byte ranges", double(with_ranges)}};
    return answer;
}

// ---- C58 -------------------------------------------------------------------------------------------------

// One pass to fill caches and one that is measured, of at most 20 s each.
std::string throughput_code(Subject const& subject) {
    std::string const split = split_to_load(subject);
    std::error_code ignored;
    return fmt::format(
        "import time\nimport hutch\nd = hutch.dataset({}{})\n"
        "def run():\n"
        "    start, count = time.perf_counter(), 0\n"
        "    for batch in d.numpy(batch=256):\n"
        "        first = next(iter(batch.values())) if isinstance(batch, dict) else batch[0]\n"
        "        count += len(first)\n"
        "        if time.perf_counter() - start > 20:\n"
        "            break\n"
        "    return count / (time.perf_counter() - start)\n"
        "run()\nprint(run())\n",
        python_text(fs::absolute(subject.folder, ignored).string()),
        split.empty() ? "" : ", split=" + python_text(split));
}

Answer run_throughput(Subject const& subject) {
    double const declared = subject.dictionary.samples_per_second;
    if (!(declared > 0)) return not_applicable("no throughput is declared (samples_per_second)");
    LoaderRun const run = run_loader(subject, throughput_code(subject));
    if (run.state == State::not_checked) return not_checked(run.text);
    if (run.state == State::fail) return {State::fail, "the loader failed: " + run.text, {}, {}, "", 0};
    double const measured = to_number(trim(run.output)).value_or(0);
    Answer answer;
    answer.state = measured >= declared ? State::pass : State::fail;
    answer.text = fmt::format("{:.0f} samples per second, declared are {:.0f}", measured, declared);
    answer.numbers = {{"measured", measured}, {"declared", declared}};
    return answer;
}

}  // namespace

Check access_state_check() {
    return {"C56", "access state",
            "Do access state and embargo date agree, and does the server answer somebody who is not known as "
            "they say?",
            "bring the state in the metadata and the server's rights together", run_state};
}

Check access_paths_check() {
    return {
        "C57", "ways of access",
        "Does every declared way work: files that can be read, addresses that give byte ranges with the "
        "right bytes, "
        "catalogues that answer, and the three lines of the loader? Would the card's example run: its files "
        "are there, its syntax holds, and what it names is known?",
        "mend the ways named, or take them out of the declaration", run_paths};
}

Check ways_check() {
    return {"A03", "several ways",
            "Do at least two declared ways work, one of them an interface for programs, one HTTP with byte "
            "ranges?",
            how_to_serve, run_ways};
}

Check throughput_check() {
    return {"C58", "throughput of the loader",
            "Does the loader reach the samples per second that are declared?",
            "declare what the loader reaches, or store the data for faster reading", run_throughput};
}

}  // namespace hutch::curate::assess::detail
