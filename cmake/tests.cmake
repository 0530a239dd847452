# SPDX-License-Identifier: BSD-3-Clause
# The tests, as CTest sees them: cmocka programs by layer, and Python scripts for what is about the repository, the
# installed package, whole programs, and NumPy's opinion. A script that lacks what it needs exits with 77: skipped.

# tests/<layer>/test_<room>.c: each is one program of cmocka tests that links the static library.
file(GLOB FARRAY_TEST_SOURCES CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/tests/*/test_*.c)
foreach(source ${FARRAY_TEST_SOURCES})
  get_filename_component(name ${source} NAME_WE)
  get_filename_component(folder ${source} DIRECTORY)
  get_filename_component(folder ${folder} NAME)
  set(test ${folder}_${name})
  add_executable(${test} ${source})
  target_link_libraries(${test} PRIVATE farray_static cmocka m)
  target_include_directories(${test} PRIVATE tests)
  # A test that writes __wrap_NAME( stands in for the function NAME that the library calls.
  file(STRINGS ${source} wrapped REGEX "__wrap_[a-z0-9_]+\\(")
  string(REGEX MATCHALL "__wrap_[a-z0-9_]+\\(" wrapped "${wrapped}")
  foreach(function ${wrapped})
    string(REGEX REPLACE "__wrap_([a-z0-9_]+).*" "\\1" function ${function})
    target_link_options(${test} PRIVATE LINKER:--wrap=${function})
  endforeach()
  add_test(NAME ${test} COMMAND ${test})
  if(TARGET farray_cli)
    add_dependencies(${test} farray_cli)
  endif()
endforeach()

# The accuracy of the real functions, on both instruction sets, against MPFR: a sample in every run, and everything with
# FARRAY_LONG. Needs a processor with AVX2, and glibc for the vectors that say where MPFR has to look.
find_library(MPFR_LIBRARY mpfr)
find_library(MVEC_LIBRARY mvec)
if(MPFR_LIBRARY AND MVEC_LIBRARY AND NOT FARRAY_SANITIZE)
  add_executable(kernel_accuracy ${CMAKE_SOURCE_DIR}/tests/kernel/accuracy.c)
  target_compile_options(kernel_accuracy PRIVATE -mavx2 -mfma -O2)
  target_link_libraries(kernel_accuracy PRIVATE farray_static ${MPFR_LIBRARY} gmp ${MVEC_LIBRARY} m)
  add_test(NAME kernel_accuracy COMMAND kernel_accuracy)
  add_test(NAME kernel_accuracy_fast COMMAND kernel_accuracy --fast --bound 4 --only exp,sin,cos,tanh)
  add_test(NAME kernel_accuracy_control COMMAND kernel_accuracy --bound 0.4 --only exp) # it must notice what is not near enough
  set_tests_properties(kernel_accuracy_control PROPERTIES WILL_FAIL TRUE)
endif()

# What the scripts are told: where the sources and this build are, and what it was built with.
set(FARRAY_TEST_ENVIRONMENT
  "FARRAY_SOURCE=${CMAKE_SOURCE_DIR}" "FARRAY_BUILD=${CMAKE_BINARY_DIR}" "FARRAY_SANITIZE=${FARRAY_SANITIZE}"
  "FARRAY_CC=${CMAKE_C_COMPILER}" "FARRAY_PROGRAM=${CMAKE_BINARY_DIR}/farray" "FARRAY_PYTHON=${FARRAY_PYTHON}"
  "PYTHONDONTWRITEBYTECODE=1")
function(farray_script_test name script)
  add_test(NAME ${name} COMMAND ${FARRAY_PYTHON} ${CMAKE_SOURCE_DIR}/tests/${script} ${ARGN})
  set_tests_properties(${name} PROPERTIES ENVIRONMENT "${FARRAY_TEST_ENVIRONMENT}" SKIP_RETURN_CODE 77)
endfunction()

# tests/<folder>/test_<subject>.py: each is one script, a unittest or anything that exits with 0.
file(GLOB FARRAY_TEST_SCRIPTS CONFIGURE_DEPENDS RELATIVE ${CMAKE_SOURCE_DIR}/tests
  ${CMAKE_SOURCE_DIR}/tests/*/test_*.py)
if(FARRAY_SANITIZE)
  list(FILTER FARRAY_TEST_SCRIPTS EXCLUDE REGEX "^(install|package|experiments)/")  # what is installed is a release build
endif()
foreach(script ${FARRAY_TEST_SCRIPTS})
  string(REGEX REPLACE "/|\\.py$" "_" name ${script})
  string(REGEX REPLACE "_$" "" name ${name})
  farray_script_test(${name} ${script})
endforeach()

# tests/<layer>/oracle_<subject>.c is driven by oracle_<subject>.py, which holds it against NumPy: a program, or, where it
# has no main(), a library for ctypes (which sanitizers do not allow).
execute_process(COMMAND ${FARRAY_PYTHON} -c "import numpy" RESULT_VARIABLE without_numpy ERROR_QUIET)
if(without_numpy)
  message(STATUS "${FARRAY_PYTHON} has no NumPy: what is held against it is left out")
  set(FARRAY_ORACLES)
else()
  file(GLOB FARRAY_ORACLES CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/tests/*/oracle_*.c)
endif()
foreach(source ${FARRAY_ORACLES})
  get_filename_component(name ${source} NAME_WE)
  get_filename_component(folder ${source} DIRECTORY)
  get_filename_component(folder ${folder} NAME)
  set(test ${folder}_${name})
  file(STRINGS ${source} has_main REGEX "^int main\\(")
  if(has_main)
    add_executable(${test} ${source})
  elseif(FARRAY_SANITIZE)
    continue()
  else()
    add_library(${test} MODULE ${source})
  endif()
  target_link_libraries(${test} PRIVATE farray_static)
  farray_script_test(${test} ${folder}/${name}.py $<TARGET_FILE:${test}>)
endforeach()

# The longest first, so that no processor is idle at the end.
foreach(pair "faults_test_capped;100" "kernel_oracle_kernels;70" "engine_test_same_bits;25" "op_test_order;20"
    "api_test_product_oracle;20" "faults_test_failing_allocations;20" "faults_test_truncation;20" "storage_oracle_npy;15")
  list(GET pair 0 test)
  list(GET pair 1 seconds)
  if(TEST ${test})
    set_tests_properties(${test} PROPERTIES COST ${seconds})
  endif()
endforeach()

# tests/programs runs the examples.
if(EXISTS ${CMAKE_SOURCE_DIR}/src/api/open.c)
  add_custom_target(test_programs ALL DEPENDS ${FARRAY_EXAMPLE_TARGETS})
endif()
