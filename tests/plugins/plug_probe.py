#!/usr/bin/env python3
"""backout-plugin-probe against servers on loopback that behave, and that do not."""
import http.server
import json
import os
import socket
import struct
import sys
import threading
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from plug_lib import Plugin, check, main, program, same, wait_for  # noqa: E402


class Site:
    """An HTTP server whose paths misbehave each in a way of its own; hits are counted."""

    def __init__(self):
        site = self
        self.hits, self.seen, self.turn = {}, [], 0

        class Handler(http.server.BaseHTTPRequestHandler):
            wbufsize = 65536
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                path = self.path.split("?")[0]
                site.hits[path] = site.hits.get(path, 0) + 1
                length = int(self.headers.get("Content-Length", 0))
                site.seen.append((self.command, path, dict(self.headers), self.rfile.read(length)))
                getattr(self, "p_" + path.strip("/").replace("/", "_"), self.p_404)()

            do_POST = do_PUT = do_HEAD = do_GET

            def reply(self, status=200, body=b"ok\n", **headers):
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.send_header("Connection", "close")
                for k, v in headers.items():
                    self.send_header(k.replace("_", "-"), v)
                self.end_headers()
                self.wfile.write(body)

            def p_ok(self): self.reply()
            def p_404(self): self.reply(404)
            def p_500(self): self.reply(500)
            def p_login(self): self.reply(200, b'{"welcome": "maya", "token": "t2"}', X_Release="build 42")
            def p_moved(self): self.reply(302, b"", Location="/ok")
            def p_loop(self): self.reply(302, b"", Location="/loop")
            def p_file(self): self.reply(302, b"", Location="file:///etc/passwd")
            def p_stats(self): self.reply(200, json.dumps({"a": {"b": [1, 0.25]}, "ok": 30, "all": 40, "zero": 0, "text": "x", "big": 1e300}).encode())
            def p_number(self): self.reply(200, b" 12.5\n")
            def p_nan(self): self.reply(200, b"NaN")
            def p_badjson(self): self.reply(200, b'{"a": 1, "a": 2}')
            def p_binary(self): self.reply(200, bytes(range(256)) * 10)

            def p_half(self):
                site.turn += 1
                self.reply(500 if site.turn % 2 else 200)

            def p_slow(self):
                time.sleep(0.2)
                self.reply()

            def p_hang(self):
                time.sleep(8)

            def p_reset(self):
                self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                self.connection.close()
                self.close_connection = True

            def p_closes(self):
                self.connection.shutdown(socket.SHUT_RDWR)
                self.close_connection = True

            def p_drip(self):
                self.send_response(200)
                self.send_header("Content-Length", "1000")
                self.end_headers()
                self.wfile.flush()
                for _ in range(80):
                    self.connection.sendall(b"x")
                    time.sleep(0.1)

            def p_huge(self):
                self.send_response(200)
                self.end_headers()
                self.wfile.flush()
                for _ in range(2000):
                    self.connection.sendall(b"x" * 65536)
                self.close_connection = True

            def p_headers(self):
                self.send_response(200)
                self.wfile.write(b"HTTP/1.1 200 OK\r\n")
                for i in range(20000):
                    self.wfile.write(b"X-%d: %s\r\n" % (i, b"y" * 100))
                self.close_connection = True

            def p_short(self):
                self.send_response(200)
                self.send_header("Content-Length", "1000")
                self.end_headers()
                self.wfile.write(b"cut")
                self.close_connection = True

            def p_garbage(self):
                self.connection.sendall(b"\x00\xff SSH-2.0-OpenSSH\r\n\r\n")
                self.close_connection = True

            def log_message(self, *_):
                pass

            def handle_one_request(self):
                try:
                    super().handle_one_request()
                except OSError:
                    self.close_connection = True

        class Server(http.server.ThreadingHTTPServer):
            daemon_threads = True
            request_queue_size = 128

            def handle_error(self, *_):
                pass

        self.server = Server(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()


def refused():
    """A port on which nobody listens."""
    s = socket.socket()
    s.bind(("127.0.0.1", 0))
    port = s.getsockname()[1]
    s.close()
    return f"http://127.0.0.1:{port}"


def watch(queries, every=0.2, secrets=None):
    p = Plugin(program("probe"), env={"http_proxy": "http://127.0.0.1:9"})
    p.start({}, secrets, mode="watch")
    p.result("watch", {"deploys": [], "signals": [{"service": "s", "signal": k, "query": q, "every": every} for k, q in queries.items()]})
    return p


def values(p, signal):
    return [v for s in p.of("samples") for v in s["values"] if v["signal"] == signal]


def measure(queries, seconds=4, secrets=None, rounds=1):
    """The newest sample of each once every one has had `rounds`."""
    p = watch(queries, secrets=secrets)
    wait_for(lambda: all(len(values(p, k)) >= rounds for k in queries), seconds, "samples")
    out = {k: values(p, k)[-1] for k in queries}
    for k in queries:
        for v in values(p, k):
            check(v["value"] is None or isinstance(v["value"], (int, float)), v)
            check("error" not in v or v["value"] is None, v)
    p.close()
    return out


def test_good_answers():
    with Site() as s:
        got = measure({"errors": f"errors {s.url}/ok", "p50": f"p50 {s.url}/slow", "p99": f"p99.9 {s.url}/slow",
                       "count": f"count {s.url}/ok", "match": f"match {s.url}/ok", "text": f"value {s.url}/number",
                       "b1": f"value:a.b.1 {s.url}/stats", "ratio": f"value:ok/all {s.url}/stats n=all",
                       "none": f"value:ok/zero {s.url}/stats", "https?": f"match {s.url}/login expect_body=welcome"}, rounds=2)
        same(got["errors"]["value"], 0)
        check(got["errors"]["n"] >= 2 and got["count"]["value"] == got["count"]["n"], got)
        check(0.19 < got["p50"]["value"] < 0.5 and got["p50"]["value"] <= got["p99"]["value"], got["p50"])
        same([got[k]["value"] for k in ("match", "text", "b1", "ratio", "none", "https?")], [1, 12.5, 0.25, 0.75, None, 1])
        same(got["ratio"]["n"], 40)
        check("error" not in got["none"], "0 of 0 is no data")


def test_bad_answers():
    with Site() as s:
        gone = refused()
        rows = {  # path: the class it is
            f"{s.url}/404": "4xx", f"{s.url}/500": "5xx", f"{s.url}/reset": "connect", f"{s.url}/closes": "connect",
            f"{s.url}/short": "connect", f"{s.url}/garbage": "mismatch", f"{s.url}/hang": "timeout", f"{s.url}/drip": "timeout",
            f"{s.url}/loop": "mismatch", f"{s.url}/file": "mismatch", f"{s.url}/headers": "mismatch", f"{gone}/": "connect",
            "http://no-such-host.invalid/": "connect",
        }
        queries = {}
        for i, (url, cls) in enumerate(rows.items()):
            more = f"{url} timeout=2s follow=3"
            queries[f"{i} all"] = f"errors {more}"
            queries[f"{i} this"] = f"errors:{cls} {more}"
            queries[f"{i} value"] = f"value {more}"
            queries[f"{i} match"] = f"match {more}"
        got = measure(queries, 30)
        for i, (url, cls) in enumerate(rows.items()):
            same((got[f"{i} all"]["value"], got[f"{i} this"]["value"], got[f"{i} match"]["value"]), (1, 1, 0), url + str(got[f"{i} value"]))
            check(got[f"{i} value"]["value"] is None and cls in got[f"{i} value"]["error"], url, got[f"{i} value"])


def test_latency_without_answers_is_failed():
    with Site() as s:
        got = measure({"hang": f"p95 {s.url}/hang timeout=500ms", "gone": f"p95 {refused()}/"})
        for v in got.values():
            check(v["value"] is None and "no request was answered" in v["error"], v)


def test_values_that_are_none():
    with Site() as s:
        got = measure({"nan": f"value {s.url}/nan", "text": f"value:text {s.url}/stats", "missing": f"value:a.x.y {s.url}/stats",
                       "index": f"value:a.b.7 {s.url}/stats", "dup": f"value:a {s.url}/badjson", "binary": f"value {s.url}/binary",
                       "html": f"value:a {s.url}/ok", "n": f"value:ok {s.url}/stats n=text", "overflow": f"value:big/all {s.url}/stats"})
        for k, v in got.items():
            if k == "overflow":
                check(v["value"] == 1e300 / 40, v)
            else:
                check(v["value"] is None and v["error"], k, v)


def test_expectations():
    with Site() as s:
        rows = {"expect_status=200": 1, "expect_status=2xx": 1, "expect_status=404,200": 1, "expect_status=201": 0, "expect_status=5xx": 0,
                'expect_body="welcome\\": \\"maya"': 1, "expect_body=locked": 0, 'expect_regex="token.*t[0-9]"': 1, "expect_regex=^t2$": 0,
                'expect_header="X-Release: 42"': 1, 'expect_header="x-release: build"': 1, 'expect_header="X-Release: 43"': 0,
                'expect_header="X-None: a"': 0, "expect_status=200 expect_body=welcome expect_regex=token": 1}
        got = measure({k: f"match {s.url}/login {k}" for k in rows})
        same({k: v["value"] for k, v in got.items()}, rows)
        got = measure({"404 is good": f"match {s.url}/404 expect_status=404", "moved": f"match {s.url}/moved",
                       "followed": f"match {s.url}/moved follow=1 expect_body=ok", "moved is not 200": f"match {s.url}/moved expect_status=200"})
        same([v["value"] for v in got.values()], [1, 1, 1, 0])


def test_huge_answer():
    with Site() as s:
        got = measure({"errors": f"errors {s.url}/huge", "value": f"value {s.url}/huge timeout=4s", "match": f"match {s.url}/huge expect_body=y"}, 8)
        check(got["value"]["value"] is None and "1 MiB" in got["value"]["error"], got)
        same(got["match"]["value"], 0)


def test_what_is_sent():
    with Site() as s:
        measure({"post": f"""match {s.url}/login body="user=a b&x=\\"1\\"" header="X-Probe: yes" header="Authorization: Bearer {{{{secret.token}}}}" """,
                 "put": f"match {s.url}/ok method=PUT body=x", "head": f"match {s.url}/ok method=HEAD timeout=2s"}, secrets={"token": "s3cr3t"})
        by = {m: (h, b) for m, _, h, b in s.seen}
        same(by["POST"][1], b'user=a b&x="1"')
        same((by["POST"][0]["X-Probe"], by["POST"][0]["Authorization"]), ("yes", "Bearer s3cr3t"))
        same(by["PUT"][1], b"x")
        check("HEAD" in by)
        got = measure({"no": f"value {s.url}/number header=\"A: {{{{secret.missing}}}}\"", "break": f"value {s.url}/number header=\"A: {{{{secret.bad}}}}\""},
                      secrets={"bad": "x\r\nEvil: 1"})
        for v in got.values():
            check(v["value"] is None and v["error"], v)
        check(not [h for _, _, h, _ in s.seen if "Evil" in h], "a header was smuggled in")


def test_secrets_stay_secret():
    p = watch({"x": f"value {refused()}/ header=\"Authorization: {{{{secret.token}}}}\"", "y": "value nonsense {{secret.token}}"}, secrets={"token": "hunter2"})
    wait_for(lambda: values(p, "x") and values(p, "y"))
    check("hunter2" not in json.dumps(p.notes) + "".join(p.err), "told")
    with open(f"/proc/{p.p.pid}/cmdline", "rb") as f:
        check(b"hunter2" not in f.read())
    p.close()


def test_requests_are_shared():
    with Site() as s:
        p = watch({f"s{i}": f"{kind} {s.url}/stats{more}" for i, (kind, more) in enumerate(
            [("errors", ""), ("p95", ""), ("count:5xx", ""), ("value:ok", ""), ("value:ok/all", " n=all"), ("errors", " window=10s")])}, every=0.3)
        wait_for(lambda: all(len(values(p, f"s{i}")) >= 4 for i in range(6)))
        hits, told = s.hits["/stats"], len(values(p, "s0"))
        check(hits <= told + 1, hits, "requests for", told, "samples")
        p.close()


def test_window_and_share():
    with Site() as s:
        p = watch({"long": f"errors {s.url}/half times=4 window=1h", "5xx": f"count:5xx {s.url}/half times=4 window=1h", "ok": f"count:ok {s.url}/half times=4 window=1h",
                   "short": f"count {s.url}/ok window=500ms"}, every=0.1)
        wait_for(lambda: values(p, "long") and values(p, "long")[-1]["n"] >= 40, 10)
        v = values(p, "long")[-1]
        check(0.4 <= v["value"] <= 0.6, v)
        time.sleep(1)
        check(1 <= values(p, "short")[-1]["value"] <= 7, "a window forgets", values(p, "short")[-1])
        check(abs(values(p, "5xx")[-1]["value"] - values(p, "ok")[-1]["value"]) <= 8, "halves")
        p.close()


def test_one_that_hangs_holds_up_nobody():
    with Site() as s:
        queries = {f"h{i}": f"errors {s.url}/hang?{i} timeout=3s" for i in range(30)}
        queries["good"] = f"errors {s.url}/ok"
        p = watch(queries, every=0.2)
        time.sleep(2)
        check(len(values(p, "good")) >= 6, len(values(p, "good")), "samples beside 30 that hang")
        began = time.monotonic()
        same(p.result("ping"), {})
        check(time.monotonic() - began < 0.2, "ping waited")
        p.result("watch", {"deploys": [], "signals": []})  # dropped while they hang
        n = len(p.of("samples"))
        time.sleep(0.5)
        same(len(p.of("samples")), n, "nothing is told that is not asked")
        p.close()


def test_recovery():
    with Site() as s:
        p = watch({"m": f"match {s.url}/half", "v": f"value {s.url}/number"}, every=0.1)
        wait_for(lambda: {0, 1} <= {v["value"] for v in values(p, "m")})
        p.close()


def test_wrong_queries():
    wrong = ["", "errors", "errors ftp://x/", "nonsense http://x/", "errors:6xx http://x/", "p0 http://x/", "p101 http://x/", "p95: http://x/",
             "errors http://", "errors http://x/ window=0s", "errors http://x/ window=soon", "errors http://x/ times=0", "errors http://x/ times=99",
             "errors http://x/ follow=11", "errors http://x/ timeout=2h", "errors http://x/ colour=red", 'errors http://x/ body="open',
             "errors http://x/ expect_status=600", "errors http://x/ expect_status=20", "errors http://x/ expect_status=200,", "errors http://x/ expect_regex=(",
             r"errors http://x/ expect_regex=(a*)\1", "errors http://x/ header=none", "errors http://x/ method=get", "value: http://x/", "value:a/ http://x/",
             "errors file:///etc/passwd", "errors http://x/ " + "y" * 9000, 'errors "http://x/ y"']
    with Site() as s:
        p = watch({**{f"w{i}": q for i, q in enumerate(wrong)}, "good": f"errors {s.url}/ok"})
        wait_for(lambda: values(p, "good") and all(values(p, f"w{i}") for i in range(len(wrong))))
        for i, q in enumerate(wrong):
            v = values(p, f"w{i}")[-1]
            check(v["value"] is None and "query" in v.get("error", ""), q[:80], v)
        p.close()


def test_many():
    with Site() as s:
        p = watch({f"s{i}": f"errors {s.url}/ok?{i}" for i in range(300)}, every=2)
        wait_for(lambda: all(values(p, f"s{i}") for i in range(300)), 10, "300 signals")
        with open(f"/proc/{p.p.pid}/status", encoding="utf-8") as f:
            rss = [int(line.split()[1]) for line in f if line.startswith("VmRSS")][0]
        print(f"     (300 signals: {rss} kB resident)")
        p.close()


if __name__ == "__main__":
    main(dict(globals()))
