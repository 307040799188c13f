#include "kitchen/settings.h"

namespace kitchen {

namespace {

struct Unit {
    const char* suffix;
    std::int64_t factor;
};

/// With the largest unit that divides it.
template <std::size_t N>
std::string in_units(std::int64_t value, const Unit (&units)[N]) {
    for (const Unit& unit : units)
        if (value % unit.factor == 0 && (value != 0 || unit.factor == units[N - 1].factor))
            return std::to_string(value / unit.factor) + unit.suffix;
    return std::to_string(value);
}

}  // namespace

std::string format_duration(std::chrono::milliseconds value) {
    if (value.count() == 0) return "0s";
    constexpr Unit units[] = {
        {"d", 86'400'000}, {"h", 3'600'000}, {"m", 60'000}, {"s", 1000}, {"ms", 1}};
    return in_units(value.count(), units);
}

std::string format_bytes(Bytes value) {
    constexpr Unit units[] = {{"GiB", 1 << 30}, {"MiB", 1 << 20}, {"KiB", 1 << 10}, {"", 1}};
    return in_units(value.count, units);
}

namespace detail {

std::string list_text(const std::vector<std::string>& items) {
    std::string text = "[";
    for (const std::string& item : items) text += (text.size() == 1 ? "" : ", ") + item;
    return text + "]";
}

}  // namespace detail

void Problems::add(const void* field, const std::string& sentence) {
    for (const auto& [address, key] : pass_.positions)
        if (address == field) return report_(key, sentence);
    report_("", sentence);
}

}  // namespace kitchen
