#!/usr/bin/env python3
"""The demo's world is real: a release locks people out, a flip back lets them in, nothing outlives its keeper or engine."""
import fcntl
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request

BUILD = pathlib.Path(os.environ.get("top_builddir", "."))
SHOP = BUILD / "demo" / "backout-demo-shop"
SPEED = 6.0
WINDOW = 15 / SPEED


def get(port, path):
    with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=5) as r:
        return json.load(r)


def stats(world, service):
    return get(world["ports"][service], f"/stats?window={WINDOW}")

SLOW = int(os.environ.get("BACKOUT_TEST_SLOW", "1"))  # sanitized programs take several times as long


def until(what, seconds, test):
    """Wait until test() is true; its last answer."""
    end = time.monotonic() + seconds * SLOW
    while time.monotonic() < end:
        answer = test()
        if answer:
            return answer
        time.sleep(0.05)
    raise AssertionError(f"not within {seconds * SLOW} s: {what}")


def start(where, *more):
    keeper = subprocess.Popen([SHOP, "--world", where, "--speed", str(SPEED), *more], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)
    assert keeper.stdout.readline() == b"ready\n", "the world did not start"
    return keeper, json.loads((where / "world.json").read_text())


def gone(world):
    return not [p for p in world["processes"] if p["name"] != "keeper" and alive(p["pid"])]


def alive(pid):
    try:
        return pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def flip(where, version):
    os.symlink(f"releases/{version}", where / "world/auth/.flip")
    os.rename(where / "world/auth/.flip", where / "world/auth/current")
    os.kill(int((where / "world/auth/pid").read_text()), signal.SIGHUP)


def outage(where):
    """Quiet, locked out, let in again."""
    keeper, world = start(where, "--alone")
    assert get(world["ports"]["auth"], "/version")["release"] == "8.13.2"
    until("people log in", 10, lambda: stats(world, "auth")["login_ok"] > 20)
    assert stats(world, "auth")["login_failures"] < 0.05, stats(world, "auth")
    until("8.14.0 goes live", 10, lambda: get(world["ports"]["auth"], "/version")["release"] == "8.14.0")
    bad = until("logins fail", 15, lambda: (lambda s: s if (s["login_failures"] or 0) > 0.4 else None)(stats(world, "auth")))
    assert bad["error_rate"] < 0.02, bad
    assert stats(world, "checkout")["error_rate"] < 0.02, "5xx moved: this outage is not the one of the JWT tokens"
    until("people are locked out", 10, lambda: json.loads((where / "world/tally.json").read_text())["locked_out"] > 20)
    # the link alone changes nothing, and a release that is not there leaves the old process serving
    flip(where, "9.9.9")
    time.sleep(0.5)
    assert get(world["ports"]["auth"], "/version")["release"] == "8.14.0"
    flip(where, "8.13.2")
    until("the process says 8.13.2", 5, lambda: get(world["ports"]["auth"], "/version")["release"] == "8.13.2")
    until("logins are good again", 20, lambda: (lambda s: s["logins"] > 20 and s["login_failures"] < 0.03)(stats(world, "auth")))
    # a service that dies is started again on its port, as a service manager would
    os.kill(int((where / "world/ledger/pid").read_text()), signal.SIGKILL)
    until("ledger is back", 5, lambda: get(world["ports"]["ledger"], "/version")["service"] == "ledger")
    world = json.loads((where / "world.json").read_text())
    keeper.kill()
    keeper.wait()
    until("nothing outlives a killed keeper", 3, lambda: gone(world))


def with_engine(where):
    """The world ends within 5 s of whoever held the store's lock."""
    (where / "store").mkdir()
    lock = open(where / "store/lock", "w")
    print(f"store journal.db\npid {os.getpid()}", file=lock, flush=True)
    fcntl.flock(lock, fcntl.LOCK_EX)
    keeper, world = start(where)
    time.sleep(3.5)
    assert keeper.poll() is None and not gone(world), "it ended while its engine lived"
    lock.close()
    began = time.monotonic()
    until("the world ends after its engine", 5, lambda: gone(world) and keeper.poll() is not None)
    assert time.monotonic() - began > 1, "an engine that is replaced must find its world"


def main():
    if not SHOP.exists():
        print(f"{SHOP} is not built", file=sys.stderr)
        return 77
    for part in outage, with_engine:
        where = pathlib.Path(tempfile.mkdtemp(prefix="bo-world-"))
        try:
            part(where)
        finally:
            if (where / "world.json").exists():
                for p in json.loads((where / "world.json").read_text())["processes"]:
                    if p["pid"] and alive(p["pid"]) and "backout-demo-shop" in pathlib.Path(f"/proc/{p['pid']}/cmdline").read_text():
                        os.kill(p["pid"], signal.SIGKILL)
            shutil.rmtree(where, ignore_errors=True)
        print(f"{part.__name__}: ok")
    return 0


if __name__ == "__main__":
    sys.exit(main())
