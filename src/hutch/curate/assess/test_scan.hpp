/// Make scans by hand, for tests of what checks say about them.
#pragma once

#include "hutch/curate/assess/check.hpp"
#include "hutch/data/shard.hpp"

#include <algorithm>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace hutch::curate::assess {

/// One table of some files, each a split; fields are added with their values.
class MadeSet {
  public:
    explicit MadeSet(std::vector<std::pair<std::string, std::uint64_t>> const& splits) {
        dictionary_.tables.resize(1);
        table().name = "records", table().format = "hdf5";
        scan_.tables.resize(1);
        facts().first_records = {0};
        for (auto const& [split, records] : splits) {
            std::string const path = fmt::format("{}-{}.h5", split, scan_.files.size());
            ScannedFile file;
            file.path = path, file.table = "records", file.split = split, file.records = records;
            facts().files.push_back(scan_.files.size());
            scan_.files.push_back(file);
            table().files.push_back({path, split});
            facts().records += records;
            facts().first_records.push_back(facts().records);
        }
    }
    MadeSet& numbers(std::string const& name, Role role, std::vector<double> values) {
        field(name, role).dtype = "float64";
        facts().numbers[name] = std::move(values);
        return *this;
    }
    MadeSet& texts(std::string const& name, Role role, std::vector<std::string> const& values) {
        field(name, role).dtype = "utf8";
        std::vector<std::string>& words = facts().words[name];
        std::vector<std::uint32_t>& numbers = facts().texts[name];
        std::map<std::string, std::uint32_t> known;
        for (std::string const& value : values) {
            auto const [found, is_new] = known.try_emplace(value, std::uint32_t(words.size()));
            if (is_new) words.push_back(value);
            numbers.push_back(found->second);
        }
        return *this;
    }
    /// The last field that was added, or a new one.
    Field& last() { return table().fields.back(); }
    Field& field(std::string const& name, Role role) {
        Field made;
        made.name = name, made.role = role;
        table().fields.push_back(std::move(made));
        return last();
    }
    Dictionary& dictionary() { return dictionary_; }
    RecordTable& table() { return dictionary_.tables[0]; }
    TableFacts& facts() { return scan_.tables[0]; }
    Scan& scan() { return scan_; }
    std::filesystem::path folder = ".";
    bool may_use_network = false;
    std::string optimade, community;

    Answer ask(std::vector<Check> const& checks, std::string const& id) {
        facts().table = &table();
        Subject const subject{folder,   dictionary_, scan_, 1,        may_use_network,
                              optimade, "python3",   0,     community};
        for (Check const& check : checks)
            if (check.id == id) return check.run(subject);
        ADD_FAILURE() << "there is no check " << id;
        return {};
    }

  private:
    Dictionary dictionary_;
    Scan scan_;
};

}  // namespace hutch::curate::assess
