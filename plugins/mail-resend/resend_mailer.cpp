#include "resend_mailer.h"

#include <algorithm>
#include <utility>

#include "kitchen/json.h"

namespace kitchen::resend {
namespace {

constexpr std::size_t longest_key = 200;  // the service takes 256
constexpr std::string_view digest_prefix = "digest-";

bool is_visible(char c) { return c > ' ' && c < '\x7f'; }

void add_trace(CurlList& headers, const TraceContext& trace) {
    if (!trace.traceparent.empty()) headers.add("traceparent: " + trace.traceparent);
    if (!trace.tracestate.empty()) headers.add("tracestate: " + trace.tracestate);
}

}  // namespace

void Options::describe(Fields<Options>& field) {
    field("api_key", &Options::api_key,
          "The key of the Resend account; one that may only send is enough")
        .secret()
        .required();
    field("from", &Options::from,
          "The sender: name@domain or Name <name@domain>; the domain is verified at Resend")
        .required();
    field("base_url", &Options::base_url, "Where the API is; http only on this machine");
    field("proxy", &Options::proxy, "HTTP proxy to go through; empty: none");
    ConnectionSettings::describe(field, "For one mail in all");
}

void Options::check(const Options& options, Problems& problems) {
    if (options.api_key.empty() ||
        !std::all_of(options.api_key.begin(), options.api_key.end(), is_visible))
        problems.at(options.api_key,
                    "not a key; it has visible ASCII characters only, and at least one");
    mime::check_sender(options.from, problems);
    if (std::string wrong = check_service_url(options.base_url); !wrong.empty())
        problems.at(options.base_url, wrong);
    ConnectionSettings::check(options, problems);
}

std::string header_key(std::string_view key) {
    const bool plain = key.size() <= longest_key &&
                       std::all_of(key.begin(), key.end(), is_visible) &&
                       !key.starts_with(digest_prefix);
    return plain ? std::string(key) : std::string(digest_prefix) + key_digest(key);
}

ResendMailer::ResendMailer(Options options, Logger& log, Tracing& tracing)
    : options_([&] {
          while (options.base_url.ends_with('/')) options.base_url.pop_back();
          return std::move(options);
      }()),
      service_{options_, options_.base_url + "/emails", options_.proxy},
      from_(*mime::parse_mailbox(options_.from)),
      log_(log),
      tracing_(tracing) {}

Status ResendMailer::send(const Mail& mail) {
    if (mail.idempotency_key.empty())
        return Error(Errc::unprocessable, "mail_key_missing", "A mail needs an idempotency key.");
    if (Status good =
            mime::check({from_, mail.to, mail.subject, mail.text, mail.html, {}, {}, false});
        !good)
        return good;

    std::string body;
    JsonWriter json(body);
    json.begin_object()
        .member("from", mime::to_text(from_))
        .key("to")
        .begin_array()
        .value(mail.to)
        .end_array();
    json.member("subject", mail.subject);
    json.member("text", mail.text.empty()
                            ? std::string("\n")
                            : mail.text);  // the service wants a text that is not empty
    if (!mail.html.empty()) json.member("html", mail.html);
    json.end_object();

    const auto turn = turns_.take(mail.idempotency_key);
    const Result<ServiceResponse> response = post(header_key(mail.idempotency_key), body);
    const Result<std::string> id =
        response ? read_response(*response) : Result<std::string>(response.error());
    const std::string digest = key_digest(mail.idempotency_key);
    if (!id) {
        log_.warn("mail not taken",
                  {{"key", digest}, {"code", id.error().code}, {"reason", id.error().subject}});
        return id.error();
    }
    if (id->empty())
        log_.warn("another mail was taken under this key before; not sent again",
                  {{"key", digest}});
    else
        log_.info("mail taken", {{"key", digest}, {"id", *id}});
    return {};
}

Result<ServiceResponse> ResendMailer::post(const std::string& key, const std::string& body) {
    CurlList headers;
    headers.add("Authorization: Bearer " + options_.api_key);
    headers.add("Content-Type: application/json");
    headers.add("Accept: application/json");
    headers.add("Idempotency-Key: " + key);
    headers.add("Expect:");  // no waiting for 100 Continue
    add_trace(headers, tracing_.outgoing());

    ServiceResponse response;
    if (const CURLcode failure = http_post(pool_, service_, headers, body, response);
        failure != CURLE_OK)
        return unreachable(failure, "mail_service", "The mail service");
    return response;
}

}  // namespace kitchen::resend
