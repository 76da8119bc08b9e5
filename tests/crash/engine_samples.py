#!/usr/bin/env python3
"""The ask `samples`: what was recorded comes back, to anybody who may look, one question a client, and nobody waits for it."""
import json
import os
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from engine_lab import Lab, main, wait_for  # noqa: E402


def when(t):
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(t)) + "Z"


def question(seconds=600, **more):
    now = time.time()
    return {"service": "auth", "signal": "error_rate", "from": when(now - seconds), "to": when(now + 2), "points": 100, **more}


def together(c, asks):
    """All asks in one piece, so that the engine has read them before any answer can be ready; their ids, once all are answered."""
    ids, lines = [], b""
    for do, params in asks:
        c.n += 1
        ids.append(c.n)
        lines += (json.dumps({"id": c.n, "do": do, "params": params}) + "\n").encode()
    c.sock.sendall(lines)
    while any(i not in c.replies for i in ids):
        c.read()
    return ids


def test_what_was_recorded_comes_back():
    with Lab() as lab:
        lab.engine()
        c = lab.client()
        c.until("samples")
        lab.set("auth.rate", "0.75")
        wait_for(lambda: not c.read() and any(e["body"]["v"].get("auth/error_rate") == 0.75 for e in c.events if e["kind"] == "samples"))
        r = c.good("samples", question(points=2000))
        assert r["service"] == "auth" and r["signal"] == "error_rate" and r["complete"] is True, r
        times = [p[0] for p in r["points"]]
        assert times == sorted(times) and abs(times[-1] - time.time()) < 60, times
        assert min(p[1] for p in r["points"]) == 0.01 and max(p[2] for p in r["points"]) == r["points"][-1][3] == 0.75, r
        assert r["measured_from"][:19] <= when(times[0] + 1), r
        few = c.good("samples", question(points=1))["points"]
        assert len(few) == 1 and few[0][1:4] == [0.01, 0.75, 0.75], few
        assert c.good("samples", question(signal="no_such_signal"))["points"] == []


def test_whoever_may_look_may_ask_and_nothing_is_recorded():
    with Lab() as lab:
        lab.engine()
        c = lab.client()
        c.until("samples")
        before = lab.log()[-1]["seq"]
        for role in "observer", "command", "console":
            other = lab.client(role, follow=False)
            assert other.good("samples", question())["points"], role
            other.close()
        new = {e["kind"] for e in lab.log() if e["seq"] > before}
        assert new <= {"samples", "client", "plugin", "deploy", "rubric"}, new


def test_bad_questions():
    with Lab() as lab:
        lab.engine()
        c = lab.client()
        bad = [question(points=0), question(points=2001), question(points="many"), question(service=""), question(signal="a/b"),
               question(service="x\"y"), question(**{"from": "yesterday"}), question(seconds=-600), question(seconds=40 * 86400), {}]
        for q in bad[2:3]:
            assert c.ask("samples", q)["status"] in (0, 2), q  # a word is no number: the default
        for q in bad[:2] + bad[3:]:
            r = c.ask("samples", q)
            assert r["status"] == 2 and "samples needs" in r["error"]["what"], (q, r)


def test_a_newer_question_takes_the_place_of_the_older():
    with Lab() as lab:
        lab.engine()
        c = lab.client()
        c.until("samples")
        ids = together(c, [("samples", question(points=i + 1)) for i in range(50)])
        answers = [c.replies[i] for i in ids]
        assert all(a["status"] == 1 and a["error"]["code"] == "replaced" for a in answers[:-1]), answers
        assert answers[-1]["status"] == 0 and answers[-1]["result"]["points"], answers[-1]


def test_nobody_waits_for_it():
    """An ask behind it is answered before it, and who leaves without waiting breaks nothing."""
    with Lab() as lab:
        engine = lab.engine()
        c = lab.client()
        c.until("samples")
        for _ in range(20):
            first, second = together(c, [("samples", question(seconds=30 * 86400)), ("status", {})])
            order = [i for i in c.replies if i in (first, second)]
            assert order == [second, first], order
        for _ in range(60):
            other = lab.client("observer", follow=False)
            other.post("samples", question())
            other.close()
        assert c.good("samples", question())["points"]
        c.post("samples", question(seconds=30 * 86400))
        engine.terminate()
        assert engine.wait(20) == 0
        lab.verify()


if __name__ == "__main__":
    main(globals())
