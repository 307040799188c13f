// A stack of its own for the handler of crashes, on a thread that runs plugins: when theirs has
// overflowed, the last line is written from here. Threads that plugins have made themselves have
// none.
//
// Thread-safety: belongs to the thread that makes it, until that ends.
#pragma once

#include <csignal>
#include <cstddef>
#include <memory>

namespace kitchen::observe {

class CrashStack {
public:
    CrashStack() noexcept {
        stack_t stack{};
        stack.ss_sp = memory_.get();
        stack.ss_size = size;
        (void)::sigaltstack(&stack, &before_);
    }
    ~CrashStack() { (void)::sigaltstack(&before_, nullptr); }
    CrashStack(const CrashStack&) = delete;
    CrashStack& operator=(const CrashStack&) = delete;

private:
    static constexpr std::size_t size = 64 * 1024;
    const std::unique_ptr<std::byte[]> memory_{new std::byte[size]};
    stack_t before_{};  ///< of a sanitizer
};

}  // namespace kitchen::observe
