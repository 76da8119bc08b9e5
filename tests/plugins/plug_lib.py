"""What the plugin tests share: a driver that speaks the protocol from the
engine's side over pipes, small real servers on loopback, and a runner."""
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import traceback

SRC = os.environ.get("top_srcdir", os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))
BUILD = os.environ.get("top_builddir", SRC)
WRAP = os.environ.get("PLUG_WRAP", "").split()  # e.g. valgrind -q --error-exitcode=99


def program(name):
    return os.path.join(BUILD, "plugins", "backout-plugin-" + name)


class Failed(AssertionError):
    pass


def check(ok, *what):
    if not ok:
        raise Failed(" ".join(str(w) for w in what))


def same(got, want, what=""):
    check(got == want, f"{what}: got {got!r}, wanted {want!r}")


def wait_for(fn, seconds=5, what="condition"):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        got = fn()
        if got:
            return got
        time.sleep(0.02)
    raise Failed(f"{what} did not come within {seconds} s")


class Plugin:
    """One plugin process.  ask() waits for the answer; notes collects notifications."""

    def __init__(self, argv, cwd=None, env=None):
        argv = [argv] if isinstance(argv, str) else argv
        base = {"PATH": os.environ["PATH"], "HOME": "/nonexistent", "USER": "test", "LANG": "C.UTF-8", "TZ": "UTC",
                "TMPDIR": tempfile.gettempdir()}
        base.update({k: v for k, v in os.environ.items() if k.startswith(("ASAN", "UBSAN", "LSAN"))})
        base.update(env or {})
        self.p = subprocess.Popen(WRAP + argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                  cwd=cwd, env=base, start_new_session=True)
        self.id = 0
        self.answers, self.notes = {}, []
        self.arrived = threading.Condition()
        self.err = []
        threading.Thread(target=self._read, daemon=True).start()
        threading.Thread(target=self._read_err, daemon=True).start()

    def _read(self):
        try:
            self._lines()
        except ValueError:
            pass  # the test closed our end
        with self.arrived:
            self.answers["eof"] = True
            self.arrived.notify_all()

    def _lines(self):
        for line in self.p.stdout:
            check(len(line) <= 1 << 20, "a line over 1 MiB")
            m = json.loads(line, parse_constant=lambda c: (_ for _ in ()).throw(Failed("NaN on the wire")))
            with self.arrived:
                if "method" in m:
                    check("id" not in m, "a request from a plugin")
                    self.notes.append(m)
                else:
                    check(m["id"] not in self.answers or m["id"] is None, "answered twice", m)
                    self.answers[m["id"]] = m
                self.arrived.notify_all()

    def _read_err(self):
        for line in self.p.stderr:
            self.err.append(line.decode(errors="replace"))

    def raw(self, data):
        self.p.stdin.write(data if isinstance(data, bytes) else data.encode())
        self.p.stdin.flush()

    def post(self, method, params=None):
        self.id += 1
        self.raw(json.dumps({"jsonrpc": "2.0", "id": self.id, "method": method, "params": params or {}}) + "\n")
        return self.id

    def note(self, method, params):
        self.raw(json.dumps({"jsonrpc": "2.0", "method": method, "params": params}) + "\n")

    def answer(self, id, seconds=20):
        with self.arrived:
            ok = self.arrived.wait_for(lambda: id in self.answers or "eof" in self.answers, seconds)
            check(ok, f"no answer to {id} within {seconds} s")
            if id not in self.answers:
                raise Failed(f"the plugin ended without an answer: rc {self.p.wait()} {''.join(self.err)[-2000:]}")
            return self.answers[id]

    def ask(self, method, params=None, seconds=20):
        return self.answer(self.post(method, params), seconds)

    def result(self, method, params=None, seconds=20):
        m = self.ask(method, params, seconds)
        check("result" in m, method, "answered", m)
        return m["result"]

    def error(self, method, params, code, seconds=20):
        m = self.ask(method, params, seconds)
        check("error" in m, method, "should have been refused:", m)
        same(m["error"]["code"], code, m["error"]["message"])
        return m["error"]["message"]

    def start(self, config=None, secrets=None, mode="act"):
        return self.result("initialize", {"protocol": 1, "mode": mode, "backend": "b", "environment": "test",
                                          "config": config or {}, "secrets": secrets or {}})

    def of(self, method):
        with self.arrived:
            return [n["params"] for n in self.notes if n["method"] == method]

    def kill(self, sig=signal.SIGKILL):
        self.p.send_signal(sig)
        self.p.wait()

    def close(self, seconds=15):
        """End of input; the exit status."""
        try:
            self.p.stdin.close()
        except BrokenPipeError:
            pass
        try:
            rc = self.p.wait(seconds)
        except subprocess.TimeoutExpired:
            self.p.kill()
            self.p.wait()
            raise Failed("the plugin does not end at end of input") from None
        if rc not in (0,):
            raise Failed(f"exit status {rc}: {''.join(self.err)[-3000:]}")
        return rc


def unheard(argv, requests):
    """A plugin whose answers nobody reads: the requests are sent, then input ends.  The process."""
    r, w = os.pipe()
    proc = subprocess.Popen(WRAP + [argv], stdin=subprocess.PIPE, stdout=w, start_new_session=True)
    os.close(w)
    os.close(r)
    for i, (method, params) in enumerate(requests):
        proc.stdin.write((json.dumps({"jsonrpc": "2.0", "id": i, "method": method, "params": params}) + "\n").encode())
    proc.stdin.close()
    return proc


INIT = ("initialize", {"protocol": 1, "mode": "act", "backend": "b", "environment": "test", "config": {}, "secrets": {}})
_ops = 0


def op():
    global _ops
    _ops += 1
    return f"{os.getpid():016x}{_ops:016x}"


def action(verb, target, **more):
    a = {"name": "act", "service": "auth", "level": 2, "class": "reverse", "verb": verb, "target": target, "environment": "test",
         "from": "", "to": "", "expect": "", "by": "maya", "incident": "INC-1", "reason": "logins fail"}
    a.update(more)
    return a


class Dir:
    def __enter__(self):
        self.path = tempfile.mkdtemp(prefix="plug-")
        return self.path

    def __exit__(self, *_):
        shutil.rmtree(self.path, ignore_errors=True)


def main(tests):
    """Run functions named test_*; words on the command line choose among them."""
    wanted = sys.argv[1:]
    failed = 0
    for name, fn in sorted(tests.items(), key=lambda t: t[1].__code__.co_firstlineno if callable(t[1]) and hasattr(t[1], "__code__") else 0):
        if not name.startswith("test_") or (wanted and not any(w in name for w in wanted)):
            continue
        began = time.monotonic()
        try:
            fn()
            print(f"ok   {name} ({time.monotonic() - began:.1f} s)", flush=True)
        except Exception:  # noqa: BLE001 - every failure is told, then counted
            failed += 1
            print(f"FAIL {name}\n{traceback.format_exc()}", flush=True)
    sys.exit(1 if failed else 0)
