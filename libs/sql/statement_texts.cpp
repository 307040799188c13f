#include "statement_texts.h"

#include <mutex>

namespace kitchen {

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

}  // namespace kitchen
