#include "food_rules.h"

#include <set>
#include <string>

#include "case_fold.h"
#include "kitchen/http/schema.h"
#include "kitchen/text.h"

namespace kitchen::catalog {
namespace {

class Faults {
public:
    void add(std::string pointer, std::string code, std::string detail) {
        error_.faults.push_back({std::move(pointer), std::move(code), std::move(detail)});
    }
    void text(const std::string& value, const std::string& pointer, std::int64_t least,
              std::int64_t most, bool lines = false) {
        const auto length = static_cast<std::int64_t>(code_points(value));
        if (length < least) add(pointer, "too_short", "Must not be blank.");
        if (length > most)
            add(pointer, "too_long", "Must have at most " + std::to_string(most) + " characters.");
        if (has_control_characters(value, lines))
            add(pointer, "format", "Must not hold control characters.");
    }
    void range(std::int64_t value, const std::string& pointer, std::int64_t least,
               std::int64_t most) {
        if (value < least)
            add(pointer, "too_small", "Must be at least " + std::to_string(least) + ".");
        if (value > most)
            add(pointer, "too_large", "Must be at most " + std::to_string(most) + ".");
    }
    void url(const std::string& value, const std::string& pointer) {
        http::Schema::string()
            .format(http::Format::http_url)
            .max(max_image_url)
            .validate(Json(value), pointer, error_.faults);
    }
    void tags(const std::vector<std::string>& tags) {
        if (std::ssize(tags) > max_tags)
            add("/tags", "too_many", "Must have at most " + std::to_string(max_tags) + " tags.");
        std::set<std::string> seen;
        for (std::size_t i = 0; i < tags.size(); ++i) {
            const std::string pointer = "/tags/" + std::to_string(i);
            text(tags[i], pointer, 1, max_tag);
            if (!seen.insert(folded(tags[i])).second)
                add(pointer, "not_unique",
                    "Is listed twice; upper and lower case count as the same.");
        }
    }
    void side_rule(const SideRule& rule, const std::string& pointer) {
        range(rule.min, pointer + "/min", 0, max_sides);
        range(rule.max, pointer + "/max", 0, max_sides);
        if (rule.min > rule.max)
            add(pointer + "/min", "above_max", "Must not be greater than max.");
        if (!rule.allowed) return;
        if (std::ssize(*rule.allowed) > max_allowed_sides)
            add(pointer + "/allowed", "too_many",
                "Must list at most " + std::to_string(max_allowed_sides) + " foods.");
        std::set<std::int64_t> seen;
        for (std::size_t i = 0; i < rule.allowed->size(); ++i)
            if (!seen.insert((*rule.allowed)[i]).second)
                add(pointer + "/allowed/" + std::to_string(i), "not_unique", "Is listed twice.");
    }
    Status result() && {
        if (error_.faults.empty()) return {};
        return std::move(error_);
    }

private:
    Error error_{Errc::unprocessable, "validation_failed",
                 "Some values are not valid. See errors."};
};

}  // namespace

Status normalise(FoodDraft& draft, const FoodDraft& before) {
    draft.name = trimmed(draft.name);
    draft.description = trimmed(draft.description);
    draft.category = trimmed(draft.category);
    for (std::string& tag : draft.tags) tag = trimmed(tag);

    Faults faults;
    if (draft.name != before.name || draft.name.empty())
        faults.text(draft.name, "/name", 1, max_name);
    if (draft.description != before.description)
        faults.text(draft.description, "/description", 0, max_description, true);
    if (draft.category != before.category || draft.category.empty())
        faults.text(draft.category, "/category", 1, max_category);
    if (draft.price != before.price) faults.range(draft.price, "/price", 0, max_price);
    if (draft.available_quantity && draft.available_quantity != before.available_quantity)
        faults.range(*draft.available_quantity, "/available_quantity", 0, max_quantity);
    if (draft.image_url && draft.image_url != before.image_url)
        faults.url(*draft.image_url, "/image_url");
    if (draft.tags != before.tags) faults.tags(draft.tags);
    if (draft.side_protein != before.side_protein)
        faults.side_rule(draft.side_protein, "/side_rules/side_protein");
    if (draft.extra_side != before.extra_side)
        faults.side_rule(draft.extra_side, "/side_rules/extra_side");
    return std::move(faults).result();
}

Status normalise_adjustment(std::int64_t delta, std::string& reason) {
    reason = trimmed(reason);
    Faults faults;
    if (delta == 0) faults.add("/delta", "zero", "Must not be 0: that changes nothing.");
    faults.range(delta, "/delta", -max_quantity, max_quantity);
    faults.text(reason, "/reason", 1, max_reason);
    return std::move(faults).result();
}

Status check(const FoodQuery& query) {
    Faults faults;
    if (query.min_price && query.max_price && *query.min_price > *query.max_price)
        faults.add("?min_price", "above_max_price", "Must not be greater than max_price.");
    const std::pair<const char*, const std::optional<std::string>*> texts[] = {
        {"?category", &query.category}, {"?search", &query.search}, {"?tag", &query.tag}};
    for (const auto& [pointer, text] : texts)
        if (*text && (*text)->find('\0') != std::string::npos)
            faults.add(pointer, "format", "Must not hold control characters.");
    return std::move(faults).result();
}

}  // namespace kitchen::catalog
