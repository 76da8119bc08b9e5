"""The console beside the ncurses floor, htop, tig and less, all in one run: first paint, keys, a quiet terminal, figures that change, a
window that changes its size.  What is not installed is named and left out."""
import os
import shutil
import statistics
import subprocess
import time

from bench_pty import Pty
from bench_rows import at, most, number, rounds, row
from bench_world import BACKOUT, BUILD, effort

HERE = os.path.join(os.path.abspath(BUILD), "tests", "bench")
FLOOR_CURSES = os.path.join(HERE, "floor_ncurses")
CONSOLE = [BACKOUT, "watch"]  # an observer steps back behind whatever else runs
DOWN, UP = b"\x1b[B", b"\x1b[A"
TOP = "/tmp/bo-bench-beside.%d" % os.getpid()


def repository():
    """Two hundred commits to walk through; the tree that is measured may be none."""
    top = TOP + "/git"
    if not os.path.isdir(top):
        os.makedirs(top)
        subprocess.run(["git", "-C", top, "init", "-q"], check=True)
        lines = "".join("commit refs/heads/main\ncommitter b <b@b> %d +0000\ndata 8\nbench%03d\n" % (1700000000 + i, i) for i in range(200))
        subprocess.run(["git", "-C", top, "fast-import", "--quiet"], input=lines.encode(), check=True)
        subprocess.run(["git", "-C", top, "symbolic-ref", "HEAD", "refs/heads/main"], check=True)
    return top


def lines_of_text():
    path = TOP + "/text"
    os.makedirs(TOP, exist_ok=True)
    with open(path, "w") as f:
        f.write("".join("line %d of a log that somebody pages through\n" % i for i in range(2000)))
    return path


def programs(world):
    """name: (command line, environment, what its first frame holds)."""
    bare = dict(world.env)
    all_of_them = {"backout": (CONSOLE, world.env, b"service-0010"), "ncurses": ([FLOOR_CURSES], bare, b"2000"),
                   "htop": (["htop"], bare, b"F10"), "tig": (["sh", "-c", "cd %s && exec tig" % repository()], bare, b"bench190"),
                   "less": (["less", lines_of_text()], bare, b"line 40 ")}
    missing = [n for n in ("htop", "tig", "less") if not shutil.which(n)]
    if missing:
        print("  (not installed, left out: %s; on Debian `apt-get install %s`)" % (", ".join(missing), " ".join(missing)))
    return {n: p for n, p in all_of_them.items() if n not in missing}


def paint(argv, env, mark):
    p = Pty(argv, env)
    try:
        return p.first_frame(mark)
    finally:
        p.close()


def keys_in_turn(ptys, n):
    """Blocks of 20 keys on each, in turn: down and up again."""
    took = {name: [] for name in ptys}
    missed = dict.fromkeys(ptys, 0)
    for block in range(max(2, n // 20)):
        for name, p in ptys.items():
            for code in [DOWN] * 10 + [UP] * 10:
                ms = p.key(code)
                took[name].append(ms) if ms is not None else missed.update({name: missed[name] + 1})
    return took, missed


def idle(ptys, seconds):
    """Bytes, wake-ups and CPU (ms) a second of each, all at once."""
    before = {name: effort(p.pid) for name, p in ptys.items()}
    text = dict.fromkeys(ptys, b"")
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        for name, p in ptys.items():
            text[name] += p.read(0.02)[0]
    return {name: (len(text[name]) / seconds, (effort(p.pid)[0] - before[name][0]) / seconds,
                   (effort(p.pid)[1] - before[name][1]) / seconds / 1e6) for name, p in ptys.items()}


def quietest(ptys):
    """Two windows of 10 s: on a quiet screen only minutes turn, so that one of them sees nothing change."""
    a, b = idle(ptys, 10), idle(ptys, 10)
    return {name: a[name] if a[name][0] <= b[name][0] else b[name] for name in ptys}


def resized_in_turn(ptys, n):
    """From one size to the other and back: (ms to the last byte, bytes), medians."""
    took = {name: [] for name in ptys}
    for i in range(n):
        for name, p in ptys.items():
            took[name].append(p.resize(*((40, 160) if i % 2 == 0 else (50, 200))))
    return {name: tuple(statistics.median(v[k] for v in values) for k in (0, 1)) for name, values in took.items()}


def table(figures):
    """Every program a column."""
    names = list(figures)
    print("\n  %-38s" % "" + "".join("%10s" % n for n in names))
    for what in next(iter(figures.values())):
        print("  %-38s" % what + "".join("%10s" % number(figures[n].get(what)) for n in names))
    print(flush=True)


def measure(small, busy):
    them = programs(small)
    figures = {name: {} for name in them}

    def note(what, values):
        for name in them:
            figures[name][what] = values.get(name)
    firsts = {name: [] for name in them}
    for i in range(rounds(15)):
        for name in list(them)[::1 if i % 2 else -1]:
            firsts[name].append(paint(*them[name]))
    note("exec to first paint, ms", {n: statistics.median(v) for n, v in firsts.items()})
    ptys = {name: Pty(argv, env) for name, (argv, env, _) in them.items()}
    clock = Pty(CONSOLE, busy.env)
    try:
        for p in list(ptys.values()) + [clock]:
            p.quiet(0.4, 2)
        for p in ptys.values():
            p.key(DOWN)
        took, missed = keys_in_turn(ptys, rounds(300))
        for percent in (50, 99):
            note("key to last byte, p%d, ms" % percent, {n: at(v, percent) for n, v in took.items() if v})
        resized = resized_in_turn(ptys, rounds(16))
        note("another size, to the last byte, ms", {n: v[0] for n, v in resized.items()})
        note("another size, bytes", {n: v[1] for n, v in resized.items()})
        for p in ptys.values():
            p.quiet(0.3, 1.5)
        still = quietest(dict(ptys, clock=clock))
    finally:
        for p in list(ptys.values()) + [clock]:
            p.close()
    for k, what in enumerate(("idle: bytes a second", "idle: wake-ups a second", "idle: CPU, ms a second")):
        note(what, {n: v[k] for n, v in still.items()})
    note("figures changing: bytes a second", {"backout": still["clock"][0], "htop": still.get("htop", (None,))[0]})
    note("figures changing: CPU, ms a second", {"backout": still["clock"][2], "htop": still.get("htop", (None, None, None))[2]})
    if missed["backout"]:
        print("  (keys of ours that painted nothing: %d)" % missed["backout"])
    return figures, still["clock"]


def bench_console(small, busy):
    c = busy.client("command")
    if not c.good("status")["incidents"]:
        c.good("declare", {"title": "bench", "services": [busy.services[0]]})
    c.close()
    figures, clock = measure(small, busy)
    table(figures)
    ours, floor = figures["backout"], figures["ncurses"]
    first, idle_cpu, moving = "exec to first paint, ms", "idle: CPU, ms a second", "figures changing: bytes a second"
    row("first paint, 20 services", ours[first], floor[first], "ms", "<= 2 x ncurses", most(2))
    for name in ("htop", "tig"):
        if name in figures:
            row("first paint beside %s" % name, ours[first], figures[name][first], "ms", "<= 0.25 x " + name, most(0.25))
    for percent, limit in ((50, 1), (99, 1.5)):
        what = "key to last byte, p%d, ms" % percent
        row("key to last byte, quiet screen: p%d" % percent, ours[what], floor[what], "ms", "<= %g x ncurses" % limit, most(limit))
    row("idle: bytes a second", ours["idle: bytes a second"], None, "B/s", "0", most(0))
    row("idle: wake-ups a second", ours["idle: wake-ups a second"], None, "1/s", "<= 2", most(2.05))
    if "htop" in figures:
        row("idle: CPU", ours[idle_cpu], figures["htop"][idle_cpu], "ms/s", "<= 0.1 x htop", most(0.1))
        row("clock and 20 signals moving: bytes", ours[moving], figures["htop"][moving], "B/s", "<= 0.3 x htop", most(0.3))
    row("clock and 20 signals moving: bytes a number", clock[0] / 21, None, "B", "<= 16", most(16))
    row("clock and 20 signals moving: wake-ups", clock[1], None, "1/s", "(none set)", None)
    for what, unit in (("another size, to the last byte, ms", "ms"), ("another size, bytes", "B")):
        beside = "less" if "less" in figures else "ncurses"
        row(what.rsplit(", ", 1)[0] if unit == "ms" else what, ours[what], figures[beside][what], unit, "(none set; beside %s)" % beside, None)


def tidy():
    shutil.rmtree(TOP, ignore_errors=True)
