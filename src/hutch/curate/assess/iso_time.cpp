#include "hutch/curate/assess/iso_time.hpp"

#include "hutch/base/text.hpp"

#include <chrono>

namespace hutch::curate::assess {
namespace {

// Takes digits from the front of a text; fails for good once something is not as expected.
class Taker {
  public:
    explicit Taker(std::string_view text) : left_(text) {}

    int digits(std::size_t count) {
        int value = 0;
        for (std::size_t i = 0; i < count; ++i) {
            if (left_.empty() || left_[0] < '0' || left_[0] > '9') return fail();
            value = 10 * value + (left_[0] - '0');
            left_.remove_prefix(1);
        }
        return value;
    }
    bool takes(std::string_view any_of) {
        if (left_.empty() || any_of.find(left_[0]) == std::string_view::npos) return false;
        left_.remove_prefix(1);
        return true;
    }
    void expect(std::string_view any_of) {
        if (!takes(any_of)) fail();
    }
    double fraction() {
        double value = 0, place = 0.1;
        for (; !left_.empty() && left_[0] >= '0' && left_[0] <= '9'; place /= 10, left_.remove_prefix(1))
            value += place * (left_[0] - '0');
        return value;
    }
    char next() const { return left_.empty() ? '\0' : left_[0]; }
    bool is_done() const { return left_.empty() && !has_failed_; }
    bool has_failed() const { return has_failed_; }

  private:
    int fail() {
        has_failed_ = true;
        return 0;
    }
    std::string_view left_;
    bool has_failed_ = false;
};

double time_of_day(Taker& taker) {
    int const hours = taker.digits(2);
    taker.expect(":");
    int const minutes = taker.digits(2);
    double seconds = 0;
    if (taker.takes(":")) {
        seconds = taker.digits(2);
        if (taker.takes(".,")) seconds += taker.fraction();
    }
    if (hours > 24 || minutes > 59 || seconds >= 61) taker.digits(99);  // fails
    return 3600.0 * hours + 60.0 * minutes + seconds;
}

double zone_offset(Taker& taker) {
    if (taker.takes("Zz")) return 0;
    double const sign = taker.next() == '-' ? -1 : 1;
    if (!taker.takes("+-")) return 0;
    int const hours = taker.digits(2);
    taker.takes(":");
    int const minutes = taker.next() == '\0' ? 0 : taker.digits(2);
    return sign * (3600.0 * hours + 60.0 * minutes);
}

}  // namespace

std::optional<double> seconds_of(std::string_view text) {
    Taker taker(trim(text));
    int const year = taker.digits(4);
    taker.expect("-");
    int const month = taker.digits(2);
    taker.expect("-");
    int const day = taker.digits(2);
    std::chrono::year_month_day const date{std::chrono::year(year), std::chrono::month(unsigned(month)),
                                           std::chrono::day(unsigned(day))};
    if (taker.has_failed() || !date.ok()) return {};
    double seconds = 86400.0 * double(std::chrono::sys_days(date).time_since_epoch().count());
    if (taker.takes("Tt ")) {
        seconds += time_of_day(taker);
        seconds -= zone_offset(taker);
    }
    if (!taker.is_done()) return {};
    return seconds;
}

}  // namespace hutch::curate::assess
