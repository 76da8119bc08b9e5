#!/usr/bin/env python3
"""A bad line: what is typed and what is drawn take 0.9 s each way, and now and then nothing passes for 3 s and then all at once.  Whoever
types what stands on the screen fires by the third drawing; the console says that the line is slow; what it asked the terminal does not end
up in the shell.  BADLINE_ROUNDS=100 is the long run, BADLINE_SEED another one."""
import collections
import os
import random
import re
import select
import sys
import threading
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, "..", "crash")]
from engine_lab import BACKOUT, Lab, main, wait_for  # noqa: E402
from firing import LETTERS, LINE  # noqa: E402
from tap import Tap  # noqa: E402

ROUNDS = int(os.environ.get("BADLINE_ROUNDS", "4"))
rng = random.Random(int(os.environ.get("BADLINE_SEED", "5")))


class BadLine(Tap):
    """A Tap at the far end of a line."""

    def __init__(self, argv, env, delay=0.9, **more):
        super().__init__(argv, env, **more)
        self.delay, self.stalled = delay, 0
        self.coming, self.going = collections.deque(), collections.deque()
        self.open = True
        self.pump = threading.Thread(target=self.carry, daemon=True)
        self.pump.start()

    def due(self):
        return max(time.monotonic() + self.delay, self.stalled)

    def carry(self):
        while self.open:
            try:
                if select.select([self.fd], [], [], 0.004)[0]:
                    self.coming.append((self.due(), os.read(self.fd, 65536)))
                while self.going and self.going[0][0] <= time.monotonic() >= self.stalled:
                    os.write(self.fd, self.going.popleft()[1])
            except OSError:
                return

    def send(self, data):
        self.going.append((self.due(), data))

    def stall(self, seconds):
        """Nothing passes, in neither direction."""
        self.stalled = time.monotonic() + seconds

    def read(self, seconds=0.0):
        end, got = time.monotonic() + seconds, False
        while True:
            while self.coming and self.coming[0][0] <= time.monotonic() >= self.stalled:
                data = self.coming.popleft()[1]
                self.total += len(data)
                self.feed(data)
                got = True
            if got or time.monotonic() >= end:
                return got
            time.sleep(0.005)

    def end(self, sig=15):
        self.open = False
        self.pump.join(2)
        super_read, self.read = self.read, lambda seconds=0.0: Tap.read(self, seconds)
        super().end(sig)
        self.read = super_read


def shown(tap, old, seconds):
    """The letters or the line of a panel that are not the old ones, as soon as they can be seen; None where the panel went."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        tap.read(0.05)
        m = re.search(LETTERS, tap.text())
        if m and m.groups() != old:
            return m.groups(), "".join(m.groups())
        m = re.search(LINE, tap.text())
        if m and m.groups() != old:
            return m.groups(), m.group(1) + "\r"
        if old and "you may" not in tap.text() and "confirmed" not in tap.text():
            return None, None
    raise AssertionError("nothing came:\n" + tap.text())


def honestly(lab, tap, fired):
    """Read what is there, type it; how many drawings it took."""
    tap.send(b"r")
    old, keys = shown(tap, None, 30)
    for drawing in range(1, 5):
        assert keys, "the panel went away:\n" + tap.text()
        time.sleep(rng.uniform(0.2, 0.6))
        stalls = rng.random() < 0.6 and drawing < 4
        at = rng.randrange(len(keys))
        for i, key in enumerate(keys):
            if stalls and i == at:
                tap.stall(3)
            tap.send(key.encode())
            time.sleep(rng.uniform(0.08, 0.2))
        end = time.monotonic() + 6
        while time.monotonic() < end and len(lab.effects()) == fired:
            tap.read(0.05)
            if re.search("letters are new", tap.text()) and (re.search(LETTERS, tap.text()) or re.search(LINE, tap.text())):
                m = re.search(LETTERS, tap.text()) or re.search(LINE, tap.text())
                if m.groups() != old:
                    break
        if len(lab.effects()) > fired:
            return drawing
        old, keys = shown(tap, old, 10)
    raise AssertionError("more than four drawings")


def test_honest_people_fire_on_a_bad_line():
    with Lab() as lab:
        lab.engine()
        c = lab.client()
        c.until("deploy")
        c.good("declare", {"title": "bad", "services": ["auth"]})
        tap = BadLine([BACKOUT, "watch", "--kit", lab.kit], lab.env, cwd=lab.top)
        tap.until("bad")
        tap.until(r"your line is slow, (1\.[89]|2\.\d) s", 15)
        took = collections.Counter()
        for i in range(ROUNDS):
            if i:
                lab.set("auth", str(42 + i))
                c.until("deploy", 15, version=str(42 + i))
                tap.quiet(0.3, 2)
            took[honestly(lab, tap, i)] += 1
            wait_for(lambda: len([e for e in c.events if e["kind"] == "action.ended"]) > i or c.read(), 30)
            assert len(lab.effects()) == i + 1, lab.effects()
            end = time.monotonic() + 2.5  # what was drawn meanwhile arrives
            while time.monotonic() < end:
                tap.read(0.1)
        print("      (drawings it took: %s)" % dict(took))
        assert max(took) <= 3, took
        assert not tap.bad, tap.bad
        tap.end()
        lab.verify()


def test_the_answer_does_not_reach_the_shell():
    """Left while the terminal's answer is on its way: whatever runs next reads nothing of it."""
    with Lab() as lab:
        lab.engine()
        c = lab.client()
        c.until("deploy")
        tap = BadLine(["bash", "-c", '"$0" watch --kit "$1"; IFS= read -r -t 3 -n 9 rest; printf "rest=<%q>" "$rest"', BACKOUT, lab.kit], lab.env, delay=0.3, cwd=lab.top)
        tap.until("auth")
        tap.quiet(0.5)
        tap.send(b"j")
        time.sleep(0.05)
        tap.send(b"q")
        end = time.monotonic() + 15
        while "rest=<" not in tap.text() and time.monotonic() < end:
            tap.read(0.1)
        assert tap.asked >= 1, "the terminal was not asked: this test sees nothing"
        assert "rest=<''>" in tap.text(), tap.text()
        tap.end()


if __name__ == "__main__":
    main(globals())
