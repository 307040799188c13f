#include "isolate/handover.h"

#include "kitchen/json.h"

namespace kitchen::isolate {

using http::Next;
using http::Request;
using http::Response;

std::string handover_of(const Request& request) {
    std::string out;
    JsonWriter json(out);
    json.begin_object().member("client", request.client_address).member("base", request.base_url);
    if (request.principal)
        json.member("user", request.principal->user_id)
            .member("role", request.principal->role)
            .member("token", request.principal->token_id)
            .member("operator", request.principal->is_operator)
            .member("scope", request.principal->scope)
            .member("client_id", request.principal->client_id);
    json.end_object();
    return out;
}

std::vector<http::RegisteredMiddleware> take_handover() {
    const auto take = [](Request& request, const Next& next) -> Result<Response> {
        const std::string* const field = request.header(handover_field);
        const auto told = field ? parse_json(*field) : std::nullopt;
        if (told) {
            request.client_address = (*told)["client"].as_string();
            request.base_url = (*told)["base"].as_string();
            if (told->has("user")) {
                request.principal =
                    Principal{(*told)["user"].as_integer(), (*told)["role"].as_string(),
                              (*told)["token"].as_string(), (*told)["operator"].as_bool()};
                if (told->has("scope")) request.principal->scope = (*told)["scope"].as_string();
                request.principal->client_id = (*told)["client_id"].as_string();
            }
            std::erase_if(request.headers,
                          [](const auto& one) { return one.first == handover_field; });
        }
        Result<Response> result = next();
        request.base_url.clear();  // the server puts the prefix in front of Location
        return result;
    };
    // A table in which no one identifies has no routes that ask who it is.
    const auto identified = [](Request&, const Next& next) { return next(); };
    return {{http::Phase::observe, "handover", "kernel", take},
            {http::Phase::identify, "handover", "kernel", identified}};
}

}  // namespace kitchen::isolate
