"""A receiver of webhooks on 127.0.0.1 that verifies them as the specification says (Standard Webhooks 1.0.0). Prints its port.

Tests say how it behaves, and look at what happened, under /_control/.
"""
import base64
import hashlib
import hmac
import http.server
import json
import sys
import threading
import time

SECRET = base64.b64decode(sys.argv[1].removeprefix("whsec_"))
changed = threading.Condition()
accepted, refused, behaviours, released, hanging = [], [], [], [0], [0]


def fault(headers, body):
    """Why a message is not to be believed; nothing when it is."""
    for name in ("webhook-id", "webhook-timestamp", "webhook-signature"):
        if len(headers.get_all(name, [])) != 1:
            return "one " + name + " is wanted"
    if abs(time.time() - int(headers["webhook-timestamp"])) > 300:
        return "too old or too new"
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    expected = "v1," + base64.b64encode(hmac.new(SECRET, signed, hashlib.sha256).digest()).decode()
    if not any(hmac.compare_digest(one, expected) for one in headers["webhook-signature"].split(" ")):
        return "no signature of this secret"
    if headers["content-type"] != "application/json":
        return "not JSON"
    message = json.loads(body)
    if set(message) != {"type", "timestamp", "data"}:
        return "unknown members"
    return None


class Receiver(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def answer(self, status, body=b"", headers=()):
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        with changed:
            state = {"accepted": accepted, "refused": refused, "hanging": hanging[0]}
        self.answer(200, json.dumps(state).encode(), [("Content-Type", "application/json")])

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        if self.path == "/_control/behave":
            with changed:
                behaviours[:] = json.loads(body)["behaviours"]
            return self.answer(200, b"{}", [("Content-Type", "application/json")])
        if self.path == "/_control/release":
            with changed:
                released[0] += 1
                changed.notify_all()
            return self.answer(200, b"{}", [("Content-Type", "application/json")])
        with changed:
            behaviour = behaviours.pop(0) if behaviours else {"status": 204}
            if behaviour == "hang":
                before = released[0]
                hanging[0] += 1
                changed.wait_for(lambda: released[0] > before, 60)
                self.close_connection = True
                return None
            if behaviour == "drop":
                self.close_connection = True
                return None
            wrong = fault(self.headers, body)
            if wrong:
                refused.append(wrong)
                return self.answer(400)
            if behaviour["status"] // 100 == 2:
                accepted.append({"id": self.headers["webhook-id"], "path": self.path, **json.loads(body)})
        return self.answer(behaviour["status"], b"x" * behaviour.get("bytes", 0), [(name, value) for name, value in behaviour.get("headers", {}).items()])


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
server.daemon_threads = True
print("LISTENING", server.server_address[1], flush=True)
server.serve_forever()
