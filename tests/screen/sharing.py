#!/usr/bin/env python3
"""A shared tmux session, with the real tmux: what the README says of sharing well holds, resizing fires, cancels and breaks nothing, and
`backout status --format tmux` says what is so in tmux's own status line, whatever a stranger called things."""
import os
import re
import shutil
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, "..", "crash")]
from engine_lab import BACKOUT, SOURCE, Lab, main, wait_for  # noqa: E402
from tap import Tap  # noqa: E402

PATIENCE = int(os.environ.get("BACKOUT_TEST_SLOW", "1"))
LETTERS = r"type  +(\w)  (\w)  (\w)  +to run it"
LINE = r"type  (\w+ \w\w\w)  and Enter"


class Session:
    """A tmux server of its own with one session; clients are real ones on ptys."""

    def __init__(self, lab, command, cols=100, rows=30):
        self.lab, self.sock, self.clients = lab, os.path.join(lab.top, "tm"), []
        self.env = {k: v for k, v in lab.env.items() if not k.startswith("TMUX")}
        self.env.update(TERM="screen-256color", LANG="C.UTF-8", LC_ALL="C.UTF-8")
        self.tmux("new-session", "-d", "-s", "inc", "-x", str(cols), "-y", str(rows), command)
        self.tmux("set", "-g", "status-interval", "1")

    def tmux(self, *args):
        p = subprocess.run(["tmux", "-S", self.sock, "-f", "/dev/null", *args], env=self.env, capture_output=True, text=True, timeout=20, check=False)
        return p.stdout.rstrip("\n")

    def attach(self, rows, cols, *options):
        tap = Tap(["tmux", "-S", self.sock, "attach", *options, "-t", "inc"], self.env, rows=rows, cols=cols)
        self.clients.append(tap)
        tap.quiet(0.3, 2)
        return tap

    def size(self):
        """Of the window, once it stands."""
        last, since = None, 0.0
        while True:
            for c in self.clients:
                c.read(0)
            now = self.tmux("display", "-p", "-t", "inc", "#{window_width}x#{window_height}")
            if now != last:
                last, since = now, time.monotonic()
            if time.monotonic() - since > 0.4:
                return last
            time.sleep(0.05)

    def text(self):
        return self.tmux("capture-pane", "-p", "-t", "inc")

    def until(self, pattern, seconds=15):
        end = time.monotonic() + seconds * PATIENCE
        while True:
            for c in self.clients:
                c.read(0)
            seen = self.text()
            found = re.search(pattern, seen)
            if found:
                return found
            assert time.monotonic() < end, "no %s in the pane:\n%s" % (pattern, seen)
            time.sleep(0.05)

    def leave(self, tap):
        self.clients.remove(tap)
        tap.end()

    def end(self):
        for c in list(self.clients):
            self.leave(c)
        self.tmux("kill-server")


def version():
    return tuple(int(x) for x in re.findall(r"\d+", subprocess.run(["tmux", "-V"], capture_output=True, text=True, check=False).stdout)[:2])


def declared(lab):
    lab.engine()
    c = lab.client()
    c.until("deploy")
    c.good("declare", {"title": "bad", "services": ["auth"]})
    c.close()


def test_a_watcher_does_not_shrink_the_commander():
    """README, "Sharing a terminal"."""
    with Lab() as lab:
        declared(lab)
        s = Session(lab, "%s watch --kit %s" % (BACKOUT, lab.kit))
        try:
            s.attach(31, 100)
            s.until("INC-1")
            assert s.size() == "100x30", s.size()
            for options in (("-r",), ("-f", "ignore-size"), ("-f", "read-only,ignore-size")):
                w = s.attach(20, 60, *options)
                assert s.size() == "100x30", (options, s.size())
                w.type("  ")
                assert s.size() == "100x30", (options, s.size())
                s.leave(w)
            w = s.attach(20, 60, "-r")
            w.type("nD")  # its keys go nowhere
            time.sleep(0.3)
            assert "note:" not in s.text() and "Title" not in s.text(), s.text()
            s.leave(w)
            w = s.attach(20, 60)  # and what it is good for: without them the window follows
            assert s.size() == "60x19", s.size()
            s.leave(w)
            assert s.size() == "100x30", s.size()
            w = s.attach(50, 160, "-r")  # a larger one sees the same
            assert s.size() == "100x30", s.size()
            w.until("INC-1")
        finally:
            s.end()


def drawn_anew(s, last):
    """The panel with other letters than before, and why."""
    end = time.monotonic() + 10 * PATIENCE
    while True:
        for c in s.clients:
            c.read(0)
        text = s.text()
        m = re.search(LETTERS, text)
        letters = "".join(m.groups()) if m else (re.search(LINE, text) or [0, last])[1][-3:]
        if letters != last and "the window changed its size: these letters are new" in text and "ROLL BACK auth" in text:
            return letters
        assert time.monotonic() < end, "no new letters after %s:\n%s" % (last, text)
        time.sleep(0.02)


def test_resizing_fires_cancels_and_breaks_nothing():
    """A watcher whose window flaps, the session's, and ours: the panel stays, its letters are new, and it says why."""
    with Lab() as lab:
        declared(lab)
        s = Session(lab, "%s watch --kit %s" % (BACKOUT, lab.kit))
        try:
            me = s.attach(31, 100)
            s.until("INC-1")
            me.type("r")
            first = s.until(LETTERS).groups()
            last, drawings = "".join(first), 1
            rounds = 12 if os.environ.get("BACKOUT_MUTANT") else 60
            began = time.monotonic()
            for i in range(rounds):
                rows, cols = ((24, 80), (40, 120), (13, 41), (31, 100), (11, 39), (50, 200), (3, 20))[i % 7]
                me.resize(rows, cols)
                me.p.send_signal(28)  # SIGWINCH; the ioctl has sent it where it could
                me.type("x" if rows < 13 else "", 0)  # a key that means no panel, where there is none to see
                me.read(0.05)
                if rows >= 24:
                    last = drawn_anew(s, last)
                    drawings += 1
                assert not lab.effects(), lab.effects()
                if time.monotonic() - began > 20:
                    break
            w = s.attach(24, 80)  # a watcher without ignore-size comes and goes
            for _ in range(4):
                s.leave(w)
                time.sleep(0.1)
                w = s.attach(24, 80)
            s.leave(w)
            me.resize(31, 100)
            assert s.size() == "100x30", s.size()
            line = s.until(LINE).group(1)
            assert not lab.effects()
            me.type(line + "\r", 0.06)
            wait_for(lambda: lab.effects(), 15)
            time.sleep(0.5)
            assert len(lab.effects()) == 1, lab.effects()
            assert len([e for e in lab.log() if e["kind"] == "action.fired"]) == 1
            panels = [e["kind"] for e in lab.log() if e["kind"] in ("action.armed", "action.disarmed")]
            assert panels[:1] == ["action.armed"] and panels.count("action.armed") == 1, panels
            print("      (%d sizes, %d drawings of letters seen)" % (i + 1, drawings))
        finally:
            s.end()


def status_line(s, client, pattern, seconds=20):
    """What tmux itself shows on its last line."""
    end = time.monotonic() + seconds * PATIENCE
    while True:
        client.read(0.1)
        last = client.lines()[-1]
        found = re.search(pattern, last)
        if found:
            return last
        assert time.monotonic() < end, "no %s on the status line: %r" % (pattern, last)


def test_status_line():
    """Short, in words, harmless, and true when the engine is gone."""
    with Lab() as lab:
        trap = os.path.join(lab.top, "trap")
        name = "x #(touch %s) #{pane_pid} #S #[fg=blue] %%H end" % trap.replace("/", "%")
        script = os.path.join(lab.top, "status.sh")
        with open(script, "w") as f:
            f.write("cd %s && touch() { :>%s; }; exec %s status --format tmux --store '/nowhere/%s/x'\n" % (lab.top, trap, BACKOUT, name))
        engine = lab.engine()
        c = lab.client()
        c.until("deploy")
        s = Session(lab, "sleep 600", cols=200)
        try:
            s.tmux("set", "-g", "status-right-length", "180")
            s.tmux("set", "-g", "status-right", "#(%s status --format tmux --kit %s)" % (BACKOUT, lab.kit))
            me = s.attach(31, 200)
            shown = status_line(s, me, r"lab +quiet")
            c.good("declare", {"title": "#(touch %s)" % trap, "services": ["auth"]})
            shown = status_line(s, me, r"TEST +INC-1 auth \d+:\d\d declared")
            assert len(shown.split("TEST", 1)[1]) < 40, shown
            engine.kill()
            engine.wait()
            status_line(s, me, r"INC-1 auth \d+:\d\d declared +no engine")
            s.tmux("set", "-g", "status-right", "#(sh %s)" % script)
            shown = status_line(s, me, r"backout: ")
            assert name in shown, shown
            time.sleep(1.5)
            assert not [f for f in os.listdir(lab.top) if f.startswith(("trap", "%"))], "a name ran a command"
        finally:
            s.end()
        plain = subprocess.run([BACKOUT, "status", "--format", "tmux", "--kit", lab.kit], env=dict(lab.env, NO_COLOR="1"), capture_output=True, text=True, check=False)
        assert "#[fg=red]" not in plain.stdout and "INC-1" in plain.stdout, plain.stdout
        styled = lab.run("status", "--format", "tmux", "--kit", lab.kit)
        assert styled.stdout.startswith("#[fg=red]") and styled.stdout.endswith("#[default]\n"), styled.stdout


def test_readme():
    """The section names what was tried here."""
    with open(os.path.join(SOURCE, "README.md"), encoding="utf-8") as f:
        section = f.read().split("## Sharing a terminal")[1].split("\n## ")[0]
    for words in ("attach -r", "ignore-size", "backout observe", "status-right", "backout status --format tmux", "status-right-length", "window-size"):
        assert words in section, words


if __name__ == "__main__":
    if not shutil.which("tmux") or version() < (3, 2):
        print("SKIP: there is no tmux of 3.2 or later")
        sys.exit(77)
    main(globals())
