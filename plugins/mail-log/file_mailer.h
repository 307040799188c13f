// mailer/1 that writes each mail into a directory as one .eml file (MessageFiles), for development
// and for tests.
//
// Thread-safety: send() and check() from any thread, once open() has succeeded.
#pragma once

#include <filesystem>

#include "kitchen/clock.h"
#include "kitchen/mailer.h"
#include "message_files.h"
#include "mime.h"

namespace kitchen {

class FileMailer : public Mailer {
public:
    /// The clock and the logger must outlive the mailer. Touches no file.
    FileMailer(std::filesystem::path directory, mime::Mailbox from, const Clock& clock,
               Logger& log);

    /// As MessageFiles says.
    Status open() { return files_.open(); }
    Status check() const { return files_.check(); }

    /// Beyond the errors of mailer.h and those of MessageFiles: unprocessable "mail_key_missing"
    /// without an idempotency key.
    Status send(const Mail& mail) override;

private:
    const mime::Mailbox from_;
    const Clock& clock_;
    MessageFiles files_;
};

}  // namespace kitchen
