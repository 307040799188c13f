#include "key_turns.h"

#include <utility>

namespace kitchen {

KeyTurns::Turn::Turn(KeyTurns& turns, std::string key) : turns_(turns), key_(std::move(key)) {
    std::unique_lock lock(turns_.mutex_);
    turns_.given_back_.wait(lock, [this] { return !turns_.taken_.contains(key_); });
    turns_.taken_.insert(key_);
}

KeyTurns::Turn::~Turn() {
    {
        std::lock_guard lock(turns_.mutex_);
        turns_.taken_.erase(key_);
    }
    turns_.given_back_.notify_all();
}

}  // namespace kitchen
