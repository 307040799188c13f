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

std::size_t edit_distance(std::string_view a, std::string_view b) {
    // Optimal string alignment; three rows are enough.
    std::vector<std::size_t> before(b.size() + 1), last(b.size() + 1), now(b.size() + 1);
    for (std::size_t j = 0; j <= b.size(); ++j) last[j] = j;
    for (std::size_t i = 1; i <= a.size(); ++i) {
        now[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t cost = a[i - 1] == b[j - 1] ? 0 : 1;
            now[j] = std::min({last[j] + 1, now[j - 1] + 1, last[j - 1] + cost});
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                now[j] = std::min(now[j], before[j - 2] + 1);
        }
        std::swap(before, last);
        std::swap(last, now);
    }
    return last[b.size()];
}

std::string suggestion(std::string_view word, std::span<const std::string> known) {
    if (word.size() > 64) return {};
    const std::string* best = nullptr;
    std::size_t best_distance = std::max<std::size_t>(1, word.size() / 3) + 1;
    for (const std::string& candidate : known) {
        const std::size_t distance = edit_distance(word, candidate);
        if (distance < best_distance) {
            best = &candidate;
            best_distance = distance;
        }
    }
    return best ? "; did you mean '" + *best + "'?" : std::string();
}

}  // namespace kitchen::config
