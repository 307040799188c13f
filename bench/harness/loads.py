"""What a measurement does with a server for some seconds. Each is a function: seconds -> Sample."""
import json
import os
import re
import subprocess
import urllib.error
import urllib.request
from dataclasses import dataclass

from harness.processes import Failed


@dataclass
class Sample:
    value: float      # what rows are made of
    unit: str = "/s"
    p99: float = 0.0  # milliseconds; 0 when it was not measured
    fault: str = ""   # why the value does not count


def milliseconds(text):
    number, unit = re.fullmatch(r"([\d.]+)(us|ms|s|m)", text).groups()
    return float(number) * {"us": 0.001, "ms": 1.0, "s": 1000.0, "m": 60000.0}[unit]


def wrk(url, headers=None, script=None, connections=32, value="rate", expect=200, **environment):
    """`value`: "rate" (responses a second) or "p50" (milliseconds). `script`: a file in bench/lua.
    Without a script, one request must be answered with `expect` before; wrk counts what is 400 or more."""
    command = ["wrk", "-t1", f"-c{connections}", "--latency", "--timeout", "10s"]
    for name, content in (headers or {}).items():
        command += ["-H", f"{name}: {content}"]
    if script:
        command += ["-s", f"{os.path.dirname(__file__)}/../lua/{script}"]
    elif expect != (status := _status(url, headers)):
        raise Failed(f"{url} gave {status}, not {expect}")

    def measure(seconds):
        out = subprocess.run(command + [f"-d{max(1, round(seconds))}s", url], env={**os.environ, **environment},
                             capture_output=True, text=True, check=False)
        rate = re.search(r"Requests/sec:\s*([\d.]+)", out.stdout)
        if not rate:
            return Sample(0, fault=(out.stdout + out.stderr).strip()[-200:])
        quantile = {share: milliseconds(took) for share, took in re.findall(r"(\d+)%\s+([\d.]+\w+)", out.stdout)}
        faults = re.findall(r"(Non-2xx or 3xx responses: \d+|Socket errors: .*)", out.stdout)
        if value == "rate":
            return Sample(float(rate[1]), "/s", quantile["99"], "; ".join(faults))
        return Sample(quantile["50"], "ms", quantile["99"], "; ".join(faults))

    return measure


def _status(url, headers):
    try:
        with urllib.request.urlopen(urllib.request.Request(url, headers=headers or {}), timeout=30) as response:
            return response.status
    except urllib.error.HTTPError as answered:  # 304 too
        return answered.code
    except OSError:
        return 0


def google_benchmark(program, name, **environment):
    """Items a second of one benchmark of a program that links Google Benchmark."""

    def measure(seconds):
        out = subprocess.run([program, f"--benchmark_filter=^{name}(/|$)", "--benchmark_format=json",
                              f"--benchmark_min_time={seconds}"], env={**os.environ, **environment},
                             capture_output=True, text=True, check=False)
        if out.returncode:
            return Sample(0, fault=out.stderr.strip()[-200:])
        result = json.loads(out.stdout)["benchmarks"][0]
        return Sample(result.get("items_per_second", 0), "/s", fault=result.get("error_message", ""))

    return measure


def program(command, unit="/s", each=1):
    """What a program of ours measures: it gets the seconds as its last argument, and prints the value, with the
    99th percentile before it if there is one. `each`: so many of the unit in one that the program counts."""

    def measure(seconds):
        out = subprocess.run([str(part) for part in command] + [str(seconds)], capture_output=True, text=True, check=False)
        if out.returncode:
            return Sample(0, unit, fault=(out.stderr or out.stdout).strip()[-300:])
        *p99, value = map(float, out.stdout.split())
        return Sample(value * each, unit, p99[0] if p99 else 0.0)

    return measure
