// Who may watch which orders, and what they see, whichever replica they are connected to.
#include "api.h"

namespace kitchen::tests {
namespace {

bool has(std::string_view text, std::string_view part) {
    return text.find(part) != std::string_view::npos;
}

int events_in(std::string_view text) {
    int count = 0;
    for (std::size_t at = 0;
         (at = text.find("\nevent: order\ndata: {", at)) != std::string_view::npos; ++at)
        ++count;
    return count;
}

}  // namespace

TEST_P(Api, AnOrderIsWatchedWhileTheKitchenMovesIt) {
    const auto rice = server.food("Jollof rice", 280'000);
    HttpClient customer = server.customer(), stranger = server.customer(),
               kitchen = server.kitchen_staff();
    ASSERT_EQ(customer.post("/cart/", Json::object({{"food_id", rice}})).status, 201);
    const HttpResponse placed =
        customer.post("/orders/", Json::object({{"fulfillment_type", "pickup"}}));
    ASSERT_EQ(placed.status, 201) << placed.body;
    const std::string order = placed.header("location"), stream = order + "events/";

    EXPECT_EQ(stranger.get(stream).problem_code(), "order_not_found");
    EXPECT_EQ(server.client().get(stream).status, 401);
    EXPECT_EQ(customer.get("/orders/events/").status, 403);
    const HttpResponse begin = kitchen.stream(
        "/orders/events/", [](std::string_view body) { return has(body, "\nid: "); });
    EXPECT_EQ(begin.status, 200);
    EXPECT_EQ(begin.header("content-type"), "text/event-stream");
    EXPECT_EQ(begin.header("cache-control"), "no-store");

    // Each step is made when the one before it has been seen: nothing on the way may hold an event
    // back.
    const char* steps[] = {"confirmed", "preparing", "ready", "completed"};
    int made = 0;
    HttpResponse watched = customer.stream(stream, [&](std::string_view body) {
        if (made == 4 || events_in(body) <= made) return false;
        EXPECT_EQ(kitchen.post(order + "status/", Json::object({{"status", steps[made++]}})).status,
                  200);
        return false;
    });
    EXPECT_EQ(watched.status, 200);
    EXPECT_EQ(events_in(watched.body), 5) << watched.body;
    std::size_t at = 0;
    for (const char* state : {"pending", "confirmed", "preparing", "ready", "completed"})
        EXPECT_NE(at = watched.body.find("\"status\":\"" + std::string(state) + '"', at),
                  std::string::npos)
            << watched.body;

    EXPECT_EQ(customer.get(stream, {{"Last-Event-ID", "5"}}).status, 204);
    const HttpResponse rest = customer.get(stream, {{"Last-Event-ID", "3"}});
    EXPECT_EQ(events_in(rest.body), 2) << rest.body;
    EXPECT_FALSE(has(rest.body, "id: 3\n"));
    const HttpResponse all = kitchen.stream(
        "/orders/events/", [](std::string_view body) { return events_in(body) == 5; },
        {{"Last-Event-ID", "0"}});
    EXPECT_EQ(events_in(all.body), 5);
}

}  // namespace kitchen::tests
