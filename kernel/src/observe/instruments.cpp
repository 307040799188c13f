#include "observe/instruments.h"

#include "observe/measured_cache.h"
#include "observe/measured_queue.h"
#include "observe/measured_store.h"

namespace kitchen::observe {

// The registry holds void pointers that were made from, and are turned back into, exactly these
// interfaces.
void* Instruments::wrap(std::string_view interface_name, const std::string& plugin, void* service) {
    if (interface_name == Store::interface_name) {
        stores_.push_back(std::make_unique<MeasuredStore>(*static_cast<Store*>(service), plugin,
                                                          slow_statement_, metrics_, clock_, log_));
        return stores_.back().get();
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
