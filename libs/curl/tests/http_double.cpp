#include "http_double.h"

#include <condition_variable>
#include <list>
#include <thread>
#include <utility>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <sys/socket.h>

namespace kitchen::tests {

namespace http = boost::beast::http;
using boost::asio::ip::tcp;

struct HttpDouble::Impl {
    explicit Impl(Handler handler)
        : handle(std::move(handler)),
          acceptor(context, {boost::asio::ip::address_v4::loopback(), 0}) {
        listener = std::thread([this] { accept(); });
    }
    ~Impl() {
        {
            std::lock_guard guard(mutex);
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
            std::lock_guard guard(mutex);
            if (stopping) return;
            if (error) continue;
            sockets.push_back(std::move(socket));
            threads.emplace_back([this, &mine = sockets.back()] { serve(mine); });
        }
    }

    void serve(tcp::socket& socket) {
        boost::beast::flat_buffer buffer;
        for (;;) {
            Request request;
            boost::system::error_code error;
            http::read(socket, buffer, request, error);
            if (error) break;
            const std::optional<Response> given = take(request);
            if (!given) break;
            http::response<http::string_body> response(static_cast<http::status>(given->status), 11,
                                                       given->body);
            response.set(http::field::content_type, "application/json");
            if (!given->header.empty()) {
                const std::size_t colon = given->header.find(": ");
                response.set(given->header.substr(0, colon), given->header.substr(colon + 2));
            }
            response.keep_alive(request.keep_alive());
            response.prepare_payload();
            http::write(socket, response, error);
            if (error || !response.keep_alive()) break;
        }
        std::lock_guard guard(mutex);
        ::shutdown(socket.native_handle(), SHUT_RDWR);
    }

    std::optional<Response> take(const Request& request) {
        Lock lock(mutex);
        ++requests;
        changed.notify_all();
        return handle(request, lock);
    }

    const Handler handle;
    boost::asio::io_context context;
    tcp::acceptor acceptor;
    std::thread listener;
    std::list<tcp::socket> sockets;
    std::list<std::thread> threads;

    std::mutex mutex;
    std::condition_variable changed;
    bool stopping = false;
    int released = 0;
    int requests = 0;
};

HttpDouble::HttpDouble(Handler handle) : impl_(std::make_unique<Impl>(std::move(handle))) {}
HttpDouble::~HttpDouble() = default;

std::uint16_t HttpDouble::port() const { return impl_->acceptor.local_endpoint().port(); }
HttpDouble::Lock HttpDouble::lock() const { return Lock(impl_->mutex); }

bool HttpDouble::hang(Lock& lock) {
    const int round = impl_->released;
    impl_->changed.wait(lock, [&] { return impl_->stopping || impl_->released != round; });
    return !impl_->stopping;
}
void HttpDouble::release() {
    const Lock held = lock();
    ++impl_->released;
    impl_->changed.notify_all();
}
int HttpDouble::requests() const {
    const Lock held = lock();
    return impl_->requests;
}
void HttpDouble::wait_for_requests(int count) {
    Lock held = lock();
    impl_->changed.wait(held, [&] { return impl_->requests >= count; });
}

}  // namespace kitchen::tests
