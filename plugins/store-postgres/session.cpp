#include "session.h"

#include <libpq-fe.h>
#include <poll.h>

#include <algorithm>
#include <cerrno>

#include "postgres_error.h"

namespace kitchen::postgres {

namespace {

using std::chrono::steady_clock;

void ignore_notice(void*, const PGresult*) {}

/// What a refused connection says for itself. libpq's own message may repeat parts of a mistyped
/// url, the server's do not.
std::string reason_of(PGconn* connection) {
    const std::string_view message = PQerrorMessage(connection);
    if (const auto at = message.find("FATAL:"); at != std::string_view::npos) {
        std::string_view said = message.substr(at + 6);
        said.remove_prefix(std::min(said.find_first_not_of(' '), said.size()));
        return std::string(said.substr(0, said.find('\n')));
    }
    for (const std::string_view known :
         {"timeout expired", "Connection refused", "No such file or directory",
          "could not translate host name", "Network is unreachable", "No route to host",
          "server closed the connection unexpectedly", "certificate", "SSL", "password",
          "read-only", "hot standby", "target session"})
        if (message.find(known) != std::string_view::npos) return std::string(known);
    return "no connection";
}

struct Setting {
    const char* keyword;
    std::string value;
};

}  // namespace

void ClearResult::operator()(pg_result* result) const noexcept { PQclear(result); }

std::string fault_of_url(const std::string& url) {
    char* message = nullptr;
    PQconninfoOption* options = PQconninfoParse(url.c_str(), &message);
    const bool read = options != nullptr;
    PQconninfoFree(options);
    PQfreemem(message);
    return read ? ""
                : "it is not a PostgreSQL URL (postgresql://user:password@host:port/database) or a "
                  "keyword=value string";
}

std::string place_of(const std::string& url) {
    PQconninfoOption* options = PQconninfoParse(url.c_str(), nullptr);
    std::string host, port, database;
    for (const PQconninfoOption* one = options; one && one->keyword; ++one) {
        if (!one->val) continue;
        const std::string_view keyword = one->keyword;
        if (keyword == "host" || (keyword == "hostaddr" && host.empty())) host = one->val;
        if (keyword == "port") port = one->val;
        if (keyword == "dbname") database = one->val;
    }
    PQconninfoFree(options);
    std::string place = host + (port.empty() ? "" : ":" + port) + "/" + database;
    // A password with an unescaped '@' ends up in the host.
    return place.find('@') == std::string::npos ? place : "";
}

Result<std::unique_ptr<Session>> Session::connect(const std::string& url, const Options& options,
                                                  bool writes) {
    // libpq's limit is in whole seconds, and 1 means 2.
    const auto seconds = std::max<std::int64_t>((options.connect_timeout.count() + 999) / 1000, 2);
    // Later keywords win: the url may say more, but not another encoding.
    const Setting settings[] = {
        {"fallback_application_name", "chuks-kitchen"},
        {"target_session_attrs", writes ? "read-write" : "any"},  // of several hosts the primary
        {"connect_timeout", std::to_string(seconds)},
        {"keepalives_idle", "30"},
        {"keepalives_interval", "10"},
        {"keepalives_count", "3"},
        {"tcp_user_timeout", std::to_string(options.tcp_user_timeout.count())},
        {"dbname", url},
        {"client_encoding", "UTF8"}};
    std::vector<const char*> keywords, values;
    for (const Setting& setting : settings) {
        keywords.push_back(setting.keyword);
        values.push_back(setting.value.c_str());
    }
    keywords.push_back(nullptr);
    values.push_back(nullptr);
    PGconn* connection = PQconnectdbParams(keywords.data(), values.data(), 1);
    if (!connection) throw std::bad_alloc();
    std::unique_ptr<Session> session(new Session(connection));
    if (PQstatus(connection) != CONNECTION_OK) return lost_error(reason_of(connection));
    PQsetNoticeReceiver(connection, &ignore_notice, nullptr);
    if (PQsetnonblocking(connection, 1) != 0 || PQenterPipelineMode(connection) != 1)
        return lost_error("no pipeline");
    return session;
}

Session::~Session() { PQfinish(connection_); }

void Session::give_up(Broken how) {
    if (broken_ != Broken::no) return;
    broken_ = how;
    reason_ = how == Broken::late ? "no reply in time" : "the connection was closed";
}

bool Session::sent(int done) {
    if (done == 1) return true;
    give_up(Broken::lost);
    return false;
}

void Session::queue(const char* sql, const Parameters* parameters, std::span<const Oid> types) {
    sent(PQsendQueryParams(connection_, sql, parameters ? parameters->count() : 0,
                           types.empty() ? nullptr : types.data(),
                           parameters ? parameters->values() : nullptr,
                           parameters ? parameters->lengths() : nullptr,
                           parameters ? parameters->formats() : nullptr, 1));
}

void Session::queue_prepared(const char* name, const Parameters& parameters) {
    sent(PQsendQueryPrepared(connection_, name, parameters.count(), parameters.values(),
                             parameters.lengths(), parameters.formats(), 1));
}

void Session::queue_prepare(const char* name, const char* sql) {
    sent(PQsendPrepare(connection_, name, sql, 0, nullptr));
}

void Session::queue_describe(const char* name) { sent(PQsendDescribePrepared(connection_, name)); }

void Session::end_segment() { sent(PQpipelineSync(connection_)); }

bool Session::wait(Deadline deadline) {
    while (broken_ == Broken::no) {
        const int unsent = PQflush(connection_);
        if (unsent >= 0 && !PQisBusy(connection_)) return true;
        if (unsent < 0) break;
        const auto left =
            std::chrono::ceil<std::chrono::milliseconds>(deadline - steady_clock::now()).count();
        if (left <= 0) {
            give_up(Broken::late);
            return false;
        }
        pollfd ready{PQsocket(connection_),
                     static_cast<short>(unsent > 0 ? POLLIN | POLLOUT : POLLIN), 0};
        const int found = ::poll(&ready, 1, static_cast<int>(std::min<std::int64_t>(left, 60'000)));
        if (found < 0 && errno != EINTR) break;
        if (found > 0 && (ready.revents & ~POLLOUT) && !PQconsumeInput(connection_)) break;
    }
    give_up(Broken::lost);
    return false;
}

bool Session::take_segment(std::span<ResultPtr> results, Deadline deadline) {
    std::size_t next = 0;
    for (int nothing = 0;
         nothing < 2;) {  // a NULL ends each result; two in a row, and no more is coming
        if (!wait(deadline)) return false;
        ResultPtr result(PQgetResult(connection_));
        if (!result) {
            ++nothing;
            continue;
        }
        nothing = 0;
        if (PQresultStatus(result.get()) == PGRES_PIPELINE_SYNC) return true;
        if (next < results.size()) results[next++] = std::move(result);
        if (PQstatus(connection_) == CONNECTION_BAD) break;
    }
    give_up(Broken::lost);
    return false;
}

bool Session::take_left(Deadline deadline) {
    for (; left_ > 0; --left_) {
        ResultPtr result;
        if (!take_segment({&result, 1}, deadline)) return false;
        const ExecStatusType status = result ? PQresultStatus(result.get()) : PGRES_FATAL_ERROR;
        if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK) {
            give_up(Broken::lost);  // it was a COMMIT of a read or a ROLLBACK: what refuses those
                                    // is no use any more
            return false;
        }
    }
    return true;
}

bool Session::receive(std::span<ResultPtr> results, Deadline deadline) {
    return broken_ == Broken::no && take_left(deadline) && take_segment(results, deadline);
}

bool Session::send_and_leave() {
    ++left_;
    return broken_ == Broken::no && PQflush(connection_) == 0;
}

ResultPtr Session::script(const std::string& sql, Deadline deadline) {
    if (broken_ != Broken::no || !take_left(deadline)) return nullptr;
    if (!sent(PQexitPipelineMode(connection_)) || !sent(PQsendQuery(connection_, sql.c_str())))
        return nullptr;
    ResultPtr kept;
    for (;;) {
        if (!wait(deadline)) return nullptr;
        ResultPtr result(PQgetResult(connection_));
        if (!result) break;
        if (PQstatus(connection_) == CONNECTION_BAD) {
            give_up(Broken::lost);
            return nullptr;
        }
        const ExecStatusType status = PQresultStatus(result.get());
        if (status == PGRES_COPY_IN || status == PGRES_COPY_OUT || status == PGRES_COPY_BOTH) {
            give_up(Broken::lost);  // nothing would feed it
            return nullptr;
        }
        if (!kept || PQresultStatus(kept.get()) != PGRES_FATAL_ERROR) kept = std::move(result);
    }
    if (!sent(PQenterPipelineMode(connection_))) return nullptr;
    return kept;
}

bool Session::is_alive() {
    // A server that ends a session says why before closing, so the end may stand behind something
    // to read.
    for (int looks = 0; looks < 3 && broken_ == Broken::no; ++looks) {
        pollfd ready{PQsocket(connection_), POLLIN, 0};
        if (::poll(&ready, 1, 0) <= 0) return true;
        if (!PQconsumeInput(connection_)) give_up(Broken::lost);
    }
    return broken_ == Broken::no;
}

bool Session::in_transaction() const noexcept {
    return PQtransactionStatus(connection_) == PQTRANS_INTRANS;
}

bool Session::in_failed_transaction() const noexcept {
    return PQtransactionStatus(connection_) == PQTRANS_INERROR;
}

}  // namespace kitchen::postgres
