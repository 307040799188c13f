// One mail as the bytes that travel: RFC 5322 headers and an RFC 2045 body, with CRLF line ends.
//
// What comes from outside (recipient, subject) cannot add a header: control characters are refused,
// not repaired.
//
// Thread-safety: pure functions.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "kitchen/result.h"
#include "kitchen/settings.h"
#include "kitchen/time.h"

namespace kitchen::mime {

/// `Chuks Kitchen <no-reply@example.com>`.
struct Mailbox {
    std::string name;  ///< UTF-8; may be empty
    std::string address;
};

/// Reads "address", "<address>", "Name <address>" or "\"Name\" <address>". Nothing when it is none
/// of them.
std::optional<Mailbox> parse_mailbox(std::string_view text);

/// For a plugin's check(): reports a sender that is no mailbox.
void check_sender(const std::string& from, Problems& problems);

/// The same in the other direction, for what takes a mailbox as UTF-8 and not as a header: a name
/// that needs quotes gets them.
std::string to_text(const Mailbox& mailbox);

/// True for one RFC 5321 mailbox in ASCII, at most 254 bytes; the local part may be quoted.
bool is_address(std::string_view text);

struct Message {
    Mailbox from;
    std::string to;       ///< one address
    std::string subject;  ///< one line of UTF-8
    std::string text;     ///< UTF-8
    std::string html;     ///< UTF-8; "" for none
    Timestamp date;
    /// Unique to the mail; letters and digits. Becomes the Message-ID (at the sender's domain) and
    /// the boundary.
    std::string id;
    /// No byte above ASCII: for a way that does not carry them (SMTP without RFC 6152). Such text
    /// is quoted-printable then.
    bool seven_bit = false;
};

/// Whether build() would take it. Errors: as there.
Status check(const Message& message);

/// The whole mail. A text part stays readable as it is (7bit or 8bit) unless a line is longer than
/// the 998 bytes that SMTP carries, or it has bytes that SMTP does not; then it is
/// quoted-printable. Errors: unprocessable, code "mail_address_invalid" (with subject "to" or
/// "from"), "mail_subject_invalid" or "mail_text_invalid".
Result<std::string> build(const Message& message);

}  // namespace kitchen::mime
