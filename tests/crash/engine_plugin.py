#!/usr/bin/env python3
"""A plugin for the engine's tests: services are files of a directory.

WORLD/SERVICE holds the version that runs, WORLD/SERVICE.good the one to go
back to, WORLD/SERVICE.rate the error rate.  Every effect is one line in
WORLD/effects: "OP VERSION".  WORLD/delay: seconds a perform takes before its
effect, WORLD/after: seconds after it, WORLD/slow-preflight: seconds a preflight takes;
WORLD/heed: a cancel ends the delay, and nothing was changed.
WORLD/history: it has a past: "yes", or how it lies (hang, error, die, endless, back, future, strangers, twice, words, instants).
WORLD/past: lines "SECONDS RATE", from when on which rate was measured; WORLD/page: so many steps an answer;
WORLD/deploys, WORLD/changes: what happened then; WORLD/asked: a line a question.
WORLD/hush: no samples; WORLD/fail: they fail, and this is why.  WORLD/reconcile: what reconcile answers instead of the truth.
"""
import calendar
import json
import os
import select
import signal
import sys
import time

signal.signal(signal.SIGPIPE, signal.SIG_IGN)
world = ""


def path(name):
    return os.path.join(world, name)


def read(name, default=""):
    try:
        with open(path(name)) as f:
            return f.read().strip()
    except OSError:
        return default


def write(name, text):
    with open(path(name + ".tmp"), "w") as f:
        f.write(text)
    os.rename(path(name + ".tmp"), path(name))


def send(message):
    try:
        os.write(1, (json.dumps(message) + "\n").encode())
    except OSError:
        pass  # nobody reads: what is under way is finished all the same


def tell(method, params):
    send({"jsonrpc": "2.0", "method": method, "params": params})


def now():
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())


def done_ops():
    return dict(line.split(" ", 1) for line in read("effects").splitlines())


def initialize(p):
    global world
    world = p["config"]["world"]
    return {"protocol": 1, "name": "test-world", "version": "1",
            "provides": {"deploys": True, "signals": True, "history": bool(read("history")), "discover": False, "notify": False,
                         "verbs": ["rollback", "pause"]}, "idempotent": False}


def preflight(p):
    a = p["action"]
    time.sleep(float(read("slow-preflight", "0")))
    current = read(a["service"])
    if a["verb"] == "pause":
        return {"ready": True, "effect": "pauses", "command": "touch paused", "checks": [], "not_undone": []}
    to = a.get("to") or read(a["service"] + ".good")
    ready = read("ready", "yes") == "yes"
    return {"ready": ready, "effect": "writes one file", "command": "echo %s > %s" % (to, a["service"]),
            "from": current, "to": to, "current": [current], "checks": [{"name": "file", "ok": ready, "detail": "there"}],
            "not_undone": []}


def cancelled(seconds):
    """Waits so long; True at once where the engine says cancel meanwhile, and that is heeded."""
    end = time.monotonic() + seconds
    while read("heed") and time.monotonic() < end:
        if select.select([0], [], [], 0.05)[0] and b'"cancel"' in os.read(0, 65536):
            return True
    time.sleep(max(0, end - time.monotonic()))
    return False


def perform(p):
    a, op = p["action"], p["op"]
    tell("progress", {"op": op, "share": 0.1, "text": "started"})
    if cancelled(float(read("delay", "0"))):
        return {"outcome": "failed", "changed": "none", "detail": "stopped where it was", "evidence": {}}
    if a["verb"] != "pause" and read(a["service"]) != a["from"]:
        raise LookupError
    with open(path("effects"), "a") as f:
        f.write("%s %s\n" % (op, a.get("to", "paused")))
    if a["verb"] == "pause":
        return {"outcome": "done", "changed": "full", "detail": "paused", "evidence": {}}
    write(a["service"], a["to"])
    time.sleep(float(read("after", "0")))
    return {"outcome": "done", "changed": "full", "detail": "%s runs" % a["to"], "evidence": {}}


def reconcile(p):
    if read("reconcile"):
        return {"outcome": read("reconcile"), "changed": "unknown", "detail": "as the test says"}
    if p["op"] in done_ops():
        return {"outcome": "done", "changed": "full", "detail": "found in effects"}
    return {"outcome": "not-started", "changed": "none", "detail": "not in effects"}


def epoch(text):
    return calendar.timegm(time.strptime(text[:19], "%Y-%m-%dT%H:%M:%S")) + float("0" + text[19:].rstrip("Z"))


def instant(t):
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(t)) + ".%06dZ" % int(t % 1 * 1e6)


def rate_at(t):
    rates = [line.split() for line in read("past").splitlines() if float(line.split()[0]) <= t]
    return float(rates[-1][1]) if rates else None


def lie(mode, p, result):
    signals = [{"service": s["service"], "signal": s["signal"], "value": 0.9} for s in p["signals"]]
    if mode == "hang":
        time.sleep(600)
    if mode == "die":
        os._exit(3)
    if mode == "endless":
        result["samples"] = []
        result["next"] = instant(epoch(p["from"]) + 0.001)
    if mode == "instants" and p["signals"]:  # one value each, ten milliseconds apart, without end
        start, one = epoch(p["from"]), [dict(signals[0], value=0.01)]
        result["samples"] = [{"at": instant(start + n / 100), "values": one} for n in range(8000)]
        if start + 160 < epoch(p["to"]):
            result["next"] = instant(start + 80)
    if mode == "back":
        result["next"] = p["from"]
    if mode == "future":
        result["samples"] = [{"at": instant(epoch(p["to"]) + n), "values": signals} for n in range(1, 3600, 60)]
    if mode == "strangers":
        result["samples"] = [{"at": s["at"], "values": [{"service": "auth", "signal": "no_such", "value": 1}, {"service": "../..", "signal": "", "value": 1},
                              {"service": 7, "signal": None, "value": 1}, 7, None, {"value": "0.9"}]} for s in result["samples"][::20]] + [None, 7, {"at": "soon"}]
        result["deploys"] = [{"service": "other", "version": "9", "at": p["from"]}, {"service": "auth", "version": "a b", "at": p["from"]},
                             {"service": "auth", "version": "9"}, {"service": "auth", "version": "9", "at": instant(epoch(p["to"]) + 60)}, 7]
        result["changes"] = [{"what": "flag"}, {"service": "other", "what": "flag", "name": "x", "at": p["from"]}, None]
    if mode == "twice":
        result["samples"] = result["samples"][::-1] + result["samples"]
    if mode == "words":
        result = {"samples": "many", "deploys": {"a": 1}, "changes": 7, "next": "later"}
    return result


def history(p):
    mode = read("history")
    start, end, step = epoch(p["from"]), epoch(p["to"]), p["step"]
    with open(path("asked"), "a") as f:
        f.write(json.dumps({"from": start, "to": end, "step": step, "signals": len(p["signals"]), "deploys": len(p["deploys"])}) + "\n")
    if mode == "error":
        raise LookupError
    result = {"samples": [], "deploys": [], "changes": []}
    n, most = 0, int(read("page", "100000"))
    while p["signals"] and start + n * step <= end + 1e-6:
        if n == most:
            result["next"] = instant(start + n * step)
            break
        rate = rate_at(start + n * step)
        if rate is not None:
            result["samples"].append({"at": instant(start + n * step), "values": [
                {"service": s["service"], "signal": s["signal"], "value": rate, "n": 100} for s in p["signals"]]})
        n += 1
    if p["deploys"]:
        for kind in "deploys", "changes":
            result[kind] = [d for d in json.loads(read(kind, "[]")) if start <= epoch(d["at"]) <= end]
    return lie(mode, p, result)


watched = None
told = {}


def watch(p):
    global watched
    watched = p
    told.clear()
    return {}


def look():
    for d in watched["deploys"]:
        version = read(d["service"])
        if version and told.get(d["service"]) != version:
            told[d["service"]] = version
            tell("deploy", {"service": d["service"], "version": version, "previous": None, "by": "test", "at": now(),
                            "strategy": "recreate", "share": 1, "state": "live", "instances": {"old": 0, "new": 1}})
    values = []
    for s in watched["signals"]:
        rate = read(s["service"] + ".rate")
        if read("fail"):
            values.append({"service": s["service"], "signal": s["signal"], "value": None, "error": read("fail")})
        else:
            values.append({"service": s["service"], "signal": s["signal"], "value": float(rate) if rate else None, "n": 100})
    if values and not read("hush"):
        t = time.time()
        at = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(t)) + ".%06dZ" % int(t % 1 * 1e6)
        tell("samples", {"at": at, "values": values})


METHODS = {"initialize": initialize, "preflight": preflight, "perform": perform, "reconcile": reconcile, "watch": watch, "history": history,
           "ping": lambda p: {}, "shutdown": lambda p: {}}


def answer(line):
    m = json.loads(line)
    if "id" not in m:
        return True
    try:
        result = METHODS[m["method"]](m.get("params") or {})
        send({"jsonrpc": "2.0", "id": m["id"], "result": result})
    except LookupError:
        send({"jsonrpc": "2.0", "id": m["id"], "error": {"code": -32003, "message": "the world has moved on"}})
    return m["method"] != "shutdown"


def main():
    data = b""
    while True:
        ready, _, _ = select.select([0], [], [], 0.25)
        if ready:
            more = os.read(0, 65536)
            if not more:
                return
            data += more
            while b"\n" in data:
                line, data = data.split(b"\n", 1)
                if not answer(line):
                    return
        if watched:
            look()


main()
