// Two sends under one idempotency key, one after the other: the second then learns from the first,
// or from the service behind it, that the mail has been taken.
//
// Thread-safety: all calls, from any thread. It must outlive its turns.
#pragma once

#include <condition_variable>
#include <mutex>
#include <string>
#include <unordered_set>

namespace kitchen {

class KeyTurns {
public:
    /// Gives the turn back when it ends.
    class Turn {
    public:
        Turn(KeyTurns& turns, std::string key);
        ~Turn();
        Turn(const Turn&) = delete;
        Turn& operator=(const Turn&) = delete;

    private:
        KeyTurns& turns_;
        const std::string key_;
    };

    /// Waits while another thread has the turn of that key: as long as one send may take.
    [[nodiscard]] Turn take(std::string key) { return Turn(*this, std::move(key)); }

private:
    std::mutex mutex_;
    std::condition_variable given_back_;
    std::unordered_set<std::string> taken_;
};

}  // namespace kitchen
