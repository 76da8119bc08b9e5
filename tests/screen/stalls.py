#!/usr/bin/env python3
"""What stands still, on the real console: the store while it is written to, and the terminal.  Keys answer, what is late is named, and
nothing fires twice."""
import fcntl
import os
import re
import struct
import sys
import termios
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, "..", "crash")]
from engine_lab import BACKOUT, BUILD, Lab, main, wait_for  # noqa: E402
from firing import console, opened, slowly, write  # noqa: E402
from tap import Tap  # noqa: E402

SLOW_SYNC = os.path.join(os.path.abspath(BUILD), "tests", "crash", "slow_sync.so")
PATIENCE = int(os.environ.get("BACKOUT_TEST_SLOW", "1"))


class SlowDisk:
    """A Lab whose engine's next write to the journal takes as long as is wished."""

    def __enter__(self):
        self.lab = Lab().__enter__()
        self.wish = os.path.join(self.lab.top, "slow")
        mine = {"LD_PRELOAD": SLOW_SYNC, "SLOW_SYNC": self.wish, "ASAN_OPTIONS": "verify_asan_link_order=0:" + os.environ.get("ASAN_OPTIONS", "")}
        before, self.lab.env = self.lab.env, dict(self.lab.env, **mine)
        self.lab.engine()
        self.lab.env = before
        self.client = self.lab.client()
        self.client.until("deploy")
        self.client.good("declare", {"title": "bad", "services": ["auth"]})
        return self

    def __exit__(self, *why):
        self.client.close()
        self.lab.__exit__(*why)

    def stall(self, ms):
        """Returns once the engine stands still."""
        with open(self.wish + ".new", "w") as f:
            f.write(str(ms))
        os.rename(self.wish + ".new", self.wish)
        wait_for(lambda: not os.path.exists(self.wish), 10, 0.002)
        return time.monotonic()


def seconds_until(tap, pattern, since, most):
    tap.until(pattern, most * PATIENCE)
    return time.monotonic() - since


def test_the_store_stalls_under_a_fire():
    with SlowDisk() as disk:
        lab, tap = disk.lab, console(disk.lab)
        right = opened(tap)
        began = disk.stall(2500)
        slowly(tap, right)
        took = seconds_until(tap, r"has not answered for 1 s: your `fire` was sent once", time.monotonic(), 5)
        assert took < 1.0 * PATIENCE, "said after %.2f s" % took
        assert not lab.effects()
        slowly(tap, right + "\r" + right)  # whoever is impatient fires nothing more
        tap.until(r"the store took \d\.\d s to write", 10)
        print("      (said %.2f s after the key; the store named %.1f s after it stood still)" % (took, time.monotonic() - began))
        wait_for(lambda: lab.effects())
        disk.client.until("action.ended")
        time.sleep(0.5)
        assert len(lab.effects()) == 1, lab.effects()
        assert len([e for e in lab.log() if e["kind"] == "action.fired"]) == 1
        assert "has not answered" not in tap.text() and not tap.bad, (tap.bad, tap.text())
        tap.end()
        lab.verify()


def test_keys_answer_while_the_store_stalls():
    with SlowDisk() as disk:
        tap = console(disk.lab)
        disk.stall(3000)
        write(tap, "n")
        tap.until("note")
        slowly(tap, "so be it\r")
        took = seconds_until(tap, "has not answered for 1 s: what you asked", time.monotonic(), 5)
        assert took < 1.0 * PATIENCE, "said after %.2f s" % took
        for _ in range(4):  # help opens and closes
            since = time.monotonic()
            write(tap, "?")
            assert seconds_until(tap, "any key|Any key|Esc", since, 2) < 0.3 * PATIENCE
            write(tap, "\x1b")
            time.sleep(0.1)
        assert "has not answered" in tap.text()
        disk.client.until("note", 10)
        tap.until("the store took", 10)
        assert len([e for e in disk.lab.log() if e["kind"] == "note"]) == 1
        tap.end()


def masked(tap):
    """Without figures, digits and curves, which move by themselves."""
    return re.sub(r" +", " ", re.sub(r"[0-9_|.']|[\u2581-\u2588]", " ", tap.text()))


def test_a_terminal_that_takes_nothing_stops_nobody():
    """Nobody reads what the console draws: its keys go on working, frames are left out, and what comes in the end is whole."""
    with Lab() as lab:
        lab.engine()
        c = lab.client()
        c.until("deploy")
        c.good("declare", {"title": "bad", "services": ["auth"]})
        tap = console(lab)
        tap.quiet(0.2)
        for i in range(300):  # more frames than the kernel keeps for a terminal that does not read
            fcntl.ioctl(tap.fd, termios.TIOCSWINSZ, struct.pack("HHHH", 90 + i % 2, 250, 0, 0))
            time.sleep(0.03)
        slowly(tap, "n")
        slowly(tap, "nobody reads this\r")
        c.until("note", 5)
        drawn = tap.total
        tap.resize(30, 100)
        end = time.monotonic() + 10
        while not (tap.read(0.3) and "nobody reads this" in tap.text()) and time.monotonic() < end:
            pass
        tap.quiet(0.3)
        assert tap.total - drawn < 60000, "%d bytes: frames were kept" % (tap.total - drawn)
        assert len(tap.lines()) == 30 and "nobody reads this" in tap.text(), tap.text()
        write(tap, "\x0c")
        end = time.monotonic() + 3
        while time.monotonic() < end:
            tap.read(0.1)
        drawn = masked(tap)  # by changes alone, for three seconds
        write(tap, "\x0c")
        tap.quiet(0.3)
        assert masked(tap) == drawn, (tap.text(), drawn)
        assert not tap.bad, tap.bad
        tap.end()


def test_a_terminal_is_asked_seldom_and_only_while_somebody_works():
    with Lab() as lab:
        lab.engine()
        c = lab.client()
        c.until("deploy")
        tap = console(lab)
        tap.quiet(0.5)
        time.sleep(1.5)
        tap.read(0.1)
        assert tap.asked == 0, "asked %d times on a quiet screen" % tap.asked
        for key in "jkjkjk":
            slowly(tap, key)
            tap.quiet(0.1)
        assert tap.asked == 1, tap.asked
        assert "your line is slow" not in tap.text()
        tap.end()


def test_a_quiet_screen_follows_within_seconds():
    """Figures behind a screen that shows none are not drawn one by one; what they change is there within seconds."""
    with Lab() as lab:
        lab.set("hush", "yes")
        lab.engine()
        lab.client().until("deploy")
        tap = console(lab)
        tap.until("1 unknown")
        tap.quiet(0.3)
        lab.set("hush", "")
        assert seconds_until(tap, "1 good", time.monotonic(), 10) < 8 * PATIENCE
        tap.end()


def test_who_looks_on_gives_way():
    with Lab() as lab:
        lab.engine()
        lab.client().until("deploy")
        for word, nice in (("watch", 0), ("observe", 10)):
            tap = Tap([BACKOUT, word, "--kit", lab.kit], lab.env, cwd=lab.top)
            tap.until("auth")
            assert os.getpriority(os.PRIO_PROCESS, tap.p.pid) == nice + os.getpriority(os.PRIO_PROCESS, 0), word
            tap.end()


def test_a_slow_backend_is_no_silent_engine():
    """A preflight of two seconds is the backend's business: the engine answers."""
    with Lab() as lab:
        lab.set("slow-preflight", "2.5")
        lab.engine()
        c = lab.client()
        c.until("deploy")
        c.good("declare", {"title": "bad", "services": ["auth"]})
        tap = console(lab)
        lab.set("hush", "yes")  # nothing but the beats of the engine
        time.sleep(1)
        write(tap, "r")
        end = time.monotonic() + 2.3
        seen = False
        while time.monotonic() < end:
            tap.read(0.05)
            assert "has not answered" not in tap.text(), tap.text()
            seen = seen or "asking" in tap.text()
        assert seen, tap.text()
        tap.until(r"type  +\w  \w  \w", 10)
        tap.end()


if __name__ == "__main__":
    main(globals())
