#include "kitchen/testkit/http_client.h"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstdlib>
#include <optional>
#include <utility>

#include "http_connection.h"
#include "kitchen/text.h"
#include "kitchen/testkit/traffic.h"

namespace kitchen::testkit {
namespace {

using Time = HttpConnection::Time;
constexpr std::chrono::seconds response_timeout{30};

std::string base64(std::string_view text) {
    constexpr std::string_view digits =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::string out;
    for (std::size_t i = 0; i < text.size(); i += 3) {
        unsigned bits = 0;
        for (std::size_t k = 0; k < 3; ++k)
            bits = bits << 8 | (i + k < text.size() ? static_cast<unsigned char>(text[i + k]) : 0u);
        for (std::size_t k = 0; k < 4; ++k)
            out += i + k <= text.size() ? digits[bits >> (18 - 6 * k) & 63] : '=';
    }
    return out;
}

}  // namespace

std::string HttpResponse::header(std::string_view lower_case_name) const {
    for (const auto& [name, value] : headers)
        if (name == lower_case_name) return value;
    return {};
}

std::string HttpResponse::problem_code() const {
    const Json& code = json["code"];
    return code.is_string() ? code.as_string() : std::string();
}

struct HttpClient::Impl {
    std::string host;
    std::uint16_t port;
    std::optional<TlsOptions> tls;
    std::string authorization;
    HeaderList cookies;
    std::unique_ptr<HttpConnection> connection;
    const std::function<bool(std::string_view)>* enough =
        nullptr;  ///< of the response that is read; null: all of it

    void connect() {
        connection =
            tls ? std::make_unique<HttpConnection>(
                      host, port, *tls, std::chrono::steady_clock::now() + response_timeout)
                : std::make_unique<HttpConnection>(host, port);
    }

    std::string head(std::string_view method, std::string_view target, std::string_view body,
                     const HeaderList& headers) const {
        const auto given = [&](std::string_view name) {
            return std::any_of(headers.begin(), headers.end(),
                               [&](const auto& field) { return ascii_lower(field.first) == name; });
        };
        std::string out = std::string(method) + ' ' + std::string(target) + " HTTP/1.1\r\n";
        const auto add = [&out](std::string_view name, std::string_view value) {
            out.append(name).append(": ").append(value).append("\r\n");
        };
        const bool is_v6 = host.find(':') != std::string::npos;
        if (!given("host"))
            add("Host", (tls     ? tls->server_name
                         : is_v6 ? "[" + host + "]"
                                 : host) +
                            ":" + std::to_string(port));
        if (!authorization.empty() && !given("authorization")) add("Authorization", authorization);
        if (!cookies.empty() && !given("cookie")) {
            std::string list;
            for (const auto& [name, value] : cookies)
                list += (list.empty() ? "" : "; ") + name + "=" + value;
            add("Cookie", list);
        }
        const bool has_length = given("content-length") || given("transfer-encoding");
        if (!has_length &&
            (!body.empty() || method == "POST" || method == "PUT" || method == "PATCH"))
            add("Content-Length", std::to_string(body.size()));
        for (const auto& [name, value] : headers) add(name, value);
        return out + "\r\n";
    }

    /// Takes and drops cookies as the response says. Path, Domain, Expires and Secure are not
    /// looked at: a test talks to one server.
    void keep_cookie(std::string_view set_cookie) {
        const std::string_view pair = set_cookie.substr(0, set_cookie.find(';'));
        const std::size_t equals = std::min(pair.find('='), pair.size());
        const std::string name(without_blanks(pair.substr(0, equals)));
        std::erase_if(cookies, [&](const auto& cookie) { return cookie.first == name; });
        const std::string attributes = ascii_lower(set_cookie.substr(pair.size()));
        const std::size_t max_age = attributes.find("max-age=");
        const bool is_over =
            max_age != std::string::npos && std::atoll(attributes.c_str() + max_age + 8) <= 0;
        if (!is_over && equals < pair.size())
            cookies.emplace_back(name, without_blanks(pair.substr(equals + 1)));
    }

    HttpResponse read_head(Time deadline) {
        HttpResponse response;
        const std::string status_line = connection->read_line(deadline);
        if (!status_line.starts_with("HTTP/1.1 ") || status_line.size() < 12)
            client_failure("'" + status_line + "' is no status line");
        std::from_chars(status_line.data() + 9, status_line.data() + 12, response.status);
        for (;;) {
            const std::string line = connection->read_line(deadline);
            if (line.empty()) return response;
            const std::size_t colon = line.find(':');
            if (colon == std::string::npos) client_failure("'" + line + "' is no header field");
            response.headers.emplace_back(ascii_lower(line.substr(0, colon)),
                                          without_blanks(std::string_view(line).substr(colon + 1)));
        }
    }

    /// False when the rest is not wanted.
    bool read_pieces(std::string& body, bool chunked, Time deadline) {
        for (;;) {
            if (enough && (*enough)(body)) return false;
            const auto piece =
                chunked ? connection->read_chunk(deadline) : connection->read_some(deadline);
            if (!piece) return true;
            body += *piece;
        }
    }

    /// Also keeps the cookies, and lets the connection go when the server will.
    HttpResponse read_response(std::string_view method, HttpResponse response, Time deadline) {
        const std::string length = response.header("content-length");
        bool closes = ascii_lower(response.header("connection")).find("close") != std::string::npos;
        if (method != "HEAD" && response.status != 204 && response.status != 304) {
            if (!length.empty()) {
                std::size_t size = 0;
                std::from_chars(length.data(), length.data() + length.size(), size);
                response.body = connection->read_exactly(size, deadline);
            } else {
                const bool chunked = ascii_lower(response.header("transfer-encoding")) == "chunked";
                const bool whole = read_pieces(response.body, chunked, deadline);
                closes = closes || !chunked || !whole;
            }
        }
        for (const auto& [name, value] : response.headers)
            if (name == "set-cookie") keep_cookie(value);
        if (closes) connection.reset();
        const std::string type = response.header("content-type");
        if (type.find("json") != std::string::npos)
            response.json = parse_json(response.body).value_or(Json());
        return response;
    }

    HttpResponse exchange(std::string_view method, std::string_view head_text,
                          std::string_view body, bool waits_for_continue) {
        const Time deadline = std::chrono::steady_clock::now() + response_timeout;
        bool body_is_due = !body.empty();
        if (waits_for_continue) {
            connection->write(head_text, deadline);
        } else {
            connection->write(std::string(head_text).append(body), deadline);
            body_is_due = false;
        }
        for (;;) {
            HttpResponse response = read_head(deadline);
            if (response.status >= 200) {
                HttpResponse whole = read_response(method, std::move(response), deadline);
                if (body_is_due)
                    connection.reset();  // refused before the body: what comes next on this
                                         // connection is not agreed
                return whole;
            }
            if (response.status == 100 && body_is_due) {
                connection->write(body, deadline);
                body_is_due = false;
            }
        }
    }
};

HttpClient::HttpClient(std::uint16_t port, std::string host) : impl_(std::make_unique<Impl>()) {
    impl_->host = std::move(host);
    impl_->port = port;
}
HttpClient::HttpClient(std::uint16_t port, TlsOptions tls) : HttpClient(port) {
    impl_->tls = std::move(tls);
}
HttpClient::~HttpClient() = default;
HttpClient::HttpClient(HttpClient&&) noexcept = default;
HttpClient& HttpClient::operator=(HttpClient&&) noexcept = default;

HttpClient& HttpClient::basic(std::string_view user, std::string_view password) {
    impl_->authorization = "Basic " + base64(std::string(user) + ':' + std::string(password));
    return *this;
}
HttpClient& HttpClient::bearer(std::string_view token) {
    impl_->authorization = "Bearer " + std::string(token);
    return *this;
}
HttpClient& HttpClient::anonymous() {
    impl_->authorization.clear();
    return *this;
}
HttpClient& HttpClient::clear_cookies() {
    impl_->cookies.clear();
    return *this;
}

HttpResponse HttpClient::send(std::string_view method, std::string_view target,
                              std::string_view body, const HeaderList& headers) {
    const std::string head = impl_->head(method, target, body, headers);
    const bool waits_for_continue =
        std::any_of(headers.begin(), headers.end(), [](const auto& field) {
            return ascii_lower(field.first) == "expect" &&
                   ascii_lower(field.second) == "100-continue";
        });
    // Sent a second time, these do no more than once.
    const bool is_repeatable = method != "POST" && method != "PATCH";
    for (;;) {
        if (impl_->connection && impl_->connection->is_stale()) impl_->connection.reset();
        const bool is_reused = impl_->connection != nullptr;
        try {
            if (!is_reused) impl_->connect();
            HttpResponse response = impl_->exchange(method, head, body, waits_for_continue);
            if (is_traffic_recorded())
                record_traffic(impl_->port, method, target, body, headers, response,
                               impl_->enough == nullptr);
            return response;
        } catch (const Disconnected&) {
            impl_->connection.reset();
            // A server may close an idle connection at any time, also just now; on a fresh one it
            // owes a response.
            if (!is_reused || !is_repeatable)
                client_failure("the server closed the connection without an answer");
        } catch (...) {
            impl_->connection.reset();
            throw;
        }
    }
}

HttpResponse HttpClient::stream(std::string_view target,
                                const std::function<bool(std::string_view body)>& enough,
                                const HeaderList& headers) {
    struct Until {
        Impl& impl;
        ~Until() { impl.enough = nullptr; }
    } until{*impl_};
    impl_->enough = &enough;
    return send("GET", target, {}, headers);
}

namespace {

HeaderList with_json_type(HeaderList headers) {
    headers.emplace_back("Content-Type", "application/json");
    return headers;
}

}  // namespace

HttpResponse HttpClient::post(std::string_view target, const Json& body, HeaderList headers) {
    return send("POST", target, body.dump(), with_json_type(std::move(headers)));
}
HttpResponse HttpClient::post_form(std::string_view target, const std::vector<FormPart>& parts,
                                   HeaderList headers) {
    const std::string boundary = "a-boundary-of-the-testkit";
    std::string body;
    for (const FormPart& part : parts) {
        body += "--" + boundary + "\r\nContent-Disposition: form-data; name=\"" + part.name + '"';
        if (!part.media_type.empty())
            body += "; filename=\"" + part.file_name + "\"\r\nContent-Type: " + part.media_type;
        body += "\r\n\r\n" + part.data + "\r\n";
    }
    body += "--" + boundary + "--\r\n";
    headers.emplace_back("Content-Type", "multipart/form-data; boundary=" + boundary);
    return send("POST", target, body, headers);
}
HttpResponse HttpClient::patch(std::string_view target, const Json& body, HeaderList headers) {
    return send("PATCH", target, body.dump(), with_json_type(std::move(headers)));
}
HttpResponse HttpClient::put(std::string_view target, const Json& body, HeaderList headers) {
    return send("PUT", target, body.dump(), with_json_type(std::move(headers)));
}

}  // namespace kitchen::testkit
