#!/usr/bin/env python3
"""The table of bodies in docs/events.md against real journals: every kind and field that was recorded stands there,
and every field that stands there without `?` was recorded.  Here a made-up incident; demo_journey.py holds its own too."""
import json
import os
import re
import signal
import sys
import time

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
TOP = os.path.join(HERE, "..", "..")
sys.path.insert(0, os.path.join(HERE, "..", "crash"))

TOKEN = re.compile(r'"[^"]*"|[{}\[\]:,?…]|\d+')


class Shape:
    """An object of the table: its members, those that may be missing, and whether others may be there."""

    def __init__(self):
        self.members, self.optional, self.open = {}, set(), False


def shape_of(words):
    """The value that begins at words[0], which is used up: a Shape, a list of one shape, or None for a scalar."""
    word = words.pop(0)
    if word == "[":
        inner = None
        while words[0] != "]":
            inner = shape_of(words) if words[0] != "," else words.pop(0) and None
        words.pop(0)
        return [inner]
    if word != "{":
        return None
    shape = Shape()
    while (word := words.pop(0)) != "}":
        if word == "…":
            shape.open = True
        elif word != ",":
            name = word.strip('"')
            shape.open |= name.isupper() or "/" in name  # a map: its names are not the table's
            shape.members[name] = None
            if words[0] == "?":
                shape.optional.add(words.pop(0) and name)
            if words[0] == ":":
                words.pop(0)
                shape.members[name] = shape_of(words)
    return shape


def documented():
    """(kind -> Shape of what is written, kinds that are only read)"""
    with open(os.path.join(TOP, "docs", "events.md"), encoding="utf-8") as f:
        text = f.read().split("## Bodies")[1].split("\n## ")[0]
    written, read = text.split("Kinds that this build reads")
    rows = re.findall(r"^\| `([a-z.]+)` \| `(\{.*?\})` \|", written, re.M)
    later = {k for line in re.findall(r"^\| (`[a-z.` ]+`) \|", read, re.M) for k in re.findall(r"`([a-z.]+)`", line)}
    return {kind: shape_of(TOKEN.findall(body.replace("\\|", "|"))) for kind, body in rows}, later


def differences(value, shape, where):
    if isinstance(shape, list):
        if isinstance(value, list):
            for v in value:
                yield from differences(v, shape[0], where + "[]")
    elif isinstance(shape, Shape) and isinstance(value, dict):
        for name in value:
            if name not in shape.members and not shape.open:
                yield f"{where} holds {name}, which docs/events.md does not say"
        for name, inner in shape.members.items():
            if name in value:
                yield from differences(value[name], inner, f"{where}.{name}")
            elif name not in shape.optional and not name.isupper() and "/" not in name:
                yield f"{where} lacks {name}, which docs/events.md says is in every one"


def check(events):
    """What these events and the table do not agree on, one line each."""
    shapes, later = documented()
    bad = set()
    for e in events:
        body = {k: v for k, v in e["body"].items() if k != "ask"}
        if e["kind"] in shapes:
            bad.update(differences(body, shapes[e["kind"]], e["kind"]))
        else:
            bad.add(f"{e['kind']} is recorded, and docs/events.md " + ("says that it is not" if e["kind"] in later else "does not name it"))
    return sorted(bad)


def kinds_of_the_source():
    with open(os.path.join(TOP, "core", "base", "event.h"), encoding="utf-8") as f:
        return set(re.findall(r'^\tX\(\w+, "([a-z.]+)", [01]\)', f.read(), re.M))


# ---- an incident in which every kind occurs ------------------------------------------

MORE = """\
  - {name: shadow, signal: error_rate, when: "> 50% for 1s", action: reverse, owner: service-owner, timer: 1m, dry_run: true}
reports:
  calls: {ask: "are there calls?"}
"""
STOP = 'stop_conditions: ["error_rate > 80% for 1s"]\nescalate: {after: 1s, to: remy}\nverify:'
CHANGE = """\
def look():
    if read("change"):
        tell("change", json.loads(read("change")))
        os.unlink(path("change"))
"""


def edit(path, *pairs):
    with open(path, encoding="utf-8") as f:
        text = f.read()
    for old, new in pairs:
        assert old in text, old
        text = text.replace(old, new)
    with open(path, "w", encoding="utf-8") as f:
        f.write(text)


def kill_plugins(lab):
    for name in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{name}/cmdline", "rb") as f:
                ours = lab.plugin.encode() in f.read().split(b"\0")
            if ours:
                os.kill(int(name), signal.SIGKILL)
        except OSError:
            continue


def before_firing(lab, c):
    c.until("backfill", deploys=1, complete=True)
    c.until("soak", service="auth", what="kept")
    lab.set("ready", "no")
    c.good("try")
    c.until("ways")
    lab.set("ready", "yes")
    lab.set("change", json.dumps({"service": "auth", "what": "flag", "name": "login", "from": "off", "to": "on", "by": "lena", "at": "2026-11-16T10:00:00Z"}))
    c.until("change")
    lab.set("auth.rate", "0.9")
    c.until("rubric", row="errors", state="breached")
    c.good("declare", {"title": "bad", "services": ["auth"], "onset": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() - 60))})
    c.good("declare", {"services": ["shop"], "incident": "INC-1"})
    c.good("note", {"text": "a word"})
    c.good("report", {"signal": "calls", "service": "auth", "note": "they ring"})
    c.good("hand-over", {"person": "remy"})
    for mark, more in ("pin", {"version": "9"}), ("unpin", {"version": "9"}), ("freeze", {}), ("unfreeze", {}):
        c.good(mark, {"service": "auth", "reason": "a test", **more})


def fire_both(lab, c):
    c.good("arm", {"action": "auth-rollback", "service": "auth"})
    c.good("disarm", {"why": "not yet"})
    c.fire("auth")
    c.until("action.ended", outcome="done")
    lab.set("auth.rate", "0.01")
    c.good("report", {"signal": "calls", "service": "auth", "gone": True})
    c.until("verify")
    c.until("deploy", service="auth", version="41")
    lab.set("auth", "42")  # what was rolled back from comes back
    c.until("pin", what="returned")
    c.good("freeze", {"service": "auth", "reason": "a test"})
    lab.set("auth", "41")  # and what is frozen is deployed
    c.until("alarm", what="frozen")
    lab.set("delay", "20")
    lab.set("reconcile", "unknown")
    lab.set("shop.rate", "0.95")
    c.fire("shop")
    c.until("action.progress", key="INC-1/3")
    c.until("prompt", what="stop", state="asked")
    c.until("prompt", what="escalate", state="asked")
    c.good("cancel", {"key": "INC-1/3"})
    kill_plugins(lab)
    c.until("action.ended", key="INC-1/3", outcome="unknown")
    c.good("resolve", {"key": "INC-1/3", "outcome": "failed", "reason": "looked"})
    c.until("prompt", what="escalate", state="over")


def made_up():
    from engine_lab import Lab
    with Lab(services=("auth", "shop"), more=MORE) as lab:
        edit(lab.plugin, ("def look():\n", CHANGE))
        edit(os.path.join(lab.kit, "kit.yaml"), ("roles: [on-call]", "roles: [on-call, incident-commander]"),
             ("revert_target: 5m", "revert_target: 5m, soak: 1s"))
        edit(os.path.join(lab.kit, "services/shop.yaml"), ("verify:", STOP))
        lab.set("history", "yes")
        lab.set("past", "%d 0.01" % (time.time() - 600))
        lab.set("deploys", json.dumps([{"service": "auth", "version": "40", "at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() - 60))}]))
        first = lab.engine()
        c = lab.client()
        before_firing(lab, c)
        fire_both(lab, c)
        edit(os.path.join(lab.kit, "kit.yaml"), ("kit: 1\n", "kit: 1\n# changed\n"))
        c.good("reload")
        c.good("close", {"as": "reverted", "reason": "done"})
        c.close()
        first.terminate()
        first.wait(10)
        lab.engine()
        return lab.log()


def by_itself():
    """What counts down, is vetoed, and makes room for a person."""
    from engine_auto import Auto
    with Auto(services=("auth", "cart"), veto="60s") as lab:
        c = lab.begun(("auth", "cart"))
        lab.bad("auth")
        c.until("action.requested")
        c.good("veto", {})
        c.until("automatic")
        lab.bad("cart")
        c.until("action.requested", row="errors", via="automatic", key="INC-2/1")
        c.fire("cart")
        c.until("action.expired", key="INC-2/1")
        return lab.log()


def main():
    if not os.path.exists(os.path.join(os.environ.get("top_builddir", "."), "backout")):
        print("backout is not built")
        return 77
    shapes, later = documented()
    source = kinds_of_the_source()
    bad = [f"docs/events.md does not name {k}" for k in sorted(source - set(shapes) - later)]
    bad += [f"docs/events.md names {k}, which is no kind" for k in sorted((set(shapes) | later) - source)]
    events = made_up() + by_itself()
    bad += check(events)
    bad += [f"{k} was not recorded here: nothing holds its row" for k in sorted(set(shapes) - {e["kind"] for e in events})]
    for line in bad:
        print(line)
    print(f"{len(events)} events, {len(shapes)} rows, {len(bad)} differences")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
