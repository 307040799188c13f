"""The process itself: memory, and how soon it serves."""
import os
import resource
import socket
import statistics
import time

from harness.bench import HERE
from harness.loads import Sample, wrk
from harness.processes import Failed

DEFAULT = f"{os.path.dirname(HERE)}/config/default.yaml"
CONNECTIONS = 5000


def memory(bench):
    """resident memory: idle, with 5,000 idle connections, over 2 million requests"""
    for part in ("VmRSS", "RssAnon"):
        bench.load(f"idle, {part}", lambda part=part: lambda _: idle(bench, part), warm=False)
    bench.row("memory when idle, config/default.yaml", "idle, VmRSS", aim="<= 18")
    bench.row("of it, what is no file: neither code nor libraries", "idle, RssAnon")
    bench.load("connections", lambda: lambda _: connections(bench), warm=False)
    bench.row(f"memory of {CONNECTIONS:,} idle connections", "connections", aim="<= 25")

    ours = bench.kitchen(file=DEFAULT)
    ask = wrk(f"{ours.url}/foods/?limit=10")
    sent = [0]
    for requests in (200_000, 2_000_000):
        many = round(requests * min(1.0, bench.options.seconds / 5))  # fewer in a trial
        bench.load(f"{requests:,} requests", lambda many=many: lambda _: after(ours, ask, sent, many), once=True)
    bench.row("memory after 2,000,000 requests beside after 200,000", "2,000,000 requests", "200,000 requests", "<= 1.05")
    if bench.options.seconds < 5:
        bench.note("a trial: of these requests only a part was sent")


def idle(bench, part):
    ours = bench.kitchen(file=DEFAULT)
    time.sleep(1)
    try:
        return Sample(ours.rss(part), "MB")
    finally:
        ours.stop()


def connections(bench):
    """What is added by connections that have had one response each."""
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    if most < CONNECTIONS + 100:
        raise Failed(f"ulimit -n is {most}")
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    ours = bench.kitchen(server={"timeouts": {"idle": "10m"}, "limits": {"connections": 2 * CONNECTIONS,
                                                                        "connections_per_address": 0}})
    before = ours.rss()
    opened = []
    try:
        for _ in range(CONNECTIONS):
            one = socket.create_connection(("127.0.0.1", ours.port))
            opened.append(one)
            one.sendall(b"GET /livez HTTP/1.1\r\nHost: a\r\n\r\n")
            if not one.recv(4096).startswith(b"HTTP/1.1 200"):
                raise Failed("a connection was refused")
        time.sleep(1)
        return Sample(ours.rss() - before, "MB")
    finally:
        for one in opened:
            one.close()
        ours.stop()


def after(server, ask, sent, many):
    """The memory when so many requests have been sent: the median of some readings."""
    while sent[0] < many:
        sample = ask(2)
        if sample.fault:
            return sample
        sent[0] += round(sample.value * 2)
    readings = []
    for _ in range(5):
        readings.append(server.rss())
        time.sleep(0.1)
    return Sample(statistics.median(readings), "MB")


def start(bench):
    """from the start of the process until /readyz is 200, on a database that is there"""
    ours = bench.kitchen(file=DEFAULT)

    def measure(_):
        took = []
        for _ in range(3):
            ours.stop()
            ours.start()
            took.append(ours.ready_after * 1000)
        return Sample(statistics.median(took), "ms")

    bench.load("start to ready", lambda: measure)
    bench.row("start to ready on SQLite, config/default.yaml, the median of three starts a round", "start to ready", aim="<= 120")


CASES = [memory, start]
