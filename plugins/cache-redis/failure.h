// Why Redis gave no response, inside this plugin: an Error of kind unavailable whose code says how
// far the call got and whose subject says the reason, for the log. RedisClient turns them into what
// callers of cache/1 see.
//
// Thread-safety: plain values.
#pragma once

#include <string>
#include <string_view>

#include "kitchen/error.h"

namespace kitchen::redis {

namespace failure {
constexpr std::string_view unreachable = "unreachable";  ///< nothing was sent
constexpr std::string_view unanswered = "unanswered";    ///< sent, perhaps carried out
constexpr std::string_view refused =
    "refused";  ///< the server answered that it will not: not carried out
constexpr std::string_view busy = "busy";    ///< others took each connection: nothing was sent
constexpr std::string_view stuck = "stuck";  ///< no connection came back in time: nothing was sent
}  // namespace failure

/// `reason` must hold no secret.
inline Error failed(std::string_view how_far, std::string reason) {
    return Error(Errc::unavailable, std::string(how_far),
                 "The cache is away at this moment. Try again in a few seconds.")
        .with_subject(std::move(reason));
}

}  // namespace kitchen::redis
