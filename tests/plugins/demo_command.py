#!/usr/bin/env python3
"""`backout demo`: two at once share one world, a killed one is cleaned up after, nothing stays behind."""
import json
import os
import pathlib
import pty
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time

BUILD = pathlib.Path(os.environ.get("top_builddir", ".")).resolve()
BACKOUT = BUILD / "backout"

SLOW = int(os.environ.get("BACKOUT_TEST_SLOW", "1"))  # sanitized programs take several times as long


def until(what, seconds, test):
    end = time.monotonic() + seconds * SLOW
    while time.monotonic() < end:
        answer = test()
        if answer:
            return answer
        time.sleep(0.1)
    raise AssertionError(f"not within {seconds * SLOW} s: {what}")


class Console:
    """A `backout demo` on a terminal of its own; what it paints is read and forgotten."""

    def __init__(self, env):
        self.pid, self.fd = pty.fork()
        if not self.pid:
            os.execve(BACKOUT, ["backout", "demo", "--speed", "5"], env)
        self.seen = b""
        threading.Thread(target=self.drain, daemon=True).start()

    def drain(self):
        try:
            while chunk := os.read(self.fd, 65536):
                self.seen = (self.seen + chunk)[-200000:]
        except OSError:
            pass

    def kill(self):
        os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)


def worlds(place):
    return sorted(place.glob("w-*"))


def engine_of(world):
    try:
        for line in (world / "store/lock").read_text().splitlines():
            if line.startswith("pid ") and alive(int(line[4:])):
                return int(line[4:])
    except OSError:
        pass
    return None


def alive(pid):
    try:
        return pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def of_world(place):
    """Every living process that speaks of this place on its command line."""
    found = []
    for p in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            if str(place).encode() in (p / "cmdline").read_bytes() and alive(int(p.name)):
                found.append(int(p.name))
        except OSError:
            pass
    return found


def clean(env):
    return subprocess.run([BACKOUT, "demo", "--clean"], env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=60)


def main():
    if not BACKOUT.exists() or not (BUILD / "demo/backout-demo-shop").exists():
        print("the demo is not built", file=sys.stderr)
        return 77
    run = pathlib.Path(tempfile.mkdtemp(prefix="bo-run-"))
    place = run / "backout-demo"
    env = {**os.environ, "XDG_RUNTIME_DIR": str(run), "TERM": "xterm-256color"}
    try:
        both = [Console(env), Console(env)]
        world = until("a world", 15, lambda: worlds(place))
        until("its engine", 15, lambda: engine_of(world[0]))
        until("both consoles show it", 15, lambda: all(b"NOT PRODUCTION" in c.seen for c in both))
        assert worlds(place) == world, "two demos at once made two worlds"
        print("two at once: ok", flush=True)

        processes = json.loads((world[0] / "world.json").read_text())["processes"]
        for c in both:
            c.kill()
        # an engine that the other console started may still have been on its way, and takes the lock over
        for _ in range(10):
            if engine := engine_of(world[0]):
                os.kill(engine, signal.SIGKILL)
            time.sleep(0.1)
        until("the world ends with its killed engine", 5, lambda: not any(alive(p["pid"]) for p in processes))
        print("killed engine: ok", flush=True)

        third = Console(env)
        until("the killed world is removed, a new one lives", 20, lambda: len(worlds(place)) == 1 and worlds(place) != world and engine_of(worlds(place)[0]))
        world = worlds(place)
        keeper = json.loads((world[0] / "world.json").read_text())["processes"]
        third.kill()
        os.kill(keeper[0]["pid"], signal.SIGKILL)
        until("nothing outlives a killed keeper", 5, lambda: not any(alive(p["pid"]) for p in keeper))
        print("next demo: ok", flush=True)

        said = clean(env)
        assert said.returncode == 0 and "removed 1 demo world" in said.stdout, said.stdout
        until("all of it is gone", 5, lambda: not worlds(place) and not of_world(place))
        assert "nothing was left" in clean(env).stdout
        print("clean: ok", flush=True)
    finally:
        for pid in of_world(run):
            os.kill(pid, signal.SIGKILL)
        shutil.rmtree(run, ignore_errors=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
