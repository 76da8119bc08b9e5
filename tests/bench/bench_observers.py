"""Fifty who look on, ten of whom were stopped and read nothing: keys of another console, intents, and what each of them takes."""
import os
import signal
import threading
import time

from bench_console import CONSOLE, DOWN, UP
from bench_pty import Pty
from bench_rows import at, most, rounds, row
from bench_world import BACKOUT, memory

MANY, STOPPED = 50, 10


class Crowd:
    """Their terminals are read by a thread, so that nobody waits for us."""

    def __init__(self, world):
        self.ptys = [Pty([BACKOUT, "observe"], world.env) for _ in range(MANY)]
        self.on = True
        self.reader = threading.Thread(target=self.read, daemon=True)
        self.reader.start()

    def read(self):
        import select
        while self.on:
            for fd in select.select([p.master for p in self.ptys], [], [], 0.2)[0]:
                try:
                    os.read(fd, 65536)
                except OSError:
                    pass

    def stop_some(self):
        for p in self.ptys[:STOPPED]:
            os.kill(p.pid, signal.SIGSTOP)

    def close(self):
        for p in self.ptys[:STOPPED]:
            os.kill(p.pid, signal.SIGCONT)
        self.on = False
        self.reader.join(2)
        for p in self.ptys:
            p.close()


def sample(console, fire, n):
    keys, intents = [], []
    for i in range(n):
        ms = console.key(UP if i % 2 else DOWN)
        if ms is not None:
            keys.append(ms)
        if i % 8 == 0:
            intents.append(fire.by_socket())
    return keys, intents


def flood(fire):
    """More than the engine keeps for anybody who does not read."""
    for _ in range(400):
        fire.c.ask("note", {"text": "x" * 3000})


def bench_observers(world, fire):
    console = Pty(CONSOLE, world.env)
    console.quiet(0.4)
    before_keys, before_intents = sample(console, fire, rounds(160))
    engine = memory(world.process.pid)
    crowd = Crowd(world)
    try:
        time.sleep(4)
        crowd.stop_some()
        flood(fire)
        keys, intents = sample(console, fire, rounds(160))
        after = memory(world.process.pid)
        each = [memory(p.pid) for p in crowd.ptys]
    finally:
        crowd.close()
        console.close()
    for percent in (50, 99):
        row("key, %d observers, %d of them stopped: p%d" % (MANY, STOPPED, percent), at(keys, percent), at(before_keys, percent), "ms", "<= 1.2 x without them", most(1.2))
    row("intent, %d observers, %d of them stopped: p50" % (MANY, STOPPED), at(intents, 50), at(before_intents, 50), "ms", "<= 1.2 x without them", most(1.2))
    row("intent, %d observers: worst of %d" % (MANY, len(intents)), max(intents), None, "ms", "p99 <= 50 under load", most(50))
    row("engine: memory an observer", (after["resident"] - engine["resident"]) / MANY, None, "MiB", "<= 1 each", most(1))
    for what, told in (("resident", "with every shared page"), ("pss", "its share"), ("private", "its own pages alone")):
        row("an observer: %s (%s)" % (what, told), at([m[what] for m in each], 50), None, "MiB", "(a process; none set)", None)
