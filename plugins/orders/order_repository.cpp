#include "order_repository.h"

#include <algorithm>
#include <functional>
#include <limits>
#include <unordered_map>

namespace kitchen::orders {
namespace {

// Columns of every statement that gives orders, and their numbers, in the same order.
constexpr std::string_view order_columns =
    "id, user_id, status, payment_status, fulfillment_type, subtotal, delivery_fee, "
    "service_fee, tax, tip, discount, total, currency, contact_phone, delivery_instructions, "
    "scheduled_for, cancel_reason, version, created_at, updated_at, address, amounts, contact_name";
enum OrderColumn : std::uint32_t {
    c_id,
    c_user_id,
    c_status,
    c_payment_status,
    c_fulfillment_type,
    c_subtotal,
    c_delivery_fee,
    c_service_fee,
    c_tax,
    c_tip,
    c_discount,
    c_total,
    c_currency,
    c_contact_phone,
    c_delivery_instructions,
    c_scheduled_for,
    c_cancel_reason,
    c_version,
    c_created_at,
    c_updated_at,
    c_address,
    c_amounts,
    c_contact_name
};

constexpr const char* protein = "protein";
constexpr const char* extra = "extra";

/// "($1, $2, …)": shorter lists are filled up with 0, which is no order's id.
std::string id_list(std::size_t count) {
    std::string text = "(";
    for (std::size_t i = 1; i <= count; ++i) text += (i > 1 ? ", $" : "$") + std::to_string(i);
    return text + ")";
}

Param param_or_null(const std::string& text) { return text.empty() ? Param(nullptr) : Param(text); }

Param state_text(const std::optional<OrderState>& state) {
    return state ? Param(to_text(*state)) : Param(nullptr);
}

Error unreadable(const char* what) {
    return Error(Errc::corrupt, "order_corrupt", "The order could not be read.").with_subject(what);
}

Result<Order> order_of(Row row) {
    const auto status = parse_state(row.text(c_status));
    const auto fulfillment = parse_fulfillment(row.text(c_fulfillment_type));
    if (!status || !fulfillment) return unreadable("orders.status");
    Order order;
    order.id = row.integer(c_id);
    order.user_id = row.integer(c_user_id);
    order.status = *status;
    order.payment_status = row.string(c_payment_status);
    order.fulfillment = *fulfillment;
    order.price.subtotal = row.integer(c_subtotal);
    order.price.delivery_fee = row.integer(c_delivery_fee);
    order.price.service_fee = row.integer(c_service_fee);
    order.price.tax = row.integer(c_tax);
    order.price.tip = row.integer(c_tip);
    order.price.discount = row.integer(c_discount);
    order.price.total = row.integer(c_total);
    order.currency = row.string(c_currency);
    order.contact_name = row.string(c_contact_name);
    order.contact_phone = row.string(c_contact_phone);
    order.delivery_instructions = row.string(c_delivery_instructions);
    if (!row.is_null(c_scheduled_for))
        order.scheduled_for = from_millis(row.integer(c_scheduled_for));
    order.cancel_reason = row.string(c_cancel_reason);
    order.version = row.integer(c_version);
    order.created_at = from_millis(row.integer(c_created_at));
    order.updated_at = from_millis(row.integer(c_updated_at));
    if (!row.is_null(c_address)) {
        std::optional<Json> address = parse_json(row.text(c_address));
        if (!address) return unreadable("orders.address");
        order.address = *std::move(address);
    }
    if (!row.is_null(c_amounts)) {
        const std::optional<Json> amounts = parse_json(row.text(c_amounts));
        if (!amounts || !amounts->is_array()) return unreadable("orders.amounts");
        for (const Json& amount : amounts->as_array()) {
            const auto part = parse_price_part(amount["part"].as_string());
            if (!part) return unreadable("orders.amounts");
            order.amounts.push_back(
                {*part, amount["name"].as_string(), amount["amount"].as_integer()});
        }
    }
    return order;
}

}  // namespace

OrderRepository::OrderRepository(Store& store)
    : insert_(store.prepare("INSERT INTO orders (user_id, status, payment_status, "
                            "fulfillment_type, subtotal, delivery_fee, service_fee, "
                            "tax, tip, discount, total, currency, contact_phone, "
                            "delivery_instructions, scheduled_for, version, "
                            "created_at, updated_at, address, amounts, claims, contact_name) "
                            "VALUES ($1, $2, $3, $4, $5, $6, $7, "
                            "$8, $9, $10, $11, $12, $13, $14, $15, $16, "
                            "$17, $17, $18, $19, $20, $21) RETURNING id")),
      insert_item_(
          store.prepare("INSERT INTO order_items (order_id, position, food_id, name, "
                        "unit_price, quantity, special_instructions, "
                        "line_total, discount) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)")),
      insert_side_(store.prepare("INSERT INTO order_item_sides (order_id, item_position, kind, "
                                 "position, food_id, name, price) "
                                 "VALUES ($1, $2, $3, $4, $5, $6, $7)")),
      record_(store.prepare("INSERT INTO order_history (order_id, version, from_status, to_status, "
                            "by_user, by_role, moved_at, reason) "
                            "VALUES ($1, $2, $3, $4, $5, $6, $7, $8)")),
      find_(store.prepare("SELECT " + std::string(order_columns) + " FROM orders WHERE id = $1")),
      by_ids_(store.prepare("SELECT " + std::string(order_columns) + " FROM orders WHERE id IN " +
                            id_list(ids_at_once))),
      placed_at_(store.prepare("SELECT created_at, user_id FROM orders WHERE id = $1")),
      has_ordered_(store.prepare(
          "SELECT 1 FROM orders WHERE user_id = $1 AND status <> 'cancelled' LIMIT 1")),
      // Counted, because for an EXISTS PostgreSQL may first read all items with the food.
      completed_with_(store.prepare(
          "SELECT id FROM orders WHERE user_id = $1 AND '' || status = 'completed' AND "
          "(SELECT COUNT(*) FROM order_items WHERE order_id = orders.id AND food_id = $2) + "
          "(SELECT COUNT(*) FROM order_item_sides WHERE order_id = orders.id AND food_id = $2) > 0 "
          "ORDER BY created_at DESC, id DESC LIMIT 1")),
      move_(store.prepare("UPDATE orders SET status = $3, cancel_reason = $4, version = version + "
                          "1, updated_at = $5 "
                          "WHERE id = $1 AND version = $2 RETURNING version")),
      items_(store.prepare("SELECT order_id, food_id, name, unit_price, quantity, "
                           "special_instructions, line_total, discount FROM order_items "
                           "WHERE order_id IN " +
                           id_list(ids_at_once) + " ORDER BY order_id, position")),
      sides_(store.prepare("SELECT order_id, item_position, kind, food_id, name, price FROM "
                           "order_item_sides WHERE order_id IN " +
                           id_list(ids_at_once) +
                           " ORDER BY order_id, item_position, kind, position")),
      history_(store.prepare("SELECT order_id, from_status, to_status, by_user, by_role, moved_at, "
                             "reason FROM order_history "
                             "WHERE order_id IN " +
                             id_list(ids_at_once) + " ORDER BY order_id, version")) {
    for (const bool of_user : {false, true})
        for (const bool in_state : {false, true}) {
            std::string where =
                " FROM orders WHERE created_at >= $1 AND created_at <= $2 AND (created_at < $2 OR "
                "id < $3)";
            int next = 4;
            if (of_user) where += " AND user_id = $" + std::to_string(next++);
            // A user has few orders, a state has most of all: never by orders_by_status then.
            if (in_state)
                where += (of_user ? " AND '' || status = $" : " AND status = $") +
                         std::to_string(next++);
            lists_[of_user][in_state] = {
                store.prepare("SELECT " + std::string(order_columns) + where +
                              " ORDER BY created_at DESC, id DESC LIMIT $" + std::to_string(next) +
                              " OFFSET $" + std::to_string(next + 1)),
                store.prepare("SELECT COUNT(*)" + where),
                store.prepare("SELECT id, created_at" + where +
                              " ORDER BY created_at DESC, id DESC LIMIT $" + std::to_string(next))};
        }
}

Result<std::int64_t> OrderRepository::insert(Transaction& tx, const Order& order,
                                             std::span<const Claim> claims) const {
    const std::string address = order.address.is_null() ? std::string() : order.address.dump();
    Json::Array amounts;
    for (const PriceAmount& amount : order.amounts)
        amounts.push_back(Json::object(
            {{"part", to_text(amount.part)}, {"name", amount.name}, {"amount", amount.amount}}));
    const std::string amounts_text = amounts.empty() ? "" : Json(std::move(amounts)).dump();
    Json::Array claim_names;
    for (const Claim& claim : claims) claim_names.emplace_back(claim.name);
    const std::string claims_text = claim_names.empty() ? "" : Json(std::move(claim_names)).dump();
    Result<Rows> rows = tx.query(
        insert_, {order.user_id,
                  to_text(order.status),
                  order.payment_status,
                  to_text(order.fulfillment),
                  order.price.subtotal,
                  order.price.delivery_fee,
                  order.price.service_fee,
                  order.price.tax,
                  order.price.tip,
                  order.price.discount,
                  order.price.total,
                  order.currency,
                  order.contact_phone,
                  param_or_null(order.delivery_instructions),
                  order.scheduled_for ? Param(to_millis(*order.scheduled_for)) : Param(nullptr),
                  order.version,
                  to_millis(order.created_at),
                  param_or_null(address),
                  param_or_null(amounts_text),
                  param_or_null(claims_text),
                  param_or_null(order.contact_name)});
    if (!rows) return std::move(rows).error();
    const std::int64_t id = rows->front().integer(0);
    for (std::size_t i = 0; i < order.items.size(); ++i) {
        const OrderItem& item = order.items[i];
        const auto position = static_cast<std::int64_t>(i);
        Status added =
            tx.execute(insert_item_,
                       {id, position, item.food_id, item.name, item.unit_price, item.quantity,
                        param_or_null(item.special_instructions), item.line_total, item.discount});
        if (!added) return std::move(added).error();
        added = insert_sides(tx, id, position, protein, item.side_proteins);
        if (!added) return std::move(added).error();
        added = insert_sides(tx, id, position, extra, item.extra_sides);
        if (!added) return std::move(added).error();
    }
    for (std::size_t i = 0; i < order.history.size(); ++i)
        if (Status added = record(tx, id, static_cast<std::int64_t>(i) + 1, order.history[i]);
            !added)
            return std::move(added).error();
    return id;
}

Status OrderRepository::insert_sides(Transaction& tx, std::int64_t order_id, std::int64_t item,
                                     const char* kind, const std::vector<OrderSide>& sides) const {
    for (std::size_t i = 0; i < sides.size(); ++i) {
        Status added = tx.execute(insert_side_, {order_id, item, kind, static_cast<std::int64_t>(i),
                                                 sides[i].food_id, sides[i].name, sides[i].price});
        if (!added) return added;
    }
    return {};
}

Status OrderRepository::record(Transaction& tx, std::int64_t order_id, std::int64_t version,
                               const HistoryEntry& entry) const {
    return tx.execute(
        record_, {order_id, version, state_text(entry.from), to_text(entry.to), entry.by.user_id,
                  entry.by.role, to_millis(entry.at), param_or_null(entry.reason)});
}

Result<std::optional<Order>> OrderRepository::find(Transaction& tx, std::int64_t id) const {
    Result<std::optional<Order>> order = first_row(tx.query(find_, {id}), order_of);
    if (!order || !*order) return order;
    std::vector<Order> orders;
    orders.push_back(**std::move(order));
    if (Status added = add_parts(tx, orders); !added) return std::move(added).error();
    return std::optional<Order>(std::move(orders.front()));
}

Result<bool> OrderRepository::has_ordered(Transaction& tx, std::int64_t user_id) const {
    return any_row(tx.query(has_ordered_, {user_id}));
}

Result<std::optional<std::int64_t>> OrderRepository::completed_with(Transaction& tx,
                                                                    std::int64_t user_id,
                                                                    std::int64_t food_id) const {
    return first_row(tx.query(completed_with_, {user_id, food_id}),
                     [](const Row& row) { return row.integer(0); });
}

Result<std::vector<Param>> OrderRepository::bounds(Transaction& tx,
                                                   const OrderFilter& filter) const {
    using Limits = std::numeric_limits<std::int64_t>;
    std::int64_t to = filter.to ? to_millis(*filter.to) : Limits::max();
    std::int64_t below = Limits::max();  // the ids of those placed at `to`
    if (filter.starting_after) {
        const Result<Rows> rows = tx.query(placed_at_, {*filter.starting_after});
        if (!rows) return rows.error();
        if (rows->empty() || (filter.user_id && rows->front().integer(1) != *filter.user_id))
            return invalid_field("?cursor", "not_found",
                                 "There is no such order of yours. Begin with the first page.");
        if (const std::int64_t at = rows->front().integer(0); at <= to) {
            to = at;
            below = *filter.starting_after;
        }
    }
    std::vector<Param> bounds = {filter.from ? to_millis(*filter.from) : Limits::min(), to, below};
    if (filter.user_id) bounds.emplace_back(*filter.user_id);
    return bounds;
}

Result<std::int64_t> OrderRepository::count(Transaction& tx, const OrderFilter& filter,
                                            const std::vector<Param>& bounds) const {
    const Statement statement = lists_[filter.user_id.has_value()][!filter.states.empty()].count;
    std::int64_t total = 0;
    for (std::size_t i = 0; i < std::max<std::size_t>(filter.states.size(), 1); ++i) {
        std::vector<Param> params = bounds;
        if (!filter.states.empty()) params.emplace_back(to_text(filter.states[i]));
        const Result<Rows> rows = tx.query(statement, params);
        if (!rows) return rows.error();
        total += rows->front().integer(0);
    }
    return total;
}

Result<OrderPage> OrderRepository::page(Transaction& tx, const OrderFilter& filter,
                                        std::int64_t limit, std::int64_t offset) const {
    const Result<std::vector<Param>> bounds = this->bounds(tx, filter);
    if (!bounds) return bounds.error();
    const Result<std::int64_t> total =
        filter.total_count ? Result<std::int64_t>(*filter.total_count) : count(tx, filter, *bounds);
    if (!total) return total.error();
    OrderPage page{{}, *total};
    if (offset >= page.total_count) return page;
    if (filter.states.size() > 1) {
        Result<std::vector<Order>> found = in_states(tx, filter, *bounds, limit, offset);
        if (!found) return std::move(found).error();
        page.orders = *std::move(found);
    } else {
        std::vector<Param> params = *bounds;
        if (!filter.states.empty()) params.emplace_back(to_text(filter.states.front()));
        params.emplace_back(limit);
        params.emplace_back(offset);
        const Result<Rows> rows =
            tx.query(lists_[filter.user_id.has_value()][!filter.states.empty()].page, params);
        if (!rows) return rows.error();
        for (const Row row : *rows) {
            Result<Order> order = order_of(row);
            if (!order) return std::move(order).error();
            page.orders.push_back(*std::move(order));
        }
    }
    if (Status added = add_parts(tx, page.orders); !added) return std::move(added).error();
    return page;
}

// One state after the other, each from its index: no index has orders in several states by time.
Result<std::vector<Order>> OrderRepository::in_states(Transaction& tx, const OrderFilter& filter,
                                                      const std::vector<Param>& bounds,
                                                      std::int64_t limit,
                                                      std::int64_t offset) const {
    std::vector<std::pair<std::int64_t, std::int64_t>> newest;  // time, id
    for (const OrderState state : filter.states) {
        std::vector<Param> params = bounds;
        params.emplace_back(to_text(state));
        params.emplace_back(offset + limit);
        const Result<Rows> rows = tx.query(lists_[filter.user_id.has_value()][true].ids, params);
        if (!rows) return rows.error();
        for (const Row row : *rows) newest.emplace_back(row.integer(1), row.integer(0));
    }
    std::sort(newest.begin(), newest.end(), std::greater<>());
    newest.resize(std::min(newest.size(), static_cast<std::size_t>(offset + limit)));
    std::vector<Order> orders;
    for (std::size_t first = static_cast<std::size_t>(offset); first < newest.size();
         first += ids_at_once) {
        std::vector<Param> ids(ids_at_once, Param(0));
        for (std::size_t i = 0; i < std::min(ids_at_once, newest.size() - first); ++i)
            ids[i] = Param(newest[first + i].second);
        const Result<Rows> rows = tx.query(by_ids_, ids);
        if (!rows) return rows.error();
        for (const Row row : *rows) {
            Result<Order> order = order_of(row);
            if (!order) return std::move(order).error();
            orders.push_back(*std::move(order));
        }
    }
    std::sort(orders.begin(), orders.end(), [](const Order& a, const Order& b) {
        return std::pair(b.created_at, b.id) < std::pair(a.created_at, a.id);
    });
    return orders;
}

Status OrderRepository::add_parts(Transaction& tx, std::vector<Order>& orders) const {
    std::unordered_map<std::int64_t, Order*> by_id;
    for (Order& order : orders) by_id[order.id] = &order;
    for (std::size_t first = 0; first < orders.size(); first += ids_at_once) {
        std::vector<Param> ids(ids_at_once, Param(0));
        for (std::size_t i = 0; i < std::min(ids_at_once, orders.size() - first); ++i)
            ids[i] = Param(orders[first + i].id);

        Rows rows;
        if (Status read = tx.run(items_, ids, rows); !read) return read;
        for (Row row : rows) {
            OrderItem item;
            item.food_id = row.integer(1);
            item.name = row.string(2);
            item.unit_price = row.integer(3);
            item.quantity = row.integer(4);
            item.special_instructions = row.string(5);
            item.line_total = row.integer(6);
            item.discount = row.integer(7);
            by_id.at(row.integer(0))->items.push_back(std::move(item));
        }
        if (Status read = tx.run(sides_, ids, rows); !read) return read;
        for (Row row : rows) {
            auto& items = by_id.at(row.integer(0))->items;
            const auto position = static_cast<std::size_t>(row.integer(1));
            if (position >= items.size()) return unreadable("order_item_sides.item_position");
            auto& sides = row.text(2) == protein ? items[position].side_proteins
                                                 : items[position].extra_sides;
            sides.push_back({row.integer(3), row.string(4), row.integer(5)});
        }
        if (Status read = tx.run(history_, ids, rows); !read) return read;
        for (Row row : rows) {
            const auto to = parse_state(row.text(2));
            if (!to) return unreadable("order_history.to_status");
            by_id.at(row.integer(0))
                ->history.push_back({parse_state(row.text(1)),
                                     *to,
                                     {row.integer(3), row.string(4)},
                                     from_millis(row.integer(5)),
                                     row.string(6)});
        }
    }
    return {};
}

Result<bool> OrderRepository::move(Transaction& tx, const Order& order,
                                   const HistoryEntry& entry) const {
    const std::string& reason =
        entry.to == OrderState::cancelled ? entry.reason : order.cancel_reason;
    Result<Rows> rows = tx.query(move_, {order.id, order.version, to_text(entry.to),
                                         param_or_null(reason), to_millis(entry.at)});
    if (!rows) return std::move(rows).error();
    if (rows->empty()) return false;
    if (Status added = record(tx, order.id, rows->front().integer(0), entry); !added)
        return std::move(added).error();
    return true;
}

}  // namespace kitchen::orders
