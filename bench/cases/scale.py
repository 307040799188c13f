"""What a large database costs: the same requests on 1,000 foods and 10,000 orders, and on a thousand times as many."""
import os
import sqlite3
import time

from harness.loads import wrk

MIGRATIONS = f"{os.path.dirname(__file__)}/../../plugins/catalog/migrations"

# 20 categories, 30 tags, prices from ₦500 to ₦20,450 in steps of ₦50, 2 % sold out.
FOODS = """
    INSERT INTO foods (name, name_key, description, search_key, price, category, category_key, available_quantity,
                       is_available, is_orderable, tags, side_rules, created_at, updated_at)
    SELECT name, lower(name), text, lower(name) || char(31) || lower(text), 50000 + (i * 7919 + i / 400) % 400 * 5000, category,
           lower(category), CASE WHEN i % 50 = 0 THEN 0 END, 1, i % 50 <> 0, '["tag' || i % 30 || '"]',
           '{"side_protein":{"min":0,"max":1,"allowed":null},"extra_side":{"min":0,"max":1,"allowed":null}}', at, at
    FROM (SELECT value AS i, 'Dish ' || value AS name, 'Cooked to order, with what the market had today; no. ' || value
                 AS text, 'Category ' || value % 20 AS category, 1700000000000 + value AS at
          FROM numbers)"""
TAGS = "INSERT INTO food_tags (food_id, tag_key) SELECT id, substr(tags, 3, length(tags) - 4) FROM foods"
# All but the newest 50 are completed. One in (orders / 20) is the customer's.
ORDERS = """
    INSERT INTO orders (user_id, status, payment_status, fulfillment_type, subtotal, delivery_fee, service_fee, tax, tip,
                        discount, total, currency, contact_phone, version, created_at, updated_at)
    SELECT CASE WHEN value % (:orders / 20) = 0 THEN :customer ELSE 1000000 + value % (:orders / 10) END,
           CASE WHEN value > :orders - 50 THEN 'pending' ELSE 'completed' END, 'unpaid', 'pickup',
           250000, 0, 0, 0, 0, 0, 250000, 'NGN', '+2348031000000', 1, 1600000000000 + value * 10000,
           1600000000000 + value * 10000
    FROM numbers"""
# Of those that the measurement shows.
PARTS = ("INSERT INTO order_items (order_id, position, food_id, name, unit_price, quantity, line_total) "
         "SELECT id, 0, 1, 'Dish 1', 125000, 2, 250000 FROM orders WHERE user_id = :customer OR id > :orders - 1000",
         "INSERT INTO order_history (order_id, version, to_status, by_user, by_role, moved_at, position) "
         "SELECT id, 1, 'pending', user_id, 'customer', created_at, id FROM orders "
         "WHERE user_id = :customer OR id > :orders - 1000",
         "INSERT INTO order_feed (id, position) VALUES (1, :orders) ON CONFLICT (id) DO UPDATE SET position = :orders")


def fill(file, foods, orders, customer):
    """Straight into the tables, whose indexes are built afterwards."""
    db = sqlite3.connect(file, isolation_level=None)
    for pragma in ("synchronous = OFF", "cache_size = -200000", "temp_store = MEMORY", "foreign_keys = OFF"):
        db.execute(f"PRAGMA {pragma}")
    tables = ("foods", "food_tags", "orders")
    indexes = [(name, sql) for name, sql, table in db.execute(
        "SELECT name, sql, tbl_name FROM sqlite_schema WHERE type = 'index' AND sql IS NOT NULL") if table in tables]
    for name, _ in indexes:
        db.execute(f"DROP INDEX {name}")

    def numbers(statement, last):
        batch = 500_000
        for first in range(1, last + 1, batch):
            db.execute(f"WITH RECURSIVE numbers (value) AS (SELECT {first} UNION ALL SELECT value + 1 FROM numbers "
                       f"WHERE value < {min(first + batch - 1, last)}) {statement}", values)

    values = {"orders": orders, "customer": customer}
    numbers(FOODS, foods)
    db.execute(TAGS)
    numbers(ORDERS, orders)
    for _, sql in indexes:
        db.execute(sql)
    for statement in PARTS:
        db.execute(statement, values)
    with open(f"{MIGRATIONS}/0002_counts.sql") as migration:  # as on the day when it meets so many foods
        for statement in migration.read().split(";"):
            if statement.strip().startswith("INSERT"):
                db.execute(statement)
    db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    db.close()


def p50(server, path, token):
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    load = wrk(server.url + path, headers, connections=1, value="p50")
    return lambda seconds: load(min(seconds, 2))


def scale(bench):
    """1 k -> 1 M foods, 10 k -> 10 M orders, cache off: p50 of one client"""
    servers = {}
    for size, foods in (("1 k", 1_000), ("1 M", 1_000_000)):
        began = time.monotonic()
        ours = bench.kitchen(catalog={"demo_menu": False, "cache": {"enabled": False}}, outbox=None, order_mails=None)
        customer = ours.customers(1)[0]
        me, admin = ours.call("GET", "/me/", token=customer)["id"], ours.admin()
        ours.stop()
        fill(f"{ours.folder}/kitchen.db", foods, 10 * foods, me)
        ours.start()
        servers[size] = ours, customer, admin
        bench.note(f"{size} foods were there after {time.monotonic() - began:.0f} s.")

    aim = "<= 1.5"
    for work, path, who, its_aim in (
            ("first page", "/foods/", 0, aim),
            ("a category", "/foods/?category=Category%207", 0, aim),
            ("a tag", "/foods/?tag=tag7", 0, aim),
            ("between two prices", "/foods/?min_price=500000&max_price=700000", 0, aim),
            ("a category between two prices", "/foods/?category=Category%207&min_price=500000&max_price=700000", 0, aim),
            ("available", "/foods/?available=true", 0, ""),
            ("not available", "/foods/?available=false", 0, ""),
            ("by price", "/foods/?sort=price", 0, aim),
            ("by falling price", "/foods/?sort=-price", 0, aim),
            ("by name", "/foods/?sort=name", 0, aim),
            ("by falling rating", "/foods/?sort=-rating", 0, aim),
            ("a category by price", "/foods/?category=Category%207&sort=price", 0, aim),
            ("categories", "/categories/", 0, aim),
            ("own orders", "/orders/", 1, aim),
            ("own orders of a state", "/orders/?status=completed", 1, aim),
            ("the kitchen's open orders", "/orders/?status=pending", 2, aim),
            ("all orders, for the kitchen", "/orders/", 2, ""),
            ("deep offset", "/foods/?offset=END", 0, ""),
            ("search", "/foods/?search=no.%2099", 0, "")):
        for size, (server, *tokens) in servers.items():
            end = "900" if size == "1 k" else "900000"
            bench.load(f"{work}, {size}", lambda s=server, p=path.replace("END", end), t=([""] + tokens)[who]: p50(s, p, t))
        bench.row(f"{work}: p50 of 1 M beside 1 k", f"{work}, 1 M", f"{work}, 1 k", its_aim)


CASES = [scale]
