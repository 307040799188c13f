#include "host/signals.h"

#include <csignal>
#include <cstdlib>
#include <exception>
#include <initializer_list>
#include <string_view>

#include <unistd.h>

#include "observe/current_plugin.h"

namespace kitchen::host {

namespace {

void write_parts(std::initializer_list<std::string_view> parts) {
    for (const std::string_view part : parts)
        (void)!::write(STDERR_FILENO, part.data(), part.size());
}

void write_place() {
    const auto [id, call] = observe::CurrentPlugin::place();
    if (id.empty())
        write_parts({" outside every plugin\n"});
    else
        write_parts({" in plugin '", id, "' (", call, ")\n"});
}

[[maybe_unused]] const char* signal_name(int number) {
    switch (number) {
        case SIGSEGV: return "SIGSEGV (invalid memory)";
        case SIGBUS: return "SIGBUS (invalid memory)";
        case SIGFPE: return "SIGFPE (invalid arithmetic)";
        case SIGILL: return "SIGILL (invalid instruction)";
        default: return "SIGABRT (abort)";
    }
}

// SA_RESETHAND: raised again, it does what it does by default.
[[maybe_unused]] void on_signal(int number) {
    write_parts({"fatal: ", signal_name(number)});
    write_place();
    std::raise(number);
}

[[noreturn]] void on_terminate() {
    std::signal(SIGABRT, SIG_DFL);
    if (const std::exception_ptr thrown = std::current_exception()) {
        try {
            std::rethrow_exception(thrown);
        } catch (const std::exception& e) {
            write_parts({"fatal: an exception that nothing can catch, \"", e.what(), "\","});
        } catch (...) {
            write_parts({"fatal: an exception that nothing can catch,"});
        }
    } else {
        write_parts({"fatal: std::terminate was called"});
    }
    write_place();
    std::abort();
}

}  // namespace

void report_crashes() {
    std::set_terminate(on_terminate);
    struct sigaction action {};
    action.sa_handler = on_signal;
    action.sa_flags = SA_RESETHAND | SA_NODEFER;
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    (void)action;  // the sanitizers report these signals themselves, with more to say
#else
    for (const int number : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT})
        ::sigaction(number, &action, nullptr);
#endif
}

}  // namespace kitchen::host
