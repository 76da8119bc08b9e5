"""Rows of the bench: a figure of ours, its floor, the target and whether it is met."""
import os
import statistics

SCALE = float(os.environ.get("BENCH_ROUNDS", "1"))
rows = []


def rounds(n):
    return max(3, int(n * SCALE))


def at(values, percent):
    values = sorted(values)
    return values[min(len(values) - 1, int(len(values) * percent / 100))]


def row(name, ours, floor, unit, target, met, ratio=None):
    """floor may be None: then the target is absolute."""
    ratio = ours / floor if ratio is None and floor else ratio
    rows.append((name, ours, floor, unit, ratio, target, met(ratio if floor else ours) if met else None))
    print("  " + line_of(rows[-1]), flush=True)


def number(v):
    return "-" if v is None else "%.0f" % v if abs(v) >= 100 else "%.1f" % v if abs(v) >= 10 else "%.2f" % v


def line_of(r):
    name, ours, floor, unit, ratio, target, met = r
    verdict = "" if met is None else "met" if met else "MISSED"
    return "%-50s %9s %9s %-8s %6s  %-32s %s" % (name, number(ours), number(floor), unit, number(ratio), target, verdict)


def most(limit):
    return lambda v: v <= limit


def least(limit):
    return lambda v: v >= limit


def in_turn(n, **what):
    """Every function n times, in turn; medians by name."""
    took = {name: [] for name in what}
    order = list(what.items())
    for i in range(n):
        for name, fn in order if i % 2 else order[::-1]:
            took[name].append(fn())
    return {name: statistics.median(v) for name, v in took.items()}
