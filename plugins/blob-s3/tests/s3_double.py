"""Amazon S3 on 127.0.0.1, as far as objects of one bucket go: every signature and content hash verified (sigv4.py). Prints its port.

Tests order faults and look at what happened under /_control/, without a signature. Its time can be moved.
"""
import argparse
import datetime
import hashlib
import http.server
import json
import pathlib
import re
import socket
import sys
import threading

sys.path.insert(0, str(pathlib.Path(__file__).parents[3] / "libs/curl/tests"))
import sigv4  # noqa: E402

parser = argparse.ArgumentParser()
parser.add_argument("--key", nargs=2, required=True, metavar=("ID", "SECRET"))
parser.add_argument("--token")
parser.add_argument("--region", default="us-east-1")
parser.add_argument("--bucket", default="kitchen")
parser.add_argument("--host-style", action="store_true")
options = parser.parse_args()

# What sigv4.py, which speaks as SQS does, says; and what S3 says instead.
WORDS = {"InvalidSignatureException": "SignatureDoesNotMatch", "UnrecognizedClientException": "InvalidAccessKeyId",
         "MissingAuthenticationTokenException": "AccessDenied", "IncompleteSignatureException": "AuthorizationHeaderMalformed"}


class Failure(Exception):
    def __init__(self, status, word, message="As ordered."):
        super().__init__(word)
        self.status = status
        self.body = f'<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>{word}</Code><Message>{message}</Message></Error>' if word else "<html>Bad Gateway</html>"


class Bucket:
    def __init__(self):
        self.lock = threading.Lock()
        self.objects = {}
        self.skew = datetime.timedelta()
        self.faults = []
        self.released = threading.Event()
        self.requests = {}
        self.refusals = []


bucket = Bucket()


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def log_message(self, *arguments):
        pass

    def answer(self, status, body=b"", headers=(), type="application/xml"):
        self.send_response(status)
        if status != 204:
            self.send_header("Content-Type", type)
            self.send_header("Content-Length", str(len(body)))
        for name, value in headers:
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def drop(self):
        self.close_connection = True
        try:
            self.connection.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass

    def do_GET(self):
        self.handle_request()

    do_PUT = do_DELETE = do_HEAD = do_POST = do_GET

    def handle_request(self):
        if "Transfer-Encoding" in self.headers:  # S3 wants the length before
            self.close_connection = True
            return self.answer(411, b"<Error><Code>MissingContentLength</Code></Error>")
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if self.path.startswith("/_control/"):
            return self.control(self.path.removeprefix("/_control/"), json.loads(body or b"{}"))
        try:
            self.handle_object(body)
        except Failure as failure:
            with bucket.lock:
                bucket.refusals.append(f"{failure.status} {failure}")
            self.answer(failure.status, failure.body.encode())
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True

    def control(self, order, value):
        with bucket.lock:
            if order == "skew":
                bucket.skew = datetime.timedelta(minutes=value["minutes"])
            elif order == "faults":
                bucket.faults = value["faults"]
            elif order == "release":
                bucket.released.set()
            state = {"requests": bucket.requests, "objects": {name: len(data) for name, data in bucket.objects.items()}, "refusals": bucket.refusals}
        self.answer(200, json.dumps(state).encode(), type="application/json")

    def name_of(self):
        path = self.path.partition("?")[0]
        host = self.headers["Host"].partition(".")[0] if options.host_style else path.split("/")[1]
        if host != options.bucket:
            raise Failure(404, "NoSuchBucket", "The specified bucket does not exist")
        return path[1:] if options.host_style else path.split("/", 2)[2]

    def verify(self, body):
        given = self.headers.get("x-amz-content-sha256")
        if not given:
            raise Failure(400, "InvalidRequest", "Missing required header for this request: x-amz-content-sha256")
        if not re.fullmatch("[0-9a-f]{64}", given):
            raise Failure(400, "InvalidArgument", "x-amz-content-sha256 must be UNSIGNED-PAYLOAD, or a valid sha256 value.")
        try:
            # As S3 does: the signature is of the hash that is given, which is then compared with the body's.
            sigv4.verify(self.command, self.path, self.headers.items(), body, {options.key[0]: options.key[1]}, options.region, "s3",
                         datetime.datetime.utcnow() + bucket.skew)
        except sigv4.Refused as refused:
            if refused.message.startswith(("Signature expired", "Signature not yet")):
                raise Failure(403, "RequestTimeTooSkewed", refused.message) from refused
            if "Credential should be scoped" in refused.message:
                raise Failure(400, "AuthorizationHeaderMalformed", refused.message) from refused
            raise Failure(403, WORDS[refused.word], refused.message) from refused
        if given != hashlib.sha256(body).hexdigest():
            raise Failure(400, "XAmzContentSHA256Mismatch", "The provided 'x-amz-content-sha256' header does not match what was computed.")
        if options.token and self.headers.get("x-amz-security-token") != options.token:
            raise Failure(400, "InvalidToken", "The provided token is malformed or otherwise invalid.")
        if "range" in self.headers and "range" not in self.headers["Authorization"].lower():
            raise Failure(403, "AccessDenied", "There were headers present in the request which were not signed")

    def handle_object(self, body):
        with bucket.lock:
            bucket.requests[self.command] = bucket.requests.get(self.command, 0) + 1
        self.verify(body)
        kind = self.fault()
        if kind == "lose_request":
            return self.drop()
        name = self.name_of()
        with bucket.lock:
            if self.command == "PUT":
                bucket.objects[name] = body
                status, data, headers = 200, b"", [("ETag", f'"{hashlib.md5(body).hexdigest()}"')]
            elif self.command == "DELETE":
                bucket.objects.pop(name, None)
                status, data, headers = 204, b"", []
            elif self.command == "GET":
                if name not in bucket.objects:
                    raise Failure(404, "NoSuchKey", "The specified key does not exist.")
                status, data, headers = self.part_of(bucket.objects[name])
            else:
                raise Failure(405, "MethodNotAllowed")
        if kind == "lose_answer":
            return self.drop()
        if kind == "cut_answer":
            self.send_response(status)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data[:len(data) // 2])
            self.wfile.flush()
            return self.drop()
        self.answer(status, data, headers, "application/octet-stream")

    def part_of(self, data):
        form = re.fullmatch(r"bytes=(\d+)-(\d*)", self.headers.get("Range", ""))
        if not form:
            return 200, data, []
        first, last = int(form[1]), min(int(form[2] or len(data)), len(data) - 1)
        if first >= len(data):
            raise Failure(416, "InvalidRange", "The requested range is not satisfiable")
        return 206, data[first:last + 1], [("Content-Range", f"bytes {first}-{last}/{len(data)}")]

    def fault(self):
        """Carries out the fault that is ordered for this request, or gives its kind."""
        with bucket.lock:
            fault = next((fault for fault in bucket.faults if fault["method"] in ("*", self.command) and fault.get("count", 1) != 0), None)
            if not fault:
                return None
            fault["count"] = fault.get("count", 1) - 1
        if fault["kind"] == "hang":
            bucket.released.wait()
            return "lose_request"
        if fault["kind"] == "answer":
            raise Failure(fault["status"], fault.get("code", ""))
        return fault["kind"]


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128


server = Server(("127.0.0.1", 0), Handler)
print("LISTENING", server.server_port, flush=True)
server.serve_forever()
