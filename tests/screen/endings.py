#!/usr/bin/env python3
"""Whatever ends a program of ours, the terminal is as it was: settings, screen, cursor, paste mode, blocking; the status is
right; nothing fires.  Keys, signals, crashes, an engine that is gone, a terminal that is closed or takes no bytes, Ctrl-Z
and back; as a screen, as lines, looking on, and the challenge of `backout fire`."""
import fcntl
import os
import re
import signal
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, "..", "crash")]
from engine_lab import BACKOUT, Lab, main, wait_for  # noqa: E402
from tap import Tap  # noqa: E402

SLOW = int(os.environ.get("BACKOUT_TEST_SLOW", "1"))


class World(Lab):
    def __init__(self):
        super().__init__()
        # a crash that is asked for is ours to handle, not the sanitizer's
        self.env["ASAN_OPTIONS"] = "handle_segv=0:handle_sigbus=0:handle_sigfpe=0:handle_sigill=0:handle_abort=0"

    def begun(self):
        self.engine()
        c = self.client()
        c.until("deploy")
        c.good("declare", {"title": "bad", "services": ["auth"]})
        return c

    def tap(self, *words, term="xterm-256color"):
        tap = Tap([BACKOUT, *words, "--kit", self.kit], self.env, cwd=self.top, term=term)
        tap.keep = b""
        tap.other = term not in ("xterm", "xterm-256color", "dumb")  # one that has other sequences than the tap knows
        return tap


def seen(tap, text, seconds=20):
    """On the screen, or where there is none among what was said."""
    wait_for(lambda: (tap.read(0.02), re.search(text, tap.text()) or re.search(text.encode(), tap.keep))[1], seconds * SLOW)


def ended(tap, seconds=10):
    """The status as the shell would see it: 0..255, or minus the signal."""
    wait_for(lambda: (tap.read(0.02), tap.p.poll() is not None)[1], seconds * SLOW)
    while tap.read(0.1):
        pass
    return tap.p.returncode


def given_back(tap, what):
    left = tap.given_back()
    assert left is None, "%s: %s" % (what, left)
    assert tap.blocks(), "%s: the terminal no longer blocks" % what
    assert not tap.bad or tap.other, (what, tap.bad)
    tap.end()


# ---- signals ----------------------------------------------------------------------------------------

SIGNALS = (signal.SIGUSR1, signal.SIGALRM, signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGQUIT, signal.SIGSEGV, signal.SIGABRT, signal.SIGBUS, signal.SIGFPE, signal.SIGILL)
CONSOLES = ((["watch"], "xterm-256color"), (["watch"], "vt100"), (["watch"], "screen"), (["watch"], "linux"), (["observe"], "xterm"), (["watch", "--linear"], "xterm"),
            (["watch"], "dumb"))


def test_signals():
    with World() as lab:
        lab.begun()
        for i, sig in enumerate(SIGNALS):
            for words, term in [CONSOLES[0], CONSOLES[1 + i % (len(CONSOLES) - 1)]]:
                tap = lab.tap(*words, term=term)
                seen(tap, "bad")
                tap.quiet(0.05, 1)
                tap.p.send_signal(sig)
                status, what = ended(tap), (sig.name, words, term)
                assert status == (0 if sig == signal.SIGHUP else -sig), (what, status)
                given_back(tap, what)
        assert not lab.effects()


def test_a_panel_is_open():
    """Letters on the screen, two of them typed: ended so, nothing fires."""
    with World() as lab:
        c = lab.begun()
        for sig in (signal.SIGTERM, signal.SIGSEGV, signal.SIGHUP):
            tap = lab.tap("watch")
            seen(tap, "bad")
            tap.type("r")
            seen(tap, "to run it")
            tap.type(re.search(r"type +(\w)  (\w)", tap.text()).groups(), 0.05)
            tap.p.send_signal(sig)
            ended(tap)
            given_back(tap, sig.name)
            c.until("action.disarmed")
            del c.events[:]
        assert not lab.effects()


# ---- keys -------------------------------------------------------------------------------------------

def test_keys():
    with World() as lab:
        lab.begun()
        for words in (["watch"], ["observe"], ["watch", "--linear"]):
            tap = lab.tap(*words)
            seen(tap, "bad")
            tap.quiet(0.05, 1)
            tap.type("q", 0.3)
            if words == ["observe"]:
                assert ended(tap) == 0, tap.p.returncode
            else:
                seen(tap, "q once more")
                tap.type("q")
                assert ended(tap) == 0, tap.p.returncode
            given_back(tap, words)


def stopped(pid):
    with open("/proc/%d/stat" % pid, encoding="utf-8") as f:
        return f.read().rsplit(") ", 1)[1][0] == "T"


def test_to_the_shell_and_back():
    """Ctrl-Z and SIGTSTP give the terminal back and stop; fg takes it again, in the size that it has now."""
    with World() as lab:
        lab.begun()
        for words in (["watch"], ["observe"]):
            tap = lab.tap(*words)
            seen(tap, "bad")
            for i, stop in enumerate((lambda: tap.type("\x1a"), lambda: tap.p.send_signal(signal.SIGTSTP), lambda: tap.type("\x1a"))):
                tap.quiet(0.05, 1)
                stop()
                wait_for(lambda: (tap.read(0.02), stopped(tap.p.pid))[1])
                tap.quiet(0.05, 1)
                assert tap.given_back() is None and tap.blocks(), (words, i, tap.given_back(), tap.blocks())
                if i == 1:
                    tap.resize(30, 100)
                tap.p.send_signal(signal.SIGCONT)
                seen(tap, "bad")
                wait_for(lambda: (tap.read(0.02), tap.modes.get(b"?1049"))[1])
                tap.quiet(0.05, 1)
                assert tap.lines()[0].startswith(" TEST"), tap.text()
                assert tap.modes[b"?2004"] and not tap.modes[b"?25"], tap.modes
            tap.type("\x1a")
            wait_for(lambda: (tap.read(0.02), stopped(tap.p.pid))[1])
            tap.p.send_signal(signal.SIGTERM)  # ended while it was stopped
            tap.p.send_signal(signal.SIGCONT)
            assert ended(tap) == -signal.SIGTERM, tap.p.returncode
            given_back(tap, "stopped, then ended")


# ---- the world goes ------------------------------------------------------------------------------------

def test_the_engine_is_gone():
    with World() as lab:
        lab.begun()
        tap = lab.tap("watch")
        seen(tap, "bad")
        for pid in lab.engine_pids():
            os.kill(pid, signal.SIGKILL)
        seen(tap, "ENGINE GONE|ENGINE SILENT|engine is not there")
        tap.type("q", 0.2)
        if tap.p.poll() is None:
            tap.type("q")
        assert ended(tap) == 0, tap.p.returncode
        given_back(tap, "engine gone")


def test_the_terminal_is_closed():
    """Nobody is left to give it back to: it ends at once and by itself, and nothing else ends with it."""
    with World() as lab:
        lab.begun()
        for words in (["watch"], ["observe"], ["watch", "--linear"]):
            tap = lab.tap(*words)
            seen(tap, "bad")
            tap.quiet(0.05, 1)
            pids = lab.engine_pids()
            os.close(tap.slave)
            os.close(tap.fd)
            wait_for(lambda: tap.p.poll() is not None, 5 * SLOW)
            assert tap.p.returncode in (0, -signal.SIGHUP), (words, tap.p.returncode)
            assert lab.engine_pids() == pids, "the engine went with it"


def fill(tap):
    """Until the terminal takes no more bytes: sizes change, nobody reads."""
    for i in range(60):
        fcntl.ioctl(tap.fd, 0x5414, __import__("struct").pack("HHHH", 99 + i % 2, 300, 0, 0))
        time.sleep(0.02)


def test_a_terminal_that_takes_no_bytes():
    """Ended while a frame was only half out: the end is written as soon as somebody reads, and it waits for that a while."""
    with World() as lab:
        lab.begun()
        for sig in (signal.SIGTERM, signal.SIGSEGV):
            tap = lab.tap("watch")
            seen(tap, "bad")
            tap.resize(99, 300)
            seen(tap, "bad")
            fill(tap)
            tap.p.send_signal(sig)
            time.sleep(0.3)
            assert ended(tap) == -sig, (sig, tap.p.returncode)
            if sig == signal.SIGSEGV:  # the crash came in the middle of a sequence, which the next one ends
                assert len(tap.bad) <= 1, tap.bad
                tap.bad = []
            given_back(tap, ("stuck", sig.name))


# ---- the challenge of the command line ----------------------------------------------------------------------

def test_fire_on_the_command_line():
    with World() as lab:
        lab.begun()
        ends = [(lambda t, k=k: t.type(k), 1, "key %r" % k) for k in ("\x1b", "\r", "\x03", "\x1c", "\x04", "9", "\x1a")]
        ends += [(lambda t, s=s: t.p.send_signal(s), -s, s.name) for s in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGQUIT, signal.SIGSEGV, signal.SIGABRT)]
        for end, status, what in ends:
            tap = lab.tap("fire", "auth-rollback", "--reason", "x")
            seen(tap, "to fire, anything else, or 30 s, means no")
            tap.quiet(0.05, 1)
            end(tap)
            assert ended(tap) == status, (what, tap.p.returncode, tap.text())
            given_back(tap, ("fire", what))
        assert not lab.effects() and not [e for e in lab.log() if e["kind"] == "action.fired"]


if __name__ == "__main__":
    main(globals())
