#include "accounts/admin_accounts.h"

#include <map>
#include <optional>

#include "kitchen/testkit/recording_setup.h"
#include "tests/auth_fixture.h"

namespace kitchen::auth {
namespace {

class Terminal final : public CommandContext {
public:
    std::string option(std::string_view name) const override {
        return options.at(std::string(name));
    }
    Result<std::string> read_secret(std::string_view prompt) override {
        asked = prompt;
        if (secret.empty()) return Error(Errc::malformed, "no_input", "Standard input has ended.");
        return secret;
    }
    void print(std::string_view line) override { printed += std::string(line) + "\n"; }
    std::map<std::string, std::string> options{{"email", "chief@example.com"},
                                               {"phone", "0803 000 0001"}};
    std::string secret, asked, printed;
};

class CreateAdmin : public AuthTest {
protected:
    void SetUp() override {
        AuthTest::SetUp();
        command.emplace(module->admins).declare(setup);
        terminal.secret = good_password;
    }
    std::optional<CreateAdminCommand> command;
    testkit::RecordingSetup setup;
    Terminal terminal;
};

TEST_F(CreateAdmin, MakesAnAdministrator) {
    EXPECT_EQ(setup.commands.front().name, "create-admin");
    ASSERT_EQ(setup.commands.front().options.size(), 2u);
    EXPECT_TRUE(setup.commands.front().options[0].required);
    ASSERT_TRUE(setup.commands.front().run(terminal));
    EXPECT_EQ(terminal.asked, "Password") << "the terminal adds the colon";
    EXPECT_NE(terminal.printed.find("chief@example.com"), std::string::npos);
    EXPECT_EQ(terminal.printed.find(good_password), std::string::npos);
    EXPECT_EQ(module->guard.verify("chief@example.com", good_password, "").value().role, "admin");
}

TEST_F(CreateAdmin, SaysWhatIsWrong) {
    ASSERT_TRUE(setup.commands.front().run(terminal));
    const Status again = setup.commands.front().run(terminal);
    ASSERT_FALSE(again);
    EXPECT_EQ(again.error().faults.at(0).pointer, "/email");
    terminal.options["email"] = "other@example.com";
    terminal.options["phone"] = "12";
    EXPECT_EQ(setup.commands.front().run(terminal).error().faults.at(0).pointer, "/phone_number");
    terminal.options["phone"] = "08030000002";
    terminal.secret = "password";
    EXPECT_EQ(setup.commands.front().run(terminal).error().code, "password_too_common");
    terminal.secret = "";
    EXPECT_EQ(setup.commands.front().run(terminal).error().code, "no_input");
}

}  // namespace
}  // namespace kitchen::auth
