#include "outbox_routes.h"

#include <utility>

#include "kitchen/http/page.h"

namespace kitchen::outbox {

using http::Request;
using http::Response;
using http::Route;

/// Without the payload: an administrator keeps the queue, and does not read other people's mail.
static void describe(http::BodyFields<StoredDelivery>& field) {
    field.named("Delivery");
    field("id", &StoredDelivery::id);
    field("channel", &StoredDelivery::channel);
    field("to", &StoredDelivery::to);
    field("subject", &StoredDelivery::subject);
    field("state", &StoredDelivery::state).describe("dead: refused for good, or tried too often.");
    field("attempts", &StoredDelivery::attempts);
    field("next_attempt_at", &StoredDelivery::due_at)
        .or_null()
        .describe("Not before; null unless waiting.");
    field("last_error", &StoredDelivery::last_error).or_null();
    field("sent_at", &StoredDelivery::sent_at).or_null();
    field("created_at", &StoredDelivery::created_at);
    field("updated_at", &StoredDelivery::updated_at);
}

OutboxRoutes::OutboxRoutes(Setup& setup, OutboxService& outbox, Logger& log)
    : outbox_(outbox), log_(log) {
    add(setup, "/admin/deliveries/");
    add(setup, "/admin/mail/");
}

void OutboxRoutes::add(Setup& setup, const std::string& path) {
    setup.add_route(
        Route::get(path)
            .summary("Outgoing mails and other deliveries, newest first")
            .describe("Who gets what, and what became of it; never what it says.")
            .roles({"admin"})
            .query({"state", http::schema_of<DeliveryState>(), "Only those in this state."})
            .query({"channel", http::Schema::string().max(200), "Only those of this channel."})
            .answers_page<StoredDelivery>("A page", "DeliveryPage")
            .handle([this](Request& request) { return list(request); }));
    setup.add_route(Route::post(path + "{id:id}/retry/")
                        .summary("Try a dead letter again")
                        .describe("It waits again, with all its attempts before it. So does one "
                                  "that was sent, in a channel that keeps what it sends.")
                        .roles({"admin"})
                        .changes("delivery", delivery_row)
                        .answers<StoredDelivery>(200, "It waits")
                        .answers(404, "No such delivery")
                        .answers(409, "It is not dead: it was sent, or will be tried again anyway")
                        .handle([this](Request& request) { return retry(request); }));
}

Result<Response> OutboxRoutes::list(Request& request) {
    DeliveryFilter filter;
    if (const auto name = request.query("state")) filter.state = parse_state(*name);
    if (const auto channel = request.query("channel")) filter.channel = *channel;
    return http::page_response(request, [&](const http::Page& page) {
        return outbox_.list(filter, page.limit, page.offset);
    });
}

Result<Response> OutboxRoutes::retry(Request& request) {
    const std::int64_t id = request.path_id("id");
    Result<StoredDelivery> delivery = outbox_.retry(id);
    if (!delivery) return std::move(delivery).error();
    log_.info("a delivery is tried again", {{"delivery_id", id}, {"by", request.who().user_id}});
    return Response::json(200, *delivery);
}

}  // namespace kitchen::outbox
