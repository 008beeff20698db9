# Every bench/**/*.cpp is an executable bench_NAME below build/bench, built only when asked for: target `bench`.
# A bench/CMakeLists.txt of its own takes over.
if(EXISTS ${PROJECT_SOURCE_DIR}/bench/CMakeLists.txt)
  add_subdirectory(bench)
  return()
endif()

ricci_sources(bench_sources bench)
add_custom_target(bench)
foreach(source IN LISTS bench_sources)
  cmake_path(GET source STEM LAST_ONLY name)
  add_executable(bench_${name} EXCLUDE_FROM_ALL ${source})
  set_target_properties(bench_${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/bench)
  target_link_libraries(bench_${name} PRIVATE ricci OpenBLAS::pthread fmt::fmt $<TARGET_NAME_IF_EXISTS:ricci::xtensor>
                                              $<TARGET_NAME_IF_EXISTS:ricci::eigen>)
  ricci_warnings(bench_${name})
  add_dependencies(bench bench_${name})
endforeach()
