#!/usr/bin/env python3
"""What acts by itself, as a person sees it: a real engine and a console in tmux at 80x24.  The countdown stands there with
what happens at its end; v stops it and nothing fires; with nothing pressed it goes back and the screen follows; the
action's own key takes its place."""
import contextlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, "..", "crash")]
from engine_auto import Auto, kinds  # noqa: E402
from engine_lab import BACKOUT, main, wait_for  # noqa: E402

WAIT = 30 * int(os.environ.get("BACKOUT_TEST_SLOW", "1"))


class Console:
    """backout watch in a tmux of its own."""

    def __init__(self, lab, cols=80, rows=24, more=""):
        self.room = tempfile.mkdtemp(prefix="bo-auto-")
        self.env = dict(lab.env, TERM="xterm-256color", LANG="C.UTF-8", LC_ALL="C.UTF-8")
        self.env.pop("TMUX", None)
        self.tmux("new-session", "-d", "-x", str(cols), "-y", str(rows), "%s watch --kit %s %s; exec sleep 600" % (BACKOUT, lab.kit, more))

    def __enter__(self):
        return self

    def __exit__(self, *why):
        self.tmux("kill-server")
        shutil.rmtree(self.room, ignore_errors=True)

    def tmux(self, *words):
        return subprocess.run(["tmux", "-S", os.path.join(self.room, "s"), "-f", "/dev/null", *words], env=self.env, stdout=subprocess.PIPE,
                              text=True, timeout=20, check=False).stdout

    def text(self, *more):
        return self.tmux("capture-pane", "-p", *more)

    def key(self, *keys):
        for k in keys:
            self.tmux("send-keys", k)
            time.sleep(0.12)  # a hand, not a paste

    def until(self, pattern):
        """The first frame in which it stands."""
        end = time.monotonic() + WAIT
        while True:
            seen = self.text()
            found = re.search(pattern, seen)
            if found:
                return seen, found
            assert time.monotonic() < end, "%s never came; the screen:\n%s" % (pattern, seen)
            time.sleep(0.05)


@contextlib.contextmanager
def world(**kit):
    """41 served well, 42 came, and somebody looks on."""
    with Auto(**kit) as lab:
        c = lab.begun()
        with Console(lab) as screen:
            screen.until(r"QUIET")
            yield lab, c, screen


def whole(frame):
    """No countdown without what happens at its end, and what one can do about it."""
    assert re.search(r"BY ITSELF AT \d\d:\d\d:\d\d \(\d+:\d\d\) ", frame), frame
    assert "auth-rollback: auth 42 -> 41" in frame, frame
    assert re.search(r"^ v not this time \(anyone who is in the kit\) +r now", frame, re.M), frame
    assert "press nothing: it happens" in frame and "may, because:" in frame, frame
    assert frame.rstrip("\n").split("\n")[-1].startswith(" v not this time  r now"), frame
    at, left = re.search(r"BY ITSELF AT \d\d:(\d\d:\d\d) \((\d+:\d\d)\)", frame).groups()
    now = re.search(r"\d\d:(\d\d:\d\d) [A-Z+-]", frame.split("\n")[0]).group(1)
    seconds = [int(m) * 60 + int(s) for m, s in (x.split(":") for x in (now, left, at))]
    assert (seconds[0] + seconds[1] - seconds[2]) % 3600 == 0, "now, what is left and when do not add up:\n" + frame


def test_v_stops_it():
    with world(veto="60s") as (lab, c, screen):
        lab.bad("auth")
        frame, _ = screen.until(r"BY ITSELF AT ")
        whole(frame)
        key = c.until("action.requested")["body"]["key"]
        line = lab.run("status", "--format", "tmux").stdout
        assert re.match(r"(#\[[a-z=]*\])?BY ITSELF \d:\d\d auth 42->41  ", line), line
        status = json.loads(lab.run("status", "--json").stdout)
        down = status["countdowns"][0]
        assert (down["key"], down["service"], down["action"], down["from"], down["to"], down["row"]) == (key, "auth", "auth-rollback", "42", "41", "errors")
        assert 0 < down["left_s"] <= 60 and status["waiting"] == [key], status
        assert "BY ITSELF  at " in lab.run("brief").stdout and "BY ITSELF  at " in lab.run("show", "INC-1").stdout
        screen.key("t")
        frame, _ = screen.until(r"WHAT HAPPENED")
        assert "BY ITSELF AT" in frame and frame.rstrip("\n").split("\n")[-1].startswith(" v not this time"), frame
        screen.key("v")
        vetoed = c.until("action.vetoed")
        assert vetoed["body"]["key"] == key and vetoed["actor"] == "tess", vetoed
        screen.key("Escape")
        frame, _ = screen.until(r"tess said not this time \d\d:\d\d: nothing by itself on auth")
        assert "BY ITSELF AT" not in frame and "PROPOSED  r  roll back auth  42 -> 41" in frame, frame
        lab.missing("said not this time")
        again = lab.run("veto")
        assert again.returncode == 1 and "nothing counts down" in again.stderr and "BY ITSELF" in again.stderr, again
        assert not lab.effects() and kinds(lab).count("action.requested") == 1 and "action.fired" not in kinds(lab)


def test_with_nothing_pressed_it_goes_back():
    with world(veto="3s") as (lab, c, screen):
        c.close()
        lab.bad("auth")
        frame, _ = screen.until(r"BY ITSELF AT ")
        whole(frame)
        screen.until(r"RUNNING INC-1/1 auth 42 -> 41|REVERTED \d\d")
        wait_for(lambda: lab.get("auth") == "41", WAIT)
        lab.bad("auth", rate="0.01")
        frame, _ = screen.until(r"REVERTED \d\d:\d\d:\d\d.*\n.*NOT YET VERIFIED")
        assert "BY ITSELF AT" not in frame, frame
        assert len(lab.effects()) == 1
        lab.verify()


def test_its_own_key_takes_its_place():
    with world(veto="60s") as (lab, c, screen):
        lab.bad("auth")
        screen.until(r"BY ITSELF AT ")
        screen.key("r")
        frame, letters = screen.until(r"type +([a-z]) +([a-z]) +([a-z]) +to run it")
        assert "BY ITSELF AT" in frame and re.search(r"by itself +in \d:\d\d, INC-1/1; this takes its place. Esc leaves it counting", frame), frame
        screen.key(*letters.groups())
        fired = c.until("action.fired")
        assert fired["body"]["key"] == "INC-1/2", fired
        screen.until(r"RUNNING INC-1/2 auth 42 -> 41|REVERTED \d\d")
        c.until("action.ended", key="INC-1/2", outcome="done")
        assert len(lab.effects()) == 1
        assert [k for k in kinds(lab) if k in ("action.expired", "action.fired")] == ["action.expired", "action.fired"]


def test_what_is_missing_is_said():
    with world(limits=", within: 1s") as (lab, _, screen):
        time.sleep(1.2)  # by the clocks of the world: the deploy is too long ago to be the cause
        lab.bad("auth")
        screen.until(r"NOT BY ITSELF +no change of auth or of what it\s+depends on went live within 1s")
        said = json.loads(lab.run("status", "--json").stdout)["holds"]
        assert any("went live within 1s" in m for h in said if h["row"] == "errors" and h["service"] == "auth" for m in h["missing"]), said
        assert "BY ITSELF  no, auth errors: no change of auth" in lab.run("brief").stdout
        assert "action.requested" not in kinds(lab)


if __name__ == "__main__":
    if not shutil.which("tmux"):
        sys.exit(77)
    main(globals())
