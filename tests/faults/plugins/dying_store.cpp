// store/1 on SQLite or PostgreSQL whose process kills itself: POST /die/ {"at": n} chooses the n-th
// moment from the beginning of the next checkout on; 0: none. GET /statements/ gives the texts of
// all statements that were prepared.
//
// Moments are: before each statement of a transaction that writes, before its COMMIT, and after it,
// when none of its hooks has run. What reads alone changes nothing, and after a statement is before
// the next one. From the checkout on all transactions count, so the numbering of its event, what
// subscribers do with it and the sending of its mail come after its own.
#include <atomic>
#include <csignal>
#include <iostream>
#include <map>
#include <mutex>
#include <stdexcept>
#include <string>

#include <unistd.h>

#include "kitchen/http/body.h"
#include "kitchen/plugin.h"
#include "postgres_store.h"
#include "sqlite_store.h"

namespace kitchen::tests {
namespace {

class Doom {
public:
    void arm(std::int64_t at) {
        is_counting_ = false;
        left_ = at;
        is_armed_ = true;
    }
    void checkout_begins() {
        if (is_armed_.exchange(false)) is_counting_ = true;
    }
    void moment(std::string_view what) {
        if (!is_counting_ || left_.fetch_sub(1) != 1) return;
        std::cout << "dies " << what << std::endl;
        ::kill(::getpid(), SIGKILL);
        for (;;) ::pause();
    }

private:
    std::atomic<bool> is_armed_{false}, is_counting_{false};
    std::atomic<std::int64_t> left_{0};
};

class DoomedTransaction final : public Transaction {
public:
    using TextOf = std::function<std::string(Statement)>;
    DoomedTransaction(Transaction& inner, Doom& doom, const TextOf& text_of)
        : inner_(inner), doom_(doom), text_of_(text_of) {}

    Status run(Statement statement, std::span<const Param> params, Rows& out) override {
        const std::string text = text_of_(statement);
        if (text.find("order_idempotency") != std::string::npos) doom_.checkout_begins();
        doom_.moment("before " + text);
        return inner_.run(statement, params, out);
    }
    void after_commit(std::function<void()> hook) override { inner_.after_commit(std::move(hook)); }

private:
    Transaction& inner_;
    Doom& doom_;
    const TextOf& text_of_;
};

class DyingStore final : public Store {
public:
    DyingStore(Store& inner, Doom& doom) : inner_(inner), doom_(doom) {}

    Dialect dialect() const override { return inner_.dialect(); }
    Statement prepare(std::string_view sql) override {
        const Statement statement = inner_.prepare(sql);
        const std::lock_guard lock(mutex_);
        texts_[statement.index] = sql;
        return statement;
    }
    Status verify() override { return inner_.verify(); }
    Status read(const Body& body, Staleness staleness) override {
        return inner_.read(body, staleness);
    }
    Status transact(const Body& body, Isolation isolation) override {
        const DoomedTransaction::TextOf text_of = [this](Statement statement) {
            const std::lock_guard lock(mutex_);
            return texts_.at(statement.index);
        };
        return inner_.transact(
            [&](Transaction& tx) -> Status {
                tx.after_commit([this] { doom_.moment("after COMMIT"); });
                DoomedTransaction doomed(tx, doom_, text_of);
                Status done = body(doomed);
                if (done) doom_.moment("before COMMIT");
                return done;
            },
            isolation);
    }
    Status migrate(const std::function<Status(SchemaTransaction&)>& body) override {
        return inner_.migrate(body);
    }
    Status ping() override { return inner_.ping(); }
    Json texts() const {
        const std::lock_guard lock(mutex_);
        Json::Array texts;
        for (const auto& entry : texts_) texts.emplace_back(entry.second);
        return Json(std::move(texts));
    }

private:
    Store& inner_;
    Doom& doom_;
    mutable std::mutex mutex_;
    std::map<std::uint32_t, std::string> texts_;
};

/// Of one of them; the other is empty.
struct DyingStoreSettings {
    std::string path, url;

    static void describe(Fields<DyingStoreSettings>& field) {
        field("path", &DyingStoreSettings::path, "SQLite file");
        field("url", &DyingStoreSettings::url, "PostgreSQL database");
    }
};

struct Death {
    std::int64_t at = 0;

    static void describe(http::BodyFields<Death>& field) { field("at", &Death::at).min(0); }
};

class DyingStorePlugin final : public Plugin {
public:
    using Settings = DyingStoreSettings;

    DyingStorePlugin(const DyingStoreSettings& settings, Setup& setup)
        : settings_(settings),
          store_(settings.url.empty() ? static_cast<Store&>(sqlite_) : postgres_, doom_) {
        setup.provide<Store>(store_);
        setup.add_route(http::Route::get("/statements/")
                            .answers(200, "Their texts")
                            .handle([this](http::Request&) -> Result<http::Response> {
                                return http::Response::json(
                                    200, Json::object({{"statements", store_.texts()}}));
                            }));
        setup.add_route(http::Route::post("/die/")
                            .body<Death>()
                            .answers(204, "Armed")
                            .handle([this](http::Request& request) -> Result<http::Response> {
                                doom_.arm(request.read<Death>().at);
                                return http::Response::no_content();
                            }));
    }
    void start() override {
        const Status opened = settings_.url.empty() ? sqlite_.open({.path = settings_.path})
                                                    : postgres_.open({.url = settings_.url});
        if (!opened) throw std::runtime_error(opened.error().detail);
    }
    void stop() override {
        sqlite_.close();
        postgres_.close();
    }

private:
    const DyingStoreSettings settings_;
    sqlite::SqliteStore sqlite_;
    postgres::PostgresStore postgres_;
    Doom doom_;
    DyingStore store_;
};

}  // namespace
}  // namespace kitchen::tests

KITCHEN_PLUGIN(kitchen::tests::DyingStorePlugin, "dying-store", "1.0.0",
               "A store that kills its process", kitchen::Provides<kitchen::Store>)
