"""Reads of one who is signed in, by a bearer token and by a password that is remembered."""
import base64

from harness.kitchen import PASSWORD
from harness.loads import wrk


def signed_in(bench):
    """GET /me/ and GET /cart/ by bearer and by Basic, beside the constant"""
    ours = bench.kitchen()
    token = ours.customers(1)[0]
    for food in range(1, 6):
        ours.call("POST", "/cart/", {"food_id": food}, token)
    basic = base64.b64encode(f"{ours.email(0)}:{PASSWORD}".encode()).decode()
    for path in ("/me/", "/cart/"):
        size = len(ours.request("GET", path, headers={"Authorization": f"Bearer {token}"})[1])
        bench.load(f"constant inline, as long as {path}", lambda: wrk(f"{ours.url}/constant/inline/?bytes={size}"))
        for scheme, words in (("bearer", f"Bearer {token}"), ("Basic", f"Basic {basic}")):
            name = f"GET {path} {scheme}"
            bench.load(name, lambda: wrk(ours.url + path, {"Authorization": words}))
            bench.row(f"{name}, beside a constant of {size:,} bytes inline", name, f"constant inline, as long as {path}",
                      ">= 0.45")
        bench.row(f"GET {path}, Basic beside bearer", f"GET {path} Basic", f"GET {path} bearer", ">= 0.95")


CASES = [signed_in]
