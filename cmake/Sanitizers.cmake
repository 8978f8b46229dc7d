# YICHUANG_SANITIZE is a list for -fsanitize, e.g. "address,undefined" or "thread"; the presets set it.
set(YICHUANG_SANITIZE "" CACHE STRING "sanitizers to build with")
if(YICHUANG_SANITIZE)
  add_compile_options(-fsanitize=${YICHUANG_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${YICHUANG_SANITIZE})
endif()
