"""A PostgreSQL 15 server of a measurement's own, with the durability of its defaults, and pgbench on it."""
import os
import re
import shutil
import signal
import subprocess
import tempfile
import time

from harness.loads import Sample
from harness.processes import Failed, free_port, last_line, run

PROGRAMS = "/usr/lib/postgresql/15/bin"


class Postgres:
    def __init__(self):
        self.port = free_port()
        self.folder = tempfile.mkdtemp(prefix="kitchen-bench-postgres-", dir="/var/tmp")
        self.log = f"{self.folder}/log"
        user = []
        if os.geteuid() == 0:  # the server refuses to be root
            shutil.chown(self.folder, "postgres")
            user = ["runuser", "-u", "postgres", "--"]
        run(user + [f"{PROGRAMS}/initdb", "-D", f"{self.folder}/data", "-U", "postgres", "--auth=trust", "-E", "UTF8",
                    "--locale=C.UTF-8"], self.log)
        with open(self.log, "ab") as out:
            self.process = subprocess.Popen(
                user + [f"{PROGRAMS}/postgres", "-D", f"{self.folder}/data", "-p", str(self.port),
                        "-k", self.folder, "-c", "listen_addresses=127.0.0.1", "-c", "max_connections=200",
                        "-c", "log_line_prefix=%p "],
                stdout=out, stderr=out, stdin=subprocess.DEVNULL, start_new_session=True)
        for _ in range(300):
            if subprocess.call(self.client("pg_isready", "-q")) == 0:
                return
            time.sleep(0.1)
        self.stop()
        raise Failed(f"PostgreSQL did not start: {last_line(self.log)}")

    def client(self, program, *arguments):
        """The command of one of its client programs."""
        return [f"{PROGRAMS}/{program}", "-h", "127.0.0.1", "-p", str(self.port), "-U", "postgres", *arguments]

    def create(self, database):
        """An empty database; its url."""
        self.sql("postgres", f"CREATE DATABASE {database} TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C.UTF-8'")
        return f"postgresql://postgres@127.0.0.1:{self.port}/{database}"

    def copy(self, source, target):
        self.create(target)
        dump = f"{self.folder}/dump"
        run(self.client("pg_dump", "-f", dump, source), self.log)
        run(self.client("psql", "-q", "-v", "ON_ERROR_STOP=1", "-f", dump, target), self.log)
        self.sql(target, "VACUUM ANALYZE")

    def sql(self, database, statement):
        """What it gives, as text."""
        out = subprocess.run(self.client("psql", "-qAt", "-v", "ON_ERROR_STOP=1", "-c", statement, database),
                             capture_output=True, text=True, check=False)
        if out.returncode:
            raise Failed(f"psql: {out.stderr.strip()}")
        return out.stdout.strip()

    def recorded(self, act):
        """The transactions that were committed while act() ran, in their order: lists of (statement, its parameters)."""
        self._log_statements("'all'")
        began = os.path.getsize(self.log)
        act()
        self._log_statements("DEFAULT")
        with open(self.log) as log:
            log.seek(began)
            text = log.read().replace("\n\t", " ")
        open_ones, whole = {}, []
        for process, kind, rest in re.findall(r"^(\d+) (LOG|DETAIL):  (?:execute [^:]*: |parameters: )(.*)$", text, re.M):
            transaction = open_ones.setdefault(process, [])
            if kind == "DETAIL":
                values = re.findall(r"\$\d+ = (?:(NULL)|'((?:[^']|'')*)')", rest)
                transaction[-1][1].extend(None if null else value.replace("''", "'") for null, value in values)
            else:
                transaction.append((rest, []))
                if rest == "COMMIT":
                    whole.append(open_ones.pop(process))
        return whole

    def _log_statements(self, which):
        self.sql("postgres", f"ALTER SYSTEM SET log_statement = {which}")
        self.sql("postgres", "SELECT pg_reload_conf()")
        time.sleep(0.5)  # until all sessions have heard of it

    def pgbench(self, database, script, clients=32, **variables):
        """A load: runs of the script a second. What met a conflict runs again, as in our server."""
        command = self.client("pgbench", "-n", "-M", "prepared", f"-c{clients}", "-j2", "--max-tries=100", "-f", script)
        for name, value in variables.items():
            command += ["-D", f"{name}={value}"]

        def measure(seconds):
            out = subprocess.run(command + [f"-T{max(1, round(seconds))}", database], capture_output=True, text=True,
                                 check=False)
            rate = re.search(r"tps = ([\d.]+)", out.stdout)
            failed = re.search(r"number of failed transactions: (\d+)", out.stdout)
            if out.returncode or not rate:
                return Sample(0, fault=(out.stderr or out.stdout).strip()[-200:])
            return Sample(float(rate[1]), "orders/s",
                          fault=f"{failed[1]} failed" if failed and failed[1] != "0" else "")

        return measure

    def stop(self):
        try:
            os.killpg(self.process.pid, signal.SIGINT)  # a fast shutdown
            self.process.wait(30)
        except (ProcessLookupError, subprocess.TimeoutExpired):
            self.process.kill()
        shutil.rmtree(self.folder, ignore_errors=True)
