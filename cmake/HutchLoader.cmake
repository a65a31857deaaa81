# The loader for other languages: libhutch_loader.so, which shows its C interface alone.
set(folder ${CMAKE_SOURCE_DIR}/src/hutch/curate/load)
add_library(hutch_loader SHARED ${folder}/hutch_loader.cpp)
target_link_libraries(hutch_loader PRIVATE hutch_curate fmt::fmt)
target_compile_options(hutch_loader PRIVATE ${HUTCH_WARNINGS})
set_target_properties(hutch_loader PROPERTIES CXX_VISIBILITY_PRESET hidden VISIBILITY_INLINES_HIDDEN ON
                      VERSION ${PROJECT_VERSION} SOVERSION 1 LINK_DEPENDS ${folder}/hutch_loader.map)
# Of the static rooms behind it, only what the loader reaches is kept, and of their libraries only what that needs.
target_link_options(hutch_loader PRIVATE -Wl,--version-script=${folder}/hutch_loader.map -Wl,--gc-sections -Wl,--as-needed)
install(TARGETS hutch_loader LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT hutch)
