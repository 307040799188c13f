// Values between the program and PostgreSQL's wire: parameters as the types that the server
// inferred for them, cells as the types it sends. Binary both ways.
//
// Thread-safety: belongs to a connection, which belongs to one thread at a time.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "kitchen/result.h"
#include "kitchen/rows.h"
#include "kitchen/store.h"
#include "kitchen/text.h"

struct pg_result;

namespace kitchen::postgres {

using Oid = unsigned int;  // as in postgres_ext.h

/// The parameters of one statement, in the arrays that libpq takes. Views of the Params stay views:
/// they must outlive the sending.
class Parameters {
public:
    /// A value whose kind does not fit its type goes as text, and the server says what is wrong
    /// with it.
    void encode(std::span<const Param> params, std::span<const Oid> types);

    int count() const noexcept { return static_cast<int>(values_.size()); }
    const char* const* values() const noexcept { return values_.data(); }
    const int* lengths() const noexcept { return lengths_.data(); }
    const int* formats() const noexcept { return formats_.data(); }

private:
    void add(const char* value, std::size_t length, bool binary);
    void add_number(std::uint64_t bits, std::size_t bytes);
    void add_text(std::string text);

    std::vector<const char*> values_;
    std::vector<int> lengths_;
    std::vector<int> formats_;
    std::deque<std::string> owned_;  // a deque: growing it moves no text
};

/// True for a column that Rows can hold.
bool is_readable(Oid type) noexcept;

/// Refuses columns outside of the portable subset, such as the NUMERIC of a sum() without CAST.
Status check_columns(const pg_result* described, std::string_view sql);

/// Fills `out` with the rows, and with how many were changed. Columns are readable ones, in binary.
Status fill(const pg_result* result, std::string_view sql, std::shared_ptr<const Rows::Names> names,
            Rows& out);

/// A place in PostgreSQL's write-ahead log.
using Lsn = std::uint64_t;

/// "16/B374D848": two hexadecimal halves (PostgreSQL manual, 8.20 pg_lsn).
inline std::optional<Lsn> parse_lsn(std::string_view text) noexcept {
    const auto slash = text.find('/');
    if (slash == std::string_view::npos) return std::nullopt;
    const auto high = parse_number<std::uint32_t>(text.substr(0, slash), 16),
               low = parse_number<std::uint32_t>(text.substr(slash + 1), 16);
    if (!high || !low) return std::nullopt;
    return Lsn{*high} << 32 | *low;
}

}  // namespace kitchen::postgres
