#include "store_errors.h"

#include <chrono>

namespace kitchen {

Error exhausted_error() {
    return Error(Errc::busy, "store_busy", "The database is busy. Try again in a moment.")
        .with_subject("no free connection")
        .retry_in(std::chrono::seconds(1));
}

Error closed_error() {
    return Error(Errc::unavailable, "store_closed", "The database is not open. Try again later.")
        .retry_in(std::chrono::seconds(5));
}

Error nested_error() {
    return {Errc::internal, "store_nested", "A transaction's body called the store again."};
}

}  // namespace kitchen
