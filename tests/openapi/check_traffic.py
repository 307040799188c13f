#!/usr/bin/python3
"""Compares recorded traffic (kitchen/testkit/traffic.h) with the OpenAPI documents that were served.

    check_traffic.py FOLDER

Every response must have a status, a content type, a body and the header fields that the document
promises for its operation, and none that it does not mention. Every request that was accepted must be
one that the document allows. Bodies are judged by python3-jsonschema, as JSON Schema 2020-12, which
is what OpenAPI 3.1 says.
"""
import collections
import copy
import json
import pathlib
import re
import sys
import urllib.parse
import warnings

warnings.simplefilter("ignore", DeprecationWarning)
from jsonschema import Draft202012Validator, FormatChecker, RefResolver

# What any request may be refused with before its operation is found, or because of its framing.
GENERAL_STATUSES = {400, 404, 405, 408, 413, 414, 417, 421, 431, 501, 503, 505}
# Of every response, or of the connection; and what the operation documents as cookies.
GENERAL_FIELDS = re.compile(
    r"^(x-request-id|date|server|connection|keep-alive|content-(length|type|encoding|security-policy)"
    r"|transfer-encoding|vary|cache-control|allow|set-cookie|referrer-policy|strict-transport-security"
    r"|x-(accel-buffering|content-type-options|frame-options)|access-control-.*|ratelimit(-policy)?"
    r"|cross-origin-.*|permissions-policy)$")
METHODS = ("get", "put", "post", "delete", "patch")

formats = FormatChecker(formats=("email",))


@formats.checks("date-time")
def is_date_time(value):
    return not isinstance(value, str) or re.fullmatch(
        r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)", value) is not None


server_formats = copy.deepcopy(formats)


@server_formats.checks("date-time")
def is_utc(value):
    return is_date_time(value) and (not isinstance(value, str) or value.endswith("Z"))


@formats.checks("uri")
def is_uri(value):
    return not isinstance(value, str) or re.match(r"[a-z][a-z0-9+.-]*:\S+$", value) is not None


def closed(schema):
    """The same, refusing members that it does not name."""
    if isinstance(schema, list):
        return [closed(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    out = {key: value if key in ("enum", "allOf", "example", "default", "const") else closed(value)
           for key, value in schema.items()}
    if isinstance(out.get("properties"), dict) and out.get("type"):
        out.setdefault("additionalProperties", False)
    return out


def resolved(document, value):
    while "$ref" in value:
        at = document
        for name in value["$ref"].removeprefix("#/").split("/"):
            at = at[name]
        value = at
    return value


class Operation:
    def __init__(self, path, method, description):
        self.name = f"{method.upper()} {path}"
        self.method = method
        self.description = description
        self.validators = {}


class Document:
    def __init__(self, text):
        # Members that a response may have and the document does not mention are its faults too.
        whole = json.loads(text)
        self.sent_by_client = whole
        self.sent_by_server = copy.deepcopy(whole)
        self.sent_by_server["components"]["schemas"] = closed(whole["components"]["schemas"])
        self.resolvers = {id(d): RefResolver("", d) for d in (self.sent_by_client, self.sent_by_server)}
        self.patterns = []
        self.operations = []
        for path, item in whole["paths"].items():
            # A literal beats a parameter, and one segment beats the rest.
            parts = [p for p in path.split("/") if p]
            rank = [(p.startswith("{"), p) for p in parts]
            parameters = {p["name"]: p["schema"] for o in item.values() for p in o.get("parameters", [])
                          if p["in"] == "path"}
            regex = ""
            for part in parts:
                if not part.startswith("{"):
                    regex += "/" + re.escape(part)
                elif parameters[part[1:-1]].get("type") == "integer":
                    regex += r"/[0-9]+"
                else:
                    regex += "/.+" if part is parts[-1] else "/[^/]+"  # {name*} may hold slashes
            operations = {m: Operation(path, m, o) for m, o in item.items()}
            self.operations += operations.values()
            self.patterns.append((rank, re.compile(regex + "/?$"), operations))
        self.patterns.sort(key=lambda entry: entry[0])

    def operations_at(self, target):
        path = urllib.parse.urlsplit("//x" + target).path if target.startswith("/") else target
        return next((found for _, regex, found in self.patterns if regex.match(path)), None)

    def faults_of(self, operation, key, schema, value, from_server):
        validator = operation.validators.get(key)
        if validator is None:
            root = self.sent_by_server if from_server else self.sent_by_client
            validator = Draft202012Validator(closed(schema) if from_server else schema,
                                             resolver=self.resolvers[id(root)],
                                             format_checker=server_formats if from_server else formats)
            operation.validators[key] = validator
        for error in list(validator.iter_errors(value))[:3]:
            where = "/" + "/".join(str(part) for part in error.absolute_path)
            yield f"{key} {where}: {error.message[:200]}"

    def check_response(self, operation, line):
        status, fields = line["status"], line["headers"]
        responses = operation.description["responses"]
        promised = responses.get(str(status))
        if promised is None:
            if status not in GENERAL_STATUSES:
                yield f"status {status} is not documented"
                return
            promised = responses["default"]
        promised = resolved(self.sent_by_server, promised)
        headers = {name.lower(): resolved(self.sent_by_server, header)
                   for name, header in promised.get("headers", {}).items()}
        for name, header in headers.items():
            if header.get("required") and name not in fields:
                yield f"{status} lacks the header {name}"
        for name in fields:
            if name not in headers and not GENERAL_FIELDS.match(name):
                yield f"{status} has the header {name}, which is not documented"
        content = promised.get("content", {})
        kind = fields.get("content-type", "").split(";")[0]
        if line["method"] == "HEAD" or status == 304:
            if line["size"]:
                yield f"{status} has a body"
            return
        if not line["size"]:
            if content and line["is_whole"]:
                yield f"{status} has no body, and one is documented"
            return
        if not content:
            yield f"{status} has a body of type {kind}, and none is documented"
            return
        media = content.get(kind) or content.get(kind.split("/")[0] + "/*") or content.get("*/*")
        if media is None:
            yield f"{status} has the content type {kind}, which is not documented"
            return
        if kind == "text/event-stream":
            for data in re.findall(r"^data: (.*)\n", line["response"], re.MULTILINE):
                yield from self.faults_of(operation, f"{status} event", media["x-event-data"],
                                          json.loads(data), True)
        elif "response" in line and line["is_whole"]:
            try:
                value = json.loads(line["response"])
            except ValueError as error:
                yield f"{status} is no JSON: {error}"
                return
            yield from self.faults_of(operation, f"{status} {kind}", media.get("schema", {}), value, True)

    def check_request(self, operation, line):
        if line["status"] >= 300 or "request_type" not in line:
            return
        body = operation.description.get("requestBody")
        says_nothing = line.get("request", "null").strip() in ("{}", "[]", "null", '""')
        if says_nothing and (body is None or not body["required"]):
            return
        if body is None:
            yield "a body was accepted, and none is documented"
            return
        kind = line["request_type"].split(";")[0].strip().lower()
        media = body["content"].get(kind) or body["content"].get(kind.split("/")[0] + "/*")
        if media is None:
            yield f"a body of type {kind} was accepted, which is not documented"
        elif "request" in line and "schema" in media and "format" not in media["schema"]:
            yield from self.faults_of(operation, "request", media["schema"],
                                      json.loads(line["request"]), False)

    def check(self, line):
        """(operation or None, its faults)."""
        found = self.operations_at(line["target"])
        if found is None:
            known = {400, 401, 403, 404, 405, 408, 413, 414, 421, 429, 431, 501, 503, 505}
            fine = line["status"] in known or line["method"] == "OPTIONS"
            return None, [] if fine else ["an undocumented path was answered with "
                                          f"{line['status']}: {line['target'][:100]}"]
        method = line["method"].lower()
        operation = found.get("get" if method == "head" else method)
        if operation is None:
            if method == "options":
                fine = line["status"] in (204, 403, 429, 503) and (
                    "allow" in line["headers"] or line["status"] != 204)
            else:
                fine = line["status"] in GENERAL_STATUSES | {429, 401, 403}
                fine = fine and (line["status"] != 405 or "allow" in line["headers"])
            first = next(iter(found.values()))
            return first, [] if fine else [f"an undocumented method, {line['method']}, "
                                           f"was answered with {line['status']}"]
        return operation, [*self.check_response(operation, line), *self.check_request(operation, line)]


def attributed(file):
    """Each line with the id of the document that the server on its port had."""
    waiting = {}  # by the port of a server of ours: another's traffic is no matter of ours
    for text in file.open():
        line = json.loads(text)
        port = line["port"]
        if line.get("begins"):  # what one that was killed has left belongs to no document
            waiting[port] = []
        elif port in waiting:
            waiting[port].append(line)
            if "document" in line:
                for one in waiting[port]:
                    yield line["document"], one
                waiting[port] = []


def main(folder):
    documents, seen, faults, examples = {}, set(), collections.Counter(), {}
    exercised = collections.Counter()
    exchanges = 0
    for file in sorted(folder.glob("*.jsonl")):
        for name, line in attributed(file):
            exchanges += 1
            # The same exchange again, but for the time, is the same.
            key = (name, line["method"], line["target"], line["status"], line.get("response"),
                   line.get("request"))
            if key in seen:
                continue
            seen.add(key)
            if name not in documents:
                documents[name] = Document((folder / f"{name}.openapi.json").read_text())
            operation, found = documents[name].check(line)
            if operation and line["status"] < 300:
                exercised[operation.name] += 1
            for fault in found:
                fault = f"{operation.name if operation else line['method']}: {fault}"
                faults[fault] += 1
                examples.setdefault(fault, f"{file.name} {line['method']} {line['target'][:200]} "
                                           f"{line.get('request', '')[:300]} -> {line['status']} "
                                           f"{line.get('response', '')[:500]}")
    if not documents:
        print(f"{folder}: of the tests that were chosen, none has a server with a document")
        return
    operations = {o.name for d in documents.values() for o in d.operations}
    for fault, count in faults.most_common():
        print(f"{fault}  ({count} times)\n    {examples[fault]}")
    unused = sorted(operations - exercised.keys())
    print(f"{exchanges} exchanges with {len(documents)} documents; {len(exercised)} of "
          f"{len(operations)} operations succeeded at least once; {len(faults)} faults")
    if unused:
        print("never seen to succeed: " + ", ".join(unused))
    sys.exit(1 if faults else 0)


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]))
