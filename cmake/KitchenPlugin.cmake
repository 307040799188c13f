# kitchen_add_plugin(ID
#   SOURCES file...          the plugin's sources; plugin.cpp holds KITCHEN_PLUGIN
#   [MIGRATIONS file...]     numbered SQL files, embedded as `kitchen_migrations` by the header "migrations.gen.h"
#   [INCLUDE dir...]         directories with interfaces of other plugins, or its own include/
#   [LIBRARIES target...])   what only this plugin links
#
# Builds ID.so in KITCHEN_PLUGIN_DIR with hidden visibility, a version script that exports the descriptor and nothing else,
# no undefined symbols, of the SDK what the plugin calls (--gc-sections), and -z nodelete. The sources also become the static library ID-objects, for unit tests of the classes.
# Works in this tree and, through find_package(ChuksKitchen), in that of a plugin elsewhere. KITCHEN_INSTALL_PLUGINS=OFF
# leaves the plugins out of the installation.

set(KITCHEN_CMAKE_DIR ${CMAKE_CURRENT_LIST_DIR})

function(kitchen_add_plugin id)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "SOURCES;MIGRATIONS;INCLUDE;LIBRARIES")
  if(arg_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "kitchen_add_plugin(${id}): unknown arguments ${arg_UNPARSED_ARGUMENTS}")
  endif()

  set(work_sources ${arg_SOURCES})
  list(FILTER work_sources EXCLUDE REGEX "(^|/)plugin\\.cpp$")
  set(entry_sources ${arg_SOURCES})
  list(FILTER entry_sources INCLUDE REGEX "(^|/)plugin\\.cpp$")
  if(NOT entry_sources)
    message(FATAL_ERROR "kitchen_add_plugin(${id}): SOURCES has no plugin.cpp")
  endif()

  set(generated ${CMAKE_CURRENT_BINARY_DIR}/${id}-generated)
  if(arg_MIGRATIONS)
    list(TRANSFORM arg_MIGRATIONS PREPEND ${CMAKE_CURRENT_SOURCE_DIR}/)
    file(GLOB forgotten CONFIGURE_DEPENDS migrations/*.sql)
    list(REMOVE_ITEM forgotten ${arg_MIGRATIONS})
    if(forgotten)
      message(FATAL_ERROR "kitchen_add_plugin(${id}): MIGRATIONS does not name ${forgotten}")
    endif()
    add_custom_command(
      OUTPUT ${generated}/migrations.gen.h
      COMMAND ${CMAKE_COMMAND} "-DFILES=${arg_MIGRATIONS}" -DOUT=${generated}/migrations.gen.h
              -P ${KITCHEN_CMAKE_DIR}/EmbedMigrations.cmake
      DEPENDS ${arg_MIGRATIONS} ${KITCHEN_CMAKE_DIR}/EmbedMigrations.cmake
      COMMENT "Embedding migrations of ${id}"
      VERBATIM)
    set(migrations_header ${generated}/migrations.gen.h)
  endif()

  if(work_sources)
    add_library(${id}-objects STATIC ${work_sources} ${migrations_header})
  else()
    add_library(${id}-objects INTERFACE)
  endif()
  set(scope PUBLIC)
  if(NOT work_sources)
    set(scope INTERFACE)
  endif()
  target_include_directories(${id}-objects ${scope} ${CMAKE_CURRENT_SOURCE_DIR} ${arg_INCLUDE} ${generated})
  target_link_libraries(${id}-objects ${scope} kitchen::sdk ${arg_LIBRARIES})

  add_library(${id} MODULE ${entry_sources} ${migrations_header})
  target_link_libraries(${id} PRIVATE ${id}-objects)
  foreach(target ${id} ${id}-objects)
    get_target_property(type ${target} TYPE)
    if(NOT type STREQUAL "INTERFACE_LIBRARY")
      set_target_properties(${target} PROPERTIES
        POSITION_INDEPENDENT_CODE ON CXX_VISIBILITY_PRESET hidden VISIBILITY_INLINES_HIDDEN ON)
    endif()
  endforeach()
  set_target_properties(${id} PROPERTIES
    PREFIX "" OUTPUT_NAME ${id} LIBRARY_OUTPUT_DIRECTORY ${KITCHEN_PLUGIN_DIR})
  target_link_options(${id} PRIVATE
    -Wl,-z,nodelete -Wl,--gc-sections -Wl,--version-script=${KITCHEN_CMAKE_DIR}/plugin.map)
  if(NOT KITCHEN_SANITIZE)  # the sanitizers' runtime is defined by the executable
    target_link_options(${id} PRIVATE -Wl,-z,defs)
  endif()
  set_property(TARGET ${id} APPEND PROPERTY LINK_DEPENDS ${KITCHEN_CMAKE_DIR}/plugin.map)
  set_property(GLOBAL APPEND PROPERTY KITCHEN_PLUGINS ${id})
  if(NOT DEFINED KITCHEN_INSTALL_PLUGINS OR KITCHEN_INSTALL_PLUGINS)
    install(TARGETS ${id} LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR}/chuks-kitchen/plugins)
  endif()
endfunction()
