# kitchen_add_test(NAME SOURCES file... [LIBRARIES target...] [PLUGINS id...] [LABELS label...] [SHARDS count])
#
# A GoogleTest executable, one ctest entry for each of its tests. PLUGINS are built first, for tests that load them. With SHARDS there are
# that many entries, each a process that runs its share of the tests: for tests that share a server which is slow to start.
find_package(GTest REQUIRED)
include(GoogleTest)

# Compiling a test is mostly the same headers again, and the optimizer's work on code that runs once. So the headers are compiled once for
# all, and a test is not optimized, only what it tests. Under the sanitizers it keeps the lines of its stack frames.
set(kitchen_test_options -O0)
if(KITCHEN_SANITIZE)
  list(APPEND kitchen_test_options -g1)
endif()
file(GENERATE OUTPUT ${CMAKE_BINARY_DIR}/kitchen_test_headers.cpp CONTENT "")
add_executable(kitchen_test_headers ${CMAKE_BINARY_DIR}/kitchen_test_headers.cpp)  # an executable, as they are: a library has other options
target_compile_options(kitchen_test_headers PRIVATE ${kitchen_test_options})
target_link_libraries(kitchen_test_headers PRIVATE GTest::gmock GTest::gtest GTest::gtest_main)
set_target_properties(kitchen_test_headers PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/tests)
target_precompile_headers(kitchen_test_headers PRIVATE <gtest/gtest.h> <gmock/gmock.h> <chrono> <condition_variable> <filesystem> <fstream> <thread>)

function(kitchen_add_test name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "SHARDS" "SOURCES;LIBRARIES;PLUGINS;LABELS")
  if(arg_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "kitchen_add_test(${name}): unknown arguments ${arg_UNPARSED_ARGUMENTS}")
  endif()
  if(NOT arg_LABELS)
    set(arg_LABELS unit)
  endif()
  add_executable(${name} ${arg_SOURCES})
  target_link_libraries(${name} PRIVATE ${arg_LIBRARIES} GTest::gmock GTest::gtest GTest::gtest_main)
  target_compile_options(${name} PRIVATE ${kitchen_test_options})
  target_precompile_headers(${name} REUSE_FROM kitchen_test_headers)
  target_compile_definitions(${name} PRIVATE
    KITCHEN_TEST_PLUGIN_DIR="${KITCHEN_PLUGIN_DIR}" KITCHEN_TEST_SOURCE_DIR="${PROJECT_SOURCE_DIR}")
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/tests
    PCH_WARN_INVALID OFF)  # a target whose libraries define more macros reads the headers again
  if(arg_PLUGINS)
    add_dependencies(${name} ${arg_PLUGINS})
  endif()
  if(arg_SHARDS)
    math(EXPR last "${arg_SHARDS} - 1")
    foreach(shard RANGE ${last})
      add_test(NAME ${name}.${shard} COMMAND ${name} --gtest_brief=1)
      set_tests_properties(${name}.${shard} PROPERTIES LABELS "${arg_LABELS}" TIMEOUT 900
        ENVIRONMENT "GTEST_TOTAL_SHARDS=${arg_SHARDS};GTEST_SHARD_INDEX=${shard}")
    endforeach()
    return()
  endif()
  gtest_discover_tests(${name} DISCOVERY_TIMEOUT 60 PROPERTIES LABELS "${arg_LABELS}" TIMEOUT 300)
endfunction()
