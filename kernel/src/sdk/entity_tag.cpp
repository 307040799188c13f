#include "entity_tag.h"

#include "kitchen/text.h"

namespace kitchen::http {
namespace {

bool is_weak(std::string_view tag) noexcept { return tag.starts_with("W/"); }
std::string_view opaque(std::string_view tag) noexcept {
    return is_weak(tag) ? tag.substr(2) : tag;
}

void skip(std::string_view& text, std::string_view bytes) noexcept {
    const auto start = text.find_first_not_of(bytes);
    text.remove_prefix(start == std::string_view::npos ? text.size() : start);
}

/// Takes one tag off the front; empty when none stands there.
std::string_view take_tag(std::string_view& text) noexcept {
    const std::size_t open = is_weak(text) ? 2 : 0;
    if (open >= text.size() || text[open] != '"') return {};
    const std::size_t close = text.find('"', open + 1);
    if (close == std::string_view::npos) return {};
    const std::string_view tag = text.substr(0, close + 1);
    text.remove_prefix(close + 1);
    return tag;
}

}  // namespace

bool entity_tag_listed(std::string_view field, std::string_view current_tag,
                       TagComparison comparison) noexcept {
    skip(field, " \t");
    if (field.starts_with('*')) {
        field.remove_prefix(1);
        skip(field, " \t");
        return field.empty();
    }
    for (;;) {
        skip(field, " \t,");
        const std::string_view tag = take_tag(field);
        if (tag.empty()) return false;
        skip(field, " \t");
        if (!field.empty() && field.front() != ',') return false;
        if (comparison == TagComparison::weak) {
            if (opaque(tag) == opaque(current_tag)) return true;
        } else if (!is_weak(current_tag)) {
            const std::string_view unclosed = current_tag.substr(0, current_tag.size() - 1);
            if (tag == current_tag || (tag.starts_with(unclosed) && tag[unclosed.size()] == '-'))
                return true;
        }
    }
}

bool is_entity_tag_list(std::string_view field) noexcept {
    if (without_blanks(field) == "*") return true;
    for (bool is_first = true;; is_first = false) {
        skip(field, " \t,");
        if (field.empty()) return !is_first;
        if (take_tag(field).empty()) return false;
        skip(field, " \t");
        if (!field.empty() && field.front() != ',') return false;
    }
}

}  // namespace kitchen::http
