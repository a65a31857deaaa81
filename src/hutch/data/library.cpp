#include "hutch/data/library.hpp"

#include "hutch/base/error.hpp"
#include "hutch/base/text.hpp"
#include "hutch/compute/parallel.hpp"
#include "hutch/data/amcsd.hpp"
#include "hutch/data/cif.hpp"
#include "hutch/data/gzip.hpp"

#include <algorithm>
#include <array>
#include <set>

#include <fmt/format.h>

namespace hutch::data {
namespace {

namespace fs = std::filesystem;

struct Kind {
    std::string_view item, part,
        cause;  // what a message calls its subject, what else it says, and the phrase
};

// The first that fits counts. docs/structures.md explains each.
constexpr Kind kinds[] = {
    {"'syntax'", "", "syntax"},
    {"'structure'", "", "no structure in the file"},
    {"'file'", "", "file cannot be read"},
    {"'cell'", "expected a number", "cell without numbers"},
    {"'cell'", "expected lengths", "cell length out of range"},
    {"'cell'", "expected angles", "cell angles that close no cell"},
    {"'cell'", "keeps within", "cell contradicts the symmetry"},
    {"'cell'", "lattice points", "too many reflections"},
    {"'symmetry'", "is not given", "no symmetry given"},
    {"'symmetry'", "more than", "operations that form no group"},
    {"'symmetry'", "the operation", "operation that cannot be read"},
    {"'symmetry'", "no operations", "no symmetry given"},
    {"'symmetry'", "not in the database", "no symmetry given"},
    {"'symmetry'", "expected a symbol", "unknown space group symbol"},
    {"'sites'", "are none", "no atoms"},
    {"'sites'", "expected at most", "too many sites"},
    {"'sites'", "without coordinates", "site without coordinates"},
    {"'sites'", "coordinates", "coordinates out of range"},
    {"'sites'", "expected a number", "coordinates that are no numbers"},
    {"'sites'", "element", "unknown element"},
    {"'sites'", "expected one of 118", "unknown element"},
    {"'occupancy'", "on the same position", "occupancy above 1.05 on one position"},
    {"'occupancy'", "on all sites", "no occupied site"},
    {"'occupancy'", "expected a number", "occupancy that is no number"},
    {"'occupancy'", "expected within", "occupancy outside [0, 1.05]"},
    {"'displacement'", "expected a number", "displacement that is no number"},
    {"'displacement'", "expected within", "displacement outside [-0.1, 2]"},
    {"'form factor'", "", "no X-ray form factor"},
    {"'neutron scattering length'", "", "no neutron scattering length"},
    {"'pattern'", "no line", "no reflection in range"},
};

// The first text in quotes that is followed by what is wrong with it: names of files may have quotes too.
std::string_view subject_of(std::string_view message) {
    for (Kind const& kind : kinds)
        if (std::size_t const at = message.find(std::string(kind.item) + " "); at != message.npos)
            return message.substr(at);
    std::size_t const open = message.find('\'');
    return open == message.npos ? std::string_view() : message.substr(open);
}

// One file to read and what its structures are called.
struct File {
    fs::path path;
    std::string source;
};

bool is_cif_name(fs::path const& path) {
    std::string const name = to_lower(path.filename().string());
    return std::ranges::any_of(std::array{".cif", ".mcif", ".cif.gz", ".mcif.gz"},
                               [&](char const* end) { return name.ends_with(end); });
}

bool is_database(fs::path const& path) { return path.extension() == ".db"; }

std::vector<File> files_in(fs::path const& folder) {
    std::vector<File> files;
    auto const options = fs::directory_options::skip_permission_denied;
    for (auto const& entry : fs::recursive_directory_iterator(folder, options))
        if (is_cif_name(entry.path()) && entry.is_regular_file())
            files.push_back({entry.path(), entry.path().lexically_relative(folder).generic_string()});
    if (files.empty())
        throw Error(Fault::not_found,
                    fmt::format("'folder' {} has no structures; expected *.cif or *.mcif files",
                                hutch::in_quotes(folder.string(), 200)));
    std::ranges::sort(files, {}, &File::source);
    return files;
}

std::vector<File> files_of(fs::path const& path) {
    if (fs::is_directory(path)) return files_in(path);
    if (!fs::is_regular_file(path))
        throw Error(Fault::not_found,
                    fmt::format("'path' {} is not there; expected a CIF file, a folder of them "
                                "or an AMCSD database",
                                hutch::in_quotes(path.string(), 200)));
    return {{path, path.filename().generic_string()}};
}

// What one file gave; threads fill one each.
Library read_one(File const& file) {
    Library result;
    auto const refuse = [&](std::string const& message) {
        bool const is_named = message.find(file.source) != message.npos;
        result.refusals.push_back(
            {file.source, cause_of(message), is_named ? message : file.source + ": " + message});
    };
    try {
        result.structures = parse_cif(read_possibly_gzipped(file.path), file.source);
        if (result.structures.empty())
            refuse("'structure' is not there; expected a data block with a cell and atoms");
    } catch (std::exception const& error) {
        result.structures.clear();
        refuse(error.what());
    }
    return result;
}

void append(Library& to, Library&& from) {
    std::ranges::move(from.structures, std::back_inserter(to.structures));
    std::ranges::move(from.refusals, std::back_inserter(to.refusals));
}

void read_files(std::vector<File> const& files, unsigned threads, Library& library) {
    std::vector<Library> parts(files.size());
    compute::parallel_for(files.size(), threads,
                          [&](std::size_t i, unsigned) { parts[i] = read_one(files[i]); });
    for (Library& part : parts) append(library, std::move(part));
}

void read_database(fs::path const& path, unsigned threads, Library& library) {
    read_amcsd(path, threads, [&](AmcsdEntry&& entry) {
        if (entry.problem.empty()) return library.structures.push_back(std::move(entry.structure));
        std::string const source = fmt::format("AMCSD {}", entry.id);
        library.refusals.push_back({source, cause_of(entry.problem), source + ": " + entry.problem});
    });
}

}  // namespace

std::string cause_of(std::string_view message) {
    std::string_view const subject = subject_of(message);
    for (Kind const& kind : kinds)
        if (subject.starts_with(kind.item) && subject.find(kind.part) != subject.npos)
            return std::string(kind.cause);
    std::size_t const close = subject.empty() ? subject.npos : subject.find('\'', 1);
    if (close == subject.npos) return std::string(message.substr(0, 60));
    std::size_t const rule = subject.find("; ");
    std::string_view const rest = rule == subject.npos ? "" : subject.substr(rule + 2);
    return fmt::format("{}: {}", subject.substr(0, close + 1),
                       rest.substr(0, std::min(rest.find(';'), rest.find("; "))));
}

Library read_library(std::vector<fs::path> const& paths, unsigned threads) {
    if (threads == 0) threads = compute::default_threads();
    Library library;
    std::set<fs::path> read;
    std::set<std::string> sources;
    for (fs::path const& path : paths) {
        std::vector<File> files = files_of(path);
        std::erase_if(files, [&](File const& file) { return !read.insert(fs::canonical(file.path)).second; });
        if (is_database(path)) {
            if (!files.empty()) read_database(path, threads, library);
            continue;
        }
        for (File& file : files)
            if (!sources.insert(file.source).second) file.source = file.path.generic_string();
        read_files(files, threads, library);
    }
    return library;
}

}  // namespace hutch::data
