// The countries that there are, by ISO 3166-1 alpha-2.
//
// Thread-safety: pure functions.
#pragma once

#include <string_view>

namespace kitchen::auth {

/// Two capital letters that are officially assigned: "NG".
bool is_country_code(std::string_view code) noexcept;

}  // namespace kitchen::auth
