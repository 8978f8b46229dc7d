# Finds Intel's decimal floating-point library (Debian: libintelrdfpmath-dev): IntelDecimal::IntelDecimal.
# The variant used takes arguments by value and keeps neither rounding mode nor flags in global variables ("000").
find_path(IntelDecimal_INCLUDE_DIR bid_functions.h)
find_library(IntelDecimal_LIBRARY bidgcc000)
mark_as_advanced(IntelDecimal_INCLUDE_DIR IntelDecimal_LIBRARY)

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(IntelDecimal REQUIRED_VARS IntelDecimal_LIBRARY IntelDecimal_INCLUDE_DIR)

if(IntelDecimal_FOUND AND NOT TARGET IntelDecimal::IntelDecimal)
  add_library(IntelDecimal::IntelDecimal UNKNOWN IMPORTED)
  set_target_properties(IntelDecimal::IntelDecimal PROPERTIES
    IMPORTED_LOCATION "${IntelDecimal_LIBRARY}" INTERFACE_INCLUDE_DIRECTORIES "${IntelDecimal_INCLUDE_DIR}")
endif()
