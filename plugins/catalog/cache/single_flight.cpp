#include "cache/single_flight.h"

namespace kitchen::catalog {

/// Ends a flight, also when its work throws.
class SingleFlight::Landing {
public:
    Landing(SingleFlight& flights, const std::string& key, Flight& flight)
        : flights_(flights), key_(key), flight_(flight) {}
    ~Landing() {
        std::lock_guard lock(flights_.mutex_);
        flight_.over = true;
        flight_.response = std::move(response);
        flights_.flights_.erase(key_);
        flight_.landed.notify_all();
    }
    Landing(const Landing&) = delete;
    Landing& operator=(const Landing&) = delete;

    std::optional<Result<CachedResponsePtr>> response;

private:
    SingleFlight& flights_;
    const std::string& key_;
    Flight& flight_;
};

Result<CachedResponsePtr> SingleFlight::run(const std::string& key,
                                            std::chrono::steady_clock::time_point deadline,
                                            const Work& work,
                                            const std::function<void()>& waiting) {
    std::shared_ptr<Flight> flight;
    {
        std::unique_lock lock(mutex_);
        auto& known = flights_[key];
        if (known) {
            flight = known;
            waiting();
            if (!flight->landed.wait_until(lock, deadline, [&] { return flight->over; }))
                return Error(Errc::unavailable, "overloaded",
                             "The answer is taking too long. Try again in a moment.")
                    .retry_in(std::chrono::seconds(1));
            if (flight->response) return *flight->response;
            lock.unlock();
            return work();
        }
        flight = known = std::make_shared<Flight>();
    }
    Landing landing(*this, key, *flight);
    Result<CachedResponsePtr> response = work();
    landing.response = response;
    return response;
}

}  // namespace kitchen::catalog
