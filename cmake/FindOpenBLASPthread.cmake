# OpenBLAS::pthread: OpenBLAS with LAPACK inside and its own threads, which ricci sets to one.
# The OpenMP flavour ignores that setting within a parallel region, so Debian's pthread flavour is taken where several
# are installed, then the serial one, then whatever libopenblas is there.
find_path(OpenBLASPthread_INCLUDE_DIR cblas.h PATH_SUFFIXES ${CMAKE_LIBRARY_ARCHITECTURE}/openblas-pthread
                                                            ${CMAKE_LIBRARY_ARCHITECTURE}/openblas-serial openblas)
find_library(OpenBLASPthread_LIBRARY openblas PATH_SUFFIXES openblas-pthread openblas-serial)

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(OpenBLASPthread REQUIRED_VARS OpenBLASPthread_LIBRARY OpenBLASPthread_INCLUDE_DIR)
mark_as_advanced(OpenBLASPthread_LIBRARY OpenBLASPthread_INCLUDE_DIR)

if(OpenBLASPthread_FOUND AND NOT TARGET OpenBLAS::pthread)
  add_library(OpenBLAS::pthread UNKNOWN IMPORTED GLOBAL)
  set_target_properties(OpenBLAS::pthread PROPERTIES IMPORTED_LOCATION ${OpenBLASPthread_LIBRARY}
                                                     INTERFACE_INCLUDE_DIRECTORIES ${OpenBLASPthread_INCLUDE_DIR})
endif()
