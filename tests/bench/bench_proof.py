"""Generated incidents, what a second of 5,000 signals costs, and how long a sample takes to the screen."""
import json
import os
import subprocess
import time

from bench_console import CONSOLE, DOWN, UP
from bench_pty import Pty
from bench_rows import SCALE, at, most, row
from bench_world import BUILD, FLASH, wait_for

TOP = os.path.abspath(BUILD)
INCIDENTS = os.path.join(TOP, "tests", "incidents", "incidents")
SIGNALS = os.path.join(TOP, "tests", "bench", "bench_signals")
TICK = 100


def bench_signals():
    p = subprocess.run([SIGNALS, str(max(30, int(300 * SCALE)))], stdout=subprocess.PIPE, text=True, check=True)
    got = {m["name"]: m for m in map(json.loads, p.stdout.splitlines())}

    def line(name, words, target, met):
        m = got[name]
        row(words, m["ours"], m["floor"], m["unit"], target, met and (lambda _: met(m["ours"])))
    line("fold_model", "a value folded, ticks of 1,000: the model", "<= 250 ns (floor: its JSON)", most(250))
    line("fold_value", "the same, and judged by a row each", "<= 250 ns (floor: its JSON)", most(250))
    line("second", "a second of 5,000 values, fold and tick", "(floor: its JSON)", None)
    line("tick", "a tick over 5,000 rows", "(floor: JSON of 5,000 values)", None)


def bench_incidents():
    """20,000 of them, on all cores; the table is printed as it is."""
    cores, count = os.cpu_count() or 1, max(1000, int(20000 * SCALE))
    started = time.time()
    share = count // cores
    running = [subprocess.Popen([INCIDENTS, "--count", str(share), "--from", str(1 + i * share)], stdout=subprocess.PIPE, text=True)
               for i in range(cores)]
    told = [p.communicate()[0] for p in running]
    print("\n".join(told))
    every = [line.split() for text in told for line in text.splitlines() if line.startswith("all ")]
    names = ("class", "run", "speed", "right", "refuse", "untold", "back", "weak", "false", "auto", "hit", "held", "cause", "p50", "max", "off", "first", "rule")
    all_of = [dict(zip(names, words)) for words in every]

    def total(name):
        return sum(float(a[name].split("/")[0]) for a in all_of)
    known = sum(int(a["first"].split("/")[1]) for a in all_of)
    row("incidents in %.0f s: verified falsely" % (time.time() - started), total("false"), None, "of %d" % total("run"), "0", most(0))
    row("acted by itself %d times: without a cause" % total("auto"), total("cause"), None, "", "0", most(0))
    row("onset off by more than a sample", total("off"), None, "", "0", most(0))
    row("onset after the truth began to show: median", max(float(a["p50"]) for a in all_of), None, "s", "(a sample every 5 s)", None)
    row("the true cause first among the suspects", total("first"), float(known), "of", "(the latest deploy: %d)" % total("rule"), None)
    assert all(p.returncode == 0 for p in running), "a generated incident went wrong: see FAULT above"


def bench_flash(large):
    """From the plugin's line to the breach on the screen, beside a key to its paint."""
    p, took = Pty(CONSOLE, large.env), []
    p.quiet(0.5)
    keys = at([ms for ms in (p.key(code) for code in [DOWN] * 10 + [UP] * 10) if ms is not None], 50)
    for i, service in enumerate(large.services[:FLASH]):
        large.write("flash", service)
        text, end = b"", time.perf_counter() + 5
        while b"flash%d" % i not in text and time.perf_counter() < end:
            some, when = p.read(0.2)
            text += some
        assert b"flash%d" % i in text, "no breach on the screen"
        with open(large.dir + "/flashed", encoding="ascii") as f:
            took.append((when - int(f.read()) / 1e9) * 1e3)
        os.remove(large.dir + "/flash")
    p.close()
    wait_for(lambda: not os.path.exists(large.dir + "/flash"), 5)
    row("sample line to breach on the screen, 5,000 signals", at(took, 50), None, "ms", "<= a tick of %d + key to paint" % TICK, most(TICK + keys))
