#include "request_id.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "kitchen/bytes.h"

namespace kitchen::http {

bool is_request_id(std::string_view text) noexcept {
    return !text.empty() && text.size() <= 128 && std::all_of(text.begin(), text.end(), [](char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
               c == '.' || c == '_' || c == '-';
    });
}

std::string RequestIds::choose(const std::string* sent) {
    return sent && is_request_id(*sent) ? *sent : draw();
}

Trace RequestIds::trace(const Fields& headers) {
    const std::string* sent = nullptr;
    for (const auto& [name, value] : headers) {
        if (name != "traceparent") continue;
        if (sent) return {draw(), "", 0};
        sent = &value;
    }
    if (sent)
        if (auto parsed = parse_traceparent(*sent)) return *std::move(parsed);
    return {draw(), "", 0};
}

std::string RequestIds::tracestate(const Fields& headers) {
    constexpr std::size_t longest =
        512;  // W3C Trace Context, section 3.3.1.5: at least so much is to be passed on
    std::string out;
    for (const auto& [name, value] : headers) {
        if (name != "tracestate" || value.empty()) continue;
        if (!std::all_of(value.begin(), value.end(), [](char c) { return c >= ' ' && c <= '~'; }))
            return {};
        if (!out.empty()) out += ',';
        out += value;
        if (out.size() > longest) return {};
    }
    return out;
}

std::string RequestIds::draw() {
    std::array<char, id_bytes> bytes;
    {
        std::lock_guard lock(mutex_);
        if (used_ == pool_.size()) {
            random_.fill(pool_);
            used_ = 0;
        }
        std::memcpy(bytes.data(), pool_.data() + used_, id_bytes);
        used_ += id_bytes;
    }
    return hex(std::string_view(bytes.data(), bytes.size()));
}

}  // namespace kitchen::http
