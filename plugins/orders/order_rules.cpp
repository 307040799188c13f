#include "order_rules.h"

#include "order.h"

namespace kitchen::orders {
namespace {

/// "'pending>confirmed', …": every move that is allowed.
std::string legal_moves() {
    std::string moves;
    for (const std::string& from : names_of(OrderState{}))
        for (const OrderState to :
             allowed_transitions(*parse_state(from), Fulfillment::delivery, Actor::staff))
            moves += (moves.empty() ? "'" : ", '") + from + ">" + std::string(to_text(to)) + "'";
    return moves + ", 'ready>completed'";  // of what is picked up
}

}  // namespace

void add_order_rules(Setup& setup, Store& store, Claims& claims) {
    setup.add_data_rule(
        "an order's subtotal is the sum of its items",
        store.prepare("SELECT CAST(id AS TEXT) FROM orders WHERE subtotal <> (SELECT "
                      "COALESCE(SUM(line_total), 0) FROM order_items WHERE order_id = orders.id)"));
    setup.add_data_rule(
        "an order's discount is spread over its items",
        store.prepare("SELECT CAST(id AS TEXT) FROM orders WHERE discount <> (SELECT "
                      "COALESCE(SUM(discount), 0) FROM order_items WHERE order_id = orders.id)"));
    setup.add_data_rule(
        "an order's version counts its history, which ends where the order is",
        store.prepare("SELECT CAST(o.id AS TEXT) FROM orders o LEFT JOIN order_history h ON "
                      "h.order_id = o.id AND h.version = o.version WHERE h.to_status IS NULL OR "
                      "h.to_status <> o.status OR o.version <> (SELECT COUNT(*) FROM "
                      "order_history WHERE order_id = o.id)"));
    setup.add_data_rule(
        "each move of an order is allowed, and begins where the one before ended",
        store.prepare("SELECT CAST(h.order_id AS TEXT) FROM order_history h JOIN order_history p "
                      "ON p.order_id = h.order_id AND p.version = h.version - 1 WHERE "
                      "h.from_status IS NULL OR h.from_status <> p.to_status OR h.from_status || "
                      "'>' || h.to_status NOT IN (" +
                      legal_moves() + ")"));
    const Statement standing =
        store.prepare("SELECT 1 FROM orders WHERE id = $1 AND status <> 'cancelled'");
    setup.add_data_rule("only an order that stands holds claims",
                        [&claims, standing](Transaction& tx) -> Result<std::vector<std::string>> {
                            Result<std::vector<std::string>> owners =
                                claims.owners(tx, every_reference);
                            if (!owners) return owners;
                            std::vector<std::string> broken;
                            for (const std::string& owner : *owners) {
                                const auto id = order_of_reference(owner);
                                if (!id) continue;
                                Result<bool> stands = any_row(tx.query(standing, {*id}));
                                if (!stands) return std::move(stands).error();
                                if (!*stands) broken.push_back(owner);
                            }
                            return broken;
                        });
}

}  // namespace kitchen::orders
