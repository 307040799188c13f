#include "kitchen/queue.h"

#include <algorithm>

#include "kitchen/utf8.h"

namespace kitchen {

Status check_queue_body(std::string_view body) {
    const auto refused = [](const char* why) {
        return Error(Errc::unprocessable, "queue_body_refused", why);
    };
    if (body.empty() || body.size() > Queue::longest_body)
        return refused("A message has 1 to 262144 octets.");
    const bool has_controls = std::any_of(body.begin(), body.end(), [](char c) {
        return static_cast<unsigned char>(c) < 0x20 && c != '\t' && c != '\n' && c != '\r';
    });
    // U+FFFE and U+FFFF are no characters of XML, which is what SQS takes.
    if (has_controls || !utf8::is_valid(body) || body.find("\xef\xbf\xbe") != body.npos ||
        body.find("\xef\xbf\xbf") != body.npos)
        return refused("A message is UTF-8 without control characters.");
    return {};
}

}  // namespace kitchen
