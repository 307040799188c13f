// The contract of cache/1 as tests. Times are chosen so that they hold on a fake clock and on a
// real server alike: what must still be there has a TTL of a minute or more; what must be gone has
// one that advance() has certainly passed.
#include "kitchen/testkit/conformance.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <condition_variable>
#include <future>
#include <latch>
#include <map>
#include <mutex>
#include <ostream>
#include <thread>
#include <vector>

namespace kitchen::testkit {

using namespace std::chrono_literals;
using namespace std::string_literals;
using Millis = Cache::Millis;
using Outcome = Comparison::Outcome;

void PrintTo(const CacheFactory& factory, std::ostream* out) { *out << factory.name; }

// Whoever links the testkit for something else need not have a backend.
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(CacheConformance);

void CacheConformance::SetUp() { cache = GetParam().make(); }

namespace {

constexpr Millis a_minute = 1min;
constexpr Millis short_ttl = 100ms;
constexpr auto patience = 30s;  // a test that waits longer than this has failed

const std::string& binary() {
    static const std::string bytes = "\0\r\n\xff\xfe \"'$*1\r\n\0"s;
    return bytes;
}

std::map<std::string, std::string> as_map(const CacheFields& fields) {
    return {fields.begin(), fields.end()};
}

// Runs the work on so many threads that start together, and gives what each returned.
template <class Work>
auto results_in_parallel(int threads, Work work) {
    std::latch start(threads);
    std::vector<std::future<decltype(work(0))>> running;
    for (int i = 0; i < threads; ++i)
        running.push_back(std::async(std::launch::async, [&start, &work, i] {
            start.arrive_and_wait();
            return work(i);
        }));
    std::vector<decltype(work(0))> results;
    for (auto& one : running) results.push_back(one.get());
    return results;
}

// What a subscriber has heard.
class Inbox {
public:
    Cache::Subscriber subscriber() {
        return [this](std::string_view message) {
            std::lock_guard lock(mutex_);
            messages_.emplace_back(message);
            changed_.notify_all();
        };
    }
    bool wait_for(std::string_view message) {
        std::unique_lock lock(mutex_);
        return changed_.wait_for(lock, patience, [&] { return count_locked(message) > 0; });
    }
    std::vector<std::string> messages() const {
        std::lock_guard lock(mutex_);
        return messages_;
    }

private:
    std::ptrdiff_t count_locked(std::string_view message) const {
        return std::count(messages_.begin(), messages_.end(), message);
    }
    mutable std::mutex mutex_;
    std::condition_variable changed_;
    std::vector<std::string> messages_;
};

}  // namespace

// ---- values

TEST_P(CacheConformance, AnUnknownKeyHasNothing) {
    EXPECT_EQ(cache->get("test:none").value(), std::nullopt);
    EXPECT_EQ(cache->get_fields("test:none").value(), std::nullopt);
    EXPECT_EQ(cache->ttl("test:none").value(), std::nullopt);
    EXPECT_FALSE(cache->erase("test:none").value());
}

TEST_P(CacheConformance, SetThenGet) {
    cache->set("test:a", "one", a_minute).value();
    cache->set("test:b", "two", a_minute).value();
    EXPECT_EQ(cache->get("test:a").value(), "one");
    EXPECT_EQ(cache->get("test:b").value(), "two");
}

TEST_P(CacheConformance, SetReplacesValueAndTtl) {
    cache->set("test:a", "one", short_ttl).value();
    cache->set("test:a", "two", a_minute).value();
    GetParam().advance(2 * short_ttl);
    EXPECT_EQ(cache->get("test:a").value(), "two");
}

TEST_P(CacheConformance, ValuesAreBytes) {
    cache->set("test:binary", binary(), a_minute).value();
    EXPECT_EQ(cache->get("test:binary").value(), binary());
    cache->set("test:empty", "", a_minute).value();
    EXPECT_EQ(cache->get("test:empty").value(), "");
}

TEST_P(CacheConformance, KeysAreUtf8AndDifferInEveryByte) {
    cache->set("test:jọ́llọf", "rice", a_minute).value();
    EXPECT_EQ(cache->get("test:jọ́llọf").value(), "rice");
    EXPECT_EQ(cache->get("test:jollof").value(), std::nullopt);
    EXPECT_EQ(cache->get("test:jọ́llọf ").value(), std::nullopt);
}

TEST_P(CacheConformance, AnEntryIsGoneWhenItsTtlHasPassed) {
    cache->set("test:short", "x", short_ttl).value();
    cache->set_fields("test:short-hash", {{"f", "x"}}, short_ttl).value();
    cache->set("test:long", "x", a_minute).value();
    GetParam().advance(2 * short_ttl);
    EXPECT_EQ(cache->get("test:short").value(), std::nullopt);
    EXPECT_EQ(cache->ttl("test:short").value(), std::nullopt);
    EXPECT_FALSE(cache->erase("test:short").value());
    EXPECT_EQ(cache->get_fields("test:short-hash").value(), std::nullopt);
    EXPECT_EQ(cache->get("test:long").value(), "x");
}

TEST_P(CacheConformance, TtlTellsTheTimeLeft) {
    cache->set("test:a", "x", a_minute).value();
    cache->set_fields("test:h", {{"f", "x"}}, a_minute).value();
    GetParam().advance(1s);
    for (const char* key : {"test:a", "test:h"}) {
        const auto left = cache->ttl(key).value();
        ASSERT_TRUE(left.has_value());
        EXPECT_GT(*left, 0ms);
        EXPECT_LE(*left, a_minute - 1s);
    }
}

TEST_P(CacheConformance, EraseTellsWhetherThereWasSomething) {
    cache->set("test:a", "x", a_minute).value();
    EXPECT_TRUE(cache->erase("test:a").value());
    EXPECT_EQ(cache->get("test:a").value(), std::nullopt);
    EXPECT_FALSE(cache->erase("test:a").value());
    cache->set_fields("test:h", {{"f", "x"}}, a_minute).value();
    EXPECT_TRUE(cache->erase("test:h").value());
    EXPECT_EQ(cache->get_fields("test:h").value(), std::nullopt);
    EXPECT_FALSE(cache->erase("test:h").value());
}

TEST_P(CacheConformance, OneOfManyErasesWins) {
    cache->set_fields("test:h", {{"f", "x"}}, a_minute).value();
    const auto erased = results_in_parallel(
        20, [&](int) { return static_cast<int>(cache->erase("test:h").value()); });
    EXPECT_EQ(std::count(erased.begin(), erased.end(), 1), 1);
}

TEST_P(CacheConformance, SetIfAbsentSetsOnce) {
    EXPECT_TRUE(cache->set_if_absent("test:a", "first", a_minute).value());
    EXPECT_FALSE(cache->set_if_absent("test:a", "second", a_minute).value());
    EXPECT_EQ(cache->get("test:a").value(), "first");
    EXPECT_TRUE(cache->erase("test:a").value());
    EXPECT_TRUE(cache->set_if_absent("test:a", "third", short_ttl).value());
    GetParam().advance(2 * short_ttl);
    EXPECT_TRUE(cache->set_if_absent("test:a", "fourth", a_minute).value());
    EXPECT_EQ(cache->get("test:a").value(), "fourth");
}

TEST_P(CacheConformance, SetIfAbsentHasOneWinner) {
    const auto won = results_in_parallel(50, [&](int i) {
        return static_cast<int>(
            cache->set_if_absent("test:race", std::to_string(i), a_minute).value());
    });
    ASSERT_EQ(std::count(won.begin(), won.end(), 1), 1);
    const auto winner = std::find(won.begin(), won.end(), 1) - won.begin();
    EXPECT_EQ(cache->get("test:race").value(), std::to_string(winner));
}

// ---- hash entries

TEST_P(CacheConformance, FieldsAreKeptWhole) {
    cache
        ->set_fields("test:h", {{"email", "a@example.com"}, {"bytes", binary()}, {"empty", ""}},
                     a_minute)
        .value();
    const auto fields = cache->get_fields("test:h").value();
    ASSERT_TRUE(fields.has_value());
    EXPECT_EQ(as_map(*fields),
              (std::map<std::string, std::string>{
                  {"email", "a@example.com"}, {"bytes", binary()}, {"empty", ""}}));
}

TEST_P(CacheConformance, SetFieldsReplacesTheWholeEntry) {
    cache->set_fields("test:h", {{"a", "1"}, {"b", "2"}}, short_ttl).value();
    cache->set_fields("test:h", {{"b", "3"}}, a_minute).value();
    GetParam().advance(2 * short_ttl);
    EXPECT_EQ(as_map(cache->get_fields("test:h").value().value()),
              (std::map<std::string, std::string>{{"b", "3"}}));
}

TEST_P(CacheConformance, UpdateFieldsChangesSomeAndKeepsTheTtl) {
    cache->set_fields("test:h", {{"a", "1"}, {"b", "2"}}, a_minute).value();
    GetParam().advance(1s);
    EXPECT_TRUE(cache->update_fields("test:h", {{"b", binary()}, {"c", "3"}}).value());
    EXPECT_EQ(as_map(cache->get_fields("test:h").value().value()),
              (std::map<std::string, std::string>{{"a", "1"}, {"b", binary()}, {"c", "3"}}));
    const auto left = cache->ttl("test:h").value();
    ASSERT_TRUE(left.has_value());
    EXPECT_GT(*left, 0ms);
    EXPECT_LE(*left, a_minute - 1s);
}

TEST_P(CacheConformance, UpdateFieldsMakesNoEntry) {
    EXPECT_FALSE(cache->update_fields("test:h", {{"a", "1"}}).value());
    EXPECT_EQ(cache->get_fields("test:h").value(), std::nullopt);
    cache->set_fields("test:h", {{"a", "1"}}, short_ttl).value();
    GetParam().advance(2 * short_ttl);
    EXPECT_FALSE(cache->update_fields("test:h", {{"a", "2"}}).value());
    EXPECT_EQ(cache->get_fields("test:h").value(), std::nullopt);
}

TEST_P(CacheConformance, IncrementFieldCountsToItsMaximum) {
    cache->set_fields("test:h", {{"other", "x"}, {"seven", "7"}}, a_minute).value();
    EXPECT_EQ(cache->increment_field("test:h", "n", 2).value(), 1);
    EXPECT_EQ(cache->increment_field("test:h", "n", 2).value(), 2);
    EXPECT_EQ(cache->increment_field("test:h", "n", 2).value(), std::nullopt);
    EXPECT_EQ(cache->increment_field("test:h", "n", 1).value(), std::nullopt);
    EXPECT_EQ(cache->increment_field("test:h", "seven", 100).value(), 8);
    EXPECT_EQ(as_map(cache->get_fields("test:h").value().value()),
              (std::map<std::string, std::string>{{"other", "x"}, {"n", "2"}, {"seven", "8"}}));
}

TEST_P(CacheConformance, IncrementFieldKeepsTheTtlAndMakesNoEntry) {
    EXPECT_EQ(cache->increment_field("test:none", "n", 5).value(), std::nullopt);
    EXPECT_EQ(cache->get_fields("test:none").value(), std::nullopt);
    cache->set_fields("test:h", {{"f", "x"}}, a_minute).value();
    GetParam().advance(1s);
    EXPECT_EQ(cache->increment_field("test:h", "n", 5).value(), 1);
    const auto left = cache->ttl("test:h").value();
    ASSERT_TRUE(left.has_value());
    EXPECT_GT(*left, 0ms);
    EXPECT_LE(*left, a_minute - 1s);
}

TEST_P(CacheConformance, IncrementFieldRefusesText) {
    cache->set_fields("test:h", {{"n", "five"}}, a_minute).value();
    EXPECT_FALSE(cache->increment_field("test:h", "n", 5).has_value());
    EXPECT_EQ(as_map(cache->get_fields("test:h").value().value()).at("n"), "five");
}

TEST_P(CacheConformance, ParallelIncrementsNeverPassTheMaximum) {
    cache->set_fields("test:h", {{"f", "x"}}, a_minute).value();
    const auto values = results_in_parallel(
        50, [&](int) { return cache->increment_field("test:h", "n", 20).value().value_or(0); });
    std::vector<std::int64_t> counted;
    for (const std::int64_t value : values)
        if (value != 0) counted.push_back(value);
    std::sort(counted.begin(), counted.end());
    ASSERT_EQ(counted.size(), 20u);
    for (std::size_t i = 0; i < counted.size(); ++i)
        EXPECT_EQ(counted[i], static_cast<std::int64_t>(i + 1));
    EXPECT_EQ(as_map(cache->get_fields("test:h").value().value()).at("n"), "20");
}

// ---- compare and count

TEST_P(CacheConformance, AMatchGivesTheFieldsAndErasesNothing) {
    cache->set_fields("test:otp", {{"code", binary()}, {"email", "a@example.com"}}, a_minute)
        .value();
    for (int i = 0; i < 10; ++i) {
        const auto answer = cache->compare_and_count("test:otp", "code", binary(), 5).value();
        ASSERT_EQ(answer.outcome, Outcome::match);
        EXPECT_EQ(as_map(answer.fields).at("email"), "a@example.com");
        EXPECT_EQ(as_map(answer.fields).at("code"), binary());
    }
    EXPECT_TRUE(cache->get_fields("test:otp").value().has_value());
}

TEST_P(CacheConformance, WrongCandidatesAreCountedUntilTheLastErases) {
    cache->set_fields("test:otp", {{"code", "right"}}, a_minute).value();
    for (int left = 4; left >= 1; --left) {
        const auto answer = cache->compare_and_count("test:otp", "code", "wrong", 5).value();
        ASSERT_EQ(answer.outcome, Outcome::mismatch);
        EXPECT_EQ(answer.attempts_left, left);
        EXPECT_TRUE(answer.fields.empty());
        EXPECT_EQ(as_map(cache->get_fields("test:otp").value().value()).at("attempts"),
                  std::to_string(5 - left));
    }
    const auto last = cache->compare_and_count("test:otp", "code", "wrong", 5).value();
    EXPECT_EQ(last.outcome, Outcome::exhausted);
    EXPECT_EQ(last.attempts_left, 0);
    EXPECT_TRUE(last.fields.empty());
    EXPECT_EQ(cache->compare_and_count("test:otp", "code", "right", 5).value().outcome,
              Outcome::missing);
    EXPECT_EQ(cache->get_fields("test:otp").value(), std::nullopt);
}

TEST_P(CacheConformance, TheRightCandidateStillMatchesOnTheLastTry) {
    cache->set_fields("test:otp", {{"code", "right"}}, a_minute).value();
    for (int i = 0; i < 4; ++i)
        (void)cache->compare_and_count("test:otp", "code", "wrong", 5).value();
    const auto answer = cache->compare_and_count("test:otp", "code", "right", 5).value();
    EXPECT_EQ(answer.outcome, Outcome::match);
    EXPECT_EQ(as_map(answer.fields).at("attempts"), "4");
}

TEST_P(CacheConformance, AttemptsSurviveAnUpdateOfTheOtherFields) {
    cache->set_fields("test:otp", {{"code", "old"}}, a_minute).value();
    for (int i = 0; i < 3; ++i)
        (void)cache->compare_and_count("test:otp", "code", "wrong", 5).value();
    ASSERT_TRUE(cache->update_fields("test:otp", {{"code", "new"}}).value());
    const auto answer = cache->compare_and_count("test:otp", "code", "old", 5).value();
    EXPECT_EQ(answer.outcome, Outcome::mismatch);
    EXPECT_EQ(answer.attempts_left, 1);
}

TEST_P(CacheConformance, PrefixesLongerTextsAndAbsentFieldsDoNotMatch) {
    cache->set_fields("test:otp", {{"code", "secret"}, {"other", ""}}, a_minute).value();
    for (const char* wrong : {"", "secre", "secrets", "Secret"})
        EXPECT_EQ(cache->compare_and_count("test:otp", "code", wrong, 100).value().outcome,
                  Outcome::mismatch)
            << wrong;
    EXPECT_EQ(cache->compare_and_count("test:otp", "code", "secret\0"s, 100).value().outcome,
              Outcome::mismatch);
    EXPECT_EQ(cache->compare_and_count("test:otp", "absent", "", 100).value().outcome,
              Outcome::mismatch);
    EXPECT_EQ(cache->compare_and_count("test:otp", "other", "", 100).value().outcome,
              Outcome::match);
}

TEST_P(CacheConformance, CompareKeepsTheTtlAndFindsNothingAfterIt) {
    EXPECT_EQ(cache->compare_and_count("test:none", "code", "x", 5).value().outcome,
              Outcome::missing);
    cache->set_fields("test:otp", {{"code", "right"}}, a_minute).value();
    GetParam().advance(1s);
    EXPECT_EQ(cache->compare_and_count("test:otp", "code", "wrong", 5).value().outcome,
              Outcome::mismatch);
    EXPECT_LE(cache->ttl("test:otp").value().value(), a_minute - 1s);
    cache->set_fields("test:gone", {{"code", "right"}}, short_ttl).value();
    GetParam().advance(2 * short_ttl);
    EXPECT_EQ(cache->compare_and_count("test:gone", "code", "right", 5).value().outcome,
              Outcome::missing);
}

TEST_P(CacheConformance, AHundredParallelWrongCandidatesCompareAtMostFive) {
    cache->set_fields("test:otp", {{"code", "123456"}}, a_minute).value();
    const auto answers = results_in_parallel(100, [&](int i) {
        return cache->compare_and_count("test:otp", "code", std::to_string(200000 + i), 5).value();
    });
    std::map<Outcome, int> count;
    std::vector<std::int64_t> left;
    for (const auto& answer : answers) {
        ++count[answer.outcome];
        if (answer.outcome == Outcome::mismatch) left.push_back(answer.attempts_left);
    }
    std::sort(left.begin(), left.end());
    EXPECT_EQ(left, (std::vector<std::int64_t>{1, 2, 3, 4}));
    EXPECT_EQ(count[Outcome::exhausted], 1);
    EXPECT_EQ(count[Outcome::missing], 95);
    EXPECT_EQ(count[Outcome::match], 0);
    EXPECT_EQ(cache->get_fields("test:otp").value(), std::nullopt);
}

TEST_P(CacheConformance, ParallelRightCandidatesAllMatchAndOneErases) {
    cache->set_fields("test:otp", {{"code", "123456"}}, a_minute).value();
    const auto won = results_in_parallel(20, [&](int) {
        const auto answer = cache->compare_and_count("test:otp", "code", "123456", 5).value();
        return answer.outcome == Outcome::match && cache->erase("test:otp").value() ? 1 : 0;
    });
    EXPECT_EQ(std::count(won.begin(), won.end(), 1), 1);
}

// ---- rates

TEST_P(CacheConformance, ARateAllowsItsBurstAndThenRefuses) {
    for (int remaining = 4; remaining >= 0; --remaining) {
        const auto tick = cache->rate_tick("test:rate", 5, a_minute).value();
        ASSERT_TRUE(tick.allowed);
        EXPECT_EQ(tick.remaining, remaining);
        EXPECT_EQ(tick.retry_after, 0ms);
        EXPECT_GT(tick.reset_after, 0ms);
        EXPECT_LE(tick.reset_after, (5 - remaining) * a_minute);
    }
    for (int i = 0; i < 3; ++i) {  // refusals do not push the limit further away
        const auto refused = cache->rate_tick("test:rate", 5, a_minute).value();
        EXPECT_FALSE(refused.allowed);
        EXPECT_EQ(refused.remaining, 0);
        EXPECT_GT(refused.retry_after, 0ms);
        EXPECT_LE(refused.retry_after, a_minute);
        EXPECT_GE(refused.reset_after, refused.retry_after);
        EXPECT_LE(refused.reset_after, 5 * a_minute);
    }
    EXPECT_TRUE(cache->rate_tick("test:other", 5, a_minute).value().allowed);
}

TEST_P(CacheConformance, ARateAllowsOneMoreAfterRetryAfter) {
    RateDecision tick;
    for (int i = 0; i < 1000; ++i) {
        tick = cache->rate_tick("test:rate", 2, 500ms).value();
        if (!tick.allowed) break;
    }
    ASSERT_FALSE(tick.allowed);
    GetParam().advance(tick.retry_after);
    EXPECT_TRUE(cache->rate_tick("test:rate", 2, 500ms).value().allowed);
}

TEST_P(CacheConformance, ARateIsFullAgainAfterResetAfterAndNoFuller) {
    RateDecision tick;
    for (int i = 0; i < 3; ++i) tick = cache->rate_tick("test:rate", 3, 50ms).value();
    GetParam().advance(tick.reset_after + 500ms);
    const auto first = cache->rate_tick("test:rate", 3, 50ms).value();
    EXPECT_TRUE(first.allowed);
    EXPECT_EQ(first.remaining, 2);
}

TEST_P(CacheConformance, ParallelTicksNeverPassTheBurst) {
    const auto allowed = results_in_parallel(50, [&](int) {
        return static_cast<int>(cache->rate_tick("test:rate", 7, a_minute).value().allowed);
    });
    EXPECT_EQ(std::count(allowed.begin(), allowed.end(), 1), 7);
}

TEST_P(CacheConformance, EraseForgetsARate) {
    EXPECT_TRUE(cache->rate_tick("test:rate", 1, a_minute).value().allowed);
    EXPECT_FALSE(cache->rate_tick("test:rate", 1, a_minute).value().allowed);
    EXPECT_TRUE(cache->erase("test:rate").value());
    EXPECT_TRUE(cache->rate_tick("test:rate", 1, a_minute).value().allowed);
}

// ---- messages

TEST_P(CacheConformance, AMessageReachesEverySubscriberOfItsChannel) {
    Inbox first, second, elsewhere;
    const auto a = cache->subscribe("test:channel", first.subscriber());
    const auto b = cache->subscribe("test:channel", second.subscriber());
    const auto c = cache->subscribe("test:elsewhere", elsewhere.subscriber());
    cache->publish("test:channel", binary()).value();
    cache->publish("test:channel", "").value();
    cache->publish("test:elsewhere", "done").value();
    EXPECT_TRUE(first.wait_for(""));
    EXPECT_TRUE(second.wait_for(""));
    EXPECT_TRUE(elsewhere.wait_for("done"));
    EXPECT_EQ(first.messages(), (std::vector<std::string>{binary(), ""}));
    EXPECT_EQ(second.messages(), (std::vector<std::string>{binary(), ""}));
    EXPECT_EQ(elsewhere.messages(), std::vector<std::string>{"done"});
}

TEST_P(CacheConformance, PublishingToNobodySucceeds) {
    EXPECT_TRUE(cache->publish("test:channel", "x"));
}

TEST_P(CacheConformance, WhoUnsubscribedHearsNothing) {
    Inbox gone, stays;
    auto a = cache->subscribe("test:channel", gone.subscriber());
    const auto b = cache->subscribe("test:channel", stays.subscriber());
    cache->publish("test:channel", "one").value();
    ASSERT_TRUE(gone.wait_for("one"));
    a.reset();
    cache->publish("test:channel", "two").value();
    cache->publish("test:channel", "three").value();
    ASSERT_TRUE(stays.wait_for("three"));
    EXPECT_EQ(gone.messages(), std::vector<std::string>{"one"});
}

TEST_P(CacheConformance, TheHandleWaitsForARunningCall) {
    std::promise<void> entered, release;
    std::atomic<bool> finished = false;
    auto handle = cache->subscribe("test:channel", [&](std::string_view) {
        entered.set_value();
        release.get_future().wait();
        finished = true;
    });
    cache->publish("test:channel", "x").value();
    ASSERT_EQ(entered.get_future().wait_for(patience), std::future_status::ready);
    auto destroyed = std::async(std::launch::async, [&] {
        handle.reset();
        return finished.load();
    });
    // The wait gives a wrong implementation the time to show itself; a right one cannot fail here.
    EXPECT_EQ(destroyed.wait_for(20ms), std::future_status::timeout);
    release.set_value();
    ASSERT_EQ(destroyed.wait_for(patience), std::future_status::ready);
    EXPECT_TRUE(destroyed.get());
}

TEST_P(CacheConformance, AHandleMayBeDestroyedByItsOwnCall) {
    std::mutex mutex;
    std::shared_ptr<void> handle;
    int calls = 0;
    std::promise<void> called;
    Inbox other;
    {
        std::lock_guard lock(mutex);
        handle = cache->subscribe("test:channel", [&](std::string_view) {
            std::shared_ptr<void> mine;
            {
                std::lock_guard inner(mutex);
                mine = std::move(handle);
            }
            mine.reset();
            if (++calls == 1) called.set_value();
        });
    }
    const auto b = cache->subscribe("test:channel", other.subscriber());
    cache->publish("test:channel", "one").value();
    ASSERT_EQ(called.get_future().wait_for(patience), std::future_status::ready);
    cache->publish("test:channel", "two").value();
    cache->publish("test:channel", "three").value();
    ASSERT_TRUE(other.wait_for("three"));
    EXPECT_EQ(calls, 1);
}

// ---- limits

TEST_P(CacheConformance, KeysHaveAtMost250Bytes) {
    const std::string longest(250, 'k');
    const std::string too_long(251, 'k');
    cache->set(longest, "x", a_minute).value();
    EXPECT_EQ(cache->get(longest).value(), "x");
    const std::array<Status, 4> refused = {cache->set(too_long, "x", a_minute),
                                           cache->set_fields(too_long, {{"f", "x"}}, a_minute),
                                           [&]() -> Status {
                                               auto r = cache->get(too_long);
                                               return r ? Status() : Status(r.error());
                                           }(),
                                           [&]() -> Status {
                                               auto r = cache->rate_tick(too_long, 1, 1s);
                                               return r ? Status() : Status(r.error());
                                           }()};
    for (const Status& status : refused) {
        ASSERT_FALSE(status);
        EXPECT_EQ(status.error().kind, Errc::unprocessable);
        EXPECT_EQ(status.error().code, "cache_key_too_long");
    }
}

TEST_P(CacheConformance, ValuesHaveAtMostOneMebibyte) {
    const std::string largest(1024 * 1024, 'v');
    cache->set("test:large", largest, a_minute).value();
    EXPECT_EQ(cache->get("test:large").value(), largest);
    const auto refused = cache->set("test:large", largest + 'v', a_minute);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().kind, Errc::unprocessable);
    EXPECT_EQ(refused.error().code, "cache_value_too_large");
    EXPECT_EQ(cache->set_fields("test:h", {{"f", largest}}, a_minute).error().code,
              "cache_value_too_large");
    EXPECT_EQ(cache->get("test:large").value(), largest);
}

TEST_P(CacheConformance, ATtlIsAboveZero) {
    for (const Millis ttl : {0ms, -1ms}) {
        const auto refused = cache->set("test:a", "x", ttl);
        ASSERT_FALSE(refused);
        EXPECT_EQ(refused.error().kind, Errc::unprocessable);
        EXPECT_EQ(refused.error().code, "cache_ttl_invalid");
    }
    EXPECT_EQ(cache->get("test:a").value(), std::nullopt);
}

}  // namespace kitchen::testkit
