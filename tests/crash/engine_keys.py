#!/usr/bin/env python3
"""The challenge of `backout fire` on a real terminal: only three fresh letters, typed one by one, fire."""
import os
import pty
import random
import re
import select
import signal
import subprocess
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from engine_lab import BACKOUT, Lab, main  # noqa: E402

LETTERS = re.compile(rb"type  (\w) (\w) (\w)  to fire")
LINE = re.compile(rb"type  (\S+ \w{3})  and Enter")


class Terminal:
    def __init__(self, lab, *words):
        self.fd, slave = pty.openpty()
        self.p = subprocess.Popen([BACKOUT, "fire", *words], env=dict(lab.env, TERM="xterm"), cwd=lab.top,
                                  stdin=slave, stdout=slave, stderr=slave, start_new_session=True)
        os.close(slave)
        self.seen = b""

    def read(self, seconds=0.05):
        if select.select([self.fd], [], [], seconds)[0]:
            try:
                self.seen += os.read(self.fd, 65536)
            except OSError:
                pass

    def wait(self, pattern, seconds=10):
        """The newest match behind what was matched before."""
        end = time.monotonic() + seconds
        while time.monotonic() < end and self.p.poll() is None:
            self.read()
            m = pattern.search(self.seen)
            if m:
                self.seen = self.seen[m.end():]
                return m
        raise AssertionError("no %s in %r" % (pattern.pattern, self.seen))

    def type(self, keys, pause=0.05):
        for k in keys:
            time.sleep(pause)
            os.write(self.fd, k if isinstance(k, bytes) else bytes([k]))

    def end(self, seconds=15):
        end = time.monotonic() + seconds
        while self.p.poll() is None and time.monotonic() < end:
            self.read()
        if self.p.poll() is None:
            os.killpg(self.p.pid, signal.SIGKILL)
            self.p.wait()
            raise AssertionError("it goes on: %r" % self.seen)
        self.read()
        os.close(self.fd)
        return self.p.returncode


def begun(lab):
    lab.engine()
    c = lab.client()
    c.until("deploy")
    c.good("declare", {"title": "bad", "services": ["auth"]})
    return c


def test_three_letters_fire():
    with Lab() as lab:
        begun(lab)
        t = Terminal(lab, "auth-rollback", "--reason", "t")
        m = t.wait(LETTERS)
        assert len({*m.groups(), b"r"}) == 4, m.groups()
        t.type(b"".join(m.groups()))
        assert t.end() == 0 and len(lab.effects()) == 1, t.seen


def no(lab, keys, pause=0.05):
    t = Terminal(lab, "auth-rollback", "--reason", "t")
    m = t.wait(LETTERS)
    t.type(keys(b"".join(m.groups())), pause)
    code = t.end()
    assert code == 1 and not lab.effects(), (code, t.seen)
    return t.seen


def test_everything_else_means_no():
    with Lab() as lab:
        c = begun(lab)
        no(lab, lambda right: b"\r")
        no(lab, lambda right: b"\n")
        no(lab, lambda right: b"\x1b")
        no(lab, lambda right: right[:2] + b"\r")
        no(lab, lambda right: right[:1] * 2)
        no(lab, lambda right: right[::-1])
        no(lab, lambda right: right.upper())
        no(lab, lambda right: b"y" if right[:1] != b"y" else b"n")  # y may be the first letter that is asked for
        c.good("note", {"text": "x"})
        while len([e for e in c.events if e["kind"] == "action.disarmed"]) < 8:
            c.read()


def test_stale_keys_do_nothing():
    """Keys typed before the letters were shown are thrown away; the honest ones after them count."""
    with Lab() as lab:
        begun(lab)
        t = Terminal(lab, "auth-rollback", "--reason", "t")
        os.write(t.fd, b"abcdefgmnprstuvwxyz\n\ny\r")
        m = t.wait(LETTERS)
        assert not lab.effects()
        t.type(b"".join(m.groups()))
        assert t.end() == 0 and len(lab.effects()) == 1


def test_a_burst_draws_new_letters_then_asks_for_the_line():
    with Lab() as lab:
        begun(lab)
        t = Terminal(lab, "auth-rollback", "--reason", "t")
        for _ in range(3):
            m = t.wait(LETTERS)
            time.sleep(0.1)
            os.write(t.fd, b"".join(m.groups()))  # right, but all at once
        line = t.wait(LINE).group(1)
        assert not lab.effects() and line.startswith(b"auth ")
        time.sleep(0.1)
        os.write(t.fd, line + b"\r")
        assert t.end() == 0 and len(lab.effects()) == 1


def test_junk_never_fires():
    rounds = int(os.environ.get("KEY_ROUNDS", "25"))
    rng = random.Random(7)
    pool = b"abcdefgmnprstuvwxyzABC\r\n\x1b[200~\x1b[201~\x1b[A\x1b[0n\x1b]11;rgb:0/0/0\x07 y\t\x03"
    with Lab() as lab:
        begun(lab)
        for _ in range(rounds):
            t = Terminal(lab, "auth-rollback", "--reason", "t")
            end = time.monotonic() + rng.choice((0.1, 0.4, 0.8))
            while time.monotonic() < end and t.p.poll() is None:
                n = rng.choice((1, 1, 2, 3, 40))
                os.write(t.fd, bytes(rng.choice(pool) for _ in range(n)))
                time.sleep(rng.choice((0, 0.001, 0.02, 0.1)))
                t.read(0)
            if t.p.poll() is None:
                time.sleep(0.1)
                try:
                    os.write(t.fd, b"\x1b")
                except OSError:
                    pass
            try:
                t.end(5)
            except AssertionError:
                pass
        assert not lab.effects(), lab.effects()


def test_terminal_gone_means_no():
    with Lab() as lab:
        begun(lab)
        t = Terminal(lab, "auth-rollback", "--reason", "t")
        t.wait(LETTERS)
        os.close(t.fd)
        t.p.wait(15)
        time.sleep(0.3)
        assert not lab.effects()


def test_without_a_terminal():
    with Lab() as lab:
        begun(lab)
        r = lab.run("fire", "auth-rollback", "--reason", "t")
        assert r.returncode == 2 and "--yes" in r.stderr and not lab.effects()


if __name__ == "__main__":
    main(globals())
