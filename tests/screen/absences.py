#!/usr/bin/env python3
"""Everything that can be late or gone, on the real console (docs/console.md, "What it says when"): it is named in these words, within so many
seconds, and keys answer meanwhile."""
import os
import re
import shutil
import signal
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, "..", "crash")]
from engine_lab import BACKOUT, BUILD, Lab, main, wait_for  # noqa: E402
from tap import Tap  # noqa: E402

PRELOAD = os.path.join(os.path.abspath(BUILD), "tests", "crash", "slow_sync.so")
PATIENCE = int(os.environ.get("BACKOUT_TEST_SLOW", "1"))


def console(lab, *words):
    tap = Tap([BACKOUT, *(words or ("watch", "--kit", lab.kit))], lab.env, cwd=lab.top)
    tap.until(r"sources \d/\d", 20 * PATIENCE)
    return tap


def said(tap, pattern, seconds, what):
    """The words, and how long they took; more than so many seconds is too long."""
    began = time.monotonic()
    tap.until(pattern, (seconds + 10) * PATIENCE)
    took = time.monotonic() - began
    print("      %-34s %5.1f s  %s" % (what, took, re.search(pattern, tap.text()).group().strip()[:90]))
    assert took < seconds * PATIENCE, "%s: said after %.1f s" % (what, took)


def keys_answer(tap):
    """A view opens and closes at once, whatever else stands still."""
    for key, seen in (("t", "WHAT HAPPENED"), ("a", "WAYS BACK"), ("P", "KEPT OUT")):
        since = time.monotonic()
        tap.type(key, 0)
        tap.until(seen, 3 * PATIENCE)
        assert time.monotonic() - since < 0.3 * PATIENCE, "%s took %.2f s" % (key, time.monotonic() - since)
        tap.type("\x1b")
        time.sleep(0.12)
        tap.read(0)


def gone_again(tap, pattern, seconds=10):
    end = time.monotonic() + seconds * PATIENCE
    while re.search(pattern, tap.text()):
        assert time.monotonic() < end, "still there: %s\n%s" % (pattern, tap.text())
        tap.read(0.05)


class Scene:
    """An engine that is on, and a console on it."""

    def __init__(self, lab, *words):
        self.lab = lab
        self.engine = lab.engine()
        c = lab.client()
        c.until("deploy")
        c.until("samples")
        c.close()
        self.tap = console(lab, *words)
        self.tap.until("sources 1/1", 10)

    def plugin(self):
        """The watching process of the backend."""
        for name in os.listdir("/proc"):
            if name.isdigit():
                try:
                    words = open("/proc/%s/cmdline" % name, "rb").read()
                except OSError:
                    continue
                if self.lab.plugin.encode() in words:
                    return int(name)
        return None


def test_engine_killed():
    """The console says so, keys answer, and starts one: it comes back by itself."""
    with Lab() as lab:
        s = Scene(lab)
        s.engine.kill()
        said(s.tap, r"ENGINE (GONE|SILENT \d+ s)", 2, "engine killed")
        keys_answer(s.tap)
        gone_again(s.tap, "ENGINE (GONE|SILENT)")
        assert lab.engine_pids(), "no engine was started"
        s.tap.end()


def test_engine_killed_under_an_observer_of_a_store():
    """Who may not start one says for how long it has been gone."""
    with Lab() as lab:
        kit, lab.env["BACKOUT_KIT"] = lab.env["BACKOUT_KIT"], ""
        s = Scene(lab, "observe", "--store", lab.store)
        lab.env["BACKOUT_KIT"] = kit
        s.engine.kill()
        said(s.tap, r"ENGINE (GONE|SILENT \d+ s)", 2, "engine killed, observer")
        said(s.tap, r"ENGINE SILENT [4-9] s", 8, "and its age")
        keys_answer(s.tap)
        s.tap.type("D")
        s.tap.until("only looks on")
        s.tap.end()


def test_engine_stopped():
    with Lab() as lab:
        s = Scene(lab)
        s.engine.send_signal(signal.SIGSTOP)
        try:
            said(s.tap, r"ENGINE SILENT 2 s", 3.5, "engine stopped (SIGSTOP)")
            keys_answer(s.tap)
            s.tap.type("n")
            s.tap.until("note:")
            s.tap.type("so be it\r", 0.03)
            said(s.tap, r"has not answered for \d+ s", 2, "an ask meanwhile")
        finally:
            s.engine.send_signal(signal.SIGCONT)
        gone_again(s.tap, "ENGINE (GONE|SILENT)|has not answered")
        wait_for(lambda: [e for e in lab.log() if e["kind"] == "note"], 10)
        assert len([e for e in lab.log() if e["kind"] == "note"]) == 1
        s.tap.end()


def test_engine_replaced():
    with Lab() as lab:
        s = Scene(lab)
        c = lab.client()
        c.good("declare", {"title": "bad", "services": ["auth"]})
        c.close()
        s.tap.until("INC-1")
        lab.engine("--replace")
        gone_again(s.tap, "ENGINE (GONE|SILENT)", 5)
        keys_answer(s.tap)
        assert "INC-1" in s.tap.text() and "COMMANDS" in s.tap.text(), s.tap.text()
        s.tap.type("n")
        s.tap.until("note:")
        s.tap.type("still here\r", 0.03)
        s.tap.until("noted")
        s.tap.end()


def test_socket_gone():
    """Whoever is there stays, and the engine binds it again for others."""
    with Lab() as lab:
        s = Scene(lab)
        os.unlink(lab.socket)
        wait_for(lambda: os.path.exists(lab.socket), 5)
        keys_answer(s.tap)
        assert not re.search("ENGINE (GONE|SILENT)", s.tap.text()), s.tap.text()
        other = console(lab)
        other.end()
        assert len(lab.engine_pids()) == 1
        s.tap.end()


def test_store_gone():
    """It fires nothing more and says so; what comes back is another store, and the console says that, too."""
    with Lab() as lab:
        s = Scene(lab)
        c = lab.client()
        c.good("declare", {"title": "bad", "services": ["auth"]})
        c.close()
        s.tap.until("INC-1")
        shutil.move(lab.store, lab.store + ".away")
        said(s.tap, r"the store takes nothing: it was removed or replaced; nothing fires", 3, "store deleted")
        keys_answer(s.tap)
        said(s.tap, r"another journal than a moment ago: the store was moved, deleted or\s+replaced", 10, "and another one made")
        gone_again(s.tap, "INC-1")
        keys_answer(s.tap)
        s.tap.end()


def test_disk_full():
    """It stands over the keys until there is space; nothing fires meanwhile."""
    with Lab() as lab:
        full = os.path.join(lab.top, "full")
        before = lab.env
        lab.env = dict(before, LD_PRELOAD=PRELOAD, FULL_DISK=full, ASAN_OPTIONS="verify_asan_link_order=0:" + os.environ.get("ASAN_OPTIONS", ""))
        try:
            lab.engine()
            lab.env = before
            c = lab.client()
            c.until("deploy")
            c.good("declare", {"title": "bad", "services": ["auth"]})
            tap = Tap([BACKOUT, "watch", "--kit", lab.kit], lab.env, cwd=lab.top)
            tap.until("INC-1")
            open(full, "w").close()
            said(tap, r"the store takes nothing: the disk is full; nothing fires meanwhile", 3, "disk full")
            keys_answer(tap)
            assert "the disk is full" in tap.text(), "a key took it away:\n" + tap.text()
            tap.type("r")
            m = tap.until(r"type  +(\w)  (\w)  (\w)  +to run it|not on disk|Nothing was fired", 10)
            if m.group(1):
                tap.type("".join(m.groups()), 0.05)
            tap.until(r"Nothing was fired|NOT KNOWN", 10)
            assert not lab.effects()
            time.sleep(1)
            tap.read(0)
            tap.type(" ")
            tap.until("the disk is full", 5)
            os.unlink(full)
            said(tap, "the store takes writes again", 5, "space again")
            gone_again(tap, "the disk is full")
            assert not lab.effects()
            tap.end()
            c.close()
        finally:
            lab.env = before
            if os.path.exists(full):
                os.unlink(full)


def test_backend_hangs():
    """Its process stands still: not even a ping is answered.  Ages grow meanwhile; it comes back by itself."""
    with Lab() as lab:
        s = Scene(lab)
        pid = s.plugin()
        os.kill(pid, signal.SIGSTOP)
        try:
            said(s.tap, r"SOURCE +world: failed: it hangs: not even a ping was answered", 14, "backend hangs")
            assert "sources 0/1" in s.tap.text(), s.tap.text()
            keys_answer(s.tap)
        finally:
            os.kill(pid, signal.SIGCONT)
        said(s.tap, "sources 1/1", 5, "and goes on")
        gone_again(s.tap, "SOURCE +world:")
        s.tap.end()


def test_backend_killed():
    with Lab() as lab:
        s = Scene(lab)
        os.rename(lab.plugin, lab.plugin + ".away")
        os.kill(s.plugin(), signal.SIGKILL)
        said(s.tap, r"SOURCE +world: (down|failed): \w.*, since \d\d:\d\d", 3, "backend killed, its program gone")
        assert "sources 0/1" in s.tap.text(), s.tap.text()
        keys_answer(s.tap)
        os.rename(lab.plugin + ".away", lab.plugin)
        said(s.tap, "sources 1/1", 20, "and there again")
        s.tap.end()


def test_backend_fails():
    """Expired rights, a name that does not resolve: the reason is the backend's own words."""
    with Lab() as lab:
        s = Scene(lab)
        lab.set("fail", "401: the token has expired \x1b[31m")
        said(s.tap, r"SOURCE +world: cannot measure: 401: the token has expired", 3, "backend's rights expired")
        assert "sources 0/1" in s.tap.text(), s.tap.text()
        keys_answer(s.tap)
        os.unlink(os.path.join(lab.world, "fail"))
        said(s.tap, "sources 1/1", 3, "and measures again")
        gone_again(s.tap, "SOURCE +world:")
        assert not s.tap.bad, s.tap.bad
        whys = [e["body"]["why"] for e in lab.log() if e["kind"] == "samples" and "why" in e["body"]]
        assert len(whys) == 1, whys  # told when it changed, not with every sample
        s.tap.end()


def test_backend_silent():
    """It answers and tells nothing: no source, whatever it says of itself; and its ages are on every line."""
    with Lab() as lab:
        s = Scene(lab)
        lab.set("hush", "yes")
        said(s.tap, r"SOURCE +world: silent: nothing since \d\d:\d\d", 22, "backend silent")
        assert "sources 0/1" in s.tap.text(), s.tap.text()
        s.tap.type(":service auth\r")
        s.tap.until(r"error_rate.*(unknown: silent|cannot tell).*\d+ s old", 5)
        s.tap.type("\x1b")
        time.sleep(0.15)
        keys_answer(s.tap)
        os.unlink(os.path.join(lab.world, "hush"))
        said(s.tap, "sources 1/1", 3, "and speaks again")
        s.tap.end()


def test_backend_slow():
    """A panel that its backend keeps waiting says since when, and Esc leaves it."""
    with Lab() as lab:
        lab.set("slow-preflight", "6")
        s = Scene(lab)
        c = lab.client()
        c.good("declare", {"title": "bad", "services": ["auth"]})
        c.close()
        s.tap.until("COMMANDS")
        s.tap.type("r")
        s.tap.until("asking +the backend says whether it could run now; nothing runs yet")
        said(s.tap, r"since +[2-4] s", 5, "backend slow to answer a panel")
        s.tap.type("\x1b")
        s.tap.until("Nothing was fired")
        keys_answer(s.tap)
        s.tap.end()


if __name__ == "__main__":
    main(globals())
