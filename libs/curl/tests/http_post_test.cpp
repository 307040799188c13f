#include "http_post.h"

#include <array>
#include <stdexcept>
#include <thread>

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

namespace kitchen {
namespace {

using testing::EndsWith;
using testing::HasSubstr;

/// Gives the same response to one request, then closes.
class OneResponse {
public:
    explicit OneResponse(std::string response)
        : response_(std::move(response)),
          listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof address;
        if (::bind(listener_, reinterpret_cast<sockaddr*>(&address), size) != 0 ||
            ::listen(listener_, 1) != 0 ||
            ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) != 0)
            throw std::runtime_error("no listening socket");
        port_ = ntohs(address.sin_port);
        thread_ = std::thread([this] { serve(); });
    }
    ~OneResponse() {
        ::shutdown(listener_, SHUT_RDWR);  // ends an accept() that nothing connected to
        thread_.join();
        ::close(listener_);
    }

    std::string url() const { return "http://127.0.0.1:" + std::to_string(port_) + "/path"; }
    const std::string& request() {
        thread_.join();
        thread_ = std::thread([] {});
        return request_;
    }

private:
    void serve() {
        const int peer = ::accept(listener_, nullptr, nullptr);
        if (peer < 0) return;
        std::array<char, 4096> room{};
        while (!request_.ends_with("\r\n\r\nthe body")) {
            const ssize_t got = ::recv(peer, room.data(), room.size(), 0);
            if (got <= 0) break;
            request_.append(room.data(), static_cast<std::size_t>(got));
        }
        (void)!::send(peer, response_.data(), response_.size(), MSG_NOSIGNAL);
        ::close(peer);
    }

    const std::string response_;
    const int listener_;
    int port_ = 0;
    std::string request_;
    std::thread thread_;
};

class HttpPost : public testing::Test {
protected:
    CURLcode post(const std::string& url, std::size_t longest = 1024) {
        CurlList headers;
        headers.add("X-Test: yes");
        HttpService service;
        service.url = url;
        service.longest_response = longest;
        return http_post(pool, service, headers, "the body", response);
    }

    const CurlLibrary library;
    CurlPool pool;
    ServiceResponse response;
};

TEST_F(HttpPost, SendsBodyAndHeadersAndReadsTheResponse) {
    OneResponse server(
        "HTTP/1.1 503 Busy\r\nRetry-After: 7\r\nContent-Length: 5\r\nConnection: close\r\n\r\n"
        "later");
    ASSERT_EQ(post(server.url()), CURLE_OK);
    EXPECT_EQ(response.status, 503);
    EXPECT_EQ(response.body, "later");
    EXPECT_EQ(response.retry_after, std::chrono::seconds(7));
    EXPECT_THAT(server.request(), HasSubstr("POST /path HTTP/1.1\r\n"));
    EXPECT_THAT(server.request(), HasSubstr("\r\nX-Test: yes\r\n"));
    EXPECT_THAT(server.request(), EndsWith("\r\n\r\nthe body"));
}

TEST_F(HttpPost, FollowsNoRedirect) {
    OneResponse elsewhere("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
    OneResponse server("HTTP/1.1 302 Found\r\nLocation: " + elsewhere.url() +
                       "\r\nContent-Length: 0\r\n\r\n");
    ASSERT_EQ(post(server.url()), CURLE_OK);
    EXPECT_EQ(response.status, 302);
}

TEST_F(HttpPost, RefusesAResponseThatIsTooLong) {
    OneResponse server("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n12345");
    const CURLcode failure = post(server.url(), 4);
    EXPECT_EQ(failure, CURLE_WRITE_ERROR);
    EXPECT_STREQ(failure_name(failure), "unreadable");
}

TEST(ServiceErrors, SayWhyThereIsNoResponse) {
    const Error late = unreachable(CURLE_OPERATION_TIMEDOUT, "queue", "SQS");
    EXPECT_EQ(late.kind, Errc::unavailable);
    EXPECT_EQ(late.code, "queue_timeout");
    EXPECT_EQ(late.detail, "SQS did not respond in time.");
    EXPECT_EQ(late.subject, curl_easy_strerror(CURLE_OPERATION_TIMEDOUT));
    EXPECT_EQ(unreachable(CURLE_COULDNT_CONNECT, "queue", "SQS").code, "queue_unreachable");
    EXPECT_EQ(unreachable(CURLE_PEER_FAILED_VERIFICATION, "queue", "SQS").code, "queue_untrusted");
    EXPECT_EQ(unreachable(CURLE_WRITE_ERROR, "queue", "SQS").code, "queue_unreadable");
}

TEST(Forms, AreEncoded) {
    EXPECT_EQ(form_encoded(FormFields{}), "");
    EXPECT_EQ(form_encoded(FormFields{{"To", "+234"}, {"Body", "1 + 1 = 2 & ₦5 50%\n"}, {"x", ""}}),
              "To=%2B234&Body=1%20%2B%201%20%3D%202%20%26%20%E2%82%A65%2050%25%0A&x=");
    EXPECT_EQ(form_encoded(std::string("a\0b", 3)), "a%00b");
    EXPECT_EQ(form_encoded(std::string()), "");
}

TEST_F(HttpPost, SaysThatNothingListens) {
    std::string url;
    {
        OneResponse gone("");
        url = gone.url();
    }
    EXPECT_STREQ(failure_name(post(url)), "unreachable");
}

TEST_F(HttpPost, EndsWhenItIsStopped) {
    OneResponse server("HTTP/1.1 200 OK\r\n");
    std::stop_source stop;
    stop.request_stop();
    HttpService service;
    service.url = server.url();
    EXPECT_EQ(http_post(pool, service, {}, "the body", response, {}, stop.get_token()),
              CURLE_ABORTED_BY_CALLBACK);
}

TEST(ServiceUrl, IsHttpsOrOnThisMachine) {
    for (const char* good : {"https://api.example.com", "http://localhost:9000/x",
                             "http://127.0.0.1", "http://[::1]:8080"})
        EXPECT_EQ(check_service_url(good), "") << good;
    for (const char* bad :
         {"http://api.example.com", "ftp://localhost", "", "https://", "https://user@example.com",
          "https://u:p@example.com", "https://example.com/?a=b", "https://example.com/#part"})
        EXPECT_NE(check_service_url(bad), "") << bad;
}

}  // namespace
}  // namespace kitchen
