// The command line: a table of verbs, one file per verb.
#include <fmt/format.h>
int main() { fmt::print("hutch {}\n", HUTCH_VERSION); }
