// What the end of an SMTP dialogue (RFC 5321) means to the sender of a mail.
//
// A refusal that is about this server and not about the mail (login, sender, TLS) is `unavailable`:
// the mail is good, and may go out once the settings are mended.
//
// Thread-safety: pure functions; a Dialogue belongs to one thread.
#pragma once

#include <string_view>

#include <curl/curl.h>

#include "kitchen/result.h"

namespace kitchen::smtp {

enum class Stage : std::uint8_t { greeting, login, sender, recipient, content };

/// Follows the commands that are sent. Looks at their first word only, and keeps none of it.
class Dialogue {
public:
    void command(std::string_view line);
    Stage stage() const noexcept { return stage_; }

private:
    Stage stage_ = Stage::greeting;
};

/// `reply` is the last reply code of the server, 0 for none. Errors: as mailer.h says; the subject
/// is the code, or libcurl's words.
Status outcome(CURLcode result, long reply, Stage stage);

}  // namespace kitchen::smtp
