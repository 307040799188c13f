"""Amazon SQS on 127.0.0.1, as far as one standard queue goes: AWS JSON protocol 1.0, every signature verified (sigv4.py). Prints its port.

Tests order faults and look at what happened under /_control/, without a signature. Its time can be moved.
"""
import argparse
import datetime
import hashlib
import http.server
import json
import pathlib
import select
import socket
import sys
import threading
import time
import uuid

sys.path.insert(0, str(pathlib.Path(__file__).parents[3] / "libs/curl/tests"))
import sigv4  # noqa: E402

parser = argparse.ArgumentParser()
parser.add_argument("--key", nargs=2, required=True, metavar=("ID", "SECRET"))
parser.add_argument("--token")
parser.add_argument("--region", default="us-east-1")
options = parser.parse_args()

PATH = "/123456789012/mails"
ACTIONS = {"SendMessage": {"MessageBody"}, "ReceiveMessage": {"MaxNumberOfMessages", "WaitTimeSeconds", "VisibilityTimeout", "MessageSystemAttributeNames"},
           "DeleteMessage": {"ReceiptHandle"}, "ChangeMessageVisibility": {"ReceiptHandle", "VisibilityTimeout"}, "GetQueueAttributes": {"AttributeNames"}}


class Failure(Exception):
    def __init__(self, status, word, message="As ordered.", origin="com.amazonaws.sqs", headers=()):
        super().__init__(word)
        self.status, self.headers = status, headers
        self.body = json.dumps({"__type": f"{origin}#{word}", "message": message}) if word else "<html>Bad Gateway</html>"


class Queue:
    def __init__(self):
        self.changed = threading.Condition()
        self.messages = {}  # by id, in the order of their coming
        self.moved = 0.0  # seconds; moved by tests
        self.skew = datetime.timedelta()
        self.faults = []
        self.released = 0
        self.doubled = 0
        self.requests = {}
        self.refusals = []
        self.bodies = []

    def now(self):
        return time.monotonic() + self.moved

    def take(self, most, hidden_for):
        taken = []
        for id, message in self.messages.items():
            if len(taken) < most and message["visible_at"] <= self.now():
                message["received"] += 1
                if self.doubled > 0:
                    self.doubled -= 1  # as a server of SQS that has not yet heard of it
                else:
                    message["visible_at"] = self.now() + hidden_for
                message["receipt"] = f"AQEB{uuid.uuid4().hex}{id}"
                taken.append({"MessageId": id, "ReceiptHandle": message["receipt"], "Body": message["body"],
                              "MD5OfBody": hashlib.md5(message["body"].encode()).hexdigest(),
                              "Attributes": {"ApproximateReceiveCount": str(message["received"])}})
        return taken

    def of_receipt(self, receipt):
        if not receipt.startswith("AQEB"):
            raise Failure(400, "ReceiptHandleIsInvalid", "The input receipt handle is invalid.")
        return self.messages.get(receipt[36:])

    def of_latest_receipt(self, receipt):
        message = self.of_receipt(receipt)
        return message if message and message["receipt"] == receipt else None


queue = Queue()


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def log_message(self, *arguments):
        pass

    def answer(self, status, body, headers=(), type="application/x-amz-json-1.0"):
        data = body.encode()
        self.send_response(status)
        self.send_header("Content-Type", type)
        self.send_header("Content-Length", str(len(data)))
        for name, value in headers:
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(data)

    def is_gone(self):
        if not select.select([self.connection], [], [], 0)[0]:
            return False
        try:
            return self.connection.recv(1, socket.MSG_PEEK) == b""
        except OSError:
            return True

    def drop(self):
        self.close_connection = True
        try:
            self.connection.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass

    def do_GET(self):
        with queue.changed:
            now = queue.now()
            visible = sum(message["visible_at"] <= now for message in queue.messages.values())
            self.answer(200, json.dumps({"requests": queue.requests, "visible": visible, "hidden": len(queue.messages) - visible, "refusals": queue.refusals,
                                         "bodies": queue.bodies, "received": sum(message["received"] for message in queue.messages.values())}),
                        type="application/json")

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if self.path.startswith("/_control/"):
            self.control(self.path.removeprefix("/_control/"), json.loads(body or b"{}"))
            self.answer(200, "{}", type="application/json")
            return
        try:
            result = self.handle_action(body)
            if result is not None:
                self.answer(200, json.dumps(result), [("x-amzn-RequestId", str(uuid.uuid4()))])
        except Failure as failure:
            with queue.changed:
                queue.refusals.append(f"{failure.status} {failure}")
            self.answer(failure.status, failure.body, failure.headers)
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True

    def control(self, order, value):
        with queue.changed:
            if order == "advance":
                queue.moved += value["seconds"]
            elif order == "skew":
                queue.skew = datetime.timedelta(minutes=value["minutes"])
            elif order == "faults":
                queue.faults = value["faults"]
            elif order == "release":
                queue.released += 1
            elif order == "double":
                queue.doubled = value["count"]
            elif order == "put":
                self.do_SendMessage({"MessageBody": value["body"]})
            elif order == "purge":
                queue.messages.clear()
            queue.changed.notify_all()

    def handle_action(self, body):
        action = self.headers.get("X-Amz-Target", "").removeprefix("AmazonSQS.")
        with queue.changed:
            queue.requests[action] = queue.requests.get(action, 0) + 1
            queue.changed.notify_all()
        try:
            sigv4.verify(self.command, self.path, self.headers.items(), body, {options.key[0]: options.key[1]}, options.region, "sqs",
                         datetime.datetime.utcnow() + queue.skew)
        except sigv4.Refused as refused:
            raise Failure(403, refused.word, refused.message, "com.amazon.coral.service") from refused
        if options.token and self.headers.get("X-Amz-Security-Token") != options.token:
            raise Failure(403, "ExpiredTokenException", "The security token included in the request is expired", "com.amazon.coral.service")
        if self.path != "/" or action not in ACTIONS:
            raise Failure(404, "UnknownOperationException", "", "com.amazon.coral.service")
        if self.headers.get("Content-Type") != "application/x-amz-json-1.0":
            raise Failure(400, "SerializationException", "", "com.amazon.coral.service")
        request = json.loads(body.decode())
        if set(request) - {"QueueUrl"} - ACTIONS[action]:
            raise Failure(400, "InvalidParameterValue", f"unknown: {sorted(request)}")
        with queue.changed:
            fault = next((fault for fault in queue.faults if fault["action"] in (action, "*")), None)
            if fault:
                fault["count"] = fault.get("count", 1) - 1
                if fault["count"] == 0:
                    queue.faults.remove(fault)
        kind = fault["kind"] if fault else None
        if kind == "hang":
            with queue.changed:
                round = queue.released
                while queue.released == round and not self.is_gone():
                    queue.changed.wait(0.05)
            return self.drop()
        if kind == "answer":
            raise Failure(fault["status"], fault["type"], headers=[tuple(pair) for pair in fault.get("headers", [])])
        if kind == "lose_request":
            return self.drop()
        if kind == "garbage":
            self.answer(200, fault["body"])
            return None
        if not request.get("QueueUrl", "").endswith(PATH):
            raise Failure(400, "QueueDoesNotExist", "The specified queue does not exist.")
        with queue.changed:
            result = getattr(self, "do_" + action)(request)
            queue.changed.notify_all()
        if kind == "lose_answer":
            return self.drop()
        return result

    def do_SendMessage(self, request):
        body = request["MessageBody"]
        if not body or len(body.encode()) > 256 * 1024:
            raise Failure(400, "InvalidParameterValue", "One or more parameters are invalid.")
        if any(c < " " and c not in "\t\n\r" or c in "\ufffe\uffff" for c in body):
            raise Failure(400, "InvalidMessageContents", "Invalid characters.")
        id = str(uuid.uuid4())
        queue.messages[id] = {"body": body, "received": 0, "visible_at": queue.now(), "receipt": ""}
        queue.bodies.append(body)
        return {"MessageId": id, "MD5OfMessageBody": hashlib.md5(body.encode()).hexdigest()}

    def do_ReceiveMessage(self, request):
        wait, most, hidden_for = request.get("WaitTimeSeconds", 0), request.get("MaxNumberOfMessages", 1), request.get("VisibilityTimeout", 30)
        if not (0 <= wait <= 20 and 1 <= most <= 10 and 0 <= hidden_for <= 43200):
            raise Failure(400, "InvalidParameterValue", "out of range")
        deadline = time.monotonic() + wait
        while True:
            taken = queue.take(most, hidden_for)
            left = deadline - time.monotonic()
            if taken or left <= 0 or self.is_gone():
                return {"Messages": taken} if taken else {}
            queue.changed.wait(min(left, 0.05))

    def do_DeleteMessage(self, request):
        if queue.of_receipt(request["ReceiptHandle"]) and queue.of_latest_receipt(request["ReceiptHandle"]):
            del queue.messages[request["ReceiptHandle"][36:]]
        return {}

    def do_ChangeMessageVisibility(self, request):
        message = queue.of_latest_receipt(request["ReceiptHandle"])
        if not message or message["visible_at"] <= queue.now():
            raise Failure(400, "InvalidParameterValue", f"Value {request['ReceiptHandle']} for parameter ReceiptHandle is invalid. Reason: "
                          "Message does not exist or is not available for visibility timeout change.")
        message["visible_at"] = queue.now() + request["VisibilityTimeout"]
        return {}

    def do_GetQueueAttributes(self, request):
        visible = sum(message["visible_at"] <= queue.now() for message in queue.messages.values())
        known = {"ApproximateNumberOfMessages": str(visible), "ApproximateNumberOfMessagesNotVisible": str(len(queue.messages) - visible)}
        return {"Attributes": {name: known[name] for name in request["AttributeNames"]}}


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def handle_error(self, request, client_address):
        if not isinstance(sys.exc_info()[1], OSError):
            super().handle_error(request, client_address)


server = Server(("127.0.0.1", 0), Handler)
print(f"LISTENING {server.server_address[1]}", flush=True)
server.serve_forever()
