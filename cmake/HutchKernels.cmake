# Kernels: a file X.kernels.cpp in any room is compiled by g++ into the room's library, and by nvcc and hipcc, where
# those are found, into the plug-ins plugins/hutch_cuda.so and plugins/hutch_hip.so of the build tree. X.plugin.cpp
# goes into the plug-ins only. No list of files is kept anywhere.

set(HUTCH_NVCC_FLAGS -x cu -std=c++20 --expt-relaxed-constexpr -O3 -Xptxas -v
    -gencode arch=compute_80,code=sm_80 -gencode arch=compute_90,code=sm_90
    -gencode arch=compute_90,code=compute_90  # PTX for what is newer
    -Xcompiler -fPIC,-fvisibility=hidden,-Wall)
set(HUTCH_HIPCC_FLAGS -x hip -std=c++20 --offload-arch=gfx906 -O3 -fPIC -fvisibility=hidden -Wall
    -Rpass-analysis=kernel-resource-usage)
if(HUTCH_PLUGINS)
  find_program(HUTCH_NVCC nvcc HINTS /usr/local/cuda/bin)
  find_program(HUTCH_HIPCC hipcc)
endif()

# A compiler that is there and cannot compile our kernels (too old, too new, no host compiler) is as good as none.
function(hutch_try_device_compiler variable)
  if(NOT ${variable} OR HUTCH_CHECKED_${variable} STREQUAL "${${variable}} ${ARGN}")
    return()
  endif()
  set(probe ${CMAKE_BINARY_DIR}/plugins/probe.cpp)
  file(WRITE ${probe} "#if defined(__HIPCC__)\n#include <hip/hip_runtime.h>\n#endif\n"
                      "struct F { __host__ __device__ void operator()(int) const {} };\n"
                      "template <class T> concept Any = true;\ntemplate <Any T> __global__ void run(T f) { f(0); }\n"
                      "template __global__ void run<F>(F);\n")
  execute_process(COMMAND ${${variable}} ${ARGN} -c ${probe} -o ${probe}.o
                  RESULT_VARIABLE status OUTPUT_VARIABLE said ERROR_VARIABLE said)
  if(status EQUAL 0)
    set(HUTCH_CHECKED_${variable} "${${variable}} ${ARGN}" CACHE INTERNAL "compiles our kernels")
    return()
  endif()
  string(SUBSTRING "${said}" 0 300 said)
  message(STATUS "${${variable}} cannot compile kernels, so that plug-in is left out: ${said}")
  set(${variable} "" PARENT_SCOPE)  # the cache keeps what was found: another day it may do
endfunction()
hutch_try_device_compiler(HUTCH_NVCC ${HUTCH_NVCC_FLAGS})
hutch_try_device_compiler(HUTCH_HIPCC ${HUTCH_HIPCC_FLAGS})

# The checksum of everything that kernels are made from, in the program and in the plug-ins: only equals are used together.
file(GLOB_RECURSE HUTCH_KERNEL_SOURCES CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/src/hutch/*.hpp
     ${CMAKE_SOURCE_DIR}/src/hutch/*.kernels.cpp ${CMAKE_SOURCE_DIR}/src/hutch/*.plugin.cpp)
set(HUTCH_KERNEL_ID ${CMAKE_BINARY_DIR}/generated/kernel_sources.inc)
add_custom_command(OUTPUT ${HUTCH_KERNEL_ID}
  COMMAND Python3::Interpreter ${CMAKE_SOURCE_DIR}/scripts/kernel_sources.py ${HUTCH_KERNEL_ID} ${HUTCH_KERNEL_SOURCES}
  DEPENDS ${HUTCH_KERNEL_SOURCES} ${CMAKE_SOURCE_DIR}/scripts/kernel_sources.py VERBATIM COMMENT "kernels: checksum")

# Note a room's kernel files; g++ compiles them without the flags that would take NaN for impossible.
function(hutch_add_kernels kernels plugins)
  set_source_files_properties(${kernels} PROPERTIES
    COMPILE_OPTIONS "-O3;-fno-math-errno;-fno-trapping-math;-fopenmp-simd" COMPILE_DEFINITIONS HUTCH_ISA=portable
    SKIP_PRECOMPILE_HEADERS ON)
  set_property(GLOBAL APPEND PROPERTY HUTCH_KERNEL_FILES ${kernels})
  set_property(GLOBAL APPEND PROPERTY HUTCH_PLUGIN_FILES ${plugins})
endfunction()

# One object of a plug-in; what the compiler says of registers and spills stands beside it in OBJECT.resources.
function(hutch_add_device_object kind compiler source OBJECT)
  file(RELATIVE_PATH name ${CMAKE_SOURCE_DIR}/src/hutch ${source})
  set(object ${CMAKE_BINARY_DIR}/plugins/${kind}/${name}.o)
  set(launcher "")
  if(kind STREQUAL cuda)
    set(launcher ${CMAKE_CXX_COMPILER_LAUNCHER})
  endif()
  set(id "")
  if(name MATCHES "\\.plugin\\.cpp$")
    set(id ${HUTCH_KERNEL_ID})
  endif()
  add_custom_command(OUTPUT ${object} ${object}.resources
    COMMAND Python3::Interpreter ${CMAKE_SOURCE_DIR}/scripts/kernel_compile.py ${object}.resources
            ${launcher} ${compiler} ${ARGN} -DHUTCH_ISA=portable -I${CMAKE_SOURCE_DIR}/src
            -I${CMAKE_BINARY_DIR}/generated
            -MD -MF ${object}.d -c ${source} -o ${object}
    DEPENDS ${source} ${CMAKE_SOURCE_DIR}/scripts/kernel_compile.py ${id}
    DEPFILE ${object}.d VERBATIM COMMENT "${kind}: ${name}")
  set(${OBJECT} ${object} PARENT_SCOPE)
endfunction()

function(hutch_add_plugin kind compiler flags link_flags)
  get_property(kernels GLOBAL PROPERTY HUTCH_KERNEL_FILES)
  get_property(plugins GLOBAL PROPERTY HUTCH_PLUGIN_FILES)
  set(objects "")
  foreach(source ${kernels} ${plugins})
    hutch_add_device_object(${kind} ${compiler} ${source} object ${flags})
    list(APPEND objects ${object})
  endforeach()
  set(library ${CMAKE_BINARY_DIR}/plugins/hutch_${kind}.so)
  add_custom_command(OUTPUT ${library} COMMAND ${compiler} ${link_flags} -shared -o ${library} ${objects}
    DEPENDS ${objects} VERBATIM COMMENT "${kind}: hutch_${kind}.so")
  add_custom_target(hutch_${kind} ALL DEPENDS ${library})
  add_dependencies(hutch hutch_${kind})  # never a new program beside an old plug-in
  install(PROGRAMS ${library} DESTINATION lib/hutch COMPONENT hutch_devices)
endfunction()

function(hutch_plugins)
  if(HUTCH_NVCC)
    hutch_add_plugin(cuda ${HUTCH_NVCC} "${HUTCH_NVCC_FLAGS}"
      "--cudart=static;-gencode;arch=compute_80,code=sm_80;-gencode;arch=compute_90,code=sm_90")
  endif()
  if(HUTCH_HIPCC)
    hutch_add_plugin(hip ${HUTCH_HIPCC} "${HUTCH_HIPCC_FLAGS}" "--offload-arch=gfx906")
  endif()
  if(NOT HUTCH_TESTS OR NOT HUTCH_PLUGINS)
    return()
  endif()
  foreach(kind cuda hip)
    add_test(NAME kernels.${kind} COMMAND Python3::Interpreter ${CMAKE_SOURCE_DIR}/scripts/kernels.py
             ${CMAKE_SOURCE_DIR} ${CMAKE_BINARY_DIR} ${kind})
    set_tests_properties(kernels.${kind} PROPERTIES LABELS fast TIMEOUT 60 SKIP_RETURN_CODE 77)
  endforeach()
endfunction()
