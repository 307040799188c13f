// Work that is not part of a response: sending a mail after it, sweeping old rows.
//
// Jobs run on the kernel's own threads, never on those that answer requests. An exception out of a
// job is logged with its name and does not stop it from running again. When the kernel drains,
// posted jobs are finished (up to the deadline) and no periodic job starts any more.
//
// Thread-safety: all calls, from any thread. Owned by the kernel.
#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <string_view>

namespace kitchen {

class Jobs {
public:
    using Interface = Jobs;
    static constexpr std::string_view interface_name = "jobs/1";
    virtual ~Jobs() = default;
    /// Runs once, soon. False when the queue is full or the kernel is stopping: the job was not
    /// taken.
    [[nodiscard]] virtual bool post(std::string name, std::function<void()> work) = 0;
    /// Runs once, not before `delay` has passed.
    [[nodiscard]] virtual bool post_after(std::chrono::milliseconds delay, std::string name,
                                          std::function<void()> work) = 0;
};

}  // namespace kitchen
