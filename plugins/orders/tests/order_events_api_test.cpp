// Streams of events over real sockets: on every store, and on two replicas that share one.
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <future>
#include <memory>
#include <set>
#include <thread>
#include <utility>

#include "kitchen/store.h"
#include "kitchen/testkit/child_process.h"
#include "kitchen/testkit/postgres_server.h"
#include "kitchen/testkit/raw_client.h"
#include "kitchen/testkit/restaurant.h"

namespace kitchen::orders {
namespace {

using testkit::HttpClient;
using testkit::HttpResponse;
using testkit::RawClient;
using testkit::RestaurantConfig;

constexpr const char* pickup_way[] = {"confirmed", "preparing", "ready", "completed"};

/// A restaurant, and its chef.
class Kitchen : public testkit::Restaurant {
public:
    explicit Kitchen(RestaurantConfig config) : Restaurant(std::move(config)) {
        const HttpResponse login = client().post(
            "/login/", Json::object({{"email", admin_email}, {"password", password}}));
        token_ = login.json["access_token"].as_string();
        chef_.bearer(token_);
    }

    std::int64_t food() { return Restaurant::food("Jollof", 100); }
    std::int64_t place(std::int64_t food) {
        EXPECT_LT(chef_.post("/cart/", Json::object({{"food_id", food}})).status, 300);
        return expect_status(chef_.post("/orders/", Json::object({{"fulfillment_type", "pickup"}})),
                             201, "order")
            .json["id"]
            .as_integer();
    }
    void move(std::int64_t order, const std::string& status) {
        expect_status(chef_.post("/orders/" + std::to_string(order) + "/status/",
                                 Json::object({{"status", status}, {"reason", "because"}})),
                      200, "move");
    }
    double streams() const { return metric("kitchen_order_event_streams"); }

    HttpClient& chef() { return chef_; }
    const std::string& token() const { return token_; }

private:
    std::string token_;
    HttpClient chef_ = client();
};

/// `events`: the configuration of the streams.
RestaurantConfig with_events(RestaurantConfig config, const std::string& events) {
    config.auth_key = "one-key-of-all-replicas-of-this-test";
    config.catalog = "cache: {revalidate: 0s}";
    config.orders = "events: " + events;
    return config;
}

struct Event {
    std::string id, type;
    Json data;

    std::string change() const {
        return std::to_string(data["order_id"].as_integer()) + "/" +
               std::to_string(data["version"].as_integer());
    }
};

/// An open stream, read as the standard has it.
class Watch {
public:
    Watch(Kitchen& kitchen, const std::string& target, const std::string& last_id = "")
        : Watch(kitchen, target,
                {{"Authorization", "Bearer " + kitchen.token()}, {"Last-Event-ID", last_id}}) {}
    Watch(Kitchen& kitchen, const std::string& target, const testkit::HeaderList& headers)
        : client_(kitchen.port()) {
        std::string fields;
        for (const auto& [name, value] : headers)
            if (!value.empty()) fields += name + ": " + value + "\r\n";
        client_.get(target, fields);
        head_ = client_.read_head().value_or("");
    }
    int status() const { return head_.size() < 12 ? 0 : std::atoi(head_.c_str() + 9); }
    const std::string& head() const { return head_; }
    const std::string& last_id() const { return last_id_; }
    RawClient& client() { return client_; }

    /// Nothing when the stream ends.
    std::optional<Event> next() {
        while (const auto block = client_.read_through("\n\n")) {
            Event event;
            std::string data;
            for (std::size_t at = 0; at < block->size();) {
                const std::string line = block->substr(at, block->find('\n', at) - at);
                at += line.size() + 1;
                const std::size_t colon = std::min(line.find(':'), line.size());
                const std::string name = line.substr(0, colon),
                                  value = line.substr(std::min(colon + 2, line.size()));
                if (name == "id") last_id_ = event.id = value;
                if (name == "event") event.type = value;
                if (name == "data") data += value;
            }
            if (data.empty()) continue;  // a heartbeat, an id or the delay alone: no event
            event.data = parse_json(data).value();
            return event;
        }
        return std::nullopt;
    }
    /// The next `count` changes, "1/2 1/3".
    std::string changes(int count) {
        std::string all;
        for (int i = 0; i < count; ++i) {
            const auto event = next();
            if (!event) return all + " end";
            all += (all.empty() ? "" : " ") + event->change();
        }
        return all;
    }
    bool ends() { return !next().has_value(); }

private:
    RawClient client_;
    std::string head_, last_id_;
};

std::string stream_of(std::int64_t order) {
    return "/orders/" + std::to_string(order) + "/events/";
}
const std::string all_orders = "/orders/events/";

class OrderEvents : public testing::TestWithParam<std::string> {
protected:
    std::unique_ptr<Kitchen> open(const std::string& events = "{poll: 1m, heartbeat: 10m}") {
        return std::make_unique<Kitchen>(with_events(GetParam() == "Sqlite" ? testkit::on_sqlite()
                                                     : GetParam() == "Postgres"
                                                         ? testkit::on_postgres()
                                                         : RestaurantConfig(),
                                                     events));
    }
};

INSTANTIATE_TEST_SUITE_P(Stores, OrderEvents, testing::Values("Memory", "Sqlite", "Postgres"),
                         [](const auto& info) { return info.param; });

}  // namespace

TEST_P(OrderEvents, AnOrderIsWatchedToItsEnd) {
    const auto kitchen = open();
    const auto order = kitchen->place(kitchen->food());
    Watch watch(*kitchen, stream_of(order));
    ASSERT_EQ(watch.status(), 200);
    for (const char* field : {"Content-Type: text/event-stream\r\n", "Cache-Control: no-store\r\n",
                              "X-Accel-Buffering: no\r\n"})
        EXPECT_NE(watch.head().find(field), std::string::npos) << watch.head();
    EXPECT_TRUE(watch.client().read_until("retry: "));
    EXPECT_TRUE(watch.client().read_until("\n\n"));
    const auto first = watch.next();
    ASSERT_TRUE(first);
    EXPECT_EQ(first->id, "1");
    EXPECT_EQ(first->type, "order");
    EXPECT_EQ(first->data["status"], Json("pending"));
    for (const char* state : pickup_way) {
        kitchen->move(order, state);
        const auto event = watch.next();
        ASSERT_TRUE(event) << state;
        EXPECT_EQ(event->data["status"], Json(state));
        EXPECT_EQ(event->id, std::to_string(event->data["version"].as_integer()));
    }
    EXPECT_TRUE(watch.ends());
    EXPECT_EQ(watch.last_id(), "5");

    EXPECT_EQ(Watch(*kitchen, stream_of(order), "5").status(), 204) << "do not come back";
    Watch rest(*kitchen, stream_of(order), "2");
    EXPECT_EQ(rest.changes(4), "1/3 1/4 1/5 end");
    Watch now(*kitchen, stream_of(order));
    EXPECT_EQ(now.changes(2), "1/5 end") << "the state it is in";
    Watch ahead(*kitchen, stream_of(order), "99");
    EXPECT_EQ(ahead.changes(2), "1/5 end") << "an id that was never given counts as none";
    EXPECT_TRUE(testkit::eventually([&] { return kitchen->streams() == 0; }));
}

TEST_P(OrderEvents, AClientThatComesBackMissesNothing) {
    const auto kitchen = open();
    const auto order = kitchen->place(kitchen->food());
    {
        Watch watch(*kitchen, stream_of(order));
        EXPECT_EQ(watch.changes(1), "1/1");
    }
    kitchen->move(order, "confirmed");
    kitchen->move(order, "preparing");
    Watch back(*kitchen, stream_of(order), "1");
    EXPECT_EQ(back.changes(2), "1/2 1/3");
    kitchen->move(order, "cancelled");
    const auto last = back.next();
    ASSERT_TRUE(last);
    EXPECT_EQ(last->data["reason"], Json("because"));
    EXPECT_EQ(last->data["allowed_transitions"].size(), 0u);
    EXPECT_TRUE(back.ends());
}

TEST_P(OrderEvents, TheKitchenSeesEveryOrder) {
    const auto kitchen = open();
    const auto food = kitchen->food();
    const auto before = kitchen->place(food);
    Watch watch(*kitchen, all_orders);
    ASSERT_EQ(watch.status(), 200);
    const auto order = kitchen->place(food);
    EXPECT_EQ(watch.changes(1), "2/1") << "from the moment it was opened";
    kitchen->move(order, "confirmed");
    EXPECT_EQ(watch.changes(1), "2/2");
    kitchen->move(before, "confirmed");
    EXPECT_EQ(watch.changes(1), "1/2");
    kitchen->move(order, "cancelled");
    EXPECT_EQ(watch.changes(1), "2/3") << "and it goes on";

    Watch back(*kitchen, all_orders, "2");
    EXPECT_EQ(back.changes(3), "2/2 1/2 2/3");
    Watch everything(*kitchen, all_orders, "0");
    EXPECT_EQ(everything.changes(5), "1/1 2/1 2/2 1/2 2/3");
    Watch ahead(*kitchen, all_orders, "1000");
    kitchen->move(before, "preparing");
    for (Watch* each : {&watch, &back, &everything, &ahead}) EXPECT_EQ(each->changes(1), "1/3");
    EXPECT_EQ(ahead.last_id(), "6");
}

// All order while the kitchen's clients leave and come back: each of them sees each change
// once.
TEST_P(OrderEvents, NothingIsLostAndNothingComesTwice) {
    const auto kitchen = open("{poll: 50ms, max_streams_per_user: 100}");
    const auto food = kitchen->food();
    constexpr int orders = 24, changes = orders * 3;
    Watch first(*kitchen, all_orders);
    ASSERT_TRUE(first.client().read_until("id: 0\n\n"));

    std::atomic<int> turn{0};
    const auto cook = [&] {
        HttpClient client = kitchen->client();
        client.bearer(kitchen->token());
        while (turn++ < orders) {
            std::int64_t id = 0;
            while (id == 0) {  // the chef's one cart is a crowded place
                client.post("/cart/", Json::object({{"food_id", food}}));
                const HttpResponse placed =
                    client.post("/orders/", Json::object({{"fulfillment_type", "pickup"}}));
                if (placed.status == 201)
                    id = placed.json["id"].as_integer();
                else
                    ASSERT_TRUE(placed.status == 409 || placed.status == 422) << placed.body;
            }
            for (const char* state : {"confirmed", "preparing"})
                ASSERT_EQ(client
                              .post("/orders/" + std::to_string(id) + "/status/",
                                    Json::object({{"status", state}}))
                              .status,
                          200);
        }
    };
    const auto watcher = [&](int patience) {
        std::vector<std::string> seen;
        std::string last = "0";
        while (seen.size() < changes) {
            Watch watch(*kitchen, all_orders, last);
            for (int i = 0; i < patience && seen.size() < changes; ++i) {
                const auto event = watch.next();
                if (!event) break;
                seen.push_back(event->change());
                last = event->id;
            }
            if (watch.status() != 200) return seen;
        }
        return seen;
    };
    std::vector<std::future<std::vector<std::string>>> watchers;
    for (const int patience : {1, 3, 1000})
        watchers.push_back(std::async(std::launch::async, watcher, patience));
    std::vector<std::thread> cooks;
    for (int i = 0; i < 3; ++i) cooks.emplace_back(cook);
    for (auto& thread : cooks) thread.join();

    std::vector<std::string> expected = watchers[0].get();
    EXPECT_EQ(expected.size(), static_cast<std::size_t>(changes));
    EXPECT_EQ(std::set<std::string>(expected.begin(), expected.end()).size(),
              static_cast<std::size_t>(changes));
    EXPECT_EQ(watchers[1].get(), expected);
    EXPECT_EQ(watchers[2].get(), expected);
    std::vector<std::string> live;
    for (int i = 0; i < changes; ++i) live.push_back(first.changes(1));
    EXPECT_EQ(live, expected);
    std::set<std::string> ids;  // with gaps: a transaction that is run again takes another
    for (const std::string& change : expected) ids.insert(change.substr(0, change.find('/')));
    EXPECT_EQ(ids.size(), static_cast<std::size_t>(orders));
    for (const std::string& id : ids) {
        const auto at = [&](int version) {
            return std::find(expected.begin(), expected.end(), id + "/" + std::to_string(version));
        };
        EXPECT_TRUE(at(1) < at(2) && at(2) < at(3) && at(3) < expected.end()) << id;
    }
}

class OrderEventsInMemory : public OrderEvents {};
INSTANTIATE_TEST_SUITE_P(Stores, OrderEventsInMemory, testing::Values("Memory"),
                         [](const auto& info) { return info.param; });

TEST_P(OrderEventsInMemory, AnIdThatIsNoneIsRefused) {
    const auto kitchen = open();
    const auto order = kitchen->place(kitchen->food());
    for (const std::string& target : {stream_of(order), all_orders})
        for (const char* bad : {"-1", "abc", "1.5", "99999999999999999999"}) {
            const HttpResponse response = kitchen->chef().get(target, {{"Last-Event-ID", bad}});
            EXPECT_EQ(response.status, 400) << bad;
            EXPECT_EQ(response.problem_code(), "last_event_id_invalid");
        }
    EXPECT_EQ(kitchen->chef().get(stream_of(99)).status, 404);
    EXPECT_EQ(kitchen->client().get(stream_of(order)).status, 401);
    EXPECT_EQ(kitchen->client().get(all_orders).status, 401);
    const HttpResponse head = kitchen->chef().send("HEAD", stream_of(order));
    EXPECT_EQ(head.status, 200);
    EXPECT_EQ(head.header("content-type"), "text/event-stream");
    EXPECT_EQ(kitchen->streams(), 0);
}

TEST_P(OrderEventsInMemory, EndWithTheRightToThem) {
    const auto kitchen = open("{poll: 1m, heartbeat: 50ms}");
    const auto food = kitchen->food();
    struct Person {
        testkit::Restaurant::Customer customer;
        std::string stream;
    };
    const auto person = [&] {
        Person one{kitchen->sign_up(), ""};
        one.customer.client.post("/cart/", Json::object({{"food_id", food}}));
        const HttpResponse placed =
            one.customer.client.post("/orders/", Json::object({{"fulfillment_type", "pickup"}}));
        one.stream = stream_of(placed.json["id"].as_integer());
        return one;
    };
    const auto change = [&](const Person& one, const char* member, Json value) {
        expect_status(kitchen->chef().patch("/users/" + std::to_string(one.customer.id) + "/",
                                            Json::object({{member, std::move(value)}})),
                      200, "change");
    };
    const auto bearer = [](const Person& one) {
        return testkit::HeaderList{{"Authorization", "Bearer " + one.customer.token}};
    };
    const auto watches = [](Watch& watch) {
        return watch.status() == 200 && watch.client().read_until(":\n\n");
    };

    Person leaves = person(), stays = person(), dismissed = person(), renews = person();
    Watch of_one_who_leaves(*kitchen, leaves.stream, bearer(leaves));
    Watch of_one_who_stays(*kitchen, stays.stream, bearer(stays));
    Watch of_one_who_is_dismissed(*kitchen, dismissed.stream, bearer(dismissed));
    HttpClient basic = kitchen->client();
    const HttpResponse ticket = basic.basic(renews.customer.email, Kitchen::password)
                                    .post("/orders/events/ticket/", Json::object());
    Watch by_password(*kitchen, renews.stream + "?ticket=" + ticket.json["ticket"].as_string(),
                      testkit::HeaderList{});
    for (Watch* watch :
         {&of_one_who_leaves, &of_one_who_stays, &of_one_who_is_dismissed, &by_password})
        EXPECT_TRUE(watches(*watch)) << watch->head();

    EXPECT_EQ(leaves.customer.client.post("/logout/", Json::object()).status, 204);
    EXPECT_TRUE(of_one_who_leaves.ends());
    change(dismissed, "disabled", true);
    EXPECT_TRUE(of_one_who_is_dismissed.ends());
    expect_status(renews.customer.client.patch(
                      "/me/", Json::object({{"password", "yam-and-egg-sauce"},
                                            {"current_password", Kitchen::password}})),
                  200, "password");
    EXPECT_TRUE(by_password.ends());

    change(stays, "role", "kitchen");
    EXPECT_TRUE(of_one_who_stays.ends()) << "another role, other rights";
    // A client may see the end before it is counted.
    EXPECT_TRUE(testkit::wait_until([&] { return kitchen->streams() == 0; }));
}

TEST_P(OrderEventsInMemory, ATicketStandsInForAuthorizationOnce) {
    const auto kitchen = open();
    const auto order = kitchen->place(kitchen->food());
    const auto ticket = [&](HttpClient& client) {
        const HttpResponse given = client.send("POST", "/orders/events/ticket/");
        EXPECT_EQ(given.status, 200) << given.body;
        EXPECT_EQ(given.json["expires_in"], Json(30));
        EXPECT_EQ(given.header("cache-control"), "no-store");
        return "?ticket=" + given.json["ticket"].as_string();
    };
    const testkit::HeaderList none;
    for (const std::string& target : {stream_of(order), all_orders}) {
        const std::string once = target + ticket(kitchen->chef());
        EXPECT_EQ(Watch(*kitchen, once, none).status(), 200);
        const HttpResponse again = kitchen->client().get(once);
        EXPECT_EQ(again.status, 401);
        EXPECT_EQ(again.problem_code(), "ticket_invalid");
        EXPECT_EQ(again.header("www-authenticate").find("Basic"), std::string::npos);
        for (const std::string& bad : {std::string("x"), std::string(64, '0')})
            EXPECT_EQ(kitchen->client().get(target + "?ticket=" + bad).status, 401) << bad;
    }
    HttpClient customer = kitchen->customer();
    EXPECT_EQ(kitchen->client().get(all_orders + ticket(customer)).status, 403);
    EXPECT_EQ(kitchen->client().get(stream_of(order) + ticket(customer)).status, 404);
    const std::string left = ticket(customer);
    EXPECT_EQ(customer.post("/logout/", Json::object()).status, 204);
    EXPECT_EQ(kitchen->client().get(stream_of(order) + left).status, 401) << "given before";
    EXPECT_EQ(kitchen->client().send("POST", "/orders/events/ticket/").status, 401);
    EXPECT_EQ(kitchen->client().get("/orders/" + ticket(kitchen->chef())).status, 401)
        << "for streams alone";
}

// A polyfill of EventSource that comes back.
TEST_P(OrderEventsInMemory, TheLastIdMayStandInTheQuery) {
    const auto kitchen = open();
    const auto order = kitchen->place(kitchen->food());
    kitchen->move(order, "confirmed");
    kitchen->move(order, "preparing");
    Watch one(*kitchen, stream_of(order) + "?lastEventId=1");
    EXPECT_EQ(one.changes(2), "1/2 1/3");
    Watch all(*kitchen, all_orders + "?lastEventId=2");
    EXPECT_EQ(all.changes(1), "1/3");
    Watch both(*kitchen, stream_of(order) + "?lastEventId=1", "2");
    EXPECT_EQ(both.changes(1), "1/3") << "the header is newer";
    EXPECT_EQ(kitchen->chef().get(all_orders + "?lastEventId=x").problem_code(),
              "last_event_id_invalid");
}

TEST_P(OrderEventsInMemory, WhoLeavesMakesRoom) {
    const auto kitchen = open("{poll: 1m, max_streams: 3, max_streams_per_user: 2}");
    const auto order = kitchen->place(kitchen->food());
    for (int round = 0; round < 20; ++round) {
        Watch one(*kitchen, stream_of(order)), all(*kitchen, all_orders);
        ASSERT_EQ(one.status(), 200);
        ASSERT_EQ(all.status(), 200);
        EXPECT_EQ(kitchen->streams(), 2);
        const HttpResponse third = kitchen->chef().get(stream_of(order));
        EXPECT_EQ(third.status, 429);
        EXPECT_EQ(third.problem_code(), "too_many_streams_of_user");
        EXPECT_NE(third.header("retry-after"), "");
        if (round % 2) one.client().reset();
        one.client().close();
        all.client().close();
        ASSERT_TRUE(testkit::eventually([&] { return kitchen->streams() == 0; }));
    }
}

TEST_P(OrderEventsInMemory, TheHouseIsFull) {
    const auto kitchen = open("{poll: 1m, max_streams: 1}");
    Watch all(*kitchen, all_orders);
    const HttpResponse next = kitchen->chef().get(all_orders);
    EXPECT_EQ(next.status, 503);
    EXPECT_EQ(next.problem_code(), "too_many_streams");
    EXPECT_NE(next.header("retry-after"), "");
}

TEST_P(OrderEventsInMemory, AQuietStreamBeatsAndAnOldOneEnds) {
    const auto kitchen = open("{poll: 1m, heartbeat: 10ms}");
    Watch quiet(*kitchen, all_orders);
    for (int i = 0; i < 5; ++i) EXPECT_TRUE(quiet.client().read_until("\n:\n\n"));
    quiet.client().close();
    EXPECT_TRUE(testkit::eventually([&] { return kitchen->streams() == 0; }));

    const auto brief = open("{poll: 1m, heartbeat: 10ms, max_age: 50ms}");
    Watch old(*brief, all_orders);
    EXPECT_EQ(old.status(), 200);
    EXPECT_TRUE(old.ends());
    EXPECT_TRUE(testkit::eventually([&] { return brief->streams() == 0; }));
}

TEST_P(OrderEventsInMemory, AClientFarBehindGetsItPieceByPiece) {
    const auto kitchen = open();
    const auto food = kitchen->food();
    std::string expected;
    // Reasons of 500 characters, each six bytes in JSON: 64 KiB hold some twenty of them.
    const std::string reason(500, '\x01');
    constexpr int orders = 40;
    for (int i = 1; i <= orders; ++i) {
        const auto id = kitchen->place(food);
        ASSERT_EQ(kitchen->chef()
                      .post("/orders/" + std::to_string(id) + "/cancel/",
                            Json::object({{"reason", reason}}))
                      .status,
                  200);
        expected += (i > 1 ? " " : "") + std::to_string(i) + "/1 " + std::to_string(i) + "/2";
    }
    std::string seen, last = "0";
    int pieces = 0;
    for (int count = 0; count < orders * 2; ++pieces) {
        Watch watch(*kitchen, all_orders, last);
        for (; count < orders * 2; ++count) {
            const auto event = watch.next();
            if (!event) break;
            seen += (seen.empty() ? "" : " ") + event->change();
            last = event->id;
        }
    }
    EXPECT_EQ(seen, expected);
    EXPECT_GT(pieces, 1);
}

TEST_P(OrderEventsInMemory, StoppingEndsTheStreams) {
    const auto kitchen = open();
    const auto order = kitchen->place(kitchen->food());
    Watch one(*kitchen, stream_of(order)), all(*kitchen, all_orders);
    EXPECT_EQ(one.changes(1), "1/1");
    kitchen->kernel().stop();
    EXPECT_TRUE(one.ends());
    EXPECT_TRUE(all.ends());
    EXPECT_EQ(all.client().read_to_end(), "") << "in order, and not by a reset";
}

// --- Two replicas
// -------------------------------------------------------------------------------------------------------------------

class OrderEventsOnTwoReplicas : public testing::Test {
protected:
    void expect_delivery(const RestaurantConfig& shared) {
        Kitchen here(shared), there(shared);
        const auto food = here.food();
        const auto order = here.place(food);
        Watch one(there, stream_of(order)), all(there, all_orders);
        EXPECT_EQ(one.changes(1), "1/1");
        here.move(order, "confirmed");
        EXPECT_EQ(one.changes(1), "1/2");
        EXPECT_EQ(all.changes(1), "1/2");
        // It goes on where it was, at the other one.
        there.move(order, "preparing");
        Watch moved(here, stream_of(order), one.last_id()),
            all_moved(here, all_orders, all.last_id());
        EXPECT_EQ(moved.changes(1), "1/3");
        EXPECT_EQ(all_moved.changes(1), "1/3");
        here.move(order, "cancelled");
        for (Watch* watch : {&one, &moved}) EXPECT_TRUE(watch->changes(3).ends_with("1/4 end"));
    }
    RestaurantConfig polling() const {
        return with_events(testkit::on_postgres(database), "{poll: 20ms}");
    }
    testkit::PostgresDatabase database;
};

TEST_F(OrderEventsOnTwoReplicas, AMessageTellsOfAChange) {
    expect_delivery(with_events(testkit::on_redis(testkit::on_postgres(database)),
                                "{poll: 1m, heartbeat: 10m}"));
}

TEST_F(OrderEventsOnTwoReplicas, WithoutMessagesThePollFindsIt) {
    expect_delivery(polling());  // each has a cache of its own
}

TEST_F(OrderEventsOnTwoReplicas, AStandbyThatIsBehindHidesNothing) {
    const auto standby = testkit::PostgresServer::replica_of(testkit::PostgresServer::shared());
    Kitchen here(polling());
    const auto order = here.place(here.food());
    RestaurantConfig behind = polling();
    behind.store = "{id: store-postgres, config: {url: '" + database.url() + "', replica_urls: ['" +
                   standby->url(database.name()) + "'], replica_max_lag: 1h}}";
    behind.catalog = "cache: {enabled: false}";
    Kitchen there(behind);
    const auto menu = [&] {
        return there.client().get("/foods/").json["total_count"].as_integer();
    };
    ASSERT_TRUE(testkit::wait_until([&] {
        return menu() == 1 && there.metric("kitchen_store_replica_reads_total{replica=\"1\"}") > 0;
    }));
    Watch before(there, stream_of(order));
    EXPECT_EQ(before.changes(1), "1/1");
    standby->sql("SELECT pg_wal_replay_pause()", database.name());
    here.move(order, "confirmed");
    EXPECT_EQ(before.changes(1), "1/2");
    Watch one(there, stream_of(order)), all(there, all_orders, "1");
    EXPECT_EQ(one.changes(1), "1/2");
    EXPECT_EQ(all.changes(1), "1/2");
    EXPECT_EQ(there.chef().get("/orders/" + std::to_string(order) + "/").json["status"],
              "confirmed");
    HttpClient same = there.client();
    same.bearer(here.token());
    EXPECT_EQ(same.get("/me/").status, 200);
    EXPECT_EQ(here.chef().send("POST", "/logout/").status, 204);
    EXPECT_EQ(same.get("/me/").status, 401);
    standby->sql("SELECT pg_wal_replay_resume()", database.name());
}

// A change that was begun before others and is committed after them stands behind them, and no
// client has passed it.
TEST_F(OrderEventsOnTwoReplicas, ALateCommitIsNotLost) {
    Kitchen kitchen(polling());
    const auto food = kitchen.food();
    const auto slow = kitchen.place(food), quick = kitchen.place(food);
    Watch all(kitchen, all_orders, "0");
    EXPECT_EQ(all.changes(2), "1/1 2/1");

    Store& store = kitchen.kernel().service<Store>();
    const Statement raise =
        store.prepare("UPDATE orders SET version = 2, status = 'confirmed' WHERE id = $1");
    const Statement record = store.prepare(
        "INSERT INTO order_history (order_id, version, from_status, to_status, by_user, by_role, "
        "moved_at) "
        "VALUES ($1, 2, 'pending', 'confirmed', 1, 'admin', 0)");
    std::promise<void> written, may_commit;
    std::thread writer([&] {
        bool is_again = false;  // the quick order may have made this one lose a conflict
        const Status done = store.transact([&](Transaction& tx) -> Status {
            for (const Statement statement : {raise, record})
                if (Result<Rows> rows = tx.query(statement, {slow}); !rows)
                    return std::move(rows).error();
            if (std::exchange(is_again, true)) return {};
            written.set_value();
            may_commit.get_future().wait();
            return {};
        });
        EXPECT_TRUE(done);
    });
    written.get_future().wait();
    kitchen.move(quick, "confirmed");
    kitchen.move(quick, "preparing");
    EXPECT_EQ(all.changes(2), "2/2 2/3");
    const std::string passed = all.last_id();
    may_commit.set_value();
    writer.join();
    EXPECT_EQ(all.changes(1), "1/2");
    Watch back(kitchen, all_orders, passed);
    EXPECT_EQ(back.changes(1), "1/2");
}

}  // namespace kitchen::orders
