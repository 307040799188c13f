#include "response_head.h"

#include <algorithm>
#include <charconv>

#include "character_classes.h"

namespace kitchen::http {
namespace {

constexpr int fallback_status = 500;

int sendable(int status) noexcept {
    return status >= 200 && status <= 599 ? status : fallback_status;
}

bool written_here(std::string_view name) noexcept {
    using characters::equal_ignoring_case;
    switch (name.size()) {
        case 4: return equal_ignoring_case(name, "date");
        case 10: return equal_ignoring_case(name, "connection");
        case 14: return equal_ignoring_case(name, "content-length");
        case 17: return equal_ignoring_case(name, "transfer-encoding");
        default: return false;
    }
}

bool is_safe(std::string_view name, std::string_view value) noexcept {
    if (!characters::all(name, characters::token)) return false;
    for (const char c : value)
        if (!characters::is(c, characters::field_text)) return false;
    return true;
}

bool same_name(std::string_view a, std::string_view b) noexcept {
    return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(), [](char x, char y) {
               return ascii_lower(x) == ascii_lower(y);
           });
}

void append_field(std::string& out, std::string_view name, std::string_view value) {
    out += name;
    out += ": ";
    out += value;
    out += "\r\n";
}

void append_number(std::string& out, std::size_t number) {
    char digits[20];
    const auto end = std::to_chars(digits, digits + sizeof digits, number).ptr;
    out.append(digits, end);
}

}  // namespace

bool has_response_body(const ResponseFraming& framing) noexcept {
    return !framing.head_request && framing.status != 204 && framing.status != 304;
}

void append_response_head(std::string& out, const ResponseFraming& framing, const Fields& headers,
                          std::string_view date, const Fields& defaults) {
    const int status = sendable(framing.status);
    out += "HTTP/1.1 ";
    append_number(out, static_cast<std::size_t>(status));
    out += ' ';
    out += reason_phrase(status);
    out += "\r\nDate: ";
    out += date;
    out += "\r\n";
    for (const auto& [name, value] : headers) {
        if (!written_here(name) && is_safe(name, value)) append_field(out, name, value);
    }
    for (const auto& [name, value] : defaults) {
        const bool given =
            std::any_of(headers.begin(), headers.end(), [&name = name](const auto& field) {
                return same_name(field.first, name) && is_safe(field.first, field.second);
            });
        if (!given) append_field(out, name, value);
    }
    // A 304 would have to repeat the length of the response it stands for, which is not known here.
    if (!framing.until_close && status != 204 && status != 304) {
        out += "Content-Length: ";
        append_number(out, framing.body_size);
        out += "\r\n";
    }
    if (!framing.keep_alive || framing.until_close) {
        out += "Connection: close\r\n";
    } else if (framing.minor_version == 0) {
        out += "Connection: keep-alive\r\n";
    }
    out += "\r\n";
}

HttpDate DateCache::at(std::time_t time) {
    const std::lock_guard lock(mutex_);
    if (time != second_) {
        text_ = format_http_date(time);
        second_ = time;
    }
    return text_;
}

std::string_view reason_phrase(int status) noexcept {
    switch (status) {
        case 100: return "Continue";
        case 200: return "OK";
        case 201: return "Created";
        case 202: return "Accepted";
        case 203: return "Non-Authoritative Information";
        case 204: return "No Content";
        case 205: return "Reset Content";
        case 206: return "Partial Content";
        case 300: return "Multiple Choices";
        case 301: return "Moved Permanently";
        case 302: return "Found";
        case 303: return "See Other";
        case 304: return "Not Modified";
        case 307: return "Temporary Redirect";
        case 308: return "Permanent Redirect";
        case 400: return "Bad Request";
        case 401: return "Unauthorized";
        case 402: return "Payment Required";
        case 403: return "Forbidden";
        case 404: return "Not Found";
        case 405: return "Method Not Allowed";
        case 406: return "Not Acceptable";
        case 407: return "Proxy Authentication Required";
        case 408: return "Request Timeout";
        case 409: return "Conflict";
        case 410: return "Gone";
        case 411: return "Length Required";
        case 412: return "Precondition Failed";
        case 413: return "Content Too Large";
        case 414: return "URI Too Long";
        case 415: return "Unsupported Media Type";
        case 416: return "Range Not Satisfiable";
        case 417: return "Expectation Failed";
        case 421: return "Misdirected Request";
        case 422: return "Unprocessable Content";
        case 423: return "Locked";
        case 424: return "Failed Dependency";
        case 425: return "Too Early";
        case 426: return "Upgrade Required";
        case 428: return "Precondition Required";
        case 429: return "Too Many Requests";
        case 431: return "Request Header Fields Too Large";
        case 451: return "Unavailable For Legal Reasons";
        case 500: return "Internal Server Error";
        case 501: return "Not Implemented";
        case 502: return "Bad Gateway";
        case 503: return "Service Unavailable";
        case 504: return "Gateway Timeout";
        case 505: return "HTTP Version Not Supported";
        case 507: return "Insufficient Storage";
        case 508: return "Loop Detected";
        case 511: return "Network Authentication Required";
        default: return "Unknown";
    }
}

}  // namespace kitchen::http
