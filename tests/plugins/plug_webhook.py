#!/usr/bin/env python3
"""backout-plugin-webhook: posts that are right, each that is not, many at once,
slow ones, garbage, and an engine behind it."""
import datetime
import hashlib
import hmac
import json
import os
import random
import re
import shutil
import socket
import subprocess
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "crash"))
from plug_lib import BUILD, SRC, Dir, Plugin, check, main, program, same, wait_for  # noqa: E402

SLOW = int(os.environ.get("BACKOUT_TEST_SLOW", "1"))  # sanitized programs take several times as long
KEY = "5ad1c0de" * 8
CHANGE = {"service": "auth", "what": "flag", "name": "new-tokens", "from": "off", "to": "on", "by": "ravi", "at": "2026-01-21T02:14:29Z"}
DEPLOY = {"service": "auth", "place": "eu-1", "version": "42", "previous": "41", "by": "ravi", "at": "2026-01-21T02:14:29.204117Z",
          "strategy": "recreate", "share": 1, "state": "live", "instances": {"old": 0, "new": 3},
          "back": {"safe": None, "why": "41 is there", "since": "2026-01-20T00:00:00Z"}, "managed_by": "argocd"}


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def stamp(ahead=0.0):
    at = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=ahead)
    return at.strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def signature(key, at, method, path, body):
    return "sha256=" + hmac.new(key.encode(), f"{at}\n{method} {path}\n".encode() + body, hashlib.sha256).hexdigest()


def request(path, body, at=None, key=KEY, method="POST", sign=None, **headers):
    body = body if isinstance(body, bytes) else json.dumps(body).encode()
    at = stamp() if at is None else at
    lines = {"Host": "localhost", "Content-Length": len(body), "X-Backout-Time": at,
             "X-Backout-Signature": signature(key, at, method, path, body) if sign is None else sign}
    lines.update({k.replace("_", "-"): v for k, v in headers.items()})
    head = "".join(f"{k}: {v}\r\n" for k, v in lines.items() if v is not None)
    return f"{method} {path} HTTP/1.1\r\n{head}\r\n".encode() + body


class Hook:
    def __init__(self, services=("auth",), watch=True, family=socket.AF_INET, **config):
        self.port = free_port()
        self.to = ("::1" if family == socket.AF_INET6 else "127.0.0.1", self.port)
        self.family = family
        self.p = Plugin(program("webhook"))
        same(self.p.start({"port": self.port, "ahead": 0, **config}, {"key": KEY}, mode="watch")["provides"]["deploys"], True)
        if watch:
            self.watch(*services)

    def watch(self, *services):
        self.p.result("watch", {"deploys": [{"service": s, "target": {}} for s in services], "signals": []})

    def __enter__(self):
        return self

    def __exit__(self, *why):
        if why[0]:
            self.p.kill()
        else:
            self.p.close()

    def connect(self):
        s = socket.socket(self.family)
        s.settimeout(15)
        s.connect(self.to)
        return s

    def send(self, data):
        """Status and body of the answer to these bytes."""
        with self.connect() as s:
            try:
                s.sendall(data)
            except (BrokenPipeError, ConnectionResetError):
                pass  # refused before its end; the answer is there
            return answer(s)

    def post(self, path, body, **more):
        return self.send(request(path, body, **more))


def heard(h, *methods):
    """What was told so far: its answer to a ping comes behind it."""
    h.p.result("ping")
    return [n for m in methods for n in h.p.of(m)]


def answer(s):
    data = b""
    while more := s.recv(65536):
        data += more
    data = data.removeprefix(b"HTTP/1.1 100 Continue\r\n\r\n")
    check(data.startswith(b"HTTP/1.1 "), "no HTTP:", data[:100])
    head, body = data.split(b"\r\n\r\n", 1)
    length = int(re.search(rb"Content-Length: (\d+)", head).group(1))
    same(len(body), length, "the length it says")
    return int(head.split()[1]), json.loads(body)


def refused(got, status, *words):
    same(got[0], status, got[1])
    e = got[1]["error"]
    check(e["code"] and e["what"] and e["mend"], e)
    for w in words:
        check(w in e["what"] + " " + e["mend"], w, "is not in", e)


def test_good_ones():
    with Hook() as h:
        same(h.post("/change", CHANGE), (202, {"ok": True}))
        same(h.post("/deploy", DEPLOY), (202, {"ok": True}))
        same(h.post("/change", {"what": "other", "name": "n", "mood": [1, {}]}), (202, {"ok": True}))
        same(h.post("/change", {"what": "flag", "name": "n", "from": None, "to": "ü"}), (202, {"ok": True}))
        same(h.post("/deploy", {"service": "auth", "version": "43", "at": None}), (202, {"ok": True}))
        wait_for(lambda: len(h.p.of("change")) == 3 and len(h.p.of("deploy")) == 2, 5, "notifications")
        same(h.p.of("change")[0], {**CHANGE, "at": "2026-01-21T02:14:29.000000Z"})
        same(h.p.of("change")[1], {"what": "other", "name": "n", "from": None, "to": None})
        same(h.p.of("change")[2]["to"], "ü")
        got = h.p.of("deploy")[0]
        same(got, {**DEPLOY, "back": {**DEPLOY["back"], "since": "2026-01-20T00:00:00.000000Z"}})
        same(h.p.of("deploy")[1], {"service": "auth", "version": "43", "share": 1})
        same(h.send(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"), (200, {"ok": True}))


def test_ipv6():
    with Hook(family=socket.AF_INET6, address="::1") as h:
        same(h.post("/change", CHANGE)[0], 202)


def test_in_pieces():
    """Byte by byte, and with a sender that waits for a word before the body."""
    with Hook() as h:
        with h.connect() as s:
            s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            for c in request("/change", CHANGE):
                s.sendall(bytes([c]))
            same(answer(s)[0], 202)
        head, body = request("/change", CHANGE, Expect="100-continue").split(b"\r\n\r\n", 1)
        with h.connect() as s:
            s.sendall(head + b"\r\n\r\n")
            same(s.recv(100), b"HTTP/1.1 100 Continue\r\n\r\n")
            s.sendall(body)
            same(answer(s)[0], 202)


def test_refused_members():
    rows = [  # path, what is changed, the member that is named
        ("/change", {"what": None}, "what"), ("/change", {"what": "deploy"}, "what"), ("/change", {"name": ""}, "name"),
        ("/change", {"name": 5}, "name"), ("/change", {"name": "x" * 1025}, "name"), ("/change", {"from": True}, "from"),
        ("/change", {"service": "a b"}, "service"), ("/change", {"service": ["auth"]}, "service"), ("/change", {"at": "yesterday"}, "at"),
        ("/change", {"at": 1763700000}, "at"), ("/change", {"at": "2100-01-01T00:00:00Z"}, "future"), ("/change", {"by": {}}, "by"),
        ("/deploy", {"service": None}, "service"), ("/deploy", {"version": "4 2"}, "version"), ("/deploy", {"version": 42}, "version"),
        ("/deploy", {"version": "v" * 257}, "version"), ("/deploy", {"previous": "\x1b[2J"}, "previous"), ("/deploy", {"share": 1.5}, "share"),
        ("/deploy", {"share": "1"}, "share"), ("/deploy", {"state": "fine"}, "state"), ("/deploy", {"strategy": "yolo"}, "strategy"),
        ("/deploy", {"instances": 3}, "instances"), ("/deploy", {"instances": {"old": 1}}, "instances"),
        ("/deploy", {"instances": {"old": -1, "new": 1}}, "instances"), ("/deploy", {"back": {"safe": "yes"}}, "back"),
        ("/deploy", {"back": True}, "back"), ("/deploy", {"back": {"why": 1}}, "why"), ("/deploy", {"place": "p" * 129}, "place"),
        ("/deploy", {"service": "billing"}, "billing"),
    ]
    with Hook() as h:
        for path, more, word in rows:
            refused(h.post(path, {**(CHANGE if path == "/change" else DEPLOY), **more}), 400, word)
        for body in (b"", b"{", b"[]", b"null", b'{"what":"flag","what":"flag","name":"n"}', b'{"what":"flag","name":"\\u0000"}',
                     b'{"what":"flag","name":"\xff"}', b'{"what":"flag","name":"n","x":NaN}', b"[" * 5000):
            refused(h.post("/change", body), 400)
        same(heard(h, "change", "deploy"), [])


def test_refused_requests():
    with Hook(max_body=2048) as h:
        refused(h.post("/other", CHANGE), 404, "/change")
        refused(h.post("/change?x=1", CHANGE), 404)
        refused(h.post("/change", CHANGE, method="PUT"), 405)
        refused(h.send(b"GET /change HTTP/1.1\r\n\r\n"), 405)
        refused(h.post("/change", {**CHANGE, "x": "y" * 3000}), 413, "max_body")
        refused(h.post("/change", b"x" * (4 << 20)), 413)
        refused(h.post("/change", CHANGE, Content_Length="99999999999999999999999999"), 413)
        refused(h.post("/change", CHANGE, Content_Length="-1"), 400)
        refused(h.post("/change", CHANGE, Content_Length="1, 1"), 400)
        refused(h.post("/change", CHANGE, Content_Length=None), 411)
        refused(h.post("/change", CHANGE, Transfer_Encoding="chunked"), 411)
        refused(h.post("/change", CHANGE, content_length="5"), 400, "twice")
        refused(h.post("/change", CHANGE, x_backout_signature="sha256=" + "0" * 64), 400, "twice")
        refused(h.post("/change", CHANGE, X_Much="y" * 9000), 431)
        refused(h.post("/change", CHANGE, **{f"X_{i}": "y" for i in range(70)}), 431)
        refused(h.post("/change", CHANGE, Folded="a\r\n b"), 400)
        refused(h.post("/" + "x" * 400, CHANGE), 414)
        refused(h.send(b"POST /change HTTP/2.0\r\n\r\n"), 505)
        same(heard(h, "change"), [])
        same(h.post("/change", CHANGE)[0], 202)


def test_not_signed():
    with Hook(skew=60) as h:
        good = request("/change", CHANGE)
        refused(h.post("/change", CHANGE, key="another key of some length"), 401, "sign")
        refused(h.send(good[:-2] + b" }"), 401)
        refused(h.send(good.replace(b"POST /change", b"POST /deploy")), 401)
        refused(h.post("/change", CHANGE, sign=""), 401)
        refused(h.post("/change", CHANGE, sign="sha256=" + "0" * 64), 401)
        refused(h.post("/change", CHANGE, sign="sha256=" + "0" * 63), 401)
        at = stamp()
        right = signature(KEY, at, "POST", "/change", json.dumps(CHANGE).encode())
        refused(h.post("/change", CHANGE, at=at, sign=right[:-1] + ("0" if right[-1] != "0" else "1")), 401)
        refused(h.post("/change", CHANGE, sign=signature(KEY, stamp(), "POST", "/change", b"").upper()), 401)
        refused(h.post("/change", CHANGE, X_Backout_Signature=None), 401)
        refused(h.post("/change", CHANGE, X_Backout_Time=None), 401, "Time")
        refused(h.post("/change", CHANGE, at="now"), 401, "Time")
        refused(h.post("/change", CHANGE, at=stamp(-61)), 401, "too long ago")
        refused(h.post("/change", CHANGE, at=stamp(2)), 401, "ahead")
        refused(h.post("/change", CHANGE, at=stamp(-5)), 401, "began")  # an earlier process may have taken it
        same(h.post("/change", CHANGE)[0], 202)
        same(h.send(good)[0], 202)
        same(len(heard(h, "change")), 2)


def test_replay():
    with Hook() as h:
        one = request("/change", CHANGE)
        same(h.send(one)[0], 202)
        refused(h.send(one), 409, "taken")
        refused(h.send(one.replace(b"Host: localhost", b"Host: elsewhere")), 409)
        bad = request("/change", {})
        refused(h.send(bad), 400)
        refused(h.send(bad), 400)  # what was not taken was not taken before either
        same(h.post("/change", CHANGE)[0], 202)
        same(len(heard(h, "change")), 2)


def test_replay_over_a_restart():
    """What one process took the next does not, also where the sender's clock is ahead; nothing is kept on disk for it."""
    with Hook(ahead="1s") as h:
        refused(h.post("/change", CHANGE), 401, "began", "in a few seconds")
        wait_for(lambda: h.post("/change", CHANGE)[0] == 202, 5, "the first that is taken")
        taken = [request("/change", CHANGE, at=stamp(ahead)) for ahead in (0.9, 0.5, 0, -0.5)]
        same([h.send(one)[0] for one in taken[:3]], [202] * 3)
        port = h.port
    again = Hook.__new__(Hook)
    again.port, again.to, again.family, again.p = port, h.to, h.family, Plugin(program("webhook"))
    with again:
        again.p.start({"port": port, "ahead": "1s"}, {"key": KEY}, mode="watch")
        again.watch("auth")
        said = set()
        while not said & {202}:  # until what is signed now is taken
            for one in taken:
                refused(again.send(one), 401)
            said.add(again.post("/change", CHANGE)[0])
        for one in taken:
            refused(again.send(one), 401, "began")
        same(len(heard(again, "change")), 1)


def test_replay_ends_with_the_skew():
    """Forgotten only when its time alone refuses it."""
    with Hook(skew="2s") as h:
        one = request("/change", CHANGE)
        same(h.send(one)[0], 202)
        end = time.monotonic() + 3
        said = set()
        while time.monotonic() < end:
            said.add(h.send(one)[0])
            time.sleep(0.1)
        same(said, {409, 401})
        same(len(heard(h, "change")), 1)


def test_slow_ones():
    """200 that say little and stay: others are heard at once, and they are sent away in time."""
    with Hook() as h:
        began = time.monotonic()
        slow = [h.connect() for _ in range(120)]
        for s in slow:
            s.sendall(b"POST /change HTTP/1.1\r\nX-A: ")
        same(h.post("/change", CHANGE)[0], 202)
        check(time.monotonic() - began < 2, "it waited for the slow ones")
        slow += [h.connect() for _ in range(80)]
        for s in slow[120:]:
            s.sendall(b"POST")
        same(h.post("/change", CHANGE)[0], 202)
        check(time.monotonic() - began < 5, "the places were kept for the slow ones")
        h.p.result("ping")
        got = []
        for s in slow:
            try:
                s.settimeout(10)
                s.sendall(b"x")
                got.append(answer(s)[0] if s.recv(1, socket.MSG_PEEK) else 0)
            except (ConnectionResetError, BrokenPipeError):
                got.append(0)
            s.close()
        check(408 in got and set(got) <= {0, 408}, got)
        check(time.monotonic() - began < 15, "slow ones were kept")


def test_standard_input_is_heard():
    """While a body trickles in and others post, pings are answered."""
    with Hook() as h:
        with h.connect() as s:
            s.sendall(request("/change", CHANGE)[:-5])
            for _ in range(20):
                t = time.monotonic()
                h.p.result("ping")
                check(time.monotonic() - t < 0.5, "a ping waited")
                same(h.post("/change", CHANGE)[0], 202)


def test_garbage():
    rng = random.Random(4)
    good = request("/change", CHANGE)
    with Hook() as h:
        for i in range(300):
            if i % 3 == 0:
                data = rng.randbytes(rng.randrange(1, 3000))
            elif i % 3 == 1:
                data = bytearray(good)
                for _ in range(rng.randrange(1, 8)):
                    data[rng.randrange(len(data))] = rng.randrange(256)
            else:
                data = good[:rng.randrange(len(good))]
            with h.connect() as s:
                s.sendall(bytes(data))
                if i % 2:
                    s.shutdown(socket.SHUT_WR)
                    try:
                        data = s.recv(65536)
                        check(not data or data.startswith(b"HTTP/1.1 "), data)
                    except ConnectionResetError:
                        pass
                else:
                    s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        refused(h.send(b"\x16\x03\x01\x02\x00\x01\x00"), 400)  # somebody speaks TLS to it
        same(h.post("/change", {**CHANGE, "name": "last"})[0], 202)
        names = [c["name"] for c in heard(h, "change")]
        check(names[-1] == "last" and set(names) <= {"last", "new-tokens"}, names)


def test_500_at_once():
    with Hook() as h:
        began = time.monotonic()
        all_ = []
        for i in range(500):
            all_.append(h.connect())
        for i, s in enumerate(all_):
            s.sendall(request("/change", {**CHANGE, "name": f"n{i}"}))
        same([answer(s)[0] for s in all_], [202] * 500)
        for s in all_:
            s.close()
        took = time.monotonic() - began
        wait_for(lambda: len(h.p.of("change")) == 500, 5, "500 changes")
        same(len({c["name"] for c in h.p.of("change")}), 500)
        print(f"     500 posts at once: {took:.2f} s")
        check(took < 2 * SLOW, took)


def test_too_many():
    """Beyond what the engine stands it says so, and takes more a second later."""
    with Hook() as h:
        time.sleep(1 - time.clock_gettime(time.CLOCK_BOOTTIME) % 1)  # its second is a whole one
        taken, said = 0, set()
        end = time.monotonic() + 8
        while 503 not in said and time.monotonic() < end:
            batch = [h.connect() for _ in range(100)]
            for s in batch:
                s.sendall(request("/change", {"what": "flag", "name": "n"}))
            got = [answer(s)[0] for s in batch]
            for s in batch:
                s.close()
            said |= set(got)
            taken += got.count(202)
        check(said <= {202, 503}, said)
        wait_for(lambda: h.post("/change", CHANGE)[0] == 202, 5, "room")
        wait_for(lambda: len(h.p.of("change")) == taken + 1, 5, "as many as were promised")


def test_nobody_reads():
    """While the engine does not read, what was promised is kept and more is not promised."""
    with Hook(watch=False) as h:
        p = subprocess.Popen(program("webhook"), stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        try:
            for n, (method, params) in enumerate([("initialize", {"protocol": 1, "mode": "watch", "backend": "b", "environment": "test",
                                                                  "config": {"port": h.port, "ahead": 0}, "secrets": {"key": KEY}}),
                                                  ("watch", {"deploys": [], "signals": []})]):
                p.stdin.write((json.dumps({"jsonrpc": "2.0", "id": n, "method": method, "params": params}) + "\n").encode())
                p.stdin.flush()
                check("result" in json.loads(p.stdout.readline()), method)
            big, taken = {k: "x" * 1000 for k in ("name", "from", "to", "by")}, 0
            while (got := h.post("/change", {"what": "flag", **big}))[0] == 202:
                taken += 1
                check(taken < 1000, "it promises without end")
            refused(got, 503)
            p.stdin.write(b'{"jsonrpc":"2.0","id":2,"method":"ping","params":{}}\n')
            p.stdin.flush()
            told = 0
            while b'"change"' in p.stdout.readline():
                told += 1
            same(told, taken, "told of those that were promised")
            wait_for(lambda: h.post("/change", CHANGE)[0] == 202, 5, "room")
            check(b"new-tokens" in p.stdout.readline(), "the one after them")
        finally:
            p.stdin.close()
            p.wait(10)
            p.stdout.close()


def test_start():
    port = free_port()
    rows = [({}, {"key": KEY}, "port"), ({"port": 0}, {"key": KEY}, "port"), ({"port": 70000}, {"key": KEY}, "port"),
            ({"port": "9190"}, {"key": KEY}, "port"), ({"port": port}, {}, "key"), ({"port": port}, {"key": ""}, "key"),
            ({"port": port}, {"key": "short"}, "openssl rand"), ({"port": port, "address": "0.0.0.0"}, {"key": KEY}, "loopback"),
            ({"port": port, "address": "10.0.0.1"}, {"key": KEY}, "loopback"), ({"port": port, "address": "::"}, {"key": KEY}, "loopback"),
            ({"port": port, "address": "localhost"}, {"key": KEY}, "127.0.0.1"), ({"port": port, "address": 5}, {"key": KEY}, "loopback"),
            ({"port": port, "max_body": 0}, {"key": KEY}, "max_body"), ({"port": port, "skew": "2d"}, {"key": KEY}, "skew"),
            ({"port": port, "skew": True}, {"key": KEY}, "skew"), ({"port": port, "ahead": "-1s"}, {"key": KEY}, "ahead"), ({"port": port, "ahead": "6m"}, {"key": KEY}, "ahead"), ({"port": port, "ports": 1}, {"key": KEY}, "ports")]
    for config, secrets, word in rows:
        p = Plugin(program("webhook"))
        said = p.error("initialize", {"protocol": 1, "mode": "watch", "backend": "b", "environment": "test", "config": config,
                                      "secrets": secrets}, -32602)
        check(word in said, word, "is not in", said)
        check(KEY not in said and "short;" not in said, "a secret is told")
        p.close()


def test_port_taken():
    with Hook() as h:
        p = Plugin(program("webhook"))
        p.start({"port": h.port}, {"key": KEY}, mode="watch")
        check("cannot listen" in p.error("watch", {"deploys": [], "signals": []}, -32000))
        p.close()
        p = Plugin(program("webhook"))
        p.start({"port": h.port}, {"key": KEY})  # an acting one leaves the port alone
        p.close()
        h.watch("auth", "billing")  # the set is replaced, the port kept
        same(h.post("/deploy", {**DEPLOY, "service": "billing"})[0], 202)
    p = Plugin(program("webhook"))
    p.start({"port": h.port}, {"key": KEY}, mode="watch")
    p.result("watch", {"deploys": [], "signals": []})  # started anew at once
    p.close()


def test_not_before_it_watches():
    with Hook(watch=False) as h:
        try:
            h.connect().close()
            check(False, "it listens before anybody watches")
        except ConnectionRefusedError:
            pass


def test_conformance():
    words = [os.path.join(BUILD, "backout"), "plugin", "check", program("webhook"), "--config", json.dumps({"port": free_port()}),
             "--secrets", json.dumps({"key": KEY}), "--watch", json.dumps({"deploys": [{"service": "auth", "target": {}}], "signals": []})]
    got = subprocess.run(words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=120, check=False)
    same(got.returncode, 0, got.stdout.decode(errors="replace"))


def page():
    with open(os.path.join(SRC, "docs", "plugins.md"), encoding="utf-8") as f:
        return f.read()


def ci(port, shell="sh"):
    """What the page says a CI job runs, but for the port."""
    text = re.search(r"^```sh\n(URL=.*?)^```", page(), re.S | re.M).group(1)
    check(":9190" in text, "the page's port")
    return subprocess.run([shell, "-ec", text.replace(":9190", f":{port}")], env={**os.environ, "KEY": KEY}, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, timeout=30, check=False)


def workflow(port):
    """The step of a workflow, as its runner runs it: bash, with what the workflow's environment has."""
    text = re.search(r"^```yaml\n- name: tell backout\n.*?  run: \|\n(.*?)^```", page(), re.S | re.M).group(1)
    check(all(line.startswith("    ") for line in text.splitlines()), "the block's indentation")
    env = {**os.environ, "KEY": KEY, "URL": f"http://127.0.0.1:{port}", "GITHUB_SHA": "9f86d081884c7d65", "GITHUB_ACTOR": "ravi"}
    return subprocess.run(["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", "".join(line[4:] + "\n" for line in text.splitlines())],
                          env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=30, check=False)


def test_as_the_page_says():
    """In every shell that is here; the page's time has whole seconds, and the same second twice is a repetition."""
    shells = [s for s in ("sh", "bash", "dash") if shutil.which(s)]
    for shell in shells:
        with Hook() as h:
            began = int(time.time())
            wait_for(lambda: int(time.time()) > began, 2, "the next second")  # noqa: B023 - what was signed before is not taken
            got = ci(h.port, shell)
            same((shell, got.returncode, got.stdout), (shell, 0, b'{"ok":true}\n'), got.stderr)
            wait_for(lambda: h.p.of("change"), 5, "change")
            same(h.p.of("change")[0]["name"], "pool")
    with Hook() as h:  # its time has fractions
        got = workflow(h.port)
        same((got.returncode, got.stdout), (0, b'{"ok":true}\n'), got.stderr)
        wait_for(lambda: h.p.of("deploy"), 5, "deploy")
        same((h.p.of("deploy")[0]["version"], h.p.of("deploy")[0]["by"]), ("9f86d081884c7d65", "ravi"))
    sign = re.search(r"let Python sign: `(printf … \| python3 -c '.*?')`", page(), re.S).group(1)
    text = b"2026-11-21T02:14:29Z\nPOST /change\n{}"
    got = subprocess.run(["sh", "-ec", sign.split("| ", 1)[1]], input=text, stdout=subprocess.PIPE, env={**os.environ, "KEY": KEY}, check=True)
    same(got.stdout.decode().strip(), hmac.new(KEY.encode(), text, hashlib.sha256).hexdigest(), "as Python signs")


def test_services_that_are_not_the_kit_s():
    """Where the engine said which there are, a change of any other is refused where somebody reads it."""
    with Hook(watch=False) as h:
        h.p.result("watch", {"deploys": [{"service": "auth", "target": {}}], "signals": [], "services": ["auth", "shop"]})
        same(h.post("/change", {**CHANGE, "service": "shop"})[0], 202)
        refused(h.post("/change", {**CHANGE, "service": "ghost"}), 400, "ghost", "leave `service` out")
        refused(h.post("/deploy", {**DEPLOY, "service": "ghost"}), 400, "ghost")
        refused(h.post("/deploy", {**DEPLOY, "service": "shop"}), 400, "not told by this backend")
        same(h.post("/change", {"what": "flag", "name": "everybody's"})[0], 202)
        h.p.result("watch", {"deploys": [], "signals": [], "services": []})
        refused(h.post("/change", CHANGE), 400, "auth")
        same(len(heard(h, "change", "deploy")), 2)


def test_engine_without_its_deploys():
    """A kit whose deploys all come from elsewhere: the listener is there, and what is posted is on the record, each kind."""
    from engine_lab import Lab
    with Lab() as lab:
        port = free_port()
        with open(f"{lab.top}/key", "w", encoding="utf-8") as f:
            f.write(KEY + "\n")
        os.chmod(f"{lab.top}/key", 0o600)
        with open(os.path.join(lab.kit, "kit.yaml"), encoding="utf-8") as f:
            kit = f.read()
        lab.write("kit.yaml", kit.replace("backends:\n", "backends:\n  hook: {plugin: {command: [%s]}, config: {port: %d, ahead: 0s}, secrets: {key: {file: %s}}}\n"
                                          % (os.path.abspath(program("webhook")), port, f"{lab.top}/key")))
        lab.engine()
        c = lab.client()
        h = Hook.__new__(Hook)
        h.to, h.family = ("127.0.0.1", port), socket.AF_INET
        wait_for(lambda: not h_connect_fails(h), 5, "the port")
        for what in ("flag", "config", "traffic", "schema", "other"):
            same(h.post("/change", {"service": "auth", "what": what, "name": f"a-{what}", "from": "1", "to": "2", "by": "ci"})[0], 202)
            same(c.until("change", name=f"a-{what}")["body"]["what"], what)
        refused(h.post("/change", {"service": "ghost", "what": "flag", "name": "x"}), 400, "ghost")
        said = lab.run("changes", "--since", "10m").stdout
        check(all(f"a-{what}" in said for what in ("flag", "config", "traffic", "schema", "other")) and "ghost" not in said, said)
        c.close()
        lab.verify()


def test_engine():
    """A post becomes a line of `backout changes`, and a deploy is the service's."""
    from engine_lab import Lab
    with Dir() as d, Lab(services=("auth", "shop")) as lab:
        port = free_port()
        with open(f"{d}/key", "w", encoding="utf-8") as f:
            f.write(KEY + "\n")
        os.chmod(f"{d}/key", 0o600)
        with open(os.path.join(lab.kit, "kit.yaml"), encoding="utf-8") as f:
            kit = f.read()
        lab.write("kit.yaml", kit.replace("backends:\n", "backends:\n  hook: {plugin: {command: [%s]}, config: {port: %d, ahead: 0s}, secrets: {key: {file: %s}}}\n"
                                          % (os.path.abspath(program("webhook")), port, f"{d}/key")))
        with open(os.path.join(lab.kit, "services", "shop.yaml"), encoding="utf-8") as f:
            shop = f.read()
        lab.write("services/shop.yaml", shop.replace("deploys: {backend: world, target: {file: shop}}", "deploys: {backend: hook, target: {}}"))
        got = lab.run("check", lab.kit)
        same(got.returncode, 0, got.stdout + got.stderr)
        lab.engine()
        c = lab.client()
        h = Hook.__new__(Hook)
        h.to, h.family = ("127.0.0.1", port), socket.AF_INET
        wait_for(lambda: not h_connect_fails(h), 5, "the port")
        time.sleep(1)
        got = ci(port)
        same((got.returncode, got.stdout), (0, b'{"ok":true}\n'), got.stderr)
        same(h.post("/deploy", {"service": "shop", "version": "77", "previous": "76", "by": "ci", "state": "live"})[0], 202)
        refused(h.post("/deploy", {"service": "auth", "version": "77"}), 400, "auth")
        same(c.until("change", name="pool")["actor"], "plugin:hook")
        same(c.until("deploy", service="shop", version="77")["body"]["previous"], "76")
        said = lab.run("changes", "--since", "10m")
        check(said.returncode == 0 and "pool" in said.stdout and "77" in said.stdout, said.stdout, said.stderr)
        print("     " + said.stdout.replace("\n", "\n     ").rstrip())
        c.close()
        lab.verify()


def h_connect_fails(h):
    try:
        h.connect().close()
        return False
    except ConnectionRefusedError:
        return True


if __name__ == "__main__":
    main(dict(globals()))
