#include "addresses/address_repository.h"

namespace kitchen::auth {
namespace {

#define AUTH_ADDRESS_VALUES                                                              \
    "label, recipient_name, line1, line2, city, state, postal_code, country, landmark, " \
    "delivery_instructions, phone, latitude, longitude, is_default"
#define AUTH_ADDRESS_COLUMNS "id, " AUTH_ADDRESS_VALUES ", version, created_at, updated_at"

SavedAddress address_of(const Row& row) {
    SavedAddress address;
    std::uint32_t column = 0;
    address.id = row.integer(column++);
    for (std::string Address::*text :
         {&Address::label, &Address::recipient_name, &Address::line1, &Address::line2,
          &Address::city, &Address::state, &Address::postal_code, &Address::country,
          &Address::landmark, &Address::delivery_instructions, &Address::phone})
        address.*text = row.string(column++);
    for (std::optional<double> Address::*degrees : {&Address::latitude, &Address::longitude}) {
        if (!row.is_null(column)) address.*degrees = row.real(column);
        ++column;
    }
    address.is_default = row.boolean(column++);
    address.version = row.integer(column++);
    address.created_at = row.integer(column++);
    address.updated_at = row.integer(column++);
    return address;
}

Result<SavedAddress> written(Result<Rows> rows) {
    if (!rows) return std::move(rows).error();
    if (rows->empty()) return address_not_found();
    return address_of(rows->front());
}

}  // namespace

Error address_not_found() {
    return Error(Errc::not_found, "address_not_found", "There is no such address of yours.");
}

AddressRepository::AddressRepository(Store& store)
    : find_(store.prepare("SELECT " AUTH_ADDRESS_COLUMNS
                          " FROM addresses WHERE user_id = $1 AND id = $2")),
      default_of_(store.prepare("SELECT " AUTH_ADDRESS_COLUMNS
                                " FROM addresses WHERE user_id = $1 AND is_default = 1")),
      count_(store.prepare("SELECT COUNT(*) FROM addresses WHERE user_id = $1")),
      page_(store.prepare(
          "SELECT " AUTH_ADDRESS_COLUMNS
          " FROM addresses WHERE user_id = $1 ORDER BY is_default DESC, id LIMIT $2 OFFSET $3")),
      insert_(store.prepare("INSERT INTO addresses (user_id, " AUTH_ADDRESS_VALUES
                            ", created_at, updated_at) "
                            "VALUES ($1, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, "
                            "$16, $2, $2) RETURNING " AUTH_ADDRESS_COLUMNS)),
      update_(store.prepare("UPDATE addresses SET label = $3, recipient_name = $4, line1 = $5, "
                            "line2 = $6, city = $7, state = $8, postal_code = $9, "
                            "country = $10, landmark = $11, delivery_instructions = $12, phone = "
                            "$13, latitude = $14, longitude = $15, "
                            "is_default = $16, version = version + 1, updated_at = $2 WHERE "
                            "user_id = $1 AND id = $17 "
                            "RETURNING " AUTH_ADDRESS_COLUMNS)),
      remove_(store.prepare("DELETE FROM addresses WHERE user_id = $1 AND id = $2")),
      clear_default_(store.prepare(
          "UPDATE addresses SET is_default = 0, version = version + 1, updated_at = $2 "
          "WHERE user_id = $1 AND is_default = 1")),
      choose_default_(store.prepare(
          "UPDATE addresses SET is_default = 1, version = version + 1, updated_at = $2 "
          "WHERE id = (SELECT MIN(id) FROM addresses WHERE user_id = $1)")) {}

#undef AUTH_ADDRESS_VALUES
#undef AUTH_ADDRESS_COLUMNS

Result<std::optional<SavedAddress>> AddressRepository::find(Transaction& tx, std::int64_t user_id,
                                                            std::int64_t id) const {
    return first_row(tx.query(find_, {user_id, id}), address_of);
}

Result<std::optional<SavedAddress>> AddressRepository::default_of(Transaction& tx,
                                                                  std::int64_t user_id) const {
    return first_row(tx.query(default_of_, {user_id}), address_of);
}

Result<std::int64_t> AddressRepository::count(Transaction& tx, std::int64_t user_id) const {
    const auto rows = tx.query(count_, {user_id});
    if (!rows) return rows.error();
    return rows->front().integer(0);
}

Result<AddressPage> AddressRepository::page(Transaction& tx, std::int64_t user_id,
                                            std::int64_t limit, std::int64_t offset) const {
    const auto total = count(tx, user_id);
    if (!total) return total.error();
    const auto rows = tx.query(page_, {user_id, limit, offset});
    if (!rows) return rows.error();
    AddressPage page{.addresses = {}, .total = *total};
    for (const Row row : *rows) page.addresses.push_back(address_of(row));
    return page;
}

Result<SavedAddress> AddressRepository::insert(Transaction& tx, std::int64_t user_id,
                                               const Address& a, std::int64_t now) const {
    return written(
        tx.query(insert_, {user_id, now, a.label, a.recipient_name, a.line1, a.line2, a.city,
                           a.state, a.postal_code, a.country, a.landmark, a.delivery_instructions,
                           a.phone, a.latitude, a.longitude, a.is_default}));
}

Result<SavedAddress> AddressRepository::update(Transaction& tx, std::int64_t user_id,
                                               const Address& a, std::int64_t now) const {
    return written(
        tx.query(update_, {user_id, now, a.label, a.recipient_name, a.line1, a.line2, a.city,
                           a.state, a.postal_code, a.country, a.landmark, a.delivery_instructions,
                           a.phone, a.latitude, a.longitude, a.is_default, a.id}));
}

Status AddressRepository::remove(Transaction& tx, std::int64_t user_id, std::int64_t id) const {
    return tx.execute(remove_, {user_id, id});
}

Status AddressRepository::clear_default(Transaction& tx, std::int64_t user_id,
                                        std::int64_t now) const {
    return tx.execute(clear_default_, {user_id, now});
}

Status AddressRepository::choose_default(Transaction& tx, std::int64_t user_id,
                                         std::int64_t now) const {
    return tx.execute(choose_default_, {user_id, now});
}

}  // namespace kitchen::auth
