// Messages as files of one directory, for development and for tests: nothing leaves the machine.
//
// A file is called <UTC time>-<digest of the idempotency key><extension>, so names sort by time and
// the same key is recognised after a restart. It is written beside its name, flushed to the disk
// and then renamed: who watches the directory sees whole messages only. One process at a time may
// write to a directory.
//
// Thread-safety: write() and check() from any thread, once open() has succeeded; one message is
// written at a time.
#pragma once

#include <filesystem>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_set>

#include "kitchen/log.h"
#include "kitchen/result.h"
#include "kitchen/time.h"

namespace kitchen {

class MessageFiles {
public:
    /// `kind` is what errors and the log call a message: "mail". The logger must outlive this.
    /// Touches no file.
    MessageFiles(std::filesystem::path directory, std::string kind, std::string extension,
                 Logger& log);

    /// Makes the directory (mode 0700) when it is missing, and learns from the names in it which
    /// keys have been taken. Error: unavailable.
    Status open();

    /// `digest` is that of the message's key (key_digest()); a message whose key has been taken is
    /// not written again. A full disk or a directory that cannot be written is unavailable
    /// "<kind>_directory_unwritable", with the system's reason as the error's subject.
    Status write(const std::string& digest, Timestamp at, std::string_view bytes);

    /// Whether the directory can be written. Error: unavailable.
    Status check() const;

private:
    Error unwritable(int reason) const;
    Status make_directory() const;
    std::string digest_in(std::string_view name) const;
    Status write_file(const std::string& name, const std::string& digest,
                      std::string_view bytes) const;

    const std::filesystem::path directory_;
    const std::string kind_, extension_;
    Logger& log_;
    std::mutex mutex_;
    std::unordered_set<std::string> taken_;  // digests of the keys
};

}  // namespace kitchen
