"""Customers of a shop, ours or another: those who order again and again, and those who race for one dish."""
import http.client
import json
import os
import re
import subprocess
import threading
import time
from concurrent.futures import ThreadPoolExecutor

from harness.loads import Sample


def turns(server, folder, steps, tokens, first_dish, dishes):
    """A load: whole turns of `steps` a second, of one customer a token (bench/lua/turns.lua).
    A step: (method, path, what the response must hold, body)."""
    with open(f"{folder}/steps", "w") as file:
        file.writelines("\t".join(step) + "\n" for step in steps)
    with open(f"{folder}/tokens", "w") as file:
        file.writelines(f"{token}\n" for token in tokens)
    environment = {**os.environ, "STEPS": file.name.replace("tokens", "steps"), "TOKENS": file.name,
                   "FIRST_DISH": str(first_dish), "DISHES": str(dishes)}
    command = ["wrk", f"-t{len(tokens)}", f"-c{len(tokens)}", "--timeout", "60s", "-s",
               f"{os.path.dirname(__file__)}/../lua/turns.lua"]

    def measure(seconds):
        out = subprocess.run(command + [f"-d{max(1, round(seconds))}s", server.url], env=environment,
                             capture_output=True, text=True, check=False)
        rate = re.search(r"Turns/sec: ([\d.e+-]+)", out.stdout)
        if not rate:
            return Sample(0, fault=(out.stdout + out.stderr).strip()[-200:])
        faults = re.findall(r"(?:Fault: |Socket errors: ).*", out.stdout)
        return Sample(float(rate[1]), "orders/s", fault="; ".join(faults))

    return measure


def race(requests):
    """All at once. A request: (port, path, body, token). The (status, body, seconds) of each."""
    line = threading.Barrier(len(requests))

    def run(request):
        port, path, body, token = request
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        connection.connect()
        line.wait()
        began = time.monotonic()
        connection.request("POST", path, json.dumps(body), {"Content-Type": "application/json",
                                                            "Authorization": f"Bearer {token}"})
        response = connection.getresponse()
        answer = response.read()
        took = time.monotonic() - began
        connection.close()
        return response.status, json.loads(answer), took

    with ThreadPoolExecutor(len(requests)) as pool:
        return list(pool.map(run, requests))


# Our server in such a shop: a kitchen of harness.kitchen whose dishes are counted.

ORDER = {"fulfillment_type": "delivery"}
ADDRESS = {"label": "Home", "line1": "12 Allen Avenue", "city": "Ikeja", "state": "Lagos"}


def settle(kitchen, count):
    """Tokens of so many customers with an address."""
    tokens = kitchen.customers(count)
    for token in tokens:
        kitchen.call("POST", "/me/addresses/", ADDRESS, token)
    return tokens


def dish(kitchen, name, price, **more):
    """Its id."""
    body = {"name": name, "price": price, "category": "Rice", **more}
    return kitchen.call("POST", "/foods/", body, kitchen.admin())["id"]


def our_steps(first=None, second=None):
    """`first`, `second`: what more the two lines hold."""
    def line(dish_id, more):
        return json.dumps({**(more or {}), "food_id": "DISH"}).replace('"DISH"', dish_id)
    return [("POST", "/cart/", '"quantity":', line("DISH1", first)),
            ("POST", "/cart/", '"quantity":', line("DISH2", second)),
            ("POST", "/orders/", '"status":"pending"', json.dumps(ORDER))]


def our_race(kitchens, tokens, stock):
    """(orders that got the dish, responses that were neither 201 nor 409, longest seconds until a 409): each
    customer has a new dish in the cart, of which there are `stock`, and orders on the next of the kitchens."""
    rare = dish(kitchens[0], f"Rare {time.monotonic_ns()}", 5500, available_quantity=stock)
    for token in tokens:
        kitchens[0].call("DELETE", "/cart/clear/", token=token)
        kitchens[0].call("POST", "/cart/", {"food_id": rare}, token)
    ports = [kitchen.port for kitchen in kitchens]
    answers = race([(ports[i % len(ports)], "/orders/", ORDER, token) for i, token in enumerate(tokens)])
    for token in tokens:
        kitchens[0].call("DELETE", "/cart/clear/", token=token)
    statuses = [status for status, _, _ in answers]
    waits = [took for status, _, took in answers if status == 409]
    return statuses.count(201), len(statuses) - statuses.count(201) - statuses.count(409), max(waits, default=0)
