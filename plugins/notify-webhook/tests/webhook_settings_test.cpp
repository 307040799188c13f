#include "webhook_settings.h"

#include <gmock/gmock.h>

namespace kitchen::webhook {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

EndpointSettings display() {
    return {"https://display.example/hook",
            "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
            "",
            {"order.placed/1"}};
}

std::vector<std::string> problems(EndpointSettings endpoint,
                                  std::vector<std::string> networks = {}) {
    WebhookSettings settings;
    settings.endpoints.emplace_back("display", std::move(endpoint));
    settings.allow_networks = std::move(networks);
    return problems_of(settings);
}

TEST(WebhookSettings, AreGood) {
    EXPECT_THAT(problems(display()), IsEmpty());
    EndpointSettings inside = display();
    inside.url = "http://10.0.0.7:8000/hook";
    EXPECT_THAT(problems(inside, {"10.0.0.0/8"}), IsEmpty());
}

TEST(WebhookSettings, EachMistakeIsNamed) {
    EndpointSettings endpoint = display();
    endpoint.url = "http://display.example/hook";
    EXPECT_THAT(problems(endpoint), ElementsAre(HasSubstr("must begin with")));
    endpoint = display();
    endpoint.url = "https://user:word@display.example/";
    EXPECT_THAT(problems(endpoint), ElementsAre(HasSubstr("leave out user")));
    endpoint = display();
    endpoint.secret = "whsec_short";
    EXPECT_THAT(problems(endpoint), ElementsAre(HasSubstr("must be")));
    endpoint = display();
    endpoint.old_secret = "whsec_short";
    EXPECT_THAT(problems(endpoint), ElementsAre(HasSubstr("must be")));
    endpoint = display();
    endpoint.events = {"order.placed", "order.moved/1", "order.moved/1"};
    EXPECT_THAT(
        problems(endpoint),
        ElementsAre(HasSubstr("'order.placed' is no event with its number"),
                    HasSubstr("'order.moved/1' twice"), HasSubstr("'order.moved/1' twice")));
    endpoint.events = {};
    EXPECT_THAT(problems(endpoint), ElementsAre(HasSubstr("must name an event")));
    WebhookSettings misnamed;
    misnamed.endpoints.emplace_back("my_display", display());
    EXPECT_THAT(problems_of(misnamed), ElementsAre(HasSubstr("must do without '_'")));
    EXPECT_THAT(problems(display(), {"10.0.0.1/8"}),
                ElementsAre(HasSubstr("allow_networks: '10.")));
}

}  // namespace
}  // namespace kitchen::webhook
