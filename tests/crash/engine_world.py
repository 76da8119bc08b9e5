#!/usr/bin/env python3
"""The world acts too: a revert made elsewhere in an open incident is adopted with who and when, stops the phases when it
was done, is verified like one's own and is adopted once, whatever becomes of the engine; what is kept out or frozen and
is deployed all the same is an alarm that names who brought it."""
import json
import os
import signal
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from engine_lab import Lab, main, wait_for  # noqa: E402

TELL = """\
def look():
    for d in watched["deploys"]:
        if read(d["service"] + ".say") and told.get("say") != read(d["service"] + ".say"):
            told["say"] = read(d["service"] + ".say")
            said = json.loads(told["say"])
            told[d["service"]] = said["version"]
            write(d["service"], said["version"])
            tell("deploy", {"service": d["service"], **said})
"""


def scripted(**more):
    """A lab whose backend tells what WORLD/SERVICE.say holds."""
    lab = Lab(**more)
    with open(lab.plugin, encoding="utf-8") as f:
        text = f.read()
    assert text.count("def look():\n") == 1
    with open(lab.plugin, "w", encoding="utf-8") as f:
        f.write(text.replace("def look():\n", TELL))
    return lab


def stamp(t):
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(t)) + ".%06dZ" % int(t % 1 * 1e6)


def say(lab, version, previous, by=None, at=None, share=1, state="live"):
    lab.set("auth.say", json.dumps({"version": version, "previous": previous, "by": by, "at": at or stamp(time.time()), "share": share,
                                    "state": state, "strategy": "rolling", "managed_by": "kubectl"}))


def harm(lab, c):
    """42 is bad, and an incident is open."""
    c.until("deploy", service="auth", version="42")
    say(lab, "41", "40", "ci")
    c.until("deploy", version="41")
    say(lab, "42", "41", "ci")
    wait_for(lambda: sum(e["kind"] == "deploy" and e["body"]["version"] == "42" for e in lab.log()) > 1)
    lab.set("auth.rate", "0.9")
    c.until("rubric", row="errors", state="breached")
    c.good("declare", {"title": "bad", "services": ["auth"]})


def count(lab, kind, **fields):
    return sum(e["kind"] == kind and all(e["body"].get(k) == v for k, v in fields.items()) for e in lab.log())


def show(lab):
    return json.loads(lab.run("show", "INC-1", "--json").stdout)


def micros(text):
    import datetime
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()


def test_a_revert_made_elsewhere_is_adopted_and_verified():
    with scripted() as lab:
        lab.engine()
        c = lab.client()
        harm(lab, c)
        did = time.time()
        wait_for(lambda: time.time() > did + 1.2)  # told later than it was done
        say(lab, "41", "42", "ravi", stamp(did))
        lab.set("auth.rate", "0.01")
        e = c.until("action.requested")["body"]
        assert (e["by"], e["via"], e["through"], e["authority"], e["digest"]) == ("ravi", "external", "kubectl", None, None), e
        assert e["a"]["class"] == "reverse" and (e["a"]["from"], e["a"]["to"]) == ("42", "41"), e
        c.until("verify", state="passed", seconds=60)
        s = show(lab)
        assert s["state"] == "verified", s["state"]
        assert abs(micros(s["phases"]["acted"]) - did) < 0.01 and abs(micros(s["phases"]["fired"]) - did) < 0.01, (s["phases"], did)
        a, = s["actions"]
        assert (a["via"], a["by"], a["outcome"], a["op"]) == ("external", "ravi", "done", e["op"]), a
        assert [(p["version"], p["by"]) for p in s["pins"]] == [("42", "ravi")], s["pins"]
        assert not lab.effects(), "nothing of ours ran"
        assert "by ravi (kubectl), elsewhere" in lab.run("show", "INC-1").stdout
        assert "by ravi (kubectl), elsewhere" in lab.run("brief").stdout
        assert "INC-1/1, by ravi (kubectl), elsewhere" in lab.run("changes").stdout
        lab.verify()


def test_it_is_adopted_once():
    """An engine that is killed right after, or while, and one whose backend tells everything again."""
    with scripted() as lab:
        first = lab.engine()
        c = lab.client()
        harm(lab, c)
        say(lab, "41", "42", "ravi")
        c.until("deploy", version="41", previous="42")
        os.kill(first.pid, signal.SIGKILL)
        first.wait(10)
        for _ in range(2):
            e = lab.engine()
            c = lab.client()
            wait_for(lambda: count(lab, "action.ended", outcome="done") >= 1, 20)
            c.good("note", {"text": "here"})  # a commit, and so a tick behind it
            seq = c.until("samples")["seq"]
            wait_for(lambda: lab.log()[-1]["seq"] > seq + 4, 30)
            e.send_signal(signal.SIGTERM)
            e.wait(15)
        assert [count(lab, k) for k in ("action.requested", "action.fired", "action.ended")] == [1, 1, 1]
        lab.verify()


def test_a_rollout_of_ours_is_not_adopted():
    with scripted() as lab:
        lab.engine()
        c = lab.client()
        harm(lab, c)
        c.fire("auth")
        c.until("action.ended", outcome="done")
        seq = c.until("deploy", version="41", by="test")["seq"]
        wait_for(lambda: lab.log()[-1]["seq"] > seq + 4, 30)
        assert count(lab, "action.requested") == 1 and show(lab)["actions"][0]["via"] == "command"


def test_half_a_rollout_is_shown_and_not_adopted():
    with scripted() as lab:
        lab.engine()
        c = lab.client()
        harm(lab, c)
        say(lab, "41", "42", "ravi", share=0.4, state="progressing")
        c.until("deploy", version="41", share=0.4)
        wait_for(lambda: "MEANWHILE  auth 42 -> 41, 40 % of it, progressing, by ravi" in lab.run("brief").stdout)
        assert count(lab, "action.requested") == 0
        say(lab, "41", "42", "ravi", share=1, state="live")
        c.until("action.ended", outcome="done")


def test_what_is_kept_out_names_who_brought_it():
    with scripted() as lab:
        lab.engine()
        c = lab.client()
        harm(lab, c)
        say(lab, "41", "42", "ravi")
        c.until("pin", what="set", version="42")
        say(lab, "42", "41", "kubectl-edit lena@bastion")
        assert c.until("pin", what="returned")["body"]["returned_by"] == "kubectl-edit lena@bastion (kubectl)"
        say(lab, "41", "42", "ravi")
        wait_for(lambda: count(lab, "action.ended", outcome="done") == 2)
        say(lab, "42", "41", "argocd")
        assert c.until("pin", what="returned", returned_by="argocd (kubectl)")
        c.good("freeze", {"service": "auth", "reason": "a test"})
        say(lab, "43", "42", None)
        e = c.until("alarm", what="frozen")["body"]
        assert e["version"] == "43" and e["brought_by"] == "somebody the backend does not name (kubectl)", e
        assert count(lab, "alarm") == 1
        lab.verify()


def test_a_version_is_kept_after_its_soak():
    with scripted() as lab:
        with open(os.path.join(lab.kit, "kit.yaml"), encoding="utf-8") as f:
            kit = f.read()
        lab.write("kit.yaml", kit.replace("revert_target: 5m", "revert_target: 5m, soak: 4s"))
        lab.engine()
        c = lab.client()
        c.until("soak", service="auth", version="42", what="kept")
        say(lab, "43", "42", "ci")
        c.until("deploy", version="43")
        assert "clean 0m, 1m left" in lab.run("changes").stdout
        lab.set("auth.rate", "0.9")
        assert c.until("soak", version="43", what="spoiled")["body"]["row"] == "errors"
        first = json.loads(lab.run("changes", "--json").stdout)[0]
        assert (first["to"], first["since"], first["breached"]) == ("43", "breached", "error_rate"), first
        assert "breached error_rate under 1m after" in lab.run("changes", "auth").stdout
        assert count(lab, "soak", version="43", what="kept") == 0
        lab.verify()


if __name__ == "__main__":
    main(globals())
