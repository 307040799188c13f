"""Customers of a shop, ours or another: those who order again and again, and those who race for one dish."""
import http.client
import json
import threading
import time
from concurrent.futures import ThreadPoolExecutor

from harness.loads import program


def turns(bench, server, tokens, steps, first_dish, dishes):
    """A load: whole turns of `steps` a second, of one customer a token (bench/turns.cpp). A step: (path, status, what
    the response holds, body); DISH1 and DISH2 in a body are a customer's two of consecutive ids from `first_dish` on."""
    path, half = f"{bench.new_folder('turns')}/requests", dishes // 2
    with open(path, "w") as file:
        for number, token in enumerate(tokens):
            for step in steps:
                where, status, text, body = step
                body = body.replace("DISH1", str(first_dish + number % half))
                body = body.replace("DISH2", str(first_dish + half + number % half))
                whole = (f"POST {where} HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {token}\r\n"
                         f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n{body}")
                file.write(f"{number} {status} {len(whole)} {text}\n{whole}")
    return program([f"{bench.build}/bench/turns", server.port, path], "orders/s")


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


def our_steps(first, second):
    """`first`, `second`: what more than the food the two lines hold."""
    def line(dish_id, more):
        return json.dumps({"food_id": "DISH", **more}).replace('"DISH"', dish_id)
    return [("/cart/", 201, "", line("DISH1", first)), ("/cart/", 201, "", line("DISH2", second)),
            ("/orders/", 201, "", json.dumps(ORDER))]


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
