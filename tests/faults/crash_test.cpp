// The server dies, again and again, while customers order.
#include "fault_fixture.h"

namespace kitchen::tests {

namespace {

class Crash : public FaultTest {
protected:
    void kill_again_and_again() {
        const auto end = std::chrono::steady_clock::now() + fault_seconds();
        int rounds = 0;
        do {
            ASSERT_TRUE(load->wait_for_orders()) << load->summary();
            const auto begin = std::chrono::steady_clock::now();
            server->kill();
            server->start();
            expect_next_order(begin);
            ++rounds;
        } while (rounds < 3 || std::chrono::steady_clock::now() < end);
        std::cout << rounds << " kills; ";
        expect_recovery();
    }
};

TEST_F(Crash, KilledOnSqlite) {
    open_on_sqlite();
    kill_again_and_again();
    EXPECT_EQ(sql("PRAGMA integrity_check"), "ok");
    EXPECT_EQ(server->terminate(), 0);
    EXPECT_EQ(sql("PRAGMA integrity_check"), "ok");
}

TEST_F(Crash, KilledOnPostgres) {
    open_on_postgres();
    kill_again_and_again();
}

// No order is lost either when it is asked to go. (What becomes of each response:
// tests/hostile/drain_test.cpp.)
TEST_F(Crash, TerminatedUnderLoad) {
    open_on_sqlite();
    for (int round = 0; round < 2; ++round) {
        ASSERT_TRUE(load->wait_for_orders());
        EXPECT_EQ(server->terminate(), 0) << server->output();
        server->start();
        expect_next_order();
    }
    expect_recovery();
    EXPECT_EQ(sql("PRAGMA integrity_check"), "ok");
}

TEST_F(Crash, FewDescriptors) {
    open_on_sqlite({.wrapper = {"prlimit", "--nofile=64"}});
    std::vector<HttpClient> crowd;
    int refused = 0;
    for (int i = 0; i < 100; ++i) {
        crowd.push_back(server->client());
        try {
            refused += crowd.back().get("/livez").status == 503;
        } catch (const std::runtime_error&) {
            ++refused;
        }
    }
    EXPECT_GT(refused, 0);
    crowd.clear();
    expect_recovery();
}

}  // namespace
}  // namespace kitchen::tests
