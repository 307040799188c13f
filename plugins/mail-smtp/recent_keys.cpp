#include "recent_keys.h"

namespace kitchen::smtp {

void RecentKeys::forget_old() {
    const auto expired = clock_.steady_now() - kept;
    while (!by_age_.empty() && (by_age_.size() > most || by_age_.front().first <= expired)) {
        keys_.erase(by_age_.front().second);
        by_age_.pop_front();
    }
}

void RecentKeys::add(std::string digest) {
    std::lock_guard lock(mutex_);
    if (keys_.insert(digest).second) by_age_.emplace_back(clock_.steady_now(), std::move(digest));
    forget_old();
}

bool RecentKeys::contains(const std::string& digest) {
    std::lock_guard lock(mutex_);
    forget_old();
    return keys_.contains(digest);
}

}  // namespace kitchen::smtp
