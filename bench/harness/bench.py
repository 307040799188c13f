"""One case: servers that run side by side, loads that are measured in turns, rows that compare them."""
import os
import sys
from dataclasses import dataclass, field

from harness.kitchen import Kitchen
from harness.postgres import Postgres
from harness.processes import Failed, Server, run

HERE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))  # bench/


@dataclass
class Load:
    name: str
    measure: object = None
    fault: str = ""
    warm: bool = True
    once: bool = False
    samples: list = field(default_factory=list)  # one a round


@dataclass
class Row:
    work: str
    over: str
    under: str
    aim: str
    measure: str = "value"


class Bench:
    """What a function of bench/cases is given."""

    def __init__(self, name, options, folder):
        self.name, self.options, self.build, self.folder = name, options, options.build, folder
        self.loads, self.rows, self.notes = {}, [], []
        self._servers, self._peers = [], {}

    def kitchen(self, folder=None, **changes):
        """Our server; see Kitchen for `changes`. Several may run at once. `folder`: with data of another one."""
        return self._started(Kitchen(self.build, folder or self.new_folder("kitchen"), **changes))

    def postgres(self):
        """A PostgreSQL server of this case (harness/postgres.py)."""
        return self._started(Postgres())

    def peer(self, name, ready="/", **environment):
        """bench/peers/NAME, installed and started, once in a case. It is ready when GET `ready` is 200."""
        if name not in self._peers:
            try:
                self._peers[name] = self._peer(name, ready, environment)
            except Failed as failed:
                self._peers[name] = failed
        if isinstance(self._peers[name], Failed):
            raise self._peers[name]
        return self._peers[name]

    def _peer(self, name, ready, environment):
        folder, peer = self.new_folder(name), f"{HERE}/peers/{name}"
        if os.path.exists(f"{peer}/install"):
            run([f"{peer}/install"], f"{folder}.install.log", BUILD=self.build)
        return self._started(Server([f"{peer}/start"], folder, ready, BUILD=self.build, **environment))

    def _started(self, server):
        self._servers.append(server)
        return server

    def serve(self, command, **environment):
        """Another program of ours that serves; see harness.processes.Server."""
        return self._started(Server(command, self.new_folder(os.path.basename(command[0])), **environment))

    def new_folder(self, name):
        path = f"{self.folder}/{self.name}-{name}-{len(os.listdir(self.folder))}"
        os.makedirs(path)
        return path

    def load(self, name, make, warm=True, once=False):
        """`make` returns a load (harness.loads). When it fails, the rows with this load say why. `warm`: it is run
        for a second before the first round. `once`: in the first round only."""
        one = self.loads[name] = Load(name, warm=warm and not once, once=once)
        try:
            one.measure = make()
        except Failed as failed:
            one.fault = str(failed)

    def row(self, work, over, under="", aim="", measure="value"):
        """The ratio of two loads in each round, or the value of one; `aim`: ">= 0.9", "<= 3", "= 10" or "spans 1".
        `measure`: "value" or "p99" of the samples."""
        self.rows.append(Row(work, over, under, aim, measure))

    def note(self, text):
        """A sentence for the report."""
        self.notes.append(text)

    def measure(self):
        working = [one for one in self.loads.values() if one.measure]
        for one in working:
            if one.warm:
                one.measure(1)
        for number in range(self.options.rounds):
            for one in working if number % 2 == 0 else reversed(working):  # a drift of the machine meets all
                if one.once and number > 0:
                    continue
                sample = one.measure(self.options.seconds)
                one.samples.append(sample)
                one.fault = one.fault or sample.fault
                print(f"  {number + 1} {one.name:44} {sample.value:12,.2f} {sample.unit}"
                      + (f"  p99 {sample.p99:.1f} ms" if sample.p99 else "")
                      + (f"  {sample.fault}" if sample.fault else ""), file=sys.stderr)

    def stop(self):
        while self._servers:
            self._servers.pop().stop()
