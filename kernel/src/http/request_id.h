// The id of a request: the client's own when it is acceptable, otherwise random.
//
// Thread-safety: all calls, from any thread.
#pragma once

#include <array>
#include <cstddef>
#include <mutex>
#include <string>
#include <string_view>

#include "kitchen/random.h"

namespace kitchen::http {

/// 1 to 128 of [A-Za-z0-9._-].
bool is_request_id(std::string_view text) noexcept;

class RequestIds {
public:
    explicit RequestIds(Random& random) noexcept : random_(random) {}

    /// `sent`: the value of X-Request-Id, or nullptr. A made one is 16 random octets in hexadecimal.
    std::string choose(const std::string* sent);

private:
    static constexpr std::size_t id_octets = 16;

    Random& random_;
    std::mutex mutex_;
    std::array<std::byte, 64 * id_octets> pool_{};  ///< drawn together: one system call for many ids
    std::size_t used_ = pool_.size();
};

}  // namespace kitchen::http
