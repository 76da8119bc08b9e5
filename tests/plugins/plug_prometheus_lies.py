#!/usr/bin/env python3
"""backout-plugin-prometheus against servers that lie, each in a way of its own."""
import base64
import gzip
import http.server
import json
import os
import socket
import ssl
import struct
import subprocess
import sys
import time
import urllib.parse

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from plug_lib import Dir, Plugin, check, main, program, same, wait_for  # noqa: E402
from plug_metrics import Serving  # noqa: E402


def vector(*series, **more):
    return json.dumps({"status": "success", "data": {"resultType": "vector", "result": list(series)}, **more}).encode()


def one(value, at=None, **labels):
    return {"metric": labels, "value": [time.time() if at is None else at, value]}


GOOD = vector(one("1"))


class Liar(Serving):
    """What it answers is the last word of the path that is asked: /NAME/api/v1/query."""

    def __init__(self, tls=None):
        outer = self
        self.seen = []

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                name = self.path.split("/")[1]
                body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
                form = {k: v[0] for k, v in urllib.parse.parse_qs(body).items()}
                outer.seen.append((self.path, dict(self.headers), form))
                lie = LIES[name][0] if name in LIES else getattr(self, "p_" + name)
                self.reply(*lie) if isinstance(lie, tuple) else self.reply(200, lie) if isinstance(lie, bytes) else lie(self) if name in LIES else lie()

            do_GET = do_POST

            def reply(self, status, body=b"", **headers):
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                for k, v in headers.items():
                    self.send_header(k, v)
                self.end_headers()
                self.wfile.write(body)

            def p_good(self):
                self.reply(200, GOOD)

            def p_moved(self):
                self.reply(302, b"", Location=f"{outer.url}/good/api/v1/query")

            def p_warns(self):
                self.reply(200, vector(one("3"), warnings=["store eu-2 did not answer", "another"]))

            def p_old(self):
                self.reply(200, vector(one("4", at=time.time() - 400)))

            def p_ahead(self):
                self.reply(200, vector(one("5", at=time.time() + 60)))

            def p_basic(self):
                want = "Basic " + base64.b64encode(b"ops:pa ss:word").decode()
                self.reply(200, GOOD) if self.headers.get("Authorization") == want else self.reply(401, b"Unauthorized")

            def p_bearer(self):
                self.reply(200, GOOD) if self.headers.get("Authorization") == "Bearer t0ken" else self.reply(401, b"Unauthorized")

            def p_custom(self):
                self.reply(200, GOOD) if (self.headers.get("X-Scope-OrgID"), self.headers.get("X-Key")) == ("shop", "k3y") else self.reply(403, b"no")

            def p_picky(self):
                """Refuses what is longer than 300 bytes, in a proxy's words."""
                q = outer.seen[-1][2]["query"]
                if len(q) > 300:
                    self.reply(413, b"<html>Payload Too Large")
                else:
                    self.reply(200, vector(*([one("1", bo_q=str(i)) for i in range(q.count("bo_q"))] or [one("1")])))

            def p_proxy400(self):
                self.reply(400, b"<html>Bad Request")

            def log_message(self, *_):
                pass

            def handle_one_request(self):
                try:
                    super().handle_one_request()
                except OSError:
                    self.close_connection = True

        super().__init__(Handler, tls)


def error(kind, text):
    return json.dumps({"status": "error", "errorType": kind, "error": text}).encode()


def hang(_):
    time.sleep(4)


def drip(h):
    h.send_response(200)
    h.send_header("Content-Length", "1000")
    h.end_headers()
    for _ in range(40):
        h.connection.sendall(b" ")
        time.sleep(0.1)


def huge(h):
    h.send_response(200)
    h.end_headers()
    for _ in range(1000):
        h.connection.sendall(b"[" * 65536)
    h.close_connection = True


def headers(h):
    h.wfile.write(b"HTTP/1.1 200 OK\r\n")
    for i in range(3000):
        h.wfile.write(b"X-%d: %s\r\n" % (i, b"y" * 100))
    h.close_connection = True


def short(h):
    h.send_response(200)
    h.send_header("Content-Length", str(len(GOOD) + 10))
    h.end_headers()
    h.wfile.write(GOOD)
    h.close_connection = True


def reset(h):
    h.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    h.connection.close()
    h.close_connection = True


def garbage(h):
    h.connection.sendall(b"\x00\xff SSH-2.0-OpenSSH\r\n\r\n")
    h.close_connection = True


def closes(h):
    h.connection.shutdown(socket.SHUT_RDWR)
    h.close_connection = True


def deep(n):
    return b'{"status":"success","data":' + b"[" * n + b"]" * n + b"}"


# each wrong thing: what is answered, and what the failed sample must say
LIES = {
    "400": ((400, error("bad_data", "parse error: unexpected end")), "400"),
    "401": ((401, b"Unauthorized\n"), "does not know us"),
    "403": ((403, b"<html>Forbidden"), "refuses"),
    "404": ((404, b"404 page not found"), "url"),
    "405": ((405, b"Method Not Allowed"), "405"),
    "422": ((422, error("execution", "many-to-many matching not allowed")), "many-to-many"),
    "429": ((429, b"slow down"), "every"),
    "500": ((500, b""), "500"),
    "502": ((502, b"<html>\r\n<h1>Bad Gateway"), "502"),
    "503": ((503, b"Service Unavailable"), "not ready"),
    "503t": ((503, error("timeout", "query timed out in expression evaluation")), "query timed out"),
    "204": ((204, b""), "JSON"),
    "error200": ((200, error("internal", "it broke")), "it broke"),
    "hang": (hang, "within 1 s"),
    "drip": (drip, "within 1 s"),
    "huge": (huge, "longer than"),
    "headers": (headers, "header"),
    "short": (short, "no answer"),
    "reset": (reset, "no answer"),
    "closes": (closes, "no answer"),
    "garbage": (garbage, "no answer"),
    "gzip": (lambda h: h.reply(200, gzip.compress(GOOD), **{"Content-Encoding": "gzip"}), "JSON"),
    "interim": (lambda h: [h.connection.sendall(b"HTTP/1.1 103 Early Hints\r\nLink: " + b"x" * 900 + b"\r\n\r\n") for _ in range(20000)], "header"),
    "chunks": (lambda h: h.connection.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nfffffffffffffffffff\r\n{}"), "no answer"),
    "length": (lambda h: h.connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: -7\r\n\r\n{}"), "no"),
    "http09": (lambda h: (h.connection.sendall(GOOD), h.connection.shutdown(socket.SHUT_RDWR)), "no answer"),
    "empty": (b"", "JSON"),
    "html": (b"<!doctype html><title>Sign in</title>", "JSON"),
    "cut": (GOOD[:-3], "JSON"),
    "twice": (b'{"status":"success","status":"success","data":{"resultType":"vector","result":[]}}', "JSON"),
    "deep": (deep(5000), "JSON"),
    "notutf8": (b'{"status":"success","data":{"resultType":"vector","result":[],"x":"\xff\xfe"}}', "JSON"),
    "nan": (b'{"status":"success","data":{"resultType":"vector","result":[{"metric":{},"value":[1,NaN]}]}}', "JSON"),
    "other": (b'{"version":"1.2"}', "url"),
    "list": (b"[]", "url"),
    "nostatus": (b'{"data":{"resultType":"vector","result":[]}}', "url"),
    "nodata": (b'{"status":"success"}', "kind"),
    "noresult": (b'{"status":"success","data":{"resultType":"vector"}}', "result"),
    "nullresult": (b'{"status":"success","data":{"resultType":"vector","result":null}}', "result"),
    "strange": (b'{"status":"success","data":{"resultType":"streams","result":[]}}', "kind"),
    "matrix": (b'{"status":"success","data":{"resultType":"matrix","result":[]}}', "range"),
    "string": (b'{"status":"success","data":{"resultType":"string","result":[1,"a"]}}', "text"),
    "NaN": (vector(one("NaN")), "not a number"),
    "Inf": (vector(one("+Inf")), "not a number: +Inf"),
    "-Inf": (vector(one("-Inf")), "not a number: -Inf"),
    "word": (vector(one("many")), "none"),
    "blank": (vector(one("")), "none"),
    "tail": (vector(one("1 2")), "none"),
    "hex": (vector(one("0x10")), "none"),
    "number": (vector(one(1)), "none"),
    "null": (vector(one(None)), "none"),
    "novalue": (vector({"metric": {}}), "none"),
    "notpair": (vector({"metric": {}, "value": [1]}), "none"),
    "noat": (vector({"metric": {}, "value": ["soon", "1"]}), "none"),
    "at0": (vector(one("1", at=0)), "none"),
    "atfar": (vector(one("1", at=1e300)), "none"),
    "histogram": (vector({"metric": {}, "histogram": [1, {"count": "3", "sum": "4"}]}), "histogram"),
    "two": (vector(one("1", pod="a"), one("1", pod="b")), "2 series"),
    "same": (vector(one("1"), one("1")), "2 series"),
    "many": (vector(*[one("1", pod=str(i)) for i in range(500)]), "500 series"),
}


def rows(queries, every=0.3):
    return [{"service": "s", "signal": k, "query": q, "every": every} for k, q in queries.items()]


def values(p, signal):
    return [{**v, "at": s["at"]} for s in p.of("samples") for v in s["values"] if v["signal"] == signal]


def start(config, queries, secrets=None, every=0.3):
    p = Plugin(program("prometheus"), env={"http_proxy": "http://127.0.0.1:9"})
    p.start(config, secrets, mode="watch")
    p.result("watch", {"deploys": [], "signals": rows(queries, every)})
    return p


def test_every_lie():
    """All of them at once, each as a server of its own, beside one that tells the truth."""
    with Liar() as liar:
        names = list(LIES)
        got = {}
        for part in (names[:25], names[25:50], names[50:]):
            servers = {n.replace("-", "m"): {"url": f"{liar.url}/{n}/", "timeout": 1} for n in part} | {"good": {"url": f"{liar.url}/good"}}
            p = start({"servers": servers}, {n: f"@{n.replace('-', 'm')} up" for n in part} | {"good": "@good up"}, every=0.2)
            wait_for(lambda: all(values(p, n) for n in part) and len(values(p, "good")) >= 4, 12, "samples of " + " ".join(n for n in part if not values(p, n)))  # noqa: B023
            check(len(values(p, "good")) >= 4 and all(v["value"] == 1 for v in values(p, "good")), "the good one beside them", values(p, "good"))
            got |= {n: values(p, n) for n in part}
            logs = [n["text"] for n in p.of("log")]
            check(len(logs) <= 40, "the log is not flooded", len(logs))
            p.close()
        for n, (_, words) in LIES.items():
            for v in got[n]:
                check(v["value"] is None and words in v.get("error", ""), n, v, "wanted", words)


def test_lies_in_batches():
    """The same in answers for several: what is told of one is never given to another."""
    with Liar() as liar:
        LIES["b"] = (vector(one("1", bo_q="0"), one("2", bo_q="7"), one("3", bo_q="-1"), one("4", bo_q="x"), one("5"), one("6", bo_q="00"), one("7", bo_q="1x")), "")
        LIES["m"] = (vector(one("1", job="a"), one("2", job="zz"), one("3"), one("4", job=""), one("5", job="b"), one("6", job="b", pod="x")), "")
        p = start({"servers": {"b": {"url": f"{liar.url}/b"}, "m": {"url": f"{liar.url}/m"}}},
                  {"b0": "@b up", "b1": "@b down", "ma": '@m x{job="a"}', "mb": '@m x{job="b"}', "mc": '@m x{job="c"}', "mc2": '@m x{job="c"}'})
        wait_for(lambda: values(p, "b1") and values(p, "mc2"))
        got = {k: values(p, k)[-1] for k in ("b0", "b1", "ma", "mb", "mc", "mc2")}
        check("2 series" in got["b0"]["error"], got["b0"])  # 0 and 00 are both its own
        same((got["b1"]["value"], got["ma"]["value"], got["mc"]["value"], got["mc2"]["value"]), (None, 1, None, None), got)
        check("2 series" in got["mb"]["error"] and "error" not in got["b1"] and "error" not in got["mc"], got)
        p.close()


def test_whose_fault_it_is():
    """What is too long for a proxy is asked in halves; a proxy's own trouble is no reason to ask more."""
    with Liar() as liar:
        queries = {f"q{i}": f"vector({i})" for i in range(20)}
        p = start({"servers": {"a": {"url": f"{liar.url}/picky"}, "b": {"url": f"{liar.url}/proxy400"}}},
                  {k: "@a " + q for k, q in queries.items()} | {f"b{k}": "@b " + q for k, q in queries.items()}, every=1)
        wait_for(lambda: all(values(p, k) and values(p, "b" + k) for k in queries))
        same({values(p, k)[-1]["value"] for k in queries}, {1})
        check(all("400" in values(p, "b" + k)[-1]["error"] for k in queries))
        check(len([s for s in liar.seen if "proxy400" in s[0]]) <= 2, "it was not asked once a signal")
        p.close()


def test_redirect():
    with Liar() as liar:
        p = start({"url": f"{liar.url}/moved"}, {"x": "up"}, {"token": "t0ken"})
        wait_for(lambda: len(values(p, "x")) >= 2)
        check(all(v["value"] is None and "302" in v["error"] and "url" in v["error"] for v in values(p, "x")), values(p, "x"))
        check(not [s for s in liar.seen if "/good" in s[0]], "it was followed")
        p.close()


def test_warnings():
    """Part of the storage did not answer: no value and no "no data" of it is believed, unless the kit says so; a remark
    about the query is no such thing."""
    with Liar() as liar:
        LIES["remark"] = (vector(one("4"), warnings=["PromQL warning: quantile value should be between 0 and 1"]), "")
        LIES["missing"] = (vector(warnings=["store eu-2 did not answer"]), "")
        servers = {n: {"url": f"{liar.url}/{n}"} for n in ("warns", "remark", "missing")}
        for partial, want in (("fail", {"warns": None, "remark": 4, "missing": None}), ("count", {"warns": 3, "remark": 4, "missing": None})):
            p = start({"servers": servers, "partial": partial}, {n: f"@{n} up" for n in servers}, every=0.1)
            wait_for(lambda: all(len(values(p, n)) >= 5 for n in servers))  # noqa: B023
            for n in servers:
                same({v["value"] for v in values(p, n)}, {want[n]}, n)
            for n in ("warns", "missing"):
                said = {v.get("error", "") for v in values(p, n)}
                check(all("store eu-2" in e and "partial" in e for e in said) if partial == "fail" else said == {""}, n, said)
            warned = [n for n in p.of("log") if "store eu-2" in n["text"] and n["level"] == "warning"]
            same(len(warned), 2, "told once a server")
            same({s[2].get("partial_response") for s in liar.seen if "partial" not in s[0]}, {"false"} if partial == "fail" else {None, "false"})
            p.close()


def test_times():
    with Liar() as liar:
        p = start({"servers": {n: {"url": f"{liar.url}/{n}"} for n in ("old", "ahead")}}, {n: f"@{n} up" for n in ("old", "ahead")}, every=0.1)
        wait_for(lambda: all(len(values(p, n)) >= 5 for n in ("old", "ahead")))
        for name, seconds in (("old", -400), ("ahead", 60)):
            at = time.mktime(time.strptime(values(p, name)[-1]["at"][:19], "%Y-%m-%dT%H:%M:%S")) - time.timezone
            check(abs(at - time.time() - seconds) < 5, name, "has its own time", values(p, name)[-1])
            same(len([n for n in p.of("log") if "clock" in n["text"] and f"/{name}" in n["text"] or n["text"].startswith(f"{name}:")]), 1, name)
        p.close()


def test_what_is_no_series():
    """In a batch, too, where no one's mark is on it."""
    with Liar() as liar:
        for i, result in enumerate(([0] * 3, [{}], ["x"], [one("1", bo_q="0"), None], [{"metric": 5, "value": [1, "1"]}])):
            LIES[f"r{i}"] = (vector(*result), "")
        p = start({"servers": {f"r{i}": {"url": f"{liar.url}/r{i}"} for i in range(5)}}, {f"{i}{k}": f"@r{i} vector({k})" for i in range(5) for k in "ab"})
        wait_for(lambda: all(values(p, f"{i}{k}") for i in range(5) for k in "ab"))
        for i in range(5):
            for k in "ab":
                check(values(p, f"{i}{k}")[-1]["value"] is None and "series" in values(p, f"{i}{k}")[-1].get("error", ""), i, k, values(p, f"{i}{k}")[-1])
        p.close()


def test_a_hang_holds_up_nobody():
    with Liar() as liar:
        p = start({"servers": {"slow": {"url": f"{liar.url}/hang", "timeout": 3}, "good": {"url": f"{liar.url}/good"}}},
                  {f"s{i}": f"@slow vector({i})" for i in range(300)} | {"good": "@good up"}, every=0.2)
        time.sleep(2)
        check(len(values(p, "good")) >= 6, len(values(p, "good")), "samples beside 300 that hang")
        began = time.monotonic()
        same(p.result("ping"), {})
        check(time.monotonic() - began < 0.3, "ping waited")
        asked = len([s for s in liar.seen if "/hang" in s[0]])
        check(asked <= 10, asked, "questions to a server that hangs")
        p.result("watch", {"deploys": [], "signals": []})
        n = len(p.of("samples"))
        time.sleep(0.5)
        same(len(p.of("samples")), n, "nothing is told that is not asked")
        p.close()


def test_recovery_is_told():
    with Liar() as liar:
        LIES["turn"] = ((503, b"starting"), "")
        p = start({"url": f"{liar.url}/turn"}, {"x": "up"}, every=0.1)
        wait_for(lambda: len(values(p, "x")) >= 4)
        LIES["turn"] = (GOOD, "")
        wait_for(lambda: values(p, "x")[-1]["value"] == 1)
        same([n["level"] for n in p.of("log") if n["level"] != "warning"], ["error", "info"])
        p.close()


def test_credentials():
    with Liar() as liar:
        u = liar.url
        servers = {"basic": {"url": f"{u}/basic", "user": "ops"}, "bearer": {"url": f"{u}/bearer", "token": "{{secret.eu}}"},
                   "custom": {"url": f"{u}/custom", "headers": {"X-Scope-OrgID": "shop", "X-Key": "{{secret.key}}"}},
                   "wrong": {"url": f"{u}/bearer", "headers": {"Authorization": "Bearer {{secret.key}}"}}}
        p = start({"servers": servers}, {n: f"@{n} up" for n in servers}, {"password": "pa ss:word", "eu": "t0ken", "key": "k3y"})
        wait_for(lambda: all(values(p, n) for n in servers))
        same([values(p, n)[-1]["value"] for n in servers], [1, 1, 1, None], [values(p, n)[-1] for n in servers])
        check("user" in values(p, "wrong")[-1]["error"])
        for secret in ("pa ss:word", "t0ken", "k3y"):
            check(secret not in json.dumps(p.notes) + "".join(p.err), "told")
        with open(f"/proc/{p.p.pid}/cmdline", "rb") as f:
            check(b"k3y" not in f.read())
        p.close()


def test_config_is_refused_in_words():
    bad = [({}, "url"), ({"url": "ftp://x"}, "url"), ({"url": "http://"}, "url"), ({"url": "http://a:b@x/"}, "password"), ({"url": "http://x?y=1"}, "url"),
           ({"url": "http://x", "urll": 1}, "url"), ({"url": "http://x", "timeout": 0}, "timeout"), ({"url": "http://x", "partial": "yes"}, "partial"), ({"url": "http://x", "timeout": 1000}, "timeout"),
           ({"url": "http://x", "token": "abc"}, "secret"), ({"url": "http://x", "user": "ops"}, "password"), ({"url": "http://x", "headers": {"A b": "x"}}, "header"),
           ({"url": "http://x", "headers": {"A": "{{secret.none}}"}}, "secret"), ({"url": "http://x", "headers": {"A": "{{secret.split}}"}}, "line break"),
           ({"url": "http://x", "tls": {"ca": "/nonexistent"}}, "/nonexistent"), ({"url": "http://x", "tls": {"verify": False}}, "verify"),
           ({"servers": {"a b": {"url": "http://x"}}}, "name"), ({"servers": {"a": {}}}, "url"), ({"servers": {"a": {"url": "http://x", "q": 1}}}, "server a")]
    for config, words in bad:
        p = Plugin(program("prometheus"))
        m = p.error("initialize", {"protocol": 1, "mode": "watch", "backend": "b", "environment": "t", "config": config, "secrets": {"split": "a\r\nEvil: 1"}}, -32602)
        check(words in m, config, "->", m)
        check("Evil" not in m)
        p.close()


def test_which_server():
    with Liar() as liar:
        p = start({"servers": {"eu": {"url": f"{liar.url}/good"}, "us": {"url": f"{liar.url}/good"}}}, {"no": "up", "what": "@asia up", "empty": "@eu ", "eu": "@eu up", "blank": '@eu up{job="{{servcie}}"}'})
        wait_for(lambda: all(values(p, n) for n in ("no", "what", "empty", "eu", "blank")))
        check("{{servcie}}" in values(p, "blank")[-1]["error"], values(p, "blank")[-1])
        check("@eu" in values(p, "no")[-1]["error"] and "asia" in values(p, "what")[-1]["error"] and "no query" in values(p, "empty")[-1]["error"])
        same(values(p, "eu")[-1]["value"], 1)
        p.close()


def test_tls():
    with Dir() as d:
        subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", f"{d}/key", "-out", f"{d}/cert", "-days", "2", "-subj", "/CN=127.0.0.1",
                        "-addext", "subjectAltName=IP:127.0.0.1"], check=True, capture_output=True)
        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        tls.load_cert_chain(f"{d}/cert", f"{d}/key")
        mutual = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        mutual.load_cert_chain(f"{d}/cert", f"{d}/key")
        mutual.load_verify_locations(f"{d}/cert")
        mutual.verify_mode = ssl.CERT_REQUIRED
        with open(f"{d}/ext", "w", encoding="utf-8") as f:
            f.write("subjectAltName=IP:127.0.0.1\n")
        subprocess.run(["openssl", "req", "-new", "-newkey", "rsa:2048", "-nodes", "-keyout", f"{d}/oldkey", "-out", f"{d}/old", "-subj", "/CN=127.0.0.1"], check=True, capture_output=True)
        subprocess.run(["openssl", "x509", "-req", "-in", f"{d}/old", "-signkey", f"{d}/oldkey", "-days", "-1", "-extfile", f"{d}/ext", "-out", f"{d}/oldcert"], check=True, capture_output=True)
        expired = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        expired.load_cert_chain(f"{d}/oldcert", f"{d}/oldkey")
        with Liar(tls) as liar, Liar(mutual) as strict, Liar(expired) as old:
            servers = {"known": {"url": f"{liar.url}/good", "tls": {"ca": f"{d}/cert"}}, "unknown": {"url": f"{liar.url}/good"},
                       "insecure": {"url": f"{liar.url}/good", "tls": {"insecure": True}}, "name": {"url": f"{liar.url}/good".replace("127.0.0.1", "localhost"), "tls": {"ca": f"{d}/cert"}},
                       "ours": {"url": f"{strict.url}/good", "tls": {"ca": f"{d}/cert", "cert": f"{d}/cert", "key": f"{d}/key"}},
                       "nobody": {"url": f"{strict.url}/good", "tls": {"ca": f"{d}/cert"}}, "expired": {"url": f"{old.url}/good", "tls": {"ca": f"{d}/oldcert"}},
                       "plain": {"url": f"{liar.url}/good".replace("https:", "http:")}}
            p = start({"servers": servers}, {n: f"@{n} up" for n in servers})
            wait_for(lambda: all(values(p, n) for n in servers))
            same({n: values(p, n)[-1]["value"] for n in servers}, {"known": 1, "unknown": None, "insecure": 1, "name": None, "ours": 1, "nobody": None, "expired": None, "plain": None})
            check("expired" in values(p, "expired")[-1]["error"], values(p, "expired")[-1])
            for n in ("unknown", "name", "nobody", "plain"):
                check("no answer: " in values(p, n)[-1]["error"], n, values(p, n)[-1])
            p.close()


def test_a_page_is_full_but_not_more():
    """A thousand signals, each value as long as values get: a page is one line, and most of what a line may be."""
    with Liar() as liar:
        start_at = 1795226400
        for word in ("-1.2345678901234567e-300", "NaN"):
            LIES["long"] = (json.dumps({"status": "success", "data": {"resultType": "matrix", "result": [
                {"metric": {"service": f"service-{i:04d}"}, "values": [[start_at + 15 * k, word] for k in range(12)]} for i in range(1000)]}}).encode(), "")
            p = Plugin(program("prometheus"))
            p.start({"url": f"{liar.url}/long"}, mode="watch")
            signals = [{"service": f"service-{i:04d}", "signal": "errors", "query": f'x{{service="service-{i:04d}"}}', "every": 5} for i in range(1000)]
            got = p.result("history", {"signals": signals, "deploys": [], "from": "2026-11-21T02:00:00Z", "to": "2026-11-21T04:00:00Z", "step": 15}, 30)
            check(len(got["samples"]) >= 10 and all(len(s["values"]) == 1000 for s in got["samples"]), len(got["samples"]))
            check(got["next"] == f"2026-11-21T02:{len(got['samples']) * 15 // 60:02d}:{len(got['samples']) * 15 % 60:02d}.000000Z", got["next"])
            check(len(json.dumps(got, separators=(",", ":"))) > 800000, "a page is used")
            p.close()


def test_history_of_liars():
    with Liar() as liar:
        span = {"deploys": [], "from": "2026-11-21T02:00:00Z", "to": "2026-11-21T02:10:00Z", "step": 60}
        LIES["past"] = (json.dumps({"status": "success", "data": {"resultType": "matrix", "result": [{"metric": {}, "values": [
            [1795226400, "1"], [1795226460, "NaN"], [1795226520, "x"], [1795000000, "9"], [1895226400, "9"], ["a", "9"], 7, [1795226580, "2"], [1795226580, "3"]]}]}}).encode(), "")
        p = Plugin(program("prometheus"))
        p.start({"servers": {n: {"url": f"{liar.url}/{n}", "timeout": 1} for n in ("past", "hang", "500", "html", "400")}}, mode="watch")
        got = p.result("history", {"signals": rows({"x": "@past up", "y": "@500 up", "z": "@hang up"}), **span}, 30)["samples"]
        same([(s["at"][14:19], s["values"][0]["value"], "error" in s["values"][0]) for s in got], [("00:00", 1, False), ("01:00", None, True), ("02:00", None, True), ("03:00", None, True)])
        for n in ("hang", "500", "html", "400"):
            p.error("history", {"signals": rows({"x": f"@{n} up"}), **span}, -32000, 30)
        same(p.result("history", {"signals": [], **span})["samples"], [])
        p.close()


if __name__ == "__main__":
    main(dict(globals()))
