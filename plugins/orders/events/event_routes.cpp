#include "events/event_routes.h"

#include <algorithm>
#include <utility>

#include "events/event_text.h"
#include "kitchen/text.h"
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

// What a client that cannot send a header puts into the query.
constexpr const char* ticket_parameter = "ticket";
constexpr const char* last_id_parameter = "lastEventId";

constexpr std::chrono::seconds ticket_age{30};
constexpr std::size_t ticket_bytes = 32;

std::string ticket_key(std::string_view ticket) { return "orders:ticket:" + std::string(ticket); }

struct Ticket {
    std::string ticket;

    static void describe(http::BodyFields<Ticket>& field) {
        field.named("StreamTicket");
        field("ticket", &Ticket::ticket).describe("Good once, as ?ticket= of a stream");
        field("expires_in", [](const Ticket&) {
            return ticket_age.count();
        }).describe("Seconds until it expires");
    }
};

Error ticket_refused() {
    return Error(Errc::unauthenticated, "ticket_invalid",
                 "This ticket is not valid, or not any more. Each is good once, and for half a "
                 "minute: ask for a new one.");
}

/// Before the query is validated: as it stands in the target. A ticket needs no escape.
std::optional<std::string_view> ticket_of(std::string_view target) {
    const std::string name = std::string(ticket_parameter) + '=';
    target.remove_prefix(std::min(target.find('?'), target.size()));
    while (!target.empty()) {
        target.remove_prefix(1);
        const std::string_view field = target.substr(0, target.find('&'));
        if (field.starts_with(name) && field.size() > name.size()) return field.substr(name.size());
        target.remove_prefix(field.size());
    }
    return std::nullopt;
}

Result<std::optional<std::int64_t>> last_event_id(const Request& request) {
    if (const std::string* header = request.header("last-event-id"))
        return parse_last_event_id(*header);
    return parse_last_event_id(request.query(last_id_parameter));
}

/// What both streams have.
void complete(Route& route, const char* last_id, const char* text) {
    route.header({"Last-Event-ID", Schema::string(), last_id, "", false})
        .query({last_id_parameter, Schema::string().max(100),
                "In place of Last-Event-ID, for clients that cannot send it"})
        .query({ticket_parameter, Schema::string().max(100),
                "In place of Authorization: what POST /orders/events/ticket/ gave"});
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

EventRoutes::EventRoutes(const EventStreamOptions& options, Setup& setup, Store& store,
                         Identity& identity, Cache* cache, EventHub& hub, OrderFeed& feed,
                         OrderService& orders, const Clock& clock, Random& random)
    : options_(options),
      store_(store),
      identity_(identity),
      cache_(cache),
      hub_(hub),
      feed_(feed),
      orders_(orders),
      clock_(clock),
      random_(random) {
    Route one = Route::get("/orders/{id:id}/events/");
    one.summary("Watch an order")
        .describe(
            "Server-sent events of the type `order`, one for each change; `id` is the version. The "
            "first is the order as it stands, or with "
            "Last-Event-ID everything after that version. Ends with the order; whoever comes back "
            "then is told by 204 to stay away. "
            "Lines that begin with a colon are heartbeats.")
        .signed_in()
        .answers(204, "You have seen all of it: do not connect again")
        .answers(404, "No such order of this account")
        .handle([this](Request& request) { return one_order(request); });
    complete(one, "The version that you have seen last.",
             "A stream; the shape is that of the data of each event");
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
        .handle([this](Request& request) { return all_orders(request); });
    complete(all, "The id that you have seen last. One that was never given counts as none.",
             "A stream; the shape is that of the data of each event");
    setup.add_route(std::move(all));
    if (cache_) declare_tickets(setup);
}

void EventRoutes::declare_tickets(Setup& setup) {
    setup.add_route(
        Route::post("/orders/events/ticket/")
            .summary("A ticket for a stream")
            .describe("For clients that cannot send Authorization, such as EventSource of a "
                      "browser: they open a stream with ?ticket= in its place. A ticket is good "
                      "once, for half a minute, and opens what its owner may watch.")
            .body(Schema::object({}))
            .optional_body()
            .signed_in()
            .answers<Ticket>(200, "The ticket")
            .handle([this](Request& request) { return give_ticket(request); }));
    setup.add_middleware(http::Phase::identify, "stream-ticket",
                         http::Middleware([this](Request& request, const http::Next& next) {
                             return identify(request, next);
                         }).only_for({"GET /orders/{id:id}/events/", "GET /orders/events/"}));
}

Result<Response> EventRoutes::give_ticket(const Request& request) const {
    const Principal& who = request.who();
    const Ticket made{random_.hex(ticket_bytes)};
    CacheFields fields = {
        {"user_id", std::to_string(who.user_id)}, {"role", who.role}, {"token_id", who.token_id}};
    if (who.scope) fields.emplace_back("scope", *who.scope);
    const Status kept = cache_->set_fields(ticket_key(made.ticket), fields, ticket_age);
    if (!kept) return kept.error();
    return Response::json(200, made).with_header("Cache-Control", "no-store");
}

Result<Response> EventRoutes::identify(Request& request, const http::Next& next) const {
    const auto ticket = ticket_of(request.target);
    if (request.principal || !ticket) return next();
    auto who = take_ticket(*ticket);
    if (!who) {
        // No password dialog: a browser cannot send a password on a stream either.
        if (who.error().kind == Errc::unauthenticated)
            request.response_fields.emplace_back("WWW-Authenticate",
                                                 "Bearer error=\"invalid_token\"");
        return std::move(who).error();
    }
    request.principal = *std::move(who);
    return next();
}

Result<Principal> EventRoutes::take_ticket(std::string_view ticket) const {
    if (ticket.size() != 2 * ticket_bytes) return ticket_refused();
    const std::string key = ticket_key(ticket);
    const auto fields = cache_->get_fields(key);
    if (!fields) return fields.error();
    if (!fields->has_value()) return ticket_refused();
    // Of two that bring it at once, one erases it.
    const auto taken = cache_->erase(key);
    if (!taken) return taken.error();
    if (!*taken) return ticket_refused();
    Principal who;
    for (const auto& [name, value] : **fields) {
        if (name == "user_id") who.user_id = parse_number(value).value_or(0);
        if (name == "role") who.role = value;
        if (name == "token_id") who.token_id = value;
        if (name == "scope") who.scope = value;
    }
    if (!is_current(who)) return ticket_refused();
    return who;
}

bool EventRoutes::is_current(const Principal& who) const {
    const auto current =
        store_.read<bool>([&](Transaction& tx) { return identity_.is_current(tx, who); });
    return !current || *current;
}

// Both listen first and read then: what is committed in between comes both ways, and the stream
// lets it through once.

Result<Response> EventRoutes::one_order(Request& request) {
    const Viewer viewer = viewer_of(request);
    const std::int64_t id = request.path_id("id");
    Result<std::optional<std::int64_t>> seen = last_event_id(request);
    if (!seen) return std::move(seen).error();
    auto stream = new_stream(ClientStream::Ids::versions, request);
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
    const Viewer viewer = viewer_of(request);
    Result<std::optional<std::int64_t>> seen = last_event_id(request);
    if (!seen) return std::move(seen).error();
    auto stream = new_stream(ClientStream::Ids::positions, request);
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

std::shared_ptr<ClientStream> EventRoutes::new_stream(ClientStream::Ids ids,
                                                      const Request& request) const {
    // Spread, so that those who came together do not all leave together.
    const auto age = options_.max_age - up_to(options_.max_age / 10, random_);
    return std::make_shared<ClientStream>(ids, actor_of(viewer_of(request)), request.who(), clock_,
                                          clock_.steady_now() + age);
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
