// What a body may run.
//
// Thread-safety: pure functions.
#pragma once

#include <string_view>

namespace kitchen::postgres {

/// True when the text begins like a statement of the portable subset. What ends or begins
/// transactions, or changes the session, is this store's business and not a body's.
bool is_portable_verb(std::string_view sql) noexcept;

}  // namespace kitchen::postgres
