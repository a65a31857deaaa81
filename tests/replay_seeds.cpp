// Run a fuzz target over its seeds and over a fixed number of mutations of each, as an ordinary test.
#include "hutch/base/random.hpp"

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size);

namespace {

void run_one(std::string const& bytes) {
    LLVMFuzzerTestOneInput(reinterpret_cast<std::uint8_t const*>(bytes.data()), bytes.size());
}

// One to four edits: flip, cut, double, or overwrite with characters that parsers care about.
std::string mutate(std::string bytes, hutch::RandomStream& random) {
    static constexpr char const special[] = "\n\r\0'\";_#?.-+0199eE[]{}:,/()\xff ";
    for (std::uint64_t edits = 1 + random.below(4); edits > 0 && !bytes.empty(); --edits) {
        std::size_t const at = random.below(bytes.size());
        std::size_t const length = 1 + random.below(std::min<std::size_t>(64, bytes.size() - at));
        switch (random.below(4)) {
            case 0:
                bytes[at] = char(bytes[at] ^ (1 << random.below(8)));
                break;
            case 1:
                bytes.erase(at, length);
                break;
            case 2:
                bytes.insert(at, bytes.substr(at, length));
                break;
            default:
                bytes[at] = special[random.below(sizeof special - 1)];
                break;
        }
    }
    return bytes;
}

}  // namespace

int main(int argc, char** argv) {
    if (argc < 2 || !std::filesystem::is_directory(argv[1])) {
        std::fprintf(stderr, "usage: %s FOLDER_OF_SEEDS [MUTATIONS_PER_SEED]\n", argv[0]);
        return 2;
    }
    int const mutations = argc > 2 ? std::stoi(argv[2]) : 100;
    std::vector<std::filesystem::path> seeds;
    for (auto const& entry : std::filesystem::directory_iterator(argv[1])) seeds.push_back(entry.path());
    std::ranges::sort(seeds);
    for (std::size_t s = 0; s < seeds.size(); ++s) {
        std::ifstream in(seeds[s], std::ios::binary);
        std::string const bytes((std::istreambuf_iterator<char>(in)), {});
        run_one(bytes);
        for (int m = 0; m < mutations; ++m) {
            hutch::RandomStream random(1, std::uint32_t(s), std::uint64_t(m));
            run_one(mutate(bytes, random));
        }
    }
    std::printf("%zu seeds, %d mutations each: no crash\n", seeds.size(), mutations);
    return seeds.empty() ? 1 : 0;
}
