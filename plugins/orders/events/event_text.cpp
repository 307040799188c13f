#include "events/event_text.h"

#include "kitchen/text.h"
#include "order_body.h"

namespace kitchen::orders {

std::string event_text(std::int64_t id, const OrderEvent& event, Actor actor) {
    std::string text = "id: " + std::to_string(id) + "\nevent: order\ndata: ";
    JsonWriter out(text);  // writes one line: a line break in a text is escaped
    http::write_body(out, EventView{event, actor});
    return text + "\n\n";
}

std::string retry_text(std::chrono::milliseconds delay) {
    return "retry: " + std::to_string(delay.count()) + "\n\n";
}

std::string id_text(std::int64_t id) { return "id: " + std::to_string(id) + "\n\n"; }

Result<std::optional<std::int64_t>> parse_last_event_id(std::optional<std::string_view> text) {
    if (!text || text->empty()) return std::optional<std::int64_t>();
    const auto id = parse_number(*text);
    if (!id || *id < 0)
        return Error(
            Errc::malformed, "last_event_id_invalid",
            "Last-Event-ID is not an id that this stream has given. Leave it out to begin anew.");
    return id;
}

}  // namespace kitchen::orders
