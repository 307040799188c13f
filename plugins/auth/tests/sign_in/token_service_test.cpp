#include "sign_in/token_service.h"

#include <mutex>
#include <set>
#include <thread>
#include <vector>

#include "tests/auth_fixture.h"

namespace kitchen::auth {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

class TokenServiceTest : public AuthTest {
protected:
    void SetUp() override {
        AuthTest::SetUp();
        ada = sign_up();
    }
    bool good(const std::string& access) {
        const auto principal = module->tokens.authenticate(access);
        if (!principal) {
            EXPECT_EQ(principal.error().code, "invalid_credentials");
        }
        return principal.has_value();
    }
    std::int64_t count(const std::string& table) {
        auto rows = store.read<Rows>([&](Transaction& tx) {
            return tx.query(store.prepare("SELECT COUNT(*) FROM " + table));
        });
        return rows.value().front().integer(0);
    }
    User ada;
};

TEST_F(TokenServiceTest, AccessTokenNamesItsUser) {
    const IssuedTokens issued = module->tokens.issue(ada).value();
    EXPECT_TRUE(issued.access_token.starts_with("ck_at_"));
    EXPECT_TRUE(issued.refresh_token.starts_with("ck_rt_"));
    EXPECT_EQ(issued.access_token.size(), 70u);
    EXPECT_EQ(issued.expires_in, minutes(15));
    const Principal who = module->tokens.authenticate(issued.access_token).value();
    EXPECT_EQ(who.user_id, ada.id);
    EXPECT_EQ(who.role, "customer");
    EXPECT_FALSE(who.token_id.empty());
}

TEST_F(TokenServiceTest, RefusesWhatItNeverIssued) {
    const IssuedTokens issued = module->tokens.issue(ada).value();
    std::string changed = issued.access_token;
    changed.back() = changed.back() == '0' ? '1' : '0';
    for (const std::string& bad :
         {changed, std::string(), std::string("ck_at_"), issued.access_token + "0",
          issued.refresh_token, "ck_at_" + issued.refresh_token.substr(6)})
        EXPECT_FALSE(good(bad)) << bad;
    EXPECT_FALSE(module->tokens.refresh(issued.access_token));
    EXPECT_FALSE(module->tokens.refresh("ck_rt_" + issued.access_token.substr(6)));
}

TEST_F(TokenServiceTest, StoresNoToken) {
    const IssuedTokens issued = module->tokens.issue(ada).value();
    auto rows = store
                    .read<Rows>([&](Transaction& tx) {
                        return tx.query(
                            store.prepare("SELECT access_hash, hash FROM token_families JOIN "
                                          "refresh_tokens ON family_id = id"));
                    })
                    .value();
    for (std::uint32_t column : {0u, 1u}) {
        EXPECT_EQ(rows.front().text(column).size(), 64u);
        EXPECT_EQ(issued.access_token.find(rows.front().text(column)), std::string::npos);
        EXPECT_EQ(issued.refresh_token.find(rows.front().text(column)), std::string::npos);
    }
    EXPECT_FALSE(log.contains(issued.access_token.substr(6)));
    EXPECT_FALSE(log.contains(issued.refresh_token.substr(6)));
}

TEST_F(TokenServiceTest, AccessTokenExpires) {
    const IssuedTokens issued = module->tokens.issue(ada).value();
    clock.advance(minutes(15) - std::chrono::milliseconds(1));
    EXPECT_TRUE(good(issued.access_token));
    clock.advance(std::chrono::milliseconds(1));
    EXPECT_EQ(module->tokens.authenticate(issued.access_token).error().code, "token_expired");
    EXPECT_TRUE(module->tokens.refresh(issued.refresh_token));
}

TEST_F(TokenServiceTest, RefreshRotates) {
    const IssuedTokens first = module->tokens.issue(ada).value();
    const IssuedTokens second = module->tokens.refresh(first.refresh_token).value();
    EXPECT_NE(second.access_token, first.access_token);
    EXPECT_FALSE(good(first.access_token)) << "the old access token is void";
    EXPECT_TRUE(good(second.access_token));
    const IssuedTokens third = module->tokens.refresh(second.refresh_token).value();
    EXPECT_TRUE(good(third.access_token));
}

TEST_F(TokenServiceTest, UsingAnOldRefreshTokenEndsTheFamily) {
    const IssuedTokens elsewhere = module->tokens.issue(ada).value();
    const IssuedTokens first = module->tokens.issue(ada).value();
    const IssuedTokens second = module->tokens.refresh(first.refresh_token).value();
    clock.advance(seconds(10));
    const auto reused = module->tokens.refresh(first.refresh_token);
    ASSERT_FALSE(reused);
    EXPECT_EQ(reused.error().kind, Errc::unauthenticated);
    EXPECT_EQ(reused.error().code, "invalid_refresh_token");
    EXPECT_FALSE(good(second.access_token));
    EXPECT_FALSE(module->tokens.refresh(second.refresh_token));
    EXPECT_TRUE(good(elsewhere.access_token)) << "another sign-in is another family";
    EXPECT_TRUE(log.contains("its family is revoked"));
}

// A lost response is asked for again.
TEST_F(TokenServiceTest, ForAMomentAUsedRefreshTokenGivesTheSameAgain) {
    const IssuedTokens first = module->tokens.issue(ada).value();
    const IssuedTokens second = module->tokens.refresh(first.refresh_token).value();
    clock.advance(seconds(10) - std::chrono::milliseconds(1));
    const IssuedTokens again = module->tokens.refresh(first.refresh_token).value();
    EXPECT_EQ(again.access_token, second.access_token);
    EXPECT_EQ(again.refresh_token, second.refresh_token);
    EXPECT_EQ(again.expires_in, minutes(15) - seconds(10));
    EXPECT_TRUE(good(again.access_token));

    const IssuedTokens third = module->tokens.refresh(second.refresh_token).value();
    EXPECT_FALSE(module->tokens.refresh(first.refresh_token)) << "its successor is used";
    EXPECT_FALSE(good(third.access_token)) << "and the family is over";
}

TEST_F(TokenServiceTest, TheMomentEndsWithTheFamily) {
    const IssuedTokens first = module->tokens.issue(ada).value();
    const IssuedTokens second = module->tokens.refresh(first.refresh_token).value();
    const auto family = module->tokens.authenticate(second.access_token).value().token_id;
    ASSERT_TRUE(module->tokens.revoke(std::stoll(family)));
    EXPECT_FALSE(module->tokens.refresh(first.refresh_token));
}

TEST_F(TokenServiceTest, ParallelRefreshesGetTheSame) {
    const IssuedTokens first = module->tokens.issue(ada).value();
    std::mutex mutex;
    std::set<std::string> given;
    {
        std::vector<std::jthread> threads;
        for (int i = 0; i < 8; ++i)
            threads.emplace_back([&] {
                const auto second = module->tokens.refresh(first.refresh_token);
                const std::lock_guard lock(mutex);
                given.insert(second ? second->refresh_token : second.error().code);
            });
    }
    ASSERT_EQ(given.size(), 1u);
    EXPECT_TRUE(module->tokens.refresh(*given.begin()));
}

TEST_F(TokenServiceTest, RefreshTokenExpires) {
    const IssuedTokens issued = module->tokens.issue(ada).value();
    clock.advance(hours(24 * 30));
    EXPECT_FALSE(module->tokens.refresh(issued.refresh_token));
}

TEST_F(TokenServiceTest, RevokedFamilyIsOver) {
    const IssuedTokens issued = module->tokens.issue(ada).value();
    const std::int64_t family =
        std::stoll(module->tokens.authenticate(issued.access_token).value().token_id);
    ASSERT_TRUE(module->tokens.revoke(family));
    EXPECT_FALSE(good(issued.access_token));
    EXPECT_FALSE(module->tokens.refresh(issued.refresh_token));
    EXPECT_TRUE(module->tokens.revoke(family)) << "twice is once";
}

TEST_F(TokenServiceTest, RoleIsTodays) {
    const User chief = make_admin();
    const IssuedTokens before = module->tokens.issue(ada).value();
    module->accounts
        .change_rights(ada.id, {.role = "kitchen", .disabled = {}}, chief.id, any_version)
        .value();
    EXPECT_FALSE(good(before.access_token)) << "a change of role ends the tokens";
    EXPECT_FALSE(module->tokens.refresh(before.refresh_token));
    const IssuedTokens after = module->tokens.issue(reread(ada.id)).value();
    EXPECT_EQ(module->tokens.authenticate(after.access_token).value().role, "kitchen");
    module->accounts.change_rights(ada.id, {.role = {}, .disabled = true}, chief.id, any_version)
        .value();
    EXPECT_FALSE(good(after.access_token));
}

TEST_F(TokenServiceTest, NoTokensForCredentialsThatChangedMeanwhile) {
    const User chief = make_admin();
    module->accounts
        .change_rights(ada.id, {.role = "kitchen", .disabled = {}}, chief.id, any_version)
        .value();
    const auto refused = module->tokens.issue(ada);  // as read before the change
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, "invalid_credentials");
    EXPECT_EQ(count("token_families"), 0);
}

TEST_F(TokenServiceTest, AnotherKeyKnowsNoToken) {
    const IssuedTokens issued = module->tokens.issue(ada).value();
    AuthSettings settings = default_settings();
    settings.key = "fedcba9876543210fedcba9876543210";
    build(settings);
    EXPECT_FALSE(good(issued.access_token));
    build(default_settings());
    EXPECT_TRUE(good(issued.access_token));
}

TEST_F(TokenServiceTest, SweepTakesWhatIsOfNoUse) {
    const IssuedTokens old = module->tokens.issue(ada).value();
    clock.advance(hours(24 * 29));
    const IssuedTokens renewed = module->tokens.refresh(old.refresh_token).value();
    const IssuedTokens ended = module->tokens.issue(ada).value();
    ASSERT_TRUE(module->tokens.revoke(
        std::stoll(module->tokens.authenticate(ended.access_token).value().token_id)));
    module->tokens.sweep();
    EXPECT_EQ(count("token_families"), 1);
    EXPECT_EQ(count("refresh_tokens"), 2) << "the used one is still watched";
    clock.advance(hours(24 * 2));
    module->tokens.sweep();
    EXPECT_EQ(count("refresh_tokens"), 1);
    EXPECT_TRUE(module->tokens.refresh(renewed.refresh_token));
    clock.advance(hours(24 * 31));
    module->tokens.sweep();
    EXPECT_EQ(count("token_families"), 0);
    EXPECT_EQ(count("refresh_tokens"), 0);
}

TEST_F(TokenServiceTest, SweepGoesThroughManyBatches) {
    for (int i = 0; i < 1100; ++i) module->tokens.issue(ada).value();
    clock.advance(hours(24 * 31));
    module->tokens.sweep();
    EXPECT_EQ(count("token_families"), 0);
    EXPECT_EQ(count("refresh_tokens"), 0);
}

}  // namespace
}  // namespace kitchen::auth
