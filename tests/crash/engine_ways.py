#!/usr/bin/env python3
"""Ways back are tried all day: what would fail if it were pressed now is on record with the reason, in `status` and
since when; trying changes nothing, gives way to what acts, and a backend that dies or hangs is named."""
import json
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from engine_lab import Lab, main, wait_for  # noqa: E402


def tried(lab, c):
    """A round now; the body of its event."""
    before = len(lab.log())
    c.good("try")
    wait_for(lambda: any(e["kind"] == "ways" for e in lab.log()[before:]), 40)
    return [e["body"] for e in lab.log()[before:] if e["kind"] == "ways"][-1]


def standing(lab):
    return json.loads(lab.run("status", "--json").stdout)["ways_back"]


def test_what_would_fail_is_named_and_nothing_changes():
    with Lab(services=("auth", "checkout")) as lab:
        lab.engine()
        c = lab.client()
        c.until("samples")
        assert standing(lab)["tried"] == 0
        before = {s: lab.get(s) for s in ("auth", "checkout")}
        body = tried(lab, c)
        actions = body["tried"]
        assert actions >= 2 and body["ready"] == actions and body["not"] == [], body
        lab.set("ready", "no")
        body = tried(lab, c)
        assert 0 < len(body["not"]) == actions - body["ready"], body
        assert all(x["why"] == "file: there" for x in body["not"]), body
        now = standing(lab)
        assert now["tried"] == actions and now["ready"] == body["ready"] and len(now["not"]) == len(body["not"]), now
        since = {x["action"]: x["since"] for x in now["not"]}
        assert "ways back not ready" in lab.run("status").stdout
        tried(lab, c)
        assert {x["action"]: x["since"] for x in standing(lab)["not"]} == since, "since when moved"
        lab.set("ready", "yes")
        tried(lab, c)
        assert standing(lab)["not"] == []
        assert {s: lab.get(s) for s in ("auth", "checkout")} == before and not lab.effects()
        lab.verify()


def test_who_asks_during_a_round_gets_the_next():
    with Lab() as lab:
        lab.engine()
        c = lab.client()
        c.until("samples")
        lab.set("slow-preflight", "0.5")
        before = len(lab.log())
        c.good("try")
        c.good("try")
        wait_for(lambda: sum(e["kind"] == "ways" for e in lab.log()[before:]) == 2, 30)


def test_a_round_gives_way_to_what_acts():
    with Lab() as lab:
        lab.engine()
        c = lab.client()
        c.until("samples")
        lab.set("delay", "3")
        c.fire("auth")
        before = len(lab.log())
        c.good("try")
        c.until("action.ended", 30)
        kinds = [e["kind"] for e in lab.log()[before:]]
        assert "ways" not in kinds[:kinds.index("action.ended")], kinds
        assert len(lab.effects()) == 1


def test_a_backend_that_dies_while_asked_is_named():
    with Lab() as lab:
        with open(lab.plugin) as f:
            text = f.read()
        lab.engine()
        c = lab.client()
        c.until("samples")
        with open(lab.plugin, "w") as f:
            f.write(text.replace("def preflight(p):\n", "def preflight(p):\n    os._exit(7)\n", 1))
        body = tried(lab, c)
        assert body["ready"] == 0 and body["not"] and all("exited with 7" in x["why"] or "ended" in x["why"] for x in body["not"]), body
        assert c.good("status"), "the engine goes on"


def test_a_backend_that_hangs_is_given_up():
    """Three answers that do not come are enough, for the engine's round and for `check --live`: the rest is named, too."""
    with Lab(services=("auth", "checkout", "geo", "shop")) as lab:
        lab.engine()
        c = lab.client()
        c.until("samples")
        lab.set("slow-preflight", "300")
        check = lab.start("check", "--live", "--json", lab.kit)
        before = len(lab.log())
        c.good("try")
        wait_for(lambda: any(e["kind"] == "ways" for e in lab.log()[before:]), 100, 0.5)
        body = [e["body"] for e in lab.log() if e["kind"] == "ways"][-1]
        whys = [x["why"] for x in body["not"]]
        assert body["tried"] == 4 and body["ready"] == 0 and len(whys) == 4, body
        assert "3 answers in a row did not come" in whys[3] and not [w for w in whys[:3] if "in a row" in w], whys
        assert c.good("status"), "the engine goes on"
        answer = json.loads(check.communicate(timeout=60)[0])
        assert check.returncode == 1 and [p["what"] for p in answer["problems"] if "shop-rollback of shop would fail now: the backend did not answer for" in p["what"]], answer
        assert len(answer["problems"]) == 4, answer


def test_what_the_panel_would_refuse_is_not_ready():
    with Lab() as lab:
        lab.engine()
        c = lab.client()
        c.until("samples")
        lab.set("auth.good", "no version")
        body = tried(lab, c)
        assert body["ready"] == 0 and "version" in body["not"][0]["why"], body


if __name__ == "__main__":
    main(globals())
