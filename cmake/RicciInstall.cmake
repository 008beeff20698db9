# `cmake --install`: the library, its headers, the command; and what find_package(ricci) and pkg-config read.
# The public headers stand in include/ricci; the layers below them, which they include, in include/ricci/core.
include(CMakePackageConfigHelpers)

install(TARGETS ricci ricci_dsl EXPORT ricciTargets)
if(TARGET ricci_cli)
  install(TARGETS ricci_cli)
endif()
install(DIRECTORY include/ricci TYPE INCLUDE FILES_MATCHING PATTERN "*.hpp" PATTERN "*.def")
install(DIRECTORY dsl passes runtime DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/ricci/core
        FILES_MATCHING PATTERN "*.hpp" PATTERN "*.def")

set(config_dir ${CMAKE_INSTALL_LIBDIR}/cmake/ricci)
install(EXPORT ricciTargets NAMESPACE ricci:: DESTINATION ${config_dir})
configure_package_config_file(cmake/ricciConfig.cmake.in ricciConfig.cmake INSTALL_DESTINATION ${config_dir})
write_basic_package_version_file(ricciConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/ricciConfig.cmake ${PROJECT_BINARY_DIR}/ricciConfigVersion.cmake
              cmake/FindOpenBLASPthread.cmake cmake/FindLibzip.cmake
        DESTINATION ${config_dir})

# A static ricci needs what it is made of at every link, a shared one brings it along.
cmake_path(GET OpenBLASPthread_LIBRARY PARENT_PATH openblas_dir)
set(static_requires "fmt libzip")
if(PNG_FOUND)
  string(APPEND static_requires " libpng")
endif()
set(static_libs "-L${openblas_dir} -lopenblas -pthread")
if(BUILD_SHARED_LIBS)
  set(pc_private "Requires.private: ${static_requires}\nLibs.private: ${static_libs}")
  set(pc_libs "")
else()
  set(pc_private "Requires: ${static_requires}")
  set(pc_libs " ${static_libs}")
endif()
foreach(kind IN ITEMS INCLUDE LIB)
  string(TOLOWER ${kind} name)
  set(pc_${name}dir "\${prefix}/${CMAKE_INSTALL_${kind}DIR}")
  if(IS_ABSOLUTE "${CMAKE_INSTALL_${kind}DIR}")
    set(pc_${name}dir "${CMAKE_INSTALL_${kind}DIR}")
  endif()
endforeach()
configure_file(cmake/ricci.pc.in ricci.pc @ONLY)
install(FILES ${PROJECT_BINARY_DIR}/ricci.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
