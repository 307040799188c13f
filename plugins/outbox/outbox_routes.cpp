#include "outbox_routes.h"

#include <string>
#include <utility>

#include "kitchen/http/page.h"

namespace kitchen::outbox {

using http::Request;
using http::Response;
using http::Route;

/// Without the bodies: an administrator keeps the queue, and does not read other people's mail.
static void describe(http::BodyFields<OutgoingMail>& field) {
    field.named("OutgoingMail");
    field("id", &OutgoingMail::id);
    field("to", &OutgoingMail::to);
    field("subject", &OutgoingMail::subject);
    field("state", &OutgoingMail::state).describe("dead: refused for good, or tried too often.");
    field("attempts", &OutgoingMail::attempts);
    field("next_attempt_at", &OutgoingMail::due_at)
        .or_null()
        .describe("Not before; null unless waiting.");
    field("last_error", &OutgoingMail::last_error).or_null();
    field("sent_at", &OutgoingMail::sent_at).or_null();
    field("created_at", &OutgoingMail::created_at);
    field("updated_at", &OutgoingMail::updated_at);
}

OutboxRoutes::OutboxRoutes(Setup& setup, OutboxService& outbox, Logger& log)
    : outbox_(outbox), log_(log) {
    setup.add_route(Route::get("/admin/mail/")
                        .summary("Outgoing mails, newest first")
                        .describe("Who gets what, and what became of it; never what the mails say.")
                        .roles({"admin"})
                        .query({"state", http::schema_of<MailState>(), "Only mails in this state."})
                        .answers_page<OutgoingMail>("A page", "OutgoingMailPage")
                        .handle([this](Request& request) { return list(request); }));
    setup.add_route(Route::post("/admin/mail/{id:id}/retry/")
                        .summary("Try a dead letter again")
                        .describe("It waits again, with all its attempts before it.")
                        .roles({"admin"})
                        .answers<OutgoingMail>(200, "The mail, waiting")
                        .answers(404, "No such mail")
                        .answers(409, "It is not dead: it was sent, or will be tried again anyway")
                        .handle([this](Request& request) { return retry(request); }));
}

Result<Response> OutboxRoutes::list(Request& request) {
    std::optional<MailState> state;
    if (const auto name = request.query("state")) state = parse_state(*name);
    return http::page_response(request, [&](const http::Page& page) {
        return outbox_.list(state, page.limit, page.offset);
    });
}

Result<Response> OutboxRoutes::retry(Request& request) {
    const std::int64_t id = request.path_id("id");
    Result<OutgoingMail> mail = outbox_.retry(id);
    if (!mail) return std::move(mail).error();
    log_.info("a dead letter is tried again", {{"mail_id", id}, {"by", request.who().user_id}});
    return Response::json(200, *mail);
}

}  // namespace kitchen::outbox
