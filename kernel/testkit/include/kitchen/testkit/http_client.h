// A small blocking HTTP/1.1 client for tests, one keep-alive connection.
//
// Thread-safety: one client, one thread; make as many as you like.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "kitchen/json.h"

namespace kitchen::testkit {

using HeaderList = std::vector<std::pair<std::string, std::string>>;

struct HttpResponse {
    int status = 0;
    HeaderList headers;  ///< names lower-cased
    std::string body;
    Json json;  ///< the parsed body when its type is JSON or problem+json; otherwise null

    /// The first field of that lower-case name, or "".
    std::string header(std::string_view lower_case_name) const;
    /// The `code` member of a problem document, or "".
    std::string problem_code() const;
};

/// HTTPS: whose certificates are trusted, and for which name; that name is in Host too.
struct TlsOptions {
    std::filesystem::path authority;  ///< PEM
    std::string server_name;
};

/// A text of a form, or a file when it has a media type.
struct FormPart {
    std::string name;
    std::string data;
    std::string media_type = {};
    std::string file_name = "file";
};

class HttpClient {
public:
    explicit HttpClient(std::uint16_t port, std::string host = "127.0.0.1");
    /// Over TLS, on 127.0.0.1.
    HttpClient(std::uint16_t port, TlsOptions tls);
    ~HttpClient();
    HttpClient(HttpClient&&) noexcept;
    HttpClient& operator=(HttpClient&&) noexcept;

    /// Credentials and cookies for all further requests. Cookies set by responses are kept and sent
    /// by themselves.
    HttpClient& basic(std::string_view user, std::string_view password);
    HttpClient& bearer(std::string_view token);
    HttpClient& anonymous();
    HttpClient& clear_cookies();

    /// Throws std::runtime_error when no whole response comes within 30 s. A connection that the
    /// server has closed is opened anew.
    HttpResponse send(std::string_view method, std::string_view target, std::string_view body = {},
                      const HeaderList& headers = {});
    HttpResponse get(std::string_view target, const HeaderList& headers = {}) {
        return send("GET", target, {}, headers);
    }
    /// A GET whose response may have no end: leaves as soon as `enough` says so of what has come of
    /// the body. Asked at first before anything has.
    HttpResponse stream(std::string_view target,
                        const std::function<bool(std::string_view body)>& enough,
                        const HeaderList& headers = {});
    HttpResponse del(std::string_view target, const HeaderList& headers = {}) {
        return send("DELETE", target, {}, headers);
    }
    /// With Content-Type: application/json.
    HttpResponse post(std::string_view target, const Json& body, HeaderList headers = {});
    /// As an HTML form with files does: multipart/form-data.
    HttpResponse post_form(std::string_view target, const std::vector<FormPart>& parts,
                           HeaderList headers = {});
    HttpResponse patch(std::string_view target, const Json& body, HeaderList headers = {});
    HttpResponse put(std::string_view target, const Json& body, HeaderList headers = {});

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace kitchen::testkit
