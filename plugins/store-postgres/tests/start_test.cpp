// Before the first request: urls, a database that comes late or not at all, and what is said about
// it.
#include "postgres_fixture.h"

namespace kitchen::postgres {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

std::string all(const testkit::RecordingLogger& log) {
    std::string text;
    for (const std::string& line : log.lines()) text += line + '\n';
    return text;
}

TEST(Start, AUrlThatIsNoneIsRefusedAndNotRepeated) {
    for (const char* url : {"geheim", "postgresql://u:geheim@[::1/db", "host=h password='geheim"}) {
        PostgresStore store;
        const Status refused = store.open({.url = url, .start_timeout = 0s});
        ASSERT_FALSE(refused) << url;
        EXPECT_THAT(refused.error().detail,
                    AllOf(HasSubstr("url cannot be used"), Not(HasSubstr("geheim"))))
            << url;
    }
}

TEST(Start, TheSettingsAreCheckedAndNoUrlRepeated) {
    Options options;
    options.url = "geheim";
    options.replica_urls = {"postgresql://u:p@h/db", "postgresql://u:geheim@[::1/db"};
    const std::vector<std::string> problems = problems_of(options);
    ASSERT_EQ(problems.size(), 2U);
    EXPECT_THAT(problems[0], AllOf(HasSubstr("url: cannot be used"), Not(HasSubstr("geheim"))));
    EXPECT_THAT(problems[1],
                AllOf(HasSubstr("replica_urls: item 2 cannot be used"), Not(HasSubstr("geheim"))));
}

TEST(Start, WaitsForADatabaseAndGivesUpByName) {
    PostgresServer& server = PostgresServer::shared();
    testkit::RecordingLogger log;
    PostgresStore store;
    const std::string url =
        "postgresql://postgres:geheim@127.0.0.1:" + std::to_string(server.port()) + "/not_there";
    const Status refused = store.open({.url = url, .start_timeout = 3s}, &log);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().kind, Errc::unavailable);
    EXPECT_THAT(refused.error().detail,
                HasSubstr("127.0.0.1:" + std::to_string(server.port()) + "/not_there"));
    EXPECT_THAT(refused.error().detail, HasSubstr("does not exist"));
    EXPECT_TRUE(log.contains("waiting for the database"));
    EXPECT_THAT(refused.error().detail + all(log), Not(HasSubstr("geheim")));
}

TEST(Start, ADatabaseThatComesLateIsServed) {
    PostgresServer& server = PostgresServer::shared();
    testkit::RecordingLogger log;
    PostgresStore store;
    auto opening = std::async(std::launch::async, [&] {
        return store.open({.url = server.url("late"), .start_timeout = 2min}, &log);
    });
    ASSERT_TRUE(testkit::wait_until([&] { return log.contains("waiting for the database"); }));
    server.sql("CREATE DATABASE late");
    opening.get().value();
    store.ping().value();
    store.close();
    server.sql("DROP DATABASE late WITH (FORCE)");
}

TEST(Start, NoPasswordReachesALogOrAnError) {
    PostgresServer& server = PostgresServer::shared();
    server.sql("DROP ROLE IF EXISTS guarded; CREATE ROLE guarded LOGIN PASSWORD 'p@ss:geheim/1'");
    testkit::RecordingLogger log;
    const std::string at = "@127.0.0.1:" + std::to_string(server.port()) + "/postgres";
    {
        PostgresStore store;
        store
            .open({.url = "postgresql://guarded:p%40ss%3Ageheim%2F1" + at, .start_timeout = 0s},
                  &log)
            .value();
        store.ping().value();
    }
    PostgresStore store;
    const Status wrong =
        store.open({.url = "postgresql://guarded:geheim-too" + at, .start_timeout = 0s}, &log);
    EXPECT_THAT(wrong.error().detail, HasSubstr("password authentication failed"));
    PostgresStore other;  // the '@' was not escaped: libpq takes what follows for the host
    const Status split =
        other.open({.url = "postgresql://guarded:p@ss:geheim" + at, .start_timeout = 0s}, &log);
    ASSERT_FALSE(split);
    EXPECT_THAT(wrong.error().detail + wrong.error().subject + split.error().detail +
                    split.error().subject + all(log),
                Not(HasSubstr("geheim")));
}

TEST(Start, PlacesAreNamedWithoutSecrets) {
    EXPECT_EQ(place_of("postgresql://u:p@db.example:6432/kitchen?sslmode=require"),
              "db.example:6432/kitchen");
    EXPECT_EQ(place_of("host=db user=u password=p dbname=kitchen"), "db/kitchen");
    EXPECT_EQ(place_of("postgresql://a:1,b:2/kitchen"), "a,b:1,2/kitchen");
    EXPECT_EQ(place_of("postgresql://u:p@ss@db/kitchen"), "");
}

}  // namespace
}  // namespace kitchen::postgres
