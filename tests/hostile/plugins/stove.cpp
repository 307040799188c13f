// Routes that take their time: what churn, overload, drain and stream tests need a handler to do.
//
//   GET  /stove/simmer/{id}/?ms=5   on the pool: sleeps, then answers the id again and again, 2,000
//   bytes of it GET  /stove/glance/{id}/        the same on the socket's worker, at once GET
//   /stove/hold/               on the pool: responds once a client has sent POST /stove/release/
//   GET /stove/steam/              a stream; POST /stove/puff/ writes an event to every open one
//   POST /stove/oven/              a form with a file "dish": its size
//   GET /stove/                    {"holding": N, "steaming": N, "condensed": N}: requests held,
//   streams open, streams closed
#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "kitchen/plugin.h"

namespace {

using namespace kitchen;
using http::Request;
using http::Response;
using http::Route;

std::string pattern(std::string_view id) {
    std::string body;
    while (body.size() < 2000) body.append(id).append(";");
    return body;
}

Response plain(std::string body) {
    Response response(200);
    response.body = std::move(body);
    response.headers.emplace_back("Content-Type", "text/plain");
    return response;
}

class Stove final : public Plugin {
public:
    explicit Stove(Setup& setup) {
        Route simmer = Route::get("/stove/simmer/{id}/");
        simmer.query({"ms", http::Schema::integer().min(0).max(60'000), "How long", "5"})
            .answers(200, "The id");
        setup.add_route(simmer.handle([](Request& request) -> Result<Response> {
            std::this_thread::sleep_for(
                std::chrono::milliseconds(request.query_integer("ms").value_or(0)));
            return plain(pattern(request.path_text("id")));
        }));
        setup.add_route(Route::get("/stove/glance/{id}/")
                            .answers(200, "The id")
                            .runs_inline()
                            .handle([](Request& request) -> Result<Response> {
                                return plain(pattern(request.path_text("id")));
                            }));
        setup.add_route(
            Route::get("/stove/hold/").answers(204, "Released").handle([this](Request&) {
                return hold();
            }));
        setup.add_route(Route::post("/stove/release/")
                            .answers(204, "Done")
                            .runs_inline()
                            .handle([this](Request&) -> Result<Response> {
                                release();
                                return Response::no_content();
                            }));
        setup.add_route(
            Route::get("/stove/steam/").answers(200, "A stream").handle([this](Request&) {
                return steam();
            }));
        setup.add_route(
            Route::post("/stove/puff/").answers(204, "Done").runs_inline().handle([this](Request&) {
                return puff();
            }));
        setup.add_route(
            Route::get("/stove/").answers(200, "Counts").runs_inline().handle([this](Request&) {
                return counts();
            }));
        Route oven = Route::post("/stove/oven/");
        oven.takes_form({{"dish", {"image/*"}}}, std::size_t{1} << 30,
                        http::Schema::object({{"name", http::Schema::string().max(20)}}))
            .answers(200, "The size", http::Schema::integer());
        setup.add_route(oven.handle([](Request& request) -> Result<Response> {
            return Response::json(200, Json(static_cast<std::int64_t>(request.file("dish")->size)));
        }));
    }
    void drain() override {
        release();
        for (const auto& stream : streams()) stream->close();
    }
    void stop() override {
        std::lock_guard lock(shared_->mutex);
        shared_->streams.clear();
    }

private:
    struct Shared {
        std::mutex mutex;
        std::condition_variable released;
        std::uint64_t releases = 0;
        int holding = 0;
        int closed = 0;
        std::vector<std::shared_ptr<http::EventStream>> streams;
    };

    Result<Response> hold() {
        std::unique_lock lock(shared_->mutex);
        const auto before = shared_->releases;
        ++shared_->holding;
        shared_->released.wait(lock, [&] { return shared_->releases != before; });
        --shared_->holding;
        return Response::no_content();
    }
    void release() {
        std::lock_guard lock(shared_->mutex);
        ++shared_->releases;
        shared_->released.notify_all();
    }
    Result<Response> steam() {
        Response response(200);
        response.headers = {{"Content-Type", "text/event-stream"}};
        response.stream = [shared = shared_](std::shared_ptr<http::EventStream> stream) {
            stream->write(": steaming\n\n");
            stream->on_close([shared] {
                std::lock_guard lock(shared->mutex);
                ++shared->closed;
            });
            std::lock_guard lock(shared->mutex);
            shared->streams.push_back(std::move(stream));
        };
        return response;
    }
    /// A copy, since closing one calls back into this plugin.
    std::vector<std::shared_ptr<http::EventStream>> streams() const {
        std::lock_guard lock(shared_->mutex);
        return shared_->streams;
    }
    Result<Response> puff() {
        for (const auto& stream : streams()) stream->write("data: puff\n\n");
        return Response::no_content();
    }
    void forget(const std::shared_ptr<http::EventStream>& stream) {
        std::lock_guard lock(shared_->mutex);
        std::erase(shared_->streams, stream);
    }
    Result<Response> counts() {
        for (const auto& stream : streams())
            if (!stream->is_open()) forget(stream);
        std::lock_guard lock(shared_->mutex);
        return Response::json(
            200, Json::object({{"holding", shared_->holding},
                               {"steaming", static_cast<std::int64_t>(shared_->streams.size())},
                               {"condensed", shared_->closed}}));
    }

    std::shared_ptr<Shared> shared_ = std::make_shared<Shared>();
};

}  // namespace

KITCHEN_PLUGIN(Stove, "stove", "1.0.0", "Routes that take their time")
