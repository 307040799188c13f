// What every store refuses in the same words.
//
// Thread-safety: pure functions.
#pragma once

#include "kitchen/error.h"

namespace kitchen {

/// No free connection.
Error exhausted_error();
/// A call on a store that is not open.
Error closed_error();
/// A body that called the store again.
Error nested_error();

}  // namespace kitchen
