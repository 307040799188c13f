#include "cache/response_memory.h"

#include <iterator>
#include <utility>

namespace kitchen::catalog {

namespace {
// Nodes of the list and the index, a bucket, the response's control block, and what the allocator
// rounds up.
constexpr std::size_t overhead = 320;
}  // namespace

ResponseMemory::Found ResponseMemory::find(std::string_view key, Time now) {
    std::lock_guard lock(mutex_);
    const auto at = index_.find(key);
    if (at == index_.end()) return {nullptr, epoch_};
    const Entries::iterator entry = at->second;
    if (entry->expires <= now) {
        drop(entry);
        return {nullptr, epoch_};
    }
    entries_.splice(entries_.begin(), entries_, entry);
    return {entry->response, epoch_};
}

void ResponseMemory::put(std::string_view key, CachedResponsePtr response, Time expires,
                         std::uint64_t epoch) {
    const std::size_t bytes =
        overhead + key.size() + response->body.capacity() + response->etag.capacity();
    if (bytes > max_bytes_) return;
    std::lock_guard lock(mutex_);
    if (epoch != epoch_) return;
    if (const auto at = index_.find(key); at != index_.end()) drop(at->second);
    while (bytes_ + bytes > max_bytes_) drop(std::prev(entries_.end()));
    entries_.push_front({std::string(key), std::move(response), expires, bytes});
    try {
        index_.emplace(entries_.front().key, entries_.begin());
    } catch (...) {  // out of memory: an entry that cannot be found must not stay
        entries_.pop_front();
        throw;
    }
    bytes_ += bytes;
}

void ResponseMemory::clear() {
    Entries gone;  // freed once the others may go on
    Index index;
    std::lock_guard lock(mutex_);
    gone.swap(entries_);
    index.swap(index_);
    bytes_ = 0;
    ++epoch_;
}

ResponseMemory::Usage ResponseMemory::usage() const {
    std::lock_guard lock(mutex_);
    return {index_.size(), bytes_};
}

void ResponseMemory::drop(Entries::iterator entry) {
    bytes_ -= entry->bytes;
    index_.erase(entry->key);
    entries_.erase(entry);
}

}  // namespace kitchen::catalog
