#include "twilio_double.h"

#include <algorithm>
#include <deque>
#include <map>
#include <optional>
#include <string_view>

#include <boost/beast/http/field.hpp>
#include <boost/beast/http/verb.hpp>
#include <sodium.h>

#include "http_double.h"
#include "kitchen/json.h"
#include "kitchen/utf8.h"

namespace kitchen::tests {

namespace http = boost::beast::http;
using Request = HttpDouble::Request;
using Response = HttpDouble::Response;
using Fields = std::map<std::string, std::string>;

namespace {

Response failure(int status, int code, const std::string& message) {
    return {
        status,
        Json::object({{"code", code},
                      {"message", message},
                      {"more_info", "https://www.twilio.com/docs/errors/" + std::to_string(code)},
                      {"status", status}})
            .dump()};
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// Of application/x-www-form-urlencoded; nothing for what that is not.
std::optional<std::string> decoded(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '+') {
            out += ' ';
        } else if (text[i] == '%') {
            unsigned char byte = 0;
            std::size_t length = 0;
            if (i + 2 >= text.size()) return std::nullopt;
            if (sodium_hex2bin(&byte, 1, text.data() + i + 1, 2, nullptr, &length, nullptr) != 0 ||
                length != 1)
                return std::nullopt;
            out += static_cast<char>(byte);
            i += 2;
        } else if (text[i] > ' ' && text[i] < '\x7f') {
            out += text[i];
        } else {
            return std::nullopt;
        }
    }
    return out;
}

/// Nothing when it is no such form, has a name twice, or a value that is no UTF-8.
std::optional<Fields> form_in(std::string_view body) {
    Fields fields;
    while (!body.empty()) {
        const std::string_view pair = body.substr(0, body.find('&'));
        body.remove_prefix(std::min(body.size(), pair.size() + 1));
        const std::size_t equals = pair.find('=');
        if (equals == std::string_view::npos) return std::nullopt;
        const auto name = decoded(pair.substr(0, equals));
        const auto value = decoded(pair.substr(equals + 1));
        if (!name || !value || !utf8::is_valid(*value)) return std::nullopt;
        if (!fields.try_emplace(*name, *value).second) return std::nullopt;
    }
    return fields;
}

/// "user:secret", or "".
std::string basic_in(std::string_view header) {
    constexpr std::string_view scheme = "Basic ";
    if (!header.starts_with(scheme)) return {};
    header.remove_prefix(scheme.size());
    std::string out(header.size(), '\0');
    std::size_t length = 0;
    if (sodium_base642bin(reinterpret_cast<unsigned char*>(out.data()), out.size(), header.data(),
                          header.size(), nullptr, &length, nullptr,
                          sodium_base64_VARIANT_ORIGINAL) != 0)
        return {};
    return out.substr(0, length);
}

bool is_e164(const std::string& text) {
    return text.size() >= 3 && text.size() <= 16 && text[0] == '+' && text[1] != '0' &&
           std::all_of(text.begin() + 1, text.end(), is_digit);
}

std::optional<Response> refuse_sender(const Fields& fields) {
    const bool by_number = fields.contains("From");
    if (by_number == fields.contains("MessagingServiceSid"))
        return failure(400, 21603, "A 'From' phone number is required.");
    if (!by_number) {
        if (fields.at("MessagingServiceSid") != TwilioDouble::messaging_service_sid)
            return failure(404, 21701, "The Messaging Service does not exist.");
        return std::nullopt;
    }
    const std::string& from = fields.at("From");
    if (from == "+15005550001")
        return failure(400, 21212, "The 'From' number " + from + " is not a valid phone number.");
    if (from == "+15005550008")
        return failure(429, 21611,
                       "This 'From' number has exceeded the maximum number of queued "
                       "messages.");
    if (from != TwilioDouble::from)
        return failure(400, 21606,
                       "The From phone number " + from +
                           " is not a valid, SMS-capable inbound phone number or "
                           "short code for your account.");
    return std::nullopt;
}

std::optional<Response> refuse_recipient(const Fields& fields) {
    if (!fields.contains("To")) return failure(400, 21604, "A 'To' phone number is required.");
    const std::string& to = fields.at("To");
    const std::map<std::string, int> numbers = {{"+15005550001", 21211},
                                                {"+15005550002", 21612},
                                                {"+15005550003", 21408},
                                                {"+15005550004", 21610},
                                                {"+15005550009", 21614}};
    if (!is_e164(to)) return failure(400, 21211, "The 'To' number " + to + " is not valid.");
    if (const auto found = numbers.find(to); found != numbers.end())
        return failure(400, found->second, "Not to the 'To' number: " + to);
    return std::nullopt;
}

/// What the service refuses; fills `message` otherwise.
std::optional<Response> refuse(const Request& request, TwilioMessage& message) {
    const std::string account = TwilioDouble::account_sid;
    if (request.target() != "/2010-04-01/Accounts/" + account + "/Messages.json")
        return failure(404, 20404, "The requested resource was not found");
    if (request.method() != http::verb::post) return failure(405, 20004, "Method not allowed");
    const std::string credentials = basic_in(
        {request[http::field::authorization].data(), request[http::field::authorization].size()});
    if (credentials != TwilioDouble::api_key_sid + std::string(":") + TwilioDouble::api_secret &&
        credentials != account + ':' + TwilioDouble::auth_token)
        return failure(401, 20003, "Authenticate");
    if (request[http::field::content_type] != "application/x-www-form-urlencoded")
        return failure(400, 20001, "Not a form.");
    const std::optional<Fields> fields = form_in(request.body());
    if (!fields) return failure(400, 20001, "Not a form.");
    for (const auto& [name, value] : *fields)
        if (name != "To" && name != "From" && name != "MessagingServiceSid" && name != "Body" &&
            name != "ValidityPeriod")
            return failure(400, 20001, "Unknown parameter " + name);
    if (auto refusal = refuse_recipient(*fields)) return refusal;
    if (auto refusal = refuse_sender(*fields)) return refusal;
    const auto value = [&](const char* name) {
        const auto found = fields->find(name);
        return found == fields->end() ? std::string() : found->second;
    };
    if (value("Body").empty())
        return failure(400, 21619, "A Message Body, Media URL or Content SID is required.");
    if (utf8::count(value("Body")) > 1600)
        return failure(400, 21617,
                       "The concatenated message body exceeds the 1600 character "
                       "limit.");
    const std::string validity = value("ValidityPeriod");
    if (!validity.empty() &&
        (validity.size() > 5 || !std::all_of(validity.begin(), validity.end(), is_digit) ||
         std::stoi(validity) < 1 || std::stoi(validity) > 36'000))
        return failure(400, 90007, "Invalid validity period value");
    message = {value("To"), value("From"), value("MessagingServiceSid"), value("Body"), validity};
    return std::nullopt;
}

Response created(const TwilioMessage& message, std::size_t number) {
    const std::string digits = std::to_string(number);
    const std::string sid = "SM" + std::string(32 - digits.size(), '0') + digits;
    const auto or_null = [](const std::string& text) { return text.empty() ? Json() : Json(text); };
    return {201,
            Json::object({{"sid", sid},
                          {"account_sid", TwilioDouble::account_sid},
                          {"to", message.to},
                          {"from", or_null(message.from)},
                          {"messaging_service_sid", or_null(message.messaging_service_sid)},
                          {"body", message.body},
                          {"status", message.from.empty() ? "accepted" : "queued"},
                          {"direction", "outbound-api"},
                          {"api_version", "2010-04-01"},
                          {"error_code", Json()},
                          {"error_message", Json()},
                          {"uri", "/2010-04-01/Accounts/" + std::string(TwilioDouble::account_sid) +
                                      "/Messages/" + sid + ".json"}})
                .dump()};
}

}  // namespace

struct TwilioDouble::Impl {
    std::optional<Response> handle(const Request& request, HttpDouble::Lock& lock) {
        TwilioMessage message;
        if (std::optional<Response> refusal = refuse(request, message)) {
            refusals.push_back(
                std::to_string(refusal->status) + ' ' +
                std::to_string(parse_json(refusal->body).value()["code"].as_integer()));
            return refusal;
        }
        std::optional<TwilioFault> fault;
        if (!faults.empty()) {
            fault = faults.front();
            faults.pop_front();
        }
        if (fault && fault->kind == TwilioFault::Kind::hang && !http_double.hang(lock))
            return std::nullopt;
        if (fault && fault->kind == TwilioFault::Kind::lose_request) return std::nullopt;
        if (fault && fault->kind == TwilioFault::Kind::response) {
            Response response = fault->code == 0
                                    ? Response{fault->status, "<html>Bad Gateway</html>"}
                                    : failure(fault->status, fault->code, "To " + message.to);
            response.header = fault->header;
            return response;
        }
        messages.push_back(message);
        if (fault && fault->kind == TwilioFault::Kind::lose_response) return std::nullopt;
        return created(message, messages.size());
    }

    std::deque<TwilioFault> faults;
    std::vector<TwilioMessage> messages;
    std::vector<std::string> refusals;
    HttpDouble http_double{
        [this](const Request& request, HttpDouble::Lock& lock) { return handle(request, lock); }};
};

TwilioDouble::TwilioDouble() : impl_(std::make_unique<Impl>()) {}
TwilioDouble::~TwilioDouble() = default;

std::string TwilioDouble::url() const {
    return "http://127.0.0.1:" + std::to_string(impl_->http_double.port());
}
void TwilioDouble::fail_next(std::vector<TwilioFault> faults) {
    const auto lock = impl_->http_double.lock();
    impl_->faults.assign(faults.begin(), faults.end());
}
void TwilioDouble::release() { impl_->http_double.release(); }
void TwilioDouble::wait_for_requests(int count) { impl_->http_double.wait_for_requests(count); }
std::vector<TwilioMessage> TwilioDouble::messages() const {
    const auto lock = impl_->http_double.lock();
    return impl_->messages;
}
std::vector<std::string> TwilioDouble::texts_to(const std::string& number) const {
    std::vector<std::string> texts;
    for (const TwilioMessage& message : messages())
        if (message.to == number) texts.push_back(message.body);
    return texts;
}
int TwilioDouble::requests() const { return impl_->http_double.requests(); }
std::vector<std::string> TwilioDouble::refusals() const {
    const auto lock = impl_->http_double.lock();
    return impl_->refusals;
}

}  // namespace kitchen::tests
