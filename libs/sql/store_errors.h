// What every store refuses in the same words.
//
// Thread-safety: pure functions.
#pragma once

#include <chrono>

#include "kitchen/error.h"

namespace kitchen {

/// No free connection.
inline Error exhausted_error() {
    return Error(Errc::busy, "store_busy", "The database is busy. Try again in a moment.")
        .with_subject("no free connection")
        .retry_in(std::chrono::seconds(1));
}
/// A call on a store that is not open.
inline Error closed_error() {
    return Error(Errc::unavailable, "store_closed", "The database is not open. Try again later.")
        .retry_in(std::chrono::seconds(5));
}
/// A body that called the store again.
inline Error nested_error() {
    return {Errc::internal, "store_nested", "A transaction's body called the store again."};
}

}  // namespace kitchen
