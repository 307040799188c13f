#include "repeated_requests.h"

#include <algorithm>
#include <utility>

#include "kitchen/bytes.h"
#include "kitchen/http/route.h"
#include "kitchen/text.h"

namespace kitchen::idempotency {
namespace {

using http::Request;
using http::Response;

constexpr const char* header = "Idempotency-Key";

/// 1 to 255 visible ASCII characters.
bool is_key(std::string_view key) {
    return !key.empty() && key.size() <= 255 &&
           std::all_of(key.begin(), key.end(), [](char c) { return c > ' ' && c < '\x7f'; });
}

/// Routes that document the header keep keys in the transaction of their effect. A body that is a
/// file has not been read yet.
bool is_kept_here(const Request& request) {
    const http::Route& route = *request.route;
    return request.method == "POST" && request.principal && !route.upload &&
           std::none_of(route.header_parameters.begin(), route.header_parameters.end(),
                        [](const http::Parameter& p) { return p.name == header; });
}

/// The one key of a request; nothing when it has none.
Result<std::optional<std::string>> key_of(const Request& request) {
    std::optional<std::string> key;
    for (const auto& [name, value] : request.headers) {
        if (name != "idempotency-key") continue;
        if (key || !is_key(value))
            return invalid_field(header, "format",
                                 "Send one Idempotency-Key of 1 to 255 visible ASCII characters.");
        key = value;
    }
    return key;
}

/// What a repeated request must be equal in. A sum, and not the body, which may hold a secret; only
/// its own sender could make two that are equal.
std::string request_sum(const Request& request) {
    const std::string_view target = request.target;
    return hex(Fnv1a64().add(target).add('\n').add(request.body).sum()) + '-' +
           std::to_string(request.body.size());
}

std::string written(const http::Fields& fields) {
    Json out = Json::object();
    for (const auto& [name, value] : fields) {
        const std::string lower = ascii_lower(name);
        if (lower == "content-type" || lower == "location" || lower == "etag") out.set(name, value);
    }
    return out.dump();
}

Response read_response(const Row& row) {
    Response response(static_cast<int>(row.integer(1)));
    const Json fields = parse_json(row.text(2)).value_or(Json::object());
    for (const auto& [name, value] : fields.as_object())
        response.headers.emplace_back(name, value.as_string());
    response.body = row.text(3);
    return std::move(response).with_header("Idempotent-Replayed", "true");
}

}  // namespace

RepeatedRequests::RepeatedRequests(Store& store, const Clock& clock, Waits& waits, Logger& log,
                                   RepeatedRequestsSettings settings)
    : store_(store),
      clock_(clock),
      waits_(waits),
      log_(log),
      settings_(settings),
      // The update takes over a record that has expired, or whose request never ended.
      claim_(store.prepare(
          "INSERT INTO idempotency_keys (user_id, route, idempotency_key, request, status, fields, "
          "body, created_at) VALUES ($1, $2, $3, $4, 0, '', '', $5) "
          "ON CONFLICT (user_id, route, idempotency_key) DO UPDATE SET request = excluded.request, "
          "status = 0, fields = '', body = '', created_at = excluded.created_at "
          "WHERE idempotency_keys.created_at <= $6 "
          "OR (idempotency_keys.status = 0 AND idempotency_keys.created_at <= $7) "
          "RETURNING user_id")),
      find_(store.prepare("SELECT request, status, fields, body FROM idempotency_keys "
                          "WHERE user_id = $1 AND route = $2 AND idempotency_key = $3")),
      keep_(store.prepare("UPDATE idempotency_keys SET status = $5, fields = $6, body = $7 "
                          "WHERE user_id = $1 AND route = $2 AND idempotency_key = $3 "
                          "AND created_at = $4 AND status = 0")),
      release_(store.prepare("DELETE FROM idempotency_keys "
                             "WHERE user_id = $1 AND route = $2 AND idempotency_key = $3 "
                             "AND created_at = $4 AND status = 0")),
      sweep_(store.prepare("DELETE FROM idempotency_keys WHERE created_at <= $1")) {}

Result<Response> RepeatedRequests::respond(Request& request, const http::Next& next) {
    if (!is_kept_here(request)) return next();
    Result<std::optional<std::string>> key = key_of(request);
    if (!key) return std::move(key).error();
    if (!*key) return next();
    Claim mine{request.principal->user_id, request.method + ' ' + request.route->pattern,
               **std::move(key), request_sum(request), 0};
    // By the system's clock, also under a test's: the thread waits on something real.
    const auto until = std::chrono::steady_clock::now() + (request.deadline - clock_.steady_now());
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

Result<RepeatedRequests::Earlier> RepeatedRequests::claim(Claim& claim) {
    claim.claimed_at = to_millis(clock_.now());
    const std::int64_t expired = claim.claimed_at - settings_.window.count();
    const std::int64_t abandoned = claim.claimed_at - settings_.abandoned.count();
    return store_.transact<Earlier>([&](Transaction& tx) -> Result<Earlier> {
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
        return Earlier{Found::response, read_response(row)};
    });
}

Result<Response> RepeatedRequests::run(const Claim& claim, const http::Next& next) {
    Result<Response> response = next();
    const bool is_kept = response && response->status >= 200 && response->status < 300 &&
                         !response->stream && !response->file;
    // What failed may be tried again under its key.
    const Status noted = is_kept ? keep(claim, *response) : release(claim);
    if (!noted)
        log_.warn("the response of an idempotency key was not noted",
                  {{"route", claim.route}, {"code", noted.error().code}});
    ended_.notify_all();
    return response;
}

Status RepeatedRequests::keep(const Claim& claim, const Response& response) {
    const std::string fields = written(response.headers);
    return store_.transact([&](Transaction& tx) {
        return tx.execute(keep_, {claim.user_id, claim.route, claim.key, claim.claimed_at,
                                  response.status, fields, response.body});
    });
}

Status RepeatedRequests::release(const Claim& claim) {
    return store_.transact([&](Transaction& tx) {
        return tx.execute(release_, {claim.user_id, claim.route, claim.key, claim.claimed_at});
    });
}

// Another server may run the first request, and tells nothing: so it is looked for now and then.
bool RepeatedRequests::wait_for_another() {
    std::unique_lock lock(mutex_);
    if (waiting_ == most_waiting) return false;
    ++waiting_;
    {
        const Parked parked(waits_);
        ended_.wait_for(lock, std::chrono::milliseconds(50));
    }
    --waiting_;
    return true;
}

Result<std::int64_t> RepeatedRequests::sweep() {
    const std::int64_t expired = to_millis(clock_.now() - settings_.window);
    return store_.transact<std::int64_t>([&](Transaction& tx) -> Result<std::int64_t> {
        Result<Rows> rows = tx.query(sweep_, {expired});
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
