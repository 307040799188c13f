"""What plugins and measuring cost: the same routes in a plugin, and linked into a program of the kernel's HTTP server
alone (bench/bare_server.cpp), which measures or does not."""
from harness.loads import wrk
from harness.processes import Server

PATHS = {"inline": "/constant/inline/?bytes=1900", "on the pool": "/constant/?bytes=1900"}


def bare(bench, metrics):
    return bench.serve([f"{bench.build}/bench/bare_server", metrics])


def plugin(bench):
    """a handler in a plugin beside the same one linked into a program"""
    within = bare(bench, "metrics")
    beside = bench.kitchen(**dict.fromkeys(("store_sqlite", "cache_memory", "mail_log", "auth", "outbox", "catalog", "cart",
                                            "claims", "events", "orders", "order_mails")))
    for how, path in PATHS.items():
        bench.load(f"linked in, {how}", lambda: wrk(within.url + path))
        bench.load(f"in a plugin, {how}", lambda: wrk(beside.url + path))
        bench.row(f"a handler in a plugin beside the same linked in, {how}: no measurable difference",
                  f"in a plugin, {how}", f"linked in, {how}", "spans 1")


def metrics(bench):
    """metrics and traces on, beside off"""
    on, off = bare(bench, "metrics"), bare(bench, "no-metrics")
    trace = {"traceparent": "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"}
    for how, path in PATHS.items():
        bench.load(f"off, {how}", lambda: wrk(off.url + path))
        bench.load(f"on, {how}", lambda: wrk(on.url + path, trace))
        bench.row(f"metrics and tracing on beside off, {how}", f"on, {how}", f"off, {how}", ">= 0.95")
    bench.note("no setting switches metrics or traces off: off is a program without them, whose requests bring no "
               "traceparent (each request gets a trace_id all the same)")


CASES = [plugin, metrics]
