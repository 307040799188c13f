#include "http_date.h"

#include <cstring>

#include "kitchen/text.h"

namespace kitchen::http {
namespace {

constexpr std::string_view days = "SunMonTueWedThuFriSat";
constexpr std::string_view months = "JanFebMarAprMayJunJulAugSepOctNovDec";

void put_two(char* at, int number) noexcept {
    at[0] = static_cast<char>('0' + number / 10 % 10);
    at[1] = static_cast<char>('0' + number % 10);
}

}  // namespace

HttpDate format_http_date(std::time_t time) noexcept {
    std::tm parts{};
    gmtime_r(&time, &parts);
    HttpDate text;
    std::memcpy(text.data(), "Sun, 06 Nov 1994 08:49:37 GMT", text.size());
    std::memcpy(text.data(), days.data() + 3 * parts.tm_wday, 3);
    put_two(text.data() + 5, parts.tm_mday);
    std::memcpy(text.data() + 8, months.data() + 3 * parts.tm_mon, 3);
    const int year = parts.tm_year + 1900;
    put_two(text.data() + 12, year / 100);
    put_two(text.data() + 14, year % 100);
    put_two(text.data() + 17, parts.tm_hour);
    put_two(text.data() + 20, parts.tm_min);
    put_two(text.data() + 23, parts.tm_sec);
    return text;
}

std::optional<std::time_t> parse_http_date(std::string_view text) noexcept {
    if (text.size() != HttpDate().size()) return std::nullopt;
    const auto number = [text](std::size_t at, std::size_t length) {
        return static_cast<int>(parse_number<unsigned>(text.substr(at, length)).value_or(9999));
    };
    const std::size_t month = months.find(text.substr(8, 3));
    std::tm parts{};
    parts.tm_mday = number(5, 2);
    parts.tm_mon = static_cast<int>(month / 3);
    parts.tm_year = number(12, 4) - 1900;
    parts.tm_hour = number(17, 2);
    parts.tm_min = number(20, 2);
    parts.tm_sec = number(23, 2);
    const std::time_t time = timegm(&parts);
    // Written again it is the same: no day 31 of February, no other weekday, no other separators.
    if (month == std::string_view::npos || text_of(format_http_date(time)) != text)
        return std::nullopt;
    return time;
}

}  // namespace kitchen::http
