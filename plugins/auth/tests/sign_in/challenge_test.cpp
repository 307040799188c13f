#include "sign_in/identify.h"

#include <gtest/gtest.h>

#include "kitchen/http/route.h"

namespace kitchen::auth {
namespace {

const http::Fields both{{"WWW-Authenticate", "Basic realm=\"Chuks Kitchen\", charset=\"UTF-8\""},
                        {"WWW-Authenticate", "Bearer realm=\"Chuks Kitchen\""}};
const http::Fields bearer{both[1]};

http::Fields challenges(const http::Route& route, Result<http::Response> result,
                        http::Fields headers = {}) {
    http::Request request;
    request.route = &route;
    request.headers = std::move(headers);
    (void)challenge(request, [&] { return std::move(result); });
    return request.response_fields;
}

Error wrong() { return Error(Errc::unauthenticated, "wrong", "Wrong."); }

TEST(Challenge, SaysHowToSignIn) {
    const http::Route route = http::Route::get("/me/").signed_in();
    EXPECT_EQ(challenges(route, wrong()), both);
    EXPECT_EQ(challenges(route, http::Response(401)), both);
    EXPECT_EQ(challenges(route, http::Response(200)), http::Fields{});
    EXPECT_EQ(challenges(route, Error(Errc::forbidden, "no", "No.")), http::Fields{});
}

TEST(Challenge, OpensNoPasswordDialogWhereNoClientSignsIn) {
    const http::Route route = http::Route::post("/verify/");
    EXPECT_EQ(challenges(route, wrong()), bearer);
    EXPECT_EQ(challenges(route, wrong(), {{"authorization", "Basic eA=="}}), both);
    EXPECT_EQ(challenges(http::Route::get("/menu/").maybe_signed_in(), wrong()), both);
}

TEST(Challenge, OpensNoPasswordDialogBeforeAClientWithAToken) {
    const http::Fields token{{"authorization", "BEARER ck_at_0"}};
    const http::Fields refused{
        {"WWW-Authenticate", "Bearer realm=\"Chuks Kitchen\", error=\"invalid_token\""}};
    EXPECT_EQ(challenges(http::Route::get("/me/").signed_in(), wrong(), token), refused);
    EXPECT_EQ(challenges(http::Route::get("/menu/").maybe_signed_in(), wrong(), token), refused);
    EXPECT_EQ(challenges(http::Route::post("/verify/"), wrong(), token), bearer)
        << "where no token is looked at";
}

}  // namespace
}  // namespace kitchen::auth
