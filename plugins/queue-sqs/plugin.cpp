#include "kitchen/clock.h"
#include "kitchen/jobs.h"
#include "kitchen/metrics.h"
#include "kitchen/plugin.h"
#include "sqs_queue.h"

namespace kitchen::sqs {

class QueueSqsPlugin final : public Plugin {
public:
    using Settings = Options;

    QueueSqsPlugin(const Settings& settings, Setup& setup, Random& random, Metrics& metrics,
                   Jobs& jobs)
        : queue_(settings, random, setup.log()),
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
