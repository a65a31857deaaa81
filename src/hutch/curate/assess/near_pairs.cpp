#include "hutch/base/error.hpp"
#include "hutch/curate/assess/sketch.hpp"

#include <algorithm>
#include <limits>
#include <tuple>

namespace hutch::curate::assess {
namespace {

constexpr std::size_t many_records = std::size_t(1) << 18;  // 16 bits leave more than 4 in a bucket

struct Entry {
    std::uint32_t key, index;
};

std::uint32_t band_of(Sketch const& sketch, std::size_t band, unsigned width) {
    std::size_t const bit = band * width;
    return std::uint32_t(sketch[bit / 64] >> (bit % 64) & ((std::uint64_t(1) << width) - 1));
}

// Order of two signatures that starts at another word for each band, so that crowded buckets are cut
// otherwise.
bool comes_before(Sketch const& one, Sketch const& other, std::size_t from) {
    for (std::size_t i = 0; i < one.size(); ++i) {
        std::uint64_t const a = one[(from + i) % one.size()], b = other[(from + i) % one.size()];
        if (a != b) return a < b;
    }
    return false;
}

bool is_closer(SketchPair const& a, SketchPair const& b) {
    return std::tie(a.distance, a.one, a.other) < std::tie(b.distance, b.one, b.other);
}

class Collector {
  public:
    Collector(std::span<Sketch const> sketches, NearPairsOptions const& options)
        : sketches_(sketches), options_(options), most_distance_(options.most_distance) {}

    void try_pair(std::uint32_t a, std::uint32_t b) {
        int const bits = distance(sketches_[a], sketches_[b]);
        if (bits > most_distance_) return;
        auto const [one, other] = std::minmax(a, b);
        if (options_.is_wanted && !options_.is_wanted(one, other)) return;
        found_.pairs.push_back({one, other, bits});
        if (found_.pairs.size() >= 2 * options_.most_pairs + 1024) tidy();
    }

    NearPairs finish() {
        tidy();
        return std::move(found_);
    }

  private:
    void tidy() {
        std::ranges::sort(found_.pairs, is_closer);
        auto const twice = std::ranges::unique(found_.pairs);
        found_.pairs.erase(twice.begin(), twice.end());
        if (found_.pairs.size() <= options_.most_pairs) return;
        found_.pairs.resize(options_.most_pairs);
        most_distance_ =
            found_.pairs.empty() ? -1 : found_.pairs.back().distance - 1;  // only closer ones count
        found_.is_cut = true;
    }

    std::span<Sketch const> sketches_;
    NearPairsOptions const& options_;
    int most_distance_;
    NearPairs found_;
};

void compare_bucket(std::span<Entry> bucket, std::size_t band, std::span<Sketch const> sketches,
                    std::size_t window, Collector& collector) {
    if (bucket.size() > window)
        std::ranges::sort(bucket, [&](Entry const& a, Entry const& b) {
            if (comes_before(sketches[a.index], sketches[b.index], band)) return true;
            return !comes_before(sketches[b.index], sketches[a.index], band) && a.index < b.index;
        });
    for (std::size_t i = 0; i < bucket.size(); ++i)
        for (std::size_t j = i + 1; j < std::min(bucket.size(), i + 1 + window); ++j)
            collector.try_pair(bucket[i].index, bucket[j].index);
}

}  // namespace

NearPairs near_pairs(std::span<Sketch const> sketches, NearPairsOptions const& options) {
    if (sketches.size() > std::numeric_limits<std::uint32_t>::max())
        throw Error(Fault::exhausted,
                    "'sketches' are more than 2^32; expected fewer; take a part of the records");
    unsigned const width = sketches.size() > many_records ? 32 : 16;
    std::vector<Entry> entries;
    entries.reserve(sketches.size());
    Collector collector(sketches, options);
    for (std::size_t band = 0; band < 256 / width; ++band) {
        entries.clear();
        for (std::size_t i = 0; i < sketches.size(); ++i)
            if (sketches[i] != Sketch{})
                entries.push_back({band_of(sketches[i], band, width), std::uint32_t(i)});
        std::ranges::sort(entries, [](Entry const& a, Entry const& b) {
            return std::tie(a.key, a.index) < std::tie(b.key, b.index);
        });
        for (std::size_t first = 0; first < entries.size();) {
            std::size_t last = first + 1;
            while (last < entries.size() && entries[last].key == entries[first].key) ++last;
            compare_bucket(std::span(entries).subspan(first, last - first), band, sketches, options.window,
                           collector);
            first = last;
        }
    }
    return collector.finish();
}

}  // namespace hutch::curate::assess
