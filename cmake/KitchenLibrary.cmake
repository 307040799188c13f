# kitchen_add_library(NAME SOURCES file... [LIBRARIES target...] [PRIVATE target...] [TESTS file...])
#
# What several plugins are built from and is no plugin: the static library kitchen_NAME, used as kitchen::NAME and linked into each of
# them with hidden symbols. TESTS become NAME_tests, in a tree with tests.
function(kitchen_add_library name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "SOURCES;LIBRARIES;PRIVATE;TESTS")
  if(arg_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "kitchen_add_library(${name}): unknown arguments ${arg_UNPARSED_ARGUMENTS}")
  endif()
  add_library(kitchen_${name} STATIC ${arg_SOURCES})
  add_library(kitchen::${name} ALIAS kitchen_${name})
  set_target_properties(kitchen_${name} PROPERTIES
    POSITION_INDEPENDENT_CODE ON CXX_VISIBILITY_PRESET hidden VISIBILITY_INLINES_HIDDEN ON)
  target_compile_options(kitchen_${name} PRIVATE -ffunction-sections -fdata-sections)  # each plugin has a copy, as of the SDK
  target_include_directories(kitchen_${name} PUBLIC ${CMAKE_CURRENT_SOURCE_DIR})
  target_link_libraries(kitchen_${name} PUBLIC ${arg_LIBRARIES} PRIVATE ${arg_PRIVATE})
  if(BUILD_TESTING AND arg_TESTS)
    kitchen_add_test(${name}_tests SOURCES ${arg_TESTS} LIBRARIES kitchen::${name} kitchen::testkit)
  endif()
endfunction()
