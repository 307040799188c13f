"""GET /foods/?limit=10 of the demo menu. The peers serve it from the table of our server's SQLite file."""
from harness.loads import wrk

PAGE = "/foods/?limit=10"


def menu(bench):
    """a page of the menu: cached, uncached, not modified; from Drogon, Fastify and FastAPI"""
    ours = bench.kitchen()
    uncached = bench.kitchen(catalog={"cache": {"enabled": False}})
    _, body, fields = ours.request("GET", PAGE)
    bench.note(f"the page has {len(body):,} bytes, and so has the constant")
    database = {"DATABASE": f"{ours.folder}/kitchen.db"}

    bench.load("constant inline", lambda: wrk(f"{ours.url}/constant/inline/?bytes={len(body)}"))
    bench.load("cached", lambda: wrk(ours.url + PAGE))
    bench.load("not modified", lambda: wrk(ours.url + PAGE, {"If-None-Match": fields["ETag"]}, expect=304))
    bench.load("uncached", lambda: wrk(uncached.url + PAGE))
    bench.load("Drogon", lambda: wrk(bench.peer("drogon", **database).url + PAGE))
    bench.load("Fastify", lambda: wrk(bench.peer("fastify", **database).url + PAGE))
    bench.load("FastAPI", lambda: wrk(bench.peer("fastapi", **database).url + PAGE))

    bench.row(f"GET {PAGE} cached, beside a constant of that size inline", "cached", "constant inline", ">= 0.9")
    bench.row("the same beside Fastify from its table", "cached", "Fastify", ">= 3")
    bench.row("the same beside FastAPI, two workers", "cached", "FastAPI", ">= 150")
    bench.row("the same uncached, beside Drogon with jsoncpp", "uncached", "Drogon", ">= 1.5")
    bench.row("uncached, beside Fastify", "uncached", "Fastify", ">= 2")
    bench.row("conditional GET (304) beside the constant", "not modified", "constant inline", ">= 1.0")


CASES = [menu]
