// The outgoing mails over a real socket, through the real loader, to a double of the Resend API.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "kitchen/outbox.h"
#include "kitchen/testkit/restaurant.h"
#include "kitchen/tracing.h"
#include "resend_double.h"

namespace kitchen::outbox {
namespace {

using testing::HasSubstr;
using testing::Not;
using testkit::HttpClient;
using testkit::HttpResponse;
using Kind = tests::ResendFault::Kind;

class OutboxApi : public testing::Test {
protected:
    void enqueue(const std::string& key, const std::string& to) {
        restaurant.service<Store>()
            .transact([&](Transaction& tx) {
                return restaurant.service<Outbox>().enqueue(
                    tx, "plain-mails", {key, to, "Your order", "Jollof rice\n"});
            })
            .value();
    }
    Json newest() { return admin.get("/admin/mail/?limit=1").json["result"].as_array().at(0); }
    bool newest_becomes(const std::string& state) {
        return testkit::wait_until([&] { return newest()["state"].as_string() == state; });
    }
    HttpResponse retry(const Json& mail) {
        return admin.send("POST",
                          "/admin/mail/" + std::to_string(mail["id"].as_integer()) + "/retry/");
    }

    tests::ResendDouble service{"re_secret"};
    testkit::Restaurant restaurant{
        {.mailer = service.plugin(),
         .outbox = "poll_interval: 10ms, max_attempts: 3, backoff: {base: 10ms, cap: 20ms}",
         .menu = false,
         .plugins = {"{id: plain-mails, path: " KITCHEN_PLAIN_MAILS "}"}}};
    HttpClient admin = restaurant.admin();
};

TEST_F(OutboxApi, AMailIsSentAndShownWithoutItsBodies) {
    enqueue("order/1/1", "ada@example.com");
    ASSERT_TRUE(newest_becomes("sent"));
    EXPECT_EQ(service.mails_to("ada@example.com"), 1);
    EXPECT_EQ(admin.get("/admin/deliveries/?channel=plain-mails&state=sent").json["total_count"],
              Json(1));
    EXPECT_EQ(admin.get("/admin/deliveries/?channel=fax").json["total_count"], Json(0));
    const HttpResponse page = admin.get("/admin/mail/");
    EXPECT_EQ(page.status, 200);
    EXPECT_EQ(page.json["total_count"], Json(1));
    EXPECT_THAT(page.body, Not(HasSubstr("Jollof")));
    const Json mail = newest();
    EXPECT_EQ(mail["to"], Json("ada@example.com"));
    EXPECT_EQ(mail["subject"], Json("Your order"));
    EXPECT_EQ(mail["attempts"], Json(1));
    EXPECT_TRUE(mail.has("sent_at"));
    EXPECT_TRUE(mail["last_error"].is_null());
    EXPECT_TRUE(mail["next_attempt_at"].is_null());
    EXPECT_EQ(retry(mail).problem_code(), "delivery_not_dead");
}

TEST_F(OutboxApi, ADeadMailIsRetriedByHand) {
    service.fail_next({{Kind::response, 422, "validation_error"}});
    enqueue("order/1/1", "ada@example.com");
    ASSERT_TRUE(newest_becomes("dead"));
    const Json dead = newest();
    EXPECT_EQ(dead["last_error"], Json("mail_refused (validation_error)"));
    EXPECT_EQ(admin.get("/admin/mail/?state=dead").json["count"], Json(1));
    EXPECT_EQ(admin.get("/admin/mail/?state=waiting").json["count"], Json(0));
    const HttpResponse retried = retry(dead);
    EXPECT_EQ(retried.status, 200) << retried.body;
    EXPECT_EQ(retried.json["state"], Json("waiting"));
    EXPECT_THAT(retried.body, Not(HasSubstr("Jollof")));
    ASSERT_TRUE(newest_becomes("sent"));
    EXPECT_EQ(service.mails_to("ada@example.com"), 1);
}

TEST_F(OutboxApi, FaultsOfTheServiceAreOneMailInTheEnd) {
    service.fail_next({{Kind::response, 500, "application_error"}, {Kind::lose_response}});
    enqueue("order/1/1", "ada@example.com");
    ASSERT_TRUE(newest_becomes("sent"));
    EXPECT_EQ(service.mails_to("ada@example.com"), 1);
    EXPECT_GE(service.requests(), 3);
    EXPECT_EQ(service.keys().front(), service.keys().back());
}

TEST_F(OutboxApi, TooManyFailuresAreADeadMail) {
    service.fail_next(std::vector<tests::ResendFault>(3));
    enqueue("order/1/1", "ada@example.com");
    ASSERT_TRUE(newest_becomes("dead"));
    EXPECT_EQ(newest()["attempts"], Json(3));
    EXPECT_EQ(newest()["last_error"], Json("mail_service_failed (internal_server_error)"));
}

TEST_F(OutboxApi, IsForAdministratorsOnly) {
    for (const char* path : {"/admin/mail/", "/admin/mail/1/retry/", "/admin/deliveries/",
                             "/admin/deliveries/1/retry/"}) {
        const char* method = std::string_view(path).ends_with("retry/") ? "POST" : "GET";
        HttpClient stranger = restaurant.client();
        EXPECT_EQ(stranger.send(method, path).status, 401) << path;
    }
    EXPECT_EQ(admin.send("POST", "/admin/mail/99/retry/").problem_code(), "delivery_not_found");
    EXPECT_EQ(admin.send("POST", "/admin/mail/x/retry/").status, 404);
    EXPECT_EQ(admin.get("/admin/mail/?state=lost").status, 422);
    EXPECT_EQ(admin.get("/admin/mail/?limit=0").status, 422);
}

TEST(OutboxStart, RefusesSettingsThatDoNotFit) {
    try {
        testkit::TestKernel kernel(
            "plugins: [{id: store-memory}, {id: mail-resend, config: {api_key: x, from: "
            "k@example.com}}, {id: cache-memory}, {id: auth}, "
            "{id: outbox, config: {backoff: {base: 1m, cap: 1s}}}]");
        FAIL();
    } catch (const std::runtime_error& refused) {
        EXPECT_THAT(refused.what(),
                    HasSubstr("backoff.cap: must not be shorter than backoff.base"));
    }
}

// What the mail service sees of a request: of the code that is mailed from memory, and of a mail
// that lay in the outbox.
TEST_F(OutboxApi, TheTraceOfARequestGoesOnToTheMailService) {
    const std::string id = "4bf92f3577b34da6a3ce929d0e0e4736", caller = "00f067aa0ba902b7";
    const TraceContext trace{"00-" + id + '-' + caller + "-01", "vendor=opaque"};
    const HttpResponse signup = restaurant.client().post(
        "/signup/",
        Json::object({{"email", "ada@mail.example"},
                      {"phone_number", "08031234567"},
                      {"password", "correct horse battery"}}),
        {{"traceparent", trace.traceparent}, {"tracestate", trace.tracestate}});
    ASSERT_EQ(signup.status, 200) << signup.body;
    restaurant.service<Tracing>().resume(trace, [&] { enqueue("order/1/1", "bola@mail.example"); });
    ASSERT_TRUE(testkit::wait_until([&] { return service.mails().size() == 2; }));
    for (const tests::ResendMail& mail : service.mails()) {
        EXPECT_THAT(mail.traceparent, testing::MatchesRegex("00-" + id + "-[0-9a-f]{16}-01"))
            << mail.to;
        EXPECT_THAT(mail.traceparent, Not(HasSubstr(caller))) << "a span of its own";
        EXPECT_EQ(mail.tracestate, "vendor=opaque") << mail.to;
    }
    ASSERT_TRUE(newest_becomes("sent"));
    EXPECT_TRUE(testkit::wait_until([&] {  // each is logged after its response
        const auto lines = restaurant.kernel().log_lines();
        return std::count_if(lines.begin(), lines.end(), [&](const std::string& line) {
                   return line.find("mail taken") != std::string::npos &&
                          line.find("trace_id=" + id) != std::string::npos;
               }) == 2;
    })) << "the log's lines belong together as well";
    enqueue("order/2/1", "chi@mail.example");
    ASSERT_TRUE(testkit::wait_until([&] { return service.mails().size() == 3; }));
    EXPECT_EQ(service.mails()[2].traceparent, "") << "no request's";
}

}  // namespace
}  // namespace kitchen::outbox
