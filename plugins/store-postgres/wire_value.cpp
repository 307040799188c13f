#include "wire_value.h"

#include <libpq-fe.h>

#include <bit>
#include <charconv>
#include <cstdlib>
#include <cstring>
#include <limits>

#include "postgres_error.h"

namespace kitchen::postgres {

namespace {

// Of pg_type.dat; fixed for ever.
enum : Oid {
    t_bool = 16,
    t_bytea = 17,
    t_name = 19,
    t_int8 = 20,
    t_int2 = 21,
    t_int4 = 23,
    t_text = 25,
    t_unknown = 705,
    t_float4 = 700,
    t_float8 = 701,
    t_bpchar = 1042,
    t_varchar = 1043,
    t_numeric = 1700
};

bool is_text(Oid type) noexcept {
    return type == t_text || type == t_varchar || type == t_bpchar || type == t_name ||
           type == t_unknown;
}

std::string decimal(double value) {
    char text[40];
    const auto end = std::to_chars(text, text + sizeof text, value);
    return std::string(text, end.ptr);
}

template <class T>
T big_endian(const char* bytes) noexcept {
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < sizeof(T); ++i)
        value = value << 8 | static_cast<unsigned char>(bytes[i]);
    return static_cast<T>(value);
}

}  // namespace

void Parameters::add(const char* value, std::size_t length, bool binary) {
    values_.push_back(value);
    lengths_.push_back(static_cast<int>(length));
    formats_.push_back(binary ? 1 : 0);
}

void Parameters::add_number(std::uint64_t bits, std::size_t bytes) {
    std::string raw(bytes, '\0');
    for (std::size_t i = 0; i < bytes; ++i)
        raw[i] = static_cast<char>(bits >> (8 * (bytes - 1 - i)));
    add(owned_.emplace_back(std::move(raw)).data(), bytes, true);
}

void Parameters::add_text(std::string text) {
    const std::string& kept = owned_.emplace_back(std::move(text));
    add(kept.c_str(), kept.size(), false);
}

void Parameters::encode(std::span<const Param> params, std::span<const Oid> types) {
    values_.clear();
    lengths_.clear();
    formats_.clear();
    owned_.clear();
    for (std::size_t i = 0; i < params.size(); ++i) {
        const Param& param = params[i];
        const Oid type = types[i];
        // A null pointer would be NULL: an empty view may hold one.
        const char* bytes = param.bytes().empty() ? "" : param.bytes().data();
        switch (param.kind()) {
            case Param::Kind::null: add(nullptr, 0, false); break;
            case Param::Kind::integer: {
                const std::int64_t n = param.integer();
                if (type == t_int8)
                    add_number(static_cast<std::uint64_t>(n), 8);
                else if (type == t_int4 && n == static_cast<std::int32_t>(n))
                    add_number(static_cast<std::uint64_t>(n), 4);
                else if (type == t_float8)
                    add_number(std::bit_cast<std::uint64_t>(static_cast<double>(n)), 8);
                else if (type == t_bool)
                    add_number(n != 0, 1);
                else
                    add_text(std::to_string(n));
                break;
            }
            case Param::Kind::real:
                if (type == t_float8)
                    add_number(std::bit_cast<std::uint64_t>(param.real()), 8);
                else
                    add_text(decimal(param.real()));
                break;
            case Param::Kind::text:
                // By length in binary: a NUL inside must be refused and not cut off.
                if (is_text(type) || type == t_bytea)
                    add(bytes, param.bytes().size(), true);
                else
                    add_text(std::string(param.bytes()));
                break;
            case Param::Kind::blob: add(bytes, param.bytes().size(), true); break;
        }
    }
}

bool is_readable(Oid type) noexcept {
    return type == t_int8 || type == t_int4 || type == t_int2 || type == t_bool ||
           type == t_float8 || type == t_float4 || type == t_bytea || is_text(type);
}

Status check_columns(const PGresult* described, std::string_view sql) {
    for (int column = 0; column < PQnfields(described); ++column) {
        const Oid type = PQftype(described, column);
        if (is_readable(type)) continue;
        return statement_error(
            "Column " + std::to_string(column + 1) + " ('" + PQfname(described, column) +
                "') of a statement has the type " +
                (type == t_numeric ? "NUMERIC" : "with the OID " + std::to_string(type)) +
                ", which is outside of the portable subset: write CAST(… AS BIGINT), DOUBLE "
                "PRECISION or TEXT.",
            sql);
    }
    return {};
}

Status fill(const PGresult* result, std::string_view sql, std::shared_ptr<const Rows::Names> names,
            Rows& out) {
    const int columns = PQnfields(result), rows = PQntuples(result);
    if (Status readable = check_columns(result, sql); !readable) return readable;
    out.reset(static_cast<std::uint32_t>(columns), std::move(names));
    std::uint64_t total = 0;
    for (int row = 0; row < rows; ++row) {
        for (int column = 0; column < columns; ++column) {
            if (PQgetisnull(result, row, column)) {
                out.add_null();
                continue;
            }
            const char* bytes = PQgetvalue(result, row, column);
            switch (PQftype(result, column)) {
                case t_int8: out.add_integer(big_endian<std::int64_t>(bytes)); break;
                case t_int4: out.add_integer(big_endian<std::int32_t>(bytes)); break;
                case t_int2: out.add_integer(big_endian<std::int16_t>(bytes)); break;
                case t_bool: out.add_integer(bytes[0] != 0 ? 1 : 0); break;
                case t_float8:
                    out.add_real(std::bit_cast<double>(big_endian<std::uint64_t>(bytes)));
                    break;
                case t_float4:
                    out.add_real(static_cast<double>(
                        std::bit_cast<float>(big_endian<std::uint32_t>(bytes))));
                    break;
                default: {
                    const auto size = static_cast<std::size_t>(PQgetlength(result, row, column));
                    total += size;
                    if (total > std::numeric_limits<std::uint32_t>::max())
                        return statement_error("The result of a statement is too long.", sql);
                    out.add_bytes({bytes, size});
                }
            }
        }
    }
    // The tag of a SELECT counts rows too, but nothing that changed.
    const std::string_view tag = PQcmdStatus(const_cast<PGresult*>(result));
    if (tag.starts_with("INSERT") || tag.starts_with("UPDATE") || tag.starts_with("DELETE"))
        out.set_changed(std::strtoll(PQcmdTuples(const_cast<PGresult*>(result)), nullptr, 10));
    return {};
}

}  // namespace kitchen::postgres
