// The one symbol a plugin exports: a plain C structure that the kernel reads before it runs any of
// the plugin's code.
//
// The structure only ever grows at its end; `struct_size` says how much of it there is. A
// difference in `magic`, `api_major`, a newer `api_minor`, or another `toolchain` is refused with
// what was found, what was expected and how to mend it. Authors do not fill this in by hand: see
// KITCHEN_PLUGIN in plugin.h.
#pragma once

#include <stddef.h>
#include <stdint.h>

#define KITCHEN_PLUGIN_MAGIC 0x314e454843544b43ull /* "CKTCHEN1" */
#define KITCHEN_API_MAJOR 1 /* changes when anything published changes its meaning or layout */
#define KITCHEN_API_MINOR 0 /* grows when something is added */
#define KITCHEN_PLUGIN_SYMBOL "kitchen_plugin"

/* What changes the layout of the types that cross the boundary, and nothing else. */
#if defined(__x86_64__)
#define KITCHEN_TAG_ARCH "x86_64"
#elif defined(__aarch64__)
#define KITCHEN_TAG_ARCH "aarch64"
#else
#define KITCHEN_TAG_ARCH "other"
#endif
#if defined(__cplusplus)
#include <string>
#if defined(_GLIBCXX_USE_CXX11_ABI) && _GLIBCXX_USE_CXX11_ABI
#define KITCHEN_TAG_STDLIB "-libstdc++-cxx11"
#elif defined(__GLIBCXX__)
#define KITCHEN_TAG_STDLIB "-libstdc++-cxx98"
#else
#define KITCHEN_TAG_STDLIB "-otherlib"
#endif
#if defined(_GLIBCXX_DEBUG)
#define KITCHEN_TAG_DEBUG "-glibcxxdebug"
#else
#define KITCHEN_TAG_DEBUG ""
#endif
#if defined(__SANITIZE_ADDRESS__)
#define KITCHEN_TAG_SANITIZER "-asan"
#elif defined(__SANITIZE_THREAD__)
#define KITCHEN_TAG_SANITIZER "-tsan"
#else
#define KITCHEN_TAG_SANITIZER ""
#endif
#define KITCHEN_TOOLCHAIN \
    KITCHEN_TAG_ARCH KITCHEN_TAG_STDLIB KITCHEN_TAG_DEBUG KITCHEN_TAG_SANITIZER
#endif

#if defined(__cplusplus)
extern "C" {
#endif

/* An interface that the plugin needs ("store/1"). */
struct kitchen_need {
    const char* interface_name;
    uint8_t optional; /* 1: used when present */
};

enum kitchen_config_type {
    KITCHEN_CONFIG_TEXT,
    KITCHEN_CONFIG_INTEGER,
    KITCHEN_CONFIG_NUMBER,
    KITCHEN_CONFIG_BOOLEAN,
    KITCHEN_CONFIG_DURATION, /* "250ms", "30s", "10m", "2h", "1d" */
    KITCHEN_CONFIG_BYTES,    /* "512", "64KiB", "10MiB", "1GiB" */
    KITCHEN_CONFIG_CHOICE,   /* one of the words in `limits`, separated by '|' */
    KITCHEN_CONFIG_SECRET,   /* text that is masked wherever the configuration is shown */
    KITCHEN_CONFIG_LIST      /* a sequence of text */
};

/* One key of the plugin's `config:` section. */
struct kitchen_config_key {
    const char* key; /* dotted path below `config:`: "otp.max_attempts"; one part in the middle may
                        be "*", which stands for any number of names that the file chooses:
                        "classes.*.routes" (see Config::names) */
    enum kitchen_config_type type;
    const char* default_value; /* as it would stand in the file; NULL: none; "" is an empty text */
    uint8_t required;
    const char* limits;  /* integer, number, duration, bytes: "min..max", either side may be left
                            out; choice: words; NULL: none */
    const char* summary; /* one line */
};

struct kitchen_plugin_descriptor {
    uint64_t magic;
    uint32_t struct_size;
    uint16_t api_major;
    uint16_t api_minor;
    const char* toolchain;
    const char* id;      /* "store-sqlite": lower-case letters, digits and '-' */
    const char* version; /* semver */
    const char* summary; /* one line */
    const struct kitchen_need* needs;
    size_t need_count;
    const char* const* provides; /* "store/1" */
    size_t provide_count;
    const struct kitchen_config_key* config;
    size_t config_count;
    void* (*create)(void);  /* a kitchen::Plugin*; must do nothing but allocate */
    void (*destroy)(void*); /* takes what create() gave */
};

#if defined(__cplusplus)
} /* extern "C" */
#endif
