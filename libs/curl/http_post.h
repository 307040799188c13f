// One request to a service of the internet, as every client here makes it: HTTP/1.1, TLS checked,
// no redirect, a deadline, a response of bounded size.
//
// Thread-safety: pure functions; the pool may be shared.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include "connection_settings.h"
#include "curl_handle.h"
#include "kitchen/result.h"

namespace kitchen {

struct HttpService : ConnectionSettings {
    std::string url;
    std::string proxy;  ///< "": none, whatever the environment says
    std::size_t longest_response = 64 * 1024;
    bool cut_response = false;  ///< of a longer one the beginning is kept: no failure
};

struct ServiceResponse {
    long status = 0;
    std::string body;
    std::optional<std::chrono::seconds> retry_after;  ///< a day at most
};

/// What is wrong with a URL that is neither https nor on this machine, or has a user, password,
/// query or fragment: the secret would travel in the clear. `plain_http`: it may be http. "":
/// nothing.
std::string check_service_url(const std::string& url, bool plain_http = false);

/// What `options` says, a GET when it says nothing of that: CURLE_OK with the response, whatever
/// its status; else why there is none: CURLE_WRITE_ERROR for a response that is too long,
/// CURLE_ABORTED_BY_CALLBACK once `stop` is requested (noticed within about a second).
CURLcode http_exchange(CurlPool& pool, const HttpService& service, const CurlList& headers,
                       ServiceResponse& response, const std::function<void(CURL*)>& options,
                       std::stop_token stop = {});

/// The same for a POST; `more` sets further options.
CURLcode http_post(CurlPool& pool, const HttpService& service, const CurlList& headers,
                   const std::string& body, ServiceResponse& response,
                   const std::function<void(CURL*)>& more = {}, std::stop_token stop = {});

/// Why the service was not reached, for error codes: "unreachable", "timeout", "untrusted" (its
/// certificate), "unreadable" (its response is too long).
const char* failure_name(CURLcode failure);
/// The same as an error: unavailable "<code>_<failure_name>", with sentences about `service`
/// ("SQS") and libcurl's own as the subject.
Error unreachable(CURLcode failure, const std::string& code, const std::string& service);

/// The body of a form, application/x-www-form-urlencoded; and one name or value of it.
using FormFields = std::vector<std::pair<std::string, std::string>>;
std::string form_encoded(const FormFields& fields);
std::string form_encoded(const std::string& text);

}  // namespace kitchen
