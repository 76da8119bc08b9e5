#!/usr/bin/env python3
"""Keys that must not fire, on the real console: stale, late, pasted, in bursts, repeated, of another console, inside what
terminals answer, after SIGSTOP, over a resize; at the end three honest letters fire.  FIRING_ROUNDS=2000 is the long run,
FIRING_SEED another one."""
import os
import random
import re
import signal
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, "..", "crash")]
from engine_lab import BACKOUT, Lab, main, wait_for  # noqa: E402
from tap import Tap  # noqa: E402

LETTERS = r"type  +(\w)  (\w)  (\w)  +to run it"
LINE = r"type  (\w+ \w\w\w)  and Enter"
rng = random.Random(int(os.environ.get("FIRING_SEED", "11")))


def console(lab):
    tap = Tap([BACKOUT, "watch", "--kit", lab.kit], lab.env, cwd=lab.top)
    tap.until("bad")
    return tap


def opened(tap):
    """The letters of a fresh panel."""
    for _ in range(8):
        if "LOOKING BACK" in tap.text():
            write(tap, ".")  # a [ among the junk led there
        write(tap, "r")
        end = time.monotonic() + 1
        while time.monotonic() < end:
            tap.read(0.03)
            if re.search(LETTERS, tap.text()):
                tap.quiet(0.03, 0.5)
                return "".join(re.search(LETTERS, tap.text()).groups())
    raise AssertionError("no panel, the keyboard is dead:\n" + tap.text())


def write(tap, data):
    os.write(tap.fd, data if isinstance(data, bytes) else data.encode())


def slowly(tap, keys, pause=0.03):
    tap.type(keys, pause)


def closed(tap):
    """Whatever stands there is closed; nothing more is taken from what was typed."""
    for _ in range(3):
        tap.quiet(0.03, 0.5)
        if not re.search(LETTERS, tap.text()) and not re.search(LINE, tap.text()) and "you may" not in tap.text():
            return
        write(tap, "\x1b")
        time.sleep(0.12)
    raise AssertionError("the panel stays:\n" + tap.text())


def stale(tap, right, state):
    slowly(tap, state.get("old", "xyz"))


def burst(tap, right, state):
    write(tap, right)
    tap.quiet(0.05)
    write(tap, right)


def pasted(tap, right, state):
    write(tap, "\x1b[200~" + right + "\x1b[201~")
    time.sleep(0.03)
    write(tap, "\x1b[200~" + "".join(c + rng.choice(("", "\r", "\x1b]0;")) for c in right))
    time.sleep(0.03)
    slowly(tap, right)  # inside a paste that nobody ended
    write(tap, "\x1b[201~")


def replies(tap, right, state):
    a, b, c = right
    for r in ("\x1b[?62;%s;c" % a, "\x1b[24;80R", "\x1b]11;rgb:%s/%s/%s\x07" % (a, b, c), "\x1bP>|%s\x1b\\" % right, "\x1b[I", "\x1b[O", "\x1b[M%s" % right,
              "\x1b[<0;3;4M", "\x1b_G%s\x1b\\" % right, "\x1b[0n", "\x1b[?2026;2$y", "\x1bX%s\x1b\\" % right, "\x1b[%s" % a):
        for piece in ([r] if rng.random() < 0.5 else [r[:2], r[2:]]):
            write(tap, piece)
            time.sleep(0.01)


def stopped(tap, right, state):
    """Typed while the console stood still: it comes as one heap."""
    tap.p.send_signal(signal.SIGSTOP)
    slowly(tap, right if rng.random() < 0.7 else right + "\r" + right, 0.03)
    tap.p.send_signal(signal.SIGCONT)
    tap.quiet(0.06)


def resized(tap, right, state):
    slowly(tap, right[:rng.randrange(3)])
    rows, cols = rng.choice(((24, 80), (30, 100), (24, 81), (40, 120)))
    if (rows, cols) == (tap.rows, tap.cols):
        rows += 1
    tap.resize(rows, cols)
    tap.quiet(0.08)
    slowly(tap, right)


def repeated(tap, right, state):
    slowly(tap, "r" * 8 + "".join(c * 6 for c in right), 0.012)


def disguised(tap, right, state):
    slowly(tap, rng.choice((right.upper(), right[::-1], right[0] + right, right[:2] + "\r", "".join(chr(ord(c) - 0x61 + 0xFF41) for c in right),
                            right[:2] + "\u00e9", "\x7f" + right, "\t" + right)))


def junk(tap, right, state):
    pool = b"abcdefgmnprstuvwxyz\x1b[OM~;0123456789\r\n\x7f\x00\xc2\x9b\xff y" + rng.choice((b"", b"", b"]P"))
    for _ in range(rng.randrange(1, 12)):
        write(tap, bytes(rng.choice(pool) for _ in range(rng.choice((1, 1, 2, 30)))).replace(b"q", b""))
        time.sleep(rng.choice((0, 0.002, 0.02)))


def others(tap, right, state):
    """What the other console's panel shows, typed here."""
    other = state["other"]
    theirs = opened(other)
    if theirs != right:
        slowly(tap, theirs)
    write(other, "\x1b")
    time.sleep(0.1)
    closed(other)


def too_early(tap, right, state):
    """Closed, then the key and letters in one go: the letters are older than what the panel draws."""
    write(tap, "\x1b")
    time.sleep(0.1)
    tap.quiet()
    write(tap, "r" + right + "r" + right)
    tap.quiet(0.05)
    slowly(tap, right)


ATTACKS = (stale, burst, pasted, replies, stopped, resized, repeated, disguised, junk, others, too_early)


def test_nothing_but_three_fresh_letters_fires():
    rounds = int(os.environ.get("FIRING_ROUNDS", "44"))
    with Lab() as lab:
        lab.engine()
        c = lab.client()
        c.until("deploy")
        c.good("declare", {"title": "bad", "services": ["auth"]})
        tap, other = console(lab), console(lab)
        state = {"other": other}
        for i in range(rounds):
            attack = ATTACKS[i % len(ATTACKS)]
            right = opened(tap)
            if os.environ.get("FIRING_SAYS"):
                print(i, attack.__name__, right, flush=True)
            attack(tap, right, state)
            state["old"] = right
            tap.quiet(0.03, 0.5)
            assert not lab.effects(), (i, attack.__name__, right, tap.text())
            assert tap.p.poll() is None and not tap.bad, (attack.__name__, tap.bad)
            write(tap, "\x1b")
            time.sleep(0.15)
            closed(tap)
            time.sleep(0.35)  # keys after a closed panel belong to it
            write(tap, "\x1b")
            time.sleep(0.1)
            if tap.rows != 24 or tap.cols != 80:
                tap.resize(24, 80)
                tap.quiet(0.1)
        assert not [e for e in lab.log() if e["kind"] == "action.fired"]
        right = opened(tap)
        slowly(tap, right)
        wait_for(lambda: len(lab.effects()) == 1)
        for t in (tap, other):
            t.end()
        lab.verify()


if __name__ == "__main__":
    main(globals())
