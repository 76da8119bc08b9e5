#!/usr/bin/env python3
"""What acts by itself (contract 4, "By itself"): a countdown that anyone may stop, fired without a screen once nothing
is missing for it, and never otherwise; what is missing is on the record by name."""
import json
import os
import signal
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from engine_lab import Lab, main, wait_for  # noqa: E402

HOST = os.uname().nodename


class Auto(Lab):
    """Services of a tier that goes back by itself; 41 served well, then 42 came."""

    def __init__(self, services=("auth",), veto="2s", tier="auto-rollback", row="", on=HOST, limits="", **more):
        super().__init__(services=services, **more)
        kit = self.read("kit.yaml")
        kit = kit.replace("{recovery: rollback, revert_target: 5m}", "{recovery: %s, veto: %s, soak: 1s, revert_target: 5m}" % (tier, veto))
        kit = kit.replace("rubric:\n", "automatic: {on: [%s]%s}\nrubric:\n" % (on, limits))
        kit = kit.replace('when: "> 50% for 1s", ', 'when: "> 50%% for 1s", at_least: "50 in 10s", %s' % row)
        self.write("kit.yaml", kit)
        for s in services:
            self.set(s, "41")
            self.set(s + ".good", "41")

    def read(self, name):
        with open(os.path.join(self.kit, name)) as f:
            return f.read()

    def begun(self, services=("auth",)):
        """An engine and a client that saw 41 serve for a while, and then 42."""
        self.engine()
        c = self.client()
        for s in services:
            c.until("deploy", service=s, version="41")
        c.until("samples")
        time.sleep(2.2)  # 41 has to have served for its soak by the clocks of the world
        for s in services:
            self.set(s, "42")
            c.until("deploy", service=s, version="42")
        return c

    def bad(self, *services, rate="0.9"):
        for s in services:
            self.set(s + ".rate", rate)

    def holds(self):
        return [e["body"] for e in self.log() if e["kind"] == "automatic"]

    def missing(self, words, seconds=15):
        return wait_for(lambda: any(words in m for h in self.holds() for m in h["missing"]), seconds)


def kinds(lab):
    return [e["kind"] for e in lab.log()]


def test_goes_back_by_itself_with_nobody_there():
    with Auto() as lab:
        c = lab.begun()
        c.close()
        lab.bad("auth")
        wait_for(lambda: "action.fired" in kinds(lab), 20)
        wait_for(lambda: lab.get("auth") == "41", 10)
        lab.bad("auth", rate="0.01")
        log = lab.log()
        asked = next(e for e in log if e["kind"] == "action.requested")
        fired = next(e for e in log if e["kind"] == "action.fired")
        declared = next(e for e in log if e["kind"] == "incident.declared")
        assert asked["actor"] == "engine" and asked["body"]["via"] == "automatic" and asked["body"]["authority"] == "automatic"
        assert asked["body"]["countdown_s"] == 2 and asked["body"]["row"] == "errors" and "42" in asked["body"]["because"]
        assert declared["seq"] < asked["seq"] < fired["seq"]
        assert fired["mono"] - asked["mono"] >= 2_000_000, "fired before its time"
        assert len(lab.effects()) == 1
        shown = json.loads(lab.run("show", "INC-1", "--json").stdout)
        a = shown["actions"][0]
        assert (a["via"], a["authority"], a["from"], a["to"]) == ("automatic", "automatic", "42", "41"), a
        assert shown["commander"] is None and shown["phases"]["decided"] and shown["phases"]["fired"]
        wait_for(lambda: json.loads(lab.run("show", "INC-1", "--json").stdout)["state"] == "verified", 60)
        lab.verify()


def test_a_veto_lasts_until_the_breach_ends():
    with Auto(veto="60s") as lab:
        c = lab.begun()
        lab.bad("auth")
        asked = c.until("action.requested")
        key = asked["body"]["key"]
        status = json.loads(lab.run("status", "--json").stdout)
        assert status["waiting"] == [key], status
        r = lab.run("veto")
        assert r.returncode == 0, r.stderr
        assert c.until("action.vetoed")["body"]["key"] == key
        lab.missing("said not this time")
        assert kinds(lab).count("action.requested") == 1
        lab.bad("auth", rate="0.01")
        vetoed = kinds(lab).index("action.vetoed")
        wait_for(lambda: any(e["kind"] == "rubric" and e["body"]["state"] == "clear" for e in lab.log()[vetoed:]), 60)
        lab.bad("auth")
        wait_for(lambda: kinds(lab).count("action.requested") == 2, 20)
        assert not lab.effects()


def test_a_person_takes_its_place():
    with Auto(veto="60s") as lab:
        c = lab.begun()
        lab.bad("auth")
        key = c.until("action.requested")["body"]["key"]
        lab.bad("auth", rate="0.9")
        fired = c.fire("auth", "I see it, too")
        assert fired["key"] != key, fired
        e = c.until("action.expired")
        assert e["body"]["key"] == key and fired["key"] in e["body"]["reason"], e
        c.until("action.ended", key=fired["key"], outcome="done")
        assert len(lab.effects()) == 1
        log = lab.log()
        one = [x["kind"] for x in log if x["kind"] in ("action.expired", "action.fired")]
        assert one == ["action.expired", "action.fired"], one


def never(lab, words, seconds=15):
    lab.missing(words, seconds)
    assert "action.requested" not in kinds(lab) and not lab.effects()


def test_not_without_a_change():
    with Auto() as lab:
        lab.engine()
        c = lab.client()
        c.until("deploy", version="41")
        lab.write("kit.yaml", lab.read("kit.yaml"))
        lab.bad("auth")
        # 41 went live just now as far as its backend says, and what was before it nobody knows
        never(lab, "there is no other version to go back to")


def test_each_thing_that_is_missing_is_named():
    rows = [(dict(on="elsewhere"), "automatic.on does not name this host"),
            (dict(limits=", per_service: \"0 in 1h\""), None),
            (dict(limits=", within: 1s"), "went live within 1s")]
    for more, words in rows:
        if not words:
            continue
        with Auto(**more) as lab:
            lab.begun()
            time.sleep(2)
            lab.bad("auth")
            never(lab, words)


def test_not_ready_is_named_and_tried_again():
    with Auto() as lab:
        lab.begun()
        lab.set("ready", "no")
        lab.bad("auth")
        lab.missing("not ready")
        assert not lab.effects() and "action.requested" not in kinds(lab)


def test_the_backend_is_asked_again_at_zero():
    for name, value, words in (("ready", "no", "not ready"), ("auth.good", "39", "something else by now")):
        with Auto() as lab:
            c = lab.begun()
            lab.bad("auth")
            key = c.until("action.requested")["body"]["key"]
            lab.set(name, value)
            over = c.until("action.expired", key=key)
            assert words in over["body"]["reason"], over
            assert "action.fired" not in kinds(lab) and not lab.effects()


def test_a_veto_holds_while_the_backend_is_asked_at_zero():
    with Auto() as lab:
        c = lab.begun()
        lab.bad("auth")
        asked = c.until("action.requested")
        lab.set("slow-preflight", "3")
        wait_for(lambda: time.clock_gettime(time.CLOCK_BOOTTIME) * 1e6 > asked["mono"] + 2_500_000)
        c.good("veto", {"key": asked["body"]["key"]})
        wait_for(lambda: time.clock_gettime(time.CLOCK_BOOTTIME) * 1e6 > asked["mono"] + 6_000_000)
        assert "action.fired" not in kinds(lab) and not lab.effects()
        lab.verify()


def test_brake_when_several_turn_bad_together():
    services = ("auth", "cart", "pay")
    with Auto(services=services) as lab:
        lab.begun(services)
        lab.bad(*services)
        never(lab, "brake: 3 or more services")


def test_a_killed_engine_counts_anew():
    with Auto(veto="4s") as lab:
        c = lab.begun()
        lab.bad("auth")
        key = c.until("action.requested")["body"]["key"]
        for pid in lab.engine_pids():
            os.kill(pid, signal.SIGKILL)
        wait_for(lambda: not lab.engine_pids())
        lab.engine()
        c = lab.client()
        wait_for(lambda: any(e["kind"] == "action.expired" and e["body"]["key"] == key for e in lab.log()), 10)
        wait_for(lambda: "action.fired" in kinds(lab), 30)
        assert len(lab.effects()) == 1
        assert kinds(lab).count("action.requested") == 2


def test_41_bad_as_well_is_not_followed_by_40():
    with Auto(veto="1s", limits=', per_service: "9 in 1h"') as lab:
        lab.begun()
        lab.bad("auth")
        wait_for(lambda: lab.get("auth") == "41", 20)
        lab.set("auth.good", "40")
        lab.missing("went back already", 30)
        time.sleep(3)
        assert len(lab.effects()) == 1 and lab.get("auth") == "41"


def test_the_timer_fires_where_the_row_says_so():
    with Auto(tier="rollback", row="on_timer: fire, ") as lab:
        kit = lab.read("kit.yaml").replace("timer: 1m", "timer: 2s")
        lab.write("kit.yaml", kit)
        c = lab.begun()
        lab.bad("auth")
        over = c.until("rubric", state="overdue")
        asked = c.until("action.requested")
        assert over["seq"] < asked["seq"]
        c.until("action.ended", outcome="done")
        assert len(lab.effects()) == 1


if __name__ == "__main__":
    main(globals())
