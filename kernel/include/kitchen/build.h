// What a plugin was built for, in one line of text: everything that a kernel and a plugin must have
// in common, because values of the standard library and of this SDK cross between them by value.
//
//     api=2 arch=x86_64 stdlib=libstdc++-cxx11 debug=no sanitizer=none
//
// KITCHEN_PLUGIN writes it into the library as an ELF note (System V ABI, "Note Section"), which
// the kernel reads from the file before it opens the library, so that no code of a misfit ever
// runs. A plugin fits exactly the API number it was built with. A patch release never changes that
// number or anything published.
#pragma once

#include <string>  // for the standard library's own macros

#define KITCHEN_API 2

#if defined(__x86_64__)
#define KITCHEN_BUILD_ARCH "x86_64"
#elif defined(__aarch64__)
#define KITCHEN_BUILD_ARCH "aarch64"
#else
#define KITCHEN_BUILD_ARCH "other"
#endif
#if defined(_GLIBCXX_USE_CXX11_ABI) && _GLIBCXX_USE_CXX11_ABI
#define KITCHEN_BUILD_STDLIB "libstdc++-cxx11"
#elif defined(__GLIBCXX__)
#define KITCHEN_BUILD_STDLIB "libstdc++-cxx98"
#elif defined(_LIBCPP_VERSION)
#define KITCHEN_BUILD_STDLIB "libc++"
#else
#define KITCHEN_BUILD_STDLIB "other"
#endif
#if defined(_GLIBCXX_DEBUG)
#define KITCHEN_BUILD_DEBUG "yes"
#else
#define KITCHEN_BUILD_DEBUG "no"
#endif
#if defined(__SANITIZE_ADDRESS__)
#define KITCHEN_BUILD_SANITIZER "address"
#elif defined(__SANITIZE_THREAD__)
#define KITCHEN_BUILD_SANITIZER "thread"
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define KITCHEN_BUILD_SANITIZER "address"
#elif __has_feature(thread_sanitizer)
#define KITCHEN_BUILD_SANITIZER "thread"
#endif
#endif
#if !defined(KITCHEN_BUILD_SANITIZER)
#define KITCHEN_BUILD_SANITIZER "none"
#endif

#define KITCHEN_STRINGIZE_(x) #x
#define KITCHEN_STRINGIZE(x) KITCHEN_STRINGIZE_(x)
#define KITCHEN_BUILD                                                     \
    "api=" KITCHEN_STRINGIZE(KITCHEN_API) " arch=" KITCHEN_BUILD_ARCH     \
                                          " stdlib=" KITCHEN_BUILD_STDLIB \
                                          " debug=" KITCHEN_BUILD_DEBUG   \
                                          " sanitizer=" KITCHEN_BUILD_SANITIZER

namespace kitchen {

/// The note as it lies in the file: owner's name, then the text above with its final NUL.
template <unsigned Size>
struct BuildNote {
    unsigned name_size = sizeof(name);
    unsigned text_size = Size;
    unsigned type = 1;
    char name[16] = {'C', 'h', 'u', 'k', 's', ' ', 'K', 'i', 't', 'c', 'h', 'e', 'n', '\0'};
    char text[(Size + 3) / 4 * 4] = {};

    constexpr explicit BuildNote(const char* content) {
        for (unsigned i = 0; i < Size; ++i) text[i] = content[i];
    }
};

}  // namespace kitchen
