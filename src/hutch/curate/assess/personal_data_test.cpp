#include "hutch/curate/assess/personal_data.hpp"

#include <gtest/gtest.h>

namespace hutch::curate::assess {
namespace {

std::string kinds_in(std::string_view text) {
    std::string all;
    for (PersonalData const& one : find_personal_data(text)) all += (all.empty() ? "" : ", ") + one.kind;
    return all;
}

TEST(PersonalTexts, IsFoundInSentences) {
    EXPECT_EQ(kinds_in("measured by jane.doe+x@beamline.fr."), "e-mail address");
    EXPECT_EQ(kinds_in("call +49 30 1234567 or (212) 555-0143"), "phone number, phone number");
    EXPECT_EQ(kinds_in("tel 212-555-0143"), "phone number");
    EXPECT_EQ(kinds_in("mobile 13800138000"), "phone number");
    EXPECT_EQ(kinds_in("id 11010519491231002X"), "identity number");  // the example of GB 11643-1999
    EXPECT_EQ(kinds_in("pay to GB82 WEST 1234 5698 7654 32"), "account number");  // ISO 13616's example
    EXPECT_EQ(kinds_in("pay to DE89370400440532013000, please"), "account number");
    EXPECT_EQ(kinds_in("read from /home/jdoe/run7/data.h5"), "user's folder");
    EXPECT_EQ(kinds_in("C:\\Users\\jdoe\\data"), "user's folder");
    EXPECT_EQ(kinds_in("/Users/jdoe/data"), "user's folder");
    EXPECT_EQ(kinds_in("host 10.12.3.44:8080"), "IP address");
}

TEST(PersonalTexts, IsNotSeenWhereThereIsNone) {
    for (char const* text : {"J. Appl. Cryst. 25 (1992) 589-600; COD 9004484",
                             "12345678901234567890",
                             "1.5405929 angstrom",
                             "13800138000123",
                             "110105194912310021",
                             "GB82 WEST 1234 5698 7654 33",
                             "version 1.2.3.4",
                             "https://example.org/users/list",
                             "mail@example.org",
                             "127.0.0.1",
                             "section 10.2.3.400",
                             "+1.23456789012 eV",
                             "a@b",
                             "2026-11-24T12:00:00+0100",
                             "10.1107/S0021889892001304",
                             "123-456-7890-12",
                             "0123456789abcdef0123456789abcdef",
                             "978-3-16-148410-0",
                             "7440-02-0",
                             "12 345 678 901 counts",
                             "Ca2 O8 S1 +2 -1",
                             "/home/",
                             "d8:9d:67:00:01:02"})
        EXPECT_EQ(kinds_in(text), "") << text;
}

}  // namespace
}  // namespace hutch::curate::assess
