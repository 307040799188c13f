#include "resend_double.h"

#include <algorithm>
#include <deque>
#include <map>
#include <optional>
#include <set>

#include <boost/beast/http/field.hpp>
#include <boost/beast/http/verb.hpp>

#include "http_double.h"
#include "kitchen/json.h"

namespace kitchen::tests {

namespace http = boost::beast::http;
using Request = HttpDouble::Request;
using Response = HttpDouble::Response;

namespace {

Response failure(int status, const std::string& name, const std::string& message) {
    return {status,
            Json::object({{"statusCode", status}, {"message", message}, {"name", name}}).dump()};
}

bool is_filled(const Json& value) { return value.is_string() && !value.as_string().empty(); }

/// What the service refuses before it looks at the key; fills `mail` otherwise.
std::optional<Response> refuse(const Request& request, const std::string& api_key,
                               ResendMail& mail) {
    if (request.target() != "/v1/emails")
        return failure(404, "not_found", "The requested endpoint does not exist.");
    if (request.method() != http::verb::post)
        return failure(405, "method_not_allowed", "Method is not allowed for the requested path.");
    if (request[http::field::user_agent].empty()) return Response{403, "error code: 1010"};
    if (request[http::field::authorization].empty())
        return failure(401, "missing_api_key", "Missing API key in the authorization header.");
    if (request[http::field::authorization] != "Bearer " + api_key)
        return failure(403, "invalid_api_key", "API key is invalid.");
    mail.key = std::string(request["Idempotency-Key"]);
    mail.traceparent = std::string(request["traceparent"]);
    mail.tracestate = std::string(request["tracestate"]);
    if (mail.key.empty() || mail.key.size() > 256)
        return failure(400, "invalid_idempotency_key", "The key must be between 1-256 chars.");
    if (request[http::field::content_type] != "application/json")
        return failure(400, "validation_error", "The body must be JSON.");
    const std::optional<Json> body = parse_json(request.body());
    if (!body || !body->is_object())
        return failure(400, "validation_error", "The body must be a JSON object.");
    for (const auto& [name, value] : body->as_object())
        if (name != "from" && name != "to" && name != "subject" && name != "text" && name != "html")
            return failure(422, "validation_error", "Unknown field " + name);
    for (const char* name : {"from", "to", "subject"})
        if (!body->has(name))
            return failure(422, "missing_required_field",
                           std::string("Missing `") + name + "` field.");
    if (!is_filled((*body)["text"]) && !is_filled((*body)["html"]))
        return failure(422, "missing_required_field", "Missing `html` or `text` field.");
    const Json& to = (*body)["to"];
    if (!to.is_array() || to.size() != 1 || !is_filled(to.as_array()[0]))
        return failure(422, "validation_error", "Invalid `to` field.");
    if (!is_filled((*body)["from"]))
        return failure(422, "invalid_from_address", "Invalid `from` field.");
    mail.from = (*body)["from"].as_string();
    mail.to = to.as_array()[0].as_string();
    mail.subject = (*body)["subject"].as_string();
    if (body->has("text")) mail.text = (*body)["text"].as_string();
    if (body->has("html")) mail.html = (*body)["html"].as_string();
    return std::nullopt;
}

}  // namespace

struct ResendDouble::Impl {
    explicit Impl(std::string key) : api_key(std::move(key)) {}

    std::optional<Response> handle(const Request& request, HttpDouble::Lock& lock) {
        keys.emplace_back(request["Idempotency-Key"]);
        ResendMail mail;
        if (std::optional<Response> refusal = refuse(request, api_key, mail)) {
            const Json body = parse_json(refusal->body).value_or(Json());
            refusals.push_back(std::to_string(refusal->status) + " " +
                               (body.has("name") ? body["name"].as_string() : refusal->body));
            return refusal;
        }
        if (busy.contains(mail.key))
            return failure(
                409, "concurrent_idempotent_requests",
                "Same idempotency key used while original request is still in progress.");
        std::optional<ResendFault> fault;
        if (!faults.empty()) {
            fault = faults.front();
            faults.pop_front();
        }
        if (fault && fault->kind == ResendFault::Kind::hang) {
            busy.insert(mail.key);
            const bool goes_on = http_double.hang(lock);
            busy.erase(mail.key);
            if (!goes_on) return std::nullopt;
        }
        if (fault && fault->kind == ResendFault::Kind::lose_request) return std::nullopt;
        if (fault && fault->kind == ResendFault::Kind::response) {
            Response response = fault->name.empty()
                                    ? Response{fault->status, "<html>Bad Gateway</html>"}
                                    : failure(fault->status, fault->name, "As ordered.");
            response.header = fault->header;
            return response;
        }
        const auto [taken, is_new] = taken_bodies.try_emplace(mail.key, request.body());
        if (!is_new && taken->second != request.body())
            return failure(409, "invalid_idempotent_request",
                           "Same idempotency key used with a different request payload.");
        if (is_new) mails.push_back(mail);
        if (fault && fault->kind == ResendFault::Kind::lose_response) return std::nullopt;
        const auto index = static_cast<std::int64_t>(std::distance(taken_bodies.begin(), taken));
        return Response{200, Json::object({{"id", "49a3999c-0ce1-4ea6-ab68-afcd6dc2e" +
                                                      std::to_string(100 + index)}})
                                 .dump()};
    }

    const std::string api_key;
    std::deque<ResendFault> faults;
    std::set<std::string> busy;
    std::map<std::string, std::string> taken_bodies;  // by key
    std::vector<ResendMail> mails;
    std::vector<std::string> keys, refusals;
    HttpDouble http_double{
        [this](const Request& request, HttpDouble::Lock& lock) { return handle(request, lock); }};
};

ResendDouble::ResendDouble(std::string api_key)
    : impl_(std::make_unique<Impl>(std::move(api_key))) {}
ResendDouble::~ResendDouble() = default;

std::string ResendDouble::plugin(const std::string& keys) const {
    return "{id: mail-resend, config: {base_url: '" + base_url() + "', api_key: " + impl_->api_key +
           ", from: 'Kitchen <k@example.com>'" + keys + "}}";
}

std::string ResendDouble::base_url() const {
    return "http://127.0.0.1:" + std::to_string(impl_->http_double.port()) + "/v1";
}

void ResendDouble::fail_next(std::vector<ResendFault> faults) {
    const auto lock = impl_->http_double.lock();
    impl_->faults.assign(faults.begin(), faults.end());
}
void ResendDouble::release() { impl_->http_double.release(); }
void ResendDouble::wait_for_requests(int count) { impl_->http_double.wait_for_requests(count); }
std::vector<ResendMail> ResendDouble::mails() const {
    const auto lock = impl_->http_double.lock();
    return impl_->mails;
}
int ResendDouble::mails_to(const std::string& recipient) const {
    const auto lock = impl_->http_double.lock();
    return static_cast<int>(
        std::count_if(impl_->mails.begin(), impl_->mails.end(),
                      [&](const ResendMail& mail) { return mail.to == recipient; }));
}
int ResendDouble::requests() const { return impl_->http_double.requests(); }
std::vector<std::string> ResendDouble::keys() const {
    const auto lock = impl_->http_double.lock();
    return impl_->keys;
}
std::vector<std::string> ResendDouble::refusals() const {
    const auto lock = impl_->http_double.lock();
    return impl_->refusals;
}

}  // namespace kitchen::tests
