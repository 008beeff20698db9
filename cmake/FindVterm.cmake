# Vterm::vterm: libvterm, a terminal without a window, by which the tests see a screen.
find_path(Vterm_INCLUDE_DIR vterm.h)
find_library(Vterm_LIBRARY vterm)

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(Vterm REQUIRED_VARS Vterm_LIBRARY Vterm_INCLUDE_DIR)
mark_as_advanced(Vterm_LIBRARY Vterm_INCLUDE_DIR)

if(Vterm_FOUND AND NOT TARGET Vterm::vterm)
  add_library(Vterm::vterm UNKNOWN IMPORTED GLOBAL)
  set_target_properties(Vterm::vterm PROPERTIES IMPORTED_LOCATION ${Vterm_LIBRARY}
                                                    INTERFACE_INCLUDE_DIRECTORIES ${Vterm_INCLUDE_DIR})
endif()
