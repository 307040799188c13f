// The mail service fails in every way there is, while customers order.
#include <algorithm>
#include <set>

#include "fault_fixture.h"
#include "resend_double.h"

namespace kitchen::tests {
namespace {

using Kind = ResendFault::Kind;

/// The six digits in the mail to `email`, once it has come.
std::string code_in(const ResendDouble& service, const std::string& email) {
    std::string code;
    if (!testkit::wait_until([&] {
            for (const ResendMail& mail : service.mails())
                if (mail.to == email)
                    for (std::size_t at = 0;
                         (at = mail.text.find_first_of("0123456789", at)) != std::string::npos;) {
                        const std::size_t end = std::min(
                            mail.text.find_first_not_of("0123456789", at), mail.text.size());
                        if (end - at == 6) code = mail.text.substr(at, 6);
                        at = end;
                    }
            return !code.empty();
        }))
        throw std::runtime_error("no code was mailed to " + email);
    return code;
}

class MailFault : public FaultTest {
protected:
    void open_with(const std::string& outbox) {
        open_on_sqlite({.mailer = service.plugin(", timeout: 1s, connect_timeout: 1s"),
                        .outbox = outbox,
                        .code_mailed_to = [this](const std::string& email) {
                            return code_in(service, email);
                        }});
    }
    std::string count(const std::string& state) {
        return sql(
            "SELECT count(*) FROM outbox_deliveries WHERE delivery_key LIKE 'orders/%' AND state = "
            "'" +
            state + "'");
    }
    /// Of each mail about an order that the service has taken.
    std::vector<std::string> order_mails() const {
        std::vector<std::string> found;
        for (const ResendMail& mail : service.mails())
            if (mail.subject.find("order") != std::string::npos) found.push_back(mail.key);
        return found;
    }
    /// One mail an event at the service, each under a key of its own.
    void expect_one_mail_an_event() {
        EXPECT_TRUE(testkit::wait_until([&] {
            return order_mails().size() >= std::stoul(sql("SELECT count(*) FROM order_history")) &&
                   count("waiting") == "0";
        })) << count("waiting")
            << " mails still wait";
        const auto keys = order_mails();
        EXPECT_EQ(std::to_string(keys.size()), sql("SELECT count(*) FROM order_history"));
        EXPECT_EQ(std::set<std::string>(keys.begin(), keys.end()).size(), keys.size());
    }

    ResendDouble service{"re_secret"};
};

TEST_F(MailFault, OrdersGoOnAndEachMailArrivesOnce) {
    open_with("poll_interval: 20ms, backoff: {base: 20ms, cap: 100ms}, max_attempts: 100");
    std::vector<ResendFault> faults;
    for (int i = 0; i < 4; ++i) {
        faults.push_back({Kind::response, 500, "internal_server_error"});
        faults.push_back({Kind::lose_response});
        faults.push_back({Kind::response, 502, ""});
        faults.push_back({Kind::lose_request});
    }
    faults.push_back({Kind::response, 429, "rate_limit_exceeded", "Retry-After: 1"});
    faults.push_back({Kind::hang});
    const int before = service.requests();
    service.fail_next(faults);
    EXPECT_TRUE(load->wait_for_orders(20)) << load->summary();
    EXPECT_TRUE(testkit::wait_until(
        [&] { return service.requests() > before + static_cast<int>(faults.size()); }));
    expect_recovery();
    service.release();
    expect_one_mail_an_event();
    for (const auto& [outcome, count] : load->outcomes())
        EXPECT_FALSE(outcome.starts_with("5"))
            << outcome << ": orders do not wait for the mail service";
}

TEST_F(MailFault, WhatIsRefusedOrFailsTooOftenIsADeadLetter) {
    open_with("poll_interval: 20ms, backoff: {base: 10ms, cap: 20ms}, max_attempts: 3");
    std::vector<ResendFault> faults(3, {Kind::response, 422, "validation_error"});
    faults.resize(100'000, {Kind::response, 500, "internal_server_error"});
    service.fail_next(faults);
    EXPECT_TRUE(load->wait_for_orders()) << load->summary();
    load->end();
    EXPECT_TRUE(testkit::wait_until([&] {
        return sql("SELECT count(*) FROM outbox_deliveries WHERE channel = 'order-mails'") ==
                   sql("SELECT count(*) FROM order_history") &&
               count("waiting") == "0";
    })) << count("waiting")
        << " mails still wait";
    EXPECT_EQ(sql("SELECT count(*) FROM outbox_deliveries WHERE state = 'dead' AND attempts = 1"),
              "3")
        << "refused: not tried again";
    EXPECT_NE(sql("SELECT count(*) FROM outbox_deliveries WHERE state = 'dead' AND attempts = 3"),
              "0")
        << "failed too often";
    // By hand, once the service is well.
    service.fail_next({});
    HttpClient admin = server->admin();
    for (;;) {
        const HttpResponse dead = admin.get("/admin/mail/?state=dead&limit=100");
        if (dead.json["count"] == Json(0)) break;
        for (const Json& mail : dead.json["result"].as_array())
            ASSERT_EQ(admin
                          .send("POST", "/admin/mail/" + std::to_string(mail["id"].as_integer()) +
                                            "/retry/")
                          .status,
                      200);
    }
    expect_one_mail_an_event();
    EXPECT_EQ(count("dead"), "0");
    expect_right_books();
}

}  // namespace
}  // namespace kitchen::tests
