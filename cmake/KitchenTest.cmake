# kitchen_add_test(NAME SOURCES file... [LIBRARIES target...] [PLUGINS id...] [LABELS label...]
#                  [SHARDS count | PROCESSES entry=filter...])
#
# A GoogleTest executable and one ctest entry, so that its tests share what is slow to start; it prints failures only. PLUGINS are built
# first, for tests that load them. SHARDS: that many entries, each a process that runs its share of the tests. PROCESSES: for each filter,
# in GoogleTest's syntax without '-', an entry NAME.entry of its own; what is left runs in NAME.
#
# kitchen_add_npm(NAME FOLDER) The target NAME, of the whole build, installs what FOLDER/package-lock.json lists into FOLDER, for tests whose
# peer is a package of npm. A test that is built alone depends on it by add_dependencies().
find_package(GTest REQUIRED)

# Compiling a test is mostly the same headers again, and the optimizer's work on code that runs once. So the headers are compiled once for
# all, and a test is not optimized, only what it tests. Under the sanitizers it keeps the lines of its stack frames.
set(kitchen_test_options -O0)
if(KITCHEN_SANITIZE)
  list(APPEND kitchen_test_options -g1)
endif()
file(GENERATE OUTPUT ${CMAKE_BINARY_DIR}/kitchen_test_headers.cpp CONTENT "int main() {}\n")
add_executable(kitchen_test_headers ${CMAKE_BINARY_DIR}/kitchen_test_headers.cpp)  # an executable, as they are: a library has other options
target_compile_options(kitchen_test_headers PRIVATE ${kitchen_test_options})
target_link_libraries(kitchen_test_headers PRIVATE GTest::gmock GTest::gtest)
set_target_properties(kitchen_test_headers PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/tests)
target_precompile_headers(kitchen_test_headers PRIVATE <gtest/gtest.h> <gmock/gmock.h> <chrono> <condition_variable> <filesystem> <fstream> <thread>)

function(kitchen_add_test name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "SHARDS" "SOURCES;LIBRARIES;PLUGINS;LABELS;PROCESSES")
  if(arg_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "kitchen_add_test(${name}): unknown arguments ${arg_UNPARSED_ARGUMENTS}")
  endif()
  if(NOT arg_LABELS)
    set(arg_LABELS unit)
  endif()
  add_executable(${name} ${arg_SOURCES})
  target_link_libraries(${name} PRIVATE ${arg_LIBRARIES} kitchen::test_main GTest::gmock GTest::gtest)
  target_compile_options(${name} PRIVATE ${kitchen_test_options})
  target_precompile_headers(${name} REUSE_FROM kitchen_test_headers)
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/tests
    PCH_WARN_INVALID OFF)  # a target whose libraries define more macros reads the headers again
  if(arg_PLUGINS)
    add_dependencies(${name} ${arg_PLUGINS})
  endif()

  set(entries "")
  if(arg_SHARDS)
    math(EXPR last "${arg_SHARDS} - 1")
    foreach(shard RANGE ${last})
      add_test(NAME ${name}.${shard} COMMAND ${name} --gtest_brief=1)
      set_tests_properties(${name}.${shard} PROPERTIES ENVIRONMENT "GTEST_TOTAL_SHARDS=${arg_SHARDS};GTEST_SHARD_INDEX=${shard}")
      list(APPEND entries ${name}.${shard})
    endforeach()
  else()
    set(others "*")
    set(separator "-")
    foreach(process ${arg_PROCESSES})
      string(REGEX MATCH "^([^=]+)=(.+)$" matched "${process}")
      add_test(NAME ${name}.${CMAKE_MATCH_1} COMMAND ${name} --gtest_brief=1 "--gtest_filter=${CMAKE_MATCH_2}")
      string(APPEND others "${separator}${CMAKE_MATCH_2}")
      set(separator ":")
      list(APPEND entries ${name}.${CMAKE_MATCH_1})
    endforeach()
    add_test(NAME ${name} COMMAND ${name} --gtest_brief=1 "--gtest_filter=${others}")
    list(APPEND entries ${name})
  endif()
  # Its traffic is compared with the OpenAPI document, see tests/openapi.
  if(kitchen_traffic AND ("kitchen::test_kernel" IN_LIST arg_LIBRARIES OR "nginx_front" IN_LIST arg_LIBRARIES))
    set_property(TEST ${entries} APPEND PROPERTY ENVIRONMENT "KITCHEN_TRAFFIC=${kitchen_traffic}")
    set_property(TEST ${entries} APPEND PROPERTY FIXTURES_REQUIRED traffic)
  endif()
  # A filter that matches nothing, after a test was renamed, must not pass.
  set_tests_properties(${entries} PROPERTIES LABELS "${arg_LABELS}" TIMEOUT 1800
    FAIL_REGULAR_EXPRESSION "\\[==========\\] 0 tests from 0 test suites ran")
endfunction()

function(kitchen_add_npm name folder)
  get_filename_component(folder ${folder} ABSOLUTE)
  add_custom_command(OUTPUT ${folder}/node_modules/.package-lock.json
    COMMAND npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
    DEPENDS ${folder}/package-lock.json WORKING_DIRECTORY ${folder} VERBATIM)
  add_custom_target(${name} ALL DEPENDS ${folder}/node_modules/.package-lock.json)
endfunction()
