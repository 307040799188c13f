"""sigv4.py against requests whose signatures AWS has published: its General Reference (ListUsers) and its Signature Version 4 test suite."""
import datetime
import unittest

import sigv4

SECRET = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
NOW = datetime.datetime(2015, 8, 30, 12, 36, 0)
DATE = ("X-Amz-Date", "20150830T123600Z")
HOST = ("Host", "example.amazonaws.com")
TOKEN = ("AQoDYXdzEPT//////////wEXAMPLEtc764bNrC9SAPBSM22wDOk4x4HIZ8j4FZTwdQWLWsKWHGBuFqwAeMicRXmxfpSPfIeoIYRqTflfKD8YUuwthAx7mSEI/qkPpKPi/kMcGdQrm"
         "GdeehM4IC1NtBmUpp2wUE8phUZampKsburEDy0KPkyQDYwT7WZ0wq5VSXDvp75YU9HFvlRd8Tx6q6fE8YQcHNVXAkiY9q6d+xo0rKwT38xVqr7ZD0u0iPPkUL64lIZbqBAz+scqKm"
         "lzm8FDrypNC9Yjc8fPOLn9FX9KSYvKTr4rvx3iSIlTJabIQwj2ICCR/oLxBA==")
FORM = ("Content-Type", "application/x-www-form-urlencoded")
# method, target, headers, body, service, signature
PUBLISHED = {
    "ListUsers": ("GET", "/?Action=ListUsers&Version=2010-05-08",
                  [("Content-Type", "application/x-www-form-urlencoded; charset=utf-8"), ("Host", "iam.amazonaws.com"), DATE], b"", "iam",
                  "5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7"),
    "get-vanilla": ("GET", "/", [HOST, DATE], b"", "service", "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"),
    "get-vanilla-query-order-key-case": ("GET", "/?Param2=value2&Param1=value1", [HOST, DATE], b"", "service",
                                         "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500"),
    "get-header-key-duplicate": ("GET", "/", [HOST, ("My-Header1", "value2"), ("My-Header1", "value2"), ("My-Header1", "value1"), DATE], b"", "service",
                                 "c9d5ea9f3f72853aea855b47ea873832890dbdd183b4468f858259531a5138ea"),
    "post-vanilla": ("POST", "/", [HOST, DATE], b"", "service", "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b"),
    "post-x-www-form-urlencoded": ("POST", "/", [FORM, HOST, DATE], b"Param1=value1", "service",
                                   "ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a"),
    "post-sts-header-before": ("POST", "/", [HOST, DATE, ("X-Amz-Security-Token", TOKEN)], b"", "service",
                               "85d96828115b5dc0cfc3bd16ad9e210dd772bbebba041836c64533a82be05ead"),
}


def verify(method="GET", target="/", headers=(HOST, DATE), body=b"", service="service", signature=PUBLISHED["get-vanilla"][5], now=NOW, secret=SECRET,
           region="us-east-1", signed=None):
    signed = ";".join(sorted({name.lower() for name, _ in headers})) if signed is None else signed
    credential = f"AKIDEXAMPLE/20150830/us-east-1/{service}/aws4_request"
    authorization = ("Authorization", f"AWS4-HMAC-SHA256 Credential={credential}, SignedHeaders={signed}, Signature={signature}")
    return sigv4.verify(method, target, [*headers, authorization], body, {"AKIDEXAMPLE": secret}, region, service, now)


class Signature(unittest.TestCase):
    def test_what_aws_has_published_is_accepted(self):
        for name, (method, target, headers, body, service, signature) in PUBLISHED.items():
            with self.subTest(name):
                self.assertEqual(verify(method, target, headers, body, service, signature), "AKIDEXAMPLE")

    def test_whatever_is_changed_is_refused(self):
        form = dict(method="POST", headers=[FORM, HOST, DATE], body=b"Param1=value1", signature=PUBLISHED["post-x-www-form-urlencoded"][5])
        verify(**form)
        minute = datetime.timedelta(minutes=1)
        for change in (dict(method="PUT"), dict(target="/x"), dict(target="/?a=b"), dict(body=b"Param1=value2"), dict(secret=SECRET + "x"), dict(region="eu-west-1"),
                       dict(signature="0" * 64), dict(now=NOW + 16 * minute), dict(now=NOW - 16 * minute), dict(signed="content-type;host"), dict(signed="host;x-amz-date"),
                       dict(headers=[FORM, ("Host", "example.amazonaws.com:8080"), DATE]), dict(headers=[FORM, HOST, DATE, ("X-Amz-Target", "other")]),
                       dict(headers=[FORM, HOST, ("X-Amz-Date", "20150830T123601Z")]), dict(headers=[FORM, FORM, HOST, DATE])):
            with self.subTest(change), self.assertRaises(sigv4.Refused):
                verify(**{**form, **change})
        verify(**{**form, "now": NOW + 14 * minute})


if __name__ == "__main__":
    unittest.main()
