/// A small data set of HDF5 files whose every value says which record it is of, for the tests of this folder.
#pragma once

#include "hutch/base/file.hpp"
#include "hutch/curate/dictionary.hpp"
#include "hutch/data/shard.hpp"

#include <filesystem>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace hutch::curate::load {

struct TestSet {
    std::vector<std::uint64_t> sizes{40, 23,
                                     30};  ///< records of train-0.h5 ...; 11 more are of the split test
    data::ShardWriter::Chunking chunking{};
    bool has_dictionary = true;
};

inline constexpr std::uint64_t test_points = 50;

/// x[r][i] = r + i / 64, image[r][i][j] = 100 r + 10 i + j, label[r] = r % 7, name[r] = "record r".
inline void write_test_file(std::filesystem::path const& path, std::uint64_t first, std::uint64_t count,
                            data::ShardWriter::Chunking const& chunking) {
    std::vector<float> x;
    std::vector<std::uint16_t> image;
    std::vector<std::int16_t> label;
    std::vector<std::string> name;
    for (std::uint64_t r = first; r < first + count; ++r) {
        for (std::uint64_t i = 0; i < test_points; ++i) x.push_back(float(r) + float(i) / 64);
        for (std::uint64_t i = 0; i < 20; ++i) image.push_back(std::uint16_t(100 * r + 10 * (i / 5) + i % 5));
        label.push_back(std::int16_t(r % 7));
        name.push_back("record " + std::to_string(r));
    }
    data::ShardWriter file(path);
    file.write<float>("x", x, {count, test_points}, {"count", ""}, chunking);
    file.write<std::uint16_t>("image", image, {count, 4, 5}, {}, chunking);
    file.write<std::int16_t>("label", label, {count}, {"1", ""});
    file.write_texts("name", name, {});
    file.write<double>("axis", std::vector<double>(test_points, 0.5), {test_points}, {"degree", ""});
    file.close();
}

inline Dictionary test_dictionary() {
    auto const field = [](char const* name, Role role) {
        Field made;
        made.name = name, made.role = role;
        return made;
    };
    RecordTable table;
    table.name = "records", table.format = "hdf5";
    table.files = {{"train-*.h5", "train"}, {"test.h5", "test"}};
    table.fields = {field("x", Role::feature), field("image", Role::other), field("label", Role::label),
                    field("name", Role::id)};
    table.shared = {field("axis", Role::axis)};
    Dictionary dictionary;
    dictionary.name = "small", dictionary.version = "1.2.0", dictionary.tables = {table};
    return dictionary;
}

inline std::filesystem::path write_test_set(std::string const& name, TestSet const& set = {}) {
    auto const folder = std::filesystem::path(testing::TempDir()) / name;
    std::filesystem::remove_all(folder);
    std::filesystem::create_directories(folder);
    std::uint64_t first = 0;
    for (std::size_t i = 0; i < set.sizes.size(); ++i) {
        write_test_file(folder / ("train-" + std::to_string(i) + ".h5"), first, set.sizes[i], set.chunking);
        first += set.sizes[i];
    }
    write_test_file(folder / "test.h5", 1000, 11, set.chunking);
    if (set.has_dictionary) write_file(folder / "dictionary.json", to_json(test_dictionary()));
    return folder;
}

}  // namespace hutch::curate::load
