#include "hutch/curate/assess/detail/file_facts.hpp"

#include <cstring>
#include <type_traits>

namespace hutch::curate::assess::detail {
namespace {

constexpr std::string_view mark = "hutch facts 1\n";  // another number for every change of what is kept

// Each list of members stands once, and both ways go along it.
template <class Way>
void members(Way& way, Place& p) {
    way(p.file), way(p.field), way(p.record), way(p.what);
}

template <class Way>
void members(Way& way, FieldPart& p) {
    FieldFacts& f = p.facts;
    for (auto const count : added_counts) way(f.*count);
    way(f.at_most), way(f.records_at_most), way(f.longest_at_most);
    way(f.least), way(f.most), way(f.mean), way(f.deviation), way(f.odd), way(f.not_as_said), way(f.units);
    way(f.index_least), way(f.index_most), way(f.index_active);
    way(p.sum_of_squares), way(p.good), way(p.is_there);
}

template <class Way>
void members(Way& way, FileFacts& f) {
    way(f.sha256), way(f.problem), way(f.records), way(f.fields), way(f.numbers), way(f.texts), way(f.words);
    way(f.statistics), way(f.shared), way(f.digests), way(f.sketches), way(f.undeclared);
}

template <class Value>
constexpr bool is_plain = std::is_trivially_copyable_v<Value>;

struct Writer {
    std::string bytes;

    void put(void const* from, std::size_t count) { bytes.append(static_cast<char const*>(from), count); }
    void count(std::uint64_t size) { put(&size, sizeof size); }
    void operator()(std::string& text) { count(text.size()), put(text.data(), text.size()); }
    template <class Value>
    void operator()(Value& value) {
        if constexpr (is_plain<Value>)
            put(&value, sizeof value);
        else
            members(*this, value);
    }
    template <class Item>
    void operator()(std::vector<Item>& items) {
        count(items.size());
        if constexpr (is_plain<Item>)
            put(items.data(), items.size() * sizeof(Item));
        else
            for (Item& item : items) (*this)(item);
    }
    template <class Item>
    void operator()(std::map<std::string, Item>& items) {
        count(items.size());
        for (auto& [key, item] : items) {
            std::string name = key;
            (*this)(name), (*this)(item);
        }
    }
};

struct Reader {
    std::string_view bytes;
    bool is_broken = false;

    void get(void* to, std::size_t count) {
        if (count > bytes.size()) is_broken = true;
        if (is_broken) return;
        if (count > 0) std::memcpy(to, bytes.data(), count);
        bytes.remove_prefix(count);
    }
    // Every item takes a byte at least, so that a broken count cannot ask for much memory.
    std::uint64_t count(std::size_t item_bytes = 1) {
        std::uint64_t size = 0;
        get(&size, sizeof size);
        if (size > bytes.size() / item_bytes) is_broken = true;
        return is_broken ? 0 : size;
    }
    void operator()(std::string& text) {
        text.resize(count());
        get(text.data(), text.size());
    }
    template <class Value>
    void operator()(Value& value) {
        if constexpr (is_plain<Value>)
            get(&value, sizeof value);
        else
            members(*this, value);
    }
    template <class Item>
    void operator()(std::vector<Item>& items) {
        if constexpr (is_plain<Item>) {
            items.resize(count(sizeof(Item)));
            get(items.data(), items.size() * sizeof(Item));
        } else {
            std::uint64_t const size = count();
            for (std::uint64_t i = 0; i < size && !is_broken; ++i) (*this)(items.emplace_back());
        }
    }
    template <class Item>
    void operator()(std::map<std::string, Item>& items) {
        std::uint64_t const size = count();
        for (std::uint64_t i = 0; i < size && !is_broken; ++i) {
            std::string name;
            (*this)(name);
            (*this)(items[name]);
        }
    }
};

}  // namespace

std::string to_bytes(FileFacts const& facts) {
    Writer writer;
    writer(
        const_cast<FileFacts&>(facts));  // one list of members serves both ways, so it takes what may change
    Digest const sum = digest(writer.bytes.data(), writer.bytes.size(), 0);
    return std::string(mark) + std::string(reinterpret_cast<char const*>(&sum), sizeof sum) + writer.bytes;
}

std::optional<FileFacts> facts_from(std::string_view bytes) {
    if (!bytes.starts_with(mark) || bytes.size() < mark.size() + sizeof(Digest)) return {};
    Digest sum;
    std::memcpy(&sum, bytes.data() + mark.size(), sizeof sum);
    bytes.remove_prefix(mark.size() + sizeof sum);
    if (digest(bytes.data(), bytes.size(), 0) != sum) return {};
    Reader reader{bytes};
    FileFacts facts;
    reader(facts);
    if (reader.is_broken || !reader.bytes.empty()) return {};
    return facts;
}

}  // namespace hutch::curate::assess::detail
