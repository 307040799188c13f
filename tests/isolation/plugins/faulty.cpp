// Fails in every way that takes a process with it, where its settings or a request say.
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <stdexcept>
#include <thread>
#include <vector>

#include <unistd.h>

#include "kitchen/http/body.h"
#include "kitchen/jobs.h"
#include "kitchen/plugin.h"

namespace kitchen::tests {
namespace {

volatile int turns = 0;
int* volatile nothing = nullptr;

void fail(std::string_view how) {
    constexpr std::string_view until = "until ";  // there is a file of that name
    if (how.starts_with(until) && !std::filesystem::exists(how.substr(until.size())))
        throw std::runtime_error("not yet");
    if (how == "segfault") *nothing = 1;
    if (how == "abort") std::abort();
    if (how == "exit") std::exit(0);
    if (how == "kill") ::kill(::getpid(), SIGKILL);
    while (how == "spin") turns = turns + 1;
    if (how != "leak") return;
    std::vector<std::vector<char>> leaked;
    for (;;) leaked.emplace_back(16 << 20, 'x');
}

struct FaultySettings {
    std::string constructor, start;

    static void describe(Fields<FaultySettings>& field) {
        field("constructor", &FaultySettings::constructor, "How it fails there; empty: not");
        field("start", &FaultySettings::start, "How it fails there; empty: not");
    }
};

struct Echo {
    std::string text;
    std::int64_t even = 0;

    static void describe(http::BodyFields<Echo>& field) {
        field("text", &Echo::text).max(10);
        field("even", &Echo::even);
    }
};

class FaultyPlugin final : public Plugin {
public:
    using Settings = FaultySettings;

    FaultyPlugin(const FaultySettings& settings, Setup& setup, Jobs& jobs) : settings_(settings) {
        using http::Request, http::Response, http::Route;
        fail(settings.constructor);
        setup.add_route(
            Route::get("/faulty/").maybe_signed_in().summary("Fine").handle([](Request& request) {
                return Response::json(
                           200, Json::object(
                                    {{"pid", std::int64_t{::getpid()}},
                                     {"user", request.principal ? request.principal->user_id : 0},
                                     {"client", request.client_address},
                                     {"base", request.base_url},
                                     {"trace", request.trace.id},
                                     {"id", request.request_id}}))
                    .with_version(7);
            }));
        setup.add_route(
            Route::get("/faulty/me/").signed_in().summary("Whose").handle([](Request& request) {
                return Response::json(200, Json::object({{"user", request.who().user_id}}));
            }));
        setup.add_route(
            Route::get("/faulty/large/").summary("Three megabytes").handle([](Request&) {
                Response response(200);
                response.body.assign(3 << 20, 'x');
                return response;
            }));
        setup.add_route(Route::get("/faulty/slow/").summary("Half a second").handle([](Request&) {
            std::this_thread::sleep_for(std::chrono::milliseconds(500));
            return Response(204);
        }));
        setup.add_route(Route::post("/faulty/echo/")
                            .body<Echo>()
                            .check([](const Json& body) -> Status {
                                if (body["even"].as_integer() % 2 == 0) return {};
                                return invalid_field("/even", "odd", "Must be even.");
                            })
                            .answers<Echo>(201, "The same. Location: itself")
                            .handle([](Request& request) {
                                return Response::json(201, request.read<Echo>())
                                    .with_location("/faulty/echo/1/");
                            }));
        setup.add_route(Route::post("/faulty/{how}/").summary("Fails").handle([](Request& request) {
            fail(request.path_text("how"));
            return Response(204);
        }));
        setup.add_route(Route::post("/faulty/{how}/later/")
                            .summary("Fails later")
                            .handle([&jobs](Request& request) {
                                jobs.post("fault", [how = std::string(request.path_text("how"))] {
                                    fail(how);
                                });
                                return Response(204);
                            }));
    }
    void start() override { fail(settings_.start); }

private:
    const FaultySettings settings_;
};

}  // namespace
}  // namespace kitchen::tests

KITCHEN_PLUGIN(kitchen::tests::FaultyPlugin, "faulty", "1.0.0", "Fails where it is told",
               kitchen::Jobs)
