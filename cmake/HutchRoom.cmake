# hutch_room(PATH): one folder under src/hutch becomes one library with its tests, benchmarks and fuzz
# targets. What it may use stands in its needs.txt; no list of files is kept anywhere.

find_package(Python3 REQUIRED COMPONENTS Interpreter)
if(HUTCH_TESTS)
  find_package(GTest REQUIRED)
  include(GoogleTest)
endif()
if(HUTCH_BENCHES)
  find_package(benchmark REQUIRED)
endif()

function(hutch_check_layers)
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/src/*.?pp ${CMAKE_SOURCE_DIR}/apps/*.?pp
       ${CMAKE_SOURCE_DIR}/src/needs.txt ${CMAKE_SOURCE_DIR}/apps/needs.txt)
  set(stamp ${CMAKE_BINARY_DIR}/layers.stamp)
  add_custom_command(OUTPUT ${stamp}
    COMMAND Python3::Interpreter ${CMAKE_SOURCE_DIR}/scripts/check_layers.py ${CMAKE_SOURCE_DIR}
    COMMAND ${CMAKE_COMMAND} -E touch ${stamp}
    DEPENDS ${sources} ${CMAKE_SOURCE_DIR}/scripts/check_layers.py
    COMMENT "layers: every include has its line in needs.txt")
  add_custom_target(hutch_layers ALL DEPENDS ${stamp})
endfunction()

# Read needs.txt: rooms into ROOMS, outside libraries into LIBS (as CMake targets).
function(hutch_read_needs folder ROOMS LIBS)
  set(rooms "")
  set(libs "")
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${folder}/needs.txt)
  file(STRINGS ${folder}/needs.txt lines REGEX "^[a-z]")
  foreach(line ${lines})
    if(line MATCHES "^lib ([a-z0-9]+)")
      list(APPEND libs ${HUTCH_LIB_${CMAKE_MATCH_1}})
    elseif(NOT line MATCHES "^peer ")
      string(REGEX REPLACE "[ #].*" "" room "${line}")
      string(REPLACE "/" "_" room "${room}")
      list(APPEND rooms hutch_${room})
    endif()
  endforeach()
  set(${ROOMS} "${rooms}" PARENT_SCOPE)
  set(${LIBS} "${libs}" PARENT_SCOPE)
endfunction()

# Read the peers of tests and benchmarks out of needs.txt into PEERS (as CMake targets); those not found are left out.
function(hutch_read_peers folder PEERS)
  set(peers "")
  file(STRINGS ${folder}/needs.txt lines REGEX "^peer ")
  foreach(line ${lines})
    string(REGEX REPLACE "^peer ([a-z0-9]+).*" "\\1" name "${line}")
    list(APPEND peers ${HUTCH_PEER_${name}})
  endforeach()
  set(${PEERS} "${peers}" PARENT_SCOPE)
endfunction()

# Compile each *.isa.cpp of a target once for every instruction set level.
function(hutch_add_isa_objects target)
  foreach(level ${HUTCH_ISA_LEVELS})
    add_library(${target}_${level} OBJECT ${ARGN})
    target_link_libraries(${target}_${level} PRIVATE hutch_flags)
    target_compile_options(${target}_${level} PRIVATE ${HUTCH_WARNINGS} ${HUTCH_KERNEL_FLAGS}
                                                      ${HUTCH_ISA_FLAGS_${level}})
    target_compile_definitions(${target}_${level} PRIVATE HUTCH_ISA=${level})
    target_sources(${target} PRIVATE $<TARGET_OBJECTS:${target}_${level}>)
  endforeach()
endfunction()

# Parse the headers that most files include once for a target: that is half of what compiling them takes.
function(hutch_precompile target libs)
  set(headers <algorithm> <array> <cmath> <cstdint> <filesystem> <functional> <map> <memory> <optional> <span> <string>
              <string_view> <vector>)
  if("fmt::fmt" IN_LIST libs)
    list(APPEND headers <fmt/format.h>)
  endif()
  if("nlohmann_json::nlohmann_json" IN_LIST libs)
    list(APPEND headers <nlohmann/json.hpp>)
  endif()
  target_precompile_headers(${target} PRIVATE ${headers} ${ARGN})
endfunction()

# Of a list of test files keep those with a suite whose name ends in Data, Peer or Slow.
function(hutch_keep_real LIST)
  set(kept "")
  foreach(file ${${LIST}})
    file(STRINGS ${file} found REGEX "^TEST(_F|_P)?\\([A-Za-z0-9]*(Data|Peer|Slow)," LIMIT_COUNT 1)
    if(found)
      list(APPEND kept ${file})
    endif()
  endforeach()
  set(${LIST} "${kept}" PARENT_SCOPE)
endfunction()

function(hutch_room path)
  set(folder ${CMAKE_SOURCE_DIR}/src/hutch/${path})
  string(REPLACE "/" "_" name ${path})
  set(target hutch_${name})
  hutch_read_needs(${folder} rooms libs)
  hutch_read_peers(${folder} peers)

  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${folder}/*.cpp)
  set(isa ${sources})
  set(kernels ${sources})
  set(plugins ${sources})
  set(tests ${sources})
  set(benches ${sources})
  set(fuzzers ${sources})
  list(FILTER isa INCLUDE REGEX "\\.isa\\.cpp$")
  list(FILTER kernels INCLUDE REGEX "\\.kernels\\.cpp$")
  list(FILTER plugins INCLUDE REGEX "\\.plugin\\.cpp$")
  list(FILTER tests INCLUDE REGEX "_test\\.cpp$")
  list(FILTER benches INCLUDE REGEX "_bench\\.cpp$")
  list(FILTER fuzzers INCLUDE REGEX "_fuzz\\.cpp$")
  list(FILTER sources EXCLUDE REGEX "(_test|_bench|_fuzz|\\.isa|\\.plugin)\\.cpp$")
  if(HUTCH_TEST_FILES STREQUAL real)
    hutch_keep_real(tests)
    set(fuzzers "")
  endif()

  add_library(${target} STATIC ${sources})
  add_library(hutch::${name} ALIAS ${target})
  set_target_properties(${target} PROPERTIES EXPORT_NAME ${name})
  target_link_libraries(${target} PUBLIC hutch_flags ${rooms} PRIVATE ${libs})
  target_compile_options(${target} PRIVATE ${HUTCH_WARNINGS})
  hutch_precompile(${target} "${libs}")
  # Rooms that calculate keep their optimisation under sanitizers; of the others, compiling is what takes time. There
  # what the processor or the address sanitizer finds as well is left to them; room data keeps alignment, for it maps files.
  set(quick "")
  if(HUTCH_SANITIZE)
    set(quick -O0 -fno-sanitize=null,object-size,vptr)
    if(NOT path STREQUAL "data")
      list(APPEND quick -fno-sanitize=alignment)
    endif()
    if(NOT path MATCHES "^(compute|methods/)")
      target_compile_options(${target} PRIVATE ${quick})
    endif()
  endif()
  if(isa)
    hutch_add_isa_objects(${target} ${isa})
  endif()
  hutch_add_kernels("${kernels}" "${plugins}")
  set_property(GLOBAL APPEND PROPERTY HUTCH_ROOMS ${target})

  if(HUTCH_TESTS AND tests)
    add_executable(${target}_test ${tests})
    target_link_libraries(${target}_test PRIVATE ${target} ${libs} ${peers} GTest::gtest_main)
    target_compile_definitions(${target}_test PRIVATE HUTCH_SOURCE_DIR="${CMAKE_SOURCE_DIR}")
    hutch_precompile(${target}_test "${libs}" <gtest/gtest.h>)
    target_compile_options(${target}_test PRIVATE ${quick} $<$<CONFIG:Release>:-O1>)  # tests run once
    hutch_add_tests(${target}_test)
  endif()
  if(HUTCH_BENCHES AND benches)
    add_executable(${target}_bench EXCLUDE_FROM_ALL ${benches})
    target_link_libraries(${target}_bench PRIVATE ${target} ${libs} ${peers} benchmark::benchmark_main)
    target_compile_definitions(${target}_bench PRIVATE HUTCH_SOURCE_DIR="${CMAKE_SOURCE_DIR}")
    set_target_properties(${target}_bench PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/benches)
    set_property(GLOBAL APPEND PROPERTY HUTCH_BENCH_TARGETS ${target}_bench)
  endif()
  foreach(source ${fuzzers})
    hutch_add_fuzzer(${target} ${source} "${libs}")
  endforeach()
endfunction()

# The library hutch_steps: a generated list of every room's `std::vector<step::Step> steps()`, taken from the folders
# that hold a steps.cpp. The namespace of such a folder is its last name: methods/powder is hutch::powder.
function(hutch_steps)
  file(GLOB_RECURSE files CONFIGURE_DEPENDS RELATIVE ${CMAKE_SOURCE_DIR}/src/hutch
       ${CMAKE_SOURCE_DIR}/src/hutch/*/steps.cpp)
  list(SORT files)
  set(declarations "")
  set(calls "")
  set(rooms "")
  foreach(file ${files})
    get_filename_component(room ${file} DIRECTORY)
    get_filename_component(name ${room} NAME)
    string(REPLACE "/" "_" target ${room})
    list(APPEND rooms hutch_${target})
    string(APPEND declarations "namespace hutch::${name} {\nstd::vector<step::Step> steps();\n}\n")
    string(APPEND calls "    for (auto& step : ${name}::steps()) all.push_back(std::move(step));\n")
  endforeach()
  set(source ${CMAKE_BINARY_DIR}/generated/steps.cpp)
  file(CONFIGURE OUTPUT ${source} @ONLY CONTENT "#include \"hutch/steps.hpp\"

@declarations@
std::vector<hutch::step::Step> hutch::all_steps() {
    std::vector<step::Step> all;
@calls@    return all;
}
")
  add_library(hutch_steps STATIC ${source})
  add_library(hutch::steps ALIAS hutch_steps)
  set_target_properties(hutch_steps PROPERTIES EXPORT_NAME steps)
  target_link_libraries(hutch_steps PUBLIC hutch_flags hutch_step PRIVATE ${rooms})
  target_compile_options(hutch_steps PRIVATE ${HUTCH_WARNINGS})
  set_property(GLOBAL APPEND PROPERTY HUTCH_ROOMS hutch_steps)
endfunction()

# A test's label is the first word of its suite's name after "Data", "Peer" or "Slow"; all others are fast.
function(hutch_add_tests target)
  gtest_discover_tests(${target} TEST_FILTER "-*Data.*:*Peer.*:*Slow.*" DISCOVERY_TIMEOUT 60
                       PROPERTIES LABELS fast TIMEOUT 300)
  foreach(label Data Peer Slow)
    string(TOLOWER ${label} lower)
    gtest_discover_tests(${target} TEST_FILTER "*${label}.*" DISCOVERY_TIMEOUT 60
                         PROPERTIES LABELS ${lower} TIMEOUT 1500 SKIP_REGULAR_EXPRESSION "\\[  SKIPPED \\]")
  endforeach()
endfunction()

# X_fuzz.cpp with the seeds in fuzz/X/ beside it. With clang and HUTCH_FUZZ it is a libFuzzer program;
# otherwise it replays the seeds and a fixed number of mutations of them, as a test.
function(hutch_add_fuzzer room source libs)
  get_filename_component(name ${source} NAME_WE)
  get_filename_component(folder ${source} DIRECTORY)
  string(REGEX REPLACE "_fuzz$" "" topic ${name})
  if(HUTCH_FUZZ)
    add_executable(${name} ${source})
    target_link_libraries(${name} PRIVATE ${room} ${libs})
    target_link_options(${name} PRIVATE -fsanitize=fuzzer)
    set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/fuzzers)
    file(MAKE_DIRECTORY ${CMAKE_BINARY_DIR}/fuzzers)
    file(CREATE_LINK ${folder}/fuzz/${topic} ${CMAKE_BINARY_DIR}/fuzzers/${topic}_seeds SYMBOLIC)
    set_property(GLOBAL APPEND PROPERTY HUTCH_FUZZ_TARGETS ${name})
  elseif(HUTCH_TESTS)
    add_executable(${name} ${source} ${CMAKE_SOURCE_DIR}/tests/replay_seeds.cpp)
    target_link_libraries(${name} PRIVATE ${room} ${libs})
    add_test(NAME fuzz_seeds_${topic} COMMAND ${name} ${folder}/fuzz/${topic})
    set_tests_properties(fuzz_seeds_${topic} PROPERTIES LABELS fast TIMEOUT 300)
  endif()
endfunction()
