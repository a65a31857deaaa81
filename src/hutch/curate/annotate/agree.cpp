#include "hutch/curate/annotate/agree.hpp"

#include "hutch/base/error.hpp"
#include "hutch/base/text.hpp"
#include "hutch/curate/annotate/regions.hpp"

#include <algorithm>
#include <limits>
#include <map>

#include <fmt/format.h>

namespace hutch::curate::annotate {
namespace {

constexpr double none = std::numeric_limits<double>::quiet_NaN();

using Labels = std::vector<std::vector<LabelNumber>>;

std::string name_of(Annotator const& annotator) {
    return annotator.is_program ? annotator.name + " " + annotator.version : annotator.name;
}

template <class Key>
std::map<Key, std::size_t> numbered(std::map<Key, std::size_t> keys) {
    std::size_t next = 0;
    for (auto& [key, number] : keys) number = next++;
    return keys;
}

// Labels of whole records, one list for each annotator.
void compare_labels(std::vector<Annotation> const& all, std::map<std::string, std::size_t> const& annotators,
                    AgreementReport& report) {
    std::map<std::string, std::size_t> records, classes;
    for (Annotation const& one : all)
        if (one.region.kind == Region::Kind::whole) records[one.record], classes[one.label];
    records = numbered(records), classes = numbered(classes);
    for (auto const& [name, number] : classes) report.classes.push_back(name);
    Labels labels(annotators.size(), std::vector<LabelNumber>(records.size(), -1));
    for (Annotation const& one : all)
        if (one.region.kind == Region::Kind::whole)
            labels[annotators.at(name_of(one.annotator))][records[one.record]] =
                LabelNumber(classes[one.label]);
    report.kappa = labels.size() == 2 ? cohen_kappa(labels[0], labels[1]) : fleiss_kappa(labels);
    report.records = report.kappa.items;
    report.alpha = report.records == 0 ? none : krippendorff_alpha(labels);
}

void compare_regions(std::vector<Annotation> const& all, std::map<std::string, std::size_t> const& annotators,
                     AgreementReport& report) {
    std::vector<std::vector<Annotation>> regions(annotators.size());
    for (Annotation const& one : all)
        if (one.region.kind != Region::Kind::whole)
            regions[annotators.at(name_of(one.annotator))].push_back(one), ++report.regions;
    double f1 = 0, overlaps = 0;
    std::size_t pairs = 0, matched = 0;
    for (std::size_t a = 0; a < regions.size(); ++a)
        for (std::size_t b = a + 1; b < regions.size(); ++b) {
            Match const found = match(regions[a], regions[b]);
            f1 += found.f1(), ++pairs;
            overlaps += found.mean_overlap * double(found.matched), matched += found.matched;
        }
    report.f1 = report.regions == 0 ? none : f1 / double(pairs);
    report.mean_overlap = matched == 0 ? none : overlaps / double(matched);
}

}  // namespace

double krippendorff_alpha(std::span<std::vector<LabelNumber> const> labels) {
    std::map<LabelNumber, double> totals;  // of labels that can be paired
    double pairable = 0, agreeing = 0;
    std::size_t const items = labels.empty() ? 0 : labels[0].size();
    for (std::size_t item = 0; item < items; ++item) {
        std::map<LabelNumber, double> counts;
        double said = 0;
        for (auto const& annotator : labels)
            if (annotator[item] >= 0) ++counts[annotator[item]], ++said;
        if (said < 2) continue;
        pairable += said;
        for (auto const& [label, count] : counts)
            totals[label] += count, agreeing += count * (count - 1) / (said - 1);
    }
    if (pairable == 0) return none;
    double by_chance = 0;
    for (auto const& [label, count] : totals) by_chance += count * (count - 1);
    by_chance /= pairable - 1;
    double const expected = pairable - by_chance, observed = pairable - agreeing;
    return expected > 0 ? 1 - observed / expected : 1;
}

AgreementReport agree(std::vector<Annotation> const& all, std::string const& vocabulary) {
    std::vector<Annotation> chosen;
    std::map<std::string, std::size_t> annotators;
    for (Annotation& one : current(all)) {
        if (one.vocabulary != vocabulary) continue;
        annotators[name_of(one.annotator)];
        chosen.push_back(std::move(one));
    }
    if (annotators.size() < 2)
        throw Error(Fault::bad_input,
                    fmt::format("'vocabulary' {} has annotations of {} annotators; expected at least two",
                                in_quotes(vocabulary), annotators.size()));
    annotators = numbered(annotators);
    AgreementReport report;
    for (auto const& [name, number] : annotators) report.annotators.push_back(name);
    compare_labels(chosen, annotators, report);
    compare_regions(chosen, annotators, report);
    return report;
}

}  // namespace hutch::curate::annotate
