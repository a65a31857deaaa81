#include "hutch/base/error.hpp"
#include "hutch/base/file.hpp"
#include "hutch/base/text.hpp"
#include "hutch/curate/assess/check.hpp"
#include "hutch/curate/assess/columns.hpp"
#include "hutch/curate/assess/detail/answers.hpp"
#include "hutch/curate/assess/detail/independent_reader.hpp"

#include <algorithm>
#include <cmath>
#include <unordered_set>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

namespace hutch::curate::assess {
namespace {

using namespace detail;
using Json = nlohmann::json;

Answer check_presence(Subject const& subject) {
    Answer answer;
    std::uint64_t lacking = 0, undeclared = 0;
    for (ScannedFile const& file : subject.scan.files) {
        if (!file.is_there) ++lacking, show(answer, {file.path, "", 0, "is declared, but not there"});
        if (file.is_there && !file.is_declared)
            ++undeclared, show(answer, {file.path, "", 0, "no document knows it"});
    }
    answer.numbers = {{"files", double(subject.scan.files.size())},
                      {"lacking", double(lacking)},
                      {"undeclared", double(undeclared)}};
    answer.state = lacking + undeclared > 0 ? State::fail : State::pass;
    answer.text = fmt::format("{}, {} of them lacking, {} undeclared",
                              counted(subject.scan.files.size(), "file"), lacking, undeclared);
    return answer;
}

// Files that list others, or are made later, cannot be listed.
bool may_lack_checksum(ScannedFile const& file) {
    for (char const* name : {"manifest.json", "checksums.sha256", "versions.json", "badge.svg"})
        if (file.path == name) return true;
    return file.path.starts_with("assessment");
}

Answer check_fixity(Subject const& subject) {
    Answer answer;
    std::uint64_t compared = 0, wrong = 0, without = 0, bytes = 0;
    for (ScannedFile const& file : subject.scan.files) {
        if (!file.is_there) continue;
        bytes += file.bytes;
        std::string problem;
        if (file.declared_bytes && *file.declared_bytes != file.bytes)
            problem = fmt::format("has {} bytes; declared {}", file.bytes, *file.declared_bytes);
        if (!file.declared_sha256.empty() && to_lower(file.declared_sha256) != file.sha256)
            problem = fmt::format("SHA-256 is {}; declared {}", file.sha256, file.declared_sha256);
        if (problem.empty()) problem = file.contradiction;
        if (!file.declared_sha256.empty()) ++compared;
        if (file.declared_sha256.empty() && (!file.table.empty() || !may_lack_checksum(file)) &&
            file.is_declared) {
            ++without;
            if (!file.table.empty()) show(answer, {file.path, "", 0, "no document has its SHA-256"});
        }
        if (!problem.empty()) ++wrong, show(answer, {file.path, "", 0, problem});
    }
    bool const data_without = std::ranges::any_of(subject.scan.files, [](ScannedFile const& file) {
        return file.is_there && !file.table.empty() && file.declared_sha256.empty();
    });
    answer.numbers = {{"compared", double(compared)},
                      {"wrong", double(wrong)},
                      {"without_checksum", double(without)},
                      {"bytes", double(bytes)}};
    answer.state = wrong > 0 || data_without || compared == 0 ? State::fail : State::pass;
    answer.text =
        fmt::format("SHA-256 of {} ({} bytes) recomputed: {} compared, {} differ, {} have none declared",
                    counted(subject.scan.files.size(), "file"), bytes, compared, wrong, without);
    return answer;
}

bool is_whole(Subject const& subject, std::string const& table) {
    return std::ranges::all_of(subject.scan.files, [&](ScannedFile const& file) {
        return file.table != table || (file.is_there && file.problem.empty());
    });
}

Answer check_counts(Subject const& subject) {
    Answer answer;
    std::uint64_t said = 0, wrong = 0, broken = 0;
    auto const compare = [&](std::string const& file, std::string const& who, std::uint64_t is,
                             std::uint64_t declared) {
        ++said;
        if (is == declared) return;
        ++wrong;
        show(answer, {file, "", 0, fmt::format("has {}; {} says {}", counted(is, "record"), who, declared)});
    };
    for (TableFacts const& facts : subject.scan.tables) {
        for (std::size_t const f : facts.files) {
            ScannedFile const& file = subject.scan.files[f];
            if (file.problem.empty() && file.declared_records && *file.declared_records > 0)
                compare(file.path, "the manifest", file.records, *file.declared_records);
        }
        if (!is_whole(subject, facts.table->name)) {  // C01 and C03 tell of it
            ++broken;
            continue;
        }
        if (facts.table->records)
            compare(facts.table->name, "the dictionary", facts.records, *facts.table->records);
        if (&facts == &subject.scan.tables.front() && subject.scan.declared_records)
            compare("manifest.json", "the manifest", facts.records, *subject.scan.declared_records);
    }
    if (said == 0 && broken > 0)
        return not_checked("files lack or cannot be read, so that records cannot be counted");
    answer.numbers = {{"counts", double(said)}, {"wrong", double(wrong)}};
    answer.state = wrong > 0 || said == 0 ? State::fail : State::pass;
    answer.text =
        said == 0 ? "neither manifest nor dictionary says how many records there are"
                  : fmt::format("{} of records declared, {} of them wrong", counted(said, "number"), wrong);
    return answer;
}

bool is_whole_type(std::string_view dtype) { return dtype.find("int") != std::string_view::npos; }

void check_field_form(Subject const& subject, TableFacts const& table, Field const& field, Answer& answer,
                      std::uint64_t& wrong) {
    auto const found = table.fields.find(field.name);
    if (found == table.fields.end()) return;
    FieldFacts const& facts = found->second;
    for (std::int64_t const f : facts.not_in) {
        ScannedFile const& file = subject.scan.files[std::size_t(f)];
        if (!file.problem.empty()) continue;  // C03 tells of it
        ++wrong, show(answer, {file.path, field.name, 0, "is not in the file"});
    }
    for (Place const& place : facts.not_as_said) ++wrong, show(answer, place);
    if (facts.not_numbers > 0) {
        ++wrong;
        for (Place const& place : facts.odd)
            if (place.what.starts_with("no number")) show(answer, place);
    }
    if (is_whole_type(field.dtype) && facts.fractional > 0)
        ++wrong, show(answer, {"", field.name, 0,
                               fmt::format("{} with fractions; declared {}",
                                           counted(facts.fractional, "value"), field.dtype)});
}

Answer check_form(Subject const& subject) {
    Answer answer;
    std::uint64_t wrong = 0, fields = 0;
    for (TableFacts const& table : subject.scan.tables)
        for (auto const* list : {&table.table->fields, &table.table->shared})
            for (Field const& field : *list) {
                ++fields;
                check_field_form(subject, table, field, answer, wrong);
            }
    if (fields == 0) return not_applicable("the dictionary names no fields");
    answer.numbers = {{"fields", double(fields)}, {"wrong", double(wrong)}};
    answer.state = wrong > 0 ? State::fail : State::pass;
    answer.text = wrong > 0 ? fmt::format("{} of type, shape, byte order or presence of {}",
                                          counted(wrong, "contradiction"), counted(fields, "declared field"))
                            : fmt::format("{} have type, shape and byte order as declared in every file",
                                          counted(fields, "field"));
    return answer;
}

// ---- ids and keys

// How often each value of an id field is there beyond the first time, and how many records have none.
struct Repeats {
    std::uint64_t repeated = 0, lacking = 0;
    std::vector<std::uint64_t> records;
};

Repeats find_repeats(Column const& ids) {
    Repeats repeats;
    std::unordered_set<double> numbers;
    std::vector<bool> words(ids.is_text() ? ids.words->size() : 0);
    for (std::size_t i = 0; i < ids.size(); ++i) {
        bool is_new = true;
        if (!ids.has(i)) {
            ++repeats.lacking;
        } else if (ids.is_text()) {
            is_new = !words[ids.texts[i]];
            words[ids.texts[i]] = true;
        } else {
            is_new = numbers.insert(ids.numbers[i]).second;
        }
        if (!is_new) ++repeats.repeated;
        if ((!is_new || !ids.has(i)) && repeats.records.size() < most_places)
            repeats.records.push_back(ids.record(i));
    }
    return repeats;
}

void check_ids(Subject const& subject, TableFacts const& table, Answer& answer, std::uint64_t& fields,
               std::uint64_t& wrong) {
    for (Field const* field : table.table->of_role(Role::id)) {
        auto const ids = find_column(table, *field);
        if (!ids) continue;
        ++fields;
        Repeats const repeats = find_repeats(*ids);
        wrong += repeats.repeated + repeats.lacking;
        for (std::uint64_t const record : repeats.records)
            show(answer, place_of(subject.scan, table, record, field->name,
                                  fmt::format("id '{}' is there before, or empty", ids->text(record))));
    }
}

std::string normal(std::string text) {
    auto const number = to_number(text);
    return number ? fmt::format("{}", *number) : text;
}

void check_keys(Subject const& subject, TableFacts const& table, Field const& field, Answer& answer,
                std::uint64_t& fields, std::uint64_t& wrong) {
    auto const keys = find_column(table, field);
    if (!keys) return;
    std::size_t const slash = field.references.find('/');
    std::string const other = field.references.substr(0, slash);
    if (!is_whole(subject, other)) return;  // C01 and C03 tell of it
    ++fields;
    std::string const name = slash == std::string::npos ? "" : field.references.substr(slash + 1);
    std::unordered_set<std::string> known;
    bool is_there = false;
    for (TableFacts const& target : subject.scan.tables) {
        if (target.table->name != other || target.table->find(name) == nullptr) continue;
        auto const values = find_column(target, *target.table->find(name));
        if (!values) continue;
        is_there = true;
        for (std::size_t i = 0; i < values->size(); ++i)
            if (values->has(i)) known.insert(normal(values->text(i)));
    }
    if (!is_there) {
        ++wrong;
        show(answer, {"dictionary.json", field.name, 0,
                      fmt::format("refers to '{}', which is not there", field.references)});
        return;
    }
    for (std::size_t i = 0; i < keys->size(); ++i) {
        if (!keys->has(i) || known.contains(normal(keys->text(i)))) continue;
        ++wrong;
        show(answer, place_of(subject.scan, table, keys->record(i), field.name,
                              fmt::format("'{}' is not in {}", keys->text(i), field.references)));
    }
}

Answer check_keys_and_ids(Subject const& subject) {
    Answer answer;
    std::uint64_t ids = 0, keys = 0, repeated = 0, dangling = 0;
    for (TableFacts const& table : subject.scan.tables) {
        check_ids(subject, table, answer, ids, repeated);
        for (Field const& field : table.table->fields)
            if (!field.references.empty()) check_keys(subject, table, field, answer, keys, dangling);
    }
    if (ids + keys == 0) return not_applicable("no field has the role id, none refers to another table");
    answer.numbers = {{"id_fields", double(ids)},
                      {"repeated_ids", double(repeated)},
                      {"foreign_keys", double(keys)},
                      {"dangling", double(dangling)}};
    answer.state = repeated + dangling > 0 ? State::fail : State::pass;
    answer.text =
        fmt::format("{} with {} repeated or empty; {} with {} dangling", counted(ids, "id field"),
                    counted(repeated, "id"), counted(keys, "foreign key"), counted(dangling, "value"));
    return answer;
}

// ---- versions

// Semantic Versioning 2.0.0, item 2, 9 and 10: https://semver.org
bool is_semantic(std::string_view version) {
    std::string_view const core = version.substr(0, version.find_first_of("-+"));
    auto const parts = split(core, '.');
    auto const is_number = [](std::string_view part) {
        return !part.empty() && std::ranges::all_of(part, [](char c) { return c >= '0' && c <= '9'; }) &&
               (part.size() == 1 || part[0] != '0');
    };
    auto const is_word = [](std::string_view rest) {
        return std::ranges::all_of(rest, [](char c) {
            return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' ||
                   c == '.' || c == '+';
        });
    };
    return parts.size() == 3 && std::ranges::all_of(parts, is_number) &&
           is_word(version.substr(core.size())) && version.size() != core.size() + 1;
}

std::string text_of(std::filesystem::path const& path) {
    try {
        return std::filesystem::is_regular_file(path) ? read_file(path, 1 << 28) : "";
    } catch (Error const&) {
        return "";
    }
}

// Versions by the document that tells them.
std::vector<std::pair<std::string, std::string>> told_versions(Subject const& subject) {
    std::vector<std::pair<std::string, std::string>> told;
    if (!subject.dictionary.version.empty()) told.emplace_back("dictionary.json", subject.dictionary.version);
    for (char const* name : {"manifest.json", "croissant.json"}) {
        Json const document = Json::parse(text_of(subject.folder / name), nullptr, false);
        if (document.is_object() && document.contains("version") && document.at("version").is_string())
            told.emplace_back(name, document.at("version").get<std::string>());
    }
    std::string const datacite = text_of(subject.folder / "datacite.xml");
    std::size_t const begin = datacite.find("<version>"), end = datacite.find("</version>");
    if (begin != std::string::npos && end != std::string::npos && begin < end)
        told.emplace_back("datacite.xml", std::string(trim(datacite.substr(begin + 9, end - begin - 9))));
    return told;
}

// Compare the data files' checksums with those kept of an earlier assessment of the same version, or keep
// them.
std::vector<Place> compare_with_kept(Subject const& subject, std::string const& version) {
    std::vector<Place> changed;
    if (subject.keep.empty()) return changed;
    Json now = Json::object();
    for (ScannedFile const& file : subject.scan.files)
        if (file.is_there && !file.table.empty()) now[file.path] = file.sha256;
    std::filesystem::path const path = subject.keep / "versions.json";
    Json kept = Json::parse(text_of(path), nullptr, false);
    if (!kept.is_object()) kept = Json::object();
    std::string const key = subject.dictionary.name + " " + version;
    if (kept.contains(key) && kept.at(key).is_object()) {
        Json const& before = kept.at(key);
        for (auto const& [file, sum] : now.items())
            if (!before.contains(file))
                changed.push_back({file, "", 0, "was not in this version before"});
            else if (before.at(file) != sum)
                changed.push_back({file, "", 0, "had other bytes in this version before"});
        for (auto const& [file, sum] : before.items())
            if (!now.contains(file)) changed.push_back({file, "", 0, "was in this version before"});
        return changed;
    }
    kept[key] = now;
    std::filesystem::create_directories(subject.keep);
    write_file(path, kept.dump(1) + "\n");
    return changed;
}

Answer check_version(Subject const& subject) {
    Answer answer;
    auto const told = told_versions(subject);
    answer.numbers = {{"documents", double(told.size())}};
    answer.state = State::fail;
    if (told.empty()) {
        answer.text = "no document tells a version";
        return answer;
    }
    std::string const& version = told.front().second;
    for (auto const& [document, other] : told) {
        if (!is_semantic(other))
            show(answer,
                 {document, "version", 0, fmt::format("'{}' is no semantic version, such as 1.0.0", other)});
        else if (other != version)
            show(answer, {document, "version", 0,
                          fmt::format("'{}'; {} says '{}'", other, told.front().first, version)});
    }
    if (!answer.places.empty()) {
        answer.text = fmt::format("version '{}' is not semantic, or documents differ in it", version);
        return answer;
    }
    answer.places = compare_with_kept(subject, version);
    answer.numbers.emplace_back("changed_files", double(answer.places.size()));
    answer.state = answer.places.empty() ? State::pass : State::fail;
    answer.text = answer.places.empty()
                      ? fmt::format("version {} in {}", version, counted(told.size(), "document"))
                      : fmt::format("version {} had other bytes when it was assessed before", version);
    answer.places.resize(std::min(answer.places.size(), most_places));
    return answer;
}

}  // namespace

std::vector<Check> integrity_checks() {
    return {
        {"C01", "files present", "Is every declared file there, and every file declared?",
         "Complete the transfer; declare stray files in the manifest or take them away.", check_presence},
        {"C02", "fixity", "Do size and SHA-256 of every file, recomputed, equal what the documents say?",
         "Fetch damaged files again; make manifest and checksums anew when files were changed on purpose.",
         check_fixity},
        {"C03", "independent reader", "Can another program open every file, and does it find the same?",
         "Write the files again with a library of their format; fetch them again if they were cut.",
         compare_with_independent_reader},
        {"C04", "record counts", "Do files hold as many records as manifest and dictionary say?",
         "Find the lost records, or correct the counts.", check_counts},
        {"C05", "type and shape", "Have all fields type, shape and byte order as declared, in every file?",
         "Convert the files that differ, or declare what they hold.", check_form},
        {"C09", "ids and keys", "Are ids unique, and does every foreign key resolve?",
         "Give records ids of their own; add the missing rows or correct the keys.", check_keys_and_ids},
        {"C10", "version",
         "Is the version semantic, the same in all documents, and were its bytes never changed?",
         "Name the version MAJOR.MINOR.PATCH and raise it with every change of data.", check_version},
    };
}

}  // namespace hutch::curate::assess
