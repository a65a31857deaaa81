#include "hutch/curate/load/hutch_loader.h"

#include "hutch/base/error.hpp"
#include "hutch/base/version.hpp"
#include "hutch/curate/load/loader.hpp"

#include <algorithm>
#include <cstring>

#include <fmt/format.h>

using namespace hutch;
using namespace hutch::curate::load;

struct hutch_loader {
    std::shared_ptr<RecordSet const> set;
    std::unique_ptr<Loader> loader;
    std::vector<std::string> dtypes;
};
struct hutch_batch {
    std::shared_ptr<Batch const> batch;
};

namespace {

std::string& last_error() {
    thread_local std::string text;
    return text;
}

// Nothing may be thrown through C.
template <class Result, class Body>
Result guarded(Result failed, Body&& body) noexcept {
    try {
        return body();
    } catch (std::exception const& problem) {
        last_error() = problem.what();
    } catch (...) {
        last_error() = "an error without a description";
    }
    return failed;
}

std::string text_or_none(char const* text) { return text == nullptr ? "" : text; }

std::vector<std::string> list_of(char const* text) {
    std::vector<std::string> parts;
    for (char const* at = text; at != nullptr && *at != '\0';) {
        char const* const end = at + std::strcspn(at, ",");
        parts.emplace_back(at, end);
        at = *end == ',' ? end + 1 : end;
    }
    return parts;
}

std::map<std::string, std::string> pairs_of(char const* text) {
    std::map<std::string, std::string> pairs;
    for (std::string const& part : list_of(text)) {
        std::size_t const place = part.find('=');
        if (place == std::string::npos)
            throw Error(Fault::bad_input, fmt::format("'dtypes' holds '{}'; expected NAME=TYPE", part));
        pairs[part.substr(0, place)] = part.substr(place + 1);
    }
    return pairs;
}

LoaderOptions options_of(hutch_loader_options const& given) {
    return {.fields = list_of(given.fields),
            .dtypes = pairs_of(given.dtypes),
            .batch = given.batch,
            .drop_last = given.drop_last != 0,
            .shuffle = given.shuffle == nullptr ? Shuffle::none : parse_shuffle(given.shuffle),
            .seed = given.seed,
            .rank = given.rank,
            .world = given.world,
            .ends = given.ends == nullptr ? Ends::drop : parse_ends(given.ends),
            .workers = given.workers,
            .ahead = given.ahead};
}

}  // namespace

int hutch_loader_abi() { return HUTCH_LOADER_ABI; }

char const* hutch_loader_version() {
    static std::string const text = version();
    return text.c_str();
}

char const* hutch_loader_error() { return last_error().c_str(); }

void hutch_loader_defaults(hutch_loader_options* options) {
    *options = {};
    options->size = sizeof *options;
    options->world = 1;
    options->batch = 256;
    options->workers = 2;
}

hutch_loader* hutch_loader_open(hutch_loader_options const* options) {
    return guarded<hutch_loader*>(nullptr, [&] {
        if (options == nullptr || options->size != sizeof *options)
            throw Error(
                Fault::bad_input,
                fmt::format("'size' of the options is {} bytes; expected {}; call hutch_loader_defaults",
                            options == nullptr ? 0 : options->size, sizeof *options));
        if (options->path == nullptr)
            throw Error(Fault::bad_input, "'path' is NULL; expected the folder of a data set");
        auto made = std::make_unique<hutch_loader>();
        made->set = std::make_shared<RecordSet const>(
            options->path, OpenOptions{.split = text_or_none(options->split), .table = ""});
        made->loader = std::make_unique<Loader>(made->set, options_of(*options));
        for (BatchField const& field : made->loader->fields())
            made->dtypes.push_back(field.is_text ? "utf8" : field.type.name());
        return made.release();
    });
}

void hutch_loader_close(hutch_loader* loader) { delete loader; }

uint64_t hutch_loader_records(hutch_loader const* loader) { return loader->loader->records(); }
uint64_t hutch_loader_batches(hutch_loader const* loader) { return loader->loader->batches(); }
uint64_t hutch_loader_epoch(hutch_loader const* loader) { return loader->loader->epoch(); }
uint64_t hutch_loader_position(hutch_loader const* loader) { return loader->loader->position(); }

int hutch_loader_next(hutch_loader* loader, hutch_batch** batch) {
    return guarded(-1, [&] {
        *batch = nullptr;
        auto next = loader->loader->next();
        if (!next) return 0;
        *batch = new hutch_batch{std::move(next)};
        return 1;
    });
}

int hutch_loader_start(hutch_loader* loader, uint64_t epoch) {
    return guarded(-1, [&] {
        loader->loader->start(epoch);
        return 0;
    });
}

int64_t hutch_loader_state(hutch_loader const* loader, char* to, size_t size) {
    return guarded<int64_t>(-1, [&] {
        std::string const state = loader->loader->state();
        if (size > 0) {
            std::size_t const count = std::min(size - 1, state.size());
            std::memcpy(to, state.data(), count);
            to[count] = '\0';
        }
        return int64_t(state.size());
    });
}

int hutch_loader_set_state(hutch_loader* loader, char const* state) {
    return guarded(-1, [&] {
        loader->loader->set_state(text_or_none(state));
        return 0;
    });
}

size_t hutch_loader_fields(hutch_loader const* loader) { return loader->loader->fields().size(); }

char const* hutch_loader_field_name(hutch_loader const* loader, size_t field) {
    return guarded<char const*>(nullptr, [&] { return loader->loader->fields().at(field).name.c_str(); });
}

char const* hutch_loader_field_dtype(hutch_loader const* loader, size_t field) {
    return guarded<char const*>(nullptr, [&] { return loader->dtypes.at(field).c_str(); });
}

size_t hutch_loader_field_shape(hutch_loader const* loader, size_t field, uint64_t const** shape) {
    return guarded<size_t>(0, [&] {
        static_assert(sizeof(std::uint64_t) == sizeof(uint64_t));
        auto const& sizes = loader->loader->fields().at(field).shape;
        *shape = sizes.data();
        return sizes.size();
    });
}

uint64_t hutch_batch_records(hutch_batch const* batch) { return batch->batch->records.size(); }
uint64_t const* hutch_batch_ids(hutch_batch const* batch) { return batch->batch->records.data(); }

void* hutch_batch_numbers(hutch_batch const* batch, size_t field) {
    auto const& fields = batch->batch->fields();
    return field < fields.size() && !fields[field].is_text ? batch->batch->numbers(field).data() : nullptr;
}

char const* hutch_batch_text(hutch_batch const* batch, size_t field, size_t index, size_t* length) {
    auto const& texts = batch->batch->texts;
    if (field >= texts.size() || index >= texts[field].size()) return nullptr;
    if (length != nullptr) *length = texts[field][index].size();
    return texts[field][index].c_str();
}

void hutch_batch_release(hutch_batch* batch) { delete batch; }
