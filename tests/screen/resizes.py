#!/usr/bin/env python3
"""A window that changes its size all the time, on the real console: from 1x1 to 300x100, one by one and in bursts, with a
panel open for part of it.  Nothing fires, nothing is cancelled but a panel that no longer fits, and that says so; the
frame at rest is the one that a fresh console draws; memory stays; the terminal is given back.
RESIZES=10000 is the long run, RESIZES_SEED another one."""
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
SIZES = ((24, 80), (23, 80), (40, 120), (50, 200), (12, 40), (13, 60), (11, 39), (1, 1), (100, 300), (2, 300), (100, 2))
PANEL = "to run it|Enter"  # what stands in every panel that can fire
rng = random.Random(int(os.environ.get("RESIZES_SEED", "5")))


def console(lab, rows=24, cols=80):
    return Tap([BACKOUT, "watch", "--kit", lab.kit], lab.env, cwd=lab.top, rows=rows, cols=cols)


def memory(tap):
    with open("/proc/%d/status" % tap.p.pid) as f:
        return int(re.search(r"VmRSS:\s+(\d+) kB", f.read()).group(1))


def size():
    if rng.random() < 0.35:
        return rng.choice(SIZES)
    if rng.random() < 0.3:
        return rng.randrange(1, 16), rng.randrange(1, 60)
    return rng.randrange(1, 101), rng.randrange(1, 301)


def room(tap):
    return tap.rows >= 12 and tap.cols >= 40


def now(tap):
    """What kind of panel stands there."""
    text = tap.text()
    m = re.search(LETTERS, text)
    if m:
        return "letters", "".join(m.groups())
    m = re.search(LINE, text)
    if m:
        return "line", m.group(1)
    return None, None


def settle(tap):
    tap.quiet(0.05, 2)
    assert not tap.bad, tap.bad
    assert tap.p.poll() is None, "it ended: %s" % tap.p.returncode


def seen(tap, rows, cols):
    """A size that the console has had the time to draw."""
    tap.read(0)
    before = tap.cleared - ((rows, cols) == (tap.rows, tap.cols))
    tap.resize(rows, cols)
    wait_for(lambda: (tap.read(0.02), tap.cleared > before)[1], 20)
    settle(tap)


def check_place(tap):
    """Where this is, and of which incident, in every window that has room for it."""
    def holds():
        tap.read(0.02)
        first = tap.lines()[0]
        return (tap.cols < 12 or first.startswith(" TEST")) and (not room(tap) or "INC-1" in first)

    try:
        wait_for(holds, 10)
    except AssertionError:
        raise AssertionError("%dx%d does not say where it is:\n%s" % (tap.cols, tap.rows, tap.text())) from None
    settle(tap)


def same_as_fresh(lab, tap):
    """The frame is a function of model, size and time: a console that was started just now draws the same."""
    fresh = console(lab, tap.rows, tap.cols)
    try:
        wait_for(lambda: (fresh.read(0.05), fresh.lines()[0].startswith(" TEST"[:max(1, tap.cols - 1)]) or tap.cols < 12)[1], 20)
        settle(fresh)
        for t in (tap, fresh):
            t.type("\x1b", 0.1)  # messages go with a key
        end, differ = time.monotonic() + 15, None
        while time.monotonic() < end:  # both draw at the turn of the second, not at the same microsecond
            tap.read(0.02)
            fresh.read(0.02)
            if tap.lines() == fresh.lines():
                return
            differ = [(a, b) for a, b in zip(tap.lines(), fresh.lines()) if a != b]
        raise AssertionError("at %dx%d the console and a fresh one differ:\n%s" % (tap.cols, tap.rows, "\n".join("%s\n%s" % d for d in differ[:10])))
    finally:
        fresh.end()


def open_panel(tap):
    tap.resize(24, 80)
    settle(tap)
    for _ in range(10):
        tap.type("\x1b", 0.4)  # and keys behind a panel that closed belong to it
        tap.type("r", 0.05)
        end = time.monotonic() + 2
        while time.monotonic() < end:
            tap.read(0.05)
            kind, letters = now(tap)
            if kind == "letters":
                settle(tap)
                return letters
    raise AssertionError("no panel:\n" + tap.text())


def with_panel(tap, n):
    """So many sizes with a panel open; new letters each time, and where there is no room for it it waits, unseen and unmoved by keys."""
    was = open_panel(tap)
    unseen = 0
    for _ in range(n):
        rows, cols = size()
        if (rows, cols) == (tap.rows, tap.cols):
            rows += 1 if rows < 100 else -1
        seen(tap, rows, cols)
        check_place(tap)
        if not room(tap):
            assert not re.search(PANEL, tap.text()), tap.text()
            tap.type("r" + was[-3:], 0.02)  # where it cannot be seen no key means it
            unseen += 1
            continue
        if re.search("auth-rollback +42 -> 41", tap.text()) is None or re.search(PANEL, tap.text()) is None:
            raise AssertionError("the panel is gone at %dx%d, or says less:\n%s" % (tap.cols, tap.rows, tap.text()))
        kind, letters = now(tap)
        assert kind is None or letters != was, "the same letters after a resize:\n" + tap.text()
        was = letters or was
        if rng.random() < 0.1:  # letters that stood there before a resize; they are no more than other keys
            tap.type("".join(rng.choice("abcdef") for _ in range(2)) + "\x1b", 0.02)
            was = open_panel(tap)
    tap.type("\x1b", 0.1)
    tap.resize(24, 80)
    settle(tap)
    return unseen


def burst(tap, n):
    for _ in range(n):
        rows, cols = size()
        tap.resize(rows, cols)
        if rng.random() < 0.3:
            time.sleep(rng.random() * 0.004)
        tap.read(0)


def check_memory(kept, done):
    """Frames come and go; what stays is no more in the last third than in the first."""
    if int(os.environ.get("BACKOUT_TEST_SLOW", "1")) > 1:
        return  # a sanitizer keeps what was freed
    third = len(kept) // 3
    first, last = sorted(kept[:third])[third // 2], sorted(kept[-third:])[third // 2]
    assert last < first + 2048 and max(kept) < 16 << 10, "memory in %d resizes, KiB: %s" % (done, kept)


def test_sizes():
    wanted = int(os.environ.get("RESIZES", "500"))
    done = panels = unseen = compared = 0
    with Lab() as lab:
        lab.engine()
        c = lab.client()
        c.until("deploy")
        c.good("declare", {"title": "bad", "services": ["auth"]})
        tap = console(lab)
        tap.until("bad")
        settle(tap)
        kept = []  # memory at rest in the largest window
        while done < wanted:
            if rng.random() < 0.4:
                n = rng.randrange(2, 40)
                burst(tap, n)
            elif rng.random() < 0.08 or panels < 2:
                n = 6
                unseen += with_panel(tap, n)
                panels += 1
            else:
                n = 10
                for _ in range(n):
                    tap.resize(*size())
                    settle(tap)
                    check_place(tap)
            done += n
            if rng.random() < 0.05 or compared * (wanted // 6 + 1) < done:
                tap.resize(*rng.choice(SIZES))
                settle(tap)
                same_as_fresh(lab, tap)
                compared += 1
            if len(kept) < 30 * done // wanted:
                tap.resize(100, 300)
                settle(tap)
                kept.append(memory(tap))
        check_memory(kept, done)
        assert panels >= 2 and compared >= 3 and (unseen or panels < 4), (panels, unseen, compared)
        assert not lab.effects()
        kinds = [e["kind"] for e in lab.log()]
        assert "action.fired" not in kinds and "action.requested" not in kinds
        why = {e["body"].get("why") for e in lab.log() if e["kind"] == "action.disarmed"}
        assert why <= {"Esc", "another key", "the line did not match"}, why
        tap.resize(24, 80)
        settle(tap)
        tap.type("\x1b", 0.3)
        tap.type("qq", 0.3)
        wait_for(lambda: (tap.read(0.02), tap.p.poll() is not None)[1], 10)
        tap.read(0.1)
        assert tap.p.returncode == 0 and tap.given_back() is None, (tap.p.returncode, tap.given_back())
        tap.end()
        lab.verify()
        print("%d resizes, %d panels through them, %d times no room for one, %d frames as a fresh console's; KiB: %s" % (
            done, panels, unseen, compared, kept))


def test_there_and_back():
    """A window that shrank and grew while nobody looked: it has the size it had, and nothing of what stood in it."""
    with Lab() as lab:
        lab.engine()
        c = lab.client()
        c.until("deploy")
        c.good("declare", {"title": "bad", "services": ["auth"]})
        tap = console(lab)
        tap.until("PROPOSED")
        settle(tap)
        for _ in range(3):
            tap.p.send_signal(signal.SIGSTOP)
            tap.resize(5, 20)
            tap.resize(24, 80)
            tap.p.send_signal(signal.SIGCONT)
            tap.until("PROPOSED", 5)
            check_place(tap)
        tap.end()


if __name__ == "__main__":
    signal.signal(signal.SIGWINCH, signal.SIG_IGN)
    main(globals())
