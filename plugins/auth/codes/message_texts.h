// What the plugin's mails and text messages say: templates/, or a folder of the operator's with
// files of the same names.
//
// Thread-safety: immutable once constructed.
#pragma once

#include <chrono>
#include <filesystem>
#include <string_view>

#include "codes/contact.h"
#include "codes/message_dispatcher.h"
#include "mail_templates.h"

namespace kitchen::auth {

/// Mails without a code, to who may not have made the change.
enum class Notice { email_changed, phone_changed, password_changed };

class MessageTexts {
public:
    /// `folder`: "" for the built-in templates. `has_sms`: also those that only servers with text
    /// messages use. Throws std::runtime_error, which names each file and its fault.
    explicit MessageTexts(const std::filesystem::path& folder = {}, bool has_sms = false);

    /// All without idempotency key.
    Message signup(const Contact& to, std::string_view code,
                   std::chrono::milliseconds valid_for) const;
    Message password_reset(const Contact& to, std::string_view code,
                           std::chrono::milliseconds valid_for) const;
    /// To the new address of an account or the number to be proved.
    Message contact_change(const Contact& to, std::string_view code,
                           std::chrono::milliseconds valid_for) const;
    Mail notice(Notice what, std::string_view to) const;

private:
    Message code_message(std::string_view name, const Contact& to, std::string_view code,
                         std::chrono::milliseconds valid_for) const;

    MailTemplates templates_;
};

}  // namespace kitchen::auth
