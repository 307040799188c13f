#include "accounts/admin_accounts.h"

#include <map>
#include <optional>

#include "tests/auth_fixture.h"

namespace kitchen::auth {
namespace {

/// Takes the command that is declared, and nothing else.
class CommandSetup final : public Setup {
public:
    std::string_view plugin_id() const override { return "test"; }
    Logger& log() const override { throw std::logic_error("not here"); }
    void add_route(http::Route) override {}
    void add_middleware(http::Phase, std::string, http::Middleware) override {}
    void add_migrations(std::span<const Migration>) override {}
    void add_periodic(std::string, std::chrono::milliseconds, std::function<void()>) override {}
    void add_health_check(std::string, bool, std::function<Status()>) override {}
    void add_command(Command c) override { command = std::move(c); }
    Command command;

protected:
    const Config& config() const override { throw std::logic_error("no configuration"); }
    void* service(std::string_view) const override { return nullptr; }
    std::vector<detail::Provider> providers(std::string_view) const override { return {}; }
    detail::Guard guard() const override { return nullptr; }
    void add_service(std::string_view, void*) override {}
};

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
    CommandSetup setup;
    Terminal terminal;
};

TEST_F(CreateAdmin, MakesAnAdministrator) {
    EXPECT_EQ(setup.command.name, "create-admin");
    ASSERT_EQ(setup.command.options.size(), 2u);
    EXPECT_TRUE(setup.command.options[0].required);
    ASSERT_TRUE(setup.command.run(terminal));
    EXPECT_EQ(terminal.asked, "Password") << "the terminal adds the colon";
    EXPECT_NE(terminal.printed.find("chief@example.com"), std::string::npos);
    EXPECT_EQ(terminal.printed.find(good_password), std::string::npos);
    EXPECT_EQ(module->guard.verify("chief@example.com", good_password, "").value().role, "admin");
}

TEST_F(CreateAdmin, SaysWhatIsWrong) {
    ASSERT_TRUE(setup.command.run(terminal));
    const Status again = setup.command.run(terminal);
    ASSERT_FALSE(again);
    EXPECT_EQ(again.error().faults.at(0).pointer, "/email");
    terminal.options["email"] = "other@example.com";
    terminal.options["phone"] = "12";
    EXPECT_EQ(setup.command.run(terminal).error().faults.at(0).pointer, "/phone_number");
    terminal.options["phone"] = "08030000002";
    terminal.secret = "password";
    EXPECT_EQ(setup.command.run(terminal).error().code, "password_too_common");
    terminal.secret = "";
    EXPECT_EQ(setup.command.run(terminal).error().code, "no_input");
}

}  // namespace
}  // namespace kitchen::auth
