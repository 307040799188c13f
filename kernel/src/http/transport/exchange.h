// The two faces of a connection that the layer above holds: the place for one response, and the
// open end of a stream.
//
// Thread-safe.
#pragma once

#include <atomic>
#include <memory>
#include <utility>

#include "client_connection.h"

namespace kitchen::http {

class ConnectionExchange final : public Exchange {
public:
    explicit ConnectionExchange(std::shared_ptr<Connection> connection)
        : connection_(std::move(connection)) {}
    /// Any thread may drop it, and only workers may call the handler, so the text is fixed here.
    ~ConnectionExchange() override {
        if (replied_.exchange(true)) return;
        Response response(500);
        response.headers = {{"Content-Type", "application/problem+json"}};
        response.body = R"({"type":"about:blank","title":"Internal Server Error","status":500})";
        connection_->respond(response, AfterResponse::close);
    }

    void reply(Response response) override {
        if (!replied_.exchange(true)) connection_->respond(response, AfterResponse::keep);
    }
    bool client_connected() const override { return connection_->is_connected(); }
    std::optional<FramingError> read_body(std::string& bytes) override {
        return connection_->read_body(bytes);
    }

private:
    std::shared_ptr<Connection> connection_;
    std::atomic<bool> replied_{false};
};

/// Dropped by its last holder, it closes.
class ConnectionStream final : public EventStream {
public:
    explicit ConnectionStream(std::shared_ptr<Connection> connection)
        : connection_(std::move(connection)) {}
    ~ConnectionStream() override { connection_->end_stream(); }

    bool write(std::string_view bytes) override { return connection_->write_stream(bytes); }
    void close() override { connection_->end_stream(); }
    bool is_open() const override { return connection_->is_streaming(); }
    void on_close(std::function<void()> callback) override {
        connection_->on_stream_close(std::move(callback));
    }

private:
    std::shared_ptr<Connection> connection_;
};

}  // namespace kitchen::http
