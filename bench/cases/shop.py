"""A whole cart and checkout beside a shop server of npm: Vendure, peers/vendure."""
import csv
import functools
import json
import os
from concurrent.futures import ThreadPoolExecutor

from harness.bench import HERE
from harness.loads import Sample
from harness.processes import Failed
from harness.shoppers import dish, our_race, our_steps, race, settle, turns

CUSTOMERS, BUYERS, STOCK = 32, 50, 10
with open(f"{HERE}/peers/vendure/foods.csv") as file:
    FOODS = [row for row in csv.DictReader(file) if row["sku"] != "rare"]

ERROR = "... on ErrorResult { errorCode message }"
ADD = """mutation {
 addItemToOrder(productVariantId: "%s", quantity: %s)
  { __typename ... on Order { code totalWithTax } """ + ERROR + """ } }"""
SHIP = """mutation {
 setOrderShippingAddress(
  input: {fullName: "Ada", streetLine1: "12 Allen Avenue", city: "Ikeja", province: "Lagos", countryCode: "NG"})
  { __typename ... on Order { code } """ + ERROR + """ }
 setOrderShippingMethod(shippingMethodId: "1") { __typename ... on Order { code totalWithTax } """ + ERROR + """ } }"""
PAY = """mutation {
 transitionOrderToState(state: "ArrangingPayment")
  { __typename ... on Order { code } ... on OrderStateTransitionError { errorCode transitionError } }
 addPaymentToOrder(input: {method: "card", metadata: {}})
  { __typename ... on Order { code state totalWithTax } """ + ERROR + """ } }"""


class Vendure:
    """What a client does with it. Requests are as few as its API allows."""

    def __init__(self, server):
        self.server = server
        self.made = 0

    def call(self, query, token="", path="/shop-api"):
        """(data, token of the session)."""
        fields = {"Content-Type": "application/json", "Authorization": f"Bearer {token}"}
        status, answer, fields = self.server.request("POST", path, json.dumps({"query": query}), fields)
        parsed = json.loads(answer)
        if status != 200 or "errors" in parsed:
            raise Failed(f"Vendure gave {status}: {answer[:300]!r}")
        return parsed["data"], fields["vendure-auth-token"] or token

    def customers(self, count):
        first, self.made = self.made, self.made + count
        with ThreadPoolExecutor(4) as pool:
            return list(pool.map(self._customer, range(first, first + count)))

    def _customer(self, number):
        who = f'"customer{number}@mail.example", password: "jollof-is-life"'
        self.call("mutation { registerCustomerAccount(input: {emailAddress: %s, firstName: \"Ada\", lastName: \"Obi\"})"
                  " { __typename } }" % who)
        return self.call("mutation { login(username: %s) { __typename } }" % who)[1]

    def steps(self):
        posts = [(ADD % ("DISH1", 2), '"totalWithTax"'), (ADD % ("DISH2", 1), '"totalWithTax"'),
                 (SHIP, '"totalWithTax"'), (PAY, '"PaymentSettled"')]
        return [("/shop-api", 200, text, json.dumps({"query": query})) for query, text in posts]

    def admin(self, query):
        token = self.call('mutation { login(username: "chef", password: "a-long-admin-password") { __typename } }',
                          path="/admin-api")[1]
        return self.call(query, token, "/admin-api")[0]

    def race(self, tokens):
        """A dish of which there are STOCK: (orders that were paid, portions that were taken from the stock). Each
        customer has one in the cart, and all pay at once."""
        rare = str(len(FOODS) + 1)
        level = self.level(rare)
        self.admin('mutation { updateProductVariants(input: [{id: "%s", '
                   'stockLevels: [{stockLocationId: "%s", stockOnHand: %d}]}]) { id } }'
                   % (rare, level["stockLocationId"], level["stockAllocated"] + STOCK))
        for token in tokens:
            if self.call("{ activeOrder { code } }", token)[0]["activeOrder"]:  # of those who got none the last time
                self.call('mutation { transitionOrderToState(state: "AddingItems") { __typename } }', token)
                self.call("mutation { removeAllOrderLines { __typename } }", token)
            self.call(ADD % (rare, 1), token)
            self.call(SHIP, token)
        answers = race([(self.server.port, "/shop-api", {"query": PAY}, token) for token in tokens])
        paid = sum('"PaymentSettled"' in json.dumps(answer) for _, answer, _ in answers)
        return paid, self.level(rare)["stockAllocated"] - level["stockAllocated"]

    def level(self, variant):
        query = '{ productVariant(id: "%s") { stockLevels { stockLocationId stockOnHand stockAllocated } } }' % variant
        return self.admin(query)["productVariant"]["stockLevels"][0]


def memory(server):
    return lambda _: Sample(server.rss(), "MB")


def restarted(server, load):
    """How long until it serves again; the load warms it up for what is measured next."""
    def measure(_):
        server.stop()
        server.start()
        load(2)
        return Sample(server.ready_after * 1000, "ms")
    return measure


def compare(bench, store, ours, peer):
    """The rows of one kind of store. `peer()`: Vendure's server."""
    tokens, buyers = settle(ours, CUSTOMERS), settle(ours, BUYERS)
    ids = [dish(ours, food["name"], int(food["price"]) * 100, available_quantity=1_000_000) for food in FOODS]
    orders = turns(bench, ours, tokens, our_steps({"quantity": 2}, {}), ids[0], len(ids))

    def our_buyers(_):
        got, other, _ = our_race([ours], buyers, STOCK)
        return Sample(got, "orders", fault=f"{other} were answered neither 201 nor 409" if other else "")

    vendure = functools.cache(lambda: Vendure(peer()))
    theirs = functools.cache(lambda: turns(bench, vendure().server, vendure().customers(CUSTOMERS), vendure().steps(),
                                           1, len(FOODS)))

    def their_buyers():
        there = vendure().customers(BUYERS)

        def measure(_):
            paid, taken = vendure().race(there)
            if paid != taken:
                bench.note(f"Vendure: {paid} orders were paid, and {taken} portions taken from the stock of {STOCK}")
            return Sample(paid, "orders")

        return measure

    bench.load("our orders", lambda: orders)
    bench.load("our memory", lambda: memory(ours), warm=False)
    bench.load("our buyers", lambda: our_buyers, warm=False)
    bench.load("our start", lambda: restarted(ours, orders), warm=False)
    bench.load("Vendure's orders", theirs)
    bench.load("Vendure's memory", lambda: memory(vendure().server), warm=False)
    bench.load("Vendure's buyers", their_buyers, warm=False)
    bench.load("Vendure's start", lambda: restarted(vendure().server, theirs()), warm=False)
    bench.row(f"whole orders on {store}, beside Vendure", "our orders", "Vendure's orders")
    bench.row(f"memory of all processes on {store}, Vendure's beside ours", "Vendure's memory", "our memory")
    bench.row(f"start to ready on {store}, Vendure's beside ours", "Vendure's start", "our start")
    bench.row(f"{BUYERS} buyers race for {STOCK} on {store}: who got one here", "our buyers", aim=f"= {STOCK}")
    bench.row(f"{BUYERS} buyers race for {STOCK} on {store}: who got one at Vendure", "Vendure's buyers")


# An empty menu, and no mails, of which Vendure sends none here.
QUIET = {"catalog": {"demo_menu": False}, "outbox": None, "order_mails": None, "log": {"level": "warn"}}


def shop_sqlite(bench):
    """a whole cart and checkout beside Vendure, both on SQLite: orders, memory, start, overselling"""
    compare(bench, "SQLite", bench.kitchen(**QUIET), lambda: bench.peer("vendure", ready="/health"))


def shop_postgres(bench):
    """the same, both on PostgreSQL, Vendure with a process a core"""
    postgres = bench.postgres()
    ours = bench.kitchen(store_sqlite=None, store_postgres={"url": postgres.create("kitchen")}, **QUIET)
    compare(bench, "PostgreSQL", ours, lambda: bench.peer("vendure", ready="/health", STORE="postgres",
                                                          INSTANCES=str(os.cpu_count()),
                                                          POSTGRES_URL=postgres.create("vendure")))


CASES = [shop_sqlite, shop_postgres]
