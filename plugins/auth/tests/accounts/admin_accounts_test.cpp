#include "accounts/admin_accounts.h"

#include <thread>
#include <vector>

#include "accounts/account_service.h"
#include "tests/auth_fixture.h"

namespace kitchen::auth {
namespace {

class AdminAccountsTest : public AuthTest {
protected:
    std::string created(const AdminForm& form) {
        const auto user = module->admins.create(form);
        return user ? "ok"
                    : user.error().code +
                          (user.error().faults.empty() ? "" : " " + user.error().faults[0].pointer);
    }
    std::int64_t admins() { return module->accounts.find("", "admin", 1, 0).value().total; }
    const AdminForm chief{"chief@example.com", "08030000001", good_password};
};

TEST_F(AdminAccountsTest, CreatesByTheSameRules) {
    EXPECT_EQ(created({"no address", "08030000001", good_password}), "validation_failed /email");
    EXPECT_EQ(created({"chief@example.com", "12", good_password}),
              "validation_failed /phone_number");
    EXPECT_EQ(created({"chief@example.com", "08030000001", "password"}),
              "password_too_common /password");
    EXPECT_EQ(created({"chief@example.com", "08030000001", "short"}),
              "password_too_short /password");
    EXPECT_EQ(created(chief), "ok");
    EXPECT_EQ(created({" CHIEF@example.com\n", "08030000002", good_password}),
              "email_taken /email");
    EXPECT_EQ(created({"other@example.com", "08030000001", good_password}),
              "phone_taken /phone_number");
    EXPECT_EQ(module->guard.verify("chief@example.com", good_password, "").value().role, "admin");
    EXPECT_FALSE(log.contains(good_password));
}

TEST_F(AdminAccountsTest, AreToldOfAsOthersAre) {
    (void)make_admin();
    EXPECT_FALSE(module->admins.create({"chief@example.com", "0803 000 0002", good_password}));
    ASSERT_EQ(events.emitted().size(), 1u);
    EXPECT_TRUE(events.emitted()[0].starts_with(R"(account.verified/1 {"user_id":1,)"));
}

TEST_F(AdminAccountsTest, FirstOnlyWhenThereIsNone) {
    ASSERT_TRUE(module->admins.create_first(chief));
    ASSERT_TRUE(module->admins.create_first({"other@example.com", "08030000002", good_password}));
    ASSERT_TRUE(module->admins.create_first({"broken", "", ""}))
        << "not looked at when there is one";
    EXPECT_EQ(admins(), 1);
}

TEST_F(AdminAccountsTest, FirstSaysWhatIsWrong) {
    EXPECT_FALSE(module->admins.create_first({"broken", "", ""}));
    sign_up("chief@example.com", "08030000005");
    const Status refused = module->admins.create_first(chief);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, "email_taken");
}

TEST_F(AdminAccountsTest, ReplicasThatStartTogetherMakeOne) {
    std::atomic<int> content{0};
    {
        std::vector<std::jthread> threads;
        for (int i = 0; i < 6; ++i)
            threads.emplace_back(
                [&] { content += module->admins.create_first(chief).has_value(); });
    }
    EXPECT_EQ(content, 6);
    EXPECT_EQ(admins(), 1);
}

TEST_F(AdminAccountsTest, ReferralCodesThatClashAreMadeAnew) {
    class Stuck final : public Random {
    public:
        // The first two codes come out the same.
        void fill(std::span<std::byte> out) override {
            for (auto& b : out) b = static_cast<std::byte>(calls < 16 ? 7 : 7 + calls);
            ++calls;
        }
        int calls = 0;
    } stuck;
    NewUser user{.email = "a@example.com",
                 .phone_number = "+2348030000001",
                 .password_hash = "x",
                 .role = "customer",
                 .referral_code = "",
                 .referred_by_code = "",
                 .created_at = 1};
    const User first = create_account(store, module->users, stuck, nullptr, user).value();
    user.email = "b@example.com";
    user.phone_number = "+2348030000002";
    const User second = create_account(store, module->users, stuck, nullptr, user).value();
    EXPECT_NE(first.referral_code, second.referral_code);
    EXPECT_GE(stuck.calls, 24) << "the clash was not provoked";
}

TEST_F(AdminAccountsTest, IdentityTellsOthers) {
    IdentityService identity(module->users, module->token_rows, module->phones);
    const User made = module->admins.create(chief).value();
    const auto account = store
                             .read<std::optional<Account>>(
                                 [&](Transaction& tx) { return identity.account(tx, made.id); })
                             .value();
    ASSERT_TRUE(account);
    EXPECT_EQ(account->id, made.id);
    EXPECT_EQ(account->email, "chief@example.com");
    EXPECT_EQ(account->phone_number, "+2348030000001");
    EXPECT_EQ(account->role, "admin");
    EXPECT_FALSE(account->disabled);
    EXPECT_FALSE(store
                     .read<std::optional<Account>>(
                         [&](Transaction& tx) { return identity.account(tx, 4711); })
                     .value());
    EXPECT_EQ(identity.normalise_phone("0803 000 0001").value(), "+2348030000001");
    EXPECT_EQ(identity.normalise_phone("?").error().kind, Errc::unprocessable);
}

TEST_F(AdminAccountsTest, IdentityTellsWhetherAPrincipalStillHolds) {
    IdentityService identity(module->users, module->token_rows, module->phones);
    const User boss = module->admins.create(chief).value();
    const User ada = sign_up();
    const auto holds = [&](const Principal& who) {
        return store.read<bool>([&](Transaction& tx) { return identity.is_current(tx, who); })
            .value();
    };
    const auto signed_in = [&](const IssuedTokens& tokens) {
        return module->tokens.authenticate(tokens.access_token).value();
    };
    const IssuedTokens first = module->tokens.issue(ada).value();
    const Principal token = signed_in(first), other = signed_in(module->tokens.issue(ada).value());
    const Principal password{ada.id, ada.role, basic_token_id(ada)};
    const Principal unknown_way{ada.id, ada.role, ""};
    for (const Principal& who : {token, other, password, unknown_way}) EXPECT_TRUE(holds(who));
    Principal of_another = token;
    of_another.user_id = boss.id;
    of_another.role = boss.role;
    EXPECT_FALSE(holds(of_another));

    module->tokens.refresh(first.refresh_token).value();
    EXPECT_TRUE(holds(token)) << "the same sign-in";
    ASSERT_TRUE(module->tokens.revoke(std::stoll(other.token_id)));
    EXPECT_FALSE(holds(other));
    module->accounts
        .change_own({.user_id = ada.id,
                     .family_id = std::stoll(token.token_id),
                     .client_address = "192.0.2.1"},
                    {.phone_number = {},
                     .password = "yam-and-egg-sauce",
                     .current_password = good_password},
                    any_version)
        .value();
    EXPECT_TRUE(holds(token)) << "with which the password was changed";
    EXPECT_FALSE(holds(password));
    module->accounts
        .change_rights(ada.id, {.role = "kitchen", .disabled = {}}, boss.id, any_version)
        .value();
    for (const Principal& who : {token, unknown_way}) EXPECT_FALSE(holds(who));
    const Principal cook{ada.id, "kitchen", ""};
    EXPECT_TRUE(holds(cook));
    module->accounts.change_rights(ada.id, {.role = {}, .disabled = true}, boss.id, any_version)
        .value();
    EXPECT_FALSE(holds(cook));
    EXPECT_FALSE(holds({4711, "customer", ""}));
}

}  // namespace
}  // namespace kitchen::auth
