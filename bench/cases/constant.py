"""Responses that cost nothing but the HTTP: 1,900 bytes of JSON."""
from harness.loads import wrk


def constant(bench):
    """a constant on the pool, inline, and from Drogon and Fastify"""
    ours = bench.kitchen()
    bench.load("pool", lambda: wrk(f"{ours.url}/constant/?bytes=1900"))
    bench.load("inline", lambda: wrk(f"{ours.url}/constant/inline/?bytes=1900"))
    bench.load("Drogon", lambda: wrk(f"{bench.peer('drogon').url}/constant/"))
    bench.load("Fastify", lambda: wrk(f"{bench.peer('fastify').url}/constant/"))
    bench.row("constant, on the pool beside inline", "pool", "inline", ">= 0.9")
    bench.row("constant, inline with access log, beside Drogon without", "inline", "Drogon", ">= 1.0")
    bench.row("constant, on the pool beside Fastify", "pool", "Fastify")


CASES = [constant]
