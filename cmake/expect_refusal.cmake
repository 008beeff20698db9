# cmake -DSOURCE=FILE -DCOMPILER=CXX -DROOT=REPOSITORY -P expect_refusal.cmake
# Succeeds when the compiler refuses FILE, and says every text that a line `// expect: TEXT` of FILE asks for. Without
# the texts, a file that fails for another reason (a typing error, a missing header) would pass.
# As a control the file must compile with -DRICCI_CONTROL where it mentions that name: write the bad line under
# #ifndef RICCI_CONTROL.
function(compile status output)
  execute_process(
    COMMAND ${COMPILER} -std=c++20 -fsyntax-only -I${ROOT} -I${ROOT}/include ${ARGN} ${SOURCE}
    RESULT_VARIABLE result
    OUTPUT_VARIABLE said
    ERROR_VARIABLE said)
  set(${status} ${result} PARENT_SCOPE)
  set(${output} "${said}" PARENT_SCOPE)
endfunction()

file(STRINGS ${SOURCE} expectations REGEX "^// expect: ")
if(NOT expectations)
  message(FATAL_ERROR "${SOURCE} has no line '// expect: TEXT'")
endif()

compile(status output)
if(status EQUAL 0)
  message(FATAL_ERROR "${SOURCE} compiles, and should not")
endif()
foreach(line IN LISTS expectations)
  string(REGEX REPLACE "^// expect: " "" text "${line}")
  string(FIND "${output}" "${text}" at)
  if(at EQUAL -1)
    message(FATAL_ERROR "The compiler refused ${SOURCE} without saying: ${text}\n${output}")
  endif()
endforeach()

file(STRINGS ${SOURCE} control REGEX "RICCI_CONTROL")
if(control)
  compile(status output -DRICCI_CONTROL)
  if(NOT status EQUAL 0)
    message(FATAL_ERROR "${SOURCE} should compile with -DRICCI_CONTROL\n${output}")
  endif()
endif()
