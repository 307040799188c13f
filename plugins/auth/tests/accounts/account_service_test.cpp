#include "accounts/account_service.h"

#include <thread>
#include <vector>

#include "kitchen/testkit/recording_setup.h"
#include "tests/auth_fixture.h"

namespace kitchen::auth {
namespace {

class AccountServiceTest : public AuthTest {
protected:
    void SetUp() override {
        AuthTest::SetUp();
        chief = make_admin();
        ada = sign_up();
    }
    Result<User> change(const OwnChange& change, std::int64_t family = 0) {
        return module->accounts.change_own(
            {.user_id = ada.id, .family_id = family, .client_address = "192.0.2.1"}, change,
            any_version);
    }
    Result<User> rights(std::int64_t id, RightsChange change) {
        return module->accounts.change_rights(id, change, chief.id, any_version);
    }
    std::vector<std::int64_t> ids(const std::string& search, const std::string& role = "") {
        std::vector<std::int64_t> out;
        const UserPage page = module->accounts.find(search, role, 100, 0).value();
        for (const User& user : page.users) out.push_back(user.id);
        return out;
    }
    using Ids = std::vector<std::int64_t>;
    User chief, ada;
};

TEST_F(AccountServiceTest, ChangesThePhoneNumber) {
    clock.advance(std::chrono::seconds(1));
    const User changed =
        change({.phone_number = "0809 999 9999", .password = {}, .current_password = {}}).value();
    EXPECT_EQ(changed.phone_number, "+2348099999999");
    EXPECT_EQ(changed.version, ada.version + 1);
    EXPECT_EQ(changed.updated_at, ada.updated_at + 1000);
    EXPECT_EQ(changed.credential_version, ada.credential_version);
    EXPECT_EQ(change({.phone_number = "+2348099999999", .password = {}, .current_password = {}})
                  .value()
                  .version,
              changed.version)
        << "no change";
    EXPECT_EQ(change({.phone_number = "08030000001", .password = {}, .current_password = {}})
                  .error()
                  .code,
              "phone_taken");
    EXPECT_EQ(change({.phone_number = "x", .password = {}, .current_password = {}}).error().kind,
              Errc::unprocessable);
}

TEST_F(AccountServiceTest, AccountsMayHaveNoEmail) {
    const User first = make_by_phone("+2348031111111"), second = make_by_phone("+2348032222222");
    EXPECT_EQ(first.email, "");
    EXPECT_TRUE(reread(first.id).phone_proved);
    EXPECT_FALSE(reread(ada.id).phone_proved);
    EXPECT_EQ(ids("+234803222"), Ids({second.id}));
    EXPECT_FALSE(module->guard.verify("", good_password, "192.0.2.1"));
    EXPECT_FALSE(module->guard.verify("@", good_password, "192.0.2.1"));
}

TEST_F(AccountServiceTest, AChangedNumberIsNotProved) {
    OwnChange number;
    number.phone_number = "0809 999 9999";
    const User obi = make_by_phone("+2348031111111", "obi@example.com");
    const Asker asker{obi.id, 0, "192.0.2.1"};
    const User changed = module->accounts.change_own(asker, number, any_version).value();
    EXPECT_EQ(changed.phone_number, "+2348099999999");
    EXPECT_FALSE(changed.phone_proved);
}

TEST_F(AccountServiceTest, TheOnlyContactIsNotChangedWithoutProof) {
    const User obi = make_by_phone("+2348031111111");
    const Asker asker{obi.id, 0, "192.0.2.1"};
    OwnChange number;
    number.phone_number = "0809 999 9999";
    const auto refused = module->accounts.change_own(asker, number, any_version);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().faults.at(0).code, "only_contact");
    number.phone_number = "0803 111 1111";
    EXPECT_TRUE(module->accounts.change_own(asker, number, any_version)) << "the same";
}

// Rows under "" would be those of others.
TEST_F(AccountServiceTest, NothingIsKeptOrForgottenByAnEmailThatIsNone) {
    const User obi = make_by_phone("+2348031111111"), bola = make_by_phone("+2348032222222");
    testkit::RecordingSetup setup;
    module->personal.add(
        setup, {.kept = {{"rows", store.prepare("SELECT id FROM users WHERE email = $1")}},
                .forget = {store.prepare("UPDATE users SET referral_code = '' WHERE email = $1")},
                .by_email = true});
    const auto rows = [&](const User& user) {
        return module->personal.export_of(user.id).value()[setup.plugin_id()]["rows"].size();
    };
    EXPECT_EQ(rows(ada), 1u);
    EXPECT_EQ(rows(obi), 0u);
    ASSERT_TRUE(module->personal.delete_account({obi.id, 0, "192.0.2.1"}, good_password));
    EXPECT_EQ(reread(bola.id).referral_code, bola.referral_code);
}

TEST_F(AccountServiceTest, NothingToChange) { EXPECT_EQ(change({}).value().version, ada.version); }

TEST_F(AccountServiceTest, ChangesThePasswordAndKeepsTheOwnToken) {
    const IssuedTokens here = module->tokens.issue(ada).value(),
                       elsewhere = module->tokens.issue(ada).value();
    const std::int64_t family =
        std::stoll(module->tokens.authenticate(here.access_token).value().token_id);
    const OwnChange wanted{
        .phone_number = {}, .password = "yam-and-egg-sauce", .current_password = good_password};
    const User changed = change(wanted, family).value();
    EXPECT_EQ(changed.credential_version, ada.credential_version + 1);
    EXPECT_TRUE(module->tokens.authenticate(here.access_token));
    EXPECT_TRUE(module->tokens.refresh(here.refresh_token));
    EXPECT_FALSE(module->tokens.authenticate(elsewhere.access_token));
    EXPECT_FALSE(module->tokens.refresh(elsewhere.refresh_token));
    EXPECT_TRUE(module->guard.verify("ada@example.com", "yam-and-egg-sauce", "192.0.2.1"));
    jobs.run_all();
    EXPECT_EQ(mailer.mails().back().subject, "Your password at Chuks Kitchen was changed");
    EXPECT_EQ(mailer.mails().back().to, "ada@example.com");
    EXPECT_FALSE(log.contains("yam-and-egg-sauce"));
}

TEST_F(AccountServiceTest, ANewPasswordNeedsTheCurrentOne) {
    const auto pointer = [&](const OwnChange& wanted) {
        return change(wanted).error().faults.at(0).pointer;
    };
    EXPECT_EQ(
        pointer({.phone_number = {}, .password = "yam-and-egg-sauce", .current_password = {}}),
        "/current_password");
    EXPECT_EQ(
        pointer({.phone_number = {}, .password = "yam-and-egg-sauce", .current_password = "wrong"}),
        "/current_password");
    EXPECT_EQ(
        pointer({.phone_number = {}, .password = "password1", .current_password = good_password}),
        "/password");
    for (int i = 0; i < 9; ++i)
        (void)change({.phone_number = {},
                      .password = "yam-and-egg-sauce",
                      .current_password = "wrong" + std::to_string(i)});
    EXPECT_EQ(change({.phone_number = {},
                      .password = "yam-and-egg-sauce",
                      .current_password = good_password})
                  .error()
                  .kind,
              Errc::too_many_requests)
        << "no way around the throttle";
}

TEST_F(AccountServiceTest, OthersAreNobodyToKeepAFamilyFor) {
    const IssuedTokens foreign = module->tokens.issue(chief).value();
    const std::int64_t family =
        std::stoll(module->tokens.authenticate(foreign.access_token).value().token_id);
    change({.phone_number = {}, .password = "yam-and-egg-sauce", .current_password = good_password},
           family)
        .value();
    EXPECT_TRUE(module->tokens.authenticate(foreign.access_token))
        << "another user's family is left alone";
}

TEST_F(AccountServiceTest, PreconditionsStopChanges) {
    const auto stale = [](std::int64_t) -> Status {
        return Error(Errc::precondition_failed, "stale", "Stale.");
    };
    EXPECT_EQ(
        module->accounts
            .change_own({.user_id = ada.id, .family_id = 0, .client_address = ""},
                        {.phone_number = "08099999999", .password = {}, .current_password = {}},
                        stale)
            .error()
            .code,
        "stale");
    EXPECT_EQ(
        module->accounts.change_rights(ada.id, {.role = "kitchen", .disabled = {}}, chief.id, stale)
            .error()
            .code,
        "stale");
    EXPECT_EQ(reread(ada.id).version, ada.version);
}

TEST_F(AccountServiceTest, FindsUsers) {
    const User obi = sign_up("Obi_50%@example.org", "+44 20 7946 0018");
    EXPECT_EQ(ids(""), (Ids{chief.id, ada.id, obi.id}));
    EXPECT_EQ(ids("EXAMPLE.COM"), (Ids{chief.id, ada.id}));
    EXPECT_EQ(ids("obi"), (Ids{obi.id}));
    EXPECT_EQ(ids("_50%"), (Ids{obi.id})) << "wildcards are letters";
    EXPECT_EQ(ids("%"), (Ids{obi.id}));
    EXPECT_EQ(ids("!"), Ids{});
    EXPECT_EQ(ids("7946"), (Ids{obi.id}));
    EXPECT_EQ(ids("0803 123 4567"), (Ids{ada.id})) << "as people write it";
    EXPECT_EQ(ids("", "admin"), (Ids{chief.id}));
    EXPECT_EQ(ids("ada", "admin"), Ids{});
    EXPECT_EQ(ids("'; DROP TABLE users; --"), Ids{});
    const UserPage page = module->accounts.find("", "", 1, 1).value();
    EXPECT_EQ(page.total, 3);
    ASSERT_EQ(page.users.size(), 1u);
    EXPECT_EQ(page.users[0].id, ada.id);
}

TEST_F(AccountServiceTest, ChangesRights) {
    const User cook = rights(ada.id, {.role = "kitchen", .disabled = {}}).value();
    EXPECT_EQ(cook.role, "kitchen");
    EXPECT_EQ(cook.credential_version, ada.credential_version + 1);
    EXPECT_EQ(rights(ada.id, {.role = "kitchen", .disabled = false}).value().version, cook.version)
        << "no change";
    EXPECT_TRUE(rights(ada.id, {.role = {}, .disabled = true}).value().disabled);
    EXPECT_EQ(rights(4711, {.role = "kitchen", .disabled = {}}).error().code, "user_not_found");
}

TEST_F(AccountServiceTest, TheLastAdministratorStays) {
    EXPECT_EQ(rights(chief.id, {.role = "customer", .disabled = {}}).error().code, "last_admin");
    EXPECT_EQ(rights(chief.id, {.role = {}, .disabled = true}).error().kind, Errc::conflict);
    EXPECT_EQ(reread(chief.id).version, chief.version) << "nothing of it was kept";
    rights(ada.id, {.role = "admin", .disabled = {}}).value();
    EXPECT_EQ(rights(chief.id, {.role = "customer", .disabled = {}}).value().role, "customer");
    EXPECT_EQ(rights(ada.id, {.role = {}, .disabled = true}).error().code, "last_admin");
}

TEST_F(AccountServiceTest, AdministratorsWhoDemoteEachOtherLeaveOne) {
    rights(ada.id, {.role = "admin", .disabled = {}}).value();
    std::atomic<int> done{0};
    {
        std::jthread first(
            [&] { done += rights(ada.id, {.role = "customer", .disabled = {}}).has_value(); });
        std::jthread second(
            [&] { done += rights(chief.id, {.role = "customer", .disabled = {}}).has_value(); });
    }
    EXPECT_EQ(done, 1);
    EXPECT_EQ(ids("", "admin").size(), 1u);
}

// A plugin that was off when an account was deleted, and is on again.
TEST_F(AccountServiceTest, APluginThatWasOffForgetsLater) {
    const User obi = sign_up("obi@example.com", "0803 123 4568");
    ASSERT_TRUE(memory.migrate([](SchemaTransaction& tx) {
        return tx.script(
            "CREATE TABLE points (user_id BIGINT NOT NULL);"
            "INSERT INTO points SELECT id FROM users WHERE role = 'customer';");
    }));
    ASSERT_TRUE(module->personal.delete_account({ada.id, 0, "192.0.2.1"}, good_password));
    testkit::RecordingSetup setup;
    PersonalRows rows;
    rows.forget = {store.prepare("DELETE FROM points WHERE user_id = $1")};
    module->personal.add(setup, rows);
    ASSERT_TRUE(module->personal.catch_up());
    const Statement left = store.prepare("SELECT user_id FROM points");
    const Rows points = store.read<Rows>([&](Transaction& tx) { return tx.query(left); }).value();
    ASSERT_EQ(points.size(), 1U);
    EXPECT_EQ(points.front().integer(0), obi.id);
}

}  // namespace
}  // namespace kitchen::auth
