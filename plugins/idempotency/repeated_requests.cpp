#include "repeated_requests.h"

#include <algorithm>
#include <utility>

#include "kitchen/backoff.h"
#include "kitchen/http/route.h"
#include "sealed_text.h"

namespace kitchen::idempotency {
namespace {

using http::Request;
using http::Response;

constexpr Backoff backoff{std::chrono::milliseconds(100), std::chrono::seconds(5)};

/// Routes that document the header keep keys in the transaction of their effect.
bool is_kept_here(const Request& request) {
    const http::Route& route = *request.route;
    return request.method == "POST" && !route.is_inline &&
           std::none_of(route.header_parameters.begin(), route.header_parameters.end(),
                        [](const http::Parameter& p) { return p.name == "Idempotency-Key"; });
}

/// What a repeated request must be equal in: its target, body, files, and the cookies that the
/// route looks at. Nothing when a file cannot be read.
std::optional<std::string> content_of(const Request& request) {
    // A plugin in a process of its own reads the body itself.
    Json::Array content{Json(request.target),
                        request.json.is_null() ? Json(request.body) : request.json};
    // Where the kernel identifies no user, the handler may look itself: OAuth clients send their
    // secret.
    const std::string* header = request.principal ? nullptr : request.header("authorization");
    content.emplace_back(header ? *header : std::string());
    for (const std::string& name : request.route->cookies)
        content.emplace_back(request.cookie(name).value_or(""));
    for (const http::UploadedFile& file : request.files) {
        const std::optional<std::string> hash = file_hash(file.path);
        if (!hash) return std::nullopt;
        content.push_back(Json(Json::Array{Json(file.field), Json(file.client_name),
                                           Json(file.media_type), Json(*hash)}));
    }
    return Json(std::move(content)).canonical();
}

std::string written(const http::Fields& fields) {
    Json::Array out;
    for (const auto& [name, value] : fields)
        out.push_back(Json(Json::Array{Json(name), Json(value)}));
    return Json(std::move(out)).dump();
}

}  // namespace

RepeatedRequests::RepeatedRequests(Dependencies dependencies, RepeatedRequestsSettings settings)
    : deps_(dependencies),
      settings_(settings),
      // The update takes over a record that has expired, or whose request never ended.
      claim_(deps_.store.prepare(
          "INSERT INTO idempotency_keys (user_id, route, idempotency_key, request, status, fields, "
          "body, created_at) VALUES ($1, $2, $3, $4, 0, '', '', $5) "
          "ON CONFLICT (user_id, route, idempotency_key) DO UPDATE SET request = excluded.request, "
          "status = 0, fields = '', body = '', created_at = excluded.created_at "
          "WHERE idempotency_keys.created_at <= $6 "
          "OR (idempotency_keys.status = 0 AND idempotency_keys.created_at <= $7) "
          "RETURNING user_id")),
      find_(deps_.store.prepare("SELECT request, status, fields, body FROM idempotency_keys "
                                "WHERE user_id = $1 AND route = $2 AND idempotency_key = $3")),
      keep_(deps_.store.prepare("UPDATE idempotency_keys SET status = $5, fields = $6, body = $7 "
                                "WHERE user_id = $1 AND route = $2 AND idempotency_key = $3 "
                                "AND created_at = $4 AND status = 0")),
      release_(deps_.store.prepare("DELETE FROM idempotency_keys "
                                   "WHERE user_id = $1 AND route = $2 AND idempotency_key = $3 "
                                   "AND created_at = $4 AND status = 0")),
      sweep_(deps_.store.prepare("DELETE FROM idempotency_keys WHERE created_at <= $1 "
                                 "OR (user_id = 0 AND created_at <= $2)")) {}

Result<Response> RepeatedRequests::respond(Request& request, const http::Next& next) {
    if (!is_kept_here(request)) return next();
    const Result<std::optional<std::string>> key = http::idempotency_key(request);
    if (!key) return key.error();
    if (!*key) return next();
    Result<Claim> claimed = claim_of(request, **key);
    if (!claimed) return std::move(claimed).error();
    Claim mine = *std::move(claimed);
    // By the system's clock, also under a test's: the thread waits on something real.
    const auto until =
        std::chrono::steady_clock::now() + (request.deadline - deps_.clock.steady_now());
    for (;;) {
        Result<Earlier> earlier = claim(mine);
        if (!earlier) return std::move(earlier).error();
        if (earlier->found == Found::nothing) return run(mine, next);
        if (earlier->found == Found::response) return std::move(earlier->response);
        if (std::chrono::steady_clock::now() >= until || !wait_for_another())
            return Error(Errc::conflict, "idempotency_key_in_use",
                         "A request with this Idempotency-Key is still running. Try again.")
                .retry_in(std::chrono::seconds(1));
    }
}

// Clients that are not signed in share no keys: the hash of the request is part of theirs, and
// seals the response with the server's secret. So only a client that knows the whole request,
// password or code included, gets what the first one got.
Result<RepeatedRequests::Claim> RepeatedRequests::claim_of(const Request& request,
                                                           std::string_view key) const {
    const std::optional<std::string> content = content_of(request);
    if (!content)
        return Error(Errc::unavailable, "upload_unreadable",
                     "The file could not be read on the server. Try again.");
    Claim claim;
    claim.user_id = request.principal ? request.principal->user_id : 0;
    claim.route = request.method + ' ' + request.route->pattern;
    claim.request = deps_.hashes.mac("idempotency request", {key, *content});
    const std::string_view own = request.principal ? std::string_view() : claim.request;
    claim.key = deps_.hashes.mac("idempotency key", {key, own});
    claim.secret = deps_.hashes.mac("idempotency response",
                                    {std::to_string(claim.user_id), claim.route, key, *content});
    claim.window =
        request.principal ? settings_.window : std::min(settings_.window, settings_.public_window);
    return claim;
}

Result<RepeatedRequests::Earlier> RepeatedRequests::claim(Claim& claim) {
    claim.claimed_at = to_millis(deps_.clock.now());
    const std::int64_t expired = claim.claimed_at - claim.window.count();
    const std::int64_t abandoned = claim.claimed_at - settings_.abandoned.count();
    return deps_.store.transact<Earlier>([&](Transaction& tx) -> Result<Earlier> {
        Result<Rows> rows = tx.query(claim_, {claim.user_id, claim.route, claim.key, claim.request,
                                              claim.claimed_at, expired, abandoned});
        if (!rows) return std::move(rows).error();
        if (!rows->empty()) return Earlier{};
        rows = tx.query(find_, {claim.user_id, claim.route, claim.key});
        if (!rows) return std::move(rows).error();
        if (rows->empty()) return Earlier{Found::running, {}};
        const Row row = rows->front();
        if (row.text(0) != claim.request)
            return Error(Errc::unprocessable, "idempotency_key_reused",
                         "This Idempotency-Key was used with another request. Use a new key for "
                         "something new.");
        if (row.integer(1) == 0) return Earlier{Found::running, {}};
        std::optional<Response> response = response_of(row, claim);
        if (!response)
            return Error(Errc::internal, "idempotency_unreadable",
                         "The response that was kept under an Idempotency-Key is damaged.");
        return Earlier{Found::response, *std::move(response)};
    });
}

Result<Response> RepeatedRequests::run(const Claim& claim, const http::Next& next) {
    Result<Response> response = next();
    // What failed may be tried again under its key; but for what was lost with the process of a
    // plugin, which may have done it.
    const bool is_kept = response && !response->stream && !response->file &&
                         ((response->status >= 200 && response->status < 300) ||
                          response->status == 502 || response->status == 504);
    Note note{claim};
    if (is_kept) {
        note.status = response->status;
        note.fields = seal(written(response->headers), claim.secret);
        note.body = seal(response->body, claim.secret);
    }
    if (const Status noted = write(note); !noted) write_later(std::move(note), 1);
    ended_.notify_all();
    return response;
}

Status RepeatedRequests::write(const Note& note) {
    const Claim& claim = note.claim;
    return deps_.store.transact([&](Transaction& tx) {
        if (note.status == 0)
            return tx.execute(release_, {claim.user_id, claim.route, claim.key, claim.claimed_at});
        return tx.execute(keep_, {claim.user_id, claim.route, claim.key, claim.claimed_at,
                                  note.status, note.fields, note.body});
    });
}

void RepeatedRequests::write_later(Note note, int failures) {
    const auto left = from_millis(note.claim.claimed_at) + settings_.abandoned - deps_.clock.now();
    const std::string route = note.claim.route;
    const bool is_posted =
        left.count() > 0 &&
        deps_.jobs.post_after(backoff.half_jitter(failures, deps_.random), "idempotency: note",
                              [this, note = std::move(note), failures] {
                                  if (!write(note)) write_later(note, failures + 1);
                              });
    if (!is_posted)
        deps_.log.warn("the response of an idempotency key was not noted", {{"route", route}});
}

std::optional<Response> RepeatedRequests::response_of(const Row& row, const Claim& claim) {
    const std::optional<std::string> fields = unseal(row.text(2), claim.secret);
    std::optional<std::string> body = unseal(row.text(3), claim.secret);
    if (!fields || !body) return std::nullopt;
    Response response(static_cast<int>(row.integer(1)));
    const Json pairs = parse_json(*fields).value_or(Json::array());
    for (const Json& pair : pairs.as_array())
        response.headers.emplace_back(pair.as_array().at(0).as_string(),
                                      pair.as_array().at(1).as_string());
    response.body = *std::move(body);
    return std::move(response).with_header("Idempotent-Replayed", "true");
}

// Another server may run the first request, and tells nothing: so it is looked for now and then.
bool RepeatedRequests::wait_for_another() {
    std::unique_lock lock(mutex_);
    if (waiting_ == most_waiting) return false;
    ++waiting_;
    {
        const Parked parked(deps_.waits);
        ended_.wait_for(lock, std::chrono::milliseconds(50));
    }
    --waiting_;
    return true;
}

Result<std::int64_t> RepeatedRequests::sweep() {
    const Timestamp now = deps_.clock.now();
    const std::int64_t expired = to_millis(now - settings_.window);
    const std::int64_t expired_public =
        to_millis(now - std::min(settings_.window, settings_.public_window));
    return deps_.store.transact<std::int64_t>([&](Transaction& tx) -> Result<std::int64_t> {
        Result<Rows> rows = tx.query(sweep_, {expired, expired_public});
        if (!rows) return std::move(rows).error();
        return rows->changed();
    });
}

void add_personal_requests(PersonalData& personal, const Setup& setup, Store& store) {
    personal.add(setup,
                 {.kept = {{"responses", store.prepare("SELECT route, idempotency_key, body, "
                                                       "created_at FROM idempotency_keys WHERE "
                                                       "user_id = $1 ORDER BY created_at")}},
                  .forget = {store.prepare("DELETE FROM idempotency_keys WHERE user_id = $1")}});
}

}  // namespace kitchen::idempotency
