# Warnings and sanitizers for everything in this tree.
add_compile_options(-Wall -Wextra)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
  # GCC 12 sees uninitialised members in moved-from std::variant and overlaps in std::string::operator+ that are not there
  # (GCC bugs 105562, 105651); clang and the sanitizers watch over the same code.
  add_compile_options(-Wno-maybe-uninitialized -Wno-restrict)
endif()
if(CMAKE_UNITY_BUILD AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # A class of one source may hold what is in its anonymous namespace; compiled together, gcc takes that source for a header.
  add_compile_options(-Wno-subobject-linkage)
endif()
if(KITCHEN_WERROR)
  add_compile_options(-Werror)
endif()
if(KITCHEN_SANITIZE STREQUAL "address")
  # Not vptr: its first look at an object takes a pipe, and without a descriptor it takes every object for a wrong one.
  add_compile_options(-fsanitize=address,undefined -fno-sanitize=vptr -fno-sanitize-recover=undefined -fno-omit-frame-pointer)
  add_link_options(-fsanitize=address,undefined)
elseif(KITCHEN_SANITIZE STREQUAL "thread")
  # libstdc++ fences are not modelled by TSan; gcc warns about each one.
  add_compile_options(-fsanitize=thread -fno-omit-frame-pointer -Wno-tsan)
  add_link_options(-fsanitize=thread)
elseif(KITCHEN_SANITIZE)
  message(FATAL_ERROR "KITCHEN_SANITIZE is '${KITCHEN_SANITIZE}'; it must be address, thread or empty.")
endif()
if(KITCHEN_FUZZ)  # coverage everywhere, libFuzzer's main only in the targets
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()
