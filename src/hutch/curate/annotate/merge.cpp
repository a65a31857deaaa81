#include "hutch/curate/annotate/merge.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace hutch::curate::annotate {
namespace {

constexpr double equal_votes = 1e-9;

struct Votes {
    double weight = 0;
    std::set<std::string> who;
    bool has_person = false;
    std::string time;
};

std::string name_of(Annotator const& annotator) {
    return annotator.is_program ? annotator.name + " " + annotator.version : annotator.name;
}

}  // namespace

MergeReport merge(std::vector<Annotation> const& all, MergeOptions const& options) {
    std::map<std::string, std::map<std::string, Votes>> records;
    std::map<std::string, std::set<std::string>> annotators;
    for (Annotation const& one : current(all)) {
        if (one.region.kind != Region::Kind::whole || one.vocabulary != options.vocabulary) continue;
        Votes& votes = records[one.record][one.label];
        votes.weight += options.by_confidence ? one.confidence.value_or(1) : 1;
        votes.who.insert(name_of(one.annotator));
        votes.has_person |= !one.annotator.is_program;
        votes.time = std::max(votes.time, one.time);
        annotators[one.record].insert(name_of(one.annotator));
    }
    MergeReport report;
    for (auto const& [record, labels] : records) {
        double sum = 0;
        auto best = labels.begin();
        std::size_t equal = 0;
        for (auto one = labels.begin(); one != labels.end(); ++one) {
            sum += one->second.weight;
            if (one->second.weight > best->second.weight) best = one;
        }
        for (auto const& [label, votes] : labels)
            equal += std::abs(votes.weight - best->second.weight) <= equal_votes * sum;
        if (equal > 1 || !(sum > 0)) {
            report.tied.push_back(record);
            continue;
        }
        report.labels.push_back({record, best->first, best->second.weight / sum, annotators[record].size(),
                                 !best->second.has_person,
                                 fmt::format("{}", fmt::join(best->second.who, "; ")), best->second.time});
    }
    return report;
}

}  // namespace hutch::curate::annotate
