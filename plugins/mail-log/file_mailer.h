// mailer/1 that writes each mail into a directory as one .eml file, for development and for tests:
// nothing leaves the machine.
//
// A file is called <UTC time>-<digest of the idempotency key>.eml, so names sort by time and the
// same key is recognised after a restart. It is written beside its name, flushed to the disk and
// then renamed: who watches the directory sees whole mails only. One process at a time may write to
// a directory.
//
// Thread-safety: send() and check() from any thread, once open() has succeeded; one mail is written
// at a time.
#pragma once

#include <filesystem>
#include <mutex>
#include <string>
#include <unordered_set>

#include "kitchen/clock.h"
#include "kitchen/log.h"
#include "kitchen/mailer.h"
#include "mime.h"

namespace kitchen {

class FileMailer : public Mailer {
public:
    /// The clock and the logger must outlive the mailer. Touches no file.
    FileMailer(std::filesystem::path directory, mime::Mailbox from, const Clock& clock,
               Logger& log);

    /// Makes the directory (mode 0700) when it is missing, and learns from the names in it which
    /// keys have been taken. Error: unavailable.
    Status open();

    /// Beyond the errors of mailer.h: unprocessable "mail_key_missing" without an idempotency key.
    /// A full disk or a directory that cannot be written is unavailable
    /// "mail_directory_unwritable", with the system's reason as the error's subject.
    Status send(const Mail& mail) override;

    /// Whether the directory can be written. Error: unavailable.
    Status check() const;

private:
    Status make_directory() const;
    Status write(const std::string& name, const std::string& digest,
                 const std::string& bytes) const;

    const std::filesystem::path directory_;
    const mime::Mailbox from_;
    const Clock& clock_;
    Logger& log_;
    std::mutex mutex_;
    std::unordered_set<std::string> taken_;  // digests of the keys
};

}  // namespace kitchen
