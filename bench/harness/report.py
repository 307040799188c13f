"""Ratios with median and spread, as text."""
import datetime
import os
import platform
import statistics
import subprocess

from harness.bench import HERE


def said(*command):
    try:
        out = subprocess.run(command, capture_output=True, text=True, check=False)
        return (out.stdout or out.stderr).strip().splitlines()[0]
    except (OSError, IndexError):
        return "?"


def digits(value):
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}"


def spread(values):
    return digits(min(values)) + " .. " + digits(max(values))


def verdict(aim, values):
    if not aim:
        return ""
    how, number = aim.split()
    if how == "spans":
        met = min(values) <= float(number) <= max(values)
    elif how == "=":
        met = all(value == float(number) for value in values)
    else:
        middle = statistics.median(values)
        met = middle >= float(number) if how == ">=" else middle <= float(number)
    return "met" if met else "missed"


def ratios(case, row):
    """The value in each round; a text when the row does not count."""
    over, under = case.loads[row.over], case.loads[row.under] if row.under else None
    for load in filter(None, (over, under)):
        if load.fault:
            return f"{load.name}: {load.fault}"
    values = [getattr(sample, row.measure) for sample in over.samples]
    if under:
        divisors = [getattr(sample, row.measure) for sample in under.samples]
        if 0 in divisors:
            return f"{under.name}: nothing was measured"
        values = [value / divisor for value, divisor in zip(values, divisors)]
    return values or "nothing was measured"


def rows_of(case, failure):
    lines = []
    for row in case.rows:
        values = ratios(case, row)
        if isinstance(values, str):
            lines.append(f"| {row.work} | not measured | {values} | {row.aim} | |")
        else:
            unit = "" if row.under else " " + case.loads[row.over].samples[0].unit
            lines.append(f"| {row.work} | {digits(statistics.median(values))}{unit} | {spread(values)} | {row.aim} "
                         f"| {verdict(row.aim, values)} |")
    if failure:
        lines.append(f"| {case.name} | not measured | {failure} | | |")
    return [line.replace("\n", " ") for line in lines]


def loads_of(case):
    for load in case.loads.values():
        if load.samples:
            values = [sample.value for sample in load.samples]
            p99 = statistics.median(sample.p99 for sample in load.samples)
            yield (f"| {case.name} | {load.name} | {digits(statistics.median(values))} {load.samples[0].unit} "
                   f"| {spread(values)} | {f'{p99:.1f} ms' if p99 else ''} |")


def machine():
    cpu = [line.split(":", 1)[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")]
    memory = int(open("/proc/meminfo").readline().split()[1]) // 1024
    return f"{cpu[0] if cpu else platform.machine()}, {os.cpu_count()} cores, {memory:,} MiB, Linux {platform.release()}"


def versions(build):
    debian = {"SQLite": "libsqlite3-0", "PostgreSQL": "postgresql-15", "FastAPI": "python3-fastapi",
              "uvicorn": "python3-uvicorn", "wrk": "wrk", "Google Benchmark": "libbenchmark-dev"}
    lines = [said(f"{build}/bin/chuks-kitchen", "--version"), said("c++", "--version"), "Node " + said("node", "--version"),
             "Python " + platform.python_version()]
    lines += [f"{name} {said('dpkg-query', '-W', '-f', '${Version}', package)}" for name, package in debian.items()]
    for peer in sorted(os.listdir(f"{HERE}/peers")):
        if os.path.exists(f"{HERE}/peers/{peer}/version"):
            lines.append(f"{peer}: {said(f'{HERE}/peers/{peer}/version')}")
    return "; ".join(lines)


def commit():
    changed = said("git", "-C", HERE, "status", "--porcelain", "--untracked-files=no")
    return said("git", "-C", HERE, "rev-parse", "HEAD") + (", with changes that are not committed" if changed != "?" else "")


def report(results, options, busy):
    """`results`: (case, failure) pairs; `busy`: the load average when it began."""
    lines = [f"# Measured on {datetime.datetime.now():%Y-%m-%d %H:%M}", "",
             f"* Machine: {machine()}; load average {busy:.2f} when it began. The clients run on the same cores.",
             f"* Versions: {versions(options.build)}.",
             f"* Commit: {commit()}.",
             f"* Rounds: {options.rounds}, {options.seconds:g} s for each load, in turns; `wrk -t1 -c32` where nothing else is said.",
             "", "A ratio is of two loads in one round; what is written is the median of the rounds and their spread.", "",
             "| work | ratio | spread | aim | |", "|---|---|---|---|---|"]
    for case, failure in results:
        lines += rows_of(case, failure)
    lines += [""] + [f"* {case.name}: {note}" for case, _ in results for note in case.notes]
    lines += ["", "| case | load | median | spread | p99 |", "|---|---|---|---|---|"]
    for case, _ in results:
        lines += loads_of(case)
    return "\n".join(lines) + "\n"
