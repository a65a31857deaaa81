#include "hutch/curate/assess/detail/card_example.hpp"

#include "hutch/base/error.hpp"
#include "hutch/base/file.hpp"
#include "hutch/base/process.hpp"
#include "hutch/base/text.hpp"

#include <algorithm>
#include <array>
#include <filesystem>
#include <string_view>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace hutch::curate::assess::detail {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

constexpr double seconds_to_parse = 30;
constexpr std::size_t most_example = 65536;

// Reads a program from its arguments and prints what would stop it. Nothing of the program is run, and no
// module of it imported: modules are only looked for. Lines of shells and notebooks are passed over.
constexpr char const* parser = R"python(
import ast, builtins, importlib.util, json, re, sys
code = sys.argv[1]
if re.search(r"^\s*>>> ", code, re.M):
    code = "\n".join(m.group(1) for m in re.finditer(r"^\s*(?:>>>|\.\.\.) ?(.*)$", code, re.M))
code = re.sub(r"^\s*[!%$].*$", "", code, flags=re.M)
said = {"syntax": "", "modules": [], "names": []}
try:
    tree = ast.parse(code)
except SyntaxError as problem:
    said["syntax"] = "line %s: %s" % (problem.lineno, problem.msg)
    tree = ast.parse("")
bound, used, modules, is_open = set(dir(builtins)) | {"__file__", "__name__"}, {}, [], False
for node in ast.walk(tree):
    if isinstance(node, ast.Import):
        modules += [one.name.split(".")[0] for one in node.names]
        bound |= {(one.asname or one.name).split(".")[0] for one in node.names}
    elif isinstance(node, ast.ImportFrom):
        if not node.level:
            modules.append(node.module.split(".")[0])
        is_open |= any(one.name == "*" for one in node.names)
        bound |= {one.asname or one.name for one in node.names}
    elif isinstance(node, ast.Name):
        if isinstance(node.ctx, ast.Load):
            used.setdefault(node.id, node.lineno)
        else:
            bound.add(node.id)
    elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        bound.add(node.name)
    elif isinstance(node, ast.arg):
        bound.add(node.arg)
    elif isinstance(node, ast.ExceptHandler) and node.name:
        bound.add(node.name)
    elif isinstance(getattr(node, "name", None) or getattr(node, "rest", None), str):
        bound.add(getattr(node, "name", None) or node.rest)
for name in dict.fromkeys(modules):
    try:
        if name not in sys.modules and importlib.util.find_spec(name) is None:
            said["modules"].append(name)
    except (ImportError, ValueError):
        said["modules"].append(name)
if not is_open:
    said["names"] = ["%s (line %d)" % pair for pair in used.items() if pair[0] not in bound]
print(json.dumps(said))
)python";

// Modules that examples of data sets use. That they are not installed here says nothing of the example.
constexpr std::array<std::string_view, 40> well_known{
    "PIL",     "ase",       "cupy",        "cv2",         "dask",     "datasets",    "dxchange",
    "fabio",   "h5py",      "h5wasm",      "hdf5plugin",  "hutch",    "imageio",     "jax",
    "keras",   "lightning", "matplotlib",  "mlcroissant", "netCDF4",  "nexusformat", "numpy",
    "pandas",  "polars",    "pyFAI",       "pyarrow",     "pymatgen", "requests",    "scipy",
    "seaborn", "silx",      "skimage",     "sklearn",     "tables",   "tensorflow",  "tifffile",
    "tiled",   "torch",     "torchvision", "xarray",      "zarr"};

// The first block of Python of a card.
std::string example_of(fs::path const& folder) {
    std::error_code ignored;
    if (!fs::is_regular_file(folder / "card.md", ignored)) return "";
    std::string const card = read_file(folder / "card.md", std::uint64_t(64) << 20);
    std::size_t const start = card.find("```python");
    if (start == std::string::npos) return "";
    std::size_t const first = card.find('\n', start), last = card.find("\n```", start);
    if (first == std::string::npos || last == std::string::npos || last <= first) return "";
    return card.substr(first + 1, last - first - 1);
}

// A text of a program that can only be a file to read: by its ending, or in a folder of the set.
bool looks_like_file(fs::path const& folder, std::string const& text) {
    static constexpr std::array<std::string_view, 12> endings{".h5",  ".hdf5",    ".nxs",   ".csv",
                                                              ".tsv", ".json",    ".jsonl", ".npy",
                                                              ".npz", ".parquet", ".cif",   ".tar"};
    if (text.empty() || text.front() == '/' || text.front() == '~' ||
        text.find_first_of("*?[]{}<>%$:|\\\n ") != std::string::npos)
        return false;
    std::string_view const name = std::string_view(text).substr(text.rfind('/') + 1);
    if (std::ranges::any_of(endings, [&](std::string_view ending) {
            return name.size() > ending.size() && name.ends_with(ending);
        }))
        return true;
    std::size_t const slash = text.find('/');
    std::error_code ignored;
    return slash != std::string::npos && fs::is_directory(folder / text.substr(0, slash), ignored);
}

// Whether what stands beside a text says that it is written.
bool is_written(std::string_view before, std::string_view after) {
    for (std::string_view const word : {"save(", "savez(", "savez_compressed(", "savetxt(", "savefig(",
                                        "to_csv(", "to_json(", "to_parquet(", "write_csv("})
        if (before.ends_with(word)) return true;
    after = trim(after);
    if (!after.starts_with(',')) return false;
    after = trim(after.substr(1));
    if (after.starts_with("mode=")) after.remove_prefix(5);
    return after.size() > 2 && (after[0] == '"' || after[0] == '\'') &&
           (after[1] == 'w' || after[1] == 'a' || after[1] == 'x');
}

// Whether a name is a file or folder of the set, from its folder, from beside it, or from below it.
bool is_of_set(Subject const& subject, std::string const& name) {
    std::error_code ignored;
    if (fs::exists(subject.folder / name, ignored)) return true;
    std::size_t const slash = name.find('/');
    std::string const first = name.substr(0, slash == std::string::npos ? 0 : slash);
    bool const is_from_beside =
        !first.empty() && (first == subject.dictionary.name || first == subject.folder.filename().string());
    if (is_from_beside && fs::exists(subject.folder / name.substr(slash + 1), ignored)) return true;
    return std::ranges::any_of(subject.scan.files, [&](ScannedFile const& file) {
        return file.is_there && file.path.ends_with("/" + name);
    });
}

// Files that the example reads and that are not there.
std::vector<std::string> missing_files(Subject const& subject, std::string const& code) {
    std::vector<std::string> missing;
    for (std::size_t i = 0; i < code.size(); ++i) {
        if (code[i] == '#') {
            i = std::min(code.find('\n', i), code.size());
            continue;
        }
        if (code[i] != '"' && code[i] != '\'') continue;
        std::size_t const end = code.find(code[i], i + 1);
        if (end == std::string::npos) break;
        std::string const text = code.substr(i + 1, end - i - 1);
        std::string_view const before = std::string_view(code).substr(0, i),
                               after = std::string_view(code).substr(end + 1);
        bool const is_made = before.ends_with('f') || is_written(before, after);
        if (!is_made && looks_like_file(subject.folder, text) && !is_of_set(subject, text))
            missing.push_back(text);
        i = end;
    }
    return missing;
}

void take(Json const& said, CardExample& example) {
    auto const add = [&](std::string const& where, std::string what) {
        example.problems.push_back({"card.md", where, 0, std::move(what)});
    };
    if (std::string const problem = said.value("syntax", ""); !problem.empty())
        add("example", "the example is no Python: " + problem);
    for (std::string const name : said.at("modules"))
        if (std::ranges::find(well_known, name) != well_known.end())
            example.open.push_back(fmt::format("example: the module '{}' is not installed here", name));
        else
            add(name, "is imported by the example, and there is no such module");
    for (std::string const name : said.at("names"))
        add(name, "is used by the example, and nothing defines it");
}

void parse(Subject const& subject, std::string const& code, CardExample& example) {
    auto const leave = [&](std::string const& why) {
        example.open.push_back("example: cannot be parsed: " + why);
    };
    if (code.size() > most_example) return leave("it is longer than 64 KiB");
    if (code.find('\0') != std::string::npos) return leave("it holds bytes of zero");
    if (subject.python.empty()) return leave("no Python interpreter was given");
    try {
        ProcessEnd const end =
            run_process({subject.python, "-c", parser, code}, {.seconds = seconds_to_parse});
        Json const said = Json::parse(end.output, nullptr, false);
        if (!end.succeeded() || !said.is_object()) return leave(std::string(trim(end.errors)));
        take(said, example);
    } catch (Json::exception const&) {
        leave(fmt::format("'{}' does not answer as Python does", subject.python));
    } catch (Error const& error) {
        leave(error.what());
    }
}

}  // namespace

CardExample check_card_example(Subject const& subject) {
    CardExample example;
    std::string const code = example_of(subject.folder);
    if (trim(code).empty()) return example;
    for (std::string const& name : missing_files(subject, code))
        example.problems.push_back({"card.md", name, 0, "is opened by the example and is not there"});
    parse(subject, code, example);
    return example;
}

}  // namespace hutch::curate::assess::detail
