#include "discovery.h"

#include "failure.h"

namespace kitchen::redis {

using Steady = std::chrono::steady_clock;

Result<Found> Discovery::connect_to(const Endpoint& endpoint) const {
    auto addresses = resolve(endpoint);
    if (!addresses) return std::move(addresses).error();
    Error last = failed(failure::unreachable, "no address");
    for (Address& address : *addresses) {
        auto connection = Connection::open(address, settings_.login, Connection::Use::commands,
                                           Steady::now() + settings_.connect_timeout);
        if (connection) return Found{std::move(address), std::move(*connection)};
        last = std::move(connection).error();
    }
    return last;
}

Result<Endpoint> Discovery::ask(const Endpoint& sentinel) const {
    const auto addresses = resolve(sentinel);
    if (!addresses) return addresses.error();
    Error last = failed(failure::unreachable, "no address");
    for (const Address& address : *addresses) {
        const auto deadline = Steady::now() + settings_.connect_timeout;
        auto connection = Connection::open(address, settings_.sentinel_login,
                                           Connection::Use::discovery, deadline);
        if (!connection) {
            last = std::move(connection).error();
            continue;
        }
        const auto response =
            (*connection)
                ->call({"SENTINEL", "get-master-addr-by-name", settings_.master_name}, deadline);
        if (!response) return response.error();
        if (response->is_error())
            return failed(failure::refused, "Sentinel " + address.text + ": " + response->text);
        if (response->elements.size() != 2)
            return failed(failure::refused, "Sentinel " + address.text + " knows no master named " +
                                                settings_.master_name);
        const std::string& host = response->elements[0].text;
        return parse_endpoint((host.find(':') == std::string::npos ? host : "[" + host + "]") +
                                  ":" + response->elements[1].text,
                              6379);
    }
    return last;
}

Result<Found> Discovery::find() {
    if (settings_.sentinels.empty()) return connect_to(settings_.endpoint);
    Error last = failed(failure::unreachable, "no Sentinel");
    for (std::size_t i = 0; i < settings_.sentinels.size(); ++i) {
        const std::size_t which = (first_ + i) % settings_.sentinels.size();
        const auto endpoint = ask(settings_.sentinels[which]);
        if (!endpoint) {
            last = endpoint.error();
            continue;
        }
        auto found = connect_to(*endpoint);
        if (found) {
            first_ = which;
            return found;
        }
        last = std::move(found).error();  // that Sentinel may be behind: ask the next
    }
    return last;
}

}  // namespace kitchen::redis
