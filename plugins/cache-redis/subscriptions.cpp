#include "subscriptions.h"

#include <condition_variable>
#include <map>
#include <mutex>
#include <stdexcept>
#include <thread>
#include <utility>
#include <vector>

#include <sys/eventfd.h>
#include <unistd.h>

#include "damage_counter.h"
#include "envelope.h"
#include "message_bus.h"
#include "redis_client.h"

namespace kitchen::redis {

using Steady = std::chrono::steady_clock;

struct Subscriptions::State {
    State(RedisClient& c, const Envelope& e, DamageCounter& d, Logger& l, const std::string& p)
        : client(c),
          envelope(e),
          damage(d),
          log(l),
          prefix(p),
          bus(&l),
          wake_fd(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
        if (wake_fd < 0) throw std::runtime_error("no event descriptor");
    }
    ~State() { ::close(wake_fd); }

    struct Channel {
        int users = 0;
        bool asked = false;  // SUBSCRIBE was sent last, not UNSUBSCRIBE
        int unconfirmed = 0;
        bool confirmed() const { return asked && unconfirmed == 0; }
    };

    RedisClient& client;
    const Envelope& envelope;
    DamageCounter& damage;
    Logger& log;
    const std::string& prefix;
    MessageBus bus;
    const int wake_fd;

    std::mutex mutex;
    std::condition_variable changed;
    std::map<std::string, Channel, std::less<>> channels;
    bool look = false;  // at the server, or at new channels, although the last look was of no use
    bool stopping = false;
    std::thread listener;

    void wake() const {
        const std::uint64_t one = 1;
        [[maybe_unused]] const auto written =
            ::write(wake_fd, &one, sizeof one);  // fails only when it is set already
    }
    void clear_wake() const {
        std::uint64_t count = 0;
        [[maybe_unused]] const auto got = ::read(wake_fd, &count, sizeof count);
    }

    void listen();
    void attend(Connection& connection, const Address& address);
    bool send_changes(Connection& connection);
    bool understand(const Reply& reply);
    void leave(const std::string& channel);
};

void Subscriptions::State::listen() {
    std::unique_lock lock(mutex);
    while (!stopping) {
        look = false;
        lock.unlock();
        if (const auto address = client.address()) {
            const auto& server = client.settings().server;
            auto connection = Connection::open(*address, server.login, Connection::Use::messages,
                                               Steady::now() + server.connect_timeout);
            if (connection) attend(**connection, *address);
            client.look_again();
        }
        lock.lock();
        for (auto at = channels.begin(); at != channels.end();) {
            at->second.asked = false;
            at->second.unconfirmed = 0;
            at = at->second.users == 0 ? channels.erase(at) : std::next(at);
        }
        // The client tells when it has found a server; the time is for a server that takes calls
        // and no subscriptions.
        changed.wait_for(lock, client.settings().breaker.max_delay,
                         [&] { return stopping || look; });
    }
}

// Until the connection is of no more use, or messages are to be heard elsewhere.
void Subscriptions::State::attend(Connection& connection, const Address& address) {
    bool questioned = false;  // a sign of life was asked for
    auto deadline = Steady::now() + sign_of_life;
    while (send_changes(connection) && client.address().value_or(address) == address) {
        const auto reply = connection.receive(deadline, wake_fd);
        if (!reply) return;
        if (reply->has_value()) {
            if (!understand(**reply)) return;
            questioned = false;
            deadline = Steady::now() + sign_of_life;
        } else if (Steady::now() >= deadline) {
            if (questioned) return;
            questioned = true;
            deadline = Steady::now() + client.settings().server.command_timeout;
            if (!connection.send({"PING"}, deadline)) return;
        } else {
            clear_wake();
        }
    }
}

// False when the connection is of no more use.
bool Subscriptions::State::send_changes(Connection& connection) {
    std::vector<std::string> subscribe, unsubscribe;
    {
        std::lock_guard lock(mutex);
        if (stopping) return false;
        for (auto& [name, channel] : channels) {
            if (channel.asked == (channel.users > 0)) continue;
            channel.asked = !channel.asked;
            ++channel.unconfirmed;
            (channel.asked ? subscribe : unsubscribe).push_back(prefix + name);
        }
    }
    for (const auto& [word, names] :
         {std::pair("SUBSCRIBE", &subscribe), std::pair("UNSUBSCRIBE", &unsubscribe)}) {
        if (names->empty()) continue;
        Arguments command = {word};
        command.insert(command.end(), names->begin(), names->end());
        if (!connection.send(command, Steady::now() + client.settings().server.command_timeout))
            return false;
    }
    return true;
}

bool Subscriptions::State::understand(const Reply& reply) {
    if (reply.is_error()) {
        log.warn("Redis refuses a subscription", {{"reason", reply.text}});
        return false;
    }
    if (reply.elements.size() == 3 && reply.elements[1].text.starts_with(prefix)) {
        const std::string channel = reply.elements[1].text.substr(prefix.size());
        if (reply.elements[0].text == "message") {
            if (const auto message =
                    envelope.open_message(reply.elements[1].text, reply.elements[2].text))
                bus.publish(channel, *message);
            else
                damage.count(channel);
            return true;
        }
        std::lock_guard lock(mutex);
        if (const auto found = channels.find(channel);
            found != channels.end() && found->second.unconfirmed > 0) {
            --found->second.unconfirmed;
            if (found->second.users == 0 && !found->second.asked && found->second.unconfirmed == 0)
                channels.erase(found);
            changed.notify_all();
        }
    }
    return true;  // or a sign of life
}

void Subscriptions::State::leave(const std::string& channel) {
    std::lock_guard lock(mutex);
    const auto found = channels.find(channel);
    if (found == channels.end() || --found->second.users > 0) return;
    if (!found->second.asked && found->second.unconfirmed == 0)
        channels.erase(found);
    else
        wake();
}

Subscriptions::Subscriptions(RedisClient& client, const Envelope& envelope, DamageCounter& damage,
                             Logger& log, const std::string& prefix)
    : state_(std::make_shared<State>(client, envelope, damage, log, prefix)) {}

Subscriptions::~Subscriptions() { stop(); }

std::shared_ptr<void> Subscriptions::subscribe(std::string_view channel,
                                               Cache::Subscriber subscriber) {
    State& state = *state_;
    std::shared_ptr<void> delivery = state.bus.subscribe(channel, std::move(subscriber));
    std::string name(channel);
    std::unique_lock lock(state.mutex);
    ++state.channels[name].users;
    state.look = true;
    state.changed.notify_all();
    if (!state.listener.joinable() && !state.stopping)
        state.listener = std::thread([&state] { state.listen(); });
    state.wake();
    state.changed.wait_for(lock, state.client.settings().server.connect_timeout, [&] {
        return state.stopping || !state.client.available() || state.channels[name].confirmed();
    });
    lock.unlock();
    void* const raw = delivery.get();
    return {raw, [shared = state_, name = std::move(name),
                  delivery = std::move(delivery)](void*) mutable {
                delivery.reset();  // waits for a running call
                shared->leave(name);
            }};
}

void Subscriptions::deliver(std::string_view channel, std::string_view message) {
    state_->bus.publish(channel, message);
}

void Subscriptions::wake() {
    state_->wake();
    std::lock_guard lock(state_->mutex);
    state_->look = true;
    state_->changed.notify_all();
}

void Subscriptions::stop() {
    std::thread ended;
    {
        std::lock_guard lock(state_->mutex);
        state_->stopping = true;
        state_->changed.notify_all();
        ended.swap(state_->listener);
    }
    state_->wake();
    if (ended.joinable()) ended.join();
    state_->bus.stop();
}

}  // namespace kitchen::redis
