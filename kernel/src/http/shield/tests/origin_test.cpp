#include "http/shield/cors.h"

#include <gtest/gtest.h>

namespace kitchen::http {
namespace {

TEST(Origin, IsReadStrictlyAndWrittenOneWay) {
    const std::pair<std::string_view, std::string_view> cases[] = {
        {"https://kitchen.example", "https://kitchen.example"},
        {"HTTPS://Kitchen.Example", "https://kitchen.example"},
        {"https://kitchen.example:443", "https://kitchen.example"},
        {"http://kitchen.example:80", "http://kitchen.example"},
        {"https://kitchen.example:80", "https://kitchen.example:80"},
        {"https://kitchen.example:", "https://kitchen.example"},
        {"http://127.0.0.1:8080", "http://127.0.0.1:8080"},
        {"http://[2001:DB8::1]:8080", "http://[2001:db8::1]:8080"},
        {"capacitor://localhost", "capacitor://localhost"},
        {"Ionic://localhost", "ionic://localhost"},
        {"tauri://localhost", "tauri://localhost"},
        {"chrome-extension://AbcDef", "chrome-extension://AbcDef"},
        {"app://localhost:80", "app://localhost:80"},
        {"", "none"},
        {"capacitor://", "none"},
        {"capacitor://localhost/", "none"},
        {"1app://localhost", "none"},
        {"ap p://localhost", "none"},
        {"://localhost", "none"},
        {"null", "none"},
        {"*", "none"},
        {"https://", "none"},
        {"kitchen.example", "none"},
        {"//kitchen.example", "none"},
        {"https://kitchen.example/", "none"},
        {"https://kitchen.example/path", "none"},
        {"https://user@kitchen.example", "none"},
        {"https://kitchen.example https://evil.example", "none"},
        {"https://kitchen.example, https://evil.example", "none"},
        {"https://*.example", "none"},
        {"https://kitchen.example:99999", "none"},
        {"file://", "none"},
    };
    for (const auto& [text, wanted] : cases)
        EXPECT_EQ(parse_origin(text).value_or("none"), wanted) << text;
}

}  // namespace
}  // namespace kitchen::http
