# SPDX-License-Identifier: BSD-3-Clause
# Debian's packages: libfarray0 (the library), libfarray-dev (headers, static library, pkg-config, find_package) and farray
# (the command line, its manual pages and completions). `./dev package` builds them in a tree of its own, with /usr as prefix.
find_program(GZIP gzip REQUIRED)

# What Debian wants beside the files of each package: licence, changes, manual pages compressed.
set(FARRAY_CHANGES ${CMAKE_BINARY_DIR}/changelog.gz)
add_custom_command(OUTPUT ${FARRAY_CHANGES}
  COMMAND ${GZIP} -9nc ${CMAKE_SOURCE_DIR}/CHANGELOG.md > ${FARRAY_CHANGES} DEPENDS ${CMAKE_SOURCE_DIR}/CHANGELOG.md)
string(TIMESTAMP FARRAY_PACKAGE_DATE "%a, %d %b %Y %H:%M:%S +0000" UTC) # of SOURCE_DATE_EPOCH where it is set
file(WRITE ${CMAKE_BINARY_DIR}/changelog.Debian "farray (${PROJECT_VERSION}-1) unstable; urgency=medium

  * Version ${PROJECT_VERSION}: see changelog.gz.

 -- farray developers <developers@farray.invalid>  ${FARRAY_PACKAGE_DATE}
")
set(FARRAY_DEBIAN_CHANGES ${CMAKE_BINARY_DIR}/changelog.Debian.gz)
add_custom_command(OUTPUT ${FARRAY_DEBIAN_CHANGES}
  COMMAND ${GZIP} -9nkf ${CMAKE_BINARY_DIR}/changelog.Debian DEPENDS ${CMAKE_BINARY_DIR}/changelog.Debian)
add_custom_target(package_documents ALL DEPENDS ${FARRAY_CHANGES} ${FARRAY_DEBIAN_CHANGES})
foreach(pair "library;libfarray${FARRAY_SOVERSION}" "development;libfarray-dev" "program;farray")
  list(GET pair 0 component)
  list(GET pair 1 package)
  install(FILES ${CMAKE_SOURCE_DIR}/LICENSE DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/${package} RENAME copyright
    COMPONENT ${component})
  install(FILES ${FARRAY_CHANGES} ${FARRAY_DEBIAN_CHANGES} DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/${package} COMPONENT ${component})
  string(TOUPPER ${component} upper)
  set(CPACK_DEBIAN_${upper}_PACKAGE_NAME ${package})
endforeach()
install(CODE "file(GLOB pages \"\$ENV{DESTDIR}\${CMAKE_INSTALL_PREFIX}/${CMAKE_INSTALL_MANDIR}/man1/*.1\")
  foreach(page \${pages})
    execute_process(COMMAND ${GZIP} -9nf \${page})
  endforeach()" COMPONENT program)

# Libraries of the system are not for changing: the permissions that Debian expects.
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS
  OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)

set(CPACK_GENERATOR DEB)
set(CPACK_COMPONENTS_ALL library development program)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_STRIP_FILES ON)
set(CPACK_PACKAGE_CONTACT "farray developers <developers@farray.invalid>")
set(CPACK_PACKAGE_VERSION ${PROJECT_VERSION})
set(CPACK_OUTPUT_FILE_PREFIX ${CMAKE_BINARY_DIR}/packages)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_RELEASE 1)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS_PRIVATE_DIRS ${CMAKE_BINARY_DIR})
file(WRITE ${CMAKE_BINARY_DIR}/shlibs "libfarray ${FARRAY_SOVERSION} libfarray${FARRAY_SOVERSION} (>= ${PROJECT_VERSION})\n")
file(WRITE ${CMAKE_BINARY_DIR}/triggers "activate-noawait ldconfig\n")
set(CPACK_DEBIAN_LIBRARY_PACKAGE_CONTROL_EXTRA ${CMAKE_BINARY_DIR}/shlibs ${CMAKE_BINARY_DIR}/triggers)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
set(CPACK_DEBIAN_ENABLE_COMPONENT_DEPENDS ON)
set(CPACK_COMPONENT_DEVELOPMENT_DEPENDS library)
set(CPACK_COMPONENT_PROGRAM_DEPENDS library)
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_RECOMMENDS "libsleef-dev, liburing-dev") # for linking the static library
set(CPACK_DEBIAN_LIBRARY_PACKAGE_RECOMMENDS "libopenblas0-pthread | libopenblas0") # loaded when matrices are multiplied
set(CPACK_DEBIAN_LIBRARY_PACKAGE_SECTION libs)
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_SECTION libdevel)
set(CPACK_DEBIAN_PROGRAM_PACKAGE_SECTION science)
set(FARRAY_ABOUT "farray gives arrays in files NumPy's meaning without their having to fit in
memory: views that cost nothing, lazy expressions that are fused into one
pass, every core, a memory limit that holds, and errors instead of signals.")
set(CPACK_COMPONENT_LIBRARY_DESCRIPTION "${FARRAY_ABOUT}\n\nThis is the library.")
set(CPACK_COMPONENT_DEVELOPMENT_DESCRIPTION "${FARRAY_ABOUT}\n\nThis is what programs are built with.")
set(CPACK_COMPONENT_PROGRAM_DESCRIPTION "${FARRAY_ABOUT}\n\nThis is the command line.")
include(CPack)
