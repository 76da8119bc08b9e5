#!/usr/bin/env python3
"""Plugins that lie: about versions, outcomes, types and sizes, in floods, or after they were exchanged."""
import json
import os
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from engine_attack import begun, liar, rss  # noqa: E402
from engine_lab import Lab, main, wait_for  # noqa: E402


def readers(lab):
    """Every command that reads still answers."""
    for words in (["show", "INC-1"], ["show", "INC-1", "--json"], ["list"], ["brief"], ["changes"], ["changes", "--json"], ["status"], ["log"], ["plugin", "list"]):
        r = lab.run(*words)
        assert r.returncode == 0, (words, r)


def test_deploys_that_lack_or_twist_their_fields():
    for change in ("{'service': params['service'], 'version': params['version']}",
                   "dict(params, state=5, strategy=[], by={}, at=1e300, share=0.5, instances={'old': 1e300, 'new': -5}, back=[1], managed_by=7, place=['x'])",
                   "dict(params, state=None, strategy=None, by=None, at=None, instances=None, back={'safe': 'x', 'why': 5, 'since': []}, previous=None)"):
        with Lab() as lab:
            liar(lab, "def tell(method, params):\n    if method == 'deploy':\n        params = %s\n"
                      "    send({'jsonrpc': '2.0', 'method': method, 'params': params})" % change)
            engine, c = begun(lab)
            c.fire("auth")
            c.until("action.ended", outcome="done")
            c.until("verify")
            time.sleep(1.5)
            assert engine.poll() is None, engine.stderr.read()
            c.good("status")
            assert not [e for e in c.events if e["kind"] == "verify" and e["body"]["state"] == "passed"], "not told that it serves, and verified"
            readers(lab)


TWISTS = """
import random
rng = random.Random(%d)
ODD = [None, True, 0, -1, 1e308, -1e308, 5e-324, 2**53, "", "x", "\\u202e", "a" * 2000, [], {}, [[]], {"a": {}}, [None], "2026-11-24T00:00:00Z", "9999-99-99", "live", 0.5]
def twist(v, d=0):
    if d and rng.random() < 0.15:
        return rng.choice(ODD)
    if isinstance(v, dict):
        return {(k if rng.random() > 0.05 else rng.choice(["x", "", "ask", "salt", "key", "service"]) + str(i)): twist(x, d + 1)
                for i, (k, x) in enumerate(v.items()) if rng.random() > 0.1}
    if isinstance(v, list):
        return [twist(x, d + 1) for x in v for _ in range(rng.choice((1, 1, 1, 0, 3)))]
    return v
_send = send
def send(m):
    if m.get("method") in ("deploy", "change", "samples", "log", "progress"):
        for _ in range(4):
            _send(dict(m, params=twist(m["params"])))
        told.clear()
        _send({"jsonrpc": "2.0", "method": "change", "params": twist({"service": "auth", "what": "flag", "name": "f", "from": "a", "to": "b", "by": "x", "at": now()})})
    elif isinstance(m.get("result"), dict) and ("ready" in m["result"] or "outcome" in m["result"]) and rng.random() < 0.9:
        r = twist(m["result"])
        _send(dict(m, result=r if isinstance(r, dict) else {}))
        return
    _send(m)
"""


def test_types_that_no_field_has():
    """Random twists of everything a plugin says: the engine, its clients and all commands live, and nothing counts as done that was not said."""
    for seed in range(int(os.environ.get("TWIST_ROUNDS", "3"))):
        with Lab(timeout="2s") as lab:
            liar(lab, TWISTS % seed)
            engine, c = begun(lab)
            for i in range(12):
                r = c.ask("arm", {"action": "auth-rollback", "service": "auth"})
                if r["status"] == 0 and r["result"].get("ready"):
                    c.ask("fire", {"digest": r["result"]["digest"], "reason": "t", "service": "auth", "action": "auth-rollback"})
                elif r["status"] == 0 and r["result"].get("already"):
                    time.sleep(0.4)
                    c.ask("resolve", {"key": r["result"]["key"], "outcome": "failed", "reason": "t"})
                assert engine.poll() is None, (seed, i, engine.stderr.read()[-3000:])
            readers(lab)
            lab.client().close()
            assert engine.poll() is None, (seed, engine.stderr.read()[-3000:])
            lab.verify()


def test_an_outcome_always_fits():
    """Evidence that grows when it is printed, a detail of a whole line: the action still ends, and its target is free."""
    raw = """
_send = send
def send(m):
    if "outcome" in m.get("result", {}):
        os.write(1, (json.dumps(m).replace('"EV"', "[" + ",".join(["1e15"] * 100000) + "]") + "\\n").encode())
    else:
        _send(m)
"""
    for change in ('r["evidence"] = "EV"', 'r = {"outcome": "done", "changed": "full", "detail": "d" * (1048576 - 105)}',
                   'd = []\n    for _ in range(58):\n        d = [d]\n    r["evidence"] = {"d": d}'):
        with Lab() as lab:
            liar(lab, raw + "_perform = perform\ndef perform(p):\n    r = _perform(p)\n    %s\n    return r\nMETHODS['perform'] = perform" % change)
            engine, c = begun(lab)
            c.fire("auth")
            e = c.until("action.ended", outcome="done")
            assert len(json.dumps(e["body"])) < 300000
            assert not [t for t in c.tells if t["what"] == "problem" and t.get("topic") == "store" and t["text"]], c.tells
            assert lab.run("close", "--as", "reverted").returncode == 0
            lab.verify()


def test_preflights_that_are_none():
    """Another version than was asked for, letters that no version has, too much or too deep: refused, or cut to what it may say."""
    rows = [('r["to"] = "39"', {"to": "40"}, 4), ('r["to"] = "4\\u202e1"', {}, 4), ('r["from"] = "42 -> 41"', {}, 4), ('r["to"] = ""', {}, 4),
            ('r["to"] = "x" * 257', {}, 4), ('del r["from"]', {}, 4), ('r["ready"] = "yes"', {}, 4), ('r["expect"] = "e" * 5000', {}, 4),
            ('r["effect"] = "e" * 400000; r["not_undone"] = ["n" * 200000]', {}, 4), ('r["to"] = 41', {}, 4), ('r = []', {}, 4),
            ('d = []\n    for _ in range(61):\n        d = [d]\n    r["checks"] = r["current"] = r["not_undone"] = d', {}, 0)]
    for change, params, status in rows:
        with Lab() as lab:
            liar(lab, "_preflight = preflight\ndef preflight(p):\n    r = _preflight(p)\n    %s\n    return r\nMETHODS['preflight'] = preflight" % change)
            engine, c = begun(lab)
            r = c.ask("arm", dict(params, action="auth-rollback", service="auth"))
            assert r["status"] == status, (change, r)
            assert lab.run("fire", "auth-rollback", "--dry-run", *(["--to", params["to"]] if params else [])).returncode == status, change
            if status:
                assert c.ask("fire", {"digest": "0" * 64, "reason": "t", "service": "auth", "action": "auth-rollback"})["status"] == 1
            assert not lab.effects()


def test_done_without_effect():
    """It says done and did nothing: the version that serves says otherwise, and nothing is verified."""
    with Lab() as lab:
        liar(lab, "METHODS['perform'] = lambda p: {'outcome': 'done', 'changed': 'full', 'detail': 'believe me'}")
        engine, c = begun(lab)
        c.fire("auth")
        c.until("action.ended", outcome="done")
        end = time.monotonic() + 6
        while time.monotonic() < end:
            c.good("status")
            time.sleep(0.2)
        told = [e["body"] for e in c.events if e["kind"] == "verify"]
        assert told and all(v["state"] != "passed" for v in told), told[-1]
        serves = [x for x in told[-1]["checks"] if x["name"] == "one version serves"]
        assert serves and serves[0]["state"] in ("bad", "cannot-tell"), serves


def test_another_place_still_serves_the_bad_one():
    with Lab() as lab:
        liar(lab, """
_tell = tell
def tell(method, params):
    if method == "deploy":
        _tell(method, dict(params, place="east"))
        _tell(method, dict(params, place="west", version=read("west", "42"), at=now()))
        return
    _tell(method, params)
_look = look
west = None
def look():
    global west
    if read("west") != west:
        west = read("west")
        told.clear()
    _look()
""")
        engine, c = begun(lab)
        c.fire("auth")
        c.until("action.ended", outcome="done")
        end = time.monotonic() + 5
        while time.monotonic() < end:
            c.good("status")
            time.sleep(0.2)
        told = [e["body"] for e in c.events if e["kind"] == "verify"]
        assert told and all(v["state"] != "passed" for v in told), told[-1]
        lab.set("west", "41")
        c.until("verify", state="passed")


def test_flapping_and_floods_while_it_runs():
    """Versions that change with every line and samples by the thousand: keys and outcome are not late, nothing is verified meanwhile."""
    with Lab() as lab:
        lab.set("delay", "1.5")
        liar(lab, """
_look = look
n = 0
def look():
    global n
    _look()
    for _ in range(40):
        n += 1
        tell("deploy", {"service": "auth", "version": str(100 + n % 7), "previous": "41", "by": "flap %d" % n, "at": now(), "strategy": "recreate",
                        "share": 1, "state": "live", "instances": {"old": 0, "new": 1}})
    tell("samples", {"at": now(), "values": [{"service": "auth", "signal": "error_rate", "value": 0.01, "n": 1}] * 2000})
""")
        engine, c = begun(lab)
        before = rss(engine.pid)
        other = lab.client("command", follow=False)
        # the panel is of 42, and what serves is never that for long: an honest "look again" is as good as a fire
        fired = None
        for _ in range(20):
            panel = c.good("arm", {"action": "auth-rollback", "service": "auth"})
            r = c.ask("fire", {"digest": panel["digest"], "reason": "t", "service": "auth", "action": "auth-rollback"})
            if r["status"] == 0:
                fired = r["result"]["key"]
                break
            assert "look again" in r["error"]["what"], r
        late = 0.0
        for _ in range(40):
            start = time.monotonic()
            other.good("status")
            late = max(late, time.monotonic() - start)
            time.sleep(0.05)
        assert late < 1, late
        told = lab.log()
        if fired:
            assert [e for e in told if e["kind"] == "action.ended" and e["body"]["key"] == fired], told[-1]
        assert not [e for e in told if e["kind"] == "verify" and e["body"]["state"] == "passed"]
        assert rss(engine.pid) < before + 60, (before, rss(engine.pid))
        # one signal has hardly more than one value at one instant: a heap of them is no heap of events
        seconds = (told[-1]["at"] - told[0]["at"]) / 1e6
        assert len([e for e in told if e["kind"] == "samples"]) < 150 * seconds, (len(told), seconds)


def test_program_changed_under_the_panel():
    with Lab() as lab:
        engine, c = begun(lab)
        panel = c.good("arm", {"action": "auth-rollback", "service": "auth"})
        words = {"reason": "t", "service": "auth", "action": "auth-rollback"}
        liar(lab, "# another program")
        r = c.ask("fire", dict(words, digest=panel["digest"]))
        assert r["status"] == 1, r
        assert not lab.effects() and any(t["what"] == "panel-closed" for t in c.tells), c.tells
        c.fire("auth")
        c.until("action.ended", outcome="done")
        lab.verify()


def test_a_plugin_asks_for_nothing():
    """Ids of asks in what a plugin tells neither answer nor push out those of people."""
    with Lab() as lab:
        liar(lab, """
n = 0
_look = look
def look():
    global n
    _look()
    for _ in range(150):
        n += 1
        if n < 700:
            tell("change", {"what": "flag", "name": "f", "from": "a", "to": "b", "at": now(), "ask": "%032x" % n, "key": "INC-1/9"})
""")
        engine, c = begun(lab)
        ask = os.urandom(16).hex()
        c.good("note", {"text": "once"}, ask)
        wait_for(lambda: c.read() or len([e for e in c.events if e["kind"] == "change"]) >= 690, 30)
        assert c.good("note", {"text": "once"}, ask)["again"] is True
        assert c.good("fate", {"of": "%032x" % 5}) == {"known": False}
        assert len([e for e in c.events if e["kind"] == "note"]) == 1


if __name__ == "__main__":
    main(globals())
