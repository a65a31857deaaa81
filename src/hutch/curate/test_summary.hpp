/// Give tests a small data set summary with every part filled in.
#pragma once

#include "hutch/curate/summary.hpp"

#include <string>

namespace hutch::curate {

inline DatasetSummary small_summary() {
    DatasetSummary s;
    s.name = "demo", s.title = "Demo patterns", s.version = "1.2.3",
    s.description = "Patterns.\n\nTo learn from.";
    s.licence = "CC-BY-4.0", s.url = "https://example.org/demo", s.date_published = "2026-02-01";
    s.citation = "Doe, J. (2026). Demo. https://doi.org/10.5072/demo.";
    s.creators = {{"Doe, Jane"}, {"Institute"}}, s.keywords = {"diffraction"};
    s.seed = 7, s.records = 30, s.structures = 6, s.groups = 5, s.generator = "hutch 0.1.0";
    s.fields = {{"id", "utf8[8]", {}, "", "Name."}, {"intensity", "float32", {2048}, "count", "Counts."}};
    s.splits = {{"train", 20, 4, 3}, {"validation", 5, 1, 1}, {"test", 5, 1, 1}};
    s.files = {{"records.csv", 900, std::string(64, 'a'), "", 0},
               {"test/0.h5", 5000, std::string(64, 'b'), "test", 5},
               {"train/0.h5", 20'000'000, std::string(64, 'c'), "train", 20}};
    s.sources = {
        {"A database", "CC0-1.0", "Someone (2003).", "https://example.org/db", 10, 6, {{"no atoms", 4}}}};
    s.classes = {
        {"crystal system", {{"cubic", {16, 2, 2}}, {"hexagonal", {4, 3, 3}}, {"triclinic", {0, 0, 0}}}}};
    s.distributions = {{"size", "nm", true, 5, 500, 80, {1, 10, 100, 1000}, {4, 20, 6}}};
    s.examples = {{"halite", "2θ / degree", {10, 20, 30}, {1, 100, 1}}};
    s.recipe = "seed: 7\n";
    s.notes = {{"biases", "Many silicates."}, {"use_cases", "Learning."}, {"colour", "Blue."}};
    s.records_table = "records.csv", s.structures_table = "structures.csv",
    s.examples_table = "examples.jsonl";
    s.record_columns = {{"id", "utf8", {}, "", "Name."},
                        {"split", "utf8", {}, "", "Split."},
                        {"structure", "utf8", {}, "", "Structure."},
                        {"size", "float32", {}, "nm", "Size."}};
    s.structure_columns = {{"id", "utf8", {}, "", "Name."}, {"space_group", "int16", {}, "1", "Number."}};
    s.record_columns[0].role = s.structure_columns[0].role = Role::id;
    s.record_columns[2].references = "structures/id";
    return s;
}

/// Text that would be markup if it were not escaped, and that is not even UTF-8.
inline std::string const evil =
    "<script>alert(\"1\")</script> & 'x' | `y` *z* [l](javascript:0) \x01 \xff\n# no";

/// Return a summary with evil in every text.
inline DatasetSummary evil_summary() {
    DatasetSummary s = small_summary();
    s.name = s.title = s.version = s.description = s.licence = s.url = s.citation = s.date_published = evil;
    s.creators = {{evil}}, s.keywords = {evil};
    s.generator = s.recipe = s.records_table = s.structures_table = s.examples_table = evil;
    s.fields.push_back({evil, evil, {}, evil, evil});
    s.record_columns.push_back({evil, evil, {}, evil, evil});
    s.splits.push_back({evil, 1, 1, 1});
    s.files.push_back({evil + ".h5", 1, evil, evil, 1});
    s.sources.push_back({evil, evil, evil, evil, 1, 1, {{evil, 1}}});
    s.classes.push_back({evil, {{evil, {1}}}});
    s.distributions.push_back({evil, evil, false, 0, 1, 0.5, {0, 1}, {1}});
    s.examples.push_back({evil, evil, {0, 1}, {0, 1}});
    s.notes[evil] = evil;
    return s;
}

}  // namespace hutch::curate
