#include "outbox_routes.h"

#include <string>
#include <utility>

#include "kitchen/http/page.h"

namespace kitchen::outbox {

using http::Format;
using http::Request;
using http::Response;
using http::Route;
using http::Schema;

namespace {

Schema mail_schema() {
    return Schema::object(
               {
                   {"id", Schema::integer()},
                   {"to", Schema::string()},
                   {"subject", Schema::string()},
                   {"state", Schema::string()
                                 .one_of(state_names())
                                 .describe("dead: refused for good, or tried too often.")},
                   {"attempts", Schema::integer()},
                   {"next_attempt_at", Schema::string()
                                           .format(Format::date_time)
                                           .or_null()
                                           .describe("Not before; null unless waiting.")},
                   {"last_error", Schema::string().or_null()},
                   {"sent_at", Schema::string().format(Format::date_time).or_null()},
                   {"created_at", Schema::string().format(Format::date_time)},
                   {"updated_at", Schema::string().format(Format::date_time)},
               })
        .named("OutgoingMail");
}

std::optional<std::string> time_text(const std::optional<Timestamp>& at) {
    return at ? std::optional<std::string>(format_rfc3339(*at)) : std::nullopt;
}

/// Without the bodies: an administrator keeps the queue, and does not read other people's mail.
std::string mail_json(const OutgoingMail& mail) {
    std::string text;
    JsonWriter json(text);
    json.begin_object()
        .member("id", mail.id)
        .member("to", mail.to)
        .member("subject", mail.subject)
        .member("state", to_text(mail.state))
        .member("attempts", mail.attempts)
        .member("next_attempt_at", time_text(mail.due_at))
        .member("last_error", mail.last_error.empty() ? std::nullopt
                                                      : std::optional<std::string>(mail.last_error))
        .member("sent_at", time_text(mail.sent_at))
        .member("created_at", format_rfc3339(mail.created_at))
        .member("updated_at", format_rfc3339(mail.updated_at))
        .end_object();
    return text;
}

}  // namespace

OutboxRoutes::OutboxRoutes(Setup& setup, OutboxService& outbox, Logger& log)
    : outbox_(outbox), log_(log) {
    setup.add_route(Route::get("/admin/mail/")
                        .summary("Outgoing mails, newest first")
                        .describe("Who gets what, and what became of it; never what the mails say.")
                        .roles({"admin"})
                        .query({"state", Schema::string().one_of(state_names()),
                                "Only mails in this state.", "", false})
                        .answers_page("A page", mail_schema(), "OutgoingMailPage")
                        .handle([this](Request& request) { return list(request); }));
    setup.add_route(Route::post("/admin/mail/{id:id}/retry/")
                        .summary("Try a dead letter again")
                        .describe("It waits again, with all its attempts before it.")
                        .roles({"admin"})
                        .answers(200, "The mail, waiting", mail_schema())
                        .answers(404, "No such mail")
                        .answers(409, "It is not dead: it was sent, or will be tried again anyway")
                        .handle([this](Request& request) { return retry(request); }));
}

Result<Response> OutboxRoutes::list(Request& request) {
    std::optional<MailState> state;
    if (const auto name = request.query("state")) state = parse_state(*name);
    return http::page_response(
        request,
        [&](const http::Page& page) { return outbox_.list(state, page.limit, page.offset); },
        [](JsonWriter& out, const OutgoingMail& mail) { out.raw(mail_json(mail)); });
}

Result<Response> OutboxRoutes::retry(Request& request) {
    const std::int64_t id = request.path_id("id");
    Result<OutgoingMail> mail = outbox_.retry(id);
    if (!mail) return std::move(mail).error();
    log_.info("a dead letter is tried again", {{"mail_id", id}, {"by", request.who().user_id}});
    return Response::raw_json(200, mail_json(*mail));
}

}  // namespace kitchen::outbox
