#include "mail_message.h"

#include "kitchen/json.h"

namespace kitchen::outbox {

namespace {
constexpr std::string_view member = "outbox_mail";
}

std::string to_message(std::int64_t mail_id) {
    return Json::object({{std::string(member), mail_id}}).dump();
}

std::optional<std::int64_t> parse_message(std::string_view body) {
    const std::optional<Json> message = parse_json(body);
    if (!message || !(*message)[member].is_integer()) return std::nullopt;
    const std::int64_t id = (*message)[member].as_integer();
    return id > 0 ? std::optional(id) : std::nullopt;
}

}  // namespace kitchen::outbox
