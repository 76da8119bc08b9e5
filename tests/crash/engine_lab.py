"""What the engine's tests share: a kit in a temporary directory, the program
run on it, and a client that talks JSON lines to the socket.

    with Lab() as lab:
        engine = lab.engine()
        client = lab.client()
"""
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

SOURCE = os.environ.get("top_srcdir", os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))
BUILD = os.environ.get("top_builddir", SOURCE)
BACKOUT = os.path.join(os.path.abspath(BUILD), "backout")
PLUGIN = os.path.join(os.path.abspath(SOURCE), "tests", "crash", "engine_plugin.py")

KIT = """\
kit: 1
name: %(name)s
environment: test
armed: true
people:
  tess: {name: Tess, uid: %(uid)d, roles: [incident-commander, on-call, service-owner]}
  remy: {name: Remy, uid: 54321, roles: [on-call]}
tiers:
  tier-1: {recovery: rollback, revert_target: 5m}
authority:
  service: {roles: [on-call, incident-commander]}
  shared:  {roles: [incident-commander]}
backends:
  world: {plugin: {command: [python3, %(plugin)s]}, config: {world: "%(world)s"}, settle: 1s}
rubric:
  - {name: errors, signal: error_rate, when: "> 50%% for 1s", action: reverse, owner: service-owner, timer: 1m}
%(more)s"""

SERVICE = """\
service: %(service)s
tier: tier-1
owner: tess
on_call: [tess, remy]
deploys: {backend: world, target: {file: %(service)s}}
signals:
  error_rate: {backend: world, query: rate, unit: ratio, every: 1s}
actions:
  - {name: %(service)s-rollback, key: %(key)s, level: 2, class: reverse, verb: rollback, backend: world, timeout: %(timeout)s}
verify: {good: ["error_rate < 10%% for 1s"], within: 1m}
"""


def wait_for(what, seconds=10, every=0.02):
    """The first true value of what(), or an assertion that it never came."""
    end = time.monotonic() + seconds
    while True:
        value = what()
        if value:
            return value
        assert time.monotonic() < end, "waited %s s in vain for %s" % (seconds, what)
        time.sleep(every)


class Gone(Exception):
    pass


class Client:
    """One connection: hello, asks with their replies, events as they come."""

    def __init__(self, path, role="console", follow=True):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(20)
        self.sock.connect(path)
        self.data = b""
        self.events, self.tells, self.replies = [], [], {}
        self.snapshot = self.beat = None
        self.n = 0
        self.hello = self.line()["hello"]
        self.send({"hello": {"protocol": 1, "build": "test", "role": role}})
        if follow:
            self.send({"follow": True})
            while self.snapshot is None:
                self.read()

    def send(self, message):
        self.sock.sendall((json.dumps(message) + "\n").encode())

    def line(self):
        while b"\n" not in self.data:
            more = self.sock.recv(65536)
            if not more:
                raise Gone("the engine closed the line")
            self.data += more
        line, self.data = self.data.split(b"\n", 1)
        return json.loads(line)

    def read(self):
        m = self.line()
        if "event" in m:
            self.events.append(m["event"])
        elif "tell" in m:
            self.tells.append(m["tell"])
        elif "reply" in m:
            self.replies[m["reply"]["id"]] = m["reply"]
        elif "snapshot" in m:
            self.snapshot = m["snapshot"]
        elif "beat" in m:
            self.beat = m["beat"]

    def post(self, do, params=None, ask=None, via="command"):
        self.n += 1
        self.send({"id": self.n, "ask": ask or os.urandom(16).hex(), "do": do, "via": via, "params": params or {}})
        return self.n

    def ask(self, do, params=None, ask=None):
        n = self.post(do, params, ask)
        while n not in self.replies:
            self.read()
        return self.replies[n]

    def good(self, do, params=None, ask=None):
        r = self.ask(do, params, ask)
        assert r["status"] == 0, (do, r)
        return r["result"]

    def fire(self, service, reason="test", ask=None, action=None):
        panel = self.good("arm", {"action": action or service + "-rollback", "service": service})
        assert panel["ready"] and panel["may"], panel
        return self.good("fire", {"digest": panel["digest"], "reason": reason, "service": service, "action": panel["action"]}, ask)

    def until(self, kind, seconds=15, **fields):
        """The first event of that kind whose body has these fields, old or new."""
        end = time.monotonic() + seconds * int(os.environ.get("BACKOUT_TEST_SLOW", "1"))
        seen = 0
        while True:
            while seen < len(self.events):
                e = self.events[seen]
                seen += 1
                if e["kind"] == kind and all(e["body"].get(k) == v for k, v in fields.items()):
                    return e
            left = end - time.monotonic()
            assert left > 0, "no %s %s within %s s; have %s" % (kind, fields, seconds, [(x["kind"], x["body"]) for x in self.events[-5:]])
            self.sock.settimeout(left)
            try:
                self.read()
            except (TimeoutError, socket.timeout):
                pass
            self.sock.settimeout(20)

    def close(self):
        self.sock.close()


class Lab:
    def __init__(self, name="lab", services=("auth",), timeout="30s", more="", depends=None):
        self.top = tempfile.mkdtemp(prefix="bo-", dir="/tmp")
        self.kit = os.path.join(self.top, "kit")
        self.world = os.path.join(self.top, "world")
        self.state = os.path.join(self.top, "state")
        self.dir = os.path.join(self.state, "backout", name)
        self.store = os.path.join(self.dir, "journal.db")
        self.socket = os.path.join(self.dir, "engine.sock")
        self.env = dict(os.environ, XDG_STATE_HOME=self.state, XDG_CONFIG_HOME=os.path.join(self.top, "config"),
                        HOME=self.top, BACKOUT_KIT=self.kit)
        self.env.pop("BACKOUT_STORE", None)
        self.running = []
        os.makedirs(os.path.join(self.kit, "services"))
        os.makedirs(self.world)
        self.plugin = os.path.join(self.top, "plugin.py")
        shutil.copy(PLUGIN, self.plugin)
        self.write("kit.yaml", KIT % {"name": name, "uid": os.getuid(), "plugin": self.plugin, "world": self.world, "more": more})
        for i, s in enumerate(services):
            self.write("services/%s.yaml" % s, SERVICE % {"service": s, "key": "rxyz"[i], "timeout": timeout} +
                       ("depends_on: [%s]\n" % depends[s] if depends and s in depends else ""))
            self.set(s, "42")
            self.set(s + ".good", "41")
            self.set(s + ".rate", "0.01")

    def __enter__(self):
        return self

    def __exit__(self, *why):
        for pid in self.engine_pids():
            try:
                os.kill(pid, signal.SIGTERM)
            except OSError:
                pass
        for p in self.running:
            try:
                p.wait(10)
            except subprocess.TimeoutExpired:
                p.kill()
                p.wait()
        try:
            wait_for(lambda: not self.engine_pids(), 10)
        except AssertionError:
            for pid in self.engine_pids():
                os.kill(pid, signal.SIGKILL)
        if why[0]:
            log = os.path.join(self.dir, "engine.log")
            if os.path.exists(log):
                sys.stderr.write("engine.log:\n" + open(log).read()[-3000:])
        if os.environ.get("KEEP_LAB"):
            print("kept", self.top)
        else:
            shutil.rmtree(self.top, ignore_errors=True)

    def write(self, name, text):
        with open(os.path.join(self.kit, name), "w") as f:
            f.write(text)

    def set(self, name, text):
        tmp = os.path.join(self.world, name + ".set")
        with open(tmp, "w") as f:
            f.write(text)
        os.rename(tmp, os.path.join(self.world, name))

    def get(self, name):
        try:
            with open(os.path.join(self.world, name)) as f:
                return f.read()
        except OSError:
            return ""

    def effects(self):
        return self.get("effects").split("\n")[:-1]

    def run(self, *words, timeout=30, **more):
        return subprocess.run([BACKOUT, *words], env=self.env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, text=True, timeout=timeout, cwd=self.top, **more)

    def start(self, *words):
        p = subprocess.Popen([BACKOUT, *words], env=self.env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                             stderr=subprocess.PIPE, text=True, cwd=self.top)
        self.running.append(p)
        return p

    def engine(self, *words):
        """An engine in the foreground that takes clients."""
        p = self.start("engine", self.kit, *words)
        line = p.stdout.readline()
        assert line == "ready\n", (line, p.stderr.read() if p.poll() is not None or not line else "")
        return p

    def engine_pids(self):
        """Living engines of this lab, by their command line."""
        found = []
        for name in os.listdir("/proc"):
            if not name.isdigit():
                continue
            try:
                words = open("/proc/%s/cmdline" % name, "rb").read().split(b"\0")
                state = open("/proc/%s/stat" % name).read().rsplit(")", 1)[1].split()[0]
            except OSError:
                continue
            if b"engine" in words[1:2] and any(self.top.encode() in w for w in words) and state != "Z":
                found.append(int(name))
        return found

    def client(self, role="console", follow=True):
        return Client(self.socket, role, follow)

    def log(self):
        r = self.run("log", "--json", "--store", self.store)
        assert r.returncode == 0, r.stderr
        return [json.loads(line) for line in r.stdout.splitlines()]

    def verify(self):
        r = self.run("verify", self.store)
        assert r.returncode == 0, (r.stdout, r.stderr)


def main(tests):
    """Run every test function; names on the command line choose some."""
    wanted = sys.argv[1:]
    failed = 0
    for name, test in sorted(tests.items(), key=lambda t: t[1].__code__.co_firstlineno if callable(t[1]) and hasattr(t[1], "__code__") else 0):
        if not name.startswith("test_") or (wanted and name not in wanted):
            continue
        start = time.monotonic()
        try:
            test()
            print("ok    %-55s %5.1f s" % (name, time.monotonic() - start), flush=True)
        except Exception:
            import traceback
            traceback.print_exc()
            print("FAIL  %s" % name, flush=True)
            failed += 1
    sys.exit(1 if failed else 0)
