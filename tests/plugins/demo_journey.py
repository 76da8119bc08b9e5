#!/usr/bin/env python3
"""An incident on the demo's real processes, by command line: limit crossed, declared, fired, proven, closed, looked back on."""
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import events_doc  # noqa: E402

BUILD = pathlib.Path(os.environ.get("top_builddir", ".")).resolve()
BACKOUT, SHOP = BUILD / "backout", BUILD / "demo" / "backout-demo-shop"
SPEED = "6"
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$")
number = (int, float)

# The contract's shape (section 2): every name, and of what type its value may be.
MAYBE_TIME, MAYBE_NUMBER, MAYBE_TEXT, MAYBE_BOOL = "time?", "number?", "text?", "bool?"
CHECK = {"name": str, "from": {"kit", "breach", "report"}, "state": str, "was_bad": bool}
ACTION = {"key": str, "op": str, "digest": str, "action": str, "service": str, "level": int,
          "class": {"contain", "slow", "stop", "reverse", "forward"}, "verb": str, "backend": str, "by": str,
          "via": {"key", "command", "automatic", "external"}, "authority": {"service", "shared", "global", "break-glass", "automatic"},
          "acknowledged_by": [str], "reason": str, "from": MAYBE_TEXT, "to": MAYBE_TEXT,
          "outcome": {"waiting", "countdown", "running", "done", "failed", "unknown", "refused", "vetoed", "expired", "cancelled"},
          "changed": {"none", "partial", "full", "unknown"}, "fired": MAYBE_TIME, "ended": MAYBE_TIME, "detail": MAYBE_TEXT, "resolved_by": MAYBE_TEXT}
LISTED = {"incident": str, "kind": {"real", "drill", "demo", "reconstructed"}, "environment": str, "title": str, "services": [str],
          "state": {"declared", "fired", "acted", "verified", "closed"}, "resolution": MAYBE_TEXT, "commander": MAYBE_TEXT,
          "phases": {k: MAYBE_TIME for k in "onset detected declared decided fired acted verified".split()},
          "durations": {**{k: MAYBE_NUMBER for k in "detect_s decide_s approve_s act_s verify_s bad_to_reverted_s onset_to_verified_s".split()}, "approximate": bool},
          "promises": {"confirmed_s": MAYBE_NUMBER, "confirmed_kept": MAYBE_BOOL, "target_s": MAYBE_NUMBER, "target_kept": MAYBE_BOOL, "kept": MAYBE_BOOL},
          "verification": {"state": {"waiting", "passed", "failed", "unmeasured", "none"}, "why": str, "checks": [CHECK]},
          "pins": [dict], "gaps": [dict], "events": int, "head": str}
SHOWN = {**LISTED, "breaches": [{"row": str, "service": str, "signal": MAYBE_TEXT, "at": MAYBE_TIME, "value": MAYBE_NUMBER, "action": str, "owner": str}],
         "actions": [ACTION]}
STATUS = {"engine": {"running", "none"}, "kit": str, "environment": str, "breached": int, "cannot_tell": int, "waiting": [str], "head": str,
          "incidents": [{"incident": str, "state": str, "clock_s": MAYBE_NUMBER, "commander": MAYBE_TEXT}],
          "sources": [{"backend": str, "state": str, "age_s": MAYBE_NUMBER}]}


def fits(value, shape, where="."):
    """Fail where value has not the shape; more fields than it names are allowed."""
    if isinstance(shape, dict):
        assert isinstance(value, dict), where
        for k, s in shape.items():
            assert k in value, f"{where}: {k} is missing"
            fits(value[k], s, f"{where}/{k}")
    elif isinstance(shape, list):
        assert isinstance(value, list), where
        for i, v in enumerate(value):
            fits(v, shape[0], f"{where}/{i}")
    elif isinstance(shape, set):
        assert value in shape, f"{where}: {value}"
    elif isinstance(shape, str):
        kind = {MAYBE_TIME: str, MAYBE_NUMBER: number, MAYBE_TEXT: str, MAYBE_BOOL: bool}[shape]
        assert value is None or isinstance(value, kind), f"{where}: {value}"
        assert shape != MAYBE_TIME or value is None or TIME.match(value), f"{where}: {value}"
    else:
        assert isinstance(value, shape), f"{where}: {value}"


class Demo:
    def __init__(self, where):
        self.where, self.store = where, where / "store/journal.db"
        (where / "store").mkdir(mode=0o700)
        self.keeper = subprocess.Popen([SHOP, "--world", where, "--speed", SPEED], stdout=subprocess.PIPE)
        assert self.keeper.stdout.readline() == b"ready\n"
        self.engine = None
        self.engine_start()

    def engine_start(self):
        self.engine = subprocess.Popen([BACKOUT, "engine", "--store", self.store, "--demo", self.where / "kit"],
                                       stdout=subprocess.PIPE, stderr=open(self.where / "engine.err", "a"))
        assert self.engine.stdout.readline() == b"ready\n", (self.where / "engine.err").read_text()

    def run(self, *words, rc=0):
        env = {k: v for k, v in os.environ.items() if not k.startswith("BACKOUT_K") and not k.startswith("BACKOUT_S")}
        p = subprocess.run([BACKOUT, *words, "--kit", self.where / "kit", "--store", self.store], stdout=subprocess.PIPE,
                           stderr=subprocess.PIPE, text=True, env=env, timeout=150)
        assert p.returncode == rc, f"{words}: {p.returncode}\n{p.stdout}{p.stderr}"
        self.err = p.stderr
        return p.stdout

    def json(self, *words):
        return json.loads(self.run(*words, "--json"))

    def world(self):
        return json.loads((self.where / "world.json").read_text())["processes"]

SLOW = int(os.environ.get("BACKOUT_TEST_SLOW", "1"))  # sanitized programs take several times as long


def until(what, seconds, test):
    end = time.monotonic() + seconds * SLOW
    while time.monotonic() < end:
        answer = test()
        if answer:
            return answer
        time.sleep(0.2)
    raise AssertionError(f"not within {seconds * SLOW} s: {what}")


def alive(pid):
    try:
        return pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def breach(d):
    until("the row breaches", 40, lambda: d.json("status")["breached"])
    fits(d.json("status"), STATUS)
    rows = d.run("brief")
    assert "locked-out" in rows and "crossed since" in rows, rows
    changes = d.json("changes", "auth")
    assert changes[0]["to"] == "8.14.0" and changes[0]["since"] == "breached", changes
    assert changes[0]["by"] == "lena"


def decide(d):
    assert d.run("declare", "--title", "users cannot log in", "--service", "auth").split()[0] == "INC-1"
    seen = d.json("show", "INC-1")
    fits(seen, SHOWN)
    assert seen["kind"] == "demo" and seen["state"] == "declared" and seen["breaches"][0]["row"] == "locked-out", seen
    assert "NEEDS      a decision: auth-rollback of auth, 8.14.0 -> 8.13.2" in d.run("brief")


def fire(d):
    d.run("fire", "auth-rollback", "--yes", "--wait", "--reason", "people cannot log in")
    seen = d.json("show", "INC-1")
    fits(seen, SHOWN)
    p = seen["phases"]
    order = [p[k] for k in "onset detected declared decided fired acted verified".split()]
    assert None not in order and order == sorted(order), p
    assert seen["state"] == "verified" and seen["verification"]["state"] == "passed", seen["verification"]
    assert any(c["was_bad"] and "login_failures" in c["name"] for c in seen["verification"]["checks"]), seen["verification"]
    assert seen["actions"][0]["outcome"] == "done" and seen["actions"][0]["from"] == "8.14.0" and seen["actions"][0]["to"] == "8.13.2"
    assert seen["promises"]["kept"] is True, seen["promises"]
    assert (d.where / "world/auth/current").readlink().name == "8.13.2"
    assert d.json("changes", "auth")[1]["rolled_back"]
    fits(d.json("list"), [LISTED])
    assert len(d.run("brief").splitlines()) <= 10


def alone(d):
    """With an incident open and no engine, whoever asks is told so; a new engine goes on."""
    d.engine.kill()
    d.engine.wait()
    for words in ["status"], ["list"], ["show", "INC-1"], ["brief"], ["changes"]:
        d.run(*words)
        assert "INC-1 is open, and no engine runs" in d.err, (words, d.err)
    assert d.json("status")["engine"] == "none"
    d.engine_start()
    assert d.json("status")["engine"] == "running"
    assert d.json("show", "INC-1")["state"] == "verified"


def close(d):
    d.run("close", "--as", "reverted")
    assert d.json("show", "INC-1")["resolution"] == "reverted"
    d.run("verify")
    undocumented = events_doc.check([json.loads(line) for line in d.run("log", "--json").splitlines()])
    assert not undocumented, undocumented
    d.engine.terminate()
    d.engine.wait()
    world = d.world()
    until("nothing outlives the engine by 5 s", 5, lambda: d.keeper.poll() is not None and not any(alive(p["pid"]) for p in world))
    d.run("list")
    assert d.err == "", d.err


def main():
    if not all((BUILD / p).exists() for p in ("backout", "demo/backout-demo-shop", "plugins/backout-plugin-probe", "plugins/backout-plugin-releases")):
        print("the demo is not built", file=sys.stderr)
        return 77
    where = pathlib.Path(tempfile.mkdtemp(prefix="bo-journey-"))
    d = Demo(where)
    try:
        for step in breach, decide, fire, alone, close:
            step(d)
            print(f"{step.__name__}: ok", flush=True)
    finally:
        for p in [d.engine, d.keeper]:
            if p.poll() is None:
                p.send_signal(signal.SIGTERM)
                p.wait(10)
        shutil.rmtree(where, ignore_errors=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
