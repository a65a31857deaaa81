#include "hutch/curate/load/loader.hpp"

#include "hutch/base/document.hpp"
#include "hutch/base/error.hpp"
#include "hutch/curate/load/detail/convert.hpp"
#include "hutch/curate/load/detail/fingerprint.hpp"

#include <algorithm>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <sys/resource.h>
#include <thread>
#include <unistd.h>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace hutch::curate::load {
namespace {

constexpr std::size_t alignment = 64, most_window = 64, page = 4096;

// A batch under way, or what became of it.
struct Slot {
    std::uint64_t place = ~std::uint64_t{0};  // counted over all epochs
    bool is_ready = false;
    std::shared_ptr<Batch> batch;
    std::exception_ptr problem;
};

// How many runs of neighbours are mixed: as many chunks as the cache of unpacked ones holds twice.
std::uint64_t window_of(RecordSet const& set, std::vector<BatchField> const& fields, std::uint64_t block) {
    std::size_t bytes = 1;
    for (BatchField const& field : fields)
        if (set.columns()[field.column].chunk_records > 1)
            bytes += block * set.columns()[field.column].bytes();
    return std::clamp<std::uint64_t>((std::size_t{128} << 20) / bytes, 1, most_window);
}

// Faults of this thread that waited for a disk.
long disk_faults() {
    rusage used{};
    getrusage(RUSAGE_THREAD, &used);
    return used.ru_majflt;
}

}  // namespace

struct Loader::Work {
    std::shared_ptr<RecordSet const> set;
    LoaderOptions options;
    std::shared_ptr<std::vector<BatchField>> fields = std::make_shared<std::vector<BatchField>>();
    std::shared_ptr<BufferPool> pool;
    std::unique_ptr<Order> order;
    std::uint64_t per_epoch = 0;

    mutable std::mutex mutex;
    std::condition_variable is_room, is_ready;
    std::vector<Slot> ring;
    std::uint64_t epoch = 0, position = 0;  // of the consumer
    std::uint64_t next_place = 0;           // of the workers
    bool is_over = false;
    std::vector<std::thread> workers;
    ReadScratch own_scratch;
    pid_t process = ::getpid();

    Work(std::shared_ptr<RecordSet const> given, LoaderOptions const& wanted)
        : set(std::move(given)), options(wanted) {
        if (options.batch == 0) throw Error(Fault::bad_input, "'batch' is 0 records; expected 1 or more");
        choose_fields();
        OrderOptions rule{.shuffle = options.shuffle,
                          .seed = options.seed,
                          .rank = options.rank,
                          .world = options.world,
                          .ends = options.ends};
        rule.block = block();
        rule.window = window_of(*set, *fields, rule.block);
        order = std::make_unique<Order>(set->records(), rule);
        per_epoch = options.drop_last ? order->size() / options.batch
                                      : (order->size() + options.batch - 1) / options.batch;
        ring.resize(options.ahead > 0 ? options.ahead : options.workers + 2);
        for (unsigned i = 0; per_epoch > 0 && i < options.workers; ++i)
            workers.emplace_back([this] { work(); });
    }
    ~Work() {
        if (is_forked()) {
            for (std::thread& worker : workers) worker.detach();
            return;
        }
        {
            std::lock_guard const lock(mutex);
            is_over = true;
        }
        is_room.notify_all();
        for (std::thread& worker : workers) worker.join();
    }

    // A process that was forked has none of the threads, and what they held stays locked.
    bool is_forked() const { return process != ::getpid(); }

    void choose_fields() {
        std::vector<std::size_t> columns;
        for (std::string const& name : options.fields) columns.push_back(set->find(name));
        if (columns.empty()) columns = set->default_columns();
        std::size_t offset = 0;
        for (std::size_t const place : columns) {
            Column const& column = set->columns()[place];
            auto const wanted = options.dtypes.find(column.name);
            BatchField field{.name = column.name,
                             .column = place,
                             .type = column.type,
                             .shape = column.shape,
                             .offset = offset,
                             .is_text = column.is_text()};
            field.type = detail::converted_type(
                column.type, wanted == options.dtypes.end() ? "" : wanted->second, column.name);
            field.bytes = field.is_text ? 0 : column.values * field.type.bytes;
            offset += (field.bytes * options.batch + alignment - 1) / alignment * alignment;
            fields->push_back(std::move(field));
        }
        for (auto const& [name, type] : options.dtypes) set->find(name);
        pool = std::make_shared<BufferPool>(offset);
    }

    std::uint64_t block() const {
        std::uint64_t most = 1;
        for (BatchField const& field : *fields)
            most = std::max(most, set->columns()[field.column].chunk_records);
        return most > 1 ? most : 64;
    }

    // ---- filling

    void fill_field(Batch& batch, std::size_t f, ReadScratch& scratch) const {
        BatchField const& field = (*fields)[f];
        if (field.is_text) {
            for (std::uint64_t const record : batch.records)
                for (std::string& text : set->texts(field.column, record, scratch))
                    batch.texts[f].push_back(std::move(text));
            return;
        }
        Column const& column = set->columns()[field.column];
        bool const is_as_stored = !column.type.is_swapped && column.type.kind == field.type.kind &&
                                  column.type.bytes == field.type.bytes;
        std::span<std::byte> to = batch.numbers(f);
        std::vector<std::byte> stored(is_as_stored ? 0 : column.bytes());
        for (std::uint64_t const record : batch.records) {
            if (is_as_stored) {
                set->read(field.column, record, to.first(field.bytes), scratch);
            } else {
                set->read(field.column, record, stored, scratch);
                detail::convert(column.type, stored, field.type, to.first(field.bytes));
            }
            to = to.subspan(field.bytes);
        }
    }

    std::shared_ptr<Batch> make(std::uint64_t place, ReadScratch& scratch) const {
        auto batch = std::make_shared<Batch>(fields, pool);
        batch->epoch = place / per_epoch;
        batch->number = place % per_epoch;
        std::uint64_t const first = batch->number * options.batch,
                            count = std::min(options.batch, order->size() - first);
        batch->records.reserve(count);
        order->each(batch->epoch, first, count,
                    [&](std::uint64_t record) { batch->records.push_back(record); });
        if (scratch.has_waited) read_ahead(*batch);
        long const faults = disk_faults();
        for (std::size_t f = 0; f < fields->size(); ++f) fill_field(*batch, f, scratch);
        scratch.has_waited = disk_faults() > faults || (scratch.has_waited && batch->number % 16 != 0);
        return batch;
    }

    // Files that are not in memory: all of a batch is asked for at once, instead of fault by fault. That is a
    // call for each record, so only where the batches before had to wait for the disk.
    void read_ahead(Batch const& batch) const {
        for (BatchField const& field : *fields)
            if (field.bytes >= page)
                for (std::uint64_t const record : batch.records) set->will_need(field.column, record);
    }

    // ---- threads: places are taken in their order, and lie in the ring by their number

    std::uint64_t place() const { return epoch * per_epoch + position; }

    void work() {
        ReadScratch scratch;
        std::unique_lock lock(mutex);
        while (true) {
            is_room.wait(lock, [&] { return is_over || next_place < place() + ring.size(); });
            if (is_over) return;
            std::uint64_t const mine = next_place++;
            Slot& slot = ring[mine % ring.size()];
            slot = {.place = mine, .batch = nullptr, .problem = nullptr};
            lock.unlock();
            std::shared_ptr<Batch> batch;
            std::exception_ptr problem;
            try {
                batch = make(mine, scratch);
            } catch (...) {
                problem = std::current_exception();
            }
            lock.lock();
            if (slot.place != mine) continue;  // somebody went elsewhere meanwhile
            slot.batch = std::move(batch), slot.problem = problem, slot.is_ready = true;
            is_ready.notify_all();
        }
    }

    std::shared_ptr<Batch const> next() {
        if (!workers.empty() && is_forked())
            throw Error(
                Fault::unsupported,
                "the loader was made before this process was forked, and its threads are not here; expected "
                "one for each process; open the data set anew");
        std::unique_lock lock(mutex);
        if (position >= per_epoch) {
            ++epoch, position = 0;
            return nullptr;
        }
        std::uint64_t const wanted = place();
        if (workers.empty()) {
            auto batch = make(wanted, own_scratch);
            ++position;
            return batch;
        }
        Slot& slot = ring[wanted % ring.size()];
        is_ready.wait(lock, [&] { return slot.place == wanted && slot.is_ready; });
        if (slot.problem) std::rethrow_exception(slot.problem);
        std::shared_ptr<Batch const> batch = std::move(slot.batch);
        ++position;
        lock.unlock();
        is_room.notify_one();
        return batch;
    }

    void go_to(std::uint64_t new_epoch, std::uint64_t new_position) {
        {
            std::lock_guard const lock(mutex);
            if (epoch == new_epoch && position == new_position) return;
            epoch = new_epoch, position = new_position;
            next_place = place();
            for (Slot& slot : ring) slot = {};
        }
        is_room.notify_all();
    }

    // What decides which batches come, besides the data; not the rank, so that one state serves all.
    std::uint64_t options_print() const {
        detail::Fingerprint print;
        for (BatchField const& field : *fields) print.add(field.name), print.add(field.type.name());
        print.add(options.batch), print.add(std::uint64_t(options.drop_last));
        print.add(to_name(options.shuffle)), print.add(options.seed), print.add(options.world),
            print.add(to_name(options.ends));
        return print.value();
    }
};

Loader::Loader(std::shared_ptr<RecordSet const> records, LoaderOptions const& options)
    : work_(std::make_unique<Work>(std::move(records), options)) {}
Loader::~Loader() = default;

std::shared_ptr<Batch const> Loader::next() { return work_->next(); }
void Loader::start(std::uint64_t epoch) { work_->go_to(epoch, 0); }
std::uint64_t Loader::epoch() const { return work_->epoch; }
std::uint64_t Loader::position() const { return work_->position; }
std::uint64_t Loader::records() const { return work_->order->size(); }
std::uint64_t Loader::batches() const { return work_->per_epoch; }
std::vector<BatchField> const& Loader::fields() const { return *work_->fields; }

std::string Loader::state() const {
    return fmt::format(
        R"({{"hutch_loader": 1, "seed": {}, "epoch": {}, "batch": {}, "options": "{:016x}", "data": "{:016x}", "version": {}}})",
        work_->options.seed, epoch(), position(), work_->options_print(), work_->set->identity(),
        nlohmann::json(work_->set->version()).dump());
}

void Loader::set_state(std::string_view json) {
    Document const state = Document::parse(json, "state");
    state.only({"hutch_loader", "seed", "epoch", "batch", "options", "data", "version"});
    if (state.at("hutch_loader").integer() != 1)
        state.at("hutch_loader").fail("is of another program; expected 1");
    if (state.at("data").text() != fmt::format("{:016x}", work_->set->identity()))
        state.at("data").fail(fmt::format(
            "is of another data set, version '{}'; expected version '{}' and the same files and split",
            state.at("version").text(), work_->set->version()));
    if (state.at("options").text() != fmt::format("{:016x}", work_->options_print()))
        state.at("options").fail(
            "is of other options; expected the same fields, batch, shuffle, seed, world and ends");
    long long const epoch = state.at("epoch").integer(), batch = state.at("batch").integer();
    if (epoch < 0 || batch < 0 || std::uint64_t(batch) > batches())
        state.at("batch").fail(fmt::format("is {} of epoch {}; expected 0 to {}", batch, epoch, batches()));
    work_->go_to(std::uint64_t(epoch), std::uint64_t(batch));
}

}  // namespace hutch::curate::load
