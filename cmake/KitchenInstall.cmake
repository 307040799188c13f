# What an installation holds besides the executable and the plugins, whose folders say so themselves:
#   include/kitchen/                  the SDK, the interfaces that plugins publish, the testkit
#   lib/libkitchen_*.a                kitchen::sdk; kitchen::testkit; kitchen::test_kernel with the kernel it runs
#   lib/cmake/ChuksKitchen/           find_package(ChuksKitchen [COMPONENTS testkit]) and kitchen_add_plugin()
#   share/chuks-kitchen/config/       the configurations, to copy
#   share/chuks-kitchen/deploy/       what stands around it: nginx, systemd
include(CMakePackageConfigHelpers)

set(kitchen_package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/ChuksKitchen)

install(DIRECTORY ${PROJECT_SOURCE_DIR}/kernel/include/kitchen DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
file(GLOB kitchen_published CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/plugins/*/include/kitchen)
install(DIRECTORY ${kitchen_published} DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(DIRECTORY ${PROJECT_SOURCE_DIR}/config DESTINATION ${CMAKE_INSTALL_DATADIR}/chuks-kitchen)
install(DIRECTORY ${PROJECT_SOURCE_DIR}/deploy DESTINATION ${CMAKE_INSTALL_DATADIR}/chuks-kitchen)

# The export set `set_name` with these targets, each usable as kitchen::<name without the prefix kitchen_>.
function(kitchen_export set_name)
  foreach(target ${ARGN})
    string(REGEX REPLACE "^kitchen_" "" name ${target})
    set_target_properties(${target} PROPERTIES EXPORT_NAME ${name})
    # Folders of this tree mean nothing elsewhere; what is public there is installed above.
    get_target_property(folders ${target} INTERFACE_INCLUDE_DIRECTORIES)
    set(build_only "")
    foreach(folder ${folders})
      if(folder MATCHES "^${PROJECT_SOURCE_DIR}")
        list(APPEND build_only "$<BUILD_INTERFACE:${folder}>")
      elseif(folder)
        list(APPEND build_only "${folder}")
      endif()
    endforeach()
    set_target_properties(${target} PROPERTIES INTERFACE_INCLUDE_DIRECTORIES "${build_only}")
  endforeach()
  install(TARGETS ${ARGN} EXPORT ${set_name} ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
  install(EXPORT ${set_name} NAMESPACE kitchen:: DESTINATION ${kitchen_package_dir})
endfunction()

target_compile_features(kitchen_sdk PUBLIC cxx_std_20)
kitchen_export(ChuksKitchenTargets kitchen_sdk)
if(TARGET kitchen_testkit)
  install(DIRECTORY ${PROJECT_SOURCE_DIR}/kernel/testkit/include/kitchen DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
  kitchen_export(ChuksKitchenTestkitTargets kitchen_testkit kitchen_test_kernel kitchen_test_main kitchen_kernel
    kitchen_migrate kitchen_http_transport kitchen_http_framing)
  install(FILES ${PROJECT_SOURCE_DIR}/cmake/KitchenTest.cmake DESTINATION ${kitchen_package_dir})
endif()

configure_package_config_file(${PROJECT_SOURCE_DIR}/cmake/ChuksKitchenConfig.cmake.in
  ${PROJECT_BINARY_DIR}/ChuksKitchenConfig.cmake
  INSTALL_DESTINATION ${kitchen_package_dir} PATH_VARS CMAKE_INSTALL_LIBDIR)
# Below 1.0 a minor version may change what is published; after it, KITCHEN_API decides.
write_basic_package_version_file(${PROJECT_BINARY_DIR}/ChuksKitchenConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/ChuksKitchenConfig.cmake ${PROJECT_BINARY_DIR}/ChuksKitchenConfigVersion.cmake
  ${PROJECT_SOURCE_DIR}/cmake/KitchenPlugin.cmake ${PROJECT_SOURCE_DIR}/cmake/EmbedMigrations.cmake
  ${PROJECT_SOURCE_DIR}/cmake/plugin.map
  DESTINATION ${kitchen_package_dir})
