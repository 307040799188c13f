"""What Argon2 bounds: sign-ups, and how sign-ins press on those who read."""
from harness.loads import google_benchmark, program


def sign_up(bench):
    """sign-up to verified, beside the rate of Argon2"""
    for threads, aim in ((2, ">= 0.9"), (1, "")):
        ours = bench.kitchen(auth={"argon2": {"parallelism": threads}})
        rate, bound = f"sign-ups, {threads} hashed at once", f"Argon2, {threads} threads"
        bench.load(rate, lambda: program([f"{bench.build}/bench/sign_ups", ours.port, f"{ours.folder}/mail", 6]))
        bench.load(bound, lambda: google_benchmark(f"{bench.build}/bench/argon2_limit", f"hash/real_time/threads:{threads}"))
        bench.row(f"sign-up to verified (argon2.parallelism: {threads}) beside Argon2, {threads} at once", rate, bound, aim)
    bench.note("6 clients, which the queue for hashing just takes; one hash of 19 MiB a sign-up; argon2.parallelism: 1 is the default on two cores")


def sign_in_pressure(bench):
    """p99 of GET /foods/ while 8 clients sign in, beside alone"""
    ours = bench.kitchen(auth={"basic_cache_ttl": "0s"})  # each sign-in is a hash
    ours.customers(8)
    for name, clients in (("reads alone", 0), ("reads while 8 sign in", 8)):
        bench.load(name, lambda: program([f"{bench.build}/bench/login_pressure", ours.port, clients]))
    bench.row("reads while 8 clients sign in, p99 beside alone", "reads while 8 sign in", "reads alone", "<= 3", "p99")


CASES = [sign_up, sign_in_pressure]
