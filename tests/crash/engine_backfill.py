#!/usr/bin/env python3
"""The past is filled in on start and after every gap: rows, onset, suspects and charts use it at once; and whatever a
plugin says of the past, the engine goes on."""
import json
import os
import signal
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from engine_lab import Lab, main, wait_for  # noqa: E402


MANY = os.path.join(os.path.dirname(os.path.abspath(__file__)), "backfill_plugin.py")


def when(t):
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(t)) + ".%06dZ" % int(t % 1 * 1e6)


def seconds(text):
    import calendar
    return calendar.timegm(time.strptime(text[:19], "%Y-%m-%dT%H:%M:%S")) + float("0" + text[19:].rstrip("Z"))


def deploy(t, version, previous, by="ravi"):
    return {"service": "auth", "version": version, "previous": previous, "by": by, "at": when(t), "strategy": "recreate", "share": 1, "state": "live"}


def bad_since(lab, onset, history="yes"):
    """The rate turned bad then, right after a deploy; and it still is."""
    lab.set("past", "%f 0.01\n%f 0.9\n" % (onset - 7200, onset))
    lab.set("auth.rate", "0.9")
    lab.set("deploys", json.dumps([deploy(onset - 3600, "41", "40"), deploy(onset - 20, "42", "41", "lena")]))
    lab.set("history", history)


def asked(lab):
    return [json.loads(line) for line in lab.get("asked").splitlines()]


def filled(lab, kind="samples"):
    return [e for e in lab.log() if e["kind"] == kind and e["body"].get("filled")]


def logged(lab, kind, n=1, **fields):
    """The n-th event of that kind with these fields, once it is on the record."""
    def look():
        found = [e for e in lab.log() if e["kind"] == kind and all(e["body"].get(k) == v for k, v in fields.items())]
        return found[n - 1] if len(found) >= n else None
    return wait_for(look, 20, 0.1)


def begun(lab, onset, within=1.5):
    """The breach is on the record, and so is that it began then: at once, or when the past was there."""
    def look():
        since = [seconds(e["body"]["since"]) for e in lab.log() if e["kind"] == "rubric" and e["body"]["row"] == "errors" and e["body"]["state"] == "breached"]
        return since and abs(min(since) - onset) <= within
    wait_for(look, 20, 0.1)


def test_fifteen_minutes_late():
    with Lab() as lab:
        onset = time.time() - 900
        bad_since(lab, onset)
        lab.engine()
        c = lab.client()
        begun(lab, onset)
        fill = logged(lab, "backfill", backend="world")
        assert fill["body"]["complete"] is True and fill["body"]["samples"] > 7000 and fill["body"]["deploys"] == 2, fill
        assert fill["actor"] == "plugin:world"
        incident = c.good("declare", {"title": "bad", "services": ["auth"]})["incident"]
        shown = json.loads(lab.run("show", incident, "--json").stdout)
        assert abs(seconds(shown["phases"]["onset"]) - onset) <= 1.5, shown["phases"]
        changes = json.loads(lab.run("changes", "--json").stdout)
        assert [(x["from"], x["to"], x["by"]) for x in changes] == [("41", "42", "lena"), ("40", "41", "ravi")], changes
        assert abs(seconds(changes[0]["at"]) - (onset - 20)) < 1, changes
        r = c.good("samples", {"service": "auth", "signal": "error_rate", "from": when(onset - 600), "to": when(time.time()), "points": 50})
        assert r["complete"] and len(r["points"]) >= 48, r
        assert [p[3] for p in r["points"][:15]] == [0.01] * 15 and [p[3] for p in r["points"][-20:]] == [0.9] * 20, r["points"]
        lab.verify()


def test_page_by_page():
    with Lab() as lab:
        onset = time.time() - 900
        bad_since(lab, onset)
        lab.set("page", "100")
        lab.engine()
        fill = logged(lab, "backfill", backend="world")
        assert fill["body"]["complete"] is True and fill["body"]["samples"] > 7000, fill
        pages = [a for a in asked(lab) if a["signals"]]
        assert len(pages) > 70 and all(a["from"] < b["from"] for a, b in zip(pages, pages[1:])), pages
        times = [e["body"]["at"] for e in filled(lab)]
        assert times == sorted(set(times)), "each time once, in order"
        begun(lab, onset)


def test_many_signals_the_newest_first():
    """So many that the last minutes are asked for before the rest; the rest moves the onset."""
    with Lab() as lab:
        onset = time.time() - 3600
        bad_since(lab, onset)
        with open(os.path.join(lab.kit, "services", "auth.yaml")) as f:
            service = f.read()
        more = "".join("  s%d: {backend: world, query: q, unit: ratio, every: 1s}\n" % n for n in range(20))
        lab.write("services/auth.yaml", service.replace("actions:\n", more + "actions:\n"))
        lab.engine()
        fill = logged(lab, "backfill", backend="world")
        assert fill["body"]["complete"] is True, fill
        pages = [a for a in asked(lab) if a["signals"]]
        now = max(a["to"] for a in pages)
        assert abs(pages[0]["from"] - (now - 1200)) < 2 and any(abs(a["to"] - (now - 1200)) < 2 for a in pages), pages
        first, *moved = [e["body"] for e in lab.log() if e["kind"] == "rubric" and e["body"]["state"] == "breached"]
        since = [seconds(b["since"]) for b in moved]
        assert "filled" not in first and all(b["filled"] for b in moved) and since == sorted(since, reverse=True), (first, moved)
        assert abs(min(since) - onset) <= 2 and seconds(first["since"]) > now - 1203, (first, moved, onset)
        c = lab.client()
        incident = c.good("declare", {"title": "bad", "services": ["auth"]})["incident"]
        assert abs(seconds(json.loads(lab.run("show", incident, "--json").stdout)["phases"]["onset"]) - onset) <= 2


def test_lies():
    """Nothing but what was asked for is taken, the fill ends, and what comes live is judged as ever."""
    whys = {"error": "moved on", "endless": "pages", "back": "go on"}
    for mode in "error", "endless", "back", "future", "strangers", "twice", "words":
        with Lab() as lab:
            bad_since(lab, time.time() - 900, mode)
            lab.set("page", "1000")
            lab.engine()
            fill = logged(lab, "backfill", backend="world")["body"]
            assert fill["complete"] is (mode not in whys) and whys.get(mode, "") in fill.get("why", ""), (mode, fill)
            assert (fill["samples"] > 7000) is (mode == "twice"), (mode, fill)
            assert fill["deploys"] == (2 if mode in ("twice", "endless", "back", "future") else 0), (mode, fill)
            logged(lab, "rubric", row="errors", state="breached")
            for e in filled(lab):
                assert set(e["body"]["v"]) == {"auth/error_rate"} and seconds(e["body"]["at"]) <= e["at"] / 1e6, (mode, e)
            assert len(set(e["body"]["at"] for e in filled(lab))) == fill["samples"], mode
            n = len(lab.log())
            wait_for(lambda: len(lab.log()) > n, 10)
            lab.verify()


def test_a_flood_of_instants():
    """A hundred values a second of one signal, for two hours: not all of that is written down."""
    with Lab() as lab:
        bad_since(lab, time.time() - 900, "instants")
        lab.set("page", "1")
        lab.engine()

        def look():
            return [json.loads(line)["body"] for line in lab.run("log", "--kind", "backfill", "--json", "--store", lab.store).stdout.splitlines()]
        fill = wait_for(look, 60, 1)[0]
        assert not fill["complete"] and "instants" in fill["why"] and 100000 <= fill["samples"] <= 110000, fill


def test_one_that_hangs_or_dies_over_it_watches_all_the_same():
    for mode, why in ("die", "exited with 3"), ("hang", "in time"):
        with Lab() as lab:
            bad_since(lab, time.time() - 900, mode)
            lab.engine()
            wait_for(lambda: len(asked(lab)) == 2, 60, 0.5)
            if mode == "hang":
                lab.set("history", "yes")
            wait_for(lambda: [e for e in lab.log() if e["kind"] == "plugin" and e["body"]["state"] == "ready"][2:], 60, 0.5)
            logged(lab, "rubric", row="errors", state="breached")
            fills = [e["body"] for e in lab.log() if e["kind"] == "backfill"]
            assert fills and all(not f["complete"] and why in f["why"] for f in fills), fills
            assert len(asked(lab)) == 2, "and is not asked for it again"


def test_a_gap_is_filled_and_nothing_twice():
    with Lab() as lab:
        bad_since(lab, time.time() + 3600)
        with open(os.path.join(lab.kit, "services", "auth.yaml")) as f:
            lab.write("services/auth.yaml", f.read().replace("every: 1s", "every: 1s, stale_after: 3s"))
        lab.set("auth.rate", "0.01")
        first = lab.engine()
        logged(lab, "backfill", backend="world")
        first.terminate()
        assert first.wait(10) == 0
        before = lab.log()
        last = max(seconds(e["body"]["at"]) for e in before if e["kind"] == "samples")
        lab.set("past", "%f 0.01\n%f 0.9\n" % (last - 7200, last + 2))
        lab.set("auth.rate", "0.9")
        wait_for(lambda: time.time() > last + 8, 20)
        lab.set("asked", "")
        lab.engine()
        fill = logged(lab, "backfill", 2, backend="world")["body"]
        new = [seconds(e["body"]["at"]) for e in filled(lab) if e["seq"] > before[-1]["seq"]]
        assert fill["samples"] == len(new) >= 6 and min(new) > last and fill["deploys"] == 0, (fill, new)
        assert abs(seconds(fill["from"]) - last) < 0.01 and all(a["from"] > last - 1 for a in asked(lab) if a["signals"]), (fill, asked(lab))
        begun(lab, last + 2)
        lab.verify()


def test_a_watcher_that_was_away():
    with Lab() as lab:
        bad_since(lab, time.time() - 900)
        lab.engine()
        logged(lab, "backfill", backend="world")
        lab.set("hush", "yes")
        c = lab.client()
        last = time.time()
        wait_for(lambda: time.time() > last + 7, 20)
        pid = c.good("plugins")[0]["pid"]
        os.unlink(os.path.join(lab.world, "hush"))
        os.kill(pid, signal.SIGKILL)
        fill = logged(lab, "backfill", 2, backend="world")["body"]
        assert fill["complete"] and 5 <= fill["samples"] < 60 and fill["deploys"] == 0, fill
        rows = [e["body"]["state"] for e in lab.log() if e["kind"] == "rubric" and e["body"]["row"] == "errors"]
        assert rows[-1] == "breached", rows


def test_a_machine_that_slept():
    with Lab() as lab:
        bad_since(lab, time.time() - 900)
        engine = lab.engine()
        logged(lab, "backfill", backend="world")
        lab.set("hush", "yes")
        os.kill(engine.pid, signal.SIGSTOP)
        asleep = time.time()
        wait_for(lambda: time.time() > asleep + 24, 40)
        os.unlink(os.path.join(lab.world, "hush"))
        os.kill(engine.pid, signal.SIGCONT)
        gap = logged(lab, "clock", what="gap")["body"]
        assert 22e6 < gap["by_us"] < 60e6, gap
        fill = logged(lab, "backfill", 2, backend="world")["body"]
        assert fill["complete"] and 18 <= fill["samples"] < 60, fill
        times = [seconds(e["body"]["at"]) for e in filled(lab)]
        assert len([t for t in times if asleep + 1 < t < asleep + 23]) >= 20, times[-40:]


def resident(pid):
    with open("/proc/%d/status" % pid) as f:
        return [int(line.split()[1]) // 1024 for line in f if line.startswith(("VmHWM", "VmRSS"))]


def many(lab, n):
    """n signals of n/5 services, every 15 s."""
    lab.set("onset", "%f" % (time.time() - 900))
    with open(os.path.join(lab.kit, "kit.yaml")) as f:
        kit = f.read()
    lab.write("kit.yaml", kit.replace("plugin: {command: [python3, %s]}" % lab.plugin, "plugin: {command: [python3, %s]}" % MANY)
              .replace("> 50% for 1s", "> 50% for 5m"))
    os.unlink(os.path.join(lab.kit, "services", "auth.yaml"))
    names = ["errors", "latency", "s3", "s4", "s5"]
    for i in range(n // 5):
        signals = "".join("  %s: {backend: world, query: q, unit: ratio, every: 15s}\n" % (x if x != "errors" else "error_rate") for x in names)
        lab.write("services/svc-%04d.yaml" % i, "service: svc-%04d\ntier: tier-1\nowner: tess\non_call: [tess]\nsignals:\n%s" % (i, signals))


def test_how_long_it_takes():
    """Printed, and held against nothing but that it comes."""
    for n in 20, 5000:
        with Lab() as lab:
            many(lab, n)
            engine = lab.engine()
            c = lab.client()
            rows, first, c.fill, since, took = {}, 0, None, [], []
            end = time.monotonic() + 120
            while len(rows) < n // 5 or not c.fill:
                assert time.monotonic() < end, (len(rows), c.fill)
                asked_at = time.monotonic()
                c.good("fate", {"of": "0" * 32})
                took.append(time.monotonic() - asked_at)
                c.read()
                for e in c.events:
                    if e["kind"] == "rubric" and e["body"]["state"] == "breached":
                        since.append(seconds(e["body"]["since"]))
                        rows.setdefault(e["body"]["service"], time.time())
                        first = first or time.time()
                    c.fill = c.fill or e["kind"] == "backfill" and e["body"]
                del c.events[:]
            answered = float(lab.get("answered"))
            print("      %d signals: first breach %.2f s, all %d rows %.2f s, end of the fill %.2f s after the first answer; %s; MiB at most, now: %s" % (
                n, first - answered, len(rows), max(rows.values()) - answered, time.time() - answered, c.fill, resident(engine.pid)), flush=True)
            late = [s for s in since if abs(s - float(lab.get("onset"))) > 46]
            asks = sorted(took)
            print("      %d of %d began elsewhere than the truth; %d asks meanwhile took %.0f ms at most, half of them %.0f; the journal has %.1f MB" % (
                len(late), len(since), len(asks), asks[-1] * 1e3, asks[len(asks) // 2] * 1e3,
                sum(os.path.getsize(os.path.join(lab.dir, f)) for f in os.listdir(lab.dir) if f.startswith("journal")) / 1e6))


if __name__ == "__main__":
    slow = () if not os.environ.get("BACKOUT_MUTANT") else (
        "test_one_that_hangs_or_dies_over_it_watches_all_the_same", "test_a_machine_that_slept", "test_how_long_it_takes")
    main({name: test for name, test in globals().items() if name not in slow})
