#include "statement_texts.h"

#include <algorithm>
#include <mutex>

namespace kitchen::postgres {

Statement StatementTexts::intern(std::string_view sql) {
    {
        std::shared_lock lock(mutex_);
        if (auto found = numbers_.find(sql); found != numbers_.end()) return {found->second};
    }
    std::unique_lock lock(mutex_);
    if (auto found = numbers_.find(sql); found != numbers_.end()) return {found->second};
    const auto number = static_cast<std::uint32_t>(texts_.size());
    numbers_.emplace(texts_.emplace_back(sql), number);
    return {number};
}

const std::string* StatementTexts::find(Statement statement) const {
    std::shared_lock lock(mutex_);
    return statement.index < texts_.size() ? &texts_[statement.index] : nullptr;
}

std::size_t StatementTexts::size() const {
    std::shared_lock lock(mutex_);
    return texts_.size();
}

bool is_portable_verb(std::string_view sql) noexcept {
    for (;;) {  // spaces and comments
        sql.remove_prefix(std::min(sql.find_first_not_of(" \t\r\n("), sql.size()));
        if (sql.starts_with("--")) {
            sql.remove_prefix(std::min(sql.find('\n'), sql.size()));
        } else if (sql.starts_with("/*")) {
            const auto end = sql.find("*/");
            sql.remove_prefix(end == std::string_view::npos ? sql.size() : end + 2);
        } else {
            break;
        }
    }
    const auto is = [&](std::string_view verb) {
        if (sql.size() < verb.size()) return false;
        for (std::size_t i = 0; i < verb.size(); ++i)
            if ((sql[i] | 0x20) != verb[i]) return false;
        const char next =
            sql.size() > verb.size() ? static_cast<char>(sql[verb.size()] | 0x20) : ' ';
        return (next < 'a' || next > 'z') && sql.substr(verb.size(), 1) != "_";
    };
    for (const std::string_view verb :
         {"select", "insert", "update", "delete", "with", "values", "create", "alter", "drop"})
        if (is(verb)) return true;
    return false;
}

}  // namespace kitchen::postgres
