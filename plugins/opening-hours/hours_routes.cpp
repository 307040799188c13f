#include "hours_routes.h"

#include <utility>

#include "hours_body.h"
#include "kitchen/text.h"

namespace kitchen::opening_hours {

using http::Request;
using http::Response;
using http::Route;
using http::Schema;

HoursRoutes::HoursRoutes(Setup& setup, OpeningHours& hours, Logger& log)
    : hours_(hours), log_(log) {
    constexpr std::size_t body_limit = 4 * 1024;
    const std::vector<std::string> staff = {"kitchen", "admin"};

    setup.add_route(Route::get("/store/hours/")
                        .summary("When the kitchen is open")
                        .answers<HoursView>(200, "The hours, and whether it is open now")
                        .handle([this](Request&) { return read(); }));
    // Without slots there is nothing to ask for.
    if (hours.has_slots())
        setup.add_route(
            Route::get("/store/slots/")
                .summary("The slots of a date, with the places that are left")
                .describe("Those that are open and not over, full ones too. Choose a time in one "
                          "as scheduled_for of the order.")
                .query({"date", Schema::string(),
                        "YYYY-MM-DD in the time zone of the kitchen; left out: today.", "", false})
                .answers<SlotsView>(200, "In order")
                .handle([this](Request& request) { return slots(request); }));
    setup.add_route(Route::post("/store/pause/")
                        .summary("Take no orders for now")
                        .describe("Orders for a time before `until`, or all, are refused with the "
                                  "reason. In the place of a pause before.")
                        .roles(staff)
                        .changes("pause", pause_row)
                        .body<NewPause>()
                        .optional_body()
                        .body_limit(body_limit)
                        .answers<PauseView>(200, "The pause")
                        .answers(422, "Some values are not valid")
                        .handle([this](Request& request) { return pause(request); }));
    setup.add_route(Route::del("/store/pause/")
                        .summary("Take orders again")
                        .roles(staff)
                        .changes("pause", pause_row)
                        .answers(204, "There is no pause, whether there was one or not")
                        .handle([this](Request& request) { return resume(request); }));
}

Result<Response> HoursRoutes::read() {
    const Result<HoursNow> now = hours_.now();
    if (!now) return now.error();
    return Response::json(200, HoursView{*now, hours_.calendar()});
}

Result<Response> HoursRoutes::slots(const Request& request) {
    LocalDate date = hours_.today();
    if (const auto given = request.query("date")) {
        const auto parsed = parse_date(*given);
        if (!parsed) return invalid_field("?date", "format", "Write a date as YYYY-MM-DD.");
        date = *parsed;
    }
    const Result<std::vector<OpenSlot>> slots = hours_.slots(date);
    if (!slots) return slots.error();
    return Response::json(
        200, SlotsView{date, hours_.calendar().zone().name(), hours_.capacity(), *slots});
}

Result<Response> HoursRoutes::pause(const Request& request) {
    const auto wanted = request.read<NewPause>();
    const Result<Pause> pause = hours_.pause(wanted.until, trimmed(wanted.reason));
    if (!pause) return pause.error();
    log_.info("orders paused", {{"by", request.who().user_id}});
    return Response::json(200, PauseView{*pause});
}

Result<Response> HoursRoutes::resume(const Request& request) {
    if (Status resumed = hours_.resume(); !resumed) return std::move(resumed).error();
    log_.info("orders resumed", {{"by", request.who().user_id}});
    return Response::no_content();
}

}  // namespace kitchen::opening_hours
