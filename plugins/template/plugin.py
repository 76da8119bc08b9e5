#!/usr/bin/env python3
"""A plugin to start from, without any library: the protocol is lines of JSON.

The "system" is a directory in which a service's running version is the one line
of a file, and a signal is a number in a file.  It behaves like plugin.c beside
it; read docs/protocol.md next to it.

  config  {"dir": "/srv/versions"}            (default: the kit's directory)
  target  {"file": "auth.version"}            query: "auth.errors"
"""
import datetime
import json
import math
import os
import re
import select
import signal
import sys
import time

VERSION = re.compile(r"[A-Za-z0-9._:/@+-]{1,256}\Z")
UNAVAILABLE, NOT_FOUND, CONFLICT, BAD_PARAMS, NO_METHOD = -32000, -32002, -32003, -32602, -32601


class Refused(Exception):
    """An error reply.  From `perform` it asserts that nothing was changed."""

    def __init__(self, code, text):
        super().__init__(text)
        self.code, self.text = code, text


def send(message):
    """One line out.  Nobody reading is no reason to stop in the middle of an action."""
    data = (json.dumps({"jsonrpc": "2.0", **message}, allow_nan=False) + "\n").encode()
    try:
        while data:
            data = data[os.write(1, data):]
    except BrokenPipeError:
        pass


def notify(method, **params):
    send({"method": method, "params": params})


def rfc3339(seconds):
    return datetime.datetime.fromtimestamp(seconds, datetime.timezone.utc).isoformat(timespec="microseconds").replace("+00:00", "Z")


class Plugin:
    def __init__(self):
        self.dir = "."
        self.deploys, self.signals, self.last = [], [], {}
        self.next_look = None

    # ---- the "system"

    def path(self, name):
        if not isinstance(name, str) or not name or name.startswith(".") or "/" in name:
            raise Refused(BAD_PARAMS, "a target needs `file`, one plain file name")
        return os.path.join(self.dir, name)

    @staticmethod
    def line(path):
        with open(path, encoding="utf-8") as f:
            return f.readline(300).rstrip("\r\n")

    def version(self, target):
        try:
            found = self.line(self.path(target.get("file")))
        except (OSError, ValueError):
            raise Refused(NOT_FOUND, "the target's file is not there") from None
        if not VERSION.match(found):
            raise Refused(NOT_FOUND, "the target's file holds no version")
        return found

    # ---- the methods

    def initialize(self, p):
        if p.get("protocol") != 1:
            raise Refused(BAD_PARAMS, "this plugin speaks protocol 1 only")
        self.dir = (p.get("config") or {}).get("dir", ".")
        return {"protocol": 1, "name": "template-py", "version": "1", "idempotent": False,
                "provides": {"deploys": True, "signals": True, "history": False, "discover": False,
                             "notify": False, "verbs": ["rollback"]}}

    def watch(self, p):
        deploys = [(d["service"], self.path(d["target"].get("file"))) for d in p.get("deploys", [])]
        signals = [[s["service"], s["signal"], self.path(s["query"]), float(s.get("every", 15)), 0.0] for s in p.get("signals", [])]
        self.deploys, self.signals, self.last = deploys, signals, {}
        self.next_look = time.clock_gettime(time.CLOCK_BOOTTIME)
        return {}

    def preflight(self, p):
        a = p["action"]
        to, found = a.get("to") or "", self.version(a["target"])
        if a.get("verb") != "rollback":
            raise Refused(BAD_PARAMS, "the only verb here is rollback")
        if not VERSION.match(to):
            raise Refused(BAD_PARAMS, "name the version to go to (--to): this plugin remembers none")
        path = self.path(a["target"]["file"])
        writable = os.access(path, os.W_OK)
        return {"ready": writable, "effect": f"writes {to} into {path}, which says {found} now", "command": f"echo {to} > {path}",
                "from": found, "to": to, "expect": found, "current": [found],
                "checks": [{"name": "the file can be written", "ok": writable, "detail": path}], "not_undone": []}

    def perform(self, p):
        a = p["action"]
        to, found = a.get("to") or "", self.version(a["target"])
        if not VERSION.match(to) or a.get("verb") != "rollback":
            raise Refused(BAD_PARAMS, "only a rollback to a version is done here")
        if found == to:
            return {"outcome": "done", "changed": "none", "detail": f"it is {to} already"}
        if found != a.get("from"):
            raise Refused(CONFLICT, f"it is {found}, not {a.get('from')}: look again")
        notify("progress", op=p["op"], share=0, text=f"writing {to}")
        path = self.path(a["target"]["file"])
        try:
            with open(path + ".new", "w", encoding="utf-8") as f:
                f.write(to + "\n")
                f.flush()
                os.fsync(f.fileno())
            os.rename(path + ".new", path)
        except OSError as e:
            raise Refused(UNAVAILABLE, f"nothing was changed: {e.strerror}") from None
        return {"outcome": "done", "changed": "full", "detail": f"it was {found} and is {to}"}

    def reconcile(self, p):
        a = p["action"]
        try:
            found = self.version(a["target"])
        except Refused as e:
            return {"outcome": "unknown", "changed": "unknown", "detail": e.text}
        if found == a.get("to"):
            return {"outcome": "done", "changed": "full", "detail": f"it is {found}"}
        if found == a.get("from"):
            return {"outcome": "not-started", "changed": "none", "detail": f"it is still {found}"}
        return {"outcome": "unknown", "changed": "unknown", "detail": f"it is {found}: somebody else was there"}

    def ping(self, _):
        return {}

    def shutdown(self, _):
        return {}

    # ---- watching

    def look(self):
        now = time.clock_gettime(time.CLOCK_BOOTTIME)
        for service, path in self.deploys:
            try:
                found, at = self.line(path), os.stat(path).st_mtime
            except (OSError, ValueError):
                continue
            if VERSION.match(found) and self.last.get(service) != found:
                notify("deploy", service=service, version=found, at=rfc3339(at), strategy="recreate", share=1, state="live",
                       instances={"old": 0, "new": 1})
                self.last[service] = found
        values = [self.sample(s, now) for s in self.signals if s[4] <= now]
        if values:
            notify("samples", at=rfc3339(time.time()), values=values)
        self.next_look = now + 1

    def sample(self, s, now):
        service, name, path, every, _ = s
        s[4] = now + every
        value = {"service": service, "signal": name, "value": None}
        try:
            text = self.line(path)
            if text:  # an empty file is "nothing measured": neither failed nor zero
                value["value"] = float(text)
                if not math.isfinite(value["value"]):
                    raise ValueError
        except OSError as e:
            value["error"] = e.strerror
        except ValueError:
            value.update(value=None, error="the file holds no number")
        return value


METHODS = ("initialize", "watch", "preflight", "perform", "reconcile", "ping", "shutdown")


def answer(plugin, request):
    method = request.get("method")
    try:
        if method not in METHODS:
            raise Refused(NO_METHOD, "no method of that name")
        send({"id": request["id"], "result": getattr(plugin, method)(request.get("params") or {})})
    except Refused as e:
        send({"id": request["id"], "error": {"code": e.code, "message": e.text}})
    except Exception as e:  # a bug of ours: -32603 is taken for "unknown", never for "nothing happened"
        send({"id": request["id"], "error": {"code": -32603, "message": f"{type(e).__name__}: {e}"}})
    return method != "shutdown"


def take(plugin, line):
    """One line in.  False: it was `shutdown`."""
    try:
        request = json.loads(line)
    except ValueError:
        send({"id": None, "error": {"code": -32700, "message": "not JSON"}})
        return True
    if not isinstance(request, dict) or "id" not in request:
        return True  # a notification: nothing here runs long enough to be cancelled
    return answer(plugin, request)


def main():
    signal.signal(signal.SIGPIPE, signal.SIG_IGN)
    plugin, waiting = Plugin(), b""
    while True:
        pause = None if plugin.next_look is None else max(0, plugin.next_look - time.clock_gettime(time.CLOCK_BOOTTIME))
        if not select.select([0], [], [], pause)[0]:
            plugin.look()
            continue
        piece = os.read(0, 65536)
        waiting += piece
        *lines, waiting = waiting.split(b"\n")
        for line in lines:
            if line.strip() and not take(plugin, line):
                return
        if not piece:
            return


if __name__ == "__main__":
    main()
