// A real PostgreSQL server of a test's own: a fresh cluster in a temporary directory, on a free
// port of 127.0.0.1 and a socket in that directory. Databases on it are UTF-8 and ordered by bytes.
// It is gone when the test is.
//
//     PostgresServer& server = PostgresServer::shared();      // one for the whole test process
//     PostgresDatabase database(server);                       // empty, dropped at its end
//     store.open({.url = database.url()});
//
// Without the server's programs (Debian package postgresql) the constructor throws
// std::runtime_error, so that tests fail and are not skipped. A shared server must be asked for on
// the main thread first: it ends with the thread that started it.
//
// Thread-safety: sql() and url() from any thread; the rest on one.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace kitchen::testkit {

struct PostgresServerOptions {
    std::vector<std::string> settings{};  ///< as on the server's command line: "max_connections=5"
    bool durable = false;                 ///< fsync on: only for tests that pull the plug
};

class PostgresServer {
public:
    explicit PostgresServer(PostgresServerOptions options = {});
    ~PostgresServer();
    PostgresServer(const PostgresServer&) = delete;
    PostgresServer& operator=(const PostgresServer&) = delete;

    static PostgresServer& shared();
    /// A hot standby that follows `primary`, which must be running.
    static std::unique_ptr<PostgresServer> replica_of(PostgresServer& primary,
                                                      PostgresServerOptions options = {});

    std::uint16_t port() const;
    /// "postgresql://postgres@127.0.0.1:port/database". The superuser needs no password; a role
    /// named "guarded", made by a test, does.
    std::string url(const std::string& database) const;
    /// Through `port` instead: a proxy or a pooler on 127.0.0.1.
    static std::string url_on(std::uint16_t port, const std::string& database);

    /// Runs it with psql and gives the rows, columns separated by '|'. Throws std::runtime_error
    /// when the server refuses.
    std::string sql(const std::string& statements, const std::string& database = "postgres") const;

    /// Ends all sessions at once and stops, as a crash would (pg_ctl stop -m immediate).
    void stop();
    /// On the same port and data.
    void start();
    void restart() {
        stop();
        start();
    }
    /// Stops every process of the server where it is (SIGSTOP): connections are taken by the
    /// system, and nobody answers.
    void freeze();
    void thaw();
    /// What the server has logged since its last start.
    std::string log() const;

private:
    struct Impl;
    explicit PostgresServer(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

/// An empty database of its own on a server. Dropping it ends all its sessions.
class PostgresDatabase {
public:
    explicit PostgresDatabase(PostgresServer& server = PostgresServer::shared());
    ~PostgresDatabase();
    PostgresDatabase(const PostgresDatabase&) = delete;
    PostgresDatabase& operator=(const PostgresDatabase&) = delete;

    const std::string& name() const noexcept { return name_; }
    std::string url() const { return server_.url(name_); }
    std::string sql(const std::string& statements) const { return server_.sql(statements, name_); }
    /// Ends every session in it but psql's own, and waits until they have; gives how many those
    /// were.
    int terminate_sessions() const;

private:
    PostgresServer& server_;
    std::string name_;
};

}  // namespace kitchen::testkit
