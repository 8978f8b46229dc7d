# embed_web(target): builds web/ with npm (unless WITH_FRONTEND_BUILD is OFF) and links every file of web/dist into the
# target, so that one program serves everything. Without web/dist the program serves the API alone and says so.
function(embed_web target)
  set(web ${CMAKE_SOURCE_DIR}/web)
  set(generated ${CMAKE_BINARY_DIR}/web_assets)
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${web}/src/* ${web}/public/*)
  list(APPEND sources ${web}/package-lock.json ${web}/package.json ${web}/vite.config.ts ${web}/tsconfig.json
                      ${web}/vite.verify.config.ts ${web}/index.html ${web}/office.html ${web}/verify.html)
  if(WITH_FRONTEND_BUILD)
    find_program(NPM npm REQUIRED)
    set(installed ${CMAKE_BINARY_DIR}/web_installed.stamp)
    add_custom_command(OUTPUT ${installed}
      COMMAND ${CMAKE_COMMAND} -E env IBM_TELEMETRY_DISABLED=true ${NPM} ci --no-fund --no-audit
      COMMAND ${CMAKE_COMMAND} -E touch ${installed}
      DEPENDS ${web}/package-lock.json WORKING_DIRECTORY ${web} USES_TERMINAL
      COMMENT "Installing the front end's packages")
    set(built ${CMAKE_BINARY_DIR}/web_built.stamp)
    add_custom_command(OUTPUT ${built}
      COMMAND ${NPM} run build
      COMMAND ${CMAKE_COMMAND} -E touch ${built}
      DEPENDS ${installed} ${sources} WORKING_DIRECTORY ${web} USES_TERMINAL
      COMMENT "Building the front end")
  endif()
  if(NOT WITH_FRONTEND_BUILD)
    file(GLOB_RECURSE dist_files CONFIGURE_DEPENDS ${web}/dist/*)
  endif()
  add_custom_command(OUTPUT ${generated}.S
    COMMAND ${CMAKE_COMMAND} -DDIST=${web}/dist -DOUT=${generated} -P ${CMAKE_SOURCE_DIR}/cmake/EmbedFiles.cmake
    DEPENDS ${built} ${dist_files} ${CMAKE_SOURCE_DIR}/cmake/EmbedFiles.cmake VERBATIM
    COMMENT "Embedding the front end")
  target_sources(${target} PRIVATE ${generated}.S)
  # What .incbin reads is no dependency the assembler reports: the generated file is written anew with each build of the
  # front end, and that is one.
endfunction()
