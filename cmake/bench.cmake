# SPDX-License-Identifier: BSD-3-Clause
# What bench/bench.py runs: the probe of the machine's limits and the cost of single calls; and the demo that shows the limits
# beside what farray does.
if(FARRAY_SANITIZE OR NOT EXISTS ${CMAKE_SOURCE_DIR}/src/api/open.c)
  return()
endif()
add_library(bench_probe SHARED bench/probe.c)
target_link_libraries(bench_probe PRIVATE Threads::Threads ${SLEEF_LIBRARY})
add_executable(bench_overhead bench/overhead.c)
target_link_libraries(bench_overhead PRIVATE farray)
add_executable(bench_sizes bench/sizes.c bench/probe.c)
target_link_libraries(bench_sizes PRIVATE farray Threads::Threads ${SLEEF_LIBRARY})
add_executable(demo bench/demo.c bench/probe.c)
target_link_libraries(demo PRIVATE farray Threads::Threads ${SLEEF_LIBRARY})
foreach(target bench_probe bench_overhead bench_sizes demo)
  target_compile_options(${target} PRIVATE ${FARRAY_WARNINGS} -march=x86-64-v3 -O2)
  set_target_properties(${target} PROPERTIES
    LIBRARY_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR} RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR})
endforeach()
