#!/usr/bin/env python3
"""From the word to the durable intent: `fire --yes` by exec, `fire` over the socket, and what an idle engine costs.

Prints each beside its floor.  BENCH_ROUNDS chooses how many of each.
"""
import os
import statistics
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "crash"))
from engine_lab import BACKOUT, Lab, wait_for  # noqa: E402

ROUNDS = int(os.environ.get("BENCH_ROUNDS", "20"))


def show(what, values, floor=None):
    values = sorted(values)
    p50, p99 = statistics.median(values), values[min(len(values) - 1, int(len(values) * 0.99))]
    print("%-46s p50 %9.3f ms  p99 %9.3f ms%s" % (what, p50 * 1e3, p99 * 1e3, "   %.1f x its floor" % (p50 / floor) if floor else ""))
    return p50


def floor_sync():
    with tempfile.NamedTemporaryFile(dir="/tmp") as f:
        os.posix_fallocate(f.fileno(), 0, 1 << 20)
        os.fdatasync(f.fileno())
        took = []
        for i in range(200):
            os.pwrite(f.fileno(), os.urandom(4096), i * 4096)
            t = time.perf_counter()
            os.fdatasync(f.fileno())
            took.append(time.perf_counter() - t)
    return show("floor: fdatasync of one block", took)


def floor_exec():
    took = []
    for _ in range(ROUNDS):
        t = time.perf_counter()
        subprocess.run([BACKOUT, "version"], stdout=subprocess.DEVNULL, check=True)
        took.append(time.perf_counter() - t)
    return show("floor: exec of the same program", took)


def world(lab, i):
    lab.set("auth", str(100 + i))
    lab.set("auth.good", str(101 + i))


def floor_plugin(lab, c):
    took = []
    for _ in range(ROUNDS):
        t = time.perf_counter()
        c.good("arm", {"action": "auth-rollback", "service": "auth", "to": "7"})
        took.append(time.perf_counter() - t)
        c.good("disarm")
    return show("panel: a python plugin started and preflighted", took)


def by_exec(lab, c, floor):
    took = []
    for i in range(ROUNDS):
        world(lab, i)
        c.until("deploy", version=str(100 + i))
        start = time.time()
        subprocess.run([BACKOUT, "fire", "auth-rollback", "--to", str(101 + i), "--reason", "bench", "--yes"], env=lab.env, check=True,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        while c.good("status")["incidents"] and not any(e["kind"] == "action.fired" and e["at"] / 1e6 > start for e in c.events):
            pass
        fired, = [e for e in c.events if e["kind"] == "action.fired" and e["at"] / 1e6 > start]
        took.append(fired["at"] / 1e6 - start)
    show("`fire --yes`: exec to durable intent", took, floor)


def by_socket(lab, c, floor):
    took, written = [], []
    for i in range(ROUNDS):
        n = 500 + i
        world(lab, n)
        c.until("deploy", version=str(100 + n))
        p = c.good("arm", {"action": "auth-rollback", "service": "auth", "to": str(101 + n)})
        start = time.perf_counter()
        c.good("fire", {"digest": p["digest"], "reason": "bench", "service": "auth", "action": "auth-rollback"})
        took.append(time.perf_counter() - start)
        c.until("action.ended", key="INC-1/%d" % (ROUNDS + i + 1))
    show("key to durable intent and request written", took, floor)


def wakeups(pid):
    total = 0
    for task in os.listdir("/proc/%d/task" % pid):
        with open("/proc/%d/task/%s/status" % (pid, task)) as f:
            total += sum(int(line.split()[1]) for line in f if "ctxt_switches" in line)
    return total


def idle():
    with Lab() as lab:
        with open(os.path.join(lab.kit, "services", "auth.yaml")) as f:
            text = f.read()
        text = text[:text.index("signals:")] + text[text.index("actions:"):text.index("verify:")]
        lab.write("services/auth.yaml", text)
        with open(os.path.join(lab.kit, "kit.yaml")) as f:
            lab.write("kit.yaml", f.read().split("rubric:")[0])
        engine = lab.engine()
        c = lab.client()
        c.until("deploy")
        c.close()
        time.sleep(2)
        before = wakeups(engine.pid)
        time.sleep(10)
        with open("/proc/%d/status" % engine.pid) as f:
            rss = [line.split()[1] for line in f if line.startswith("VmRSS")][0]
        print("idle engine: %.1f wake-ups a second (at most 2), %s kB resident (at most 24,000)" % ((wakeups(engine.pid) - before) / 10, rss))


def main():
    sync, start = floor_sync(), floor_exec()
    with Lab() as lab:
        lab.engine()
        c = lab.client()
        c.until("deploy")
        c.good("declare", {"title": "bench", "services": ["auth"]})
        plugin = floor_plugin(lab, c)
        by_exec(lab, c, start + plugin + sync)
        by_socket(lab, c, sync)
    idle()


if __name__ == "__main__":
    main()
