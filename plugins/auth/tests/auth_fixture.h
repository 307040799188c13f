// The whole auth module on a memory store, a memory cache, a clock that stands still and a mailbox:
// what most tests here need.
#pragma once

#include <atomic>
#include <memory>
#include <regex>
#include <string>

#include <gtest/gtest.h>

#include "counted_waits.h"
#include "auth_module.h"
#include "fake_events.h"
#include "kitchen/testkit/fakes.h"
#include "kitchen/testkit/migrate.h"
#include "kitchen/testkit/switch_store.h"
#include "memory_cache.h"
#include "memory_store.h"
#include "migrations.gen.h"

namespace kitchen::auth {

using testkit::SwitchStore;

/// Jobs whose queue can be full.
class SwitchJobs final : public Jobs {
public:
    std::atomic<bool> full{false};
    bool post(std::string name, std::function<void()> work) override {
        return !full && jobs_.post(std::move(name), std::move(work));
    }
    bool post_after(std::chrono::milliseconds delay, std::string name,
                    std::function<void()> work) override {
        last_delay = delay;
        return !full && jobs_.post_after(delay, std::move(name), std::move(work));
    }
    Jobs& queue(std::string_view, unsigned) override { return *this; }
    int run_all() { return jobs_.run_all(); }
    std::chrono::milliseconds last_delay{0};

private:
    testkit::ManualJobs jobs_;
};

class AuthTest : public testing::Test {
protected:
    static constexpr Argon2Cost cheap{1, kibibytes(8)};
    static constexpr const char* good_password = "plantain-and-beans";

    static AuthSettings default_settings() {
        AuthSettings settings;
        settings.key = "0123456789abcdef0123456789abcdef";
        settings.login = {10, std::chrono::seconds(30), 30, std::chrono::seconds(1)};
        settings.signup = {50, std::chrono::seconds(10), 5, std::chrono::minutes(10)};
        settings.reset = {50, std::chrono::seconds(10), 5, std::chrono::hours(1)};
        settings.argon2_parallelism = 2;
        settings.argon2_queue = 200;
        settings.argon2_cost = cheap;
        return settings;
    }

    void SetUp() override {
        memory.open().value();
        testkit::apply_migrations(memory, "auth", kitchen_migrations);
        build(default_settings());
        memory.verify().value();
    }
    void build(const AuthSettings& settings) {
        module.reset();
        module = std::make_unique<AuthModule>(
            settings, AuthDependencies{store, cache, mailer, clock, random, jobs, metrics, waits,
                                       log, &events, &sms});
        module->start();
    }

    SignupForm form(const std::string& email = "ada@example.com",
                    const std::string& phone = "0803 123 4567") const {
        return {.channel = Channel::email,
                .email = email,
                .phone_number = phone,
                .password = good_password,
                .referral_code = "",
                .client_address = "192.0.2.1"};
    }
    SignupForm sms_form(const std::string& phone = "0803 123 4567") const {
        SignupForm by_sms = form("", phone);
        by_sms.channel = Channel::sms;
        return by_sms;
    }
    /// The code in the newest text message. Runs the jobs first.
    std::string newest_sms_code() {
        jobs.run_all();
        const auto sent = sms.sent();
        return sent.empty() ? "no message" : sent.back().text.substr(0, OneTimeCodes::digits);
    }
    /// The code in the newest mail. Runs the jobs first.
    std::string newest_code() {
        jobs.run_all();
        const auto mails = mailer.mails();
        if (mails.empty()) return "no mail";
        std::smatch found;
        return std::regex_search(mails.back().text, found,
                                 std::regex("(^|\n)Your code is ([0-9]{6})\n"))
                   ? found[2].str()
                   : "no code";
    }
    static std::string another(const std::string& code, int offset = 1) {
        std::string text = std::to_string((std::stoi(code) + offset) % 1'000'000);
        return std::string(6 - text.size(), '0') + text;
    }
    User sign_up(const std::string& email = "ada@example.com",
                 const std::string& phone = "0803 123 4567") {
        const std::string session = module->signups.start(form(email, phone)).value();
        return module->signups.verify(session, newest_code()).value();
    }
    User make_by_phone(const std::string& number, const std::string& email = "") {
        NewUser user{.email = email,
                     .phone_number = number,
                     .password_hash = module->guard.hash(good_password, "").value(),
                     .role = "customer",
                     .referral_code = "",
                     .referred_by_code = "",
                     .created_at = to_millis(clock.now()),
                     .phone_proved = true};
        return create_account(store, module->users, random, &events, user).value();
    }
    User sign_up_by_sms(const std::string& phone = "0803 123 4567") {
        const std::string session = module->signups.start(sms_form(phone)).value();
        return module->signups.verify(session, newest_sms_code()).value();
    }
    User make_admin(const std::string& email = "chief@example.com",
                    const std::string& phone = "0803 000 0001") {
        return module->admins.create({email, phone, good_password}).value();
    }
    User reread(std::int64_t id) { return module->accounts.read(id).value(); }

    testkit::ManualClock clock;
    testkit::SeededRandom random;
    testkit::RecordingLogger log;
    testkit::RecordingMetrics metrics;
    CountedWaits waits;
    testkit::RecordingMailer mailer;
    testkit::RecordingSmsSender sms;
    SwitchJobs jobs;
    tests::FakeEvents events;
    MemoryCache cache{clock};
    sqlite::MemoryStore memory;
    SwitchStore store{memory};
    std::unique_ptr<AuthModule> module;
};

}  // namespace kitchen::auth
