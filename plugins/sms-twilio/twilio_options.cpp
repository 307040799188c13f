#include "twilio_options.h"

#include <algorithm>
#include <string_view>

#include "http_post.h"
#include "sms_rules.h"

namespace kitchen::twilio {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

/// https://www.twilio.com/docs/glossary/what-is-a-sid
bool is_sid(std::string_view text, std::string_view kind) {
    return text.size() == 34 && text.starts_with(kind) &&
           std::all_of(text.begin() + 2, text.end(), [](char c) {
               return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
           });
}

/// A number in E.164, a short code, or a name
/// (https://www.twilio.com/docs/glossary/what-alphanumeric-sender-id).
bool is_sender(std::string_view text) {
    if (is_e164(text)) return true;
    if (std::all_of(text.begin(), text.end(), is_digit))
        return text.size() >= 3 && text.size() <= 8;
    return text.size() <= 11 && std::any_of(text.begin(), text.end(), is_letter) &&
           std::all_of(text.begin(), text.end(), [](char c) {
               return is_digit(c) || is_letter(c) ||
                      std::string_view(" +-_&").find(c) != std::string_view::npos;
           });
}

}  // namespace

void Options::describe(Fields<Options>& field) {
    field("account_sid", &Options::account_sid, "The account: AC and 32 hexadecimal digits")
        .required();
    field("api_key_sid", &Options::api_key_sid,
          "The API key (SK…) that secret belongs to; empty: secret is the account's auth token");
    field("secret", &Options::secret, "The secret of the API key, which can be revoked alone")
        .secret()
        .required();
    field("from", &Options::from,
          "The sender: a number in E.164, a short code, or a name of up to 11 letters and digits; "
          "this or messaging_service_sid");
    field("messaging_service_sid", &Options::messaging_service_sid,
          "The messaging service (MG…) that chooses the sender");
    field("validity", &Options::validity,
          "How long a message may wait at the service; it is dropped then")
        .between(std::chrono::seconds(1), std::chrono::hours(10));
    field("url", &Options::url, "Where the API is; http only on this machine");
    field("proxy", &Options::proxy, "HTTP proxy to go through; empty: none");
    ConnectionSettings::describe(field, "For one message in all");
}

void Options::check(const Options& options, Problems& problems) {
    if (!is_sid(options.account_sid, "AC"))
        problems.at(options.account_sid, "not an account's SID: AC and 32 hexadecimal digits");
    if (!options.api_key_sid.empty() && !is_sid(options.api_key_sid, "SK"))
        problems.at(options.api_key_sid, "not an API key's SID: SK and 32 hexadecimal digits");
    if (options.secret.empty() || !std::all_of(options.secret.begin(), options.secret.end(),
                                               [](char c) { return c > ' ' && c < '\x7f'; }))
        problems.at(options.secret,
                    "not a secret; it has visible ASCII characters only, and at least one");
    if (options.from.empty() == options.messaging_service_sid.empty())
        problems.at(options.from, "set either from or messaging_service_sid");
    else if (options.messaging_service_sid.empty() && !is_sender(options.from))
        problems.at(options.from, "not a sender; write it like +15005550006, 12345 or ChuksFood");
    else if (options.from.empty() && !is_sid(options.messaging_service_sid, "MG"))
        problems.at(options.messaging_service_sid,
                    "not a messaging service's SID: MG and 32 hexadecimal digits");
    if (std::string wrong = check_service_url(options.url); !wrong.empty())
        problems.at(options.url, wrong);
    ConnectionSettings::check(options, problems);
}

}  // namespace kitchen::twilio
