// The layers in front of the store: memory of this process, then the cache that replicas share,
// then the store itself.
//
// Strict on this replica: a response to a request that began after forget() returned is no older
// than the change that forget() was called for. On the others: as soon as the message has come;
// without it `revalidate` and one call of the cache later; when the cache was away as well, `ttl`
// later at most. With a `revalidate` of 0 the shared cache is asked at each read, and what it does
// not confirm comes from the store: as strict as on this replica, unless the replica of the change
// could not reach the cache.
//
// Keeps responses that are the same for all, and no errors. A cache that fails is a miss, never
// an error.
//
// Thread-safety: all calls, from any thread, except open() and close(), which come from one.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cache/cached_response.h"
#include "cache/response_memory.h"
#include "cache/generation.h"
#include "cache/single_flight.h"
#include "kitchen/metrics.h"

namespace kitchen::catalog {

struct ResponseCacheOptions {
    std::size_t memory =
        16
        << 20;  ///< bytes here; also the most that is written to the shared cache in half a `ttl`
    std::chrono::milliseconds ttl{30'000};        ///< oldest that a response may become; each is
                                                  ///< shortened by up to a fifth at random
    std::chrono::milliseconds revalidate{1'000};  ///< see Generation
};

class ResponseCache {
public:
    using Read = std::function<Result<CachedResponsePtr>()>;
    static constexpr std::size_t longest_key = 200;  ///< bytes; what is longer is not cached

    /// `shared` null: memory only. All must outlive this.
    ResponseCache(const ResponseCacheOptions& options, const Clock& clock, Random& random,
                  Metrics& metrics, Cache* shared);

    void open();
    void close();

    /// `read` asks the store. The key must hold everything that the response depends on. Errors:
    /// those of `read`, and unavailable "overloaded" when another thread is reading the same until
    /// after the deadline.
    Result<CachedResponsePtr> get(const std::string& key,
                                  std::chrono::steady_clock::time_point deadline, const Read& read);
    /// What guests see has changed, durably.
    void forget();

private:
    Result<CachedResponsePtr> fill(const std::string& key, std::uint64_t epoch, const Read& read);
    CachedResponsePtr from_shared(const std::string& token, const std::string& key);
    void to_shared(const std::string& token, const std::string& key,
                   const CachedResponse& response);
    /// False once as many bytes have been written as may live there.
    bool within_budget(std::size_t bytes);
    std::chrono::milliseconds shortened(std::chrono::milliseconds life);

    const ResponseCacheOptions options_;
    const Clock& clock_;
    Random& random_;
    Cache* const shared_;
    ResponseMemory memory_;
    SingleFlight flights_;
    std::optional<Generation> generation_;

    Counter &from_memory_, &from_shared_, &from_store_, &waits_, &changes_, &damaged_;
    std::vector<std::shared_ptr<void>> gauges_;

    std::mutex budget_mutex_;
    std::chrono::steady_clock::time_point window_end_{};
    std::size_t written_ = 0;
};

}  // namespace kitchen::catalog
