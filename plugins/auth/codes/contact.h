// Where a code goes: to an email address or a phone number.
//
// Thread-safety: plain values.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "kitchen/text.h"

namespace kitchen::auth {

enum class Channel : std::uint8_t { email, sms };
inline std::vector<std::string> names_of(Channel) { return {"email", "sms"}; }
inline std::string_view to_text(Channel channel) {
    return channel == Channel::email ? "email" : "sms";
}

struct Contact {
    Channel channel = Channel::email;
    std::string address;  ///< an email address as typed, or a phone number in E.164

    /// The same for all spellings. An email address and a phone number never have the same.
    std::string key() const { return ascii_lower(address); }
};

}  // namespace kitchen::auth
