#include "observe/instruments.h"

#include "observe/measured_cache.h"
#include "observe/measured_queue.h"
#include "observe/measured_store.h"
#include "observe/watched_sender.h"

namespace kitchen::observe {

// The registry holds void pointers that were made from, and are turned back into, exactly these
// interfaces.
void* Instruments::wrap(std::string_view interface_name, const std::string& plugin, void* service) {
    if (interface_name == Store::interface_name) {
        auto store = std::make_unique<MeasuredStore>(*static_cast<Store*>(service), plugin,
                                                     slow_statement_, metrics_, clock_, log_);
        checks_.push_back({plugin, "last_write", [&last = *store] { return last.last_write(); }});
        stores_.push_back(std::move(store));
        return stores_.back().get();
    }
    if (interface_name == Mailer::interface_name) {
        auto mailer = std::make_unique<WatchedMailer>(*static_cast<Mailer*>(service));
        checks_.push_back({plugin, "last_mail", [&last = *mailer] { return last.last(); }});
        mailers_.push_back(std::move(mailer));
        return mailers_.back().get();
    }
    if (interface_name == SmsSender::interface_name) {
        auto sender = std::make_unique<WatchedSmsSender>(*static_cast<SmsSender*>(service));
        checks_.push_back({plugin, "last_sms", [&last = *sender] { return last.last(); }});
        sms_senders_.push_back(std::move(sender));
        return sms_senders_.back().get();
    }
    if (interface_name == Cache::interface_name) {
        caches_.push_back(std::make_unique<MeasuredCache>(*static_cast<Cache*>(service), plugin,
                                                          metrics_, clock_));
        return caches_.back().get();
    }
    if (interface_name == Queue::interface_name) {
        queues_.push_back(std::make_unique<MeasuredQueue>(*static_cast<Queue*>(service), plugin,
                                                          metrics_, clock_));
        return queues_.back().get();
    }
    return service;
}

}  // namespace kitchen::observe
