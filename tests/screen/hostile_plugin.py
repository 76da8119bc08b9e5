#!/usr/bin/env python3
"""A backend of hostile words: whatever WORLD/say.json says goes into every field the protocol has.

{"text": T, "round": N}: T stands in all fields of what is sent from then on; versions stay in their alphabet, so that
what can be fired is fired, unless {"version": true} says otherwise.  {"texts": [...]} says all of them once.  {"init": T}
in WORLD/init.json does the same to `initialize`, {"raw": HEX} in WORLD/raw.json is written to standard output as it is.
Effects are lines of WORLD/effects; WORLD/filled names each field that held such words, as METHOD.FIELD.FIELD.
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
filled, asked, words = set(), {}, set()


def load(name):
    try:
        with open(os.path.join(world, name), encoding="utf-8") as f:
            return json.load(f)
    except (OSError, ValueError):
        return {}


def note_filled(context, value, path=""):
    """Which fields hold what a stranger said."""
    if isinstance(value, dict):
        for k, v in value.items():
            note_filled(context, v, path + "." + k)
    elif isinstance(value, list):
        for v in value:
            note_filled(context, v, path)
    elif isinstance(value, str) and value in words and context + path not in filled:
        filled.add(context + path)
        with open(os.path.join(world, "filled"), "a", encoding="utf-8") as f:
            f.write(context + path + "\n")


def hold(t):
    """The forms in which these words are sent."""
    if t not in words:
        words.clear()
        words.update(x for x in (t, t[:20], t[:100], t[:200], t[:300], t[:1000]) if x)
    return t


def send(message):
    if message.get("method") or message.get("id") in asked:
        note_filled(message.get("method") or asked[message["id"]], message.get("params") or message.get("result") or {})
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
    hold(t or "")
    return {"protocol": 1, "name": t or "hostile", "version": t or "1",
            "provides": {"deploys": True, "signals": True, "verbs": ["rollback"]}, "idempotent": False, "more": t}


def preflight(p):
    say = load("say.json")
    t = hold(say.get("text", "calm"))
    if say.get("not_ready"):
        return {"ready": False, "effect": t, "from": version(), "to": "41", "checks": []}
    if say.get("version"):
        return {"ready": True, "effect": t, "command": t, "from": t, "to": t}
    return {"ready": True, "effect": t, "command": t, "from": version(), "to": say.get("to", "41"), "current": [t, t],
            "checks": [{"name": t, "ok": False, "detail": t}, {"name": t, "ok": True, "detail": t}],
            "not_undone": [t, t], "managed_by": t, "expect": t[:1000], "more": t}


def perform(p):
    t = hold(load("say.json").get("text", "calm"))
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
    if load("say.json").get("die"):
        os._exit(1)
    return {"outcome": "done", "changed": "full", "detail": t,
            "evidence": {"said": t, "refs": [{"system": t, "id": t, "url": t}]}}


METHODS = {"initialize": initialize, "preflight": preflight, "perform": perform, "ping": lambda p: {}, "shutdown": lambda p: {},
           "reconcile": lambda p: {"outcome": "done", "changed": "full", "detail": hold(load("say.json").get("text", "calm"))}}


def answer(line):
    global watched
    m = json.loads(line)
    if "id" not in m:
        return True
    asked[m["id"]] = m["method"]
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


def say_all(t):
    """Everything that can be told, with these words."""
    s = hold(t)[:200]
    tell("deploy", {"service": "auth", "place": s[:20], "version": version(), "previous": "41", "by": s, "at": now(), "strategy": s,
                    "share": 1, "state": s, "instances": {"old": 0, "new": 1}, "managed_by": s,
                    "back": {"safe": False, "why": s, "since": s}, "more": {s or "k": s}})
    tell("deploy", {"service": t[:300], "version": "1", "share": 1, "state": "live"})
    tell("deploy", {"service": "auth", "version": t[:200] or "x y", "previous": s, "at": s, "share": 1, "state": "live"})
    tell("deploy", {"service": "auth", "version": version(), "previous": "41", "by": s, "at": now(), "strategy": "rolling",
                    "share": 1, "state": "live", "instances": {"old": 0, "new": 1}, "back": {"safe": None, "why": s}})
    tell("change", {"service": "auth", "what": s, "name": s, "from": s, "to": s, "by": s, "at": now()})
    tell("change", {"service": t[:300], "what": "flag", "name": s})
    tell("change", {"what": "flag", "name": s, "from": s, "to": s, "by": s, "at": s})
    tell("samples", {"at": now(), "values": [{"service": t, "signal": t, "value": 1}, {"service": "auth", "signal": t, "value": 1},
                                             {"service": "auth", "signal": "error_rate", "value": None, "error": t}]})
    tell("samples", {"at": s, "values": [{"service": "auth", "signal": "error_rate", "value": 0.01}]})
    tell("progress", {"op": t[:100], "share": 0.5, "text": s})
    tell("log", {"level": s, "text": t})
    tell(s or "m", {"text": s})
    sys.stderr.write(t + "\n")
    sys.stderr.flush()


def look():
    """A new round: everything is said once with the new words, samples go on."""
    global told
    say = load("say.json")
    if told != (say.get("round"), version()):
        told = (say.get("round"), version())
        for t in say.get("texts") or [say.get("text", "calm")]:
            say_all(t)
        tell("change", {"what": "other", "name": "round", "to": str(say.get("round"))})
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
