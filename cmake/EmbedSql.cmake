# embed_sql(module): makes MODULE_migrations.h in the build tree from the module's migrations/*.sql, in name order:
#
#   inline constexpr storage::Migration MODULE_migrations[] = {{"MODULE/0001_cases", R"(…)"}, …};
#
# Migrations are never edited after release; the database remembers them by name.
function(embed_sql module)
  file(GLOB files CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/migrations/*.sql)
  list(SORT files)
  set(text "#pragma once\n\n#include \"storage/storage.h\"\n\ninline constexpr storage::Migration ${module}_migrations[] = {\n")
  foreach(file IN LISTS files)
    get_filename_component(name ${file} NAME_WE)
    file(READ ${file} sql)
    string(APPEND text "    {\"${module}/${name}\", R\"sql(${sql})sql\"},\n")
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${file})
  endforeach()
  string(APPEND text "};\n")
  set(out ${CMAKE_CURRENT_BINARY_DIR}/embedded/${module}_migrations.h)
  file(CONFIGURE OUTPUT ${out} CONTENT "${text}" @ONLY)
  target_include_directories(${module} PRIVATE ${CMAKE_CURRENT_BINARY_DIR}/embedded)
endfunction()
