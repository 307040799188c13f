#include "file_mailer.h"

#include <utility>

#include "idempotency_keys.h"

namespace kitchen {

FileMailer::FileMailer(std::filesystem::path directory, mime::Mailbox from, const Clock& clock,
                       Logger& log)
    : from_(std::move(from)), clock_(clock), files_(std::move(directory), "mail", ".eml", log) {}

Status FileMailer::send(const Mail& mail) {
    if (mail.idempotency_key.empty())
        return Error(Errc::unprocessable, "mail_key_missing", "A mail needs an idempotency key.");
    const std::string digest = key_digest(mail.idempotency_key);
    const Timestamp now = clock_.now();
    const auto bytes =
        mime::build({from_, mail.to, mail.subject, mail.text, mail.html, now, digest, false});
    return bytes ? files_.write(digest, now, *bytes) : bytes.error();
}

}  // namespace kitchen
