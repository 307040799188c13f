#include "smtp_mailer.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "outcome.h"

namespace kitchen::smtp {
namespace {

bool is_visible(std::string_view text) {
    return std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < '\x7f'; });
}

bool is_host(std::string_view text) {
    const bool address = text.starts_with('[') && text.ends_with(']');  // of IPv6
    if (address) text = text.substr(1, text.size() - 2);
    return !text.empty() && text.size() <= 253 &&
           std::all_of(text.begin(), text.end(), [&](char c) {
               return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                      c == '-' || c == '.' || (address && c == ':');
           });
}

bool is_this_machine(std::string_view host) {
    return host == "localhost" || host == "127.0.0.1" || host == "[::1]";
}

std::int64_t port_of(const Options& options) {
    if (options.port != 0) return options.port;
    return options.security == Security::starttls ? 587
           : options.security == Security::tls    ? 465
                                                  : 25;
}

// libcurl takes the name for EHLO from the path.
std::string url_of(const Options& options, const std::string& from) {
    const std::string name =
        options.client_name.empty() ? from.substr(from.rfind('@') + 1) : options.client_name;
    return (options.security == Security::tls ? "smtps://" : "smtp://") + options.host + ":" +
           std::to_string(port_of(options)) + "/" + name;
}

std::size_t read_message(char* to, std::size_t size, std::size_t count, void* rest) {
    auto& text = *static_cast<std::string_view*>(rest);
    const std::size_t taken = std::min(size * count, text.size());
    text.copy(to, taken);
    text.remove_prefix(taken);
    return taken;
}

// A password may stand in what goes out after AUTH: Dialogue looks at first words only.
int follow(CURL*, curl_infotype type, char* data, std::size_t size, void* dialogue) {
    if (type == CURLINFO_HEADER_OUT) static_cast<Dialogue*>(dialogue)->command({data, size});
    return 0;
}

std::size_t drop(const char*, std::size_t size, std::size_t count, void*) { return size * count; }

}  // namespace

void Options::describe(Fields<Options>& field) {
    field("host", &Options::host, "The mail server that takes our mails").required();
    field("port", &Options::port, "Its port; 0: 587 with starttls, 465 with tls, 25 with none")
        .between(0, 65535);
    field("security", &Options::security,
          "TLS after STARTTLS, from the start, or none (to localhost only)")
        .one_of(
            {{"starttls", Security::starttls}, {"tls", Security::tls}, {"none", Security::none}});
    field("username", &Options::username, "Login; with password, or neither");
    field("password", &Options::password, "See username").secret();
    field("from", &Options::from, "The sender: name@domain or Name <name@domain>").required();
    field("client_name", &Options::client_name,
          "What we call ourselves in EHLO; empty: the sender's domain");
    ConnectionSettings::describe(field, "For one mail in all");
}

void Options::check(const Options& options, Problems& problems) {
    if (!is_host(options.host))
        problems.at(options.host, "not the name or address of a mail server");
    else if (options.security == Security::none && !is_this_machine(options.host))
        problems.at(options.security,
                    "none is for a server on this machine (localhost) only; use starttls or tls");
    if (options.username.empty() != options.password.empty())
        problems.at(options.username, "set username and password, or neither");
    if (!is_visible(options.username))
        problems.at(options.username, "has visible ASCII characters only");
    if (std::any_of(options.password.begin(), options.password.end(),
                    [](char c) { return c == '\0' || c == '\r' || c == '\n'; }))
        problems.at(options.password, "is one line");
    mime::check_sender(options.from, problems);
    if (!options.client_name.empty() && !is_host(options.client_name))
        problems.at(options.client_name, "not the name of a machine");
    ConnectionSettings::check(options, problems);
}

SmtpMailer::SmtpMailer(Options options, const Clock& clock, Logger& log)
    : options_(std::move(options)),
      from_(*mime::parse_mailbox(options_.from)),
      url_(url_of(options_, from_.address)),
      clock_(clock),
      log_(log),
      taken_(clock) {}

Status SmtpMailer::send(const Mail& mail) {
    if (mail.idempotency_key.empty())
        return Error(Errc::unprocessable, "mail_key_missing", "A mail needs an idempotency key.");
    const std::string digest = key_digest(mail.idempotency_key);
    // libcurl does not ask for 8BITMIME.
    const auto message = mime::build(
        {from_, mail.to, mail.subject, mail.text, mail.html, clock_.now(), digest, true});
    if (!message) return message.error();

    const auto turn = turns_.take(digest);
    if (taken_.contains(digest)) return {};
    if (Status delivered = deliver(mail.to, *message); !delivered) {
        log_.warn("mail not taken", {{"key", digest},
                                     {"code", delivered.error().code},
                                     {"reason", delivered.error().subject}});
        return delivered;
    }
    taken_.add(digest);
    log_.info("mail taken", {{"key", digest}});
    return {};
}

Status SmtpMailer::deliver(const std::string& to, const std::string& message) {
    const std::string sender = "<" + from_.address + ">";
    CurlList recipients;
    recipients.add("<" + to + ">");
    std::string_view rest = message;
    Dialogue dialogue;

    CurlEasy handle = pool_.take();
    CURL* const curl = handle.get();
    curl_easy_setopt(curl, CURLOPT_URL, url_.c_str());
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
    curl_easy_setopt(curl, CURLOPT_PROXY, "");
    curl_easy_setopt(
        curl, CURLOPT_USE_SSL,
        static_cast<long>(options_.security == Security::none ? CURLUSESSL_NONE : CURLUSESSL_ALL));
    curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, 1L);
    curl_easy_setopt(curl, CURLOPT_SSL_VERIFYHOST, 2L);
    if (!options_.ca_file.empty()) curl_easy_setopt(curl, CURLOPT_CAINFO, options_.ca_file.c_str());
    if (!options_.username.empty()) {
        curl_easy_setopt(curl, CURLOPT_USERNAME, options_.username.c_str());
        curl_easy_setopt(curl, CURLOPT_PASSWORD, options_.password.c_str());
    }
    curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS,
                     static_cast<long>(options_.connect_timeout.count()));
    curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, static_cast<long>(options_.timeout.count()));
    curl_easy_setopt(curl, CURLOPT_MAIL_FROM, sender.c_str());
    curl_easy_setopt(curl, CURLOPT_MAIL_RCPT, recipients.get());
    curl_easy_setopt(curl, CURLOPT_UPLOAD, 1L);
    curl_easy_setopt(curl, CURLOPT_INFILESIZE_LARGE, static_cast<curl_off_t>(message.size()));
    curl_easy_setopt(curl, CURLOPT_READFUNCTION, &read_message);
    curl_easy_setopt(curl, CURLOPT_READDATA, &rest);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, &drop);
    curl_easy_setopt(curl, CURLOPT_VERBOSE, 1L);  // to the debug function, which prints nothing
    curl_easy_setopt(curl, CURLOPT_DEBUGFUNCTION, &follow);
    curl_easy_setopt(curl, CURLOPT_DEBUGDATA, &dialogue);
    const CURLcode result = curl_easy_perform(curl);
    long reply = 0;
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &reply);
    curl_easy_setopt(curl, CURLOPT_VERBOSE,
                     0L);  // the dialogue ends here; closing the connection later talks again
    Status done = outcome(result, reply, dialogue.stage());
    if (done) pool_.give_back(std::move(handle));
    return done;
}

}  // namespace kitchen::smtp
