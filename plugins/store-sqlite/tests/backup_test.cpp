// Copies of a database in use, and restoring one.
#include "backup.h"

#include <sys/stat.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <thread>

#include "sqlite_fixture.h"

namespace kitchen::sqlite {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

class Backup : public SqliteStoreTest {
protected:
    std::string copy = dir.file("copy.db");

    void open() {
        SqliteStoreTest::open();
        store
            .migrate([](SchemaTransaction& tx) {
                return tx.script("CREATE TABLE IF NOT EXISTS kitchen_migrations (plugin TEXT);");
            })
            .value();
    }
    void add(std::int64_t id) {
        write(store, "INSERT INTO items (id, body) VALUES ($1, 'x')", {id}).value();
    }
    std::int64_t count() { return number(store, "SELECT count(*) FROM items"); }
    static std::int64_t count_in(const std::string& path) {
        SqliteStore other;
        other.open({.path = path}).value();
        return number(other, "SELECT count(*) FROM items");
    }
    static std::string error_text(const auto& result) {
        return result ? "it was done" : result.error().code + ": " + result.error().detail;
    }
    std::vector<std::string> files() const {
        std::vector<std::string> names;
        for (const auto& entry : fs::directory_iterator(fs::path(copy).parent_path()))
            names.push_back(entry.path().filename());
        return names;
    }
};

TEST_F(Backup, HoldsWhatWasThereAndNothingLater) {
    open();
    add(1);
    const auto report = back_up(dir.file(), copy);
    ASSERT_TRUE(report) << error_text(report);
    add(2);
    EXPECT_EQ(report->tables, 2);
    EXPECT_EQ(report->bytes, static_cast<std::int64_t>(fs::file_size(copy)));
    struct stat info {};
    ASSERT_EQ(::stat(copy.c_str(), &info), 0);
    EXPECT_EQ(info.st_mode & 0777, 0600u);
    EXPECT_EQ(count_in(copy), 1);
    EXPECT_EQ(count(), 2);
}

TEST_F(Backup, IsOneSnapshotWhileOthersWrite) {
    open();
    // Each transaction adds a pair: a copy with an odd number of rows would be torn.
    const Statement insert = store.prepare("INSERT INTO items (id, body) VALUES ($1, 'x')");
    std::atomic<bool> stop{false};
    std::atomic<std::int64_t> written{0};
    std::thread writer([&] {
        for (std::int64_t id = 1; !stop; id += 2) {
            store
                .transact([&](Transaction& tx) -> Status {
                    for (const std::int64_t one : {id, id + 1})
                        if (auto done = tx.query(insert, {one}); !done) return done.error();
                    return {};
                })
                .value();
            written = id + 1;
        }
    });
    for (int round = 0; round < 5; ++round) {
        const std::int64_t before = written;
        const std::string file = dir.file("copy" + std::to_string(round));
        ASSERT_TRUE(back_up(dir.file(), file));
        const std::int64_t held = count_in(file);
        EXPECT_EQ(held % 2, 0);
        EXPECT_GE(held, before);
    }
    stop = true;
    writer.join();
}

TEST_F(Backup, NeverOverwrites) {
    open();
    std::ofstream(copy) << "precious";
    EXPECT_THAT(error_text(back_up(dir.file(), copy)), HasSubstr("file_exists"));
    EXPECT_THAT(error_text(back_up(dir.file(), dir.file())), HasSubstr("file_exists"));
    std::ifstream in(copy);
    std::string text;
    in >> text;
    EXPECT_EQ(text, "precious");
}

TEST_F(Backup, SaysWhatIsMissing) {
    EXPECT_THAT(error_text(back_up(dir.file("nothing.db"), copy)),
                HasSubstr("no_database: There is no file"));
    open();
    EXPECT_THAT(error_text(back_up(dir.file(), dir.file("no/such/folder"))),
                HasSubstr("No such file"));
    EXPECT_THAT(error_text(restore(dir.file("nothing.db"), dir.file())), HasSubstr("no_database"));
}

TEST_F(Backup, IsRestoredAndTheOldOneKept) {
    open();
    add(1);
    ASSERT_TRUE(back_up(dir.file(), copy));
    add(2);
    store.close();
    const auto report = restore(copy, dir.file());
    ASSERT_TRUE(report) << error_text(report);
    EXPECT_EQ(count_in(dir.file()), 1);
    EXPECT_EQ(count_in(report->previous), 2);
    ASSERT_TRUE(restore(copy, dir.file("elsewhere.db"))) << "where nothing stood before";
    EXPECT_EQ(count_in(dir.file("elsewhere.db")), 1);
}

TEST_F(Backup, IsNotRestoredUnderARunningServer) {
    open();
    add(1);
    ASSERT_TRUE(back_up(dir.file(), copy));
    add(2);
    EXPECT_THAT(error_text(restore(copy, dir.file())), HasSubstr("store_in_use"));
    EXPECT_EQ(count(), 2);
    add(3);
    EXPECT_EQ(count(), 3);
    for (const std::string& name : files()) EXPECT_THAT(name, testing::Not(HasSubstr(".part")));
}

TEST_F(Backup, AFileIsInUseWhileAnyoneHasItOpen) {
    EXPECT_TRUE(check_unused(dir.file()));
    open();
    EXPECT_THAT(error_text(check_unused(dir.file())), HasSubstr("store_in_use"));
    add(1);
    store.close();
    EXPECT_TRUE(check_unused(dir.file()));
    open();
    EXPECT_EQ(count(), 1);
}

TEST_F(Backup, AFileIsOpenableOrSaysWhyNot) {
    EXPECT_TRUE(check_openable(dir.file("not/there/yet.db")));
    EXPECT_FALSE(fs::exists(dir.file("not")));
    open();
    EXPECT_TRUE(check_openable(dir.file()));
    std::ofstream(dir.file("text")) << std::string(10'000, 'x');
    EXPECT_THAT(error_text(check_openable(dir.file("text"))), HasSubstr(dir.file("text")));
    EXPECT_THAT(error_text(check_openable(dir.file("text/below.db"))),
                HasSubstr("Not a directory"));
}

TEST_F(Backup, ThatIsDamagedIsRefused) {
    open();
    write(store,
          "INSERT INTO items (id, body) WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 "
          "FROM n WHERE i < 500) "
          "SELECT i, 'x' FROM n")
        .value();
    ASSERT_TRUE(back_up(dir.file(), copy));
    store.close();
    {
        std::fstream file(copy, std::ios::in | std::ios::out | std::ios::binary);
        file.seekp(2 * 4096);  // the third page: a leaf, full of cells
        file << std::string(4096, '\xff');
    }
    EXPECT_THAT(error_text(restore(copy, dir.file())),
                HasSubstr("store_corrupt: The file " + copy + " is damaged"));
    std::ofstream(dir.file("text")) << std::string(10'000, 'x');
    EXPECT_THAT(error_text(restore(dir.file("text"), dir.file())), HasSubstr("store_corrupt"));
    EXPECT_EQ(count_in(dir.file()), 500);
}

TEST_F(Backup, ThatIsNoneIsRefused) {
    open();
    add(1);
    store.close();
    std::ofstream(dir.file("empty.db"));
    {
        SqliteStore other;
        other.open({.path = dir.file("other.db")}).value();
        create_items(other);
    }
    EXPECT_THAT(error_text(restore(dir.file("empty.db"), dir.file())),
                HasSubstr("not_a_backup: The file " + dir.file("empty.db") + " is empty"));
    EXPECT_THAT(error_text(restore(dir.file("other.db"), dir.file())),
                HasSubstr("not_a_backup: The file " + dir.file("other.db") + " is no backup"));
    EXPECT_EQ(count_in(dir.file()), 1);
    for (const std::string& name : files()) EXPECT_THAT(name, testing::Not(HasSubstr("-restore-")));
}

TEST_F(Backup, ReplacesADamagedDatabase) {
    open();
    add(1);
    ASSERT_TRUE(back_up(dir.file(), copy));
    store.close();
    std::ofstream(dir.file(), std::ios::trunc) << std::string(10'000, 'x');
    const auto report = restore(copy, dir.file());
    ASSERT_TRUE(report) << error_text(report);
    EXPECT_EQ(count_in(dir.file()), 1);
}

}  // namespace
}  // namespace kitchen::sqlite
