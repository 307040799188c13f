// The ids of a request and of its trace: the client's own when they are acceptable, otherwise
// random.
//
// Thread-safety: all calls, from any thread.
#pragma once

#include <array>
#include <cstddef>
#include <mutex>
#include <string>
#include <string_view>

#include "kitchen/http/request.h"
#include "kitchen/random.h"

namespace kitchen::http {

/// 1 to 128 of [A-Za-z0-9._-].
bool is_request_id(std::string_view text) noexcept;

class RequestIds {
public:
    explicit RequestIds(Random& random) noexcept : random_(random) {}

    /// `sent`: the value of X-Request-Id, or nullptr. A made one is 16 random bytes in
    /// hexadecimal.
    std::string choose(const std::string* sent);
    /// The trace that the fields of a request name; a new one when they name none, a broken one, or
    /// several.
    Trace trace(const Fields& headers);
    /// What goes with such a trace to other services: the tracestate fields as one; empty when that
    /// is longer than 512 bytes or not printable ASCII.
    static std::string tracestate(const Fields& headers);

private:
    std::string draw();

    static constexpr std::size_t id_bytes = 16;

    Random& random_;
    std::mutex mutex_;
    std::array<std::byte, 64 * id_bytes> pool_{};  ///< drawn together: one system call for many ids
    std::size_t used_ = pool_.size();
};

}  // namespace kitchen::http
