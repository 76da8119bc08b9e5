"""What every animal of the zoo has in common: a plugin that behaves.

An animal imports this, spoils one thing and calls serve().  good.py spoils
nothing.  The world (which version serves) is the file that config.world
names, or the process' own memory.
"""
import json
import os
import re
import sys

sys.dont_write_bytecode = True
MANIFEST = {"protocol": 1, "name": "zoo", "version": "1.0.0", "idempotent": False,
            "provides": {"deploys": True, "signals": True, "history": True, "discover": False,
                         "notify": True, "verbs": ["rollback"]}}
VERSION = re.compile(r"[A-Za-z0-9._:/@+-]{1,256}")


class Refused(Exception):
    def __init__(self, code, message):
        super().__init__(message)
        self.code = code


def raw(data):
    """Bytes or text to standard output, at once."""
    if isinstance(data, str):
        data = data.encode()
    while data:
        data = data[os.write(1, data):]


def say(message):
    raw(json.dumps(message) + "\n")


def tell(method, params):
    say({"jsonrpc": "2.0", "method": method, "params": params})


def answer(m, result):
    say({"jsonrpc": "2.0", "id": m["id"], "result": result})


def hear():
    """The next message, or None at the end of input."""
    line = sys.stdin.buffer.readline()
    return json.loads(line) if line.endswith(b"\n") else None


class World:
    def __init__(self):
        self.path, self.state = None, {"serves": "42", "before": "41", "ops": {}}

    def open(self, config):
        self.path = config.get("world")

    def load(self):
        if self.path and os.path.exists(self.path):
            with open(self.path, encoding="utf-8") as f:
                self.state = json.load(f)
        return self.state

    def save(self):
        if self.path:
            with open(self.path + ".new", "w", encoding="utf-8") as f:
                json.dump(self.state, f)
            os.replace(self.path + ".new", self.path)


world = World()


def initialize(p):
    if p.get("protocol") != 1:
        raise Refused(-32602, "only protocol 1 is spoken here")
    world.open(p.get("config", {}))
    return MANIFEST


def known(a):
    if a.get("verb") not in MANIFEST["provides"]["verbs"]:
        raise Refused(-32602, "no such verb")
    return a


def preflight(p):
    a, now = known(p["action"]), world.load()
    to = a.get("to") or now["before"]
    return {"ready": True, "effect": "the service goes back", "command": "zoo rollback " + to, "from": now["serves"],
            "to": to, "expect": "x", "current": [now["before"], now["serves"]],
            "checks": [{"name": "target", "ok": True, "detail": "there"}], "not_undone": []}


def perform(p):
    a, now = known(p["action"]), world.load()
    if now["serves"] == a.get("to"):
        return {"outcome": "done", "changed": "none", "detail": "it serves already", "evidence": {}}
    if now["serves"] != a.get("from"):
        raise Refused(-32003, "no longer at " + str(a.get("from")))
    now["before"], now["serves"] = now["serves"], a["to"]
    now["ops"][p["op"]] = "done"
    world.save()
    return {"outcome": "done", "changed": "full", "detail": "it serves " + a["to"], "evidence": {"refs": []}}


def reconcile(p):
    outcome = world.load()["ops"].get(p["op"], "not-started")
    return {"outcome": outcome, "changed": "full" if outcome == "done" else "none", "detail": ""}


def listed(p, *names):
    for name in names:
        if not isinstance(p.get(name, []), list):
            raise Refused(-32602, name + " is no list")


def watch(p):
    listed(p, "deploys", "signals")
    return {}


def history(p):
    listed(p, "deploys", "signals")
    return {"samples": [], "deploys": [], "changes": []}


METHODS = {"initialize": initialize, "watch": watch, "history": history, "preflight": preflight, "perform": perform,
           "reconcile": reconcile, "notify": lambda p: {"outcome": "done", "receipt": "r1"}, "ping": lambda p: {},
           "shutdown": lambda p: {}}


def reply(m, methods):
    if "id" not in m:
        return
    try:
        if m["method"] not in methods:
            raise Refused(-32601, "no such method")
        answer(m, methods[m["method"]](m.get("params", {})))
    except Refused as e:
        say({"jsonrpc": "2.0", "id": m["id"], "error": {"code": e.code, "message": str(e)}})


def serve(before=None, after=None, **spoiled):
    """Answer until shutdown or the end of input.  before(m) true: it dealt with m itself."""
    methods = {**METHODS, **spoiled}
    while (m := hear()) is not None:
        if not (before and before(m)):
            reply(m, methods)
        if after:
            after(m)
        if m.get("method") == "shutdown":
            return
