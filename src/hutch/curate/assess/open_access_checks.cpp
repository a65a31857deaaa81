// What the access side asks for besides the numbered checks: a named licence (A01), open formats with
// checksums (A02).
#include "hutch/curate/assess/detail/answers.hpp"
#include "hutch/curate/assess/detail/document_checks.hpp"
#include "hutch/curate/assess/detail/json_document.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace hutch::curate::assess::detail {
namespace {

Answer run_named_licence(Subject const& subject) {
    std::size_t const there = std::size_t(std::ranges::count_if(
        subject.scan.files, [](ScannedFile const& file) { return file.is_there && !file.table.empty(); }));
    MetadataItem const* const licence = subject.dictionary.find("general", "licence");
    Answer answer;
    bool const is_named = licence != nullptr && !licence->value.empty();
    answer.state = there > 0 && is_named ? State::pass : State::fail;
    answer.text = fmt::format("{} with records, licence {}", counted(there, "file"),
                              is_named ? "'" + licence->value + "'" : "not named");
    answer.numbers = {{"files with records", double(there)}};
    return answer;
}

Answer run_open_format(Subject const& subject) {
    Answer answer;
    std::size_t without = 0;
    for (ScannedFile const& file : subject.scan.files)
        if (file.is_there && !file.table.empty() && file.declared_sha256.empty()) {
            ++without;
            show(answer, {file.path, "", 0, "has no declared SHA-256"});
        }
    answer.state = without == 0 && !subject.dictionary.tables.empty() ? State::pass : State::fail;
    answer.text = fmt::format("{} in open formats, {} with records without a declared SHA-256",
                              counted(subject.dictionary.tables.size(), "table"), counted(without, "file"));
    answer.numbers = {{"files without checksum", double(without)}};
    return answer;
}

}  // namespace

Check named_licence_check() {
    return {"A01", "files and licence", "Are there files with records, and is their licence named?",
            "name the licence in the recipe or in dictionary.json, general/licence", run_named_licence};
}

Check open_format_check() {
    return {"A02", "open formats with checksums",
            "Are all records in HDF5, CSV, JSON or npy, each file with a declared SHA-256?",
            "write the files anew in one of these formats, or list their SHA-256 in checksums.sha256",
            run_open_format};
}

}  // namespace hutch::curate::assess::detail
