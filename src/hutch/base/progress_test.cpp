#include "hutch/base/progress.hpp"

#include <gtest/gtest.h>

namespace hutch {

TEST(Progress, SaysShareRateAndTimeLeft) {
    EXPECT_EQ(progress_line("building", "patterns", 50000, 200000, 5000, 4),
              "building █░░░  25 %  50,000 of 200,000 patterns  5,000/s  30 s left");
    EXPECT_EQ(progress_line("building", "patterns", 4, 4, 0, 2), "building ██ 100 %  4 of 4 patterns");
}

TEST(Progress, SaysDurationsAsPeopleDo) {
    EXPECT_EQ(to_duration(0.42), "0.4 s");
    EXPECT_EQ(to_duration(185), "3 min 05 s");
    EXPECT_EQ(to_duration(7800), "2 h 10 min");
}

}  // namespace hutch
