#include <stdexcept>

#include "kitchen/clock.h"
#include "kitchen/jobs.h"
#include "kitchen/metrics.h"
#include "kitchen/plugin.h"
#include "sqs_queue.h"

namespace kitchen::sqs {

struct QueueSqsSettings : Options {
    std::chrono::milliseconds check_interval = std::chrono::minutes(1);

    static void describe(Fields<QueueSqsSettings>& field) {
        using S = QueueSqsSettings;
        using std::chrono::minutes;
        using std::chrono::seconds;
        const std::chrono::milliseconds least(10);
        field("queue_url", &S::queue_url,
              "Of a standard queue, for this alone: "
              "https://sqs.REGION.amazonaws.com/ACCOUNT/NAME")
            .required();
        field("access_key_id", &S::access_key_id,
              "May send, receive and delete messages, change their visibility, get attributes")
            .secret()
            .required();
        field("secret_access_key", &S::secret_access_key, "See access_key_id").secret().required();
        field("session_token", &S::session_token,
              "With temporary keys; read at the start, so they must outlast the process")
            .secret();
        field("region", &S::region, "Empty: as queue_url says");
        field("endpoint", &S::endpoint,
              "Where SQS is, when not where queue_url says; http only on this machine");
        field("wait", &S::wait,
              "Longest long poll; shorter where something in between cuts idle connections")
            .between(seconds(1), Queue::longest_wait);
        field("check_interval", &S::check_interval, "How often depth and health are looked up")
            .between(std::chrono::milliseconds(100), std::chrono::hours(1));
        field("ca_file", &S::ca_file, "Certificates to trust in place of the system's (PEM)");
        field("proxy", &S::proxy, "HTTP proxy to go through; empty: none");
        field("connect_timeout", &S::connect_timeout, "For the connection, TLS included")
            .between(least, minutes(1));
        field("timeout", &S::timeout, "For one exchange in all, besides the waiting for messages")
            .between(least, minutes(2));
    }
    static void check(const QueueSqsSettings& settings, Problems& problems) {
        try {
            (void)checked(settings);
        } catch (const std::invalid_argument& refused) {
            problems.say(refused.what());
        }
    }
};

class QueueSqsPlugin final : public Plugin {
public:
    using Settings = QueueSqsSettings;

    QueueSqsPlugin(const Settings& settings, Setup& setup, Random& random, Metrics& metrics,
                   Jobs& jobs)
        : queue_(checked(settings), random, setup.log()),
          visible_(depth(metrics, "visible")),
          hidden_(depth(metrics, "hidden")),
          jobs_(jobs) {
        setup.provide(queue_);
        setup.add_periodic("queue-sqs: depth", settings.check_interval, [this] { look(); });
        setup.add_health_check("queue", false, [this] { return queue_.check(); });
    }
    void start() override {
        // At once, so that /health/ tells of a wrong key; not here, so that a start does not wait
        // for SQS.
        (void)jobs_.post("queue-sqs: depth", [this] { look(); });
    }

private:
    static Gauge& depth(Metrics& metrics, const char* state) {
        return metrics.gauge("kitchen_queue_depth", "Messages in the queue, about, as last seen.",
                             {{"provider", "queue-sqs"}, {"state", state}});
    }
    void look() {
        const Result<Depth> depth = queue_.depth();
        if (!depth) return;
        visible_.set(static_cast<double>(depth->visible));
        hidden_.set(static_cast<double>(depth->hidden));
    }

    SqsQueue queue_;
    Gauge& visible_;
    Gauge& hidden_;
    Jobs& jobs_;
};

}  // namespace kitchen::sqs

KITCHEN_PLUGIN(kitchen::sqs::QueueSqsPlugin, "queue-sqs", "1.0.0", "queue/1 on Amazon SQS",
               kitchen::Random, kitchen::Metrics, kitchen::Jobs, kitchen::Provides<kitchen::Queue>)
