#include "hutch/data/amcsd.hpp"

#include "hutch/base/error.hpp"
#include "hutch/base/text.hpp"
#include "hutch/compute/parallel.hpp"
#include "hutch/data/amcsd_row.hpp"

#include <algorithm>
#include <memory>
#include <unordered_map>

#include <fmt/format.h>
#include <sqlite3.h>

namespace hutch::data {
namespace {

// Rows wait for the threads in pieces of this many, so that memory does not grow with the file.
constexpr std::size_t rows_at_once = 2048;

struct CloseDatabase {
    void operator()(sqlite3* database) const { sqlite3_close(database); }
};
struct FinalizeStatement {
    void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
};
using Database = std::unique_ptr<sqlite3, CloseDatabase>;

Database open_database(std::filesystem::path const& path) {
    if (!std::filesystem::is_regular_file(path))
        throw Error(Fault::not_found,
                    fmt::format("'file' {} is not there; expected the AMCSD database (amscif_trim.db)",
                                hutch::quoted(path.string(), 200)));
    sqlite3* raw = nullptr;
    int const status =
        sqlite3_open_v2(path.c_str(), &raw, SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX, nullptr);
    Database database(raw);
    if (status != SQLITE_OK)
        throw Error(Fault::bad_data,
                    fmt::format("{}: 'file' cannot be opened ({}); expected a SQLite database", path.string(),
                                sqlite3_errmsg(raw)));
    return database;
}

// A query whose rows are read one after another.
class Query {
  public:
    Query(Database const& database, char const* sql, std::filesystem::path const& path)
        : database_(database), path_(path) {
        sqlite3_stmt* raw = nullptr;
        int const status = sqlite3_prepare_v2(database.get(), sql, -1, &raw, nullptr);
        statement_.reset(raw);
        if (status != SQLITE_OK) refuse();
    }
    bool next() {
        int const status = sqlite3_step(statement_.get());
        if (status != SQLITE_ROW && status != SQLITE_DONE) refuse();
        return status == SQLITE_ROW;
    }
    int integer(int column) { return sqlite3_column_int(statement_.get(), column); }
    std::string text(int column) {
        auto const* bytes = sqlite3_column_text(statement_.get(), column);
        if (!bytes) return {};
        return {reinterpret_cast<char const*>(bytes),
                std::size_t(sqlite3_column_bytes(statement_.get(), column))};
    }

  private:
    [[noreturn]] void refuse() const {
        throw Error(Fault::bad_data,
                    fmt::format("{}: 'file' cannot be read ({}); expected the AMCSD database of xraylarch",
                                path_.string(), sqlite3_errmsg(database_.get())));
    }
    Database const& database_;
    std::filesystem::path const& path_;
    std::unique_ptr<sqlite3_stmt, FinalizeStatement> statement_;
};

// The operations of one space group entry, or why they are unusable.
struct Symmetry {
    std::string symbol;
    std::vector<Operation> operations;
    std::string problem;
};

std::unordered_map<int, Symmetry> read_symmetries(Database const& database,
                                                  std::filesystem::path const& path) {
    std::unordered_map<int, Symmetry> symmetries;
    Query query(database, "SELECT id, hm_notation, symmetry_xyz FROM spacegroups", path);
    while (query.next()) {
        Symmetry& symmetry = symmetries[query.integer(0)];
        symmetry.symbol = query.text(1);
        try {
            symmetry.operations = parse_amcsd_operations(query.text(2));
        } catch (Error const& error) {
            symmetry.problem = error.what();
        }
    }
    return symmetries;
}

std::unordered_map<int, std::string> read_citations(Database const& database,
                                                    std::filesystem::path const& path) {
    std::unordered_map<int, std::string> citations;
    Query authors(database,
                  "SELECT p.publication_id, a.name FROM publication_authors p JOIN authors a "
                  "ON a.id = p.author_id ORDER BY p.rowid",
                  path);
    while (authors.next()) {
        std::string& citation = citations[authors.integer(0)];
        citation += (citation.empty() ? "" : "; ") + authors.text(1);
    }
    Query publications(database,
                       "SELECT id, year, journalname, volume, page_first, page_last FROM publications", path);
    while (publications.next()) {
        std::string& citation = citations[publications.integer(0)];
        std::string const first = publications.text(4), last = publications.text(5);
        citation += fmt::format("{}({}) {} {}, {}{}", citation.empty() ? "" : " ", publications.integer(1),
                                publications.text(2), publications.text(3), first,
                                last.empty() || last == first ? "" : "-" + last);
    }
    return citations;
}

struct Task {
    AmcsdRow row;
    Symmetry const* symmetry = nullptr;
    AmcsdEntry entry;
};

char const* const entries_sql =
    "SELECT c.id, m.name, c.compound, c.formula, c.publication_id, c.spacegroup_id, c.a, c.b, c.c, c.alpha, "
    "c.beta, "
    "c.gamma, c.crystal_density, c.atoms_sites, c.atoms_x, c.atoms_y, c.atoms_z, c.atoms_occupancy, "
    "c.atoms_u_iso, "
    "c.atoms_aniso_label, c.atoms_aniso_u11, c.atoms_aniso_u22, c.atoms_aniso_u33, c.atoms_aniso_u12, "
    "c.atoms_aniso_u13, "
    "c.atoms_aniso_u23 FROM cif c LEFT JOIN minerals m ON m.id = c.mineral_id ORDER BY c.id";

AmcsdRow read_row(Query& query) {
    AmcsdRow row;
    row.id = query.integer(0);
    row.mineral = query.text(1);
    row.compound = query.text(2);
    row.formula = query.text(3);
    int column = 6;
    for (std::string& text : row.cell) text = query.text(column++);
    row.crystal_density = query.text(column++);
    row.sites = query.text(column++);
    for (std::string& text : row.positions) text = query.text(column++);
    row.occupancy = query.text(column++);
    row.u_iso = query.text(column++);
    row.aniso_label = query.text(column++);
    for (std::string& text : row.aniso) text = query.text(column++);
    return row;
}

void parse_task(Task& task) {
    task.entry.id = task.row.id;
    try {
        if (!task.symmetry)
            throw Error(Fault::bad_data, "'symmetry' is not in the database; expected a space group");
        if (!task.symmetry->problem.empty()) throw Error(Fault::bad_data, task.symmetry->problem);
        task.entry.structure = parse_amcsd_row(task.row, task.symmetry->operations);
    } catch (Error const& error) {
        task.entry.problem = error.what();
    }
}

void parse_all(std::vector<Task>& tasks, unsigned threads, std::function<void(AmcsdEntry&&)> const& use) {
    compute::parallel_for(tasks.size(), threads, [&](std::size_t i, unsigned) { parse_task(tasks[i]); });
    for (Task& task : tasks) use(std::move(task.entry));
    tasks.clear();
}

}  // namespace

void read_amcsd(std::filesystem::path const& path, unsigned threads,
                std::function<void(AmcsdEntry&&)> const& use) {
    Database const database = open_database(path);
    auto const symmetries = read_symmetries(database, path);
    auto const citations = read_citations(database, path);
    std::vector<Task> tasks;
    Query query(database, entries_sql, path);
    while (query.next()) {
        Task& task = tasks.emplace_back();
        task.row = read_row(query);
        if (auto const found = citations.find(query.integer(4)); found != citations.end())
            task.row.citation = found->second;
        if (auto const found = symmetries.find(query.integer(5)); found != symmetries.end()) {
            task.symmetry = &found->second;
            task.row.space_group = found->second.symbol;
        }
        if (tasks.size() == rows_at_once) parse_all(tasks, threads, use);
    }
    parse_all(tasks, threads, use);
}

}  // namespace hutch::data
