#include "hutch/curate/load/loader.hpp"

#include "hutch/base/error.hpp"
#include "hutch/base/random.hpp"
#include "hutch/curate/load/test_set.hpp"

#include <algorithm>
#include <cstring>
#include <set>

namespace hutch::curate::load {
namespace {

using data::Compression;

template <class Number>
std::vector<Number> numbers(Batch const& batch, std::size_t field) {
    std::vector<Number> all(batch.numbers(field).size() / sizeof(Number));
    if (!all.empty()) std::memcpy(all.data(), batch.numbers(field).data(), batch.numbers(field).size());
    return all;
}

// Whether each value of a batch of x, image, label and name is of the record that the batch says.
void check(Batch const& batch) {
    auto const x = numbers<float>(batch, 0);
    auto const image = numbers<std::uint16_t>(batch, 1);
    auto const label = numbers<std::int16_t>(batch, 2);
    for (std::size_t i = 0; i < batch.records.size(); ++i) {
        std::uint64_t const r = batch.records[i];
        for (std::uint64_t j = 0; j < test_points; ++j)
            ASSERT_EQ(x[i * test_points + j], float(r) + float(j) / 64);
        for (std::uint64_t j = 0; j < 20; ++j)
            ASSERT_EQ(image[i * 20 + j], std::uint16_t(100 * r + 10 * (j / 5) + j % 5));
        ASSERT_EQ(label[i], std::int16_t(r % 7));
        ASSERT_EQ(batch.texts[3][i], "record " + std::to_string(r));
    }
}

LoaderOptions all_fields() { return {.fields = {"x", "image", "label", "name"}, .batch = 16}; }

std::shared_ptr<RecordSet const> open_train(std::filesystem::path const& folder) {
    return std::make_shared<RecordSet const>(folder, OpenOptions{.split = "train", .table = ""});
}

// The rest of an epoch as numbers of records.
std::vector<std::uint64_t> rest_of(Loader& loader) {
    std::vector<std::uint64_t> records;
    while (auto const batch = loader.next())
        records.insert(records.end(), batch->records.begin(), batch->records.end());
    return records;
}

std::string refusal(auto&& body) {
    try {
        body();
    } catch (Error const& problem) {
        return problem.what();
    }
    return "";
}

}  // namespace

TEST(Loader, GivesEachRecordOnceFromAnyLayout) {
    for (Compression const compression : {Compression::none, Compression::bitshuffle_lz4, Compression::zstd})
        for (std::uint64_t const rows : {1, 8})
            for (Shuffle const shuffle : {Shuffle::none, Shuffle::records, Shuffle::blocks})
                for (unsigned const workers : {0, 3}) {
                    auto const folder = write_test_set("each", {.chunking = {compression, rows, 1}});
                    LoaderOptions options = all_fields();
                    options.shuffle = shuffle, options.workers = workers, options.seed = 5;
                    Loader loader(open_train(folder), options);
                    EXPECT_EQ(loader.batches(), 6u);
                    for (int epoch = 0; epoch < 2; ++epoch) {
                        std::vector<std::uint64_t> seen;
                        while (auto const batch = loader.next()) {
                            check(*batch);
                            EXPECT_EQ(batch->records.size(), batch->number < 5 ? 16u : 13u);
                            seen.insert(seen.end(), batch->records.begin(), batch->records.end());
                        }
                        EXPECT_EQ(std::is_sorted(seen.begin(), seen.end()), shuffle == Shuffle::none);
                        EXPECT_EQ(std::set(seen.begin(), seen.end()).size(), 93u);
                    }
                }
}

TEST(Loader, GivesTheSameBatchesForAnyNumberOfThreads) {
    auto const set = open_train(write_test_set("threads"));
    std::vector<std::vector<std::uint64_t>> orders;
    for (unsigned const workers : {0, 1, 2, 5}) {
        LoaderOptions options{
            .fields = {"label"}, .batch = 7, .shuffle = Shuffle::records, .seed = 3, .workers = workers};
        Loader loader(set, options);
        rest_of(loader);
        orders.push_back(rest_of(loader));
        EXPECT_EQ(orders.back(), orders.front()) << workers;
    }
}

TEST(Loader, ResumesAnywhereWithTheSameBatches) {
    auto const set = open_train(write_test_set("resume"));
    LoaderOptions const options{
        .fields = {"x"}, .batch = 4, .shuffle = Shuffle::records, .seed = 8, .workers = 2};
    RandomStream random(1, 1, 0);
    for (int trial = 0; trial < 20; ++trial) {
        Loader first(set, options);
        std::uint64_t const stop = random.below(3 * (first.batches() + 1));
        for (std::uint64_t i = 0; i < stop; ++i) first.next();
        std::string const state = first.state();
        LoaderOptions others = options;
        others.workers = unsigned(trial % 4), others.ahead = 1 + unsigned(trial % 3);
        Loader second(set, others);
        for (int i = 0; i < trial % 5; ++i) second.next();
        second.set_state(state);
        EXPECT_EQ(second.state(), state);
        for (int epoch = 0; epoch < 2; ++epoch) EXPECT_EQ(rest_of(first), rest_of(second)) << state;
    }
}

TEST(Loader, RefusesTheStateOfOthers) {
    auto const folder = write_test_set("state");
    auto const set = open_train(folder);
    Loader loader(set, all_fields());
    std::string const state = loader.state();
    LoaderOptions others = all_fields();
    others.seed = 1;
    EXPECT_NE(
        refusal([&] { Loader(set, others).set_state(state); }).find("is of other options; expected the same"),
        std::string::npos);
    auto const test = std::make_shared<RecordSet const>(folder, OpenOptions{.split = "test", .table = ""});
    EXPECT_NE(refusal([&] { Loader(test, all_fields()).set_state(state); }).find("is of another data set"),
              std::string::npos);
    EXPECT_THROW(loader.set_state("{}"), Error);
    EXPECT_THROW(loader.set_state("no state"), Error);
    others = all_fields(), others.rank = 0, others.world = 1, others.workers = 0;
    EXPECT_EQ(refusal([&] { Loader(set, others).set_state(state); }), "");
}

TEST(Loader, LeavesOutAnIncompleteBatch) {
    LoaderOptions options = all_fields();
    options.drop_last = true;
    Loader loader(open_train(write_test_set("drop")), options);
    EXPECT_EQ(loader.batches(), 5u);
    EXPECT_EQ(rest_of(loader).size(), 80u);
}

TEST(Loader, SharesRecordsAmongRanks) {
    auto const set = open_train(write_test_set("ranks"));
    std::vector<std::uint64_t> all;
    for (std::uint64_t rank = 0; rank < 2; ++rank) {
        LoaderOptions options = all_fields();
        options.shuffle = Shuffle::records, options.rank = rank, options.world = 2;
        Loader loader(set, options);
        EXPECT_EQ(loader.records(), 46u);
        auto const mine = rest_of(loader);
        all.insert(all.end(), mine.begin(), mine.end());
    }
    EXPECT_EQ(all.size(), 92u);
    EXPECT_EQ(std::set(all.begin(), all.end()).size(), 92u);
}

TEST(Loader, ConvertsWhereItIsAskedTo) {
    LoaderOptions options{
        .fields = {"image", "label"}, .dtypes = {{"image", "float32"}, {"label", "int64"}}, .batch = 100};
    Loader loader(open_train(write_test_set("types", {.chunking = {Compression::bitshuffle_lz4, 1, 1}})),
                  options);
    auto const batch = loader.next();
    auto const image = numbers<float>(*batch, 0);
    auto const label = numbers<std::int64_t>(*batch, 1);
    for (std::size_t i = 0; i < 93; ++i) {
        EXPECT_EQ(image[20 * i + 7], float(std::uint16_t(100 * i + 12)));
        EXPECT_EQ(label[i], std::int64_t(i % 7));
    }
    options.dtypes = {{"image", "int16"}};
    EXPECT_NE(refusal([&] {
                  Loader(open_train(write_test_set("types")), options);
              }).find("'dtype' of 'image' is 'int16'"),
              std::string::npos);
}

TEST(Loader, NamesFileFieldAndRecordOfADamagedChunk) {
    auto const folder = write_test_set("damage", {.chunking = {Compression::zstd, 1, 1}});
    std::string bytes = read_file(folder / "train-1.h5");
    auto const place = data::locate_array(folder / "train-1.h5", "x").chunks[5];
    for (std::size_t i = 0; i < place.bytes; ++i) bytes[place.offset + i] = '\x55';
    write_file(folder / "train-1.h5", bytes);
    for (unsigned const workers : {0, 2}) {
        LoaderOptions options = all_fields();
        options.workers = workers, options.batch = 15;
        Loader loader(open_train(folder), options);
        for (int i = 0; i < 3; ++i) check(*loader.next());
        std::string const told = refusal([&] { loader.next(); });
        EXPECT_EQ(told.rfind("train-1.h5: 'x', record 5 of the file, is damaged (zstd", 0), 0u) << told;
        EXPECT_EQ(refusal([&] { loader.next(); }), told);
        loader.start(1);
        check(*loader.next());
    }
}

TEST(Loader, LetsBatchesOutliveIt) {
    std::vector<std::shared_ptr<Batch const>> kept;
    {
        Loader loader(open_train(write_test_set("outlive")), all_fields());
        while (auto const batch = loader.next()) kept.push_back(batch);
        loader.next();
    }
    ASSERT_EQ(kept.size(), 6u);
    for (auto const& batch : kept) check(*batch);
}

TEST(Loader, RefusesWhatMakesNoSense) {
    auto const set = open_train(write_test_set("refuse"));
    EXPECT_EQ(refusal([&] { Loader(set, {.batch = 0}); }), "'batch' is 0 records; expected 1 or more");
    EXPECT_EQ(refusal([&] { Loader(set, {.fields = {"lable"}}); }),
              "'lable' is no field; expected one of x, image, label, name; did you mean 'label'?");
    EXPECT_THROW(Loader(set, {.rank = 1, .world = 1}), Error);
    EXPECT_EQ(Loader(set, {}).fields().size(), 2u) << "features and labels";
}

}  // namespace hutch::curate::load
