#include "events/event_text.h"

#include "kitchen/json.h"
#include "kitchen/text.h"

namespace kitchen::orders {

std::string event_text(std::int64_t id, const OrderEvent& event, Actor actor) {
    std::string text = "id: " + std::to_string(id) + "\nevent: order\ndata: ";
    JsonWriter out(text);  // writes one line: a line break in a text is escaped
    out.begin_object();
    out.member("order_id", event.order_id)
        .member("version", event.version)
        .member("status", to_text(event.to));
    out.key("from");
    if (event.from)
        out.value(to_text(*event.from));
    else
        out.null();
    out.member("to", to_text(event.to)).member("at", format_rfc3339(event.at));
    out.key("reason");
    if (event.reason.empty())
        out.null();
    else
        out.value(event.reason);
    out.member("fulfillment_type", to_text(event.fulfillment));
    out.key("allowed_transitions").begin_array();
    for (const OrderState state : allowed_transitions(event.to, event.fulfillment, actor))
        out.value(to_text(state));
    out.end_array();
    out.end_object();
    return text + "\n\n";
}

std::string retry_text(std::chrono::milliseconds delay) {
    return "retry: " + std::to_string(delay.count()) + "\n\n";
}

std::string id_text(std::int64_t id) { return "id: " + std::to_string(id) + "\n\n"; }

Result<std::optional<std::int64_t>> parse_last_event_id(const std::string* field) {
    if (!field || field->empty()) return std::optional<std::int64_t>();
    const auto id = parse_number(*field);
    if (!id || *id < 0)
        return Error(
            Errc::malformed, "last_event_id_invalid",
            "Last-Event-ID is not an id that this stream has given. Leave it out to begin anew.");
    return id;
}

}  // namespace kitchen::orders
