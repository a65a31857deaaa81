#include "hutch/base/document.hpp"

#include "hutch/base/error.hpp"

#include <functional>

#include <gtest/gtest.h>

namespace hutch {
namespace {

std::string message_of(std::function<void()> const& call) {
    try {
        call();
    } catch (Error const& error) {
        return error.what();
    }
    return "no error";
}

Document sample() { return Document::parse("seed: 7\ninstruments:\n  - {name: lab, u: x}\n", "r.yaml"); }

}  // namespace

TEST(Document, ReadsNumbersTextsAndLists) {
    EXPECT_EQ(sample().at("seed").integer(), 7);
    EXPECT_EQ(sample().at("instruments").items().at(0).at("name").text(), "lab");
    EXPECT_TRUE(sample().find("splits").is_empty());
}

TEST(Document, SaysFileLinePathValueAndRule) {
    EXPECT_EQ(message_of([] { sample().at("instruments").items()[0].at("u").number(); }),
              "r.yaml:3: 'instruments[0].u' is 'x'; expected a number");
    EXPECT_EQ(message_of([] { sample().at("splits"); }), "r.yaml:1: document has no 'splits'; expected it");
    EXPECT_EQ(message_of([] { sample().at("seed").items(); }), "r.yaml:1: 'seed' is '7'; expected a list");
}

TEST(Document, NamesTheNearestKnownKey) {
    EXPECT_EQ(message_of([] { Document::parse("sead: 7", "r.yaml").only({"seed", "splits"}); }),
              "r.yaml:1: 'sead' is not known; expected 'seed'?");
}

TEST(Document, SaysWhereTheSyntaxBreaks) {
    EXPECT_EQ(message_of([] { Document::parse("a: 1\nb: [1, 2\n", "r.yaml"); }),
              "r.yaml:3: 'syntax' is broken (end of sequence flow not found); expected YAML");
}

TEST(Document, RefusesNestingThatWouldExhaustTheStack) {
    EXPECT_NE(message_of([] { Document::parse(std::string(100000, '['), "r.yaml"); }).find("nesting"),
              std::string::npos);
}

}  // namespace hutch
