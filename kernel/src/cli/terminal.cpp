#include "cli/terminal.h"

#include <algorithm>
#include <cerrno>
#include <ostream>

#include <termios.h>
#include <unistd.h>

namespace kitchen::cli {

namespace {

constexpr std::size_t longest = 4096;

Error no_secret(std::string detail) {
    return Error(Errc::malformed, "no_secret", std::move(detail));
}

/// One byte of standard input; false at its end.
bool read_byte(char& c) {
    for (;;) {
        const ssize_t got = ::read(STDIN_FILENO, &c, 1);
        if (got == 1) return true;
        if (got < 0 && errno == EINTR) continue;
        return false;
    }
}

void say(std::string_view text) {
    // Standard error: standard output may be a file.
    [[maybe_unused]] const ssize_t ignored = ::write(STDERR_FILENO, text.data(), text.size());
}

/// Switches echo off, and line editing with it: so Ctrl-C arrives as a character and cannot leave
/// the terminal mute.
class QuietTerminal {
public:
    QuietTerminal() {
        if (::tcgetattr(STDIN_FILENO, &before_) != 0) return;
        termios quiet = before_;
        quiet.c_lflag &= ~static_cast<tcflag_t>(ECHO | ICANON | ISIG);
        quiet.c_cc[VMIN] = 1;
        quiet.c_cc[VTIME] = 0;
        changed_ = ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &quiet) == 0;
    }
    ~QuietTerminal() {
        if (changed_) ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &before_);
    }
    QuietTerminal(const QuietTerminal&) = delete;
    QuietTerminal& operator=(const QuietTerminal&) = delete;
    bool is_quiet() const noexcept { return changed_; }

private:
    termios before_{};
    bool changed_ = false;
};

Result<std::string> ask(std::string_view prompt) {
    const QuietTerminal terminal;
    if (!terminal.is_quiet())
        return no_secret(
            "The echo of the terminal cannot be switched off. Pipe the secret to standard input "
            "instead.");
    say(prompt);
    std::string line;
    for (char c = 0;;) {
        if (!read_byte(c) || c == 3 || (c == 4 && line.empty())) {  // Ctrl-C, Ctrl-D
            say("\n");
            return no_secret("Cancelled.");
        }
        if (c == '\n' || c == '\r') break;
        if (c == 8 || c == 127) {
            // One character, not one byte of it.
            while (!line.empty() && (static_cast<unsigned char>(line.back()) & 0xc0) == 0x80)
                line.pop_back();
            if (!line.empty()) line.pop_back();
        } else if (c == 21) {  // Ctrl-U
            line.clear();
        } else if (line.size() < longest) {
            line += c;
        }
    }
    say("\n");
    return line;
}

}  // namespace

Result<std::string> read_secret(std::string_view prompt) {
    if (::isatty(STDIN_FILENO)) return ask(std::string(prompt) + ": ");
    std::string line;
    char c = 0;
    bool any = false;
    while (read_byte(c)) {
        any = true;
        if (c == '\n') break;
        if (line.size() == longest)
            return no_secret("The secret is longer than " + std::to_string(longest) + " octets.");
        line += c;
    }
    if (!any) return no_secret("Standard input has no line for: " + std::string(prompt) + '.');
    if (line.ends_with('\r')) line.pop_back();
    return line;
}

void print_table(std::ostream& out, const std::vector<std::vector<std::string>>& rows) {
    std::vector<std::size_t> widths;
    for (const auto& row : rows) {
        widths.resize(std::max(widths.size(), row.size()));
        for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
    }
    for (const auto& row : rows) {
        std::string line;
        for (std::size_t i = 0; i < row.size(); ++i) {
            line += row[i];
            if (i + 1 < row.size()) line.append(widths[i] - row[i].size() + 2, ' ');
        }
        line.erase(line.find_last_not_of(' ') + 1);
        out << line << '\n';
    }
}

}  // namespace kitchen::cli
