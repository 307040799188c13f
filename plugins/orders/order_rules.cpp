#include "order_rules.h"

#include <map>
#include <optional>
#include <set>
#include <utility>

#include "order.h"

namespace kitchen::orders {
namespace {

/// "'delivery: pending>confirmed', …": every move that is allowed.
std::string legal_moves() {
    std::string moves;
    for (const std::string& fulfillment : names_of(Fulfillment{}))
        for (const std::string& from : names_of(OrderState{}))
            for (const OrderState to : allowed_transitions(
                     *parse_state(from), *parse_fulfillment(fulfillment), Actor::staff))
                moves += (moves.empty() ? "'" : ", '") + fulfillment + ": " + from + ">" +
                         std::string(to_text(to)) + "'";
    return moves;
}

constexpr std::string_view plugin_id = "orders";

using Broken = std::vector<std::string>;

void add_amount_rule(Setup& setup, Store& store) {
    const Statement amounts = store.prepare(
        "SELECT CAST(id AS TEXT), amounts, discount, delivery_fee, service_fee, tax FROM orders "
        "WHERE amounts IS NOT NULL");
    setup.add_data_rule("an order's discount, fees and tax are the sums of its amounts",
                        [amounts](Transaction& tx) -> Result<Broken> {
                            const Result<Rows> rows = tx.query(amounts);
                            if (!rows) return rows.error();
                            Broken broken;
                            for (const Row row : *rows) {
                                std::map<std::string, std::int64_t> sums;
                                const Json list = parse_json(row.text(1)).value_or(Json());
                                bool is_sound = list.is_array();
                                if (is_sound)
                                    for (const Json& one : list.as_array())
                                        sums[one["part"].as_string()] += one["amount"].as_integer();
                                std::uint32_t column = 2;
                                for (const std::string& part : names_of(PricePart{}))
                                    is_sound = sums[part] == row.integer(column++) && is_sound;
                                if (!is_sound) broken.push_back(row.string(0));
                            }
                            return broken;
                        });
}

void add_claim_rules(Setup& setup, Store& store, Claims& claims) {
    const Statement standing = store.prepare(
                        "SELECT 1 FROM orders WHERE id = $1 AND status <> 'cancelled'"),
                    claimed = store.prepare(
                        "SELECT id, claims FROM orders WHERE status <> "
                        "'cancelled' AND claims IS NOT NULL");
    setup.add_data_rule("only an order that stands holds claims",
                        [&claims, standing](Transaction& tx) -> Result<Broken> {
                            Result<std::vector<HeldClaim>> held = claims.held(tx, every_reference);
                            if (!held) return std::move(held).error();
                            Broken broken;
                            for (const HeldClaim& claim : *held) {
                                const auto id = order_of_reference(claim.owner);
                                if (!id || (!broken.empty() && broken.back() == claim.owner))
                                    continue;
                                Result<bool> stands = any_row(tx.query(standing, {*id}));
                                if (!stands) return std::move(stands).error();
                                if (!*stands) broken.push_back(claim.owner);
                            }
                            return broken;
                        });
    setup.add_data_rule("an order that stands holds what it claimed",
                        [&claims, claimed](Transaction& tx) -> Result<Broken> {
                            Result<std::vector<HeldClaim>> all = claims.held(tx, every_reference);
                            if (!all) return std::move(all).error();
                            std::set<std::pair<std::string, std::string>> held;
                            for (HeldClaim& claim : *all)
                                held.emplace(std::move(claim.owner), std::move(claim.name));
                            const Result<Rows> rows = tx.query(claimed);
                            if (!rows) return rows.error();
                            Broken broken;
                            for (const Row row : *rows) {
                                const std::string owner = reference_of(row.integer(0));
                                const Json names = parse_json(row.text(1)).value_or(Json());
                                bool holds = names.is_array();
                                if (holds)
                                    for (const Json& name : names.as_array())
                                        holds = holds && held.contains({owner, name.as_string()});
                                if (!holds) broken.push_back(owner);
                            }
                            return broken;
                        });
}

}  // namespace

void add_order_rules(Setup& setup, Store& store, Claims& claims) {
    setup.add_data_rule(
        "an order's subtotal is the sum of its items",
        store.prepare("SELECT CAST(id AS TEXT) FROM orders WHERE subtotal <> (SELECT "
                      "COALESCE(SUM(line_total), 0) FROM order_items WHERE order_id = orders.id)"));
    setup.add_data_rule(
        "an item's total is its price as often as it was ordered, and not below its discount",
        store.prepare("SELECT CAST(order_id AS TEXT) FROM order_items WHERE line_total <> "
                      "unit_price * quantity OR discount < 0 OR discount > line_total"));
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
        store.prepare("SELECT CAST(h.order_id AS TEXT) FROM order_history h JOIN orders o ON o.id "
                      "= h.order_id LEFT JOIN order_history p ON p.order_id = h.order_id AND "
                      "p.version = h.version - 1 WHERE CASE WHEN h.version = 1 THEN h.from_status "
                      "IS NOT NULL OR h.to_status <> 'pending' ELSE h.from_status IS NULL OR "
                      "p.to_status IS NULL OR h.from_status <> p.to_status OR o.fulfillment_type "
                      "|| ': ' || h.from_status || '>' || h.to_status NOT IN (" +
                      legal_moves() + ") END"));
    setup.add_data_rule(
        "positions in the feed of orders have no gap",
        store.prepare("SELECT CAST(position AS TEXT) FROM order_feed WHERE position <> (SELECT "
                      "COUNT(*) FROM order_history WHERE position IS NOT NULL)"));
    add_amount_rule(setup, store);
    add_claim_rules(setup, store, claims);
}

void add_kept_claims(Setup& setup, Store& store, Claims& claims) {
    using Kept = std::vector<Setup::KeptRows>;
    // A name in the array begins with a quotation mark.
    const std::string named = " FROM orders WHERE claims LIKE '%\"' || $1 || '/%'";
    const Statement count = store.prepare("SELECT COUNT(*)" + named),
                    claimed = store.prepare("SELECT id, claims" + named),
                    rewrite = store.prepare("UPDATE orders SET claims = $2 WHERE id = $1");
    setup.add_kept_rows(
        [=, &claims](Transaction& tx, std::string_view plugin) -> Result<Kept> {
            const Result<Rows> rows = tx.query(count, {plugin});
            if (!rows) return rows.error();
            Kept kept{{"what orders say of its claims", rows->front().integer(0)}};
            if (plugin != plugin_id) return kept;
            const Result<std::vector<HeldClaim>> held = claims.held(tx, every_reference);
            if (!held) return held.error();
            kept.push_back({"claims of orders", std::ssize(*held)});
            return kept;
        },
        [=, &claims](Transaction& tx, std::string_view plugin) -> Status {
            const Result<Rows> rows = tx.query(claimed, {plugin});
            if (!rows) return rows.error();
            const std::string prefix = std::string(plugin) + '/';
            for (const Row row : *rows) {
                Json names = parse_json(row.text(1)).value_or(Json());
                if (!names.is_array()) continue;
                std::erase_if(names.as_array(), [&](const Json& name) {
                    return name.as_string().starts_with(prefix);
                });
                std::optional<std::string> left;
                if (names.size() > 0) left = names.dump();
                if (Status written = tx.execute(rewrite, {row.integer(0), left}); !written)
                    return written;
            }
            if (plugin != plugin_id) return {};
            // Its next orders begin again with the numbers of those that go.
            const Result<std::vector<HeldClaim>> held = claims.held(tx, every_reference);
            if (!held) return held.error();
            for (const HeldClaim& claim : *held)
                if (Status given = claims.give_back(tx, claim.owner); !given) return given;
            return {};
        });
}

// The amounts, the foods and the times are the books'.
void add_personal_orders(PersonalData& personal, const Setup& setup, Store& store) {
    const std::string of_user = " (SELECT id FROM orders WHERE user_id = $1)";
    personal.add(
        setup,
        {.kept = {{"orders",
                   store.prepare("SELECT id, status, payment_status, fulfillment_type, subtotal, "
                                 "delivery_fee, service_fee, tax, tip, discount, total, currency, "
                                 "contact_name, contact_phone, address, delivery_instructions, "
                                 "cancel_reason, created_at, updated_at FROM orders "
                                 "WHERE user_id = $1 ORDER BY id")},
                  {"items", store.prepare("SELECT order_id, name, unit_price, quantity, "
                                          "special_instructions, line_total FROM order_items WHERE "
                                          "order_id IN" +
                                          of_user + " ORDER BY order_id, position")},
                  {"history", store.prepare("SELECT order_id, to_status, moved_at, reason FROM "
                                            "order_history WHERE order_id IN" +
                                            of_user + " ORDER BY order_id, version")}},
         .forget = {store.prepare("UPDATE orders SET contact_name = NULL, contact_phone = '', "
                                  "address = NULL, delivery_instructions = NULL, cancel_reason = "
                                  "NULL WHERE user_id = $1"),
                    store.prepare("UPDATE order_items SET special_instructions = NULL WHERE "
                                  "special_instructions IS NOT NULL AND order_id IN" +
                                  of_user),
                    store.prepare("UPDATE order_history SET reason = NULL WHERE reason IS NOT NULL "
                                  "AND order_id IN" +
                                  of_user),
                    store.prepare("DELETE FROM order_idempotency WHERE user_id = $1")},
         .busy = store.prepare("SELECT 1 FROM orders WHERE user_id = $1 AND '' || status NOT IN "
                               "('completed', 'cancelled') LIMIT 1"),
         .busy_reason = "An order of yours is on its way. Wait until it is completed, or cancel "
                        "it."});
}

}  // namespace kitchen::orders
