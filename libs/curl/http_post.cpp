#include "http_post.h"

#include <algorithm>
#include <memory>
#include <utility>

namespace kitchen {
namespace {

struct Received {
    ServiceResponse& response;
    const std::size_t longest;
    const bool cut;
};

std::string part_of(CURLU* url, CURLUPart part) {
    char* text = nullptr;
    if (curl_url_get(url, part, &text, 0) != CURLUE_OK) return {};
    const std::unique_ptr<char, decltype(&curl_free)> owned(text, &curl_free);
    return text;
}

std::size_t keep(const char* data, std::size_t, std::size_t size, void* target) {
    auto& [response, longest, cut] = *static_cast<Received*>(target);
    const std::size_t room = longest - response.body.size();
    if (size > room && !cut) return 0;  // ends the exchange
    response.body.append(data, std::min(size, room));
    return size;
}

int is_stopped(void* stop, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
    return static_cast<std::stop_token*>(stop)->stop_requested() ? 1 : 0;
}

}  // namespace

std::string check_service_url(const std::string& text, bool plain_http) {
    const CurlUrl url(curl_url());
    if (!url || curl_url_set(url.get(), CURLUPART_URL, text.c_str(), 0) != CURLUE_OK)
        return "not a URL; write it like https://api.example.com";
    for (const CURLUPart part :
         {CURLUPART_USER, CURLUPART_PASSWORD, CURLUPART_QUERY, CURLUPART_FRAGMENT})
        if (!part_of(url.get(), part).empty())
            return "leave out user, password, query and fragment";
    const std::string scheme = part_of(url.get(), CURLUPART_SCHEME),
                      host = part_of(url.get(), CURLUPART_HOST);
    const bool local = host == "localhost" || host == "127.0.0.1" || host == "[::1]";
    if (scheme != "https" && !(scheme == "http" && (local || plain_http)))
        return "must begin with https://, or secrets would travel in the clear";
    return {};
}

CURLcode http_exchange(CurlPool& pool, const HttpService& service, const CurlList& headers,
                       ServiceResponse& response, const std::function<void(CURL*)>& options,
                       std::stop_token stop) {
    Received received{response, service.longest_response, service.cut_response};
    CurlEasy handle = pool.take();
    CURL* const curl = handle.get();
    curl_easy_setopt(curl, CURLOPT_URL, service.url.c_str());
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(curl, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
    curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L);  // secrets are for this address only
    curl_easy_setopt(curl, CURLOPT_PROXY, service.proxy.c_str());
    curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, 1L);
    curl_easy_setopt(curl, CURLOPT_SSL_VERIFYHOST, 2L);
    if (!service.ca_file.empty()) curl_easy_setopt(curl, CURLOPT_CAINFO, service.ca_file.c_str());
    curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS,
                     static_cast<long>(service.connect_timeout.count()));
    curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, static_cast<long>(service.timeout.count()));
    curl_easy_setopt(curl, CURLOPT_USERAGENT, "chuks-kitchen");
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers.get());
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, &keep);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, &received);
    if (stop.stop_possible()) {
        curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
        curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, &is_stopped);
        curl_easy_setopt(curl, CURLOPT_XFERINFODATA, &stop);
    }
    options(curl);
    if (const CURLcode failure = curl_easy_perform(curl); failure != CURLE_OK) return failure;

    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &response.status);
    curl_off_t wait = 0;
    if (curl_easy_getinfo(curl, CURLINFO_RETRY_AFTER, &wait) == CURLE_OK && wait > 0)
        response.retry_after = std::chrono::seconds(std::min<curl_off_t>(wait, 24 * 3600));
    pool.give_back(std::move(handle));
    return CURLE_OK;
}

CURLcode http_post(CurlPool& pool, const HttpService& service, const CurlList& headers,
                   const std::string& body, ServiceResponse& response,
                   const std::function<void(CURL*)>& more, std::stop_token stop) {
    return http_exchange(
        pool, service, headers, response,
        [&](CURL* curl) {
            curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE,
                             static_cast<curl_off_t>(body.size()));
            curl_easy_setopt(curl, CURLOPT_POSTFIELDS, body.c_str());
            if (more) more(curl);
        },
        std::move(stop));
}

const char* failure_name(CURLcode failure) {
    switch (failure) {
        case CURLE_OPERATION_TIMEDOUT: return "timeout";
        case CURLE_PEER_FAILED_VERIFICATION:
        case CURLE_SSL_CONNECT_ERROR:
        case CURLE_SSL_CACERT_BADFILE: return "untrusted";
        case CURLE_WRITE_ERROR: return "unreadable";
        default: return "unreachable";
    }
}

Error unreachable(CURLcode failure, const std::string& code, const std::string& service) {
    const std::string name = failure_name(failure);
    std::string sentence = service + " cannot be reached.";
    if (name == "timeout")
        sentence = service + " did not respond in time.";
    else if (name == "untrusted")
        sentence = service + " has a certificate that cannot be trusted.";
    else if (name == "unreadable")
        sentence = service + " gave a response that is far too long.";
    return Error(Errc::unavailable, code + '_' + name, std::move(sentence))
        .with_subject(curl_easy_strerror(failure));
}

std::string form_encoded(const std::string& text) {
    const std::unique_ptr<char, decltype(&curl_free)> made(
        curl_easy_escape(nullptr, text.data(), static_cast<int>(text.size())), &curl_free);
    if (!made) throw std::bad_alloc();
    return made.get();
}

std::string form_encoded(const FormFields& fields) {
    std::string text;
    for (const auto& [name, value] : fields)
        text += (text.empty() ? "" : "&") + form_encoded(name) + '=' + form_encoded(value);
    return text;
}

}  // namespace kitchen
