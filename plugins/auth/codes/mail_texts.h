// What the plugin's mails say: templates/, or a folder of the operator's with files of the same
// names.
//
// Thread-safety: immutable once constructed.
#pragma once

#include <chrono>
#include <filesystem>
#include <string_view>

#include "kitchen/mailer.h"
#include "mail_templates.h"

namespace kitchen::auth {

class MailTexts {
public:
    /// `folder`: "" for the built-in templates. Throws std::runtime_error, which names each file
    /// and its fault.
    explicit MailTexts(const std::filesystem::path& folder = {});

    /// All without idempotency key.
    Mail signup(std::string_view to, std::string_view code,
                std::chrono::milliseconds valid_for) const;
    Mail password_reset(std::string_view to, std::string_view code,
                        std::chrono::milliseconds valid_for) const;
    /// To the new address, and the notice to the old one.
    Mail email_change(std::string_view to, std::string_view code,
                      std::chrono::milliseconds valid_for) const;
    Mail email_changed(std::string_view to) const;

private:
    Mail code_mail(std::string_view name, std::string_view to, std::string_view code,
                   std::chrono::milliseconds valid_for) const;

    MailTemplates templates_;
};

}  // namespace kitchen::auth
