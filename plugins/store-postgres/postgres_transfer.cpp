#include "postgres_store.h"

namespace kitchen::postgres {

namespace {

/// Of the types that store.h knows, as information_schema spells them.
TransferTable::Type type_of(std::string_view declared) {
    if (declared == "bigint") return TransferTable::Type::integer;
    if (declared == "double precision") return TransferTable::Type::real;
    return declared == "bytea" ? TransferTable::Type::blob : TransferTable::Type::text;
}

std::string quoted(std::string_view text, char quote) {
    std::string out(1, quote);
    for (const char c : text) out.append(c == quote ? 2 : 1, c);
    return out + quote;
}

}  // namespace

Status PostgresStore::reach() {
    auto connection = Connection::open(options_.url, options_, texts_, true);
    if (!connection)
        return Error(Errc::unavailable, "store_open",
                     "The database at " + place_of(options_.url) +
                         " cannot be reached: " + connection.error().subject + ".");
    return check_server(**connection, nullptr);
}

Status PostgresStore::alone() {
    auto connection = Connection::open(options_.url, options_, texts_, false);
    if (!connection) return {};
    const auto others = (*connection)->others();
    if (!others || *others == 0) return {};  // an empty database has no leases
    return Error(
        Errc::conflict, "store_in_use",
        "The database " + place_of(options_.url) + " is in use: " + std::to_string(*others) +
            (options_.pgbouncer ? " servers run, or were killed less than half a minute ago."
                                : " sessions of a server are connected.") +
            " Stop the servers first, then try again.");
}

Result<std::vector<TransferTable>> PostgresStore::tables() {
    const Statement columns = prepare(
        "SELECT CAST(c.table_name AS TEXT), CAST(c.column_name AS TEXT), CAST(c.data_type AS TEXT) "
        "FROM information_schema.columns c "
        "JOIN information_schema.tables t ON t.table_schema = c.table_schema AND t.table_name = "
        "c.table_name "
        "WHERE c.table_schema = current_schema() AND t.table_type = 'BASE TABLE' ORDER BY 1, "
        "c.ordinal_position");
    const Statement references = prepare(
        "SELECT DISTINCT CAST(t.relname AS TEXT), CAST(r.relname AS TEXT) FROM pg_constraint k "
        "JOIN pg_class t ON t.oid = k.conrelid JOIN pg_class r ON r.oid = k.confrelid JOIN "
        "pg_namespace n ON n.oid = t.relnamespace "
        "WHERE k.contype = 'f' AND n.nspname = current_schema() AND t.oid <> r.oid ORDER BY 1, 2");
    return read<std::vector<TransferTable>>(
        [&](Transaction& tx) -> Result<std::vector<TransferTable>> {
            const auto column_rows = tx.query(columns);
            if (!column_rows) return column_rows.error();
            const auto reference_rows = tx.query(references);
            if (!reference_rows) return reference_rows.error();
            std::vector<TransferTable> tables;
            for (const Row row : *column_rows) {
                if (tables.empty() || tables.back().name != row.text(0))
                    tables.push_back({row.string(0), {}, {}});
                tables.back().columns.push_back({row.string(1), type_of(row.text(2))});
            }
            for (const Row row : *reference_rows)
                for (TransferTable& table : tables)
                    if (table.name == row.text(0)) table.references.push_back(row.string(1));
            return tables;
        });
}

Status PostgresStore::adopt_ids(SchemaTransaction& tx, const TransferTable& table) {
    Rows identities, none;
    const Param params[] = {table.name};
    if (Status done = tx.run_text(
            "SELECT CAST(column_name AS TEXT) FROM information_schema.columns "
            "WHERE table_schema = current_schema() AND table_name = $1 AND is_identity = 'YES'",
            params, identities);
        !done)
        return done;
    for (const Row row : identities) {
        const std::string name = postgres::quoted(table.name, '"'),
                          column = postgres::quoted(row.text(0), '"');
        const std::string sequence = "pg_get_serial_sequence(" + postgres::quoted(name, '\'') +
                                     ", " + postgres::quoted(row.text(0), '\'') + ")";
        if (Status done =
                tx.run_text("SELECT setval(" + sequence + ", (SELECT MAX(" + column + ") FROM " +
                                name + ")) WHERE EXISTS (SELECT 1 FROM " + name + ")",
                            {}, none);
            !done)
            return done;
    }
    return {};
}

}  // namespace kitchen::postgres
