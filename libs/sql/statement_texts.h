// The interned texts of statements: one number for one text, shared by all connections of a store.
//
// Thread-safety: all calls, from any thread. Texts are never dropped: they are the constants of the
// program.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <unordered_map>

#include "kitchen/store.h"

namespace kitchen {

class StatementTexts {
public:
    /// The same text gives the same handle.
    Statement intern(std::string_view sql);
    /// nullptr for a handle that this store never gave. The text stays where it is.
    const std::string* find(Statement statement) const;
    std::size_t size() const;

private:
    mutable std::shared_mutex mutex_;
    std::deque<std::string> texts_;  // a deque: growing it moves no text
    std::unordered_map<std::string_view, std::uint32_t> numbers_;
};

}  // namespace kitchen
