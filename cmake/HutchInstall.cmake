# Install, the CMake package and the Debian package.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

get_property(rooms GLOBAL PROPERTY HUTCH_ROOMS)
set_target_properties(hutch_flags PROPERTIES EXPORT_NAME flags)
set_target_properties(hutch_hdf5 PROPERTIES EXPORT_NAME hdf5)
set_target_properties(hutch_gemmi PROPERTIES EXPORT_NAME gemmi)
set_target_properties(hutch_rsvg PROPERTIES EXPORT_NAME rsvg)
install(TARGETS hutch_flags hutch_hdf5 hutch_gemmi hutch_rsvg ${rooms} EXPORT hutchTargets
        ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT hutch)
install(DIRECTORY src/hutch DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} COMPONENT hutch
        FILES_MATCHING PATTERN "*.hpp" PATTERN "*.h" PATTERN "detail" EXCLUDE PATTERN "fuzz" EXCLUDE PATTERN "test_*" EXCLUDE)
install(EXPORT hutchTargets NAMESPACE hutch:: DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/hutch COMPONENT hutch)
configure_package_config_file(cmake/hutchConfig.cmake.in ${CMAKE_BINARY_DIR}/hutchConfig.cmake
                              INSTALL_DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/hutch)
write_basic_package_version_file(${CMAKE_BINARY_DIR}/hutchConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_BINARY_DIR}/hutchConfig.cmake ${CMAKE_BINARY_DIR}/hutchConfigVersion.cmake
        DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/hutch COMPONENT hutch)
install(FILES LICENSE README.md DESTINATION ${CMAKE_INSTALL_DOCDIR} COMPONENT hutch)

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME hutch)
set(CPACK_PACKAGE_CONTACT "The Hutch founders <maintainers@hutch.invalid>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "${PROJECT_DESCRIPTION}")
set(CPACK_RESOURCE_FILE_LICENSE ${CMAKE_SOURCE_DIR}/LICENSE)
set(CPACK_COMPONENTS_ALL hutch)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_DEBIAN_HUTCH_PACKAGE_NAME hutch)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
# What a program that is built against the libraries needs on top of what the command line needs.
set(CPACK_DEBIAN_HUTCH_PACKAGE_RECOMMENDS
    "cmake, pkg-config, libfmt-dev, nlohmann-json3-dev, libyaml-cpp-dev, libssl-dev, libsqlite3-dev, zlib1g-dev, \
libhdf5-dev, libpugixml-dev, libzip-dev, liblz4-dev, liblzf-dev, libzstd-dev, libeigen3-dev, librsvg2-dev, python3-numpy")
set(CPACK_DEBIAN_PACKAGE_SECTION science)
set(CPACK_STRIP_FILES ON)
include(CPack)
