#include "cache/response_cache.h"

#include <utility>

namespace kitchen::catalog {

namespace {

std::string shared_key(const std::string& token, const std::string& key) {
    return "catalog:answer:" + token + ':' + key;
}

Counter& answers(Metrics& metrics, const char* layer) {
    return metrics.counter("kitchen_catalog_answers_total",
                           "Public reads of the menu, by the layer that answered.",
                           {{"layer", layer}});
}

}  // namespace

ResponseCache::ResponseCache(const ResponseCacheOptions& options, const Clock& clock,
                             Random& random, Metrics& metrics, Cache* shared)
    : options_(options),
      clock_(clock),
      random_(random),
      shared_(shared),
      memory_(options.memory),
      from_memory_(answers(metrics, "memory")),
      from_shared_(answers(metrics, "shared")),
      from_store_(answers(metrics, "store")),
      waits_(metrics.counter("kitchen_catalog_cache_waits_total",
                             "Reads that waited for another to bring the same answer.")),
      changes_(metrics.counter("kitchen_catalog_cache_changes_total",
                               "Changes of the menu after which everything cached was forgotten.")),
      damaged_(metrics.counter("kitchen_catalog_cache_damaged_total",
                               "Entries of the shared cache that were no answers.")) {
    if (shared_)
        generation_.emplace(*shared_, clock, random, options.revalidate,
                            options.ttl + std::chrono::minutes(1), [this] {
                                memory_.clear();
                                changes_.add();
                            });
    gauges_.push_back(metrics.sampled_gauge(
        "kitchen_catalog_cache_entries", "Answers in the memory of this process.", {},
        [this] { return static_cast<double>(memory_.usage().entries); }));
    gauges_.push_back(metrics.sampled_gauge(
        "kitchen_catalog_cache_bytes", "Memory of those, with what it costs to keep them.", {},
        [this] { return static_cast<double>(memory_.usage().bytes); }));
}

void ResponseCache::open() {
    if (generation_) generation_->open();
}

void ResponseCache::close() {
    if (generation_) generation_->close();
}

void ResponseCache::forget() {
    if (generation_) return generation_->renew();
    memory_.clear();
    changes_.add();
}

Result<CachedResponsePtr> ResponseCache::get(const std::string& key,
                                             std::chrono::steady_clock::time_point deadline,
                                             const Read& read) {
    if (key.size() > longest_key || (generation_ && !generation_->refresh())) {
        from_store_.add();
        return read();
    }
    // The epoch before the token: a change leaves the token first, so a reader of the new epoch
    // cannot have the old token.
    const ResponseMemory::Found found = memory_.find(key, clock_.steady_now());
    if (found.response) {
        from_memory_.add();
        return found.response;
    }
    // A caller that comes after a change does not join a read that began before it.
    return flights_.run(
        std::to_string(found.epoch) + ' ' + key, deadline,
        [&] { return fill(key, found.epoch, read); }, [this] { waits_.add(); });
}

Result<CachedResponsePtr> ResponseCache::fill(const std::string& key, std::uint64_t epoch,
                                              const Read& read) {
    const auto begun = clock_.steady_now();
    std::optional<std::string> token;
    if (generation_) token = generation_->current();
    if (token)
        if (CachedResponsePtr response = from_shared(*token, key)) {
            from_shared_.add();
            memory_.put(key, response, begun + shortened(options_.ttl / 2), epoch);
            return response;
        }
    from_store_.add();
    Result<CachedResponsePtr> response = read();
    if (!response) return response;
    memory_.put(key, *response, begun + shortened(options_.ttl), epoch);
    if (token && generation_->current() == token) to_shared(*token, key, **response);
    return response;
}

CachedResponsePtr ResponseCache::from_shared(const std::string& token, const std::string& key) {
    const auto found = shared_->get(shared_key(token, key));
    if (!found) {
        generation_->away();
        return nullptr;
    }
    if (!*found) return nullptr;
    CachedResponsePtr response = unpacked(**found);
    if (!response) damaged_.add();
    return response;
}

void ResponseCache::to_shared(const std::string& token, const std::string& key,
                              const CachedResponse& response) {
    const std::string bytes = packed(response);
    if (!within_budget(bytes.size() + key.size())) return;
    // Half the time here and half in the memory of the one that takes it from here: together no
    // more than ttl.
    if (!shared_->set(shared_key(token, key), bytes, shortened(options_.ttl / 2)))
        generation_->away();
}

bool ResponseCache::within_budget(std::size_t bytes) {
    std::lock_guard lock(budget_mutex_);
    if (const auto now = clock_.steady_now(); now >= window_end_) {
        window_end_ = now + options_.ttl / 2;
        written_ = 0;
    }
    if (written_ + bytes > options_.memory) return false;
    written_ += bytes;
    return true;
}

std::chrono::milliseconds ResponseCache::shortened(std::chrono::milliseconds life) {
    return life - std::chrono::milliseconds(
                      random_.below(static_cast<std::uint64_t>(life.count() / 5) + 1));
}

}  // namespace kitchen::catalog
