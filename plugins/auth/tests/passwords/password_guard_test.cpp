#include "passwords/password_guard.h"

#include <thread>
#include <vector>

#include "tests/auth_fixture.h"

namespace kitchen::auth {
namespace {

class PasswordGuardTest : public AuthTest {
protected:
    void SetUp() override {
        AuthTest::SetUp();
        ada = sign_up();
    }
    std::string outcome(const std::string& user, const std::string& password,
                        const std::string& address = "192.0.2.1") {
        const auto verified = module->guard.verify(user, password, address);
        return verified ? "user " + std::to_string(verified->id) : verified.error().code;
    }
    std::string id() const { return std::to_string(ada.id); }
    const std::string yes = "user 1", no = "invalid_credentials", slow = "too_many_failures";
    User ada;
};

TEST_F(PasswordGuardTest, TakesIdAndEmail) {
    EXPECT_EQ(outcome(id(), good_password), yes);
    EXPECT_EQ(outcome("ada@example.com", good_password), yes);
    EXPECT_EQ(outcome("ADA@Example.com", good_password), yes);
}

TEST_F(PasswordGuardTest, TakesAProvedNumberAndNoOther) {
    const User obi = sign_up_by_sms("08031111111");
    sign_up("bola@example.com", "08032222222");
    EXPECT_EQ(module->guard.verify(" +2348031111111", good_password, "192.0.2.1").value().id,
              obi.id);
    for (const char* number : {"+2348032222222", "+2348033333333", "+", "08031111111"}) {
        const auto refused = module->guard.verify(number, good_password, "192.0.2.1");
        ASSERT_FALSE(refused) << number;
        EXPECT_EQ(refused.error().detail, invalid_credentials().detail);
    }
}

TEST_F(PasswordGuardTest, RefusesAllElseWithOneText) {
    const auto wrong = module->guard.verify(id(), "plantain-and-bean", "192.0.2.9");
    ASSERT_FALSE(wrong);
    int n = 0;
    for (const char* user : {"999", "0", "-1", "1x", "", "ada", "nobody@example.com",
                             "99999999999999999999", "' OR 1=1 --"}) {
        const auto refused =
            module->guard.verify(user, good_password, "192.0.2." + std::to_string(10 + n++));
        ASSERT_FALSE(refused) << user;
        EXPECT_EQ(refused.error().kind, Errc::unauthenticated);
        EXPECT_EQ(refused.error().code, wrong.error().code);
        EXPECT_EQ(refused.error().detail, wrong.error().detail);
    }
}

TEST_F(PasswordGuardTest, UnknownAndDisabledCostTheSameWork) {
    // A full gate refuses all that have work to do: so all below reached the hashing.
    AuthSettings settings = default_settings();
    settings.argon2_parallelism = 1;
    settings.argon2_queue = 0;
    build(settings);
    const User obi = make_admin();
    const User eve = sign_up("eve@example.com", "08030000009");
    module->accounts.change_rights(eve.id, {.role = {}, .disabled = true}, obi.id, any_version)
        .value();
    const auto inside = const_cast<HashGate&>(module->guard.hasher().gate()).enter();
    EXPECT_EQ(outcome(id(), "wrong"), "busy");
    EXPECT_EQ(outcome("999", "wrong"), "busy");
    EXPECT_EQ(outcome("", ""), "busy");
    EXPECT_EQ(module->guard.refuse_unreadable("192.0.2.1").code, "busy");
    EXPECT_EQ(outcome(std::to_string(eve.id), good_password), "busy");
}

// The server is told of every hash, and of nothing else.
TEST_F(PasswordGuardTest, WhoHasAPasswordHashedKeepsNoThreadFromOthers) {
    const int before = waits.begun;
    EXPECT_EQ(outcome(id(), good_password), yes);
    EXPECT_EQ(outcome(id(), good_password), yes);  // remembered
    EXPECT_EQ(outcome("999", "wrong"), no);
    EXPECT_EQ(module->guard.refuse_unreadable("192.0.2.1").code, no);
    EXPECT_TRUE(module->guard.hash("another-good-password", "192.0.2.1"));
    EXPECT_EQ(waits.begun - before, 4);
    EXPECT_EQ(waits.now, 0);
}

TEST_F(PasswordGuardTest, ARightPasswordIsRememberedForAMinute) {
    AuthSettings settings = default_settings();
    settings.argon2_parallelism = 1;
    settings.argon2_queue = 0;
    build(settings);
    EXPECT_EQ(outcome(id(), good_password), yes);
    const auto inside =
        const_cast<HashGate&>(module->guard.hasher().gate()).enter();  // no more hashing
    clock.advance(std::chrono::seconds(59));
    EXPECT_EQ(outcome(id(), good_password), yes);
    EXPECT_EQ(outcome("ada@example.com", good_password), yes);
    EXPECT_EQ(outcome(id(), "plantain-and-bean"), "busy");
    clock.advance(std::chrono::seconds(1));
    EXPECT_EQ(outcome(id(), good_password), "busy");
}

TEST_F(PasswordGuardTest, WhatIsRememberedDiesWithPasswordRoleAndDisabling) {
    const User chief = make_admin();
    ASSERT_EQ(outcome(id(), good_password), yes);
    module->accounts
        .change_own({.user_id = ada.id, .family_id = 0, .client_address = "192.0.2.1"},
                    {.phone_number = {},
                     .password = "yam-and-egg-sauce",
                     .current_password = good_password},
                    any_version)
        .value();
    EXPECT_EQ(outcome(id(), good_password), no);
    ASSERT_EQ(outcome(id(), "yam-and-egg-sauce"), yes);

    module->accounts
        .change_rights(ada.id, {.role = "kitchen", .disabled = {}}, chief.id, any_version)
        .value();
    EXPECT_EQ(module->guard.verify(id(), "yam-and-egg-sauce", "192.0.2.1").value().role, "kitchen");

    module->accounts.change_rights(ada.id, {.role = {}, .disabled = true}, chief.id, any_version)
        .value();
    EXPECT_EQ(outcome(id(), "yam-and-egg-sauce"), no);
    module->accounts.change_rights(ada.id, {.role = {}, .disabled = false}, chief.id, any_version)
        .value();
    EXPECT_EQ(outcome(id(), "yam-and-egg-sauce"), yes);
}

TEST_F(PasswordGuardTest, FailuresAreThrottledForOneAddress) {
    for (int i = 0; i < 10; ++i)
        EXPECT_EQ(outcome(i % 2 == 0 ? id() : "ada@example.com", "wrong-" + std::to_string(i)), no)
            << i;
    EXPECT_EQ(outcome(id(), "wrong-again"), slow);
    EXPECT_EQ(outcome("ada@example.com", good_password), slow)
        << "id and email share the budget, and the right password gives nothing away";
    EXPECT_EQ(outcome(id(), good_password, "192.0.2.2"), yes) << "others are not locked out";
    EXPECT_EQ(outcome("eve@example.com", "wrong"), no) << "nor is another account";
    clock.advance(std::chrono::seconds(30));
    EXPECT_EQ(outcome(id(), good_password), yes);
}

TEST_F(PasswordGuardTest, UnknownAccountsAreThrottledTheSame) {
    for (int i = 0; i < 10; ++i)
        EXPECT_EQ(outcome("Nobody@example.com", "wrong-" + std::to_string(i)), no);
    EXPECT_EQ(outcome("nobody@example.com", "wrong"), slow);
}

TEST_F(PasswordGuardTest, WhatCannotBeReadIsRefusedTheSameAndCountsForTheClient) {
    const auto wrong = module->guard.verify(id(), "wrong", "192.0.2.1");
    for (int i = 1; i < 30; ++i) {
        const Error refused = module->guard.refuse_unreadable("192.0.2.1");
        EXPECT_EQ(refused.code, no);
        EXPECT_EQ(refused.detail, wrong.error().detail);
    }
    EXPECT_EQ(module->guard.refuse_unreadable("192.0.2.1").code, slow);
    EXPECT_EQ(module->guard.refuse_unreadable("192.0.2.2").code, no);
}

TEST_F(PasswordGuardTest, FailuresOfOneClientAreThrottledWhateverTheAccount) {
    for (int i = 0; i < 30; ++i) EXPECT_EQ(outcome(std::to_string(1000 + i), "wrong"), no) << i;
    EXPECT_EQ(outcome("2000", "wrong"), slow);
    EXPECT_EQ(outcome(id(), good_password), slow);
    EXPECT_EQ(outcome(id(), good_password, "192.0.2.2"), yes);
    EXPECT_EQ(outcome(id(), good_password), yes) << "remembered: no guess";
    clock.advance(std::chrono::seconds(1));
    EXPECT_EQ(outcome("2001", "wrong"), no) << "one more a second";
}

TEST_F(PasswordGuardTest, SuccessDoesNotCount) {
    build([] {
        AuthSettings settings = default_settings();
        settings.basic_cache_ttl = std::chrono::milliseconds(0);
        return settings;
    }());
    for (int i = 0; i < 30; ++i) EXPECT_EQ(outcome(id(), good_password), yes);
}

TEST_F(PasswordGuardTest, ParallelGuessesCannotOutrunTheCount) {
    std::atomic<int> compared{0}, refused{0};
    {
        std::vector<std::jthread> threads;
        for (int t = 0; t < 8; ++t)
            threads.emplace_back([&, t] {
                for (int i = 0; i < 25; ++i) {
                    const std::string result =
                        outcome(id(), "guess-" + std::to_string(t) + "-" + std::to_string(i));
                    if (result == no) ++compared;
                    if (result == slow) ++refused;
                }
            });
    }
    EXPECT_EQ(compared, 10);
    EXPECT_EQ(refused, 190);
}

TEST_F(PasswordGuardTest, ParallelRequestsWithTheRightPasswordAllPass) {
    AuthSettings settings = default_settings();
    settings.argon2_parallelism = 1;
    settings.argon2_queue = 7;  // that wait for the one which hashes
    settings.argon2_cost = {1, mebibytes(1)};
    build(settings);
    std::atomic<int> passed{0};
    {
        std::vector<std::jthread> threads;
        for (int t = 0; t < 8; ++t)
            threads.emplace_back([&] { passed += outcome(id(), good_password) == yes; });
    }
    EXPECT_EQ(passed, 8);
}

TEST_F(PasswordGuardTest, RenewsOutdatedHashes) {
    AuthSettings settings = default_settings();
    settings.argon2_cost = {2, kibibytes(16)};
    build(settings);
    const std::string before = reread(ada.id).password_hash;
    EXPECT_EQ(outcome(id(), good_password), yes);
    const User after = reread(ada.id);
    EXPECT_NE(after.password_hash, before);
    EXPECT_TRUE(after.password_hash.starts_with("$argon2id$v=19$m=16,t=2,")) << after.password_hash;
    EXPECT_EQ(after.credential_version, ada.credential_version) << "no session ends by it";
    EXPECT_EQ(outcome(id(), good_password, "192.0.2.7"), yes);
}

TEST_F(PasswordGuardTest, StoreAwayIsNoRefusal) {
    store.away = true;
    EXPECT_EQ(outcome(id(), good_password), "store_unavailable");
}

TEST_F(PasswordGuardTest, LogsNeitherUserNorPassword) {
    outcome("my-secret-typed-here", "another-secret");
    outcome(id(), "third-secret");
    outcome(id(), good_password);
    EXPECT_FALSE(log.contains("secret"));
    EXPECT_FALSE(log.contains(good_password));
    EXPECT_TRUE(log.contains("sign-in failed"));
}

}  // namespace
}  // namespace kitchen::auth
