#!/usr/bin/env python3
"""Fifty who look on, on real terminals: as the user of the engine, and through the group's socket as other users.  Each has a
cursor, a filter and a theme of its own; none asks for anything; the commander sees who is there; none opens the store."""
import grp
import os
import re
import shutil
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, "..", "crash")]
from engine_lab import BACKOUT, Lab, main, wait_for  # noqa: E402
from tap import Tap  # noqa: E402

PATIENCE = int(os.environ.get("BACKOUT_TEST_SLOW", "1"))
MANY = 16 if os.environ.get("BACKOUT_MUTANT") else 50
THEMES = ("default", "light", "high-contrast", "no-colour", "ascii")
OTHERS = os.getuid() == 0 and shutil.which("setpriv") is not None


def wide_open(lab):
    """A kit whose socket a group may use, and a program that every user can run."""
    group = grp.getgrgid(1).gr_name if OTHERS else grp.getgrgid(os.getgid()).gr_name
    door = os.path.join(lab.top, "door")
    os.mkdir(door)
    os.chmod(door, 0o755)
    os.chmod(lab.top, 0o711)
    lab.socket = os.path.join(door, "e.sock")
    with open(os.path.join(lab.kit, "kit.yaml"), "a") as f:
        f.write("engine: {socket: %s, group: %s}\n" % (lab.socket, group))
    lab.program = shutil.copy(BACKOUT, os.path.join(lab.top, "backout"))
    os.chmod(lab.program, 0o755)
    return lab


def look_on(lab, i, other):
    """The i-th observer: a theme by option or by environment, a state of its own; where `other`, a user of its own."""
    theme, state = THEMES[i % 5], os.path.join(lab.top, "s%d" % i)
    os.mkdir(state)
    env = dict(lab.env, XDG_STATE_HOME=state, HOME=state)
    env.pop("BACKOUT_KIT")
    argv = [lab.program, "observe", lab.kit]
    if i % 2:
        env["BACKOUT_THEME"] = theme
    else:
        argv += ["--theme", theme]
    if other:
        os.chown(state, 60000 + i, 1)
        argv = ["setpriv", "--reuid", str(60000 + i), "--regid", "1", "--clear-groups"] + argv
    tap = Tap(argv, env, cwd=lab.top, rows=30)
    tap.keep = b""
    tap.other = other
    return tap


def all_see(taps, pattern, seconds=20):
    """Until every screen shows it; how long the last one took."""
    began = time.monotonic()
    left = list(taps)
    while left:
        for t in taps:
            t.read(0)
        left = [t for t in left if not re.search(pattern, t.text())]
        assert time.monotonic() - began < seconds * PATIENCE, "%d of %d see no %s:\n%s" % (len(left), len(taps), pattern, left[0].text())
        if left:
            time.sleep(0.02)
    return time.monotonic() - began


def press(taps, keys):
    for k in keys:
        for t in taps:
            t.type(k, 0)
        time.sleep(0.15 if k == "\x1b" else 0.06)


def settled(taps):
    end = time.monotonic() + 3
    while any([t.read(0) for t in taps]) and time.monotonic() < end:
        time.sleep(0.1)


def marked(tap):
    """The line that the cursor is on."""
    return next((line for line in tap.lines() if line.startswith(">")), "")


def colours(tap):
    return bool(re.search(rb"\x1b\[[0-9;]*(3[0-7]|38;|4[0-7]|48;|9[0-7])[0-9;]*m", tap.keep))


def each_for_itself(taps):
    """Cursors, filters and themes are nobody else's."""
    press(taps, "t")
    all_see(taps, "WHAT HAPPENED")
    for i, t in enumerate(taps):
        t.type("j" * (i % 4), 0.02)
    for i, t in enumerate(taps):
        if i % 3 == 0:
            t.type("/who%d\r" % i, 0)
    settled(taps)
    for i, t in enumerate(taps):
        text = t.text()
        if i % 3 == 0:
            assert 'only lines with "who%d"' % i in text, text
        else:
            assert "only lines" not in text, text
            assert marked(t), text
    lines = {i % 4: marked(t) for i, t in enumerate(taps) if i % 3}
    assert len(set(lines.values())) == 4, lines
    for i, t in enumerate(taps):
        assert colours(t) == (THEMES[i % 5] != "no-colour"), (i, THEMES[i % 5], t.keep[-300:])
    press(taps, "\x1b\x1b")
    changed = [t for i, t in enumerate(taps) if THEMES[i % 5] == "no-colour"][0]
    others = [t for t in taps if t is not changed]
    settled(taps)
    before = [t.total for t in others]
    changed.type("T")
    changed.until("theme ")
    settled(taps)
    assert [t.total for t in others] == before or max(t.total - b for t, b in zip(others, before)) < 3000


def nobody_asks(lab, taps):
    """Keys that ask are refused in words; nothing of them reaches the journal."""
    events = len(lab.log())
    press(taps, "D")
    all_see(taps, r"only looks on \(observe\)")
    press(taps, "r")
    time.sleep(0.2)
    press(taps, "n")
    settled(taps)
    for t in taps:
        assert "only looks on" in t.text() and "type " not in t.text() and "note:" not in t.text(), t.text()
    asked = [e for e in lab.log()[events:] if e["kind"] not in ("samples", "deploy", "client", "rubric", "verify", "baseline")]
    assert not asked, asked


def looks_back(taps):
    """History comes through the socket: the event whole, and the screen as it was."""
    press(taps, "t")
    all_see(taps, "WHAT HAPPENED")
    press(taps, "/declared\r")
    all_see(taps, 'only lines with "declared"')
    press(taps, "\r")
    all_see(taps, r"EVENT \d+(.*\n)+.*what +tess (declared|commands)")
    press(taps, "\x1b\x1b\x1b\x1b")
    settled(taps)
    press(taps, "[")
    all_see(taps, r"PAST|LOOKING BACK|you look at")
    press(taps, ".")
    all_see(taps, "INC-1")
    settled(taps)
    for t in taps:
        assert "PAST" not in t.text(), t.text()


def store_untouched(lab, taps):
    """No observer holds anything of the store; and the store is its user's alone."""
    assert os.stat(lab.dir).st_mode & 0o777 == 0o700, oct(os.stat(lab.dir).st_mode)
    for t in taps:
        fds = "/proc/%d/fd" % t.p.pid
        links = [os.readlink(os.path.join(fds, f)) for f in os.listdir(fds)]
        assert not [x for x in links if "journal" in x or x.startswith(lab.dir)], links
        assert not t.bad, t.bad


def test_fifty_look_on():
    with wide_open(Lab()) as lab:
        lab.engine()
        c = lab.client()
        c.until("deploy")
        commander = Tap([BACKOUT, "watch", "--kit", lab.kit], lab.env, cwd=lab.top, rows=30)
        commander.until("bad")
        c.close()  # from here on the commander alone sits there
        began = time.monotonic()
        taps = [look_on(lab, i, OTHERS and i % 2 == 1) for i in range(MANY)]
        all_see(taps, r"QUIET|PENDING|bad")
        came = time.monotonic() - began
        commander.type("D")
        commander.until("Title:|which service")
        commander.type("\r" if "Title:" in commander.text() else "auth\r\r", 0.1)
        seen = all_see(taps, "INC-1")
        commander.until("COMMANDS")
        others = MANY // 2 if OTHERS else 0
        line = commander.until(r"WITH YOU +(.*?) +engine on").group(1)
        named = [int(x or 1) for x in re.findall(r"(?:uid:\d+|\w+)(?: \(you\))?(?: x(\d+))?(?:,|$| and)", re.sub(r" and \d+ more$", "", line))]
        more = int((re.search(r"and (\d+) more$", line) or [0, 0])[1])
        assert sum(named) + more == MANY, (line, named, more)
        commander.type(":who\r")
        commander.until(r"WHO IS HERE +1 console, %d observers" % MANY)
        if OTHERS:
            commander.until("uid:60001 +observes")
        commander.until(r"tess, Tess .*x%d" % (MANY - others) if MANY - others > 1 else "observes")
        commander.type("\x1b")
        each_for_itself(taps)
        nobody_asks(lab, taps)
        looks_back(taps)
        store_untouched(lab, taps)
        keys_beside_all(commander)
        for t in taps[:3]:
            t.end()
        commander.type(":who\r")
        commander.until(r"WHO IS HERE +1 console, %d observers" % (MANY - 3))
        for t in taps[3:]:
            t.p.kill()  # nobody takes leave
        commander.until(r"WHO IS HERE +1 console, 0 observers")
        print("      (%d observers, %d of other users: all had a screen after %.1f s, all saw the incident %.2f s after it was declared)" %
              (MANY, others, came, seen))
        for t in taps[3:]:
            t.end()
        commander.end()
        lab.verify()


def keys_beside_all(commander):
    """The commander's keys with everybody there."""
    took = []
    for _ in range(20):
        since = time.monotonic()
        commander.type("P", 0)
        commander.until("KEPT OUT")
        took.append(time.monotonic() - since)
        commander.type("\x1b")
        time.sleep(0.12)
        commander.read(0)
    assert sorted(took)[10] < 0.3 * PATIENCE, took


def test_other_users_start_no_engine():
    """Where the engine is gone an observer of another user says so; it makes none of its own behind the kit's socket."""
    if not OTHERS:
        print("      SKIP: only root can be somebody else")
        return
    with wide_open(Lab()) as lab:
        engine = lab.engine()
        tap = look_on(lab, 1, True)
        all_see([tap], "QUIET|bad")
        engine.kill()
        engine.wait()
        tap.until(r"ENGINE (GONE|SILENT)", 5 * PATIENCE)
        time.sleep(3)
        tap.read(0.1)
        assert not os.path.exists(os.path.join(lab.top, "s1", "backout")), "it made a store of its own"
        assert not lab.engine_pids(), "another user's engine runs behind the socket"
        assert re.search(r"no engine|ENGINE", tap.text()), tap.text()
        lab.engine()
        end = time.monotonic() + 10 * PATIENCE
        while re.search("ENGINE (GONE|SILENT)", tap.text()) and time.monotonic() < end:
            tap.read(0.05)
        assert not re.search("ENGINE (GONE|SILENT)", tap.text()), tap.text()
        tap.end()


if __name__ == "__main__":
    main(globals())
