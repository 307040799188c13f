#include "oidc_settings.h"

#include <gmock/gmock.h>

namespace kitchen::oidc_login {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

OidcSettings settings() {
    OidcSettings made;
    made.return_to = {"https://app.example/signed-in?from=kitchen"};
    made.providers.push_back({"acme", {"", "https://accounts.example", "kitchen", "secret"}});
    return made;
}

TEST(OidcSettings, AreJudgedByTheirKeys) {
    EXPECT_THAT(problems_of(settings()), IsEmpty());
    for (const char* page : {"app.example", "javascript:alert(1)", "https://a.example/#b",
                             "https://a.example/ b", "https://a.example/\\b"}) {
        OidcSettings wrong = settings();
        wrong.return_to = {page};
        EXPECT_THAT(problems_of(wrong), ElementsAre(HasSubstr("return_to: '"))) << page;
    }
    OidcSettings wrong = settings();
    wrong.return_to.clear();
    EXPECT_THAT(problems_of(wrong), ElementsAre("return_to: must name a page"));
    wrong = settings();
    wrong.providers[0].second.issuer = "http://accounts.example";
    EXPECT_THAT(problems_of(wrong), ElementsAre(HasSubstr("must begin with https://")));
    wrong.allow_networks = {"10.0.0.0/8"};
    EXPECT_THAT(problems_of(wrong), IsEmpty());
    wrong.allow_networks = {"10.0.0.1/8"};
    EXPECT_THAT(problems_of(wrong), ElementsAre(HasSubstr("allow_networks: '10.0.0.1/8'")));
    wrong = settings();
    wrong.providers.push_back(wrong.providers[0]);
    wrong.providers[1].first = "other";
    EXPECT_THAT(problems_of(wrong), ElementsAre(HasSubstr("is that of another provider here")));
    wrong = settings();
    wrong.providers[0].second.scopes = {"email"};
    EXPECT_THAT(problems_of(wrong), ElementsAre(HasSubstr("must have openid")));
    wrong = settings();
    wrong.keys_max_age = std::chrono::minutes(1);
    EXPECT_THAT(problems_of(wrong), ElementsAre(HasSubstr("keys.max_age: must not be shorter")));
}

}  // namespace
}  // namespace kitchen::oidc_login
