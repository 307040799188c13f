#include "transport_state.h"

#include <algorithm>
#include <utility>

#include "kitchen/ip.h"

namespace kitchen::http {
namespace {

// Connections past a cap that may wait for their 503 to be read, all together.
constexpr std::size_t max_refusals = 64;

}  // namespace

TransportState::TransportState(TransportOptions options, TransportHandler& handler)
    : options_(std::move(options)), handler_(handler) {}

TransportState::Admission TransportState::admit(const std::string& peer_address) {
    const bool uncapped = options_.is_uncapped && options_.is_uncapped(peer_address);
    const auto per_address = uncapped ? 0 : options_.max_connections_per_address;
    const std::lock_guard lock(mutex_);
    const std::string client = client_network(peer_address);
    const auto same = by_address_.find(client);
    const bool full = connections_.load() >= options_.max_connections ||
                      (per_address > 0 && same != by_address_.end() && same->second >= per_address);
    if (full) {
        add_refused();
        if (refusals_ >= max_refusals) return Admission::shed;
        ++refusals_;
        return Admission::refused;
    }
    ++by_address_[client];
    ++unsettled_;
    connections_.fetch_add(1);
    accepted_.fetch_add(1, std::memory_order_relaxed);
    return Admission::admitted;
}

void TransportState::release(const std::string& peer_address, Admission admission) {
    const std::lock_guard lock(mutex_);
    if (admission == Admission::refused) {
        --refusals_;
        return;
    }
    const auto same = by_address_.find(client_network(peer_address));
    if (--same->second == 0) by_address_.erase(same);
    connections_.fetch_sub(1);
}

void TransportState::settle() {
    const std::lock_guard lock(mutex_);
    if (--unsettled_ == 0) settled_.notify_all();
}

bool TransportState::wait_until_settled(Clock::time_point deadline) {
    std::unique_lock lock(mutex_);
    return settled_.wait_until(lock, deadline, [this] { return unsettled_ == 0; });
}

std::chrono::milliseconds TransportState::tick() const noexcept {
    using std::chrono::milliseconds;
    const auto shortest =
        std::min({options_.head_timeout, options_.body_timeout, options_.idle_timeout,
                  options_.write_timeout, options_.linger_timeout});
    return std::clamp(shortest / 4, milliseconds(10), milliseconds(250));
}

}  // namespace kitchen::http
