// store/1 in memory that tells over HTTP what the last checkout has run: GET /last-checkout/.
#include <map>
#include <mutex>
#include <shared_mutex>
#include <stdexcept>
#include <string>
#include <vector>

#include "kitchen/plugin.h"
#include "memory_store.h"

namespace kitchen::orders {
namespace {

using Texts = std::vector<std::string>;

class CountedTransaction final : public Transaction {
public:
    CountedTransaction(Transaction& inner, Texts& ran,
                       const std::function<std::string(Statement)>& text_of)
        : inner_(inner), ran_(ran), text_of_(text_of) {}
    Status run(Statement statement, std::span<const Param> params, Rows& out) override {
        ran_.push_back(text_of_(statement));
        return inner_.run(statement, params, out);
    }
    void after_commit(std::function<void()> hook) override { inner_.after_commit(std::move(hook)); }

private:
    Transaction& inner_;
    Texts& ran_;
    const std::function<std::string(Statement)>& text_of_;
};

class CountingStore final : public Store {
public:
    Status open() { return store_.open(); }
    void close() { store_.close(); }

    Texts last_checkout() const {
        const std::lock_guard lock(mutex_);
        return last_checkout_;
    }

    Dialect dialect() const override { return store_.dialect(); }
    Statement prepare(std::string_view sql) override {
        const Statement statement = store_.prepare(sql);
        const std::lock_guard lock(mutex_);
        texts_[statement.index] = sql;
        return statement;
    }
    Status verify() override { return store_.verify(); }
    Status read(const Body& body, Staleness staleness) override {
        return store_.read(body, staleness);
    }
    Status transact(const Body& body, Isolation isolation) override {
        const std::function<std::string(Statement)> text_of = [this](Statement statement) {
            const std::lock_guard lock(mutex_);
            return texts_.at(statement.index);
        };
        Texts ran;
        Status done = store_.transact(
            [&](Transaction& tx) {
                ran.clear();
                CountedTransaction counted(tx, ran, text_of);
                return body(counted);
            },
            isolation);
        for (const std::string& text : ran)
            if (text.starts_with("INSERT INTO orders ")) {
                const std::lock_guard lock(mutex_);
                last_checkout_ = ran;
            }
        return done;
    }
    Status migrate(const std::function<Status(SchemaTransaction&)>& body) override {
        return store_.migrate(body);
    }
    Status ping() override { return store_.ping(); }

private:
    sqlite::MemoryStore store_;
    mutable std::mutex mutex_;
    std::map<std::uint32_t, std::string> texts_;
    Texts last_checkout_;
};

class CountingStorePlugin final : public Plugin {
public:
    explicit CountingStorePlugin(Setup& setup) {
        setup.provide<Store>(store_);
        setup.add_route(
            http::Route::get("/last-checkout/")
                .answers(200, "Its statements, in their order", http::Schema::object({}).open())
                .handle([this](http::Request&) -> Result<http::Response> {
                    Json::Array texts;
                    for (std::string& text : store_.last_checkout())
                        texts.emplace_back(std::move(text));
                    return http::Response::json(200,
                                                Json::object({{"statements", std::move(texts)}}));
                }));
    }
    void start() override { store_.open().value(); }
    void stop() override { store_.close(); }

private:
    CountingStore store_;
};

}  // namespace
}  // namespace kitchen::orders

KITCHEN_PLUGIN(kitchen::orders::CountingStorePlugin, "counting-store", "1.0.0",
               "A store that counts statements", kitchen::Provides<kitchen::Store>)
