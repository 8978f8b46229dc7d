# library(NAME LAYER layer [FACE headers…] [SOURCES files…] [USES libraries…] [USES_INSIDE libraries…]
#         [PACKAGES targets…] [PACKAGES_INSIDE targets…] [TESTS files…])
#
# Declares one library of src/ and enforces the architecture:
#   - USES may name only libraries declared earlier, so the order in src/CMakeLists.txt is the architecture;
#   - a library may use only the layers of the table below;
#   - others can include only the FACE headers, by full path ("kernel/calendar/calendar.h"): each library has an
#     include folder of its own holding nothing but links to its faces.
# PACKAGES are outside libraries (imported targets or plain names). What no FACE header shows may be named with
# …_INSIDE: it is linked, but those who use the library do not see it. TESTS become one program NAME_test.

# Where the faces of the libraries that can be installed go, below the prefix (Install.cmake).
set(installed_headers include/yichuang)

set(LAYERS kernel edge rules module server)
set(LAYER_MAY_USE_kernel kernel)
set(LAYER_MAY_USE_edge kernel edge)
set(LAYER_MAY_USE_rules kernel rules)
set(LAYER_MAY_USE_module kernel edge rules module)
set(LAYER_MAY_USE_server kernel edge rules module server)

function(library name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "LAYER" "FACE;SOURCES;USES;USES_INSIDE;PACKAGES;PACKAGES_INSIDE;TESTS")
  if(NOT arg_LAYER IN_LIST LAYERS)
    message(FATAL_ERROR "library ${name}: LAYER must be one of ${LAYERS}")
  endif()
  if(arg_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "library ${name}: not understood: ${arg_UNPARSED_ARGUMENTS}")
  endif()

  file(RELATIVE_PATH room ${CMAKE_SOURCE_DIR}/src ${CMAKE_CURRENT_SOURCE_DIR})
  set(faces ${CMAKE_BINARY_DIR}/faces/${name})
  file(MAKE_DIRECTORY ${faces}/${room})
  foreach(header IN LISTS arg_FACE)
    get_filename_component(folder ${faces}/${room}/${header} DIRECTORY)
    file(MAKE_DIRECTORY ${folder})
    file(CREATE_LINK ${CMAKE_CURRENT_SOURCE_DIR}/${header} ${faces}/${room}/${header} SYMBOLIC)
  endforeach()

  if(arg_SOURCES)
    add_library(${name} STATIC ${arg_SOURCES})
    set(public PUBLIC)
    target_link_libraries(${name} PRIVATE $<BUILD_INTERFACE:project_options> ${arg_PACKAGES_INSIDE})
    target_include_directories(${name} PRIVATE ${CMAKE_CURRENT_SOURCE_DIR})
  else()
    add_library(${name} INTERFACE)
    set(public INTERFACE)
  endif()
  target_include_directories(${name} ${public} $<BUILD_INTERFACE:${faces}> $<INSTALL_INTERFACE:${installed_headers}>)
  target_link_libraries(${name} ${public} ${arg_PACKAGES})
  set_property(GLOBAL PROPERTY library_layer_${name} ${arg_LAYER})
  set_property(GLOBAL PROPERTY library_room_${name} ${room})
  list(TRANSFORM arg_FACE PREPEND ${CMAKE_CURRENT_SOURCE_DIR}/ OUTPUT_VARIABLE face_files)
  set_property(GLOBAL PROPERTY library_face_${name} ${face_files})

  foreach(used IN LISTS arg_USES arg_USES_INSIDE)
    get_property(layer GLOBAL PROPERTY library_layer_${used})
    if(NOT layer)
      message(FATAL_ERROR "library ${name} uses ${used}, which is not declared before it: "
                          "move the shared part upstream, or tell the news through the event log")
    endif()
    if(NOT layer IN_LIST LAYER_MAY_USE_${arg_LAYER})
      message(FATAL_ERROR "library ${name} (${arg_LAYER}) may not use ${used} (${layer})")
    endif()
    if(used IN_LIST arg_USES_INSIDE)
      target_link_libraries(${name} PRIVATE ${used})
    else()
      target_link_libraries(${name} ${public} ${used})
    endif()
  endforeach()

  if(arg_TESTS AND WITH_TESTS)
    find_package(GTest REQUIRED)
    add_executable(${name}_test ${arg_TESTS})
    target_include_directories(${name}_test PRIVATE ${CMAKE_CURRENT_SOURCE_DIR})
    target_link_libraries(${name}_test PRIVATE ${name} project_options GTest::gmock GTest::gtest_main)
    target_compile_definitions(${name}_test PRIVATE SOURCE_DIR="${CMAKE_SOURCE_DIR}")
    add_test(NAME ${name} COMMAND ${name}_test WORKING_DIRECTORY ${CMAKE_SOURCE_DIR})
  endif()
endfunction()
