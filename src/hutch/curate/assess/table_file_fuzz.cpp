// The first byte selects the format; whatever opens must be readable in pieces without a crash, and the
// pieces must be the whole.
#include "hutch/base/error.hpp"
#include "hutch/curate/assess/table_file.hpp"

#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <string>

namespace {

using namespace hutch::curate;
using namespace hutch::curate::assess;

bool is_same(double a, double b) { return a == b || (std::isnan(a) && std::isnan(b)); }

void expect_pieces_make_the_whole(TableFile& file, std::string const& field) {
    std::uint64_t const records = std::min<std::uint64_t>(file.records(), 200);
    Block whole, piece;
    file.read(field, 0, records, whole);
    if (whole.ends.size() != records || (records > 0 && whole.ends.back() != whole.values.size()))
        std::abort();
    std::uint64_t begin = 0;
    for (std::uint64_t i = 0; i < records; ++i) {
        file.read(field, i, 1, piece);
        if (piece.values.size() != whole.ends[i] - begin) std::abort();
        for (std::size_t k = 0; k < piece.values.size(); ++k)
            if (!is_same(piece.values[k], whole.values[begin + k])) std::abort();
        begin = whole.ends[i];
    }
    if (file.read_texts(field, 0, records).size() != records) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    if (size == 0 || size > 65536) return 0;
    static char const* const formats[] = {"csv", "jsonl", "json", "npy"};
    RecordTable table;
    table.name = "fuzz", table.format = formats[data[0] % 4];
    table.layout = (data[0] / 4) % 8 == 7 ? Layout::files : Layout::rows;
    try {
        auto const file =
            open_table_bytes(std::string(reinterpret_cast<char const*>(data) + 1, size - 1), table);
        auto const names = file->names();
        for (std::size_t i = 0; i < names.size() && i < 8; ++i) {
            file->find(names[i]);
            try {
                expect_pieces_make_the_whole(*file, names[i]);
            } catch (hutch::Error const&) {
            }
        }
    } catch (hutch::Error const&) {
    }
    return 0;
}
