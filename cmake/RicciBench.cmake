# Every bench/**/*.cpp is an executable bench_NAME below build/bench, built only when asked for: target `bench`.
# A bench/CMakeLists.txt of its own takes over.
if(EXISTS ${PROJECT_SOURCE_DIR}/bench/CMakeLists.txt)
  add_subdirectory(bench)
  return()
endif()

ricci_sources(bench_sources bench)
add_custom_target(bench)
if(TARGET ricci_cli)
  add_dependencies(bench ricci_cli)
endif()
foreach(source IN LISTS bench_sources)
  cmake_path(GET source STEM LAST_ONLY name)
  add_executable(bench_${name} EXCLUDE_FROM_ALL ${source})
  set_target_properties(bench_${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/bench)
  target_link_libraries(bench_${name} PRIVATE ricci OpenBLAS::pthread fmt::fmt $<TARGET_NAME_IF_EXISTS:ricci::xtensor>
                                              $<TARGET_NAME_IF_EXISTS:ricci::eigen>)
  ricci_warnings(bench_${name})
  add_dependencies(bench bench_${name})
endforeach()

# Are the results of the measured statements right? Tiny sizes; skipped where Python has no NumPy and SciPy.
if(RICCI_TESTS AND TARGET ricci_cli AND EXISTS /usr/bin/python3)
  add_test(NAME bench_small COMMAND /usr/bin/python3 ${PROJECT_SOURCE_DIR}/bench/seven.py --small --command
                                    $<TARGET_FILE:ricci_cli>)
  set_tests_properties(bench_small PROPERTIES LABELS bench SKIP_RETURN_CODE 77 TIMEOUT 900)
endif()
