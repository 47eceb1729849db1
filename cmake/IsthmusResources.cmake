# SPDX-License-Identifier: GPL-3.0-or-later
# core_resources: the YAML files below resources/ as constant data (resources/resources.h).

# isthmus_embed(OUTPUT ROOT FILE…): writes a .cpp whose table holds the files, named relative to ROOT.
# It is written at configure time and only touched when its text changes.
function(isthmus_embed output root)
  set(entries "")
  foreach(file IN LISTS ARGN)
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${root}/${file})
    file(READ ${root}/${file} text)
    string(FIND "${text}" ")isthmus\"" end)
    if(NOT end EQUAL -1)
      message(FATAL_ERROR "${root}/${file} contains the end mark of the literal that would hold it")
    endif()
    string(APPEND entries "    File { \"${file}\", R\"isthmus(${text})isthmus\" },\n")
  endforeach()
  file(CONFIGURE OUTPUT ${output} @ONLY CONTENT
"// Made by cmake/IsthmusResources.cmake; do not edit.
#include \"resources/resources.h\"

#include <array>

namespace isthmus::resources {

namespace {

constexpr std::array files {
@entries@};

} // namespace

std::span<const File> all()
{
    return files;
}

} // namespace isthmus::resources
")
endfunction()

file(GLOB_RECURSE resource_files CONFIGURE_DEPENDS RELATIVE ${PROJECT_SOURCE_DIR}/resources
     ${PROJECT_SOURCE_DIR}/resources/*.yaml)
list(SORT resource_files) # find() searches by halves
isthmus_embed(${CMAKE_CURRENT_BINARY_DIR}/resources_data.cpp ${PROJECT_SOURCE_DIR}/resources ${resource_files})

add_library(core_resources STATIC ${PROJECT_SOURCE_DIR}/resources/resources.cpp
            ${CMAKE_CURRENT_BINARY_DIR}/resources_data.cpp)
target_link_libraries(core_resources PUBLIC isthmus_options)
target_precompile_headers(core_resources REUSE_FROM core_base)
