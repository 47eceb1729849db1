# SPDX-License-Identifier: GPL-3.0-or-later
# Tests against the real mesh: beds are CTest fixtures, tests name the bed that they need.

add_library(tests_bed STATIC real/program.cpp real/bed.cpp real/digest.cpp real/requests.cpp real/walkthrough.cpp)
target_link_libraries(tests_bed PUBLIC tests_support)
target_compile_definitions(tests_bed PRIVATE ISTHMUS_BIN_DIR="${CMAKE_BINARY_DIR}/bin")

# core/api on a bed, as the programs use it.
add_library(tests_live_client STATIC real/live_client.cpp)
target_link_libraries(tests_live_client PUBLIC tests_bed core_api)

# isthmus_bed(NAME lite|full): two bare clusters for the tests that name it, up once and down after them.
# There is one full bed on a machine, so that a full one comes up only when the one before is down.
function(isthmus_bed name mode)
  set(script ${PROJECT_SOURCE_DIR}/tests/real/bed)
  set(file ${CMAKE_BINARY_DIR}/tests/beds/${name})
  add_test(NAME real/${name}-up COMMAND ${script} up ${mode} ${file})
  add_test(NAME real/${name}-down COMMAND ${script} down ${file})
  set_tests_properties(real/${name}-up PROPERTIES FIXTURES_SETUP bed_${name} TIMEOUT 240 SKIP_RETURN_CODE 77)
  set_tests_properties(real/${name}-down PROPERTIES FIXTURES_CLEANUP bed_${name} TIMEOUT 120)
  set_tests_properties(real/${name}-up real/${name}-down PROPERTIES LABELS real RUN_SERIAL TRUE)
  if(mode STREQUAL "full")
    get_property(before GLOBAL PROPERTY ISTHMUS_LAST_FULL_BED)
    if(before)
      set_property(TEST real/${name}-up APPEND PROPERTY DEPENDS real/${before}-down)
    endif()
    set_property(GLOBAL PROPERTY ISTHMUS_LAST_FULL_BED ${name})
  endif()
endfunction()

# isthmus_real_test(SOURCE BED LIBRARY…): one test program on the bed of that name. Serial: the beds want
# both cores, and timings are part of what the tests look at.
function(isthmus_real_test source bed)
  isthmus_test(${source} tests_bed real)
  get_filename_component(name ${source} NAME_WE)
  string(REPLACE "tst_" "" short ${name})
  target_link_libraries(tst_real_${short} PRIVATE ${ARGN})
  set_tests_properties(real/${short} PROPERTIES FIXTURES_REQUIRED bed_${bed} RUN_SERIAL TRUE TIMEOUT 900
    SKIP_RETURN_CODE 77 ENVIRONMENT ISTHMUS_BED=${CMAKE_BINARY_DIR}/tests/beds/${bed})
endfunction()

isthmus_bed(lite lite)
isthmus_real_test(real/tst_bed.cpp lite)
isthmus_real_test(real/tst_charts.cpp lite core_charts)
isthmus_real_test(real/tst_client.cpp lite tests_live_client)
isthmus_real_test(real/tst_client_writes.cpp lite tests_live_client)
isthmus_real_test(real/tst_client_refused.cpp lite tests_live_client)
isthmus_real_test(real/tst_lite_install.cpp lite)
isthmus_bed(full full)
isthmus_real_test(real/tst_full_bed.cpp full)
isthmus_real_test(real/tst_bad_luck.cpp full)
isthmus_bed(mesh full)
isthmus_real_test(real/tst_mesh.cpp mesh)
isthmus_bed(kill_sweep full)
isthmus_real_test(real/tst_kill_sweep.cpp kill_sweep)
set_tests_properties(real/kill_sweep PROPERTIES TIMEOUT 1800)
isthmus_bed(oracle full)
isthmus_real_test(real/tst_oracle.cpp oracle)
