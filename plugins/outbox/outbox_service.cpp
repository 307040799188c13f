#include "outbox_service.h"

#include <optional>
#include <stdexcept>
#include <utility>
#include <vector>

#include "kitchen/mailer.h"

namespace kitchen::outbox {
namespace {

constexpr std::int64_t at_once = 500;  // so that no transaction is long

}  // namespace

Status OutboxService::enqueue(Transaction& tx, std::string_view channel, const Delivery& delivery) {
    if (!channels_.find(channel))
        throw std::logic_error("no channel of deliveries is called '" + std::string(channel) + "'");
    if (delivery.key.empty())
        return Error(Errc::unprocessable, "delivery_key_missing", "A delivery needs a key.");
    const Result<std::optional<std::int64_t>> id = deliveries_.insert(
        tx, channel, delivery, new_mail_key(random_), tracing_.outgoing(), clock_.now());
    if (!id) return id.error();
    if (*id && hooks_.written) tx.after_commit([this, written = **id] { hooks_.written(written); });
    return {};
}

void OutboxService::add_channel(Setup& setup, std::string name, Channel channel) {
    const std::string id(setup.plugin_id());
    if (name != id && !name.starts_with(id + '/'))
        throw std::logic_error("its channel of deliveries '" + name + "' is not called " + id +
                               ", or " + id + "/…");
    channel.send = [guard = setup.guard(), id, name,
                    send = std::move(channel.send)](const Outgoing& delivery) {
        return guard(id, name, [&] { return send(delivery); });
    };
    OpenChannel& opened = channels_.add(std::move(name), std::move(channel));
    if (hooks_.opened) hooks_.opened(setup, opened);
}

Result<std::vector<std::string>> OutboxService::keys(Transaction& tx, std::string_view channel,
                                                     std::string_view key_start) {
    return deliveries_.keys(tx, channel, key_start);
}

Result<DeliveryPage> OutboxService::list(const DeliveryFilter& filter, std::int64_t limit,
                                         std::int64_t offset) {
    return store_.read<DeliveryPage>(
        [&](Transaction& tx) { return deliveries_.page(tx, filter, limit, offset); });
}

Result<StoredDelivery> OutboxService::retry(std::int64_t id) {
    const Timestamp now = clock_.now();
    return store_.transact<StoredDelivery>([&](Transaction& tx) -> Result<StoredDelivery> {
        Result<std::optional<StoredDelivery>> found = deliveries_.find(tx, id);
        if (!found) return std::move(found).error();
        if (!*found)
            return Error(Errc::not_found, "delivery_not_found", "There is no such delivery.");
        Result<std::optional<StoredDelivery>> revived = deliveries_.revive(tx, id, now);
        if (!revived) return std::move(revived).error();
        if (!*revived)
            return Error(Errc::conflict, "delivery_not_dead",
                         (*found)->state == DeliveryState::sent
                             ? "This has been sent, and what it said is not kept."
                             : "This waits to be sent, and will be tried again by itself.");
        if (hooks_.written) tx.after_commit([this, id] { hooks_.written(id); });
        return std::move(**revived);
    });
}

Result<std::int64_t> OutboxService::retry_dead(std::string_view channel) {
    for (std::int64_t all = 0;;) {
        Result<std::vector<std::int64_t>> ids =
            store_.transact<std::vector<std::int64_t>>([&](Transaction& tx) {
                return deliveries_.revive_dead(tx, channel, at_once, clock_.now());
            });
        if (!ids) return std::move(ids).error();
        for (const std::int64_t id : *ids)
            if (hooks_.written) hooks_.written(id);
        all += std::ssize(*ids);
        if (std::ssize(*ids) < at_once) return all;
    }
}

Result<std::int64_t> OutboxService::sweep(std::chrono::milliseconds kept) {
    const Timestamp expired = clock_.now() - kept;
    for (std::int64_t all = 0;;) {
        Result<std::int64_t> swept = store_.transact<std::int64_t>(
            [&](Transaction& tx) { return deliveries_.sweep(tx, expired, at_once); });
        if (!swept) return swept;
        all += *swept;
        if (*swept < at_once) return all;
    }
}

Result<std::int64_t> OutboxService::waiting(std::string_view channel) {
    return store_.read<std::int64_t>(
        [&](Transaction& tx) { return deliveries_.waiting(tx, channel); });
}

Status OutboxService::check() {
    for (const OpenChannel* channel : channels_.all()) {
        Result<std::optional<Timestamp>> oldest = store_.read<std::optional<Timestamp>>(
            [&](Transaction& tx) { return deliveries_.oldest_waiting(tx, channel->name()); });
        if (!oldest) return std::move(oldest).error();
        if (*oldest && clock_.now() - **oldest > patience)
            return Error(Errc::unavailable, "deliveries_delayed",
                         "Deliveries of the channel " + channel->name() +
                             " have been waiting for more than 15 minutes. See GET "
                             "/admin/deliveries/?state=waiting.");
    }
    return {};
}

}  // namespace kitchen::outbox
