// An HTTP/1.1 server on 127.0.0.1, from which the doubles of services are made: it keeps
// connections open, counts requests, hangs on demand, and can lose a response.
//
// Thread-safety: all calls, from any thread.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include <boost/beast/http/message.hpp>
#include <boost/beast/http/string_body.hpp>

namespace kitchen::tests {

class HttpDouble {
public:
    using Request = boost::beast::http::request<boost::beast::http::string_body>;
    using Lock = std::unique_lock<std::mutex>;
    struct Response {
        int status;
        std::string body;         ///< said to be JSON
        std::string header = {};  ///< one more, "Retry-After: 7"
    };
    /// Nothing: the connection is closed without a response. Runs with lock(), one request at a
    /// time.
    using Handler = std::function<std::optional<Response>(const Request&, Lock&)>;

    explicit HttpDouble(Handler handle);
    /// Lets go of what hangs and waits for it: what the handler uses must outlive this.
    ~HttpDouble();

    std::uint16_t port() const;
    /// Guards what the handler keeps.
    Lock lock() const;

    /// For the handler: waits, without the lock, until release(); false when the double ends.
    bool hang(Lock& lock);
    void release();

    int requests() const;
    /// Until the handler has taken up so many in all.
    void wait_for_requests(int count);

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace kitchen::tests
