"""A real SMTP server (aiosmtpd) for the tests of mail-smtp: prints its port, keeps each mail as a file.

What goes wrong is in the recipient's name: deferred@ 451, refused@ 550, hang@ no answer, and on the content: toolarge@ 552,
rejected@ 554, noroom@ 452, lost@ taken, and the connection broken before the answer. A sender blocked@ is refused with 550.
"""
import argparse
import asyncio
import os
import ssl
import warnings

from aiosmtpd.smtp import SMTP, AuthResult

parser = argparse.ArgumentParser()
parser.add_argument("--directory", required=True)
parser.add_argument("--starttls", nargs=2, metavar=("CERTIFICATE", "KEY"))
parser.add_argument("--tls", nargs=2, metavar=("CERTIFICATE", "KEY"))
parser.add_argument("--auth", nargs=2, metavar=("USER", "PASSWORD"))
options = parser.parse_args()
warnings.simplefilter("ignore")  # of login without TLS, which a test asks for


class Handler:
    def __init__(self):
        self.count = 0

    async def handle_MAIL(self, server, session, envelope, address, mail_options):
        if address.startswith("blocked@"):
            return "550 5.7.1 sender blocked"
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(self, server, session, envelope, address, rcpt_options):
        name = address.split("@")[0]
        if name == "deferred":
            return "451 4.7.1 greylisted, try again later"
        if name == "refused":
            return "550 5.1.1 no such mailbox"
        if name == "hang":
            print("HANGING", flush=True)
            await asyncio.sleep(3600)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        name = envelope.rcpt_tos[0].split("@")[0]
        refusals = {"toolarge": "552 5.3.4 too large", "rejected": "554 5.7.1 looks like spam", "noroom": "452 4.3.1 no room"}
        if name in refusals:
            return refusals[name]
        self.count += 1
        path = os.path.join(options.directory, f"{self.count:04}")
        head = f"tls={session.ssl is not None} login={session.authenticated} host={session.host_name} from={envelope.mail_from}\n"
        with open(path + ".tmp", "wb") as file:
            file.write(head.encode() + b"rcpt=" + ",".join(envelope.rcpt_tos).encode() + b"\n" + envelope.content)
        os.rename(path + ".tmp", path + ".mail")
        if name == "lost":
            server.transport.abort()
            await asyncio.sleep(3600)
        return "250 OK taken"


def authenticate(server, session, envelope, mechanism, data):
    user, password = options.auth
    good = data.login == user.encode() and data.password == password.encode()
    return AuthResult(success=True, auth_data=user) if good else AuthResult(success=False, handled=False)


def context(files):
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    made.load_cert_chain(*files)
    return made


async def main():
    handler = Handler()
    settings = {"hostname": "mx.test", "timeout": 60}
    if options.starttls:
        settings.update(tls_context=context(options.starttls), require_starttls=True)
    if options.auth:
        settings.update(authenticator=authenticate, auth_required=True, auth_require_tls=bool(options.starttls))
    server = await asyncio.get_running_loop().create_server(
        lambda: SMTP(handler, **settings), "127.0.0.1", 0, ssl=context(options.tls) if options.tls else None)
    print(f"LISTENING {server.sockets[0].getsockname()[1]}", flush=True)
    await server.serve_forever()


asyncio.run(main())
