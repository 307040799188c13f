#include "handover.h"

#include <algorithm>

#include "kitchen/json.h"

namespace kitchen::outbox {
namespace {

constexpr std::string_view member = "delivery";

}  // namespace

std::string to_message(std::int64_t delivery_id) {
    return Json::object({{std::string(member), delivery_id}}).dump();
}

std::optional<std::int64_t> parse_message(std::string_view body) {
    const std::optional<Json> message = parse_json(body);
    if (!message || !(*message)[member].is_integer()) return std::nullopt;
    const std::int64_t id = (*message)[member].as_integer();
    return id > 0 ? std::optional(id) : std::nullopt;
}

void Handover::note(std::int64_t delivery_id) {
    std::lock_guard lock(mutex_);
    if (noted_.size() < most_noted) noted_.push_back(delivery_id);
}

bool Handover::run() {
    std::vector<std::int64_t> noted;
    {
        std::lock_guard lock(mutex_);
        noted.swap(noted_);
    }
    return std::all_of(noted.begin(), noted.end(), [this](std::int64_t id) { return send(id); });
}

bool Handover::send(std::int64_t delivery_id) {
    if (clock_.steady_now() < left_alone_until_) return false;
    const Status sent = queue_.send(to_message(delivery_id));
    if (sent) return true;
    left_alone_until_ = clock_.steady_now() + queue_left_alone;
    log_.warn("the queue took no delivery; sending without it",
              {{"delivery_id", delivery_id}, {"code", sent.error().code}});
    return false;
}

}  // namespace kitchen::outbox
