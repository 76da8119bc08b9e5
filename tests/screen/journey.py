#!/usr/bin/env python3
"""A person's journey through the demo, in tmux at 80x24: the release turns bad, D, Enter, the action's key, three
letters, reverted, verified, closed.  Nothing is read but the screen; at the end the journal must say the same."""
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time

BUILD = os.path.abspath(os.environ.get("top_builddir", "."))
BACKOUT = os.path.join(BUILD, "backout")
WAIT = 90  # seconds until a screen must have come; generous, since nothing here is a measurement


class Screen:
    def __init__(self, home, cols, rows):
        self.sock = os.path.join(home, "tmux")
        self.env = {k: v for k, v in os.environ.items() if not k.startswith(("BACKOUT_", "XDG_", "TMUX"))}
        self.env.update(HOME=home, XDG_RUNTIME_DIR=home, XDG_STATE_HOME=home, TERM="xterm-256color", LANG="C.UTF-8",
                        BACKOUT_PLUGIN_PATH=os.path.join(BUILD, "plugins"))
        self.tmux("new-session", "-d", "-x", str(cols), "-y", str(rows), f"'{BACKOUT}' demo --speed 5; echo LEFT $?; exec sleep 600")

    def tmux(self, *args):
        return subprocess.run(["tmux", "-S", self.sock, "-f", "/dev/null", *args], env=self.env, stdout=subprocess.PIPE, text=True, check=False).stdout

    def text(self):
        return self.tmux("capture-pane", "-p")

    def key(self, *keys):
        for k in keys:
            self.tmux("send-keys", k)
            time.sleep(0.12)  # a hand, not a paste: three keys within 15 ms are a burst

    def until(self, pattern, what):
        end = time.monotonic() + WAIT
        while time.monotonic() < end:
            seen = self.text()
            found = re.search(pattern, seen)
            if found:
                return found
            time.sleep(0.05)
        raise SystemExit(f"FAIL: {what} never came; the screen:\n{seen}")

    def end(self):
        self.tmux("kill-server")


def lines_fit(s, cols):
    for line in s.text().splitlines():
        assert len(line) <= cols, line


def journey(cols, rows, home):
    s = Screen(home, cols, rows)
    try:
        s.until(r"QUIET", "the quiet screen")
        s.until(r"DEMO, NOT PRODUCTION", "what tells the demo from production")
        s.until(r"BREACHED: auth", "the breach")
        s.until(r"PROPOSED +r +roll back auth +8\.14\.0 -> 8\.13\.2", "the proposal")
        lines_fit(s, cols)
        s.key("D")
        s.until(r"Title:", "the title")
        s.key("Enter")
        s.until(r"COMMANDS", "command")
        s.key("r")
        s.until(r"type +[a-z] +[a-z] +[a-z]", "the panel")
        s.key("Escape")  # no is no
        s.until(r"DECIDE", "the decision again")
        s.key("r")
        letters = s.until(r"type +([a-z]) +([a-z]) +([a-z])", "the panel").groups()
        assert len(set(letters)) == 3 and "r" not in letters, letters
        lines_fit(s, cols)
        s.key(*letters)
        s.until(r"REVERTED", "reverted")
        s.until(r"VERIFIED\b(?!.*NOT YET)", "verified")
        s.until(r"INC-1 .*: VERIFIED|hurt .* - ", "the end of the clock")
        lines_fit(s, cols)
        told = subprocess.run([BACKOUT, "show", "INC-1", "--json", "--kit", kit_of(home), "--store", store_of(home)], env=s.env,
                              stdout=subprocess.PIPE, text=True, check=True).stdout
        check(json.loads(told))
        verified = subprocess.run([BACKOUT, "verify", store_of(home)], env=s.env, stdout=subprocess.PIPE, text=True, check=False)
        assert verified.returncode == 0, verified.stdout
        s.key("X")
        s.until(r"close INC-1 as", "the question how it is closed")
        s.key("Enter")  # verified: "reverted" stands there already
        s.until(r"QUIET", "quiet again")
        s.key("q")
        s.until(r"LEFT 0", "the end of the console")
    finally:
        s.end()


def world_of(home):
    demo = os.path.join(home, "backout-demo")
    return os.path.join(demo, [d for d in os.listdir(demo) if d.startswith("w-")][0])


def kit_of(home):
    return os.path.join(world_of(home), "kit")


def store_of(home):
    return os.path.join(world_of(home), "store", "journal.db")


def check(i):
    """What the screen said, by the journal."""
    p = i["phases"]
    order = [p[k] for k in ("onset", "detected", "declared", "decided", "fired", "acted", "verified")]
    assert all(order) and order == sorted(order), p
    assert [a["outcome"] for a in i["actions"]] == ["done"], i["actions"]
    a = i["actions"][0]
    assert (a["from"], a["to"], a["via"], a["changed"]) == ("8.14.0", "8.13.2", "key", "full"), a
    assert i["verification"]["state"] == "passed", i["verification"]
    assert i["kind"] == "demo" and i["promises"]["kept"] is True, i


def main():
    if not shutil.which("tmux"):
        print("SKIP: there is no tmux")
        return 77
    for cols, rows in ((80, 24), (200, 50)):
        home = tempfile.mkdtemp(prefix="bo-")  # short: a socket's path has at most 100 bytes
        try:
            journey(cols, rows, home)
            print(f"PASS: the journey at {cols}x{rows}")
        finally:
            env = dict(os.environ, HOME=home, XDG_RUNTIME_DIR=home, XDG_STATE_HOME=home)
            subprocess.run([BACKOUT, "demo", "--clean"], env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
            shutil.rmtree(home, ignore_errors=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
