#include "events/event_routes.h"

#include <utility>

#include "events/event_text.h"
#include "order_body.h"

namespace kitchen::orders {

using http::Request;
using http::Response;
using http::Route;
using http::Schema;

namespace {

// What a client that was away for long is given at once, well below the backlog that the transport
// keeps of a stream: then the stream ends, and the client comes back for more.
constexpr std::int64_t events_at_once = 500;
constexpr std::size_t bytes_at_once = 64 * 1024;

http::Parameter last_event_id(const char* what) {
    return {"Last-Event-ID", Schema::string(), what, "", false};
}

void add_responses(Route& route, const char* text) {
    route.answers(200, text, http::schema_of<EventView>(), "text/event-stream")
        .answers(400, "Last-Event-ID is no id of this stream")
        .answers(429, "You have too many streams open; see Retry-After")
        .answers(503, "Too many streams are open here; see Retry-After");
}

OrderEvent event_of(const Order& order, std::int64_t version) {
    const HistoryEntry& entry = order.history.at(static_cast<std::size_t>(version - 1));
    return {0, order.id, version, entry.from, entry.to, entry.at, entry.reason, order.fulfillment};
}

std::chrono::milliseconds up_to(std::chrono::milliseconds bound, Random& random) {
    return std::chrono::milliseconds(random.below(static_cast<std::uint64_t>(bound.count()) + 1));
}

}  // namespace

EventRoutes::EventRoutes(const EventStreamOptions& options, Setup& setup, EventHub& hub,
                         OrderFeed& feed, OrderService& orders, const Clock& clock, Random& random)
    : options_(options), hub_(hub), feed_(feed), orders_(orders), clock_(clock), random_(random) {
    Route one = Route::get("/orders/{id:id}/events/");
    one.summary("Watch an order")
        .describe(
            "Server-sent events of the type `order`, one for each change; `id` is the version. The "
            "first is the order as it stands, or with "
            "Last-Event-ID everything after that version. Ends with the order; whoever comes back "
            "then is told by 204 to stay away. "
            "Lines that begin with a colon are heartbeats.")
        .signed_in()
        .header(last_event_id("The version that you have seen last."))
        .answers(204, "You have seen all of it: do not connect again")
        .answers(404, "No such order of this account")
        .handle([this](Request& request) { return one_order(request); });
    add_responses(one, "A stream; the shape is that of the data of each event");
    setup.add_route(std::move(one));

    Route all = Route::get("/orders/events/");
    all.summary("Watch all orders")
        .describe(
            "Server-sent events of the type `order`, one for each change of any order; `id` is its "
            "position among them. Begins now, or with "
            "Last-Event-ID after that position. Load the list once the stream is open, and apply "
            "what has a higher version. A client "
            "that is far behind gets a part, and the end of the stream; it comes back for the "
            "rest.")
        .roles({"kitchen", "admin"})
        .header(last_event_id(
            "The id that you have seen last. One that was never given counts as none."))
        .handle([this](Request& request) { return all_orders(request); });
    add_responses(all, "A stream; the shape is that of the data of each event");
    setup.add_route(std::move(all));
}

// Both listen first and read then: what is committed in between comes both ways, and the stream
// lets it through once.

Result<Response> EventRoutes::one_order(Request& request) {
    const Viewer viewer{request.who().user_id, request.who().role};
    const std::int64_t id = request.path_id("id");
    Result<std::optional<std::int64_t>> seen = parse_last_event_id(request.header("last-event-id"));
    if (!seen) return std::move(seen).error();
    auto stream = new_stream(ClientStream::Ids::versions, actor_of(viewer));
    Result<Listeners::Registration> registration = hub_.join(viewer.user_id, id, stream);
    if (!registration) return std::move(registration).error();
    Result<Order> order = orders_.read_newest(viewer, id);
    if (!order) return std::move(order).error();

    const bool is_over = is_final(order->status);
    if (is_over && *seen == order->version) return Response::no_content();
    const bool is_known = *seen && **seen <= order->version;
    std::string first = retry_text(options_.retry + up_to(options_.retry / 2, random_));
    for (std::int64_t version = is_known ? **seen + 1 : order->version; version <= order->version;
         ++version)
        first += event_text(version, event_of(*order, version), actor_of(viewer));
    return response(std::move(stream), *std::move(registration), std::move(first), order->version,
                    is_over);
}

Result<Response> EventRoutes::all_orders(Request& request) {
    const Viewer viewer{request.who().user_id, request.who().role};
    Result<std::optional<std::int64_t>> seen = parse_last_event_id(request.header("last-event-id"));
    if (!seen) return std::move(seen).error();
    auto stream = new_stream(ClientStream::Ids::positions, actor_of(viewer));
    Result<Listeners::Registration> registration = hub_.join(viewer.user_id, std::nullopt, stream);
    if (!registration) return std::move(registration).error();
    Result<FeedPage> page = feed_.after(seen->value_or(0), *seen ? events_at_once : 0);
    if (!page) return std::move(page).error();

    std::string first = retry_text(options_.retry + up_to(options_.retry / 2, random_));
    const bool is_known = *seen && **seen <= page->head;
    std::int64_t last = is_known ? **seen : page->head;
    if (!is_known) first += id_text(last);
    for (const OrderEvent& event : page->events) {
        if (first.size() >= bytes_at_once) break;
        last = event.position;
        first += event_text(last, event, actor_of(viewer));
    }
    const bool is_part = last < page->head;
    return response(std::move(stream), *std::move(registration), std::move(first), last, is_part);
}

std::shared_ptr<ClientStream> EventRoutes::new_stream(ClientStream::Ids ids, Actor actor) const {
    // Spread, so that those who came together do not all leave together.
    const auto age = options_.max_age - up_to(options_.max_age / 10, random_);
    return std::make_shared<ClientStream>(ids, actor, clock_, clock_.steady_now() + age);
}

Response EventRoutes::response(std::shared_ptr<ClientStream> stream,
                               Listeners::Registration registration, std::string first,
                               std::int64_t last, bool then_end) const {
    Response response(200);
    response.headers = {{"Content-Type", "text/event-stream"},
                        {"Cache-Control", "no-store"},
                        {"X-Accel-Buffering", "no"}};
    // The registration is given up when the stream closes, or with this function when it is never
    // called.
    response.stream = [stream = std::move(stream), registration = std::move(registration),
                       first = std::move(first), last,
                       then_end](std::shared_ptr<http::EventStream> client) mutable {
        client->on_close([registration = std::exchange(registration, nullptr)]() mutable {
            registration.reset();
        });
        stream->open(std::move(client), first, last, then_end);
    };
    return response;
}

}  // namespace kitchen::orders
