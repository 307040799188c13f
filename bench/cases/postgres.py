"""Orders on PostgreSQL, beside pgbench with the same statements, and replicas that race for one dish."""
import os
import re

from harness.loads import Sample
from harness.processes import Failed
from harness.shoppers import dish, our_race, our_steps, settle, turns

CUSTOMERS, DISHES, BUYERS, STOCK, REPLICAS = 32, 50, 48, 10, 3
SHAPE = {"store_sqlite": None, "outbox": None, "order_mails": None}

# Ids that can be told from other numbers in a record.
FIRST_IDS = {"users": 1_000_000, "foods": 2_000_000, "orders": 3_000_000}
# pgbench knows a customer by its number alone, and the ids of those who signed up at once may have gaps.
FIRST_USER = 4_000_000
NUMBERED = f"""
SET session_replication_role = replica;  -- no foreign key is checked between these
CREATE TEMPORARY TABLE numbered AS SELECT user_id, {FIRST_USER} - 1 + row_number() OVER () AS number FROM addresses;
UPDATE token_families f SET user_id = number, access_hash = 'pgbench' || number FROM numbered n WHERE n.user_id = f.user_id;
UPDATE addresses a SET user_id = number FROM numbered n WHERE n.user_id = a.user_id;
UPDATE users SET id = number FROM numbered WHERE user_id = id;"""


def checkout_on_postgres(bench):
    """whole orders on PostgreSQL, beside pgbench with the same statements"""
    postgres = bench.postgres()
    ours = bench.kitchen(store_postgres={"url": postgres.create("kitchen")}, **SHAPE)
    for table, first in FIRST_IDS.items():
        postgres.sql("kitchen", f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), {first})")
    tokens = settle(ours, CUSTOMERS)
    protein, extra = dish(ours, "Chicken", 220000), dish(ours, "Plantain", 100000)
    rules = {"side_rules": {kind: {"min": 0, "max": 1, "allowed": [food]}
                            for kind, food in (("side_protein", protein), ("extra_side", extra))}}
    first = [dish(ours, f"Dish {n}", 450000, available_quantity=1_000_000, **rules) for n in range(DISHES)][0]
    steps = our_steps({"quantity": 2, "side_protein_ids": [protein], "extra_side_ids": [extra]},
                      {"side_protein_ids": [protein]})

    postgres.copy("kitchen", "pgbench")
    postgres.sql("pgbench", NUMBERED)
    one_turn = turns(bench, ours, tokens[:1], steps, first, DISHES)
    one_turn(0)  # its cart is there from now on
    transactions = postgres.recorded(lambda: one_turn(0))
    user = ours.call("GET", "/me/", token=tokens[0])["id"]
    script = pgbench_script(transactions, {
        user: "user", first: "first", first + DISHES // 2: "second",
        postgres.sql("kitchen", "SELECT max(id) FROM orders"): "placed",
        postgres.sql("kitchen", f"SELECT access_hash FROM token_families WHERE user_id = {user}"): "token"})
    path = f"{bench.folder}/checkout.sql"
    with open(path, "w") as file:
        file.write(f"\\set user {FIRST_USER} + :client_id\n\\set first {first} + :client_id % {DISHES // 2}\n"
                   f"\\set second :first + {DISHES // 2}\n{script}")

    bench.load("orders", lambda: turns(bench, ours, tokens, steps, first, DISHES))
    # Two clients a core are about its best: of 32, most meet conflicts.
    for clients, aim in ((2 * os.cpu_count(), ">= 0.6"), (CUSTOMERS, "")):
        name = f"pgbench, {clients} clients"
        bench.load(name, lambda: postgres.pgbench("pgbench", path, clients))
        bench.row(f"orders of two lines on PostgreSQL, {CUSTOMERS} customers, beside {name}", "orders", name, aim)


def pgbench_script(transactions, names):
    """The transactions of one customer's turn for pgbench, with as many round trips: BEGIN goes with the statement after
    it, and each other one alone. `names`: which values are variables. What the server writes once for many orders (the
    position of an event) names no customer, and is left out."""
    names = {str(value): name for value, name in names.items()}
    lines = []
    for transaction in transactions:
        if not {"user", "token"} & {names.get(value) for _, values in transaction for value in values}:
            continue
        opened = False
        lines.append("\\startpipeline")
        for statement, values in transaction:
            text = re.sub(r"\$(\d+)", lambda found: literal(values[int(found[1]) - 1], names), statement)
            places = statement.startswith("INSERT INTO orders ")
            lines.append(text.replace(" RETURNING id", " RETURNING id AS placed \\gset") if places else f"{text};")
            if not opened and not statement.startswith(("BEGIN", "SET")):
                lines.append("\\endpipeline")
                opened = True
    if not any("\\gset" in line for line in lines):
        raise Failed("no order was recorded")
    return "\n".join(lines) + "\n"


def literal(value, names):
    """A value of the record in SQL, with the variables in it: 'order 3000001' is 'order ' || :placed."""
    if value is None:
        return "NULL"
    # Behind a colon pgbench reads a variable.
    parts = re.split(r"\b(" + "|".join(names) + r")\b|(?<=:)(?=[A-Za-z_])", value)
    variables = {value: "'pgbench' || :user" if name == "token" else f":{name}" for value, name in names.items()}
    pieces = [variables.get(part, "'" + part.replace("'", "''") + "'") for part in parts if part]
    return " || ".join(pieces) or "''"


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
