// What senders of mails do with idempotency keys.
//
// Thread-safety: all calls, from any thread.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_set>

namespace kitchen {

inline constexpr std::size_t key_digest_length = 32;

/// A key as a short word that may stand in a file name, a header or a log, since keys hold any
/// bytes: one of new_mail_key() as it is, so that all logs name a mail alike; of any other the
/// first half of its SHA-256 in the letters a to p: 32 of them. In letters only, so that who looks
/// for a code in a mail with a pattern of digits does not find one in its name or Message-ID.
std::string key_digest(std::string_view key);

/// Two sends under one idempotency key, one after the other: the second then learns from the first,
/// or from the service behind it, that the mail has been taken.
/// It must outlive its turns.
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
