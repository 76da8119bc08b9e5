#!/usr/bin/env python3
"""make bench: what quality.md promises under "Speed and size", beside its floors.

Ours and the floor run in turn, so that a slow moment of the machine falls on
both; figures are medians unless they say otherwise.  A row that misses its
target is a finding, not a failure: machines differ, and nothing here ends with
an error because of a time.  BENCH_ROUNDS scales the rounds (default 1.0);
BENCH_ONLY chooses parts by name: console start keys idle memory fire observers commands programs metrics
signals incidents
"""
import json
import os
import shutil
import statistics
import subprocess
import sys
import time

from bench_console import DOWN, FLOOR_CURSES, CONSOLE, bench_console, keys_in_turn, paint, repository, tidy
from bench_metrics import bench_metrics
from bench_observers import bench_observers
from bench_proof import bench_flash, bench_incidents, bench_signals
from bench_pty import Pty
from bench_rows import SCALE, at, in_turn, least, line_of, most, rounds, row, rows
from bench_world import BACKOUT, BUILD, World, effort, resident, run_ms, wait_for

HERE = os.path.join(os.path.abspath(BUILD), "tests", "bench")
FLOOR_EXEC = os.path.join(HERE, "floor_exec")


def bare(world):
    return dict(world.env)


# ---- exec to first paint ---------------------------------------------------------------------

def bench_start(small, large):
    env = bare(small)
    what = {"floor": lambda: paint([FLOOR_CURSES], env, b"2000"), "large": lambda: paint(CONSOLE, large.env, b"SERVICES")}
    got = in_turn(rounds(15), **what)
    row("first paint, 1,000 services, 5,000 signals", got["large"], got["floor"], "ms", "<= 5 x ncurses", most(5))


# ---- key to paint ------------------------------------------------------------------------------

def bench_keys(small, large):
    consoles = {"quiet": Pty(CONSOLE, small.env), "large": Pty(CONSOLE, large.env)}
    try:
        for p in consoles.values():
            p.quiet(0.4)
            p.key(DOWN)
        took, missed = keys_in_turn(consoles, rounds(300))
    finally:
        for p in consoles.values():
            p.close()
    p50, p99 = ({k: at(v, q) for k, v in took.items()} for q in (50, 99))
    row("key, 5,000 signals told each second: p50", p50["large"], p50["quiet"], "ms", "<= 1.2 x itself", most(1.2))
    row("key, 5,000 signals told each second: p99", p99["large"], p99["quiet"], "ms", "<= 1.2 x itself", most(1.2))
    if missed["quiet"] or missed["large"]:
        print("  (keys that painted nothing: %s)" % missed)


# ---- idle ------------------------------------------------------------------------------------------

def bench_idle(small):
    """The engine behind quiet consoles."""
    console = Pty(CONSOLE, small.env)
    try:
        console.quiet(0.3, 1.5)
        before, end = effort(small.process.pid), time.perf_counter() + 10
        while time.perf_counter() < end:
            console.read(0.2)
        engine = [(b - a) / 10 for a, b in zip(before, effort(small.process.pid))]
    finally:
        console.close()
    row("engine, 20 samples a second: wake-ups", engine[0], None, "1/s", "(none set)", None)
    row("engine, 20 samples a second: CPU", engine[1] / 1e6, None, "ms/s", "(none set)", None)


# ---- memory ------------------------------------------------------------------------------------------

def plugin_memory(name):
    """Of a plugin that was greeted: (resident, private) MiB."""
    config = {"exec": {"allow": []}, "releases": {"root": "/tmp"}, "probe": {}, "prometheus": {"url": "http://127.0.0.1:9"},
              "alertmanager": {"url": "http://127.0.0.1:9"}}[name]
    p = subprocess.Popen([os.path.join(os.path.abspath(BUILD), "plugins", "backout-plugin-" + name)], stdin=subprocess.PIPE,
                         stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, cwd="/tmp", text=True)
    say = {"protocol": 1, "mode": "watch", "backend": name, "environment": "test", "config": config, "secrets": {}}
    p.stdin.write(json.dumps({"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": say}) + "\n")
    p.stdin.flush()
    p.stdout.readline()
    figure = resident(p.pid)
    p.stdin.close()
    p.wait(10)
    return figure


def bench_memory(small, large):
    def line(what, figure, limit):
        row(what + " (private %.1f)" % figure[1], figure[0], None, "MiB", "<= %d resident" % limit, most(limit))
    for what, world in (("console, 20 services", small), ("console, 5,000 signals", large)):
        p = Pty(CONSOLE, world.env)
        p.quiet(0.5)
        line(what, resident(p.pid), 12)
        end = time.time() + (15 if world is large else 0)
        while time.time() < end:
            p.read(0.1)
        if world is large:
            line("the same, 75,000 values later", resident(p.pid), 12)
        p.close()
    line("engine, 20 services", resident(small.process.pid), 24)
    line("engine, 1,000 services, 5,000 signals", resident(large.process.pid), 24)
    for name in ("exec", "releases", "probe", "prometheus", "alertmanager"):
        line("plugin %s" % name, plugin_memory(name), 12)


def bench_disk(large):
    """What a recorded value takes in the store while 5,000 are told each second."""
    import sqlite3
    db = sqlite3.connect("file:%s?mode=ro" % large.store, uri=True)

    def size():
        return db.execute("PRAGMA page_count").fetchone()[0] * db.execute("PRAGMA page_size").fetchone()[0]

    def head():
        return db.execute("SELECT max(seq) FROM event").fetchone()[0]
    before, first, end = size(), head(), time.time() + 5
    while time.time() < end:
        time.sleep(0.1)
    after, last = size(), head()
    bodies = db.execute("SELECT body FROM event WHERE kind='samples' AND seq > ? AND seq <= ?", (first, last)).fetchall()
    db.close()
    values = sum(len(json.loads(body)["v"]) for body, in bodies)
    row("disk, a recorded value (names of 24 letters)", (after - before) / max(1, values), None, "B", "<= 40", most(40))


# ---- from the word to the durable intent ---------------------------------------------------------------

class Hop:
    """The floor of an ask: a line to a socket, a block made durable, a line back."""

    def __init__(self, world):
        import socket
        path = world.top + "/hop"
        self.process = subprocess.Popen([FLOOR_EXEC, "hop", path, world.top + "/block"])
        wait_for(lambda: os.path.exists(path))
        self.sock = socket.socket(socket.AF_UNIX)
        wait_for(lambda: not self.sock.connect_ex(path))

    def ask(self):
        start = time.perf_counter()
        self.sock.sendall(b"x" * 300 + b"\n")
        self.sock.recv(100)
        return (time.perf_counter() - start) * 1e3

    def close(self):
        self.sock.close()
        self.process.wait(5)


class Firing:
    def __init__(self, world):
        self.w, self.n = world, 100
        self.c = world.client()
        self.c.good("declare", {"title": "bench", "services": [world.services[1]]})
        self.action = world.services[1] + "-rollback"

    def until(self, kind):
        """When the next event of that kind arrives."""
        seen = len(self.c.events)
        while True:
            while seen < len(self.c.events):
                seen += 1
                if self.c.events[seen - 1]["kind"] == kind:
                    return time.perf_counter()
            self.c.read()

    def to(self):
        self.n += 1
        return str(self.n)

    def by_socket(self):
        """From the confirmed ask to the event, which is told once it is on disk."""
        to = self.to()
        p = self.c.good("arm", {"action": self.action, "service": self.w.services[1], "to": to})
        assert p["ready"], p
        start = time.perf_counter()
        self.c.post("fire", {"digest": p["digest"], "reason": "bench", "service": self.w.services[1], "action": self.action})
        took = self.until("action.fired") - start
        self.until("action.ended")
        return took * 1e3

    def by_exec(self):
        start = time.perf_counter()
        p = subprocess.Popen([BACKOUT, "fire", self.action, "--to", self.to(), "--reason", "bench", "--yes"], env=self.w.env,
                             stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        took = self.until("action.fired") - start
        assert p.wait(20) == 0
        return took * 1e3


def bench_fire(small):
    hop, fire = Hop(small), Firing(small)
    took = {"ours": [], "floor": []}
    for _ in range(rounds(60)):
        took["ours"].append(fire.by_socket())
        took["floor"].append(hop.ask())
    hop.close()
    row("key to durable intent: p50", at(took["ours"], 50), at(took["floor"], 50), "ms", "<= 1.5 x (fdatasync + hop)", most(1.5))
    row("key to durable intent: worst of %d" % len(took["ours"]), max(took["ours"]), None, "ms", "p99 <= 50 under load", most(50))
    got = in_turn(rounds(20), ours=fire.by_exec, floor=lambda: run_ms([FLOOR_EXEC, "sync", small.top + "/block"], small.env))
    row("`fire --yes`: exec to durable intent", got["ours"], got["floor"], "ms", "<= 3 x (exec + fdatasync)", most(3))
    fire.c.good("close", {"as": "false-alarm"})
    fire.c.close()


# ---- commands ---------------------------------------------------------------------------------------------

def bench_status(large):
    """It is for a prompt: what it costs may not follow the size of the kit."""
    git = repository()
    got = in_turn(rounds(30), git=lambda: run_ms(["git", "rev-parse", "HEAD"], large.env, git),
                  status=lambda: run_ms([BACKOUT, "status"], large.env))
    row("`status`, 1,000 services, 5,000 signals", got["status"], got["git"], "ms", "<= 2 x git rev-parse HEAD", most(2))


def bench_commands(small):
    git, env = repository(), small.env
    got = in_turn(rounds(30), git=lambda: run_ms(["git", "rev-parse", "HEAD"], env, git), bare=lambda: run_ms([FLOOR_EXEC], env),
                  version=lambda: run_ms([BACKOUT, "version"], env), status=lambda: run_ms([BACKOUT, "status"], env),
                  check=lambda: run_ms([BACKOUT, "check", small.kit], env))
    row("`status`", got["status"], got["git"], "ms", "<= 2 x git rev-parse HEAD", most(2))
    row("`check`, 20 services", got["check"], got["git"], "ms", "<= 2 x git rev-parse HEAD", most(2))
    row("`version`", got["version"], got["bare"], "ms", "(exec with the same libraries)", None)


# ---- programs that measure by themselves ---------------------------------------------------------------

def bench_programs():
    p = subprocess.run([os.path.join(HERE, "bench_journal"), "/tmp", str(int(100000 * min(1, SCALE)))], stdout=subprocess.PIPE, text=True, check=True)
    names = {"append_one": ("append, one event", most(1.2), "<= 1.2 x raw SQLite"),
             "append_hundred": ("append, a hundred in a group", least(0.8), ">= 0.8 x raw SQLite"),
             "verify_same_bytes": ("verify, beside the same bytes and digests", least(0.8), ">= 0.8 x bare loop"),
             "verify_one_digest": ("verify, beside one digest of the body", None, "(what two digests cost)")}
    for text in p.stdout.splitlines():
        m = json.loads(text)
        name, met, target = names[m["name"]]
        row(name, m["ours"], m["floor"], m["unit"], target, met, m["ratio"])
    took = []
    for _ in range(3):
        # on one core: a round trip varies sixfold with whether parent and child share one, and the floor is not run in turn
        p = subprocess.run([os.path.join(HERE, "bench_plugin")], stdout=subprocess.PIPE, text=True,
                           preexec_fn=lambda: os.sched_setaffinity(0, {0}))
        words = p.stdout.replace(",", "").split()
        took.append([float(words[i + 1]) for i, w in enumerate(words) if w == "p50"])
    ours, floor = (statistics.median(t[i] for t in took) for i in (0, 1))
    row("plugin round trip: p50", ours, floor, "us", "<= 2 x echo child", most(2))


def bench_worlds(only):
    with World(20) as small:
        if "console" in only:
            with World(1, 20, moving=20) as busy:
                bench_console(small, busy)
        if {"start", "keys", "memory", "commands", "signals"} & set(only):
            with World(1000, 5, moving=5000) as large:
                if "start" in only:
                    bench_start(small, large)
                if "keys" in only:
                    bench_keys(small, large)
                if "signals" in only:
                    bench_flash(large)
                if "commands" in only:
                    bench_status(large)
                if "memory" in only:
                    bench_disk(large)
                    bench_memory(small, large)
        if "commands" in only:
            bench_commands(small)
        if "idle" in only:
            bench_idle(small)
        if "fire" in only:
            bench_fire(small)
        if "observers" in only:
            fire = Firing(small)
            bench_observers(small, fire)
            fire.c.good("close", {"as": "false-alarm"})
            fire.c.close()


def main():
    only = os.environ.get("BENCH_ONLY", "console start keys idle memory fire observers commands programs metrics signals incidents").split()
    started = time.time()
    print("make bench: %d cores, load %.1f; ours and the floor in turn, medians" % (os.cpu_count(), os.getloadavg()[0]), flush=True)
    try:
        if "programs" in only:
            bench_programs()
        if "metrics" in only:
            bench_metrics()
        if "signals" in only:
            bench_signals()
        if "incidents" in only:
            bench_incidents()
        if set(only) - {"programs", "metrics", "incidents"}:
            bench_worlds(only)
    finally:
        tidy()
    print("\n%-50s %9s %9s %-8s %6s  %s" % ("", "ours", "floor", "", "ratio", "target"))
    for r in rows:
        print(line_of(r))
    judged = [r[6] for r in rows if r[6] is not None]
    print("\n%d of %d targets met, in %.0f s, load %.1f" % (sum(judged), len(judged), time.time() - started, os.getloadavg()[0]))


if __name__ == "__main__":
    main()
