// Routes that cost nothing but the HTTP: what others are measured against. The response is a JSON
// string of that many bytes.
//
//   GET /constant/?bytes=5000         on the pool, as most routes run
//   GET /constant/inline/?bytes=5000  on the socket's worker
#include <string>

#include "kitchen/plugin.h"

namespace {

using namespace kitchen;
using http::Request;
using http::Response;
using http::Route;

class Constant final : public Plugin {
public:
    explicit Constant(Setup& setup) {
        setup.add_route(constant("/constant/"));
        setup.add_route(constant("/constant/inline/").runs_inline());
    }

private:
    static Route constant(std::string pattern) {
        Route route = Route::get(std::move(pattern));
        route
            .query({"bytes", http::Schema::integer().min(2).max(1 << 20), "Size of the answer",
                    "1000"})
            .answers(200, "A string");
        route.handle([](Request& request) -> Result<Response> {
            std::string body(static_cast<std::size_t>(request.query_integer("bytes").value_or(2)),
                             '.');
            body.front() = body.back() = '"';
            return Response::raw_json(200, std::move(body));
        });
        return route;
    }
};

}  // namespace

KITCHEN_PLUGIN(Constant, "constant", "1.0.0", "Responses that cost nothing but the HTTP")
