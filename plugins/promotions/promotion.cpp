#include "promotion.h"

#include <algorithm>

#include "kitchen/checkout_step.h"
#include "kitchen/text.h"

namespace kitchen::promotions {

std::optional<std::string> normalised_code(std::string_view text) {
    if (std::ssize(text) < min_code || std::ssize(text) > max_code) return std::nullopt;
    std::string code(text);
    for (char& c : code) {
        if (!is_ascii_alphanumeric(c) && c != '-' && c != '_') return std::nullopt;
        if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
    }
    return code;
}

Status check(const Terms& terms) {
    Error wrong(Errc::unprocessable, "validation_failed", "Some values are not valid. See errors.");
    const auto fault = [&wrong](const char* pointer, const char* code, const char* detail) {
        wrong.faults.push_back({pointer, code, detail});
    };
    if (terms.basis_points && terms.amount)
        fault("/amount", "conflict",
              "Give basis_points or amount, not both; null takes the other away.");
    if (!terms.basis_points && !terms.amount)
        fault("/basis_points", "required", "Give what the code takes off: basis_points or amount.");
    if (terms.max_discount && !terms.basis_points)
        fault("/max_discount", "conflict", "Only a percentage (basis_points) has a max_discount.");
    if (terms.starts_at && terms.ends_at && *terms.ends_at <= *terms.starts_at)
        fault("/ends_at", "not_after_start", "Must be after starts_at.");
    if (wrong.faults.empty()) return {};
    return wrong;
}

std::int64_t discount_of(const Terms& terms, std::int64_t foods) {
    if (!terms.basis_points) return std::min(terms.amount.value_or(0), foods);
    return std::min(share_of(foods, *terms.basis_points), terms.max_discount.value_or(foods));
}

std::string claim_name(std::int64_t promotion_id) {
    return "promotions/" + std::to_string(promotion_id);
}

std::string claim_name(std::int64_t promotion_id, std::int64_t user_id) {
    return claim_name(promotion_id) + "/user/" + std::to_string(user_id);
}

}  // namespace kitchen::promotions
