#include "config/diagnostics.h"

#include <algorithm>
#include <vector>

#include "kitchen/bytes.h"
#include "kitchen/utf8.h"

namespace kitchen::config {
namespace {

constexpr std::size_t max_lines = 100;
constexpr std::size_t max_message = 1024;

}  // namespace

void Diagnostics::error(Mark at, std::string message, Kind kind) {
    entries_.push_back({at, std::move(message), kind});
}

bool Diagnostics::has(Kind kind) const noexcept {
    return std::any_of(entries_.begin(), entries_.end(),
                       [&](const Entry& e) { return e.kind == kind; });
}

std::vector<std::string> Diagnostics::lines() const {
    std::vector<Entry> sorted = entries_;
    std::stable_sort(sorted.begin(), sorted.end(),
                     [](const Entry& a, const Entry& b) { return a.mark < b.mark; });
    std::vector<std::string> out;
    for (const Entry& e : sorted) {
        if (out.size() == max_lines) {
            out.push_back(file_ + ": error: and " + std::to_string(sorted.size() - max_lines) +
                          " more");
            break;
        }
        std::string line = file_;
        if (e.mark.line > 0)
            line += ':' + std::to_string(e.mark.line) + ':' + std::to_string(e.mark.column);
        std::string text = line + ": error: " + printable(e.message, max_message);
        // Each alias of a faulty node would repeat the same line.
        if (out.empty() || out.back() != text) out.push_back(std::move(text));
    }
    return out;
}

bool is_control(std::string_view sequence) noexcept {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(sequence[i]); };
    if (sequence.size() == 1) return byte(0) < 0x20 || byte(0) == 0x7f;
    return sequence.size() == 2 && byte(0) == 0xc2 && byte(1) < 0xa0;
}

std::string printable(std::string_view text, std::size_t max_bytes) {
    std::string out;
    for (std::size_t i = 0; i < text.size();) {
        if (out.size() >= max_bytes) return out + "…";
        const std::size_t length = utf8::sequence_length(text, i);
        const std::string_view sequence = text.substr(i, std::max<std::size_t>(1, length));
        i += sequence.size();
        if (length != 0 && !is_control(sequence)) {
            out += sequence;
            continue;
        }
        for (const char c : sequence) {
            out += "\\x";
            append_hex(out, static_cast<unsigned char>(c));
        }
    }
    return out;
}

}  // namespace kitchen::config
