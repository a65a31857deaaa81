# Copy gemmi's headers to TO and move two constructors in the copy. For clang only (fuzzing, clang-tidy):
#   cmake -DFROM=/usr/include/gemmi -DTO=build/fuzz/gemmi_for_clang/gemmi -P cmake/GemmiForClang.cmake
#
# In gemmi 0.5.7 struct Block holds a std::vector of a type that is completed further down, and defines its
# constructors before that. GCC 12's library makes that vector's constructors constexpr in C++20; clang then asks
# for the complete type at once, GCC does not. Defined behind the complete type, both read them.
file(REMOVE_RECURSE ${TO})
file(COPY ${FROM}/ DESTINATION ${TO})
set(header ${TO}/cifdoc.hpp)
file(READ ${header} text)
string(REPLACE "explicit Block(const std::string& name_) : name(name_) {}" "explicit Block(const std::string& name_);"
       text "${text}")
string(REPLACE "  Block() {}" "  Block();" text "${text}")
string(REPLACE "inline void Loop::set_all_values("
       "inline Block::Block(const std::string& name_) : name(name_) {}\ninline Block::Block() {}\n\ninline void Loop::set_all_values("
       text "${text}")
file(WRITE ${header} "${text}")
