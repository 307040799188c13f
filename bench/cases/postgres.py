"""Orders on PostgreSQL, beside pgbench with the same statements, and replicas that race for one dish."""
import os
import time

from harness.bench import HERE
from harness.loads import Sample
from harness.shoppers import dish, our_race, our_steps, settle, turns

CUSTOMERS, DISHES, BUYERS, STOCK, REPLICAS = 32, 50, 48, 10, 3
FIRST_USER = 1_000_000
# pgbench knows a customer by its number alone, and the ids of those who signed up at once may have gaps.
NUMBERED = f"""
SET session_replication_role = replica;  -- no foreign key is checked between these
CREATE TEMPORARY TABLE numbered AS SELECT user_id, {FIRST_USER} - 1 + row_number() OVER () AS number FROM addresses;
UPDATE token_families f SET user_id = number, access_hash = 'pgbench' || number FROM numbered n WHERE n.user_id = f.user_id;
UPDATE addresses a SET user_id = number FROM numbered n WHERE n.user_id = a.user_id;
UPDATE users SET id = number FROM numbered WHERE user_id = id;"""
SHAPE = {"store_sqlite": None, "outbox": None, "order_mails": None}


def checkout_on_postgres(bench):
    """whole orders on PostgreSQL, beside pgbench with the same statements"""
    postgres = bench.postgres()
    ours = bench.kitchen(store_postgres={"url": postgres.create("kitchen")}, **SHAPE)
    tokens = settle(ours, CUSTOMERS)
    protein, extra = dish(ours, "Chicken", 220000), dish(ours, "Plantain", 100000)
    rules = {"side_rules": {kind: {"min": 0, "max": 1, "allowed": [food]}
                            for kind, food in (("side_protein", protein), ("extra_side", extra))}}
    first = [dish(ours, f"Dish {n}", 450000, available_quantity=1_000_000, **rules) for n in range(DISHES)][0]
    lines = ({"quantity": 2, "side_protein_ids": [protein], "extra_side_ids": [extra]}, {"side_protein_ids": [protein]})

    postgres.copy("kitchen", "pgbench")
    postgres.sql("pgbench", NUMBERED)
    address = postgres.sql("pgbench", "SELECT json_build_object('label', label, 'line1', line1, 'city', city)"
                            " FROM addresses LIMIT 1")
    variables = {"users": FIRST_USER, "dishes": first, "dish_count": DISHES, "protein": protein, "extra": extra,
                 "now": int(time.time() * 1000), "address": address}

    bench.load("orders", lambda: turns(bench, ours, tokens, our_steps(*lines), first, DISHES))
    # Two clients a core are about its best: of 32, most meet conflicts.
    for clients, aim in ((2 * os.cpu_count(), ">= 0.6"), (CUSTOMERS, "")):
        name = f"pgbench, {clients} clients"
        bench.load(name, lambda: postgres.pgbench("pgbench", f"{HERE}/peers/pgbench/checkout.sql", clients, **variables))
        bench.row(f"orders of two lines on PostgreSQL, {CUSTOMERS} customers, beside {name}", "orders", name, aim)


def race_on_postgres(bench):
    """replicas on one PostgreSQL race for a dish: who gets it, how long those wait who do not"""
    postgres = bench.postgres()
    shared = {"store_postgres": {"url": postgres.create("kitchen")}, **SHAPE}
    kitchens = [bench.kitchen(**shared, auth={"key_file": f"{bench.folder}/auth.key"}) for _ in range(REPLICAS)]
    buyers = settle(kitchens[0], BUYERS)

    def measure(_):
        got, other, longest = our_race(kitchens, buyers, STOCK)
        fault = "" if got == STOCK and not other else f"{got} got one of {STOCK}, {other} were answered neither 201 nor 409"
        return Sample(longest, "s", fault=fault)

    bench.load("race", lambda: measure)
    bench.row(f"{BUYERS} customers of {REPLICAS} replicas race for {STOCK}: the longest wait for a 409", "race", aim="<= 1")


CASES = [checkout_on_postgres, race_on_postgres]
