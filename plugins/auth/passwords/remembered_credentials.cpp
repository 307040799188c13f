#include "passwords/remembered_credentials.h"

namespace kitchen::auth {

bool RememberedCredentials::contains(const std::string& hash) const {
    const Instant now = clock_.steady_now();
    std::lock_guard lock(mutex_);
    const auto found = until_.find(hash);
    return found != until_.end() && now < found->second;
}

void RememberedCredentials::remember(const std::string& hash) {
    if (ttl_.count() <= 0 || capacity_ == 0) return;
    const Instant now = clock_.steady_now();
    std::lock_guard lock(mutex_);
    while (!oldest_first_.empty() &&
           (oldest_first_.front().first <= now || oldest_first_.size() >= capacity_)) {
        const auto& [until, oldest] = oldest_first_.front();
        // Remembered again since: then a later entry of the queue speaks for it.
        if (const auto found = until_.find(oldest); found != until_.end() && found->second == until)
            until_.erase(found);
        oldest_first_.pop_front();
    }
    until_[hash] = now + ttl_;
    oldest_first_.emplace_back(now + ttl_, hash);
}

std::size_t RememberedCredentials::size() const {
    std::lock_guard lock(mutex_);
    return until_.size();
}

}  // namespace kitchen::auth
