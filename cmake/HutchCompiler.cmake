# Compiler flags that every room shares, and the instruction sets that hot kernels are compiled for.
add_library(hutch_flags INTERFACE)
target_include_directories(hutch_flags INTERFACE $<BUILD_INTERFACE:${CMAKE_SOURCE_DIR}/src>
                                                 $<INSTALL_INTERFACE:include>)
target_compile_features(hutch_flags INTERFACE cxx_std_20)
set(HUTCH_WARNINGS -Wall -Wextra -Wshadow -Wconversion -Wno-sign-conversion)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  list(APPEND HUTCH_WARNINGS -Wno-restrict)  # GCC 12 sees overlaps in std::string's operator+ that are not there
  if(HUTCH_SANITIZE)
    list(APPEND HUTCH_WARNINGS -Wno-maybe-uninitialized)  # nor, with sanitizers, that variants are initialised
  endif()
endif()

find_program(HUTCH_LLD ld.lld)
if(HUTCH_LLD)
  add_link_options(-fuse-ld=lld)
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    # GCC 12 can split a function into itself and an empty cold part that lies where another function begins. LLD 14
    # then keeps the unwind entry of the empty one, and an exception thrown through the other aborts the program.
    add_compile_options($<$<COMPILE_LANGUAGE:CXX>:-fno-reorder-blocks-and-partition>)
  endif()
endif()

set(HUTCH_SANITIZER_FLAGS "")
if(HUTCH_SANITIZE STREQUAL "thread")
  set(HUTCH_SANITIZER_FLAGS -fsanitize=thread -fno-omit-frame-pointer)
elseif(HUTCH_SANITIZE)
  set(HUTCH_SANITIZER_FLAGS -fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer)
elseif(HUTCH_FUZZ)
  set(HUTCH_SANITIZER_FLAGS -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=undefined
                            -fno-omit-frame-pointer)
endif()
add_compile_options(${HUTCH_SANITIZER_FLAGS})
add_link_options(${HUTCH_SANITIZER_FLAGS})

# A file named *.isa.cpp holds kernels in plain loops. It is compiled once for each level below, in a
# namespace of its own (the macro HUTCH_ISA), and hutch::compute::best_isa() chooses at run time.
if(CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|AMD64")
  set(HUTCH_ISA_LEVELS baseline x86_64_v3 x86_64_v4)
else()
  set(HUTCH_ISA_LEVELS baseline)
endif()
set(HUTCH_ISA_FLAGS_baseline "")
set(HUTCH_ISA_FLAGS_x86_64_v3 -march=x86-64-v3)
set(HUTCH_ISA_FLAGS_x86_64_v4 -march=x86-64-v4 -mprefer-vector-width=512)
# Kernels may reorder sums and replace divisions: each is compared with a plain double-precision form.
set(HUTCH_KERNEL_FLAGS -O3 -fno-math-errno -fno-trapping-math -ffinite-math-only -fassociative-math
                       -fno-signed-zeros -freciprocal-math -fopenmp-simd)
if(HUTCH_SANITIZE OR HUTCH_FUZZ)
  # Kernels are many small functions on vectors, made one: to check each of their references and scopes again takes the
  # compiler minutes. What they read and write is still checked.
  list(APPEND HUTCH_KERNEL_FLAGS -fno-sanitize=null,alignment,object-size -fno-sanitize-address-use-after-scope)
endif()
