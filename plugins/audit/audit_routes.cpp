#include "audit_routes.h"

#include "kitchen/http/page.h"

namespace kitchen::audit {

using http::Request;
using http::Response;
using http::Route;
using http::Schema;

AuditRoutes::AuditRoutes(Setup& setup, Store& store, const AuditRepository& entries)
    : store_(store), entries_(entries) {
    const auto text = [](std::string name, std::string what) {
        return http::Parameter{std::move(name), Schema::string().max(200), std::move(what)};
    };
    const auto time = [](std::string name, std::string what) {
        return http::Parameter{std::move(name), Schema::string().format(http::Format::date_time),
                               std::move(what)};
    };
    setup.add_route(Route::get("/admin/audit/")
                        .summary("What staff and commands have changed, newest first")
                        .roles({"admin"})
                        .query({"user_id", Schema::integer().min(1), "Only what this user did."})
                        .query(text("action", "Only this, written as the entries have it."))
                        .query(text("kind", "Only things of this kind."))
                        .query(text("object_id", "Only the thing of this id; goes with kind."))
                        .query(text("request_id", "Only what this request did."))
                        .query(time("from", "Not before."))
                        .query(time("to", "Not after."))
                        .answers_page<AuditEntry>("A page", "AuditPage")
                        .answers(422, "A parameter is not valid, or object_id comes without kind")
                        .handle([this](Request& request) { return list(request); }));
}

Result<Response> AuditRoutes::list(const Request& request) const {
    AuditFilter filter;
    filter.user_id = request.query_integer("user_id");
    if (const auto given = request.query("action")) filter.action = *given;
    if (const auto given = request.query("kind")) filter.kind = *given;
    if (const auto given = request.query("object_id")) filter.object_id = *given;
    if (const auto given = request.query("request_id")) filter.request_id = *given;
    if (const auto given = request.query("from")) filter.from = parse_rfc3339(*given);
    if (const auto given = request.query("to")) filter.to = parse_rfc3339(*given);
    if (!filter.object_id.empty() && !filter.kind)
        return invalid_field("?object_id", "needs_kind", "Say the kind of the thing as well.");
    return http::page_response(request, [&](const http::Page& page) {
        return store_.read<AuditPage>(
            [&](Transaction& tx) { return entries_.page(tx, filter, page.limit, page.offset); },
            Staleness::bounded);
    });
}

}  // namespace kitchen::audit
