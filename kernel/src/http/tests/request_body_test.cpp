#include "http/request_body.h"

#include <gtest/gtest.h>

namespace kitchen::http {
namespace {

TEST(IsJsonType, Decides) {
    for (const char* good :
         {"application/json", "Application/JSON", "application/json; charset=utf-8",
          "application/json;charset=\"UTF-8\"", "application/json ; charset=Utf-8 ; x=y",
          "application/json;", "application/json; v=1"})
        EXPECT_TRUE(is_json_type(good)) << good;
    for (const char* bad : {"", "text/plain", "application/jsonp", "application/json-patch+json",
                            "application/problem+json", "json", "application/json, text/plain",
                            "application/json; charset=latin1", "application/json; charset=utf-16",
                            "application/json; charset", "text/html; application/json",
                            "multipart/form-data; boundary=x"})
        EXPECT_FALSE(is_json_type(bad)) << bad;
}

class ReadBody : public testing::Test {
protected:
    Status read(std::string body, Fields headers = {{"content-type", "application/json"}}) {
        request_.body = std::move(body);
        request_.headers = std::move(headers);
        faults_.clear();
        return read_body(request_, route_, faults_);
    }
    Route route_ = Route::post("/x").body(Schema::object({{"a", Schema::integer()}}));
    Request request_;
    std::vector<Fault> faults_;
};

TEST_F(ReadBody, ParsesAndChecks) {
    ASSERT_TRUE(read(R"({"a":1})"));
    EXPECT_TRUE(faults_.empty());
    EXPECT_EQ(request_.json, Json::object({{"a", 1}}));
    ASSERT_TRUE(read(R"({"a":"1"})"));
    ASSERT_EQ(faults_.size(), 1u);
    EXPECT_EQ(faults_[0].pointer, "/a");
}

TEST_F(ReadBody, RefusesWhatIsNoJson) {
    EXPECT_EQ(read("{").error().kind, Errc::malformed);
    EXPECT_EQ(read("{").error().detail, "The JSON document ends too early.");
}

struct Person {
    std::string name;
    std::int64_t age = 0;
    static void describe(BodyFields<Person>& field) {
        field("name", &Person::name).max(10);
        field.optional("age", &Person::age);
    }
};

TEST_F(ReadBody, ReadsTheFieldsOfAForm) {
    route_ = Route::post("/x").takes_fields<Person>();
    const auto form = [&](const char* body) { return read(body, {}); };
    ASSERT_TRUE(form("name=Ada+%26+%C3%89&age=7&other=x&&age="));
    EXPECT_TRUE(faults_.empty());
    EXPECT_EQ(request_.json, Json::object({{"name", "Ada & \xc3\x89"}, {"age", 7}}));
    ASSERT_TRUE(form("name=&age=seven"));
    EXPECT_EQ(faults_.size(), 2u);
    ASSERT_TRUE(form(""));
    EXPECT_EQ(faults_.size(), 1u);
    EXPECT_EQ(form("name=a&name=b").error().code, "duplicate_field");
    for (const char* bad : {"name=%zz", "name=%00", "name=%ff"})
        EXPECT_EQ(form(bad).error().code, "bad_form") << bad;
    const auto is_taken = [&](const char* type) {
        return bool(check_body_type({{"content-type", type}, {"content-length", "1"}}, route_));
    };
    EXPECT_TRUE(is_taken("application/x-www-form-urlencoded; charset=UTF-8"));
    EXPECT_FALSE(is_taken("application/json"));
    EXPECT_FALSE(is_taken("multipart/form-data; boundary=x"));
}

TEST_F(ReadBody, WantsOneUnlessItMayBeLeftOut) {
    ASSERT_TRUE(read("", {}));
    ASSERT_EQ(faults_.size(), 1u);
    EXPECT_EQ(faults_[0].code, "required");
    route_.optional_body();
    ASSERT_TRUE(read("", {}));
    EXPECT_TRUE(faults_.empty());
    EXPECT_TRUE(request_.json.is_null());
    ASSERT_TRUE(read("{}"));
    EXPECT_EQ(faults_.size(), 1u);
}

TEST_F(ReadBody, WantsNoneWhereNoneIsTaken) {
    route_ = Route::post("/x");
    ASSERT_TRUE(read("", {}));
    EXPECT_TRUE(faults_.empty());
    for (const char* nothing : {"{}", " { } ", "null", "[]", "\"\"", "\r\n"}) {
        ASSERT_TRUE(read(nothing));
        EXPECT_TRUE(faults_.empty()) << nothing;
    }
    for (const char* something : {"{\"a\":1}", "0", "{", "a=b", "[{}]"}) {
        ASSERT_TRUE(read(something));
        ASSERT_EQ(faults_.size(), 1u) << something;
        EXPECT_EQ(faults_[0].code, "unexpected_body");
    }
}

TEST_F(ReadBody, MayBeLeftOutInManyWays) {
    route_ = Route::post("/x").body(Schema::object({{"a", Schema::integer(), optional}}));
    route_.optional_body();
    for (const char* nothing : {"", "null", "[]", "\"\"", " \r\n"}) {
        ASSERT_TRUE(read(nothing));
        EXPECT_TRUE(faults_.empty()) << nothing;
    }
    ASSERT_TRUE(read("{\"a\":2}"));
    EXPECT_EQ(request_.json["a"], Json(2));
    ASSERT_TRUE(read("[1]"));
    EXPECT_EQ(faults_.size(), 1u);
}

TEST_F(ReadBody, SaysWhichNumberIsTooLarge) {
    route_ = Route::post("/x").body(Schema::object({}).open());
    ASSERT_TRUE(read(R"({"x~/y":[1,{"b":[2]},{"c":1e400}]})"));
    ASSERT_EQ(faults_.size(), 1u);
    EXPECT_EQ(faults_[0].pointer, "/x~0~1y/2/c");
    EXPECT_EQ(faults_[0].code, "out_of_range");
    ASSERT_TRUE(read("[[1],[-1e400]]"));
    EXPECT_EQ(faults_.at(0).pointer, "/1/0");
}

TEST_F(ReadBody, IsRefusedByItsTypeBeforeItComes) {
    const Fields length{{"content-length", "7"}};
    EXPECT_EQ(check_body_type(length, route_).error().kind, Errc::unsupported_media_type);
    EXPECT_EQ(check_body_type({{"transfer-encoding", "chunked"}}, route_).error().kind,
              Errc::unsupported_media_type);
    EXPECT_TRUE(
        check_body_type({{"content-length", "7"}, {"content-type", "application/json"}}, route_));
    EXPECT_EQ(check_body_type({{"content-length", "7"}, {"content-type", "text/plain"}}, route_)
                  .error()
                  .kind,
              Errc::unsupported_media_type);
    const Fields coded{{"content-length", "7"},
                       {"content-type", "application/json"},
                       {"content-encoding", "gzip"}};
    EXPECT_EQ(check_body_type(coded, route_).error().kind, Errc::unsupported_media_type);
    EXPECT_TRUE(check_body_type({{"content-length", "7"},
                                 {"content-type", "application/json"},
                                 {"content-encoding", "identity"}},
                                route_));
    EXPECT_TRUE(check_body_type({{"content-length", "0"}}, route_));
    EXPECT_TRUE(check_body_type({}, route_));
    EXPECT_TRUE(check_body_type(length, Route::post("/x")));
}

}  // namespace
}  // namespace kitchen::http
