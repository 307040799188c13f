#include "kitchen/json.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include <nlohmann/json.hpp>

#include "json_pointer.h"
#include "kitchen/utf8.h"

namespace kitchen {

const Json* Json::find(std::string_view key) const noexcept {
    const auto* members = std::get_if<Object>(&value_);
    if (!members) return nullptr;
    for (const auto& [name, value] : *members)
        if (name == key) return &value;
    return nullptr;
}

const Json& Json::operator[](std::string_view key) const noexcept {
    static const Json null;
    const Json* found = find(key);
    return found ? *found : null;
}

Json& Json::set(std::string key, Json value) {
    if (is_null()) value_ = Object{};
    auto& members = std::get<Object>(value_);
    for (auto& [name, old] : members) {
        if (name == key) {
            old = std::move(value);
            return *this;
        }
    }
    members.emplace_back(std::move(key), std::move(value));
    return *this;
}

std::size_t Json::size() const noexcept {
    if (const auto* items = std::get_if<Array>(&value_)) return items->size();
    if (const auto* members = std::get_if<Object>(&value_)) return members->size();
    return 0;
}

std::string Json::dump() const {
    std::string out;
    JsonWriter(out).value(*this);
    return out;
}

namespace {

Json sorted(const Json& value) {
    if (value.is_array()) {
        Json::Array items;
        for (const Json& item : value.as_array()) items.push_back(sorted(item));
        return Json(std::move(items));
    }
    if (!value.is_object()) return value;
    Json::Object members;
    for (const auto& [name, member] : value.as_object()) members.emplace_back(name, sorted(member));
    std::sort(members.begin(), members.end(),
              [](const auto& a, const auto& b) { return a.first < b.first; });
    return Json(std::move(members));
}

}  // namespace

std::string Json::canonical() const { return sorted(*this).dump(); }

namespace {

// An object this small is searched for duplicates as it grows; a larger one is sorted once when it
// ends, because a search for each of n keys would cost n² for a client that sends many.
constexpr std::size_t small_object = 16;

/// Builds the tree from the events of nlohmann's reader. Returning false ends the reading, so what
/// is refused here is refused before anything is allocated for it. (The names of the members are
/// what that reader calls.)
class TreeBuilder {
public:
    explicit TreeBuilder(std::size_t text_size) : text_size_(text_size) {}

    bool null() { return add(Json()); }
    bool boolean(bool v) { return add(Json(v)); }
    bool number_integer(std::int64_t v) { return add(Json(v)); }
    bool number_unsigned(std::uint64_t v) {
        if (v > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()))
            return add(Json(static_cast<double>(v)));
        return add(Json(static_cast<std::int64_t>(v)));
    }
    bool number_float(double v, const std::string&) {
        // Beyond this a double may have been rounded, and is not taken for an integer.
        constexpr double exact = 9007199254740992.0;
        const bool is_integer = std::trunc(v) == v && std::fabs(v) <= exact;
        return add(is_integer ? Json(static_cast<std::int64_t>(v)) : Json(v));
    }
    bool string(std::string& v) { return add(Json(std::move(v))); }
    bool binary(nlohmann::json::binary_t&) { return refuse("Binary values are not JSON."); }

    bool start_object(std::size_t) { return open(Json(Json::Object{})); }
    bool start_array(std::size_t) { return open(Json(Json::Array{})); }
    bool key(std::string& name) {
        auto& members = stack_[depth_ - 1]->as_object();
        if (members.size() < small_object) {
            for (const auto& [other, value] : members)
                if (other == name) return refuse_duplicate(name);
        }
        members.emplace_back(std::move(name), Json());
        return true;
    }
    bool end_object() {
        const auto& members = stack_[depth_ - 1]->as_object();
        if (members.size() > small_object) {
            std::vector<std::string_view> names;
            names.reserve(members.size());
            for (const auto& [name, value] : members) names.emplace_back(name);
            std::sort(names.begin(), names.end());
            const auto twin = std::adjacent_find(names.begin(), names.end());
            if (twin != names.end()) return refuse_duplicate(*twin);
        }
        return close();
    }
    bool end_array() { return close(); }

    bool parse_error(std::size_t position, const std::string&,
                     const nlohmann::json::exception& cause) {
        // The reader counts the byte it stumbled over, and the end of the text as one more.
        offset_ = std::min(position == 0 ? 0 : position - 1, text_size_);
        constexpr int number_overflow = 406;
        if (cause.id == number_overflow) {
            out_of_range_ = pointer();
            return refuse("A number is too large.");
        }
        if (root_done_) return refuse("There is something after the end of the JSON document.");
        if (position > text_size_) return refuse("The JSON document ends too early.");
        return refuse("The JSON is not well formed at byte " + std::to_string(offset_) + ".");
    }

    Json take_root() { return std::move(root_); }
    JsonError take_error() { return {std::move(detail_), offset_, std::move(out_of_range_)}; }

private:
    /// To the value that is read now.
    std::string pointer() const {
        std::string out;
        for (std::size_t level = 0; level < depth_; ++level) {
            const Json& container = *stack_[level];
            const bool is_placed = level + 1 < depth_;
            out = container.is_array()
                      ? out + '/' + std::to_string(container.size() - (is_placed ? 1 : 0))
                      : child_pointer(out, container.as_object().back().first);
        }
        return out;
    }
    bool add(Json value) {
        place(std::move(value));
        if (depth_ == 0) root_done_ = true;
        return true;
    }
    Json* place(Json value) {
        if (depth_ == 0) {
            root_ = std::move(value);
            return &root_;
        }
        Json& parent = *stack_[depth_ - 1];
        if (parent.is_array()) return &parent.as_array().emplace_back(std::move(value));
        Json& slot = parent.as_object().back().second;
        slot = std::move(value);
        return &slot;
    }
    bool open(Json container) {
        if (depth_ == max_json_depth)
            return refuse("The JSON is nested deeper than " + std::to_string(max_json_depth) +
                          " levels.");
        // The pointers below stay valid: a container does not grow while one inside it is open.
        stack_[depth_] = place(std::move(container));
        ++depth_;
        return true;
    }
    bool close() {
        --depth_;
        if (depth_ == 0) root_done_ = true;
        return true;
    }
    bool refuse(std::string detail) {
        if (detail_.empty()) detail_ = std::move(detail);
        return false;
    }
    bool refuse_duplicate(std::string_view name) {
        constexpr std::size_t shown = 64;
        std::string text = "Duplicate key '" + std::string(utf8::prefix(name, shown));
        return refuse(std::move(text) + (name.size() > shown ? "…'." : "'."));
    }

    const std::size_t text_size_;
    Json root_;
    bool root_done_ = false;
    std::array<Json*, max_json_depth> stack_{};
    std::size_t depth_ = 0;
    std::string detail_;
    std::size_t offset_ = 0;
    std::optional<std::string> out_of_range_;
};

std::optional<Json> fail(JsonError* error, std::string detail, std::size_t offset) {
    if (error) *error = {std::move(detail), offset, std::nullopt};
    return std::nullopt;
}

}  // namespace

std::optional<Json> parse_json(std::string_view text, JsonError* error) {
    if (text.find_first_not_of(" \t\r\n") == std::string_view::npos)
        return fail(error, "The JSON document is empty.", 0);
    if (const auto bad = utf8::find_invalid(text); bad != std::string_view::npos)
        return fail(error, "The text is not valid UTF-8 at byte " + std::to_string(bad) + ".", bad);
    if (text.starts_with("\xef\xbb\xbf"))
        return fail(error, "The text begins with a byte order mark; leave it out.", 0);
    // The reader would take a NUL for the end of the text and accept whatever follows.
    if (const auto nul = text.find('\0'); nul != std::string_view::npos)
        return fail(error, "The text holds a NUL at byte " + std::to_string(nul) + ".", nul);

    TreeBuilder builder(text.size());
    if (nlohmann::json::sax_parse(text.begin(), text.end(), &builder)) return builder.take_root();
    if (error) *error = builder.take_error();
    return std::nullopt;
}

}  // namespace kitchen
