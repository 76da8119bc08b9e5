#!/usr/bin/env python3
"""A backend of hostile words: whatever WORLD/say.json says goes into every field the protocol has.

{"text": T, "round": N}: T stands in all fields of what is sent from then on; versions stay in their alphabet, so that
what can be fired is fired.  {"init": T} in WORLD/init.json does the same to `initialize`, {"raw": HEX} in WORLD/raw.json
is written to standard output as it is.  Effects are lines of WORLD/effects.
"""
import json
import os
import select
import signal
import sys
import time

signal.signal(signal.SIGPIPE, signal.SIG_IGN)
world = os.path.dirname(os.path.abspath(__file__)) + "/world"
told = watched = None


def load(name):
    try:
        with open(os.path.join(world, name), encoding="utf-8") as f:
            return json.load(f)
    except (OSError, ValueError):
        return {}


def send(message):
    try:
        data = json.dumps(message, ensure_ascii=False).encode("utf-8", "surrogatepass") + b"\n"
        while data:
            data = data[os.write(1, data):]
    except OSError:
        pass


def tell(method, params):
    send({"jsonrpc": "2.0", "method": method, "params": params})


def now():
    t = time.time()
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(t)) + ".%06dZ" % int(t % 1 * 1e6)


def version():
    try:
        return open(os.path.join(world, "version")).read().strip()
    except OSError:
        return "42"


def initialize(p):
    t = load("init.json").get("init")
    return {"protocol": 1, "name": t or "hostile", "version": t or "1",
            "provides": {"deploys": True, "signals": True, "verbs": ["rollback"]}, "idempotent": False, "more": t}


def preflight(p):
    say = load("say.json")
    t = say.get("text", "calm")
    return {"ready": True, "effect": t, "command": t, "from": version(), "to": say.get("to", "41"), "current": [t, t],
            "checks": [{"name": t, "ok": False, "detail": t}, {"name": t, "ok": True, "detail": t}],
            "not_undone": [t, t], "managed_by": t, "expect": t[:1000], "more": t}


def perform(p):
    t = load("say.json").get("text", "calm")
    tell("progress", {"op": p["op"], "share": 0.5, "text": t})
    tell("log", {"level": t[:100], "text": t})
    sys.stderr.write(t + "\n")
    sys.stderr.flush()
    with open(os.path.join(world, "version"), "w") as f:
        f.write(p["action"]["to"])
    with open(os.path.join(world, "effects"), "a") as f:
        f.write(p["op"] + "\n")
    if load("say.json").get("error"):
        raise LookupError(t)
    return {"outcome": "done", "changed": "full", "detail": t,
            "evidence": {"said": t, "refs": [{"system": t, "id": t, "url": t}]}}


METHODS = {"initialize": initialize, "preflight": preflight, "perform": perform, "ping": lambda p: {}, "shutdown": lambda p: {},
           "reconcile": lambda p: {"outcome": "done", "changed": "full", "detail": "found"}}


def answer(line):
    global watched
    m = json.loads(line)
    if "id" not in m:
        return True
    if m["method"] == "watch":
        watched = m["params"]
        result = {}
    elif m["method"] not in METHODS:
        send({"jsonrpc": "2.0", "id": m["id"], "error": {"code": -32601, "message": "no such method"}})
        return True
    else:
        try:
            result = METHODS[m["method"]](m.get("params") or {})
        except LookupError as e:
            send({"jsonrpc": "2.0", "id": m["id"], "error": {"code": -32000, "message": str(e)}})
            return True
    send({"jsonrpc": "2.0", "id": m["id"], "result": result})
    return m["method"] != "shutdown"


def look():
    """A new round: everything is said once with the new text, samples go on."""
    global told
    say = load("say.json")
    t = say.get("text", "calm")
    if told != (say.get("round"), version()):
        told = (say.get("round"), version())
        s = t[:200]
        tell("deploy", {"service": "auth", "place": s[:20], "version": version(), "previous": "41", "by": s, "at": now(), "strategy": s,
                        "share": 1, "state": s, "instances": {"old": 0, "new": 1}, "managed_by": s,
                        "back": {"safe": False, "why": s, "since": s}, "more": {s or "k": s}})
        tell("deploy", {"service": "auth", "version": version(), "previous": "41", "by": s, "at": now(), "strategy": "rolling",
                        "share": 1, "state": "live", "instances": {"old": 0, "new": 1}, "back": {"safe": None, "why": s}})
        tell("deploy", {"service": t[:300], "version": "1", "share": 1, "state": "live"})
        tell("deploy", {"service": "auth", "version": t[:200] or "x y", "share": 1, "state": "live"})
        tell("change", {"service": "auth", "what": s, "name": s, "from": s, "to": s, "by": s, "at": now()})
        tell("change", {"what": "flag", "name": s, "from": s, "to": s, "by": s, "at": s})
        tell("samples", {"at": now(), "values": [{"service": t, "signal": t, "value": 1}, {"service": "auth", "signal": t, "value": 1},
                                                 {"service": "auth", "signal": "error_rate", "value": None, "error": t}]})
        tell("log", {"level": s, "text": t})
        tell(s or "m", {"text": s})
        sys.stderr.write(t + "\n")
        sys.stderr.flush()
        raw = load("raw.json").get("raw")
        if raw:
            os.write(1, bytes.fromhex(raw))
    tell("samples", {"at": now(), "values": [{"service": "auth", "signal": "error_rate", "value": 0.01, "n": 100}]})


def main():
    data = b""
    while True:
        if select.select([0], [], [], 0.1)[0]:
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
