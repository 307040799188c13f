// The file and the disk under SQLite fail, while customers order.
#include <fcntl.h>
#include <sqlite3.h>
#include <sys/mount.h>
#include <unistd.h>

#include <fstream>

#include "fault_fixture.h"

namespace kitchen::tests {
namespace {

namespace fs = std::filesystem;

class SqliteFault : public FaultTest {
protected:
    void expect_sound_file() { EXPECT_EQ(sql("PRAGMA integrity_check"), "ok"); }
};

/// A small disk of its own: a tmpfs. Only root may mount one.
class SmallDisk {
public:
    explicit SmallDisk(fs::path at) : at_(std::move(at)) {
        fs::create_directories(at_);
        mounted_ =
            ::mount("tmpfs", at_.c_str(), "tmpfs", MS_NOSUID | MS_NODEV, "size=12m,mode=0700") == 0;
    }
    ~SmallDisk() {
        if (mounted_) ::umount2(at_.c_str(), MNT_DETACH);
    }
    bool is_mounted() const { return mounted_; }
    void fill() {
        const int fd = ::open((at_ / "filler").c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
        for (std::string block(64 * 1024, 'x'); !block.empty(); block.resize(block.size() / 2))
            while (::write(fd, block.data(), block.size()) > 0) {}
        ::close(fd);
    }
    void free() { fs::remove(at_ / "filler"); }

private:
    const fs::path at_;
    bool mounted_ = false;
};

TEST_F(SqliteFault, LockedFromOutside) {
    open_on_sqlite({}, "busy_timeout: 300ms");
    sqlite3* other = nullptr;
    ASSERT_EQ(sqlite3_open((server->data() / "kitchen.db").c_str(), &other), SQLITE_OK);
    sqlite3_busy_timeout(other, 60'000);
    ASSERT_EQ(sqlite3_exec(other, "BEGIN IMMEDIATE", nullptr, nullptr, nullptr), SQLITE_OK);
    EXPECT_TRUE(load->wait_for_failures(12)) << load->summary();
    EXPECT_TRUE(load->wait_for_menus()) << "who reads is not locked out";
    EXPECT_EQ(server->health(), "ok");
    sqlite3_exec(other, "COMMIT", nullptr, nullptr, nullptr);
    sqlite3_close(other);
    expect_recovery();
    EXPECT_TRUE(load->outcomes().contains("503 store_busy")) << load->summary();
    expect_sound_file();
}

TEST_F(SqliteFault, DiskFull) {
    TemporaryDirectory directory;
    SmallDisk disk(directory.path() / "disk");
    if (!disk.is_mounted()) GTEST_SKIP() << "needs the right to mount a tmpfs";
    const fs::path file = directory.path() / "disk/kitchen.db";
    open({.store = "{id: store-sqlite, config: {path: '" + file.string() + "'}}"});
    ask_sqlite(file);
    load->tolerate(507);
    for (int round = 0; round < 2; ++round) {
        disk.fill();
        EXPECT_TRUE(load->wait_for_failures(12)) << load->summary();
        EXPECT_TRUE(load->wait_for_menus()) << "there is room enough to read";
        disk.free();
        expect_next_order();
    }
    expect_recovery();
    EXPECT_TRUE(load->outcomes().contains("507 storage_full")) << load->summary();
    expect_sound_file();
    load.reset();
    server.reset();
}

/// What system calls fail with EIO, and by which name the case goes.
struct DiskFault {
    const char* name;
    const char* calls;
    friend void PrintTo(const DiskFault& fault, std::ostream* out) { *out << fault.name; }
};
class DyingDisk : public SqliteFault, public testing::WithParamInterface<DiskFault> {};

TEST_P(DyingDisk, IsNeverAFalseAcknowledgement) {
    open_on_sqlite();
    for (int round = 0; round < 2; ++round) {
        testkit::ChildProcess strace({"strace", "--seccomp-bpf", "-f", "-qq", "-e", "signal=none",
                                      "-e", std::string("trace=") + GetParam().calls, "-e",
                                      std::string("inject=") + GetParam().calls + ":error=EIO",
                                      "-p", std::to_string(server->process().pid())});
        if (!strace.wait_for("INJECTED"))
            GTEST_SKIP() << "needs strace and the right to attach it: " << strace.output();
        EXPECT_TRUE(load->wait_for_failures(12)) << load->summary();
        EXPECT_TRUE(load->wait_for_menus()) << "what is there can be read";
        strace.signal(SIGTERM);
        (void)strace.wait();
        expect_next_order();
    }
    expect_recovery();
    expect_sound_file();
    // Not before the death of the process is it known what the disk has.
    server->kill();
    server->start();
    load->check(server->admin(), sql);
    expect_sound_file();
}

INSTANTIATE_TEST_SUITE_P(Calls, DyingDisk,
                         testing::Values(DiskFault{"Sync", "fsync,fdatasync"},
                                         DiskFault{"Write", "pwrite64"}),
                         [](const auto& info) { return std::string(info.param.name); });

/// As dd does it.
void overwrite(const fs::path& file, std::uintmax_t from, std::uintmax_t size) {
    std::fstream out(file, std::ios::in | std::ios::out | std::ios::binary);
    out.seekp(static_cast<std::streamoff>(from));
    for (std::uintmax_t i = 0; i < size; ++i) out.put(static_cast<char>('A' + i % 23));
}

TEST_F(SqliteFault, ACorruptFileIsRefusedByName) {
    open_on_sqlite({}, "check_on_start: true");
    load->end();
    ASSERT_EQ(server->terminate(), 0);
    const fs::path file = server->data() / "kitchen.db", copy = server->data() / "copy.db";
    fs::copy_file(file, copy);
    const std::uintmax_t size = fs::file_size(file);
    for (const auto& [from, length] : {std::pair{std::uintmax_t{0}, std::uintmax_t{4096}},
                                       {size / 2 / 4096 * 4096, 4096 * 4},
                                       {4096, size - 4096}}) {
        fs::copy_file(copy, file, fs::copy_options::overwrite_existing);
        overwrite(file, from, length);
        server->begin_start();
        EXPECT_EQ(server->process().wait(), 5) << server->output();
        EXPECT_NE(server->output().find(file.string() + " is damaged"), std::string::npos)
            << server->output();
    }
    fs::copy_file(copy, file, fs::copy_options::overwrite_existing);
    server->start();
    expect_right_books();
}

// Pages turn bad under a running server: 500 where they are needed, and nothing is acknowledged
// that is not there.
TEST_F(SqliteFault, DamagedWhileItRuns) {
    open_on_sqlite({}, "cache_size: 64KiB");
    load->tolerate(500);
    EXPECT_TRUE(load->wait_for_orders(40));
    const fs::path file = server->data() / "kitchen.db", copy = server->data() / "copy.db";
    load->end();
    EXPECT_EQ(sql("PRAGMA wal_checkpoint(TRUNCATE)"), "0");  // all of it in the file
    fs::copy_file(file, copy);
    overwrite(file, 4096, fs::file_size(file) - 4096);
    load->begin();
    EXPECT_TRUE(load->wait_for_failures(12)) << load->summary();
    EXPECT_EQ(server->client().get("/livez").status, 200);
    server->kill();
    // What was acknowledged on what was still sound is in the log.
    fs::copy_file(copy, file, fs::copy_options::overwrite_existing);
    server->start();
    expect_recovery();
    expect_sound_file();
}

}  // namespace
}  // namespace kitchen::tests
