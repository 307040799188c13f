"""Verifies AWS Signature Version 4, written from the specification alone ("Create a signed AWS API request", AWS IAM User Guide)."""
import datetime
import hashlib
import hmac
import re
import urllib.parse

SKEW = datetime.timedelta(minutes=15)


class Refused(Exception):
    """With the word that AWS answers, and its message."""

    def __init__(self, word, message):
        super().__init__(f"{word}: {message}")
        self.word, self.message = word, message


def encode(text):
    return urllib.parse.quote(text, safe="-_.~")


def canonical_query(query):
    pairs = [pair.partition("=")[::2] for pair in query.split("&") if pair]
    decoded = [(encode(urllib.parse.unquote(name)), encode(urllib.parse.unquote(value))) for name, value in pairs]
    return "&".join(f"{name}={value}" for name, value in sorted(decoded))


def canonical_request(method, target, headers, signed, body):
    path, _, query = target.partition("?")
    values = {}
    for name, value in headers:
        values.setdefault(name.lower(), []).append(re.sub(" +", " ", value.strip()))
    lines = "".join(f"{name}:{','.join(values[name])}\n" for name in signed)
    return "\n".join([method, urllib.parse.quote(path, safe="/-_.~"), canonical_query(query), lines, ";".join(signed), hashlib.sha256(body).hexdigest()])


def string_to_sign(date, scope, request):
    return "\n".join(["AWS4-HMAC-SHA256", date, scope, hashlib.sha256(request.encode()).hexdigest()])


def signature(secret, scope, text):
    key = ("AWS4" + secret).encode()
    for part in scope.split("/"):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()


def verify(method, target, headers, body, secrets, region, service, now):
    """The access key id of who signed, or Refused. `secrets`: by access key id; `headers`: pairs as they came."""
    present = [name.lower() for name, _ in headers]
    by_name = {name.lower(): value for name, value in headers}
    form = re.fullmatch(r"AWS4-HMAC-SHA256 Credential=([^/,\s]+)/([^,\s]+), ?SignedHeaders=([^,\s]+), ?Signature=([0-9a-f]{64})",
                        by_name.get("authorization", ""))
    if not form:
        raise Refused("MissingAuthenticationTokenException" if "authorization" not in by_name else "IncompleteSignatureException",
                      "Request is missing Authentication Token")
    key, scope, signed, given = form.groups()
    signed = signed.split(";")
    if signed != sorted(set(signed)):
        raise Refused("IncompleteSignatureException", "SignedHeaders is not sorted")
    if any(name not in present for name in signed):
        raise Refused("InvalidSignatureException", "a signed header is not there")
    # What must be signed: the host, and whatever else AWS acts on. Each once.
    for name in present:
        if name in ("host", "content-type") or name.startswith("x-amz-"):
            if name not in signed:
                raise Refused("InvalidSignatureException", f"'{name}' must be a 'SignedHeader'")
            if present.count(name) != 1:
                raise Refused("InvalidSignatureException", f"'{name}' is there twice")
    if "host" not in signed or "x-amz-date" not in signed:
        raise Refused("InvalidSignatureException", "'host' and 'x-amz-date' must be signed")
    date = by_name["x-amz-date"]
    if scope != f"{date[:8]}/{region}/{service}/aws4_request":
        raise Refused("InvalidSignatureException", "Credential should be scoped to a valid region, service and date.")
    if key not in secrets:
        raise Refused("UnrecognizedClientException", "The security token included in the request is invalid.")
    at = datetime.datetime.strptime(date, "%Y%m%dT%H%M%SZ")
    if at < now - SKEW:
        raise Refused("InvalidSignatureException", f"Signature expired: {date} is now earlier than {now - SKEW:%Y%m%dT%H%M%SZ}")
    if at > now + SKEW:
        raise Refused("InvalidSignatureException", f"Signature not yet current: {date} is still later than {now + SKEW:%Y%m%dT%H%M%SZ}")
    wanted = signature(secrets[key], scope, string_to_sign(date, scope, canonical_request(method, target, headers, signed, body)))
    if not hmac.compare_digest(wanted, given):
        raise Refused("InvalidSignatureException", "The request signature we calculated does not match the signature you provided.")
    return key
