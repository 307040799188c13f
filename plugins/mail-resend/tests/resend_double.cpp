#include "resend_double.h"

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <list>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <thread>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <sys/socket.h>

#include "kitchen/json.h"

namespace kitchen::tests {

namespace http = boost::beast::http;
using boost::asio::ip::tcp;
using HttpRequest = http::request<http::string_body>;

namespace {

struct Reply {
    int status;
    std::string body;
    std::string header = {};
};

Reply failure(int status, const std::string& name, const std::string& message) {
    return {status,
            Json::object({{"statusCode", status}, {"message", message}, {"name", name}}).dump()};
}

bool is_filled(const Json& value) { return value.is_string() && !value.as_string().empty(); }

/// What the service refuses before it looks at the key; fills `mail` otherwise.
std::optional<Reply> refuse(const HttpRequest& request, const std::string& api_key,
                            ResendMail& mail) {
    if (request.target() != "/v1/emails")
        return failure(404, "not_found", "The requested endpoint does not exist.");
    if (request.method() != http::verb::post)
        return failure(405, "method_not_allowed", "Method is not allowed for the requested path.");
    if (request[http::field::user_agent].empty()) return Reply{403, "error code: 1010"};
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
    explicit Impl(std::string key)
        : api_key(std::move(key)), acceptor(context, {boost::asio::ip::address_v4::loopback(), 0}) {
        listener = std::thread([this] { accept(); });
    }
    ~Impl() {
        {
            std::lock_guard lock(mutex);
            stopping = true;
            for (tcp::socket& socket : sockets) ::shutdown(socket.native_handle(), SHUT_RDWR);
        }
        changed.notify_all();
        ::shutdown(acceptor.native_handle(), SHUT_RDWR);
        listener.join();
        for (std::thread& thread : threads) thread.join();
    }

    void accept() {
        for (;;) {
            boost::system::error_code error;
            tcp::socket socket(context);
            acceptor.accept(socket, error);
            std::lock_guard lock(mutex);
            if (stopping) return;
            if (error) continue;
            sockets.push_back(std::move(socket));
            threads.emplace_back([this, &mine = sockets.back()] { serve(mine); });
        }
    }

    void serve(tcp::socket& socket) {
        boost::beast::flat_buffer buffer;
        for (;;) {
            HttpRequest request;
            boost::system::error_code error;
            http::read(socket, buffer, request, error);
            if (error) break;
            const std::optional<Reply> reply = handle(request);
            if (!reply) break;
            http::response<http::string_body> response(static_cast<http::status>(reply->status), 11,
                                                       reply->body);
            response.set(http::field::content_type, "application/json");
            if (!reply->header.empty()) {
                const std::size_t colon = reply->header.find(": ");
                response.set(reply->header.substr(0, colon), reply->header.substr(colon + 2));
            }
            response.keep_alive(request.keep_alive());
            response.prepare_payload();
            http::write(socket, response, error);
            if (error || !response.keep_alive()) break;
        }
        std::lock_guard lock(mutex);
        ::shutdown(socket.native_handle(), SHUT_RDWR);
    }

    /// Nothing: the connection is closed without a response.
    std::optional<Reply> handle(const HttpRequest& request) {
        std::unique_lock lock(mutex);
        ++requests;
        keys.emplace_back(request["Idempotency-Key"]);
        changed.notify_all();
        ResendMail mail;
        if (std::optional<Reply> refusal = refuse(request, api_key, mail)) {
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
            const int round = released;
            changed.wait(lock, [&] { return stopping || released != round; });
            busy.erase(mail.key);
            if (stopping) return std::nullopt;
        }
        if (fault && fault->kind == ResendFault::Kind::lose_request) return std::nullopt;
        if (fault && fault->kind == ResendFault::Kind::response) {
            Reply reply = fault->name.empty() ? Reply{fault->status, "<html>Bad Gateway</html>"}
                                              : failure(fault->status, fault->name, "As ordered.");
            reply.header = fault->header;
            return reply;
        }
        const auto [taken, is_new] = taken_bodies.try_emplace(mail.key, request.body());
        if (!is_new && taken->second != request.body())
            return failure(409, "invalid_idempotent_request",
                           "Same idempotency key used with a different request payload.");
        if (is_new) mails.push_back(mail);
        if (fault && fault->kind == ResendFault::Kind::lose_response) return std::nullopt;
        const auto index = static_cast<std::int64_t>(std::distance(taken_bodies.begin(), taken));
        return Reply{200, Json::object({{"id", "49a3999c-0ce1-4ea6-ab68-afcd6dc2e" +
                                                   std::to_string(100 + index)}})
                              .dump()};
    }

    const std::string api_key;
    boost::asio::io_context context;
    tcp::acceptor acceptor;
    std::thread listener;
    std::list<tcp::socket> sockets;
    std::list<std::thread> threads;

    mutable std::mutex mutex;
    std::condition_variable changed;
    bool stopping = false;
    int released = 0;
    int requests = 0;
    std::deque<ResendFault> faults;
    std::set<std::string> busy;
    std::map<std::string, std::string> taken_bodies;  // by key
    std::vector<ResendMail> mails;
    std::vector<std::string> keys, refusals;
};

ResendDouble::ResendDouble(std::string api_key)
    : impl_(std::make_unique<Impl>(std::move(api_key))) {}
ResendDouble::~ResendDouble() = default;

std::string ResendDouble::plugin(const std::string& keys) const {
    return "{id: mail-resend, config: {base_url: '" + base_url() + "', api_key: " + impl_->api_key +
           ", from: 'Kitchen <k@example.com>'" + keys + "}}";
}

std::string ResendDouble::base_url() const {
    return "http://127.0.0.1:" + std::to_string(impl_->acceptor.local_endpoint().port()) + "/v1";
}

void ResendDouble::fail_next(std::vector<ResendFault> faults) {
    std::lock_guard lock(impl_->mutex);
    impl_->faults.assign(faults.begin(), faults.end());
}
void ResendDouble::release() {
    {
        std::lock_guard lock(impl_->mutex);
        ++impl_->released;
    }
    impl_->changed.notify_all();
}
void ResendDouble::wait_for_requests(int count) {
    std::unique_lock lock(impl_->mutex);
    impl_->changed.wait(lock, [&] { return impl_->requests >= count; });
}
std::vector<ResendMail> ResendDouble::mails() const {
    std::lock_guard lock(impl_->mutex);
    return impl_->mails;
}
int ResendDouble::mails_to(const std::string& recipient) const {
    std::lock_guard lock(impl_->mutex);
    return static_cast<int>(
        std::count_if(impl_->mails.begin(), impl_->mails.end(),
                      [&](const ResendMail& mail) { return mail.to == recipient; }));
}
int ResendDouble::requests() const {
    std::lock_guard lock(impl_->mutex);
    return impl_->requests;
}
std::vector<std::string> ResendDouble::keys() const {
    std::lock_guard lock(impl_->mutex);
    return impl_->keys;
}
std::vector<std::string> ResendDouble::refusals() const {
    std::lock_guard lock(impl_->mutex);
    return impl_->refusals;
}

}  // namespace kitchen::tests
