#include "events/listeners.h"

#include <mutex>
#include <unordered_map>
#include <utility>

namespace kitchen::orders {
namespace {

constexpr std::chrono::seconds full_for{5};

}  // namespace

struct Listeners::Table {
    static constexpr std::int64_t every_order = 0;  // no order's id
    using Map = std::unordered_multimap<std::int64_t, Pointer>;

    explicit Table(ListenerLimits l) : limits(l) {}

    void append(std::int64_t key, std::vector<Pointer>& out) const {
        const auto [first, last] = by_order.equal_range(key);
        for (auto at = first; at != last; ++at) out.push_back(at->second);
    }

    void remove(std::int64_t user_id, std::int64_t key, const OrderListener* listener) {
        Pointer leaving;  // let go after the mutex: its end may call back
        const std::lock_guard lock(mutex);
        const auto [first, last] = by_order.equal_range(key);
        for (auto at = first; at != last; ++at) {
            if (at->second.get() != listener) continue;
            leaving = std::move(at->second);
            by_order.erase(at);
            break;
        }
        if (const auto user = by_user.find(user_id); --user->second == 0) by_user.erase(user);
    }

    const ListenerLimits limits;
    mutable std::mutex mutex;
    Map by_order;
    std::unordered_map<std::int64_t, std::size_t> by_user;
    bool closed = false;
};

Listeners::Listeners(ListenerLimits limits) : table_(std::make_shared<Table>(limits)) {}
Listeners::~Listeners() { close(); }

Result<Listeners::Registration> Listeners::add(std::int64_t user_id,
                                               std::optional<std::int64_t> order_id,
                                               Pointer listener) {
    const std::int64_t key = order_id.value_or(Table::every_order);
    const OrderListener* const who = listener.get();
    const std::lock_guard lock(table_->mutex);
    if (table_->closed)
        return Error(Errc::unavailable, "closing", "The server is about to stop. Connect again.")
            .retry_in(std::chrono::seconds(1));
    const auto user = table_->by_user.find(user_id);
    if (user != table_->by_user.end() && user->second >= table_->limits.per_user)
        return Error(Errc::too_many_requests, "too_many_streams_of_user",
                     "You watch orders in " + std::to_string(user->second) +
                         " places already. Close one of them first.")
            .retry_in(full_for);
    if (table_->by_order.size() >= table_->limits.all)
        return Error(Errc::unavailable, "too_many_streams",
                     "Too many people are watching their orders here. Try again in a moment.")
            .retry_in(full_for);
    table_->by_order.emplace(key, std::move(listener));
    ++table_->by_user[user_id];
    return Registration(
        nullptr, [table = table_, user_id, key, who](void*) { table->remove(user_id, key, who); });
}

std::vector<Listeners::Pointer> Listeners::of(std::int64_t order_id) const {
    std::vector<Pointer> found;
    const std::lock_guard lock(table_->mutex);
    table_->append(order_id, found);
    table_->append(Table::every_order, found);
    return found;
}

std::vector<Listeners::Pointer> Listeners::all() const {
    std::vector<Pointer> found;
    const std::lock_guard lock(table_->mutex);
    for (const auto& [key, listener] : table_->by_order) found.push_back(listener);
    return found;
}

std::size_t Listeners::count() const {
    const std::lock_guard lock(table_->mutex);
    return table_->by_order.size();
}

void Listeners::close() {
    {
        const std::lock_guard lock(table_->mutex);
        table_->closed = true;
    }
    for (const Pointer& listener : all()) listener->end();
}

}  // namespace kitchen::orders
