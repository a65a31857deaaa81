#include "hutch/curate/assess/detail/independent_reader.hpp"

#include "hutch/base/error.hpp"
#include "hutch/base/file.hpp"
#include "hutch/base/process.hpp"
#include "hutch/curate/assess/detail/answers.hpp"
#include "hutch/curate/assess/table_file.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <unistd.h>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace hutch::curate::assess::detail {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

constexpr double most_seconds = 900;
constexpr std::size_t few_files = 100;  // with more of them, some fields of each are looked at in turn

// Reads a list of files from its first argument and prints what it found in each, one line of JSON a file.
constexpr char const* reader = R"python(
import csv, json, re, sys
csv.field_size_limit(1 << 30)
MOST = 64 << 20

def shown(value):
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    if isinstance(value, str):
        return value
    value = value.item() if hasattr(value, "item") else value
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, (int, float)):
        return repr(float(value))
    return str(value)

def ends(values):
    flat = list(values.reshape(-1)) if hasattr(values, "reshape") else [values]
    return [shown(flat[0]), shown(flat[-1]), len(flat)] if flat else [None, None, 0]

def flatten(value):
    if isinstance(value, list):
        return [x for item in value for x in flatten(item)]
    return [value]

def member(record, path):
    if not isinstance(record, dict):
        return None
    if path in record:
        return record[path]
    for i, c in enumerate(path):
        if c == "/" and isinstance(record.get(path[:i]), dict):
            return member(record[path[:i]], path[i + 1:])
    return None

def natural(name):
    return [(0, int(x), "") if x.isdigit() else (1, 0, x) for x in re.split(r"(\d+)", name) if x]

def type_name(dtype):
    if dtype.kind in "SOU":
        return "utf8"
    return ("" if dtype.isnative else ">") + dtype.newbyteorder("=").name

def read_hdf5(task):
    import h5py, numpy
    fields, records = {}, None
    with h5py.File(task["path"], "r") as file:
        if task["layout"] == "rows":
            for name in task["fields"]:
                if name in file:
                    data = file[name]
                    rows = data.shape[0] if data.shape else 1
                    fields[name] = {"dtype": type_name(data.dtype), "shape": list(data.shape[1:]), "records": rows,
                                    "values": [ends(numpy.asarray(data[r] if data.shape else data[()]))
                                               for r in task["picks"] if r < rows]}
        else:
            base = file[task["under"]] if task["under"] else file
            groups = [file] if task["layout"] == "files" else \
                [base[n] for n in sorted((n for n in base if isinstance(base.get(n), h5py.Group)), key=natural)]
            records = len(groups)
            for name in task["fields"]:
                found = [ends(numpy.asarray(groups[r][name][()])) if name in groups[r] else [None, None, 0]
                         for r in task["picks"] if r < len(groups)]
                fields[name] = {"values": found}
    return records, fields

def read_npy(task):
    import numpy
    data = numpy.load(task["path"], mmap_mode="r", allow_pickle=False)
    whole = task["layout"] == "files" or task["is_shared"] or not data.shape
    rows = 1 if whole else data.shape[0]
    fields = {name: {"dtype": type_name(data.dtype), "shape": list(data.shape if whole else data.shape[1:]),
                     "records": rows, "values": [ends(numpy.asarray(data if whole else data[r]))
                                                 for r in task["picks"] if r < rows]} for name in task["fields"][:1]}
    return rows, fields

def read_csv(task):
    with open(task["path"], newline="", encoding="utf-8-sig") as file:
        header = file.readline()
        mark = max(",;\t", key=header.count)
        file.seek(0)
        rows = csv.reader(file, delimiter=mark, strict=True)
        names = [n.strip() for n in next(rows)]
        picked, count, size = {}, 0, 0
        for row in rows:
            if not row:
                continue
            if len(row) != len(names):
                raise ValueError(f"record {count} has {len(row)} cells, the header {len(names)}")
            if count in task["picks"]:
                picked[count] = row
            count += 1
            size += sum(map(len, row))
            if size > MOST:
                count = None
                break
    if task["layout"] == "files":
        return 1, {}
    return count, {n: {"values": [[picked[r][names.index(n)]] * 2 + [1] for r in task["picks"] if r in picked]}
                   for n in task["fields"] if n in names}

def of_records(task, records, count):
    fields = {}
    for name in task["fields"]:
        values = []
        for r in task["picks"]:
            if r in records:
                flat = flatten(member(records[r], name))
                values.append([shown(flat[0]), shown(flat[-1]), len(flat)] if flat else [None, None, 0])
        fields[name] = {"values": values}
    return count, fields

def read_jsonl(task):
    records, count, size = {}, 0, 0
    with open(task["path"], encoding="utf-8") as file:
        for line in file:
            if not line.strip("\r\n"):
                continue
            value = json.loads(line)
            if count in task["picks"]:
                records[count] = value
            count += 1
            size += len(line)
            if size > MOST:
                count = None
                break
    return of_records(task, records, count)

def read_json(task):
    with open(task["path"], encoding="utf-8-sig") as file:
        value = json.load(file)
    value = value if isinstance(value, list) and task["layout"] != "files" else [value]
    return of_records(task, dict(enumerate(value)), len(value))

readers = {"hdf5": read_hdf5, "npy": read_npy, "csv": read_csv, "jsonl": read_jsonl, "json": read_json}
for task in json.load(open(sys.argv[1])):
    try:
        records, fields = readers[task["format"]](task)
        print(json.dumps({"records": records, "fields": fields}))
    except ImportError as problem:
        print(json.dumps({"lacks": str(problem.name)}))
    except Exception as problem:
        print(json.dumps({"error": f"{type(problem).__name__}: {problem}"[:300]}))
)python";

struct Task {
    std::size_t file = 0;
    RecordTable const* table = nullptr;
    std::vector<std::string> fields;
    std::vector<std::uint64_t> picks;
};

std::vector<Task> make_tasks(Scan const& scan) {
    std::vector<Task> tasks;
    std::size_t files = 0;
    for (TableFacts const& facts : scan.tables) files += facts.files.size();
    for (TableFacts const& facts : scan.tables)
        for (std::size_t const f : facts.files) {
            if (!scan.files[f].problem.empty()) continue;  // it could end the other reader
            Task task{f, facts.table, {}, {}};
            std::size_t const fields = facts.table->fields.size();
            std::size_t const some = files > few_files ? std::min<std::size_t>(6, fields) : fields;
            for (std::size_t k = 0; k < some; ++k)
                task.fields.push_back(facts.table->fields[(tasks.size() * some + k) % fields].name);
            if (fields == 0 && !facts.table->shared.empty())
                task.fields.push_back(facts.table->shared[0].name);
            std::uint64_t const records = scan.files[f].records;
            for (std::uint64_t const r : {std::uint64_t(0), records / 2, records - 1})
                if (records > 0 && (task.picks.empty() || task.picks.back() != r)) task.picks.push_back(r);
            tasks.push_back(std::move(task));
        }
    return tasks;
}

std::string to_json(std::vector<Task> const& tasks, Subject const& subject) {
    Json all = Json::array();
    for (Task const& task : tasks)
        all.push_back({{"path", (subject.folder / subject.scan.files[task.file].path).string()},
                       {"format", task.table->format},
                       {"layout", to_name(task.table->layout)},
                       {"under", task.table->under},
                       {"is_shared", task.table->fields.empty()},
                       {"fields", task.fields},
                       {"picks", task.picks}});
    return all.dump(-1, ' ', false, Json::error_handler_t::replace);
}

// Numbers as they are, texts by their letters; missing ones are nothing.
bool is_equal(Json const& theirs, double ours) {
    if (theirs.is_null()) return std::isnan(ours);
    if (theirs.is_boolean()) return ours == (theirs.get<bool>() ? 1 : 0);
    if (!theirs.is_string()) return false;
    std::string text = theirs.get<std::string>();
    if (text.empty()) return std::isnan(ours);
    char* end = nullptr;
    double const value = std::strtod(text.c_str(), &end);
    if (end == text.c_str() || *end != '\0') return std::isnan(ours);  // C05 tells of texts among numbers
    return value == ours || (std::isnan(value) && std::isnan(ours)) ||
           std::abs(value - ours) <= 1e-12 * std::abs(value);
}

class Comparison {
  public:
    Comparison(Task const& task, Subject const& subject) : task_(task), subject_(subject) {}

    // What differs between their reading and ours; empty: nothing does.
    std::string run(Json const& theirs) {
        auto const file =
            open_table_file(subject_.folder / subject_.scan.files[task_.file].path, *task_.table);
        Json const records = theirs.value("records", Json());
        if (records.is_number_unsigned() && records.get<std::uint64_t>() != file->records())
            return fmt::format("{} records; ours are {}", records.get<std::uint64_t>(), file->records());
        for (std::string const& name : task_.fields) {
            auto const found = file->find(name);
            Json const fields = theirs.value("fields", Json::object());
            if (!found || !fields.contains(name)) continue;
            std::string const problem = compare(*file, name, *found, fields.at(name));
            if (!problem.empty()) return fmt::format("'{}' {}", name, problem);
        }
        return "";
    }

  private:
    std::string compare(TableFile& file, std::string const& name, Found const& found, Json const& theirs) {
        bool const is_text = found.dtype.starts_with("utf8");
        std::string const dtype = theirs.value("dtype", "");
        std::string const ours = is_text ? "utf8" : (found.is_little_endian ? "" : ">") + found.dtype;
        if (!dtype.empty() && dtype != ours && found.dtype != "mixed" && !dtype.starts_with("void"))
            return fmt::format("is {}; ours is {}", dtype, ours);
        if (theirs.contains("shape") && theirs.at("shape") != Json(found.shape))
            return fmt::format("has the shape {}; ours is {}", theirs.at("shape").dump(),
                               Json(found.shape).dump());
        if (found.dtype.starts_with("complex") || found.dtype == "compound") return "";
        Json const values = theirs.value("values", Json::array());
        for (std::size_t i = 0; i < values.size() && i < task_.picks.size(); ++i) {
            std::string const problem = is_text ? compare_text(file, name, values[i], task_.picks[i])
                                                : compare_numbers(file, name, values[i], task_.picks[i]);
            if (!problem.empty()) return problem;
        }
        return "";
    }

    static std::string compare_numbers(TableFile& file, std::string const& name, Json const& theirs,
                                       std::uint64_t record) {
        Block block;
        file.read(name, record, 1, block);
        auto const count = theirs.at(2).get<std::uint64_t>();
        if (count == 0 && block.values.size() <= 1) return "";
        if (count != block.values.size())
            return fmt::format("has {} values in record {}; ours has {}", count, record, block.values.size());
        if (is_equal(theirs.at(0), block.values.front()) && is_equal(theirs.at(1), block.values.back()))
            return "";
        return fmt::format("is {} ... {} in record {}; ours is {} ... {}", theirs.at(0).dump(),
                           theirs.at(1).dump(), record, block.values.front(), block.values.back());
    }

    static std::string compare_text(TableFile& file, std::string const& name, Json const& theirs,
                                    std::uint64_t record) {
        if (theirs.at(2).get<std::uint64_t>() != 1 || !theirs.at(0).is_string()) return "";
        std::string const ours = file.read_texts(name, record, 1).at(0),
                          text = theirs.at(0).get<std::string>();
        if (ours == text || text.find("\xef\xbf\xbd") != std::string::npos) return "";
        return fmt::format("is '{}' in record {}; ours is '{}'", text.substr(0, 60), record,
                           ours.substr(0, 60));
    }

    Task const& task_;
    Subject const& subject_;
};

// Names of what has to be installed for a module.
std::string package_of(std::string const& module) {
    if (module == "h5py") return "h5py (Debian: python3-h5py)";
    if (module == "numpy") return "numpy (Debian: python3-numpy)";
    return module;
}

// An interpreter that has what the files need: the one that was given, else that of the system.
std::string find_python(Subject const& subject, std::string& lacks) {
    std::string modules = "import csv, json";
    for (RecordTable const& table : subject.dictionary.tables) {
        if (table.format == "hdf5") modules += ", h5py, numpy";
        if (table.format == "npy") modules += ", numpy";
    }
    for (std::string const& python : {subject.python, std::string("/usr/bin/python3")}) {
        try {
            ProcessOptions options;
            options.seconds = 60;
            ProcessEnd const end = run_process({python, "-c", modules}, options);
            if (end.succeeded()) return python;
            for (char const* module : {"h5py", "numpy"})
                if (end.errors.find(std::string("No module named '") + module) != std::string::npos)
                    lacks = package_of(module);
        } catch (Error const&) {
            if (lacks.empty()) lacks = "Python 3";
        }
    }
    if (lacks.empty()) lacks = "Python 3 with h5py and numpy";
    return "";
}

std::vector<Json> run_reader(std::string const& python, std::string const& tasks) {
    std::string pattern = (fs::temp_directory_path() / "hutch-reader-XXXXXX").string();
    fs::path const folder = ::mkdtemp(pattern.data());
    write_file_in_place(folder / "tasks.json", tasks);
    write_file_in_place(folder / "reader.py", reader);
    ProcessOptions options;
    options.seconds = most_seconds, options.most_bytes = std::size_t(256) << 20;
    ProcessEnd const end =
        run_process({python, (folder / "reader.py").string(), (folder / "tasks.json").string()}, options);
    std::error_code ignored;
    fs::remove_all(folder, ignored);
    std::vector<Json> answers;
    std::string_view text = end.output;
    while (!text.empty()) {
        std::size_t const line = std::min(text.find('\n'), text.size());
        Json answer = Json::parse(text.substr(0, line), nullptr, false);
        if (!answer.is_discarded()) answers.push_back(std::move(answer));
        text.remove_prefix(std::min(line + 1, text.size()));
    }
    return answers;
}

}  // namespace

Answer compare_with_independent_reader(Subject const& subject) {
    Answer answer;
    std::vector<Task> const tasks = make_tasks(subject.scan);
    std::uint64_t broken = 0;
    for (ScannedFile const& file : subject.scan.files) {
        if (file.problem.empty() || file.table.empty()) continue;
        ++broken;
        show(answer, {file.path, "", 0, file.problem});
    }
    if (tasks.empty() && broken == 0) return not_applicable("no table has files");
    std::string lacks, python;
    if (!subject.python.empty()) python = find_python(subject, lacks);
    if (python.empty() && broken == 0) {
        Answer other =
            not_checked(subject.python.empty() ? "no Python interpreter was given"
                                               : fmt::format("no Python has {}; install it", lacks));
        other.numbers = {{"files", double(tasks.size())}};
        return other;
    }
    std::uint64_t compared = 0, differing = 0;
    if (!python.empty()) {
        std::vector<Json> const theirs = run_reader(python, to_json(tasks, subject));
        for (std::size_t i = 0; i < tasks.size() && i < theirs.size(); ++i) {
            ScannedFile const& file = subject.scan.files[tasks[i].file];
            std::string problem = theirs[i].value("error", "");
            try {
                if (problem.empty()) problem = Comparison(tasks[i], subject).run(theirs[i]);
            } catch (std::exception const& error) {
                problem = error.what();
            }
            ++compared;
            if (problem.empty()) continue;
            ++differing;
            show(answer, {file.path, "", 0, "another reader: " + problem});
        }
        if (theirs.size() < tasks.size() && broken + differing == 0)
            return not_checked(
                fmt::format("the other reader ended after {} of {} files", theirs.size(), tasks.size()));
    }
    answer.numbers = {
        {"files", double(tasks.size())}, {"unreadable", double(broken)}, {"differing", double(differing)}};
    answer.state = broken + differing > 0 ? State::fail : State::pass;
    answer.text =
        answer.state == State::pass
            ? fmt::format("h5py, numpy, csv and json of Python read all {} files as we do", compared)
            : fmt::format("{} of {} files cannot be read, {} are read otherwise by another reader", broken,
                          tasks.size() + broken, differing);
    return answer;
}

}  // namespace hutch::curate::assess::detail
