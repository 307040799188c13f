#include "kitchen/testkit/fakes.h"

#include <algorithm>
#include <string>

namespace kitchen::testkit {

namespace {

std::string text_of(const LogField& field) {
    if (const auto* n = std::get_if<std::int64_t>(&field.value)) return std::to_string(*n);
    if (const auto* d = std::get_if<double>(&field.value)) return std::to_string(*d);
    if (const auto* b = std::get_if<bool>(&field.value)) return *b ? "true" : "false";
    return std::string(std::get<std::string_view>(field.value));
}

}  // namespace

void RecordingLogger::write(LogLevel, std::string_view message, std::span<const LogField> fields) noexcept {
    std::string line(message);
    for (const LogField& field : fields) line.append(1, ' ').append(field.key).append(1, '=').append(text_of(field));
    std::lock_guard lock(mutex_);
    lines_.push_back(std::move(line));
}

std::vector<std::string> RecordingLogger::lines() const {
    std::lock_guard lock(mutex_);
    return lines_;
}

bool RecordingLogger::contains(std::string_view text) const {
    std::lock_guard lock(mutex_);
    return std::any_of(lines_.begin(), lines_.end(), [&](const std::string& line) { return line.find(text) != std::string::npos; });
}

}  // namespace kitchen::testkit
