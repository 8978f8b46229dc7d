# Warnings are errors, on every target of this project and on nothing else.
add_library(project_options INTERFACE)
target_compile_options(project_options INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor -Wold-style-cast
  -Wformat=2 -Wswitch-enum -Wno-switch-default -Wno-missing-field-initializers -Werror
  -fstack-protector-strong -ffile-prefix-map=${CMAKE_SOURCE_DIR}=.)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # GCC 12 reports these for std::variant and std::string code that is right, from -O2 on.
  target_compile_options(project_options INTERFACE -Wno-maybe-uninitialized -Wno-restrict -Wno-stringop-overflow
                                                   -Wno-array-bounds -Wno-dangling-pointer)
endif()
target_compile_definitions(project_options INTERFACE _GLIBCXX_ASSERTIONS)

# Hardening of what is released; sanitizer builds bring their own checks.
if(CMAKE_BUILD_TYPE STREQUAL "Release" OR CMAKE_BUILD_TYPE STREQUAL "RelWithDebInfo")
  target_compile_options(project_options INTERFACE -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2 -fstack-clash-protection
                                                   -fcf-protection=full -ftrivial-auto-var-init=zero)
  target_link_options(project_options INTERFACE -Wl,-z,relro,-z,now,-z,noexecstack,-z,separate-code)
endif()
