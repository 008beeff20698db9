# Every bench/**/*.cpp is an executable bench_NAME below build/bench, built only when asked for: target `bench`.
# A bench/CMakeLists.txt of its own takes over.
if(EXISTS ${PROJECT_SOURCE_DIR}/bench/CMakeLists.txt)
  add_subdirectory(bench)
  return()
endif()

ricci_sources(bench_sources bench)
list(FILTER bench_sources EXCLUDE REGEX "bench/peers/")
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

# What a C++ user would write instead: compiled as such a user would, for this machine. Packages that are not there
# leave their peers out.
find_package(OpenMP QUIET COMPONENTS CXX)
if(TARGET ricci_cli AND TARGET ricci::eigen AND OpenMP_CXX_FOUND)
  ricci_sources(peer_sources bench/peers)
  add_executable(bench_peers EXCLUDE_FROM_ALL ${peer_sources})
  set_target_properties(bench_peers PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/bench)
  target_compile_options(bench_peers PRIVATE -O3 -march=native -ffp-contract=fast -Wno-uninitialized -Wno-maybe-uninitialized)
  target_link_libraries(bench_peers PRIVATE ricci ricci::eigen OpenMP::OpenMP_CXX nlohmann_json::nlohmann_json)
  find_library(ARMADILLO armadillo)
  if(ARMADILLO)
    target_compile_definitions(bench_peers PRIVATE RICCI_ARMADILLO)
    target_link_libraries(bench_peers PRIVATE ${ARMADILLO})
  endif()
  find_library(XSMM xsmm)
  if(XSMM)  # its stand-in for BLAS would take the calls of the other peers too
    target_compile_definitions(bench_peers PRIVATE RICCI_XSMM)
    target_link_libraries(bench_peers PRIVATE ${XSMM} OpenBLAS::pthread ${CMAKE_DL_LIBS})
  endif()
  ricci_warnings(bench_peers)
  add_dependencies(bench bench_peers)
endif()

# Are the results of the measured statements right? Tiny sizes; skipped where Python has no NumPy and SciPy.
if(RICCI_TESTS AND TARGET ricci_cli AND EXISTS /usr/bin/python3)
  add_test(NAME bench_small COMMAND /usr/bin/python3 ${PROJECT_SOURCE_DIR}/bench/seven.py --small --command
                                    $<TARGET_FILE:ricci_cli>)
  set_tests_properties(bench_small PROPERTIES LABELS bench SKIP_RETURN_CODE 77 TIMEOUT 900)
  add_test(NAME bench_compare COMMAND /usr/bin/python3 ${PROJECT_SOURCE_DIR}/tests/bench/compare.py)
  set_tests_properties(bench_compare PROPERTIES LABELS bench)
endif()
