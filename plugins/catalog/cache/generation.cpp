#include "cache/generation.h"

#include <algorithm>

namespace kitchen::catalog {

namespace {

constexpr std::string_view key = "catalog:generation";
constexpr std::string_view channel = "catalog:changed";
constexpr std::chrono::hours token_life{24};  // without one, the next reader begins a generation
constexpr std::size_t most_left = 1024;

}  // namespace

Generation::Generation(Cache& cache, const Clock& clock, Random& random, Millis revalidate,
                       Millis memory, std::function<void()> forget)
    : cache_(cache),
      clock_(clock),
      random_(random),
      revalidate_(revalidate),
      memory_(memory),
      forget_(std::move(forget)),
      replica_(random.hex(6) + '-') {}

void Generation::open() {
    subscription_ = cache_.subscribe(channel, [this](std::string_view token) { heard(token); });
    renew();
}

void Generation::renew() {
    std::uint64_t mine = 0;
    {
        std::lock_guard lock(mutex_);
        leave_token();
        mine = ++changes_;
        ++writing_;
    }
    forget_();
    const std::string token = new_token();
    const bool written = cache_.set(key, token, token_life).has_value();
    {
        std::lock_guard lock(mutex_);
        --writing_;
        reachable_ = written;
        look_at(clock_.steady_now() + revalidate_);
        if (written && mine == changes_) token_ = token;
        if (written && mine != changes_)
            look_at(Time::min());  // another change came between: which token stands there now?
    }
    if (written) (void)cache_.publish(channel, token);
}

bool Generation::refresh() {
    if (!is_strict() && clock_.steady_now() < next_look_.load(std::memory_order_relaxed))
        return true;
    std::uint64_t seen = 0;
    {
        std::lock_guard lock(mutex_);
        if (writing_ > 0) return !is_strict();
        if (!is_strict() &&
            (looking_ || clock_.steady_now() < next_look_.load(std::memory_order_relaxed)))
            return true;
        looking_ = true;
        seen = changes_;
    }
    const bool holds = look(seen);
    std::lock_guard lock(mutex_);
    looking_ = false;
    return holds || !is_strict();
}

bool Generation::look(std::uint64_t changes_seen) {
    const auto found = cache_.get(key);
    std::string token = found && *found ? **found : std::string();
    bool is_new = false;
    if (found && !*found) {
        token = new_token();
        const auto first = cache_.set_if_absent(key, token, token_life);
        is_new = first && *first;
        if (!is_new) token.clear();
    }
    {
        std::lock_guard lock(mutex_);
        if (changes_seen != changes_ || writing_ > 0)
            return false;  // what was found may be older than that: still due
        reachable_ = !token.empty();
        look_at(clock_.steady_now() + revalidate_);
        if (token.empty()) return false;
        if (token == token_) return true;
        if (is_new || !was_left(token)) {
            leave_token();
            ++changes_;
            token_ = token;
            token.clear();
        }
    }
    if (token.empty())
        forget_();
    else
        renew();  // it is from before a change of ours that is not in the cache, or no more
    return true;
}

void Generation::heard(std::string_view token) {
    if (is_own(token)) return;
    {
        std::lock_guard lock(mutex_);
        if (token == token_) return;
        leave_token();
        ++changes_;
        look_at(Time::min());
    }
    forget_();
}

std::optional<std::string> Generation::current() const {
    std::lock_guard lock(mutex_);
    if (token_.empty() || !reachable_) return std::nullopt;
    return token_;
}

void Generation::away() {
    std::lock_guard lock(mutex_);
    reachable_ = false;
}

void Generation::leave_token() {
    const Time now = clock_.steady_now();
    while (!left_.empty() && (left_.front().first + memory_ < now || left_.size() >= most_left))
        left_.pop_front();
    if (!token_.empty() && !is_own(token_)) left_.emplace_back(now, std::move(token_));
    token_.clear();
}

bool Generation::was_left(std::string_view token) const {
    return is_own(token) || std::any_of(left_.begin(), left_.end(),
                                        [&](const auto& left) { return left.second == token; });
}

}  // namespace kitchen::catalog
