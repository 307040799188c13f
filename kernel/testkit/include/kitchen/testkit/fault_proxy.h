// A TCP proxy on 127.0.0.1 that spoils connections the way networks do, for tests of clients of a
// server.
//
//     FaultProxy proxy(server.port());                        // clients connect to proxy.port()
//     proxy.cut_response_to("COMMIT");  // the server commits, the client never hears of it
//
// What is set holds for the connections that exist and for new ones, from the next bytes on.
//
// Thread-safety: all calls, from any thread.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

namespace kitchen::testkit {

class FaultProxy {
public:
    enum class Towards { server, client };

    /// Listens on a free port and passes everything on to 127.0.0.1:`target`.
    explicit FaultProxy(std::uint16_t target);
    /// Closes everything.
    ~FaultProxy();
    FaultProxy(const FaultProxy&) = delete;
    FaultProxy& operator=(const FaultProxy&) = delete;

    std::uint16_t port() const;

    /// Bytes in that direction arrive so much later.
    void delay(Towards direction, std::chrono::milliseconds by);
    /// Bytes in that direction arrive in pieces of at most so many; 0: as they come.
    void slice(Towards direction, std::size_t bytes);
    /// Bytes in that direction vanish, and the connection stays open.
    void black_hole(Towards direction, bool on = true);
    /// New connections are closed at once; those that exist go on.
    void refuse(bool on = true);
    /// Closes every connection now.
    void cut();
    /// Once: when a client sends this text, the server still gets it, but what it answers is
    /// dropped and the connection closed.
    void cut_response_to(std::string text);
    /// Once: when a client sends this text, the connection is closed before the server gets it.
    void cut_before(std::string text);

    /// Connections taken so far.
    int connections() const;
    /// How often cut_response_to() and cut_before() have struck.
    int strikes() const;

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace kitchen::testkit
