// Many callers who need the same response at the same time: one of them gets it, the others wait
// for it.
//
// An error goes to those who wait, and is forgotten with them. When the work throws, each of the
// others does it by itself.
//
// Thread-safety: all calls, from any thread.
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>

#include "cache/cached_response.h"
#include "kitchen/result.h"

namespace kitchen::catalog {

class SingleFlight {
public:
    using Work = std::function<Result<CachedResponsePtr>()>;

    /// Does `work`, or waits for the thread that does it for the same key; `waiting` is called
    /// before that. Error beside those of the work: unavailable "overloaded", when `deadline` comes
    /// first.
    Result<CachedResponsePtr> run(const std::string& key,
                                  std::chrono::steady_clock::time_point deadline, const Work& work,
                                  const std::function<void()>& waiting);

private:
    struct Flight {
        bool over = false;
        std::optional<Result<CachedResponsePtr>> response;  ///< nothing: the work threw
        std::condition_variable landed;
    };
    class Landing;

    std::mutex mutex_;
    std::unordered_map<std::string, std::shared_ptr<Flight>> flights_;
};

}  // namespace kitchen::catalog
