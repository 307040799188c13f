#include "entry_table.h"

#include <functional>
#include <utility>

#include <boost/multi_index/hashed_index.hpp>
#include <boost/multi_index/member.hpp>
#include <boost/multi_index/ordered_index.hpp>
#include <boost/multi_index/sequenced_index.hpp>
#include <boost/multi_index_container.hpp>

namespace kitchen {

namespace {

namespace mi = boost::multi_index;

struct Entry {
    std::string key;
    EntryTable::Instant expires;
    // Neither of these orders any index, so they may change in place.
    mutable EntryTable::Payload payload;
    mutable std::size_t cost = 0;
};

struct ByKey {};
struct ByUse {};  // the front was used last
struct ByExpiry {};

using Entries = mi::multi_index_container<
    Entry,
    mi::indexed_by<mi::hashed_unique<mi::tag<ByKey>, mi::member<Entry, std::string, &Entry::key>,
                                     std::hash<std::string_view>, std::equal_to<>>,
                   mi::sequenced<mi::tag<ByUse>>,
                   mi::ordered_non_unique<mi::tag<ByExpiry>, mi::member<Entry, EntryTable::Instant,
                                                                        &Entry::expires>>>>;

// A node holds the entry, six pointers, and about two in the hash's array.
constexpr std::size_t overhead = sizeof(Entry) + 8 * sizeof(void*);

std::size_t cost_of(const Entry& entry) {
    std::size_t cost = overhead + entry.key.capacity();
    if (const auto* value = std::get_if<std::string>(&entry.payload))
        return cost + value->capacity();
    if (const auto* fields = std::get_if<CacheFields>(&entry.payload)) {
        cost += fields->capacity() * sizeof(CacheFields::value_type);
        for (const auto& [name, value] : *fields) cost += name.capacity() + value.capacity();
    }
    return cost;
}

}  // namespace

struct EntryTable::Index {
    Entries entries;
    auto& by_key() { return entries.get<ByKey>(); }
    auto& by_use() { return entries.get<ByUse>(); }
    auto& by_expiry() { return entries.get<ByExpiry>(); }
};

EntryTable::EntryTable(std::size_t max_bytes)
    : max_bytes_(max_bytes), index_(std::make_unique<Index>()) {}

EntryTable::~EntryTable() = default;

std::size_t EntryTable::size() const { return index_->entries.size(); }

EntryTable::Payload* EntryTable::find(std::string_view key, Instant now) {
    const auto found = index_->by_key().find(key);
    if (found == index_->by_key().end()) return nullptr;
    if (found->expires <= now) {
        bytes_ -= found->cost;
        index_->by_key().erase(found);
        return nullptr;
    }
    auto& by_use = index_->by_use();
    by_use.relocate(by_use.begin(), index_->entries.project<ByUse>(found));
    return &found->payload;
}

std::optional<EntryTable::Instant> EntryTable::expiry(std::string_view key, Instant now) const {
    const auto found = index_->by_key().find(key);
    if (found == index_->by_key().end() || found->expires <= now) return std::nullopt;
    return found->expires;
}

void EntryTable::put(std::string_view key, Payload payload, Instant expires, Instant now) {
    for (int swept = 0; swept < sweep_limit; ++swept) {
        const auto oldest = index_->by_expiry().begin();
        if (oldest == index_->by_expiry().end() || oldest->expires > now) break;
        bytes_ -= oldest->cost;
        index_->by_expiry().erase(oldest);
    }
    const auto found = index_->by_key().find(key);
    if (found == index_->by_key().end()) {
        Entry entry{std::string(key), expires, std::move(payload)};
        entry.cost = cost_of(entry);
        bytes_ += entry.cost;
        index_->by_use().push_front(std::move(entry));
    } else {
        found->payload = std::move(payload);
        index_->by_key().modify(found, [expires](Entry& entry) { entry.expires = expires; });
        auto& by_use = index_->by_use();
        by_use.relocate(by_use.begin(), index_->entries.project<ByUse>(found));
        bytes_ += cost_of(*found) - found->cost;
        found->cost = cost_of(*found);
    }
    evict();
}

void EntryTable::resized(std::string_view key) {
    const auto found = index_->by_key().find(key);
    bytes_ += cost_of(*found) - found->cost;
    found->cost = cost_of(*found);
    evict();
}

bool EntryTable::erase(std::string_view key, Instant now) {
    const auto found = index_->by_key().find(key);
    if (found == index_->by_key().end()) return false;
    const bool live = found->expires > now;
    bytes_ -= found->cost;
    index_->by_key().erase(found);
    return live;
}

void EntryTable::evict() {
    while (bytes_ > max_bytes_ && index_->entries.size() > 1) {
        bytes_ -= index_->by_use().back().cost;
        index_->by_use().pop_back();
    }
}

}  // namespace kitchen
