// One response. The kernel adds Date, Content-Length, Connection and X-Request-Id, turns a GET
// whose ETag matches If-None-Match into 304, and drops the body for HEAD.
//
// Thread-safety: a plain value. EventStream: see there.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "kitchen/http/request.h"
#include "kitchen/json.h"
#include "kitchen/result.h"
#include "kitchen/version_check.h"

namespace kitchen::http {

/// The open end of a streamed response (server-sent events). All calls thread-safe; share ownership
/// for as long as you write: the stream closes when the last owner drops it.
class EventStream {
public:
    virtual ~EventStream() = default;
    /// Queues bytes; false when the client has gone or cannot keep up (the stream is then closed).
    virtual bool write(std::string_view bytes) = 0;
    virtual void close() = 0;
    virtual bool is_open() const = 0;
    /// Called once when the stream has closed, for whatever reason; at once if it has already. Must
    /// not block.
    virtual void on_close(std::function<void()> callback) = 0;
};

/// An open file, or a part of one, as the body of a response: see file_response() in files.h.
class FileBody {
public:
    /// Takes the descriptor. The part must lie within the file.
    FileBody(int descriptor, std::uint64_t offset, std::uint64_t length) noexcept
        : descriptor_(descriptor), offset_(offset), length_(length) {}
    ~FileBody();
    FileBody(const FileBody&) = delete;
    FileBody& operator=(const FileBody&) = delete;

    int descriptor() const noexcept { return descriptor_; }
    std::uint64_t offset() const noexcept { return offset_; }
    std::uint64_t length() const noexcept { return length_; }

private:
    const int descriptor_;
    const std::uint64_t offset_, length_;
};

struct Cookie {
    std::string name;
    std::string value;  ///< token characters only
    std::string path = "/";
    std::int64_t max_age_seconds = -1;  ///< 0 clears it; < 0: for the session
    bool http_only = true;
    bool secure = true;
    std::string same_site = "Lax";
};

struct Response {
    int status = 200;
    Fields headers;
    std::string body;
    /// When set, it is the body: read and sent in portions.
    std::shared_ptr<const FileBody> file;
    /// When set, the body is a stream: called with its open end once the head has been sent, which
    /// closes the connection at its end. Must not block.
    std::function<void(std::shared_ptr<EventStream>)> stream;

    Response() = default;
    explicit Response(int status_) : status(status_) {}

    static Response json(int status, const Json& value);
    template <Body T>
    static Response json(int status, const T& value) {
        return raw_json(status, body_json(value));
    }
    /// `text` is JSON already: what a JsonWriter wrote. A debug build throws std::logic_error when
    /// it is none.
    static Response raw_json(int status, std::string text);
    /// A text: either Json("a string"), or raw_json() for what is JSON already.
    static Response json(int, std::string) = delete;
    static Response json(int, std::string_view) = delete;
    static Response json(int, const char*) = delete;
    static Response no_content() { return Response(204); }

    /// Of `file` or `body`, in bytes.
    std::size_t body_size() const noexcept {
        return file ? static_cast<std::size_t>(file->length()) : body.size();
    }

    /// The first field of that name, in whatever case both are written; nullptr when there is none.
    const std::string* header(std::string_view name) const noexcept;
    /// In place of every field of that name, in whatever case it is written.
    void set_header(std::string name, std::string value);
    /// Besides the fields of that name.
    Response&& with_header(std::string name, std::string value) && {
        headers.emplace_back(std::move(name), std::move(value));
        return std::move(*this);
    }
    /// A path as routes are written; the kernel adds the prefix of server.public_url.
    Response&& with_location(std::string path) && {
        return std::move(*this).with_header("Location", std::move(path));
    }
    /// A strong validator made of an integer version: ETag: "7".
    Response&& with_version(std::int64_t version) && {
        return std::move(*this).with_header("ETag", '"' + std::to_string(version) + '"');
    }
    Response&& with_cookie(const Cookie& cookie) &&;
};

/// If-Match (RFC 9110 13.1.1) of the request, which must outlive the check, against a version used
/// with Response::with_version. Success when there is no such field, it is "*", or it lists the
/// version, which may go on as in "7-21": the ETag of a response that also shows what has no
/// version. A version names a state and not its bytes, so that bare 7 and W/"7" count as well.
/// precondition_failed otherwise, malformed for what is no list of tags. See Route::if_match().
VersionCheck if_match(const Request& request);
/// The same against the whole tag of such a response, with its quotes.
Status if_match(const Request& request, std::string_view current_tag);
/// The Idempotency-Key of the request: nothing when it has none; unprocessable for several, and for
/// what is not 1 to 255 visible ASCII characters.
Result<std::optional<std::string>> idempotency_key(const Request& request);

}  // namespace kitchen::http
