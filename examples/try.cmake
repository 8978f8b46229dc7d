# Tries an example with the libraries of BUILD, in WORK. Fails with what was printed when a step fails or the
# program prints something else than EXAMPLE/expected.txt.
file(REMOVE_RECURSE ${WORK})

function(step what)
  execute_process(COMMAND ${ARGN} RESULT_VARIABLE failed OUTPUT_VARIABLE printed ERROR_VARIABLE printed)
  if(failed)
    message(FATAL_ERROR "${what} failed:\n${printed}")
  endif()
endfunction()

step("installing the libraries" ${CMAKE_COMMAND} --install ${BUILD} --component libraries --prefix ${WORK}/prefix)
set(configure ${CMAKE_COMMAND} -G ${GENERATOR} -S ${EXAMPLE} -DCMAKE_PREFIX_PATH=${WORK}/prefix
              -DCMAKE_CXX_COMPILER=${COMPILER} -DCMAKE_CXX_FLAGS=${FLAGS})
step("configuring the example" ${configure} -B ${WORK}/build)
step("building the example" ${CMAKE_COMMAND} --build ${WORK}/build)

execute_process(COMMAND ${WORK}/build/decisions ${EXAMPLE}/fee.dmn RESULT_VARIABLE failed
                OUTPUT_VARIABLE printed ERROR_VARIABLE complained)
file(READ ${EXAMPLE}/expected.txt expected)
if(failed OR NOT printed STREQUAL expected)
  message(FATAL_ERROR "the example ended with ${failed} and printed:\n${printed}${complained}\nexpected:\n${expected}")
endif()

# A header that is not a face of a library must not have been installed, and a component that is not there is refused.
foreach(private feel/parser.h feel/evaluator.h dmn/program.h dmn/document.h)
  if(EXISTS ${WORK}/prefix/include/yichuang/kernel/${private})
    message(FATAL_ERROR "the private header ${private} was installed")
  endif()
endforeach()
file(WRITE ${WORK}/wrong/CMakeLists.txt "cmake_minimum_required(VERSION 3.20)\nproject(wrong CXX)\n"
                                        "find_package(Yichuang REQUIRED COMPONENTS bpmn)\n")
execute_process(COMMAND ${CMAKE_COMMAND} -G ${GENERATOR} -S ${WORK}/wrong -B ${WORK}/wrong/build
                        -DCMAKE_PREFIX_PATH=${WORK}/prefix -DCMAKE_CXX_COMPILER=${COMPILER}
                RESULT_VARIABLE failed OUTPUT_QUIET ERROR_VARIABLE complained)
string(REGEX REPLACE "[ \n]+" " " complained "${complained}")
if(NOT failed OR NOT complained MATCHES "has the components feel and dmn, but not bpmn")
  message(FATAL_ERROR "an unknown component was not refused in words:\n${complained}")
endif()
