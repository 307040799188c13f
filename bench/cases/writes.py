"""Durable writes on SQLite, beside what SQLite can do: the statements that our server was seen to run, straight on its
C API with the same settings, 32 transactions a COMMIT (sqlite_record.cpp, sqlite_limit.cpp)."""
import json
import shutil

from harness.loads import google_benchmark, program
from harness.processes import Failed

CUSTOMERS = 32
LINES = ({"food_id": 1, "quantity": 2, "side_protein_ids": [36], "extra_side_ids": [42]},
         {"food_id": 12, "side_protein_ids": [35]})


def request(number, status, method, path, body, token):
    """One request in the file that bench/turns.cpp reads."""
    content = json.dumps(body)
    head = (f"{method} {path} HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {token}\r\nContent-Type: application/json\r\n"
            f"Content-Length: {len(content)}\r\n\r\n")
    return f"{number} {status} {len(head + content)}\n{head}{content}"


def writes(bench):
    """cart increments and checkouts, durable, beside SQLite's own limit"""
    shape = {"outbox": None, "order_mails": None}  # the mails of an order are none of its statements
    ours = bench.kitchen(**shape)
    tokens = ours.customers(CUSTOMERS)
    chef = ours.admin()
    for food in (1, 12, 35, 36, 42):  # counted, so that stock is taken and written down
        ours.call("PATCH", f"/foods/{food}/", {"available_quantity": 1_000_000, "is_available": True}, chef,
                  **{"If-Match": "*"})

    turns = {"increments": [], "checkouts": []}
    for number, token in enumerate(tokens):
        line = ours.call("POST", "/cart/", {"food_id": 2}, token)["id"]
        turns["increments"] += [request(number, 200, "PATCH", f"/cart/{line}/", {"quantity": n}, token) for n in (2, 3)]
        turns["checkouts"] += [request(number, 201, "POST", "/cart/", line, token) for line in LINES]
        turns["checkouts"] += [request(number, 201, "POST", "/orders/", {"fulfillment_type": "pickup"}, token)]
    for what, requests in turns.items():
        with open(f"{bench.folder}/{what}", "w") as out:
            out.write("".join(requests))
    ours.stop()  # which empties the log into the file

    counted = {"increments": ("UPDATE cart_lines", 2), "checkouts": ("INSERT INTO orders ", 1)}
    names = {"increments": "cart increments", "checkouts": "checkouts, with the two lines put into the cart"}
    for what, (statement, each) in counted.items():
        raw, aim = f"SQLite's C API, {what}", {"increments": ">= 0.5", "checkouts": ">= 0.4"}[what]
        record = f"{bench.folder}/{what}.record"
        recorded = bench.kitchen(copy_of(bench, ours), **shape, environment={
            "LD_PRELOAD": f"{bench.build}/bench/sqlite_record.so", "SQLITE_RECORD": record})
        seen = turns_on(bench, recorded, what, each)(2)
        recorded.stop()
        if seen.fault:
            raise Failed(seen.fault)
        serving = bench.kitchen(copy_of(bench, ours), **shape)
        bench.load(what, lambda: turns_on(bench, serving, what, each))
        bench.load(raw, lambda: google_benchmark(
            f"{bench.build}/bench/sqlite_limit", "transactions", RECORD=record, ITEM=statement,
            SNAPSHOT=f"{ours.folder}/kitchen.db", WORK=f"{bench.folder}/{what}.db"))
        bench.row(f"{names[what]}, durable, {CUSTOMERS} customers, beside the same statements on SQLite's C API",
                  what, raw, aim)


def copy_of(bench, kitchen):
    folder = bench.new_folder("copy")
    return shutil.copytree(kitchen.folder, folder, dirs_exist_ok=True)


def turns_on(bench, kitchen, what, each):
    return program([f"{bench.build}/bench/turns", kitchen.port, f"{bench.folder}/{what}"], each=each)


CASES = [writes]
