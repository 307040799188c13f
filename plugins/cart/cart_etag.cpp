#include "cart_etag.h"

#include <cinttypes>
#include <cstdio>

namespace kitchen::cart {

std::string etag_of(const CartView& view) {
    std::string tag = '"' + std::to_string(view.contents.version);
    if (view.moved) {
        char digits[18];
        std::snprintf(digits, sizeof digits, "-%016" PRIx64,
                      static_cast<std::uint64_t>(view.fingerprint));
        tag += digits;
    }
    return tag + '"';
}

VersionCheck if_cart_matches(const http::Request& request) {
    return [&request](std::int64_t version) {
        Status exact = http::if_match(request)(version);
        if (exact) return exact;
        const std::string start = '"' + std::to_string(version) + '-';
        for (const auto& [name, value] : request.headers) {
            if (name != "if-match") continue;
            for (std::size_t at = value.find(start); at != std::string::npos;
                 at = value.find(start, at + 1)) {
                const bool weak = at >= 2 && value.compare(at - 2, 2, "W/") == 0;
                if (!weak && value.find('"', at + start.size()) != std::string::npos)
                    return Status();
            }
        }
        return exact;
    };
}

}  // namespace kitchen::cart
