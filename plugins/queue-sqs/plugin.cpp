#include <memory>

#include "kitchen/clock.h"
#include "kitchen/jobs.h"
#include "kitchen/metrics.h"
#include "kitchen/plugin_v1.h"
#include "sqs_queue.h"

namespace kitchen::sqs {

// The queue exists from start() on, when random numbers can be had; what is provided before is the
// plugin itself.
class QueueSqsPlugin final : public PluginV1, public Queue {
public:
    void configure(Setup& setup) override {
        const Config& config = config_v1(setup);
        Options options;
        options.queue_url = config.text("queue_url");
        options.region = config.text("region");
        options.endpoint = config.text("endpoint");
        options.access_key_id = config.text("access_key_id");
        options.secret_access_key = config.text("secret_access_key");
        options.session_token = config.text("session_token");
        options.ca_file = config.text("ca_file");
        options.proxy = config.text("proxy");
        options.connect_timeout = config.duration("connect_timeout");
        options.timeout = config.duration("timeout");
        options.wait = std::chrono::duration_cast<std::chrono::seconds>(config.duration("wait"));
        options_ = checked(std::move(options));
        log_ = &setup.log();
        setup.provide<Queue>(*this);
        setup.add_periodic("queue-sqs: depth", config.duration("check_interval"),
                           [this] { look(); });
        setup.add_health_check("queue", false, [this] { return queue_->check(); });
    }
    void start(Services& services) override {
        queue_ = std::make_unique<SqsQueue>(options_, services.get<Random>(), *log_);
        const auto gauge = [&](const char* state) -> Gauge& {
            return services.get<Metrics>().gauge("kitchen_queue_depth",
                                                 "Messages in the queue, about, as last seen.",
                                                 {{"provider", "queue-sqs"}, {"state", state}});
        };
        visible_ = &gauge("visible");
        hidden_ = &gauge("hidden");
        // At once, so that /health/ tells of a wrong key; not here, so that a start does not wait
        // for SQS.
        (void)services.get<Jobs>().post("queue-sqs: depth", [this] { look(); });
    }

    Status send(std::string_view body) override { return queue_->send(body); }
    Result<std::vector<QueueMessage>> receive(const QueueReceive& wanted,
                                              std::stop_token stop) override {
        return queue_->receive(wanted, std::move(stop));
    }
    Status hide(std::string_view receipt, std::chrono::seconds from_now) override {
        return queue_->hide(receipt, from_now);
    }
    Status remove(std::string_view receipt) override { return queue_->remove(receipt); }

private:
    void look() {
        const Result<Depth> depth = queue_->depth();
        if (!depth) return;
        visible_->set(static_cast<double>(depth->visible));
        hidden_->set(static_cast<double>(depth->hidden));
    }

    Options options_;
    Logger* log_ = nullptr;
    std::unique_ptr<SqsQueue> queue_;
    Gauge* visible_ = nullptr;
    Gauge* hidden_ = nullptr;
};

}  // namespace kitchen::sqs

constexpr const char* provides[] = {"queue/1"};
constexpr kitchen_config_key config[] = {
    {"queue_url", KITCHEN_CONFIG_TEXT, nullptr, 1, nullptr,
     "Of a standard queue, for this alone: https://sqs.REGION.amazonaws.com/ACCOUNT/NAME"},
    {"access_key_id", KITCHEN_CONFIG_SECRET, nullptr, 1, nullptr,
     "May send, receive and delete messages, change their visibility, get attributes"},
    {"secret_access_key", KITCHEN_CONFIG_SECRET, nullptr, 1, nullptr, "See access_key_id"},
    {"session_token", KITCHEN_CONFIG_SECRET, "", 0, nullptr,
     "With temporary keys; read at the start, so they must outlast the process"},
    {"region", KITCHEN_CONFIG_TEXT, "", 0, nullptr, "Empty: as queue_url says"},
    {"endpoint", KITCHEN_CONFIG_TEXT, "", 0, nullptr,
     "Where SQS is, when not where queue_url says; http only on this machine"},
    {"wait", KITCHEN_CONFIG_DURATION, "20s", 0, "1s..20s",
     "Longest long poll; shorter where something in between cuts idle connections"},
    {"check_interval", KITCHEN_CONFIG_DURATION, "1m", 0, "100ms..1h",
     "How often depth and health are looked up"},
    {"ca_file", KITCHEN_CONFIG_TEXT, "", 0, nullptr,
     "Certificates to trust in place of the system's (PEM)"},
    {"proxy", KITCHEN_CONFIG_TEXT, "", 0, nullptr, "HTTP proxy to go through; empty: none"},
    {"connect_timeout", KITCHEN_CONFIG_DURATION, "5s", 0, "10ms..1m",
     "For the connection, TLS included"},
    {"timeout", KITCHEN_CONFIG_DURATION, "10s", 0, "10ms..2m",
     "For one exchange in all, besides the waiting for messages"},
};

KITCHEN_PLUGIN_V1(kitchen::sqs::QueueSqsPlugin, {.id = "queue-sqs",
                                                 .version = "1.0.0",
                                                 .summary = "queue/1 on Amazon SQS",
                                                 .provides = provides,
                                                 .config = config})
