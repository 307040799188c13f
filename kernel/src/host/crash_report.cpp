#include "host/signals.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <exception>
#include <string_view>

#include <dlfcn.h>
#include <execinfo.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "observe/current_plugin.h"
#include "observe/current_trace.h"

namespace kitchen::host {

namespace {

constexpr std::size_t longest = 8 * 1024;

/// Read by the handler: set before there are threads that may crash.
struct {
    bool json = false;
    std::array<char, 4096> file{};
} constinit keeping;

/// One line, made without allocating.
class Line {
public:
    void add(std::string_view text) noexcept {
        for (const char c : text) put(c);
    }
    void add_number(std::uint64_t number, unsigned base, int width = 0) noexcept {
        char digits[24];
        int count = 0;
        do digits[count++] = "0123456789abcdef"[number % base];
        while ((number /= base) > 0 || count < width);
        while (count > 0) put(digits[--count]);
    }
    /// As the inside of a string of JSON, and without what a terminal would obey.
    void add_encoded(std::string_view text) noexcept {
        for (const char c : text) {
            if (c == '"' || c == '\\') put('\\');
            put(static_cast<unsigned char>(c) < 0x20 || c == 0x7f ? ' ' : c);
        }
    }
    /// key=value, or ,"key":"value"
    void add_field(std::string_view key, std::string_view value) noexcept {
        if (value.empty()) return;
        begin_field(key);
        add_encoded(value);
        end_field();
    }
    void begin_field(std::string_view key) noexcept {
        add(keeping.json ? ",\"" : " ");
        add(key);
        add(keeping.json ? "\":\"" : "=");
    }
    void end_field() noexcept {
        if (keeping.json) put('"');
    }
    void write_to(int descriptor) noexcept {
        text_[size_] = '\n';
        (void)!::write(descriptor, text_.data(), size_ + 1);
    }

private:
    void put(char c) noexcept {
        if (size_ + 1 < text_.size()) text_[size_++] = c;
    }
    std::array<char, longest> text_;
    std::size_t size_ = 0;
};

void add_time(Line& line) noexcept {
    using namespace std::chrono;
    const auto now = floor<milliseconds>(system_clock::now());
    const auto day = floor<days>(now);
    const year_month_day date(day);
    const hh_mm_ss time(now - day);
    const auto number = [&](auto value, int width) {
        line.add_number(static_cast<std::uint64_t>(value), 10, width);
    };
    number(static_cast<int>(date.year()), 4);
    line.add("-");
    number(static_cast<unsigned>(date.month()), 2);
    line.add("-");
    number(static_cast<unsigned>(date.day()), 2);
    line.add("T");
    number(time.hours().count(), 2);
    line.add(":");
    number(time.minutes().count(), 2);
    line.add(":");
    number(time.seconds().count(), 2);
    line.add(".");
    number(time.subseconds().count(), 3);
    line.add("Z");
}

/// "loyalty.so+0x1f3c libc.so.6+0x3bf90 …", as addr2line takes them.
void add_stack(Line& line) noexcept {
    void* frames[40];
    const int count = ::backtrace(frames, static_cast<int>(std::size(frames)));
    line.begin_field("stack");
    if (!keeping.json) line.add("\"");
    for (int i = 0; i < count; ++i) {
        Dl_info place{};
        if (::dladdr(frames[i], &place) == 0 || !place.dli_fname) continue;
        std::string_view file = place.dli_fname;
        file.remove_prefix(file.rfind('/') + 1);
        line.add(i == 0 ? "" : " ");
        line.add_encoded(file);
        line.add("+0x");
        line.add_number(reinterpret_cast<std::uintptr_t>(frames[i]) -
                            reinterpret_cast<std::uintptr_t>(place.dli_fbase),
                        16);
    }
    if (!keeping.json) line.add("\"");
    line.end_field();
}

/// `what` and, in quotation marks, `text` if there is any.
void report(std::string_view what, std::string_view text) noexcept {
    // What was logged before is written first (LogWriter), so that this is the last line.
    constexpr timespec moment{0, 20'000'000};
    ::nanosleep(&moment, nullptr);
    const auto place = observe::CurrentPlugin::place();
    Line line;
    if (keeping.json) {
        line.add("{\"ts\":\"");
        add_time(line);
        line.add("\",\"level\":\"error\",\"plugin\":\"");
        line.add_encoded(place.id.empty() ? std::string_view("kernel") : place.id);
        line.add("\",\"message\":\"fatal: ");
        line.add(what);
        line.end_field();
        line.add_field("reason", text);
        line.add_field("call", place.call);
    } else {
        line.add("fatal: ");
        line.add(what);
        if (!text.empty()) {
            line.add(" \"");
            line.add_encoded(text);
            line.add("\",");
        }
        line.add(place.id.empty() ? " outside every plugin" : " in plugin '");
        line.add(place.id);
        if (!place.id.empty()) {
            line.add("' (");
            line.add(place.call);
            line.add(")");
        }
    }
    line.add_field("request_id", place.request_id);
    if (const auto& trace = observe::current_trace()) line.add_field("trace_id", trace->trace.id);
    add_stack(line);
    if (keeping.json) line.add("}");
    line.write_to(STDERR_FILENO);
    if (keeping.file[0] == '\0') return;
    // A fifo that someone has put there would wait for a reader.
    const int file =
        ::open(keeping.file.data(),
               O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0600);
    if (file < 0) return;
    line.write_to(file);
    ::close(file);
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
    report(signal_name(number), {});
    std::raise(number);
}

[[noreturn]] void on_terminate() {
    std::signal(SIGABRT, SIG_DFL);
    if (const std::exception_ptr thrown = std::current_exception()) {
        try {
            std::rethrow_exception(thrown);
        } catch (const std::exception& e) {
            report("an exception that nothing can catch,", e.what());
        } catch (...) {
            report("an exception that nothing can catch,", {});
        }
    } else {
        report("std::terminate was called", {});
    }
    std::abort();
}

}  // namespace

void report_crashes() {
    void* first[1];
    (void)::backtrace(first, 1);  // loads what it needs, which allocates
    std::set_terminate(on_terminate);
    struct sigaction action {};
    action.sa_handler = on_signal;
    action.sa_flags = SA_RESETHAND | SA_NODEFER | SA_ONSTACK;  // CrashStack
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    (void)action;  // the sanitizers report these signals themselves, with more to say
#else
    for (const int number : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT})
        ::sigaction(number, &action, nullptr);
#endif
}

std::string keep_crashes(bool json, const std::filesystem::path& file) {
    keeping.json = json;
    const std::string name = file.string();
    if (name.size() >= keeping.file.size()) return {};
    std::memcpy(keeping.file.data(), name.c_str(), name.size() + 1);
    const int descriptor = ::open(name.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (descriptor < 0) return {};
    struct stat info {};
    std::string text(longest, '\0');
    const bool is_ours =
        ::fstat(descriptor, &info) == 0 && S_ISREG(info.st_mode) && info.st_uid == ::geteuid();
    const ssize_t size = is_ours ? ::read(descriptor, text.data(), text.size()) : 0;
    ::close(descriptor);
    if (is_ours) (void)::unlink(name.c_str());
    text.resize(static_cast<std::size_t>(std::max<ssize_t>(size, 0)));
    while (text.ends_with('\n')) text.pop_back();
    return text;
}

}  // namespace kitchen::host
