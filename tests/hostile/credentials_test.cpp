// Credentials that are wrong, broken, or of another account.
#include "wire_case.h"

namespace kitchen::tests {
namespace {

std::string authorized(const std::string& value) {
    return request("GET /cart/", "Authorization: " + value + "\r\n");
}

/// Without what differs from answer to answer by design.
std::string without_id(RawResponse response) {
    const auto erase = [](std::string& text, std::string_view begin, std::string_view end) {
        const std::size_t at = text.find(begin);
        if (at != std::string::npos) text.erase(at, text.find(end, at + begin.size()) - at);
    };
    erase(response.body, "\"request_id\":\"", "\",");
    erase(response.body, "\"request_id\":\"", "\"}");
    erase(response.head, "X-Request-Id: ", "\r\n");
    erase(response.head, "Date: ", "\r\n");
    return response.head + response.body;
}

constexpr const char* unknown_user = "Basic OTk5OTk5Ondyb25nLXBhc3N3b3Jk";  // 999999:wrong-password

}  // namespace

TEST_F(Hostile, CredentialsThatFailAllLookTheSame) {
    const auto refusal = [&](const char* value) {
        RawClient client(port());
        client.send(authorized(value));
        return client.read_response();
    };
    const auto expected = refusal(unknown_user);
    ASSERT_TRUE(expected);
    EXPECT_EQ(expected->status, 401);
    for (const char* value :
         {"Basic bm8tY29sb24=",                          // no-colon
          "Basic Og==",                                  // :
          "Basic",                                       // nothing
          "Basic !!!!",                                  // no Base64
          "Basic Y2hlZ",                                 // cut off
          "Basic Y2hlZkBraXRjaGVuLmV4YW1wbGU6eA",        // without its padding
          "Basic Y2hlZkBraXRjaGVuLmV4YW1wbGU6eA===",     // with too much of it
          "Basic Y2hl ZkBraXRjaGVuLmV4YW1wbGU6eA==",     // with a space
          "Basic Y2hlZkBraXRjaGVuLmV4YW1wbGU6eHg_",      // of the URL alphabet
          "Basic Y2hlZkBraXRjaGVuLmV4YW1wbGU6d3Jvbmc=",  // chef@kitchen.example:wrong
          "basic Y2hlZkBLSVRDSEVOLmV4YW1wbGU6d3Jvbmcy",  // chef@KITCHEN.example:wrong2
          "BASIC LTE6eA==",                              // -1:x
          "Basic MTp4",                                  // 1:x
          "Basic MDE6eA==",                              // 01:x
          "Basic KzE6eA==",                              // +1:x
          "Basic OTIyMzM3MjAzNjg1NDc3NTgwODp4",          // 9223372036854775808:x
          "Basic MTg0NDY3NDQwNzM3MDk1NTE2MTc6eA==",      // 18446744073709551617:x
          "Basic MQA6eA==",                              // 1 NUL:x
          "Basic MTp4AA==",                              // 1:x NUL
          "Basic /////zp4",                              // not UTF-8
          "Basic JyBPUiAxPTEgLS06eA=="}) {               // ' OR 1=1 --:x
        const auto response = refusal(value);
        ASSERT_TRUE(response) << value;
        EXPECT_EQ(without_id(*response), without_id(*expected)) << value;
        EXPECT_TRUE(response->has("WWW-Authenticate: Basic ") &&
                    response->has("WWW-Authenticate: Bearer "))
            << response->head;
    }
    const auto of_a_token = refusal("Bearer");
    ASSERT_TRUE(of_a_token);
    for (const char* value : {"Bearer ", "Bearer nonsense", "Bearer a b", "Bearer ====",
                              "bearer \xff", "Bearer null", "Bearer eyJhbGciOiJub25lIn0.e30."}) {
        const auto response = refusal(value);
        ASSERT_TRUE(response) << value;
        EXPECT_EQ(response->status, 401);
        EXPECT_EQ(without_id(*response), without_id(*of_a_token)) << value;
        EXPECT_FALSE(response->has("WWW-Authenticate: Basic ")) << response->head;
    }
    expect_service("credentials that fail");
}

TEST_F(Hostile, CredentialsInEveryPortion) {
    std::vector<WireCase> rows;
    const auto row = [&](const char* name, const std::string& bytes, std::vector<int> statuses) {
        rows.push_back(answered(name, bytes, std::move(statuses)));
        rows.back().splits = false;  // each may cost a hash
    };
    row("none", request("GET /cart/"), {401});
    row("an unknown user", authorized(unknown_user), {401});
    row("another scheme", authorized("Digest username=\"1\""), {401});
    row("a scheme of its own", authorized("Negotiate YII="), {401});
    row("8 KiB of Basic", authorized("Basic " + std::string(8000, 'A')), {401});
    row("8 KiB of Bearer", authorized("Bearer " + std::string(8000, 'A')), {401});
    row("8 KiB of a scheme", authorized(std::string(8000, 'A')), {401});
    row("two fields",
        request("GET /cart/",
                "Authorization: " + std::string(unknown_user) + "\r\nAuthorization: Bearer x\r\n"),
        {401});
    row("a wrong one where none is needed", request("GET /foods/", "Authorization: Basic !\r\n"),
        {200});
    row("in the query", request("GET /cart/?access_token=x"), {401});
    row("in a cookie", request("GET /cart/", "Cookie: access_token=x; Authorization=Bearer x\r\n"),
        {401});
    row("with a body that is not valid", json_request("POST /cart/", "{"), {401});
    rows.push_back(refused(
        "NUL in it", request("GET /cart/", std::string("Authorization: Basic \0\r\n", 24)), {400}));
    expect_every_way(rows);
}

// A right credential beside a wrong one: who stands between may have looked at the other.
TEST_F(Hostile, TwoAuthorizationsAreNone) {
    const std::string admin =
        "Authorization: Basic Y2hlZkBraXRjaGVuLmV4YW1wbGU6U3cwcmRmaXNoLWFuZC1yaWNl\r\n";
    RawClient client(port());
    client.send(request("GET /cart/", admin));
    EXPECT_EQ(client.status(), 200);
    client.send(request("GET /cart/", admin + admin));
    EXPECT_EQ(client.status(), 401);
    client.send(request("GET /cart/", "X: y\r\n" + admin + "Authorization: Bearer x\r\n"));
    EXPECT_EQ(client.status(), 401);
}

}  // namespace kitchen::tests
