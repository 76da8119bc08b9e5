#!/usr/bin/env python3
"""What is asked while an action runs and when an owner did not decide: asked once, shown everywhere, answered, over."""
import json
import os
import signal
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from engine_lab import Lab, main, wait_for  # noqa: E402

STOP = 'stop_conditions: ["error_rate > 80% for 1s"]\n'
ESCALATE = "escalate: {after: 2s, to: remy}\n"


def edit(lab, name, old, new):
    with open(os.path.join(lab.kit, name), encoding="utf-8") as f:
        text = f.read()
    assert old in text, old
    lab.write(name, text.replace(old, new))


def lab_with(service="", timer=None):
    lab = Lab(timeout="60s")
    if service:
        edit(lab, "services/auth.yaml", "verify:", service + "verify:")
    if timer:
        edit(lab, "kit.yaml", "timer: 1m", timer)
    return lab


def answer(lab, *words):
    r = lab.run(*words)
    assert r.returncode == 0, (words, r.stdout, r.stderr)
    return r.stdout


def asked(lab, incident="INC-1"):
    return {q["what"]: q for q in json.loads(answer(lab, "show", incident, "--json"))["asked"]}


def prompts(lab, what):
    return [(e["body"]["state"], e["body"]["text"]) for e in lab.log() if e["kind"] == "prompt" and e["body"]["what"] == what]


def slow_action(lab, c, heed=True):
    c.until("deploy")
    lab.set("delay", "50")
    if heed:
        lab.set("heed", "yes")
    c.good("declare", {"title": "bad", "services": ["auth"]})
    c.fire("auth")
    c.until("action.progress", key="INC-1/1", text="started")


def test_a_limit_that_is_hit_is_asked_and_cancel_answers_it():
    with lab_with(STOP + ESCALATE) as lab:
        lab.engine()
        c = lab.client()
        slow_action(lab, c)
        assert asked(lab) == {}
        lab.set("auth.rate", "0.95")
        c.until("prompt", what="stop", state="asked")
        c.until("prompt", what="escalate", state="asked")
        q = asked(lab)
        assert q["stop"]["key"] == "INC-1/1" and q["stop"]["text"].endswith("stop it where it is?"), q
        assert q["stop"]["until"] and q["stop"]["then"], q
        assert q["escalate"]["to"] == "remy", q
        brief = answer(lab, "brief")
        assert "NEEDS      an answer: auth: error_rate > 80% for 1s holds while INC-1/1 runs" in brief, brief
        assert "backout cancel INC-1/1" in brief and "then: its outcome is unknown" in brief, brief
        assert "asked      auth: error_rate > 80% for 1s" in answer(lab, "show", "INC-1")
        assert "2 asked" in answer(lab, "status")
        assert len(json.loads(answer(lab, "status", "--json"))["asked"]) == 2
        answer(lab, "cancel", "INC-1/1")
        e = c.until("prompt", what="stop", state="answered")
        assert e["actor"] == "tess", e
        c.until("action.ended", key="INC-1/1", outcome="failed", changed="none")
        c.until("prompt", what="escalate", state="over")
        assert asked(lab) == {}
        assert [s for s, _ in prompts(lab, "stop")] == ["asked", "answered"], prompts(lab, "stop")
        assert lab.effects() == []
        lab.verify()


def test_a_killed_engine_asks_nothing_twice():
    with lab_with(STOP) as lab:
        engine = lab.engine()
        c = lab.client()
        slow_action(lab, c)
        lab.set("auth.rate", "0.95")
        c.until("prompt", what="stop", state="asked")
        c.close()
        engine.send_signal(signal.SIGKILL)
        engine.wait(10)
        lab.engine()
        c = lab.client()
        wait_for(lambda: "unknown" in asked(lab).get("stop", {}).get("text", ""))
        seen = len(lab.log())
        wait_for(lambda: len(lab.log()) > seen + 8)  # ticks pass, samples come, nothing is asked again
        told = prompts(lab, "stop")
        assert len(told) == 2 and told[0][0] == told[1][0] == "asked" and told[0][1] != told[1][1], told
        c.good("resolve", {"key": "INC-1/1", "outcome": "failed", "reason": "looked"})
        c.until("prompt", what="stop", state="over")
        assert asked(lab) == {}
        lab.verify()


def test_an_owner_who_does_not_decide():
    with lab_with(timer="timer: 3s") as lab:
        engine = lab.engine()
        c = lab.client()
        c.until("deploy")
        lab.set("auth.rate", "0.9")
        c.until("rubric", row="errors", state="breached")
        status = json.loads(answer(lab, "status", "--json"))
        assert [t["then"] for t in status["timers"]] in ([], ["asks whoever may command"]), status["timers"]
        first = c.until("prompt", what="overdue", state="asked")["body"]
        assert "whoever may take command (tess) decides" in first["text"] and "to" not in first, first
        assert "NEEDS      an answer: auth errors stands" in answer(lab, "brief")
        c.close()
        engine.terminate()
        engine.wait(10)
        lab.engine()
        c = lab.client()
        c.good("declare", {"title": "bad", "services": ["auth"]})
        second = c.until("prompt", what="overdue", state="asked")["body"]
        assert second["id"] == first["id"] and second["to"] == "tess", second
        assert "NEEDS      a decision, overdue, of tess" in answer(lab, "brief")
        assert "overdue" in asked(lab)
        c.fire("auth")
        c.until("prompt", what="overdue", state="answered")
        assert [s for s, _ in prompts(lab, "overdue")] == ["asked", "asked", "answered"], prompts(lab, "overdue")
        lab.verify()


def test_a_timer_that_drops():
    with lab_with(timer="timer: 2s, on_timer: drop") as lab:
        lab.engine()
        c = lab.client()
        c.until("deploy")
        lab.set("auth.rate", "0.9")
        c.until("rubric", row="errors", state="breached", dropped=True)
        seen = len(lab.log())
        wait_for(lambda: len(lab.log()) > seen + 6)
        told = [e["body"]["state"] for e in lab.log() if e["kind"] == "rubric"]
        assert told.count("breached") == 2 and "overdue" not in told, told
        assert prompts(lab, "overdue") == []
        assert json.loads(answer(lab, "status", "--json"))["breached"] == 1


if __name__ == "__main__":
    main(globals())
