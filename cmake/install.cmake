# SPDX-License-Identifier: BSD-3-Clause
# What `cmake --install` lays down, and how programs find it: pkg-config and find_package(farray).
include(CMakePackageConfigHelpers)

set_target_properties(farray PROPERTIES EXPORT_NAME farray)
set_target_properties(farray_static PROPERTIES EXPORT_NAME farray_static)
# Components are Debian's packages: the library, what programs are built with, the command line.
install(TARGETS farray farray_static EXPORT farrayTargets
  LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT library NAMELINK_COMPONENT development
  ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT development)
install(FILES ${FARRAY_HEADERS} DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/farray COMPONENT development)
if(NOT FARRAY_PACKAGE) # which has a copyright file for each package
  install(FILES ${CMAKE_SOURCE_DIR}/LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR})
endif()
if(TARGET farray_cli)
  install(TARGETS farray_cli RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR} COMPONENT program)
  install(DIRECTORY ${FARRAY_MANUAL_FOLDER}/ DESTINATION ${CMAKE_INSTALL_MANDIR}/man1 COMPONENT program
    FILES_MATCHING PATTERN "*.1")
  install(FILES ${FARRAY_MANUAL_FOLDER}/farray.bash
    DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions RENAME farray COMPONENT program)
  install(FILES ${FARRAY_MANUAL_FOLDER}/_farray
    DESTINATION ${CMAKE_INSTALL_DATADIR}/zsh/vendor-completions COMPONENT program)
  install(FILES ${FARRAY_MANUAL_FOLDER}/farray.fish
    DESTINATION ${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d COMPONENT program)
endif()

set(FARRAY_CMAKE_FOLDER ${CMAKE_INSTALL_LIBDIR}/cmake/farray)
install(EXPORT farrayTargets NAMESPACE farray:: DESTINATION ${FARRAY_CMAKE_FOLDER}
  COMPONENT development)
configure_package_config_file(${CMAKE_SOURCE_DIR}/cmake/farrayConfig.cmake.in
  ${CMAKE_BINARY_DIR}/cmake/farrayConfig.cmake INSTALL_DESTINATION ${FARRAY_CMAKE_FOLDER})
write_basic_package_version_file(${CMAKE_BINARY_DIR}/cmake/farrayConfigVersion.cmake
  COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_BINARY_DIR}/cmake/farrayConfig.cmake ${CMAKE_BINARY_DIR}/cmake/farrayConfigVersion.cmake
  DESTINATION ${FARRAY_CMAKE_FOLDER} COMPONENT development)

# The prefix is found from where the .pc file lies, so that `cmake --install --prefix` and a moved tree both work.
file(RELATIVE_PATH FARRAY_PC_TO_PREFIX
  /prefix/${CMAKE_INSTALL_LIBDIR}/pkgconfig /prefix)
configure_file(${CMAKE_SOURCE_DIR}/cmake/farray.pc.in ${CMAKE_BINARY_DIR}/cmake/farray.pc @ONLY)
install(FILES ${CMAKE_BINARY_DIR}/cmake/farray.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig
  COMPONENT development)
