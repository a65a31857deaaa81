#include "hutch/base/error.hpp"
#include "hutch/curate/assess/detail/line_index.hpp"
#include "hutch/curate/assess/detail/table_files.hpp"
#include "hutch/curate/assess/detail/text_number.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace hutch::curate::assess::detail {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::uint64_t most_bytes = std::uint64_t(1) << 28;  // of a JSON file that is held whole

// Python writes NaN and Infinity, which JSON has not: in quotes they can be read.
std::string quote_python_numbers(std::string_view text) {
    std::string made;
    bool in_text = false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (in_text && text[i] == '\\' && i + 1 < text.size()) {
            made += text[i++];
        } else if (text[i] == '"') {
            in_text = !in_text;
        } else if (!in_text) {
            for (std::string_view const word : {"NaN", "Infinity", "-Infinity"})
                if (text.substr(i).starts_with(word)) {
                    made += fmt::format("\"{}\"", word);
                    i += word.size();
                    break;
                }
            if (i >= text.size()) break;
            if (text[i] == '"') in_text = true;
        }
        made += text[i];
    }
    return made;
}

// Deeper nesting than any record has would overflow the stack where trees are walked.
bool is_too_deep(std::string_view text) {
    int depth = 0;
    bool in_text = false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '\\') {
            ++i;
        } else if (text[i] == '"') {
            in_text = !in_text;
        } else if (!in_text) {
            if (text[i] == '[' || text[i] == '{') ++depth;
            if (text[i] == ']' || text[i] == '}') --depth;
            if (depth > 200) return true;
        }
    }
    return false;
}

Json parse(std::string_view text, std::string const& where) {
    if (is_too_deep(text))
        throw Error(Fault::bad_data, fmt::format("{} is nested deeper than 200; expected records", where));
    Json value = Json::parse(text, nullptr, false);
    if (value.is_discarded()) value = Json::parse(quote_python_numbers(text), nullptr, false);
    if (value.is_discarded())
        throw Error(Fault::bad_data, fmt::format("{} is no JSON; expected JSON", where));
    return value;
}

// A member by its path: "truth/size" is size in truth, or a member of that very name.
Json const* member(Json const& record, std::string_view path) {
    if (!record.is_object()) return nullptr;
    if (auto const found = record.find(std::string(path)); found != record.end()) return &*found;
    for (std::size_t slash = path.find('/'); slash != std::string_view::npos;
         slash = path.find('/', slash + 1)) {
        auto const found = record.find(std::string(path.substr(0, slash)));
        if (found == record.end() || !found->is_object()) continue;
        if (Json const* inner = member(*found, path.substr(slash + 1))) return inner;
    }
    return nullptr;
}

void add_names(Json const& record, std::string const& prefix, std::vector<std::string>& names) {
    if (!record.is_object()) return;
    for (auto const& [key, value] : record.items())
        if (value.is_object() && !value.empty())
            add_names(value, prefix + key + "/", names);
        else if (std::ranges::find(names, prefix + key) == names.end())
            names.push_back(prefix + key);
}

void add_numbers(Json const& value, std::uint64_t record, Block& to) {
    if (value.is_array()) {
        for (Json const& item : value) add_numbers(item, record, to);
    } else if (value.is_number()) {
        to.values.push_back(value.get<double>());
    } else if (value.is_boolean()) {
        to.values.push_back(value.get<bool>() ? 1 : 0);
    } else if (value.is_string()) {
        to.values.push_back(number_of(value.get_ref<std::string const&>(), record, to));
    } else {
        to.values.push_back(std::numeric_limits<double>::quiet_NaN());
        if (value.is_object() && to.not_numbers++ == 0)
            to.first_not_number = record, to.not_a_number = "{...}";
    }
}

std::string text_of(Json const& value) {
    if (value.is_null()) return "";
    if (value.is_string()) return value.get<std::string>();
    return value.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::vector<std::int64_t> shape_of(Json const& value) {
    std::vector<std::int64_t> shape;
    for (Json const* at = &value; at->is_array(); at = &at->front()) {
        shape.push_back(std::int64_t(at->size()));
        if (at->empty()) break;
    }
    return shape;
}

void guess(Json const& value, Guess& to) {
    if (value.is_array())
        for (Json const& item : value) guess(item, to);
    else if (value.is_string())
        to.add("x" + value.get<std::string>());
    else if (!value.is_null())
        to.add(text_of(value));
}

class JsonRecords : public TableFile {
  public:
    std::vector<std::string> names() const override {
        std::vector<std::string> names;
        std::uint64_t const some = std::min<std::uint64_t>(records(), 64);
        for (std::uint64_t i = 0; i < some; ++i) add_names(load(0, some)[i], "", names);
        return names;
    }

    std::optional<Found> find(std::string const& field) const override {
        std::optional<Found> found;
        bool has_shape = false;
        Guess kind;
        // A member may lack in the first records.
        std::uint64_t first = 0, some = std::min<std::uint64_t>(records(), 64);
        while (first + some < records() &&
               std::ranges::none_of(
                   load(first, some), [&](Json const& r) { return member(r, field) != nullptr; }))
            first += some, some = std::min<std::uint64_t>(records() - first, 1024);
        std::span<Json const> const sample = load(first, some);
        for (Json const& record : sample) {
            Json const* value = member(record, field);
            if (value == nullptr) continue;
            guess(*value, kind);
            auto const shape = shape_of(*value);
            if (!found || !has_shape) found = Found{"", shape};
            if (value->is_null()) continue;
            has_shape = true;
            if (found->shape.size() != shape.size()) found->shape = {-1};
            for (std::size_t d = 0; d < std::min(shape.size(), found->shape.size()); ++d)
                if (found->shape[d] != shape[d]) found->shape[d] = -1;
        }
        if (!found) return {};
        found->dtype = kind.dtype(), found->records = records(), found->is_typed = false;
        return found;
    }

    void read(std::string const& field, std::uint64_t first, std::uint64_t count, Block& to) override {
        to.values.clear(), to.ends.clear(), to.not_numbers = 0;
        std::span<Json const> const some = load(first, count);
        for (std::uint64_t i = 0; i < count; ++i) {
            static Json const none;
            Json const* value = member(some[i], field);
            add_numbers(value == nullptr ? none : *value, i, to);
            to.ends.push_back(to.values.size());
        }
    }

    std::vector<std::string> read_texts(std::string const& field, std::uint64_t first,
                                        std::uint64_t count) override {
        std::vector<std::string> texts;
        for (Json const& record : load(first, count)) {
            Json const* value = member(record, field);
            texts.push_back(value == nullptr ? "" : text_of(*value));
        }
        return texts;
    }

    Block read_shared(std::string const& field) override {
        Block block;
        if (records() > 0) read(field, 0, 1, block);
        return block;
    }

  protected:
    virtual std::span<Json const> load(std::uint64_t first, std::uint64_t count) const = 0;
};

// The whole file: a list of records, or with the layout "files" one record.
class JsonFile : public JsonRecords {
  public:
    JsonFile(std::shared_ptr<Source const> source, RecordTable const& table) : name_(source->name()) {
        if (source->size() > most_bytes)
            throw Error(Fault::exhausted,
                        fmt::format("'{}' has {} bytes; expected at most {}; write large tables as jsonl",
                                    name_, source->size(), most_bytes));
        std::string text(source->size(), '\0');
        source->read(0, text.size(), text.data());
        if (text.starts_with("\xef\xbb\xbf")) text.erase(0, 3);
        Json value = parse(text, fmt::format("'{}'", name_));
        if (table.layout == Layout::files || !value.is_array()) value = Json::array({std::move(value)});
        for (Json& record : value) records_.push_back(std::move(record));
    }
    std::uint64_t records() const override { return records_.size(); }

  private:
    std::span<Json const> load(std::uint64_t first, std::uint64_t count) const override {
        if (first > records_.size() || count > records_.size() - first)
            throw Error(Fault::bad_data, fmt::format("'{}' has {} records; expected at least {}", name_,
                                                     records_.size(), first + count));
        return std::span(records_).subspan(first, count);
    }

    std::string name_;
    std::vector<Json> records_;
};

class JsonLines : public JsonRecords {
  public:
    explicit JsonLines(std::shared_ptr<Source const> source) : lines_(std::move(source), false) {}
    std::uint64_t records() const override { return lines_.lines(); }
    std::optional<std::uint64_t> offset_of(std::string const&, std::uint64_t record) const override {
        return lines_.offset_of(record);
    }

  private:
    std::span<Json const> load(std::uint64_t first, std::uint64_t count) const override {
        if (is_loaded_ && first_ == first && loaded_.size() == count) return loaded_;
        is_loaded_ = false;
        loaded_.clear();
        std::uint64_t record = first;
        for (std::string_view const line : lines_.read(first, count))
            loaded_.push_back(parse(line, fmt::format("record {} of '{}'", record++, lines_.name())));
        is_loaded_ = true, first_ = first;
        return loaded_;
    }

    mutable LineIndex lines_;
    mutable std::vector<Json> loaded_;
    mutable std::uint64_t first_ = 0;
    mutable bool is_loaded_ = false;
};

}  // namespace

std::unique_ptr<TableFile> open_json(std::shared_ptr<Source const> source, RecordTable const& table) {
    return std::make_unique<JsonFile>(std::move(source), table);
}

std::unique_ptr<TableFile> open_json_lines(std::shared_ptr<Source const> source, RecordTable const&) {
    return std::make_unique<JsonLines>(std::move(source));
}

}  // namespace hutch::curate::assess::detail
