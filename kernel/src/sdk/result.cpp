#include "kitchen/result.h"

#include <stdexcept>

namespace kitchen::detail {

void throw_no_value(const Error& error) {
    throw std::logic_error(error.code + ": " + error.detail +
                           " (the value of a failed Result was read)");
}

void throw_no_error() { throw std::logic_error("the error of a Result that has a value was read"); }

}  // namespace kitchen::detail
