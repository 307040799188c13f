"""Servers that are measured: processes in a session of their own, on free ports of 127.0.0.1."""
import http.client
import os
import signal
import socket
import subprocess
import time


class Failed(Exception):
    """What could not be measured, and why. It is reported in the table and stops no other case."""


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def last_line(path):
    with open(path, errors="replace") as log:
        lines = log.read().strip().splitlines()
    return lines[-1] if lines else "it said nothing"


def run(command, log, **environment):
    """Runs to the end; Failed with the last line that it wrote when it does not end well."""
    with open(log, "ab") as out:
        code = subprocess.call([str(part) for part in command], stdout=out, stderr=out, stdin=subprocess.DEVNULL,
                               env={**os.environ, **environment})
    if code:
        raise Failed(f"{os.path.basename(command[0])}: {last_line(log)}")


class Server:
    """`command` serves in the foreground on PORT, which it finds in its environment."""

    def __init__(self, command, folder, ready="/", within=180, **environment):
        os.makedirs(folder, exist_ok=True)
        self.folder, self.port, self.log = str(folder), free_port(), f"{folder}/log"
        self.url = f"http://127.0.0.1:{self.port}"
        self.command, self.ready, self.within = [str(part) for part in command], ready, within
        self.environment = {**os.environ, "PORT": str(self.port), "DATA": self.folder, "KITCHEN_DATA": self.folder,
                            "KITCHEN_LISTEN": f"127.0.0.1:{self.port}", **environment}
        self.start()

    def start(self):
        """Again, after stop(): on the same data and port."""
        self.stopped = False
        began = time.monotonic()
        with open(self.log, "ab") as out:
            self.process = subprocess.Popen(self.command, stdout=out, stderr=out, stdin=subprocess.DEVNULL,
                                            env=self.environment, start_new_session=True)
        while self.status(self.ready) != 200:
            if self.process.poll() is not None or time.monotonic() - began > self.within:
                self.stop()
                raise Failed(f"{os.path.basename(self.command[0])} did not start: {last_line(self.log)}")
            time.sleep(0.002)
        self.ready_after = time.monotonic() - began  # seconds

    def status(self, path):
        """Of GET path; 0 while nothing listens."""
        try:
            return self.request("GET", path)[0]
        except OSError:
            return 0

    def request(self, method, path, body=None, headers=()):
        """(status, body, fields) of one request on a connection of its own."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.request(method, path, body, dict(headers))
            response = connection.getresponse()
            return response.status, response.read(), response.headers
        except http.client.HTTPException as broken:
            raise OSError(str(broken)) from broken
        finally:
            connection.close()

    def pids(self):
        """Of all its processes: they share the session of the first."""
        pids = []
        for entry in filter(str.isdigit, os.listdir("/proc")):
            try:
                if os.getsid(int(entry)) == self.process.pid:
                    pids.append(int(entry))
            except OSError:
                pass  # it has just ended
        return pids

    def rss(self, part="VmRSS"):
        """MB (of 10^6 bytes) of memory that are resident, of all its processes; "RssAnon": without files."""
        kib = 0
        for pid in self.pids():
            try:
                with open(f"/proc/{pid}/status") as status:
                    kib += sum(int(line.split()[1]) for line in status if line.startswith(part + ":"))
            except OSError:
                pass
        return kib * 1024 / 1e6

    def stop(self):
        if self.stopped:
            return
        self.stopped = True
        for number, patience in ((signal.SIGTERM, 20), (signal.SIGKILL, 5)):
            try:
                os.killpg(self.process.pid, number)
            except ProcessLookupError:
                pass
            try:
                self.process.wait(patience)
                return
            except subprocess.TimeoutExpired:
                pass
