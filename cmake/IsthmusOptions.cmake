# SPDX-License-Identifier: GPL-3.0-or-later
# One INTERFACE target carries language level, warnings, hardening and sanitizers for every target.
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bin)

set(ISTHMUS_SANITIZE "" CACHE STRING "address or thread; empty for none")

find_program(CCACHE ccache)
if(CCACHE)
  # Precompiled headers are only cached with these two sloppiness settings.
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env
      CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime ${CCACHE})
endif()

add_library(isthmus_options INTERFACE)
target_include_directories(isthmus_options INTERFACE ${PROJECT_SOURCE_DIR})
target_compile_options(isthmus_options INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wold-style-cast -Wcast-qual
  -Wcast-align -Wnon-virtual-dtor -Woverloaded-virtual -Wformat=2 -Wextra-semi -Wundef
  -fstack-protector-strong -fstack-clash-protection -fcf-protection=full -fno-strict-overflow
  $<$<CXX_COMPILER_ID:GNU>:-Wsuggest-override -Wduplicated-cond -Wduplicated-branches -Wlogical-op
    -Wuseless-cast -Wno-missing-field-initializers -fpch-preprocess -Wbidi-chars=any>
  $<$<CXX_COMPILER_ID:Clang>:-Wthread-safety -Wunreachable-code -Wimplicit-fallthrough
    -Wno-missing-designated-field-initializers>
  $<$<BOOL:${ISTHMUS_WERROR}>:-Werror>)
target_compile_definitions(isthmus_options INTERFACE _GLIBCXX_ASSERTIONS)
target_link_options(isthmus_options INTERFACE -Wl,--as-needed -Wl,-z,relro,-z,now -Wl,-z,noexecstack)

if(ISTHMUS_SANITIZE STREQUAL "address")
  target_compile_options(isthmus_options INTERFACE -fsanitize=address,undefined -fno-sanitize-recover=all
                         -fno-omit-frame-pointer)
  target_link_options(isthmus_options INTERFACE -fsanitize=address,undefined)
elseif(ISTHMUS_SANITIZE STREQUAL "thread")
  target_compile_options(isthmus_options INTERFACE -fsanitize=thread -fno-omit-frame-pointer)
  target_link_options(isthmus_options INTERFACE -fsanitize=thread)
elseif(CMAKE_BUILD_TYPE STREQUAL "Release" OR CMAKE_BUILD_TYPE STREQUAL "RelWithDebInfo")
  # GCC 12 takes the alternatives of a std::variant that is moved for uninitialised.
  target_compile_options(isthmus_options INTERFACE -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3
                         $<$<CXX_COMPILER_ID:GNU>:-ftrivial-auto-var-init=zero -Wno-maybe-uninitialized>)
endif()
