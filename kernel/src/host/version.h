// The kernel's own version, from the build.
//
// Thread-safety: a constant.
#pragma once

#ifndef KITCHEN_VERSION
#define KITCHEN_VERSION "0.1.0"
#endif

namespace kitchen::host {
inline constexpr const char* kernel_version = KITCHEN_VERSION;
}
