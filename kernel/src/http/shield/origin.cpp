#include "http/shield/origin.h"

#include <algorithm>

#include "http/framing/authority.h"
#include "http/framing/character_classes.h"

namespace kitchen::http {

std::optional<std::string> parse_origin(std::string_view text) {
    std::string out = ascii_lower(text);
    for (const auto& [scheme, port] :
         {std::pair<std::string_view, std::string_view>{"http://", ":80"}, {"https://", ":443"}}) {
        if (!out.starts_with(scheme) || !is_authority(std::string_view(out).substr(scheme.size())))
            continue;
        if (out.ends_with(':')) out.pop_back();  // the grammar of an authority takes an empty port
        if (out.ends_with(port)) out.resize(out.size() - port.size());
        return out;
    }
    return std::nullopt;
}

}  // namespace kitchen::http
