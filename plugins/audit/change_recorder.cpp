#include "change_recorder.h"

#include <algorithm>
#include <utility>

namespace kitchen::audit {
namespace {

/// Of a request's JSON: an entry is no copy of what was uploaded.
constexpr std::size_t longest_request = 16UL * 1024;

/// Passes on, and sees whether rows are changed.
class NotedTransaction final : public Transaction {
public:
    explicit NotedTransaction(Transaction& inner) : inner_(inner) {}
    Status run(Statement statement, std::span<const Param> params, Rows& out) override {
        Status done = inner_.run(statement, params, out);
        has_written_ = has_written_ || (done && out.changed() > 0);
        return done;
    }
    void after_commit(std::function<void()> hook) override { inner_.after_commit(std::move(hook)); }
    bool has_written() const noexcept { return has_written_; }

private:
    Transaction& inner_;
    bool has_written_ = false;
};

std::string text_of(const Json& value) { return value.is_null() ? std::string() : value.dump(); }

std::string request_text(const http::Request& request) {
    Json said;
    if (request.route->body_schema) said = masked(request.json, *request.route->body_schema);
    if (!request.files.empty()) {
        if (!said.is_object()) said = Json::object();
        Json files = Json::array();
        for (const http::UploadedFile& file : request.files)
            files.as_array().push_back(
                Json::object({{"name", file.client_name},
                              {"media_type", file.media_type},
                              {"bytes", static_cast<std::int64_t>(file.size)}}));
        said.set("files", std::move(files));
    }
    std::string text = text_of(said);
    if (text.size() > longest_request)
        text = Json::object({{"bytes", static_cast<std::int64_t>(text.size())}}).dump();
    return text;
}

/// As the OpenAPI document writes it: without the types.
std::string shown(std::string pattern) {
    constexpr std::string_view type = ":id}";
    for (std::size_t at = 0; (at = pattern.find(type, at)) != std::string::npos;)
        pattern.replace(at, type.size(), "}");
    return pattern;
}

std::string id_in(const Json& row) {
    if (!row.is_object() || row.as_object().empty()) return {};
    const Json& id = row.as_object().front().second;
    return id.is_string() ? id.as_string() : id.dump();
}

}  // namespace

void ChangeRecorder::learn(const http::Route& route) {
    if (!route.changed_row.empty())
        rows_.emplace(route.changed_row, store_.prepare(route.changed_row));
}

bool ChangeRecorder::is_recorded(const ChangeCause& cause) const {
    if (!cause.request) return true;
    const auto& principal = cause.request->principal;
    return principal && std::find(roles_.begin(), roles_.end(), principal->role) != roles_.end();
}

Result<Json> ChangeRecorder::row_of(Transaction& tx, const http::Request& request) const {
    const auto statement = rows_.find(request.route->changed_row);
    if (statement == rows_.end()) return Json();
    std::vector<Param> params;
    if (!request.path_parameters.empty()) {
        const auto& [name, value] = request.path_parameters.back();
        if (request.route->pattern.find('{' + name + ":id}") != std::string::npos)
            params.emplace_back(std::int64_t{std::stoll(value)});
        else
            params.emplace_back(value);
    }
    const Result<Rows> rows = tx.query(statement->second, params);
    if (!rows) return rows.error();
    return rows->empty() ? Json() : rows->front().object();
}

AuditEntry ChangeRecorder::entry_for(const ChangeCause& cause) const {
    AuditEntry entry;
    entry.at = clock_.now();
    if (!cause.request) {
        entry.role = "command line";
        entry.action = cause.command;
        entry.request.text = text_of(cause.options);
        return entry;
    }
    const http::Request& request = *cause.request;
    entry.user_id = request.principal->user_id;
    entry.role = request.principal->role;
    entry.client_id = request.principal->client_id;
    entry.action = request.route->method + ' ' + shown(request.route->pattern);
    entry.path = request.path;
    entry.kind = request.route->changed_kind;
    entry.request.text = request_text(request);
    entry.request_id = request.request_id;
    entry.address = request.client_address;
    return entry;
}

Status ChangeRecorder::around(Transaction& tx, const ChangeCause& cause, const Store::Body& body) {
    if (!is_recorded(cause)) return body(tx);
    Json before, after;
    const bool has_row = cause.request && !cause.request->route->changed_row.empty();
    if (has_row) {
        Result<Json> row = row_of(tx, *cause.request);
        if (!row) return std::move(row).error();
        before = *std::move(row);
    }
    NotedTransaction noted(tx);
    if (Status done = body(noted); !done) return done;
    if (!noted.has_written()) return {};
    AuditEntry entry = entry_for(cause);
    if (has_row) {
        Result<Json> row = row_of(tx, *cause.request);
        if (!row) return std::move(row).error();
        after = *std::move(row);
        if (before == after) {
            // With a path that names the row, another transaction of the request changes it. The
            // newest of all may be one that another server has made.
            if (!cause.request->path_parameters.empty()) return {};
            return entries_.add(tx, entry);
        }
        // The newest before it was made is another one.
        const std::string id = id_in(after.is_null() ? before : after);
        if (id_in(before) != id) before = nullptr;
        entry.object_id = id;
        entry.before.text = text_of(before);
        entry.after.text = text_of(after);
    }
    return entries_.add(tx, entry);
}

}  // namespace kitchen::audit
