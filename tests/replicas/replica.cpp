#include "replica.h"

#include <fstream>
#include <stdexcept>

namespace kitchen::tests {

Replica::Replica(const Backends& shared) : port_(testkit::lasting_port()) {
    // As in config/production.yaml; `notice` is shorter, and still longer than nginx keeps idle connections.
    std::ofstream(directory_.path() / "kitchen.yaml")
        << "server:\n  listen: 127.0.0.1:" << port_ << "\n  plugin_dir: '" KITCHEN_TEST_PLUGIN_DIR "'\n"
        << "  trusted_proxies: [127.0.0.1]\n  limits: {connections_per_address: 0}\n  timeouts: {notice: 4s}\n"
        << "plugins:\n" << shared.store << shared.cache
        << "  - {id: mail-log, config: {directory: '" << mail_directory().string() << "'}}\n"
        << "  - id: auth\n    config:\n      key: one-key-of-all-replicas-of-this-test\n"
        << "      bootstrap_admin: {email: chef@kitchen.example, phone: '08030000000', password: '" << KitchenServer::password << "'}\n"
        << "  - id: outbox\n  - id: catalog\n  - id: cart\n  - {id: orders, config: {mail: {enabled: true}}}\n";
}

void Replica::begin_start() {
    process_.reset();
    process_ = std::make_unique<testkit::ChildProcess>(
        std::vector<std::string>{KITCHEN_EXECUTABLE, "serve", "--config", directory_.path() / "kitchen.yaml"});
}

void Replica::wait_until_it_serves() {
    if (!process_->wait_for("startup_ms=")) throw std::runtime_error("a replica did not start:\n" + output());
}

void Replica::kill() {
    process_->signal(SIGKILL);
    (void)process_->wait();
}

int Replica::terminate() {
    process_->signal(SIGTERM);
    return process_->wait();
}

}  // namespace kitchen::tests
