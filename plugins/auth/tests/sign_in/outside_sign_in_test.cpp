#include "sign_in/outside_sign_in.h"

#include "tests/auth_fixture.h"

namespace kitchen::auth {
namespace {

class OutsideSignInTest : public AuthTest {
protected:
    OutsideSignIn outside() {
        return OutsideSignIn(
            {store, module->users, module->guard, module->tokens, random, clock, &events});
    }
    Result<std::int64_t> create(const std::string& email) {
        return store.transact<std::int64_t>(
            [&](Transaction& tx) { return outside().create(tx, email); });
    }
    bool has_password(std::int64_t id) {
        return store.read<bool>([&](Transaction& tx) { return outside().has_password(tx, id); })
            .value();
    }
};

TEST_F(OutsideSignInTest, MakesCustomersWithoutPhoneAndPassword) {
    const std::int64_t ada = create("Ada@example.com").value();
    const std::int64_t bola = create("bola@example.com").value();
    EXPECT_EQ(reread(ada).phone_number, "");
    EXPECT_EQ(reread(bola).phone_number, "") << "no two have the same number, but none is none";
    EXPECT_EQ(reread(ada).role, "customer");
    EXPECT_FALSE(has_password(ada));
    EXPECT_FALSE(has_password(999));
    EXPECT_EQ(create("ADA@example.com").error().code, "email_taken");
    EXPECT_EQ(create("no address").error().code, "email_invalid");
    const auto found = store
                           .read<std::optional<Account>>([&](Transaction& tx) {
                               return outside().by_email(tx, "ada@EXAMPLE.com");
                           })
                           .value();
    EXPECT_EQ(found.value().id, ada);
}

TEST_F(OutsideSignInTest, NoPasswordOpensAnAccountThatHasNone) {
    const std::int64_t ada = create("ada@example.com").value();
    for (const char* password : {"", "anything", good_password})
        EXPECT_EQ(module->guard.verify("ada@example.com", password, "192.0.2.1").error().code,
                  "invalid_credentials");
    const Asker asker{ada, 0, "192.0.2.1"};
    OwnChange change;
    change.password = good_password;
    change.current_password = "";
    EXPECT_EQ(
        module->accounts.change_own(asker, change, [](auto) { return Status(); }).error().code,
        "no_password");

    module->resets.forgot({Channel::email, "ada@example.com"}, "192.0.2.1").value();
    module->resets
        .reset({Channel::email, "ada@example.com"}, newest_code(), good_password, "192.0.2.1")
        .value();
    EXPECT_TRUE(has_password(ada));
    EXPECT_EQ(module->guard.verify("ada@example.com", good_password, "192.0.2.1").value().id, ada);
}

TEST_F(OutsideSignInTest, ConfirmsAnOwnerByThePasswordIfThereIsOne) {
    const User bola = sign_up("bola@example.com", "0803 123 4567");
    EXPECT_TRUE(outside().confirm(bola.id, good_password, "192.0.2.1").value());
    for (const char* wrong : {"", "anything"})
        EXPECT_FALSE(outside().confirm(bola.id, wrong, "192.0.2.1").value()) << wrong;
    EXPECT_TRUE(outside().confirm(create("ada@example.com").value(), "", "192.0.2.1").value());
    EXPECT_EQ(outside().confirm(999, good_password, "192.0.2.1").error().code,
              "invalid_credentials");
}

TEST_F(OutsideSignInTest, NumbersStayUnique) {
    const User bola = sign_up("bola@example.com", "0803 123 4567");
    const std::int64_t ada = create("ada@example.com").value();
    OwnChange change;
    change.phone_number = "0803 123 4567";
    const auto any = [](auto) { return Status(); };
    EXPECT_EQ(module->accounts.change_own({ada, 0, ""}, change, any).error().code, "phone_taken");
    change.phone_number = "0803 123 4568";
    EXPECT_EQ(module->accounts.change_own({ada, 0, ""}, change, any).value().phone_number,
              "+2348031234568");
}

TEST_F(OutsideSignInTest, SignsInAccountsThatAreNotDisabled) {
    const User chief = make_admin();
    const std::int64_t ada = create("ada@example.com").value();
    const IssuedTokens issued = outside().sign_in(ada).value();
    EXPECT_EQ(module->tokens.authenticate(issued.access_token).value().user_id, ada);
    RightsChange change;
    change.disabled = true;
    module->accounts.change_rights(ada, change, chief.id, [](auto) { return Status(); }).value();
    EXPECT_EQ(outside().sign_in(ada).error().code, "invalid_credentials");
    EXPECT_EQ(outside().sign_in(999).error().code, "invalid_credentials");
}

}  // namespace
}  // namespace kitchen::auth
