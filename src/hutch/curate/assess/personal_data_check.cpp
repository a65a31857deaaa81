#include "hutch/base/error.hpp"
#include "hutch/base/file.hpp"
#include "hutch/base/text.hpp"
#include "hutch/curate/assess/detail/answers.hpp"
#include "hutch/curate/assess/detail/document_checks.hpp"
#include "hutch/curate/assess/detail/json_document.hpp"
#include "hutch/curate/assess/packages.hpp"
#include "hutch/curate/assess/personal_data.hpp"
#include "hutch/data/hdf5_file.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <set>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace hutch::curate::assess::detail {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t most_document_bytes = std::uint64_t(32) << 20;
constexpr std::size_t most_groups = 2000;   // of one HDF5 file, whose attributes are read
constexpr std::uint64_t most_rows = 10000;  // of a text array that the dictionary does not have

// Who made, cites and answers for a data set wants to be named.
bool is_for_names(std::string_view name) {
    std::string const lower = to_lower(name);
    static constexpr std::array words{"citation",  "cite",        "author", "creator", "contact",
                                      "publisher", "reference",   "bibtex", "doi",     "url",
                                      "sha256",    "contributor", "person", "attest"};
    return std::ranges::any_of(words, [&](char const* word) { return lower.find(word) != lower.npos; });
}

class Search {
  public:
    explicit Search(Subject const& subject) : subject_(subject) { collect_declared(); }

    void run() {
        for (TableFacts const& table : subject_.scan.tables) search_table(table);
        for (ScannedFile const& file : subject_.scan.files) search_file(file);
    }

    Answer answer;
    std::map<std::string, std::uint64_t> counts;
    std::uint64_t texts = 0, found = 0;

  private:
    void collect_declared() {
        auto const keep = [&](std::string const& text) {
            for (PersonalData const& one : find_personal_data(text)) declared_.insert(to_lower(one.value));
        };
        for (MetadataItem const& item : gather_metadata(subject_))
            if (is_for_names(item.name) || item.name == "feedback" || item.name == "maintenance")
                keep(item.value);
        for (Attestation const& one : subject_.dictionary.attestations) keep(one.person);
        if (auto const croissant = find_croissant(subject_.folder); croissant && croissant->problem.empty())
            for (char const* key :
                 {"creator", "publisher", "contactPoint", "maintainer", "citeAs", "citation"})
                if (croissant->root().is_object() && croissant->root().contains(key))
                    for_each_text(croissant->root()[key], "",
                                  [&](auto const&, std::string const& text) { keep(text); });
    }

    void take(std::string const& text, Place place, bool is_id = false) {
        ++texts;
        if (text.size() < 8) return;
        for (PersonalData const& one : find_personal_data(text)) {
            if (declared_.contains(to_lower(one.value))) continue;
            if (is_id && one.kind != "e-mail address" && one.kind != "identity number") continue;
            ++found, ++counts[one.kind];
            place.what = fmt::format("{} '{}'", one.kind, one.shown);
            show(answer, place);
        }
    }

    void search_table(TableFacts const& table) {
        if (table.table == nullptr) return;
        for (Field const& field : table.table->fields) {
            auto const words = table.words.find(field.name);
            auto const numbers = table.texts.find(field.name);
            if (words == table.words.end() || is_for_names(field.name)) continue;
            for (std::size_t w = 0; w < words->second.size(); ++w) {
                std::uint64_t const before = found;
                Place place{"", field.name, 0, ""};
                std::size_t const shown = answer.places.size();
                take(words->second[w], place, field.role == Role::id);
                if (found == before || numbers == table.texts.end()) continue;
                for (std::size_t i = shown; i < answer.places.size(); ++i)
                    locate(table, numbers->second, w, answer.places[i]);
            }
        }
    }

    // Where a word stands first.
    void locate(TableFacts const& table, std::vector<std::uint32_t> const& numbers, std::size_t word,
                Place& place) {
        auto const record = std::ranges::find(numbers, std::uint32_t(word));
        if (record == numbers.end()) return;
        auto const row = std::uint64_t(record - numbers.begin());
        std::size_t const in = table.file_of(row);
        if (in >= subject_.scan.files.size()) return;
        place.file = subject_.scan.files[in].path;
        for (std::size_t f = 0; f < table.files.size(); ++f)
            if (table.files[f] == in) place.record = row - table.first_records[f];
    }

    void search_file(ScannedFile const& file) {
        if (!file.is_there || !file.problem.empty()) return;
        std::string const ending = to_lower(fs::path(file.path).extension().string());
        static std::set<std::string> const hdf5{".h5", ".hdf5", ".nxs", ".hdf", ".cxi"},
            plain{".md", ".txt", ".yaml", ".yml", ".rst", ".xml", ".cfg", ".ini", ".log", ".bib", ".cff"};
        try {
            if (hdf5.contains(ending)) return search_hdf5(file.path);
            if (file.bytes > most_document_bytes) return;
            if (ending == ".json" || ending == ".jsonld") return search_json(file);
            // Tables of the dictionary were read above; others are read as they are.
            bool const is_loose_table =
                (ending == ".csv" || ending == ".jsonl" || ending == ".tsv") && file.table.empty();
            if (plain.contains(ending) || is_loose_table) search_plain(file.path);
        } catch (Error const&) {
            return;  // the checks of integrity tell of files that cannot be read
        }
    }

    void search_plain(std::string const& path) {
        std::string const text = read_file(subject_.folder / path, most_document_bytes);
        std::uint64_t number = 0;
        for (auto const line : split_lines(text)) {
            ++number;
            // Lines that cite or name whoever made the data stand under such words.
            if (is_for_names(line.substr(0, line.find_first_of(":=|>")))) continue;
            take(std::string(line), {path, fmt::format("line {}", number), 0, ""});
        }
    }

    void search_json(ScannedFile const& file) {
        auto const document = read_json(subject_.folder, file.path);
        if (document && document->problem.empty()) search_value(document->root(), "", file.path);
    }

    void search_value(Json const& value, std::string const& name, std::string const& path) {
        if (is_for_names(name)) return;
        if (value.is_string()) return take(value.get_ref<std::string const&>(), {path, name, 0, ""});
        if (value.is_object()) {
            // Items of metadata hold their name as a value.
            if (value.contains("package") && value.contains("name") && is_for_names(text_of(value, "name")))
                return;
            for (auto const& [key, inner] : value.items()) search_value(inner, key, path);
        }
        if (value.is_array())
            for (Json const& inner : value) search_value(inner, name, path);
    }

    void search_hdf5(std::string const& path) {
        data::Hdf5File file(subject_.folder / path);
        std::vector<std::string> groups{""};
        for (std::size_t i = 0; i < groups.size() && i < most_groups; ++i) {
            std::string const group = groups[i];
            search_attributes(file, path, group);
            for (std::string const& name : file.groups(group))
                groups.push_back(group.empty() ? name : group + "/" + name);
        }
        std::set<std::string> known;
        for (RecordTable const& table : subject_.dictionary.tables)
            for (auto const* list : {&table.fields, &table.shared})
                for (Field const& field : *list) known.insert(field.name);
        auto const arrays = file.arrays();
        for (std::size_t i = 0; i < arrays.size() && i < most_groups; ++i) {
            search_attributes(file, path, arrays[i]);
            if (known.contains(arrays[i]) || is_for_names(arrays[i])) continue;
            auto const about = file.find(arrays[i]);
            if (!about || about->kind != data::Hdf5Array::Kind::text) continue;
            auto const rows = std::min(about->rows(), most_rows);
            for (std::string const& text : file.read_texts(arrays[i], 0, rows))
                take(text, {path, arrays[i], 0, ""});
        }
    }

    void search_attributes(data::Hdf5File& file, std::string const& path, std::string const& name) {
        for (std::string const& attribute : file.attribute_names(name)) {
            if (is_for_names(attribute)) continue;
            for (std::string const& text : file.attribute_texts(name, attribute))
                take(text, {path, fmt::format("{}@{}", name, attribute), 0, ""});
        }
    }

    Subject const& subject_;
    std::set<std::string> declared_;
};

Answer run(Subject const& subject) {
    Search search(subject);
    search.run();
    Answer answer = std::move(search.answer);
    answer.state = search.found == 0 ? State::pass : State::fail;
    std::string kinds;
    for (auto const& [kind, count] : search.counts)
        kinds += fmt::format("{}{} {}", kinds.empty() ? ": " : ", ", kind, count);
    answer.text =
        fmt::format("{} in {}{}", counted(search.found, "finding"), counted(search.texts, "text"), kinds);
    answer.numbers = {{"texts", double(search.texts)}, {"findings", double(search.found)}};
    return answer;
}

}  // namespace

Check personal_data_check() {
    return {"C59", "personal data",
            "Are free texts, attributes of files and documents free of e-mail addresses, phone, identity and "
            "account "
            "numbers, folders of users and IP addresses, but for declared contacts and cited authors?",
            "take out the texts named, or declare the contact in the metadata", run};
}

}  // namespace hutch::curate::assess::detail
