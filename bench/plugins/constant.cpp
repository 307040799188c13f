#include "constant_routes.h"
#include "kitchen/plugin.h"

namespace {

class Constant final : public kitchen::Plugin {
public:
    explicit Constant(kitchen::Setup& setup) {
        for (kitchen::http::Route& route : constant_routes()) setup.add_route(std::move(route));
    }
};

}  // namespace

KITCHEN_PLUGIN(Constant, "constant", "1.0.0", "Responses that cost nothing but the HTTP")
