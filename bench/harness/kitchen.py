"""Our own server, with the plugins that a measurement names, and customers who have signed up."""
import glob
import json
import re
import time
from concurrent.futures import ThreadPoolExecutor

from harness.processes import Failed, Server

PASSWORD = "jollof-is-life"


def configuration(build, folder, **changes):
    """All features on SQLite, as config/default.yaml has them, but without rate-limit and the limits of sign-up,
    since all clients of a measurement share an address, and with tokens and passwords that outlive it. `changes` are plugin ids (with _ for -) and their keys, None
    for a plugin that is left out; also `server` and `log`."""
    plugins = {
        "store-sqlite": {"path": f"{folder}/kitchen.db"},
        "cache-memory": {},
        "mail-log": {"directory": f"{folder}/mail"},
        "auth": {"key_file": f"{folder}/keys/auth.key", "cookie_secure": False,
                 "token": {"access_ttl": "1d"}, "basic_cache_ttl": "1h",
                 "signup": {"per_address_burst": 0, "per_email_burst": 0},
                 "bootstrap_admin": {"email": "chef@kitchen.example", "phone": "08030000000", "password": PASSWORD}},
        "outbox": {},
        "catalog": {"demo_menu": True, "cache": {"shared": False}},
        "cart": {}, "claims": {}, "events": {}, "orders": {}, "order-mails": {},
    }
    whole = {"server": {"listen": "${KITCHEN_LISTEN}", "plugin_dir": f"{build}/plugins"}, "log": {}}
    for name, keys in changes.items():
        if name in whole:
            whole[name].update(keys)
        elif keys is None:
            del plugins[name.replace("_", "-")]
        else:
            plugins.setdefault(name.replace("_", "-"), {}).update(keys)
    entries = [{"id": "constant", "path": f"{build}/bench/constant.so"}]
    entries += [{"id": name, "config": keys} for name, keys in plugins.items()]
    return {**whole, "plugins": entries}


class Kitchen(Server):
    def __init__(self, build, folder, file=None, environment=None, **changes):
        """`file`: a configuration as it is, in place of configuration(**changes)."""
        if file is None:
            file = f"{folder}/kitchen.json"  # JSON is YAML
            with open(file, "w") as out:
                json.dump(configuration(build, folder, **changes), out, indent=1)
        self.customers_made = 0
        super().__init__([f"{build}/bin/chuks-kitchen", "serve", "--config", file], folder, ready="/readyz",
                         **(environment or {}))

    def call(self, method, path, body=None, token=None, expect=None, **headers):
        """The body of the response, parsed. `expect`: the status, else any of 2xx."""
        return self.exchange(method, path, body, token, expect, **headers)[0]

    def exchange(self, method, path, body=None, token=None, expect=None, **headers):
        """The same, and the fields of the response."""
        fields = {"Content-Type": "application/json", **headers}
        if token:
            fields["Authorization"] = token if " " in token else f"Bearer {token}"
        status, answer, answered = self.request(method, path, None if body is None else json.dumps(body), fields)
        if status != expect if expect else status // 100 != 2:
            raise Failed(f"{method} {path} gave {status}: {answer[:200]!r}")
        return (json.loads(answer) if answer else None), answered

    def admin(self):
        return self.sign_in("chef@kitchen.example")

    def sign_in(self, email):
        """An access token."""
        return self.call("POST", "/login/", {"email": email, "password": PASSWORD})["access_token"]

    def customers(self, count):
        """Access tokens of so many new customers, who sign up with the codes that are mailed to them."""
        first = self.customers_made
        self.customers_made += count
        with ThreadPoolExecutor(4) as pool:
            return list(pool.map(self._customer, range(first, first + count)))

    def email(self, number):
        return f"customer{number}@mail.example"

    def _customer(self, number):
        email = self.email(number)
        who = {"email": email, "phone_number": f"0803{1000000 + number}", "password": PASSWORD}
        cookie = self.exchange("POST", "/signup/", who)[1]["Set-Cookie"].split(";")[0]
        self.call("POST", "/verify/", {"otp": self._mailed_code(email)}, Cookie=cookie)
        return self.sign_in(email)

    def _mailed_code(self, email):
        for _ in range(2000):
            for path in glob.glob(f"{self.folder}/mail/*.eml"):
                with open(path, errors="replace") as mail:
                    text = mail.read()
                if f"To: {email}" in text:
                    return re.search(r"\b\d{6}\b", text.split("\n\n", 1)[1])[0]
            time.sleep(0.01)
        raise Failed(f"no mail for {email}")
