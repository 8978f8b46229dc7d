# The CMake package Yichuang: feel and dmn for other programs (docs/feel.md, docs/dmn.md, examples/decisions).
#
#   cmake --install BUILD --component libraries --prefix PREFIX
#
# Headers go to include/yichuang, so that they are included by the same paths as here ("kernel/feel/feel.h").
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

set(package_folder ${CMAKE_INSTALL_LIBDIR}/cmake/Yichuang)

# install_libraries(SET library…): the libraries, their FACE headers, and SETTargets.cmake. A library may use those of
# an earlier set.
function(install_libraries set)
  foreach(name IN LISTS ARGN)
    get_property(room GLOBAL PROPERTY library_room_${name})
    get_property(face GLOBAL PROPERTY library_face_${name})
    install(FILES ${face} DESTINATION ${installed_headers}/${room} COMPONENT libraries)
    set_target_properties(${name} PROPERTIES OUTPUT_NAME yichuang_${name})
    target_compile_features(${name} PUBLIC cxx_std_20)
  endforeach()
  install(TARGETS ${ARGN} EXPORT ${set} ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT libraries)
  install(EXPORT ${set} FILE ${set}Targets.cmake NAMESPACE Yichuang:: DESTINATION ${package_folder} COMPONENT libraries)
endfunction()

# The files that find_package(Yichuang) reads.
function(install_package)
  set(made ${CMAKE_BINARY_DIR}/package)
  configure_package_config_file(${CMAKE_SOURCE_DIR}/cmake/YichuangConfig.cmake.in ${made}/YichuangConfig.cmake
                                INSTALL_DESTINATION ${package_folder} NO_SET_AND_CHECK_MACRO)
  write_basic_package_version_file(${made}/YichuangConfigVersion.cmake COMPATIBILITY SameMinorVersion)
  install(FILES ${made}/YichuangConfig.cmake ${made}/YichuangConfigVersion.cmake
                ${CMAKE_SOURCE_DIR}/cmake/FindIntelDecimal.cmake
          DESTINATION ${package_folder} COMPONENT libraries)
endfunction()
