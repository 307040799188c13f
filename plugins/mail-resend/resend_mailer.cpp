#include "resend_mailer.h"

#include <algorithm>
#include <memory>
#include <stdexcept>
#include <utility>

#include "key_digest.h"
#include "kitchen/json.h"

namespace kitchen::resend {
namespace {

constexpr std::size_t most_of_an_answer = 64 * 1024;  // an id or an error is some hundred octets
constexpr std::size_t longest_key = 200;              // the service takes 256
constexpr std::string_view digest_prefix = "digest-";

bool is_visible(char c) { return c > ' ' && c < '\x7f'; }

std::string part_of(CURLU* url, CURLUPart part) {
    char* text = nullptr;
    if (curl_url_get(url, part, &text, 0) != CURLUE_OK) return {};
    const std::unique_ptr<char, decltype(&curl_free)> owned(text, &curl_free);
    return text;
}

std::size_t keep(const char* data, std::size_t, std::size_t size, void* answer) {
    std::string& body = static_cast<HttpAnswer*>(answer)->body;
    if (body.size() + size > most_of_an_answer) return 0;  // ends the exchange
    body.append(data, size);
    return size;
}

Error unreachable(CURLcode failure) {
    Error error(Errc::unavailable, "mail_service_unreachable", "The mail service cannot be reached.");
    if (failure == CURLE_OPERATION_TIMEDOUT)
        error = Error(Errc::unavailable, "mail_service_timeout", "The mail service did not answer in time.");
    else if (failure == CURLE_PEER_FAILED_VERIFICATION || failure == CURLE_SSL_CONNECT_ERROR || failure == CURLE_SSL_CACERT_BADFILE)
        error = Error(Errc::unavailable, "mail_service_untrusted", "The mail service's certificate cannot be trusted.");
    else if (failure == CURLE_WRITE_ERROR)
        error = Error(Errc::unavailable, "mail_answer_unreadable", "The mail service gave an answer that is far too long.");
    error.subject = curl_easy_strerror(failure);
    return error;
}

}  // namespace

void check(const Options& options) {
    if (options.api_key.empty() || !std::all_of(options.api_key.begin(), options.api_key.end(), is_visible))
        throw std::invalid_argument("api_key: not a key; it has visible ASCII characters only, and at least one");
    const CurlUrl url(curl_url());
    if (!url || curl_url_set(url.get(), CURLUPART_URL, options.base_url.c_str(), 0) != CURLUE_OK)
        throw std::invalid_argument("base_url: not a URL; write it like https://api.resend.com");
    for (const CURLUPart part : {CURLUPART_USER, CURLUPART_PASSWORD, CURLUPART_QUERY, CURLUPART_FRAGMENT})
        if (!part_of(url.get(), part).empty()) throw std::invalid_argument("base_url: leave out user, password, query and fragment");
    const std::string scheme = part_of(url.get(), CURLUPART_SCHEME), host = part_of(url.get(), CURLUPART_HOST);
    const bool local = host == "localhost" || host == "127.0.0.1" || host == "[::1]";
    if (scheme != "https" && !(scheme == "http" && local))
        throw std::invalid_argument("base_url: must begin with https://, or the key would travel in the clear");
    if (options.timeout < options.connect_timeout) throw std::invalid_argument("timeout: must not be shorter than connect_timeout");
}

std::string header_key(std::string_view key) {
    const bool plain = key.size() <= longest_key && std::all_of(key.begin(), key.end(), is_visible) && !key.starts_with(digest_prefix);
    return plain ? std::string(key) : std::string(digest_prefix) + key_digest(key);
}

ResendMailer::ResendMailer(Options options, Logger& log)
    : options_([&] {
          while (options.base_url.ends_with('/')) options.base_url.pop_back();
          return std::move(options);
      }()),
      from_(mime::to_text(options_.from)),
      log_(log) {}

Status ResendMailer::send(const Mail& mail) {
    if (mail.idempotency_key.empty())
        return Error(Errc::unprocessable, "mail_key_missing", "A mail needs an idempotency key.");
    if (Status good = mime::check({options_.from, mail.to, mail.subject, mail.text, mail.html, {}, {}, false}); !good) return good;

    std::string body;
    JsonWriter json(body);
    json.begin_object().member("from", from_).key("to").begin_array().value(mail.to).end_array();
    json.member("subject", mail.subject);
    json.member("text", mail.text.empty() ? std::string("\n") : mail.text);  // the service wants a text that is not empty
    if (!mail.html.empty()) json.member("html", mail.html);
    json.end_object();

    const auto turn = turns_.take(mail.idempotency_key);
    const Result<HttpAnswer> answer = post(header_key(mail.idempotency_key), body);
    const Result<std::string> id = answer ? read_answer(*answer) : Result<std::string>(answer.error());
    const std::string digest = key_digest(mail.idempotency_key);
    if (!id) {
        log_.warn("mail not taken", {{"key", digest}, {"code", id.error().code}, {"reason", id.error().subject}});
        return id.error();
    }
    if (id->empty()) log_.warn("another mail was taken under this key before; not sent again", {{"key", digest}});
    else log_.info("mail taken", {{"key", digest}, {"id", *id}});
    return {};
}

Result<HttpAnswer> ResendMailer::post(const std::string& key, const std::string& body) {
    CurlList headers;
    headers.add("Authorization: Bearer " + options_.api_key);
    headers.add("Content-Type: application/json");
    headers.add("Accept: application/json");
    headers.add("Idempotency-Key: " + key);
    headers.add("Expect:");  // no waiting for 100 Continue
    const std::string url = options_.base_url + "/emails";

    HttpAnswer answer;
    CurlEasy handle = pool_.take();
    CURL* const curl = handle.get();
    curl_easy_setopt(curl, CURLOPT_URL, url.c_str());
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L);  // the key is for this address only
    curl_easy_setopt(curl, CURLOPT_PROXY, options_.proxy.c_str());
    curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, 1L);
    curl_easy_setopt(curl, CURLOPT_SSL_VERIFYHOST, 2L);
    if (!options_.ca_file.empty()) curl_easy_setopt(curl, CURLOPT_CAINFO, options_.ca_file.c_str());
    curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(options_.connect_timeout.count()));
    curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, static_cast<long>(options_.timeout.count()));
    curl_easy_setopt(curl, CURLOPT_USERAGENT, "chuks-kitchen");  // the service refuses requests without one
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers.get());
    curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(body.size()));
    curl_easy_setopt(curl, CURLOPT_POSTFIELDS, body.c_str());
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, &keep);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, &answer);
    if (const CURLcode failure = curl_easy_perform(curl); failure != CURLE_OK) return unreachable(failure);

    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &answer.status);
    curl_off_t wait = 0;
    if (curl_easy_getinfo(curl, CURLINFO_RETRY_AFTER, &wait) == CURLE_OK && wait > 0) answer.retry_after = std::chrono::seconds(wait);
    pool_.give_back(std::move(handle));
    return answer;
}

}  // namespace kitchen::resend
