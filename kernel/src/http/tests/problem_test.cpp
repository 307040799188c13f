#include "http/problem.h"

#include <gtest/gtest.h>

namespace kitchen::http {
namespace {

const std::string* header(const Response& response, std::string_view name) {
    for (const auto& [key, value] : response.headers)
        if (key == name) return &value;
    return nullptr;
}

constexpr ProblemContext context{"/foods/9", "req-1"};

TEST(Problem, HoldsEveryMember) {
    const Response response =
        problem_response(Error(Errc::conflict, "bad_transition", "That is not possible now.")
                             .with_member("allowed_transitions", Json::array({"ready"})),
                         context);
    EXPECT_EQ(response.status, 409);
    EXPECT_EQ(
        response.body,
        R"({"type":"about:blank","title":"Conflict","status":409,"detail":"That is not possible now.","instance":"/foods/9",)"
        R"("code":"bad_transition","request_id":"req-1","allowed_transitions":["ready"]})");
    EXPECT_EQ(*header(response, "Content-Type"), "application/problem+json");
    EXPECT_EQ(*header(response, "Cache-Control"), "no-store");
    EXPECT_EQ(header(response, "Retry-After"), nullptr);
    EXPECT_EQ(header(response, "WWW-Authenticate"), nullptr);
}

TEST(Problem, ListsFaults) {
    const Response response =
        problem_response(invalid_field("/price", "too_small", "Must be 0 or more."), context);
    EXPECT_EQ((*parse_json(response.body))["errors"],
              Json::array({Json::object({{"pointer", "/price"},
                                         {"code", "too_small"},
                                         {"detail", "price must be 0 or more."}})}));
    EXPECT_EQ(response.status, 422);
}

TEST(Problem, FaultsAreSentencesWithASubject) {
    const auto detail = [](const char* pointer, const char* detail) {
        const Response response = problem_response(invalid_field(pointer, "x", detail), context);
        return (*parse_json(response.body))["errors"].as_array().at(0)["detail"].as_string();
    };
    EXPECT_EQ(detail("/address/phone", "Is required."), "phone is required.");
    EXPECT_EQ(detail("/tags/1", "Must not be blank."), "element 1 of tags must not be blank.");
    EXPECT_EQ(detail("?limit", "May be given only once."), "limit may be given only once.");
    EXPECT_EQ(detail("", "Must be an object."), "the body must be an object.");
    EXPECT_EQ(detail("/7", "Is not a field of this object."), "7 is not a field of this object.");
    EXPECT_EQ(detail("/price", "Food 3 is sold out."), "Food 3 is sold out.");
}

TEST(Problem, LetsNoMemberReplaceItsOwn) {
    const Response response = problem_response(
        Error(Errc::conflict, "x", "y").with_member("status", 200).with_member("code", "z"),
        context);
    const Json json = parse_json(response.body).value();  // a duplicate key would not parse
    EXPECT_EQ(json["status"], Json(409));
    EXPECT_EQ(json["code"], Json("x"));
}

TEST(Problem, KeepsInternalsToItself) {
    for (const Errc kind : {Errc::internal, Errc::corrupt}) {
        Error error = Error(kind, "sql_secret", "SELECT * FROM users")
                          .with_fault("/x", "secret", "secret")
                          .with_member("secret", 1)
                          .with_subject("secret");
        const Response response = problem_response(error, context);
        EXPECT_EQ(response.status, 500);
        EXPECT_EQ(response.body.find("secret"), std::string::npos);
        EXPECT_EQ(response.body.find("SELECT"), std::string::npos);
        EXPECT_EQ((*parse_json(response.body))["code"], Json("internal"));
    }
    const Response busy =
        problem_response(Error(Errc::busy, "busy", "Try again.").with_subject("40001"), context);
    EXPECT_EQ(busy.body.find("40001"), std::string::npos);
}

TEST(Problem, SaysWhenToComeBack) {
    EXPECT_EQ(
        *header(
            problem_response(
                Error(Errc::too_many_requests, "slow", "Wait.").retry_in(std::chrono::seconds(60)),
                context),
            "Retry-After"),
        "60");
    EXPECT_EQ(*header(problem_response(Error(Errc::unavailable, "away", "Wait."), context),
                      "Retry-After"),
              "1");
    EXPECT_EQ(
        *header(problem_response(
                    Error(Errc::busy, "busy", "Wait.").retry_in(std::chrono::seconds(0)), context),
                "Retry-After"),
        "1");
}

TEST(Problem, MapsEveryKind) {
    const std::pair<Errc, int> table[] = {{Errc::malformed, 400},
                                          {Errc::unauthenticated, 401},
                                          {Errc::forbidden, 403},
                                          {Errc::not_found, 404},
                                          {Errc::conflict, 409},
                                          {Errc::gone, 410},
                                          {Errc::precondition_failed, 412},
                                          {Errc::precondition_required, 428},
                                          {Errc::payload_too_large, 413},
                                          {Errc::unsupported_media_type, 415},
                                          {Errc::unprocessable, 422},
                                          {Errc::too_many_requests, 429},
                                          {Errc::internal, 500},
                                          {Errc::unavailable, 503},
                                          {Errc::storage_full, 507},
                                          {Errc::unique, 409},
                                          {Errc::reference, 409},
                                          {Errc::check, 409},
                                          {Errc::busy, 503},
                                          {Errc::corrupt, 500}};
    for (const auto& [kind, status] : table)
        EXPECT_EQ(problem_response(Error(kind, "c", "d"), context).status, status);
}

TEST(Problem, LeavesOutAnEmptyInstance) {
    const Response response = problem_response(431, "headers_too_large", "Too large.", {"", "r"});
    EXPECT_EQ(
        response.body,
        R"({"type":"about:blank","title":"Request Header Fields Too Large","status":431,"detail":"Too large.",)"
        R"("code":"headers_too_large","request_id":"r"})");
}

}  // namespace
}  // namespace kitchen::http
