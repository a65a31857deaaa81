#include "hutch/curate/distribution.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

namespace hutch::curate {

Distribution Distribution::constant(double value) {
    Distribution result;
    result.a_ = result.b_ = result.least_ = result.most_ = value;
    return result;
}

Distribution::Kind Distribution::read_kind(Document const& document, Distribution& result) {
    document.only({"uniform", "log_uniform", "normal", "choice", "probability", "otherwise", "levels"});
    Kind kind = Kind::constant;
    int given = 0;
    for (auto [name, one] : {std::pair{"uniform", Kind::uniform},
                             {"log_uniform", Kind::log_uniform},
                             {"normal", Kind::normal},
                             {"choice", Kind::choice}}) {
        if (!document.has(name)) continue;
        ++given;
        kind = one;
        for (Document const& item : document.at(name).items()) result.choices_.push_back(item.number());
        if (kind != Kind::choice && result.choices_.size() != 2)
            document.at(name).fail(
                fmt::format("is a list of {}; expected two numbers", result.choices_.size()));
        if (result.choices_.empty()) document.at(name).fail("is empty; expected at least one value");
    }
    if (given != 1)
        document.fail(fmt::format(
            "names {} distributions; expected one of uniform, log_uniform, normal, choice", given));
    return kind;
}

void Distribution::read_mixture(Document const& document) {
    if (document.has("levels")) {
        if (kind_ != Kind::uniform && kind_ != Kind::log_uniform)
            document.at("levels").fail("is given; expected it with uniform or log_uniform only");
        long long const levels = document.at("levels").integer();
        if (levels < 2 || levels > 100000)
            document.at("levels").fail(fmt::format("is {}; expected 2 to 100,000", levels));
        levels_ = int(levels);
    }
    if (document.has("probability") != document.has("otherwise"))
        document.fail("has only one of 'probability' and 'otherwise'; expected both or none");
    if (!document.has("probability")) return;
    probability_ = document.at("probability").number();
    if (!(probability_ >= 0 && probability_ <= 1))
        document.at("probability").fail(fmt::format("is {}; expected 0 to 1", probability_));
    otherwise_ = document.at("otherwise").number();
    least_ = std::min(least_, otherwise_);
    most_ = std::max(most_, otherwise_);
}

Distribution Distribution::parse(Document const& document, double least, double most,
                                 std::string const& unit) {
    Distribution result;
    std::string const unit_text = unit.empty() || unit == "1" ? "" : " " + unit;
    if (document.is_scalar()) {
        result = constant(document.number());
    } else if (document.is_map()) {
        result.kind_ = read_kind(document, result);
        result.a_ = result.choices_.front();
        result.b_ = result.choices_.back();
        std::tie(result.least_, result.most_) =
            std::pair(*std::ranges::min_element(result.choices_), *std::ranges::max_element(result.choices_));
        if (result.kind_ == Kind::normal) {
            if (!(result.b_ > 0))
                document.at("normal").fail(fmt::format("has standard deviation {}; expected > 0", result.b_));
            if (!(result.a_ >= least && result.a_ <= most))
                document.at("normal").fail(
                    fmt::format("has mean {}{}; expected {} to {}", result.a_, unit_text, least, most));
            result.least_ = std::max(least, result.a_ - 6 * result.b_),
            result.most_ = std::min(most, result.a_ + 6 * result.b_);
        } else if (result.kind_ != Kind::choice && result.b_ < result.a_) {
            document.fail(
                fmt::format("runs from {} to {}; expected the smaller first", result.a_, result.b_));
        }
        if (result.kind_ == Kind::log_uniform && !(result.a_ > 0))
            document.at("log_uniform").fail(fmt::format("begins at {}; expected > 0", result.a_));
        result.read_mixture(document);
    } else {
        document.fail(
            "is neither a number nor a distribution; expected for example 0.1 or {uniform: [0, 0.1]}");
    }
    if (result.is_constant() && !(result.least_ >= least && result.most_ <= most))
        document.fail(fmt::format("is {}{}; expected {} to {}", result.least_, unit_text, least, most));
    if (!(result.least_ >= least && result.most_ <= most))
        document.fail(fmt::format("reaches from {} to {}{}; expected within {} to {}", result.least_,
                                  result.most_, unit_text, least, most));
    return result;
}

double Distribution::draw(RandomStream& random) const {
    if (kind_ == Kind::constant) return a_;
    if (probability_ < 1 && random.uniform() >= probability_) return otherwise_;
    double u = random.uniform();
    if (levels_ > 0) u = std::min(levels_ - 1.0, std::floor(u * levels_)) / (levels_ - 1);
    switch (kind_) {
        case Kind::uniform:
            return a_ + (b_ - a_) * u;
        case Kind::log_uniform:
            return a_ * std::pow(b_ / a_, u);
        case Kind::choice:
            return choices_[std::min(choices_.size() - 1, std::size_t(u * double(choices_.size())))];
        case Kind::normal:
        case Kind::constant:
            break;
    }
    for (int attempt = 0; attempt < 100; ++attempt)
        if (double const value = a_ + b_ * random.normal(); value >= least_ && value <= most_) return value;
    return a_;
}

}  // namespace hutch::curate
