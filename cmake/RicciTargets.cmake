# The few verbs that CMakeLists.txt is written in.

# ricci_sources(OUT FOLDER): every .cpp below FOLDER, asked for again at each build.
function(ricci_sources out folder)
  file(GLOB_RECURSE found CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/${folder}/*.cpp)
  set(${out} ${found} PARENT_SCOPE)
endfunction()

# The house's warnings, for our own targets only.
function(ricci_warnings target)
  target_compile_options(${target} PRIVATE -Wall -Wextra -Wpedantic -Wshadow $<$<BOOL:${RICCI_WERROR}>:-Werror>
                         $<$<CXX_COMPILER_ID:GNU>:-Wno-psabi>)  # a note about GCC 4.4, at every complex argument
endfunction()

# NAME_v2.cpp, NAME_v3.cpp, NAME_v4.cpp in runtime hold the bodies for one level of x86-64; the table of kernels
# asks the machine before it enters one. Elsewhere they are left out of the list named by `sources`.
function(ricci_instruction_sets sources)
  set(kept ${${sources}})
  foreach(level IN ITEMS 2 3 4)
    set(bodies ${kept})
    list(FILTER bodies INCLUDE REGEX "/runtime/.*_v${level}\\.cpp$")
    if(NOT bodies)
      continue()
    elseif(CMAKE_SYSTEM_PROCESSOR MATCHES "^(x86_64|AMD64|amd64)$" AND CMAKE_SIZEOF_VOID_P EQUAL 8)
      set_source_files_properties(${bodies} PROPERTIES COMPILE_OPTIONS -march=x86-64-v${level})
    else()
      list(REMOVE_ITEM kept ${bodies})
    endif()
  endforeach()
  set(${sources} ${kept} PARENT_SCOPE)
endfunction()

# ricci_edge(NAME PACKAGE TARGET): ricci::NAME is ricci together with TARGET of PACKAGE, where that package is present.
function(ricci_edge name package target)
  if(NOT TARGET ${target})
    find_package(${package} QUIET GLOBAL)
  endif()
  if(TARGET ${target})
    add_library(ricci_${name} INTERFACE)
    add_library(ricci::${name} ALIAS ricci_${name})
    target_link_libraries(ricci_${name} INTERFACE ricci ${target})
  endif()
endfunction()
