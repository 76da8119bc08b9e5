#!/usr/bin/env python3
"""Looking back while it goes on, on real consoles with a real engine: an observer looks at the past while the commander
fires, another user does, over a store of 50,000 events, and while the engine is away.  Only the screens are read; at the
end the journal must say that whoever looked back did nothing."""
import multiprocessing
import os
import random
import re
import shutil
import signal
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, "..", "crash")]
from engine_lab import BACKOUT, Client, Lab, main, wait_for  # noqa: E402
from tap import Tap  # noqa: E402
from written import append  # noqa: E402

SLOW = int(os.environ.get("BACKOUT_TEST_SLOW", "1"))
BACK = r"LOOKING BACK at ((?:\w{3} \d+ \w{3} )?\d\d:\d\d:\d\d), (\S+) ago"  # with its day where that is another


def console(lab, *words):
    tap = Tap([BACKOUT, *(words or ("watch",)), "--kit", lab.kit], lab.env, cwd=lab.top)
    tap.until("QUIET|BREACHED|auth:", 30 * SLOW)
    return tap


def key(tap, k):
    """One key of a person: a sequence goes out in one piece."""
    os.write(tap.fd, k.encode())
    tap.quiet(0.1, 1)


def commanding(lab):
    """A breach that was declared."""
    lab.set("auth.rate", "0.9")
    tap = console(lab)
    tap.until("BREACHED", 20 * SLOW)
    key(tap, "D")
    key(tap, "\r")
    tap.until("PROPOSED", 20 * SLOW)
    return tap


def fire(tap):
    for _ in range(20):
        key(tap, "r")
        try:
            m = tap.until(r"type  +(\w)  (\w)  (\w)  +to run it", 8 * SLOW)
        except AssertionError:
            continue
        tap.type("".join(m.groups()), 0.12)
        return
    raise AssertionError("no panel:\n" + tap.text())


def clean(*taps):
    for tap in taps:
        assert tap.p.poll() is None, (tap.p.returncode, tap.text())
        tap.end()
        bad = [b for b in tap.bad if not b.startswith("control 0x7 ")]  # the bell of what happens live
        assert not bad, bad


def kinds_of(lab, actor):
    return [e["kind"] for e in lab.log() if e["actor"] == actor]


def test_one_looks_back_while_the_other_fires():
    with Lab() as lab:
        lab.engine()
        boss = commanding(lab)
        seat = console(lab, "observe")
        seat.until("PROPOSED")
        key(seat, "[")
        seat.until(BACK + r".*\. live", 20 * SLOW)
        key(seat, "[")
        then = seat.until(BACK).group(1)
        first = seat.lines()[0]
        assert "BREACHED" in seat.text() or "PENDING" in seat.text() or "QUIET" in seat.text(), seat.text()
        assert "PROPOSED" not in seat.text() or "BREACHED" in seat.text(), seat.text()
        fire(boss)
        boss.until("RUNNING|REVERTED|VERIF", 20 * SLOW)
        assert "LOOKING BACK" not in boss.text()
        seat.until(r"live \d\d:\d\d:\d\d: .*(fired|done) INC-1/1", 20 * SLOW)
        seat.until(r"live \d\d:\d\d:\d\d: .*(done INC-1/1|verification passed)", 30 * SLOW)
        assert seat.until(BACK).group(1) == then, (first, seat.lines()[0])
        assert "REVERTED" not in seat.text()
        for k in "rDnwFXv":
            key(seat, k)
            assert re.search("not at now: . goes to live", seat.text()), (k, seat.text())
        key(seat, "]")
        key(seat, "]")
        assert seat.until(BACK).group(1) >= then
        key(seat, ".")
        seat.until("REVERTED|VERIFIED", 10 * SLOW)
        assert "LOOKING BACK" not in seat.text() and "THE PAST" not in seat.text(), seat.text()
        clean(seat, boss)
        assert "action.fired" in kinds_of(lab, "tess")
        seats = [e["body"]["role"] for e in lab.log() if e["kind"] == "client" and e["body"]["what"] == "opened"]
        assert seats == ["console", "observer"], seats
        assert len([e for e in lab.log() if e["kind"] == "action.armed"]) == 1


def test_the_commander_too_and_fires_after():
    """Whoever may fire may not fire from the past; one key later they may."""
    with Lab() as lab:
        lab.engine()
        boss = commanding(lab)
        key(boss, "{")
        boss.until(BACK, 20 * SLOW)
        key(boss, "r")
        boss.until("not at now: . goes to live")
        key(boss, ":")
        boss.type("declare\r", 0.03)
        boss.until("not at now: . goes to live")
        assert "action.armed" not in [e["kind"] for e in lab.log()]
        key(boss, "\x1b")
        boss.until("PROPOSED")
        assert "LOOKING BACK" not in boss.text()
        fire(boss)
        boss.until("RUNNING|REVERTED|VERIF", 20 * SLOW)
        clean(boss)
        assert kinds_of(lab, "tess").count("action.fired") == 1


def test_another_user():
    if os.getuid() != 0:
        print("      (not root: another uid cannot be tried)")
        return
    with Lab() as lab:
        lab.engine()
        boss = commanding(lab)
        for d in (lab.top, lab.state, os.path.join(lab.state, "backout"), lab.dir, lab.kit, os.path.join(lab.kit, "services")):
            os.chmod(d, 0o755)
        for d, _, files in os.walk(lab.kit):
            for f in files:
                os.chmod(os.path.join(d, f), 0o644)
        os.chmod(lab.socket, 0o666)
        theirs = shutil.copy(BACKOUT, os.path.join(lab.top, "backout"))  # what was built may lie where they cannot reach
        seat = Tap(["setpriv", "--reuid=65534", "--clear-groups", theirs, "observe", "--kit", lab.kit, "--store", lab.store], lab.env, cwd="/")
        seat.until("PROPOSED", 20 * SLOW)
        key(seat, "{")
        seat.until(BACK, 20 * SLOW)
        key(seat, "[")
        fire(boss)
        seat.until(r"live \d\d:\d\d:\d\d: .*INC-1/1", 30 * SLOW)
        key(seat, ".")
        seat.until("RUNNING|REVERTED|VERIF", 20 * SLOW)
        clean(seat, boss)
        assert not [k for k in kinds_of(lab, "uid:65534") if k != "client"], kinds_of(lab, "uid:65534")


def grow(store, n):
    """n more events, one every five seconds up to now, as an engine would have written them."""
    begin, boot, rng = int(time.time() * 1e6) - (n + 2) * 5_000_000, "0d4b1e3c-0000-4000-8000-000000000001", random.Random(3)

    def events():
        for i in range(n):
            at, mono = begin + (i + 1) * 5_000_000, 1_000_000 + (i + 1) * 5_000_000
            if i % 100 == 99:
                yield at, mono, boot, None, "note", "tess", {"text": "note %d" % i, "salt": "00"}
            else:
                yield at, mono, boot, None, "samples", "plugin:world", {
                    "backend": "world", "at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(at / 1e6)),
                    "v": {"auth/error_rate": round(rng.random() / 10, 4)}, "bad": {}, "salt": "00"}

    append(store, events())


def sanitized():
    """Its quarantine keeps what was freed: nothing can be said about memory."""
    with open(BACKOUT, "rb") as f:
        return b"__asan_init" in f.read()


def rss(pid):
    return int(re.search(r"VmRSS:\s+(\d+)", open("/proc/%d/status" % pid).read()).group(1)) >> 10


def test_fifty_thousand_events():
    """Keys are answered while the journal is read, and memory has a bound: the same after 50,000 events as after 10,000."""
    used = []
    for n in (10000, 50000):
        with Lab() as lab:
            e = lab.engine()
            lab.client().close()
            e.send_signal(signal.SIGTERM)
            e.wait(20)
            grow(lab.store, n)
            e = lab.engine()
            tap = console(lab, "observe")
            before = rss(e.pid)
            os.write(tap.fd, b"{")
            answered = 0
            while "LOOKING BACK" not in tap.lines()[0]:
                end, was = time.monotonic() + 20 * SLOW, tap.total
                os.write(tap.fd, b"ut"[answered % 2:][:1])
                while tap.total == was and time.monotonic() < end:
                    tap.read(0.01)
                answered += 1
            assert n < 50000 or answered > 5, answered
            tap.quiet()
            notes = []
            for _ in range(5):
                key(tap, "{")
                notes.append(tap.until(BACK).group(0))
            assert len(set(m[:24] for m in notes)) == 5, notes
            key(tap, "G")
            tap.type("-3h\r", 0.03)
            tap.until(r"LOOKING BACK at .*, [34]:\d\d:\d\d ago", 20 * SLOW)
            used.append(rss(tap.p.pid))
            assert rss(e.pid) - before < 16 or sanitized(), (before, rss(e.pid))
            key(tap, ".")
            tap.until("QUIET", 10)
            clean(tap)
    assert sanitized() or (used[1] - used[0] < 12 and used[1] < 60), used


def read_on(path, stop):
    """A client that reads the journal as fast as it gets it, over and over."""
    c, seq = Client(path, "observer", False), 1
    while not stop.is_set():
        n = c.post("read", {"from": seq, "limit": 256, "bytes": 262144, "bare": True})
        while not c.data.startswith(b'{"reply":{"id":%d,' % n):
            c.data = (c.data + c.sock.recv(1 << 20)).split(b"\n", 1)[-1] if b"\n" in c.data else c.data + c.sock.recv(1 << 20)
        while b"\n" not in c.data:
            c.data += c.sock.recv(1 << 20)
        c.data = c.data.split(b"\n", 1)[1]
        seq = seq + 256 if seq < 9000 else 1


def test_many_look_back_and_nobody_waits():
    """Twenty who read all the time cost whoever asks something a page or two, not all of theirs."""
    with Lab() as lab:
        e = lab.engine()
        lab.client().close()
        e.send_signal(signal.SIGTERM)
        e.wait(20)
        grow(lab.store, 10000)
        lab.engine()
        stop = multiprocessing.Event()
        readers = [multiprocessing.Process(target=read_on, args=(lab.socket, stop), daemon=True) for _ in range(20)]
        c, took = lab.client(follow=False), []
        for r in readers:
            r.start()
        time.sleep(1)
        for _ in range(60):
            start = time.monotonic()
            c.good("status")
            took.append(time.monotonic() - start)
            time.sleep(0.01)
        stop.set()
        for r in readers:
            r.join(5)
            r.kill()
        assert sorted(took)[30] < 0.08 * SLOW, sorted(took)


def test_the_engine_goes_away_meanwhile():
    """A reading waits for the engine and says so, live; what was read is gone through without it."""
    with Lab() as lab:
        e = lab.engine()
        c = lab.client()
        for i in range(30):
            c.good("note", {"text": "note %d" % i})
        c.close()
        tap = console(lab, "observe")
        os.kill(e.pid, signal.SIGSTOP)
        key(tap, "{")
        tap.until("reading the journal, 0 %; this is live still")
        tap.until("ENGINE SILENT", 20 * SLOW)
        assert "LOOKING BACK" not in tap.text()
        key(tap, "\x1b")
        assert "reading the journal" not in tap.text() and "LOOKING BACK" not in tap.text(), tap.text()
        key(tap, "{")
        tap.until("reading the journal|has not answered")
        os.kill(e.pid, signal.SIGCONT)
        tap.until(BACK, 20 * SLOW)
        os.kill(e.pid, signal.SIGSTOP)
        tap.until("LOOKING BACK.*ENGINE SILENT", 20 * SLOW)
        for _ in range(8):
            key(tap, "{")
        key(tap, "t")
        tap.until("note 21", 10)
        assert "note 25" not in tap.text(), tap.text()
        os.kill(e.pid, signal.SIGKILL)  # the console starts another one, and still looks back
        e.wait(10)
        wait_for(lambda: (tap.read(0.1), "ENGINE" not in tap.lines()[0])[1], 40 * SLOW)
        assert "LOOKING BACK" in tap.lines()[0] and "note 25" not in tap.text(), tap.text()
        key(tap, "{")
        tap.until("note 20", 10)
        key(tap, ".")
        tap.until("note 29", 20 * SLOW)
        assert "LOOKING BACK" not in tap.text()
        clean(tap)


if __name__ == "__main__":
    main(dict(globals()))
