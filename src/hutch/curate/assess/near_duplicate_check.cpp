#include "hutch/base/error.hpp"
#include "hutch/curate/assess/columns.hpp"
#include "hutch/curate/assess/detail/answers.hpp"
#include "hutch/curate/assess/detail/near_rows.hpp"
#include "hutch/curate/assess/detail/statistical_checks.hpp"
#include "hutch/curate/assess/likeness.hpp"
#include "hutch/curate/assess/record_arrays.hpp"
#include "hutch/curate/assess/sketch.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include <fmt/format.h>

namespace hutch::curate::assess::detail {
namespace {

constexpr std::size_t candidates_of_one = 3, most_across = 3000, most_within = 300;
constexpr std::uint64_t most_bytes = std::uint64_t(1) << 30;  // of arrays read back
constexpr double allowed_share = 0.001;                       // of a split, rubric C26
constexpr std::uint64_t fewest_repeats = 3;  // one or two that differ by noise alone may be so by chance

struct Verified {
    Likeness likeness = Likeness::different;
    double correlation = 0;
};

bool is_constant(std::vector<double> const& values) {
    return std::ranges::all_of(values, [&](double v) { return v == values[0] || std::isnan(v); });
}

// All array features must be alike; those that are constant in both say nothing.
class Verifier {
  public:
    Verifier(Subject const& subject, TableFacts const& table) : reader_(subject.folder, subject.scan, table) {
        for (Field const* field : table.table->of_role(Role::feature))
            if (!field->shape.empty()) fields_.push_back(field);
    }
    Verified compare_records(std::uint64_t one, std::uint64_t other) {
        Verified all{Likeness::copied, 1};
        bool has_any = false;
        for (Field const* field : fields_) {
            std::vector<double> const a = reader_.read(field->name, one),
                                      b = reader_.read(field->name, other);
            if (a.empty() && b.empty()) continue;
            if (!a.empty() && !b.empty() && is_constant(a) && is_constant(b)) continue;
            Comparison const found = compare(a, b, {field->noise == "poisson"});
            has_any = true;
            all.likeness = std::min(all.likeness, found.likeness);
            all.correlation = std::min(all.correlation, found.correlation);
            if (all.likeness == Likeness::different) break;
        }
        return has_any ? all : Verified{};
    }
    bool may_read_more() const { return reader_.bytes() < most_bytes; }

  private:
    RecordReader reader_;
    std::vector<Field const*> fields_;
};

struct Outcome {
    std::uint64_t records = 0, candidates = 0, tested = 0, unread = 0;
    std::uint64_t within_tested = 0, within = 0;
    std::map<std::int32_t, std::uint64_t> alike;     // records of a split that have a twin in another
    std::map<std::int32_t, std::uint64_t> repeated;  // the same, where the two differ by noise
    std::map<std::int32_t, std::uint64_t> sizes;
    bool is_cut = false;
    std::string problem;
};

// The record of a pair that counts: not the one that is trained on.
std::uint32_t counted_record(SketchPair const& pair, Classes const& splits, std::int32_t train) {
    return splits.of[pair.one] == train ? pair.other : pair.one;
}

void verify_across(Subject const& subject, TableFacts const& table, Classes const& splits,
                   NearPairs const& near, Verifier& verifier, Outcome& outcome, Answer& answer) {
    auto const train = std::int32_t(training_split(splits).value_or(0));
    std::map<std::uint32_t, std::size_t> tried;
    std::set<std::uint32_t> alike;
    outcome.candidates += near.pairs.size();
    outcome.is_cut = outcome.is_cut || near.is_cut;
    for (SketchPair const& pair : near.pairs) {
        std::uint32_t const record = counted_record(pair, splits, train),
                            twin = record == pair.one ? pair.other : pair.one;
        if (alike.contains(record) || tried[record] >= candidates_of_one) continue;
        if (outcome.tested >= most_across || !verifier.may_read_more()) {
            outcome.is_cut = true;
            break;
        }
        ++tried[record], ++outcome.tested;
        Verified found;
        try {
            found = verifier.compare_records(record, twin);
        } catch (Error const& error) {
            ++outcome.unread;
            outcome.problem = error.what();
        }
        if (found.likeness == Likeness::different) continue;
        alike.insert(record);
        ++(found.likeness == Likeness::copied ? outcome.alike : outcome.repeated)[splits.of[record]];
        Place const other = place_of(subject.scan, table, twin, "", "");
        show(answer, place_of(subject.scan, table, record, "",
                              fmt::format("{} record {} of '{}', correlation {:.6f}",
                                          found.likeness == Likeness::copied ? "a copy of"
                                                                             : "differs by noise alone from",
                                          other.record, other.file, found.correlation)));
    }
}

// A sample of the pairs within splits: to be told, not to be judged.
void verify_within(NearPairs const& near, Verifier& verifier, Outcome& outcome) {
    std::size_t const step = std::max<std::size_t>(1, near.pairs.size() / most_within);
    for (std::size_t i = 0; i < near.pairs.size() && verifier.may_read_more(); i += step) {
        try {
            ++outcome.within_tested;
            if (verifier.compare_records(near.pairs[i].one, near.pairs[i].other).likeness !=
                Likeness::different)
                ++outcome.within;
        } catch (Error const& error) {
            ++outcome.unread;
            outcome.problem = error.what();
        }
    }
}

void assess_arrays(Subject const& subject, TableFacts const& table, Classes const& splits, Outcome& outcome,
                   Answer& answer) {
    Verifier verifier(subject, table);
    std::span<Sketch const> const sketches = table.sketches;
    auto const is_other = [&](std::uint32_t a, std::uint32_t b) {
        return table.digests.size() != table.records || table.digests[a] != table.digests[b];
    };
    NearPairsOptions options;
    options.is_wanted = [&](std::uint32_t a, std::uint32_t b) {
        return splits.of[a] >= 0 && splits.of[b] >= 0 && splits.of[a] != splits.of[b] && is_other(a, b);
    };
    if (splits.count() > 1)
        verify_across(subject, table, splits, near_pairs(sketches, options), verifier, outcome, answer);
    options.most_pairs = 1 << 16;
    options.is_wanted = [&](std::uint32_t a, std::uint32_t b) {
        return splits.of[a] == splits.of[b] && is_other(a, b);
    };
    verify_within(near_pairs(sketches, options), verifier, outcome);
}

void assess_numbers(Subject const& subject, TableFacts const& table, Classes const& splits, Outcome& outcome,
                    Answer& answer) {
    NearRows const found = find_near_rows(table, splits);
    auto const train = std::int32_t(training_split(splits).value_or(0));
    std::set<std::uint64_t> alike;
    outcome.tested += found.compared, outcome.within += found.within;
    for (auto const& [one, other] : found.across) {
        std::uint64_t const record = splits.of[one] == train ? other : one;
        if (!alike.insert(record).second) continue;
        ++outcome.alike[splits.of[record]];
        Place const twin = place_of(subject.scan, table, record == one ? other : one, "", "");
        show(answer, place_of(subject.scan, table, record, "",
                              fmt::format("all numbers within {:g} standard deviations of record {} of '{}'",
                                          found.scale, twin.record, twin.file)));
    }
}

struct Worst {
    double share = 0;
    std::string split;
    std::uint64_t records = 0, by_chance = 0;
};

void keep_worst(Outcome& outcome, Classes const& splits, Worst& worst) {
    std::uint64_t repeats = 0;
    for (auto const& [split, count] : outcome.repeated) repeats += count;
    if (repeats >= fewest_repeats)
        for (auto const& [split, count] : outcome.repeated) outcome.alike[split] += count;
    else
        worst.by_chance += repeats;
    for (auto const& [split, alike] : outcome.alike) {
        double const share = double(alike) / double(std::max<std::uint64_t>(1, outcome.sizes.at(split)));
        worst.records += alike;
        if (share > worst.share) worst.share = share, worst.split = splits.names[std::size_t(split)];
    }
}

}  // namespace

Answer check_near_duplicates(Subject const& subject) {
    Answer answer;
    Outcome all;
    Worst worst;
    for (TableFacts const& table : subject.scan.tables) {
        Classes const splits = splits_of(subject.scan, table);
        Outcome outcome;
        for (std::int32_t split : splits.of) ++outcome.sizes[split];
        bool const has_sketches = table.records > 1 && table.sketches.size() == table.records;
        if (has_sketches)
            assess_arrays(subject, table, splits, outcome, answer);
        else if (has_comparable_rows(table))
            assess_numbers(subject, table, splits, outcome, answer);
        else
            continue;
        keep_worst(outcome, splits, worst);
        all.records += table.records;
        all.candidates += outcome.candidates, all.tested += outcome.tested, all.unread += outcome.unread;
        all.within += outcome.within, all.within_tested += outcome.within_tested;
        all.is_cut = all.is_cut || outcome.is_cut;
        if (!outcome.problem.empty()) all.problem = outcome.problem;
    }
    if (all.records == 0)
        return not_applicable(
            "no table has array features, or three number features that vary from record to record");
    if (all.unread > 0 && all.unread >= all.tested + all.within_tested)
        return not_checked("records that look alike cannot be read back: " + all.problem);
    answer.numbers = {{"records", double(all.records)},
                      {"candidate_pairs_across", double(all.candidates)},
                      {"compared_across", double(all.tested)},
                      {"near_duplicates_across", double(worst.records)},
                      {"largest_share_of_a_split", worst.share},
                      {"compared_within", double(all.within_tested)},
                      {"near_duplicate_pairs_within", double(all.within)}};
    if (worst.share > allowed_share) answer.state = State::fail;
    answer.text = fmt::format(
        "{} nearly the same as one of another split{}; {}of {} pairs within splits",
        worst.records == 0 ? "no record is"
                           : counted(worst.records, "record") + (worst.records == 1 ? " is" : " are"),
        worst.records == 0 ? "" : fmt::format(" ({:.2f} % of '{}')", 100 * worst.share, worst.split),
        fmt::format("{} ", all.within), all.within_tested);
    if (worst.by_chance > 0)
        answer.text +=
            fmt::format("; {} from another by noise alone, which may be chance",
                        counted(worst.by_chance, "record") + (worst.by_chance == 1 ? " differs" : " differ"));
    if (all.is_cut) answer.text += "; more pairs look alike than were compared";
    return answer;
}

}  // namespace hutch::curate::assess::detail
