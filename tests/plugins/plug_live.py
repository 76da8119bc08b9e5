#!/usr/bin/env python3
"""`backout check --live`: the kit against its backends, without an engine and beside one: what would fail if it were
pressed now, or measured now, is named with its place; nothing changes."""
import json
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "crash"))
from engine_lab import Lab, main, wait_for  # noqa: E402
from plug_lib import check, program, same  # noqa: E402
from plug_metrics import free_port  # noqa: E402
from plug_prometheus_lies import LIES, Liar, one, vector  # noqa: E402


def live(lab, *more):
    r = lab.run("check", "--live", "--json", lab.kit, *more, timeout=60)
    check(not r.stderr, r.stderr)
    return r.returncode, json.loads(r.stdout)


def names(answer, severity="error"):
    return [(p["file"], p["what"]) for p in answer["problems"] if p["severity"] == severity]


def tree(top):
    """Everything in a directory, with what is in it."""
    out = {}
    for at, _, files in os.walk(top):
        for f in files:
            out[os.path.join(at, f)] = open(os.path.join(at, f), "rb").read()
    return out


def test_all_is_well():
    with Lab(services=("auth", "checkout")) as lab:
        before = tree(lab.top)
        code, answer = live(lab)
        same((code, answer["ok"], answer["problems"]), (0, True, []))
        same(answer["live"], {"backends": 1, "signals": 2, "actions": 2})
        same(tree(lab.top), before, "something changed")
        check(not lab.effects() and not lab.engine_pids(), "it acted, or an engine was started")
        text = lab.run("check", "--live", lab.kit)
        check(text.returncode == 0 and "asked live: 1 backend, 2 signals, 2 actions" in text.stdout, text.stdout)


def test_what_would_fail_is_named():
    with Lab() as lab:
        lab.set("ready", "no")
        code, answer = live(lab)
        same(code, 1)
        (file, what), = names(answer)
        check(file == "services/auth.yaml" and "auth-rollback of auth would fail now: file: there" in what, answer)
        line = answer["problems"][0]["line"]
        check("auth-rollback" in open(lab.kit + "/services/auth.yaml").read().split("\n")[line - 1], line)
        lab.set("ready", "yes")
        lab.set("auth.good", "bad version")  # the backend says ready; the panel would refuse what it says
        code, answer = live(lab)
        check(code == 1 and "version" in names(answer)[0][1], answer)
        lab.set("auth.good", "41")
        lab.set("fail", "the meter is out")
        code, answer = live(lab)
        check(code == 1 and names(answer) == [("services/auth.yaml", "signal error_rate of auth: the meter is out")], answer)
        os.unlink(os.path.join(lab.world, "fail"))
        same(live(lab)[0], 0)


def test_a_backend_that_does_not_start_is_named():
    with Lab() as lab:
        kit = open(lab.kit + "/kit.yaml").read()
        for words, want in (("{plugin: nosuch}", "nosuch"), ("{plugin: {command: [python3, -c, 'raise SystemExit(7)']}}", "exited with 7"),
                            ("{plugin: webhook, config: {port: 9190}}", "key"),
                            ("{plugin: prometheus, config: {url: \"http://127.0.0.1:1\"}, secrets: {token: {command: [/bin/false]}}}", "token")):
            lab.write("kit.yaml", kit.replace("backends:\n", "backends:\n  other: %s\n" % words))
            code, answer = live(lab)
            check(code == 1 and [w for f, w in names(answer) if f == "kit.yaml" and "backend other" in w and want in w], words, answer)
            check(not [w for f, w in names(answer) if "world" in w], "the well one is blamed", answer)


WANT = {"good": None, "empty": "has no data", "NaN": "NaN", "Inf": "+Inf", "-Inf": "-Inf", "two": "2 series", "500": "500", "429": "every", "html": "JSON"}


def kit_of_liars(lab, liar):
    """A signal of each, and each a server of its own, in one backend: names s0, s1…"""
    LIES["empty"] = (vector(), "")
    kit = open(lab.kit + "/kit.yaml").read()
    servers = ", ".join('s%d: {url: "%s/%s", timeout: 2}' % (i, liar.url, n) for i, n in enumerate(WANT))
    lab.write("kit.yaml", kit.replace("backends:\n", "backends:\n  prom: {plugin: {command: [%s]}, config: {servers: {%s}}}\n" % (os.path.abspath(program("prometheus")), servers)))
    service = open(lab.kit + "/services/auth.yaml").read()
    lab.write("services/auth.yaml", service.replace("signals:\n", "signals:\n" + "".join(
        "  s%d: {backend: prom, query: '@s%d up', unit: count, every: 1s}\n" % (i, i) for i in range(len(WANT)))))


def test_each_state_of_a_signal():
    """What the real ones answer, each told apart."""
    with Liar() as liar, Lab() as lab:
        kit_of_liars(lab, liar)
        code, answer = live(lab)
        same(code, 1)
        said = {p["what"].split(" ")[1]: p for p in answer["problems"] if p["what"].startswith("signal s")}
        for i, (n, words) in enumerate(WANT.items()):
            p = said.get("s%d" % i)
            if words is None:
                check(p is None, p)
            else:
                check(p and words in p["what"] and p["severity"] == ("warning" if n == "empty" else "error"), n, p)
                check("s%d:" % i in open(lab.kit + "/services/auth.yaml").read().split("\n")[p["line"] - 1], p)


def test_each_reason_is_on_the_record():
    """One backend, a reason a signal: each is told once, and with its signal; well ones beside them make none of it go."""
    with Liar() as liar, Lab() as lab:
        kit_of_liars(lab, liar)
        lab.engine()
        c = lab.client()
        bad = {"s%d" % i: words for i, (n, words) in enumerate(WANT.items()) if words and n != "empty"}

        def failing():
            source = ([s for s in json.loads(lab.run("status", "--json").stdout)["sources"] if s["backend"] == "prom"] or [{}])[0]
            return {x["signal"]: x["why"] for x in source.get("failing", [])}
        wait_for(lambda: set(failing()) == set(bad), 20)
        for signal, why in failing().items():
            check(bad[signal] in why, signal, why, "wanted", bad[signal])
        wait_for(lambda: not c.read() and sum("auth/s0" in e["body"].get("v", {}) for e in c.events) >= 5, 20)
        told = [(w["why"], of) for e in c.events if e["kind"] == "samples" and e["body"]["backend"] == "prom" for w in e["body"].get("whys", []) for of in w["of"]]
        same(len(told), len(set(told)), "a reason is told again: " + str(told))
        check("1 source cannot measure" in lab.run("status").stdout, lab.run("status").stdout)
        check("cannot measure: " in lab.run("plugin", "list").stdout, lab.run("plugin", "list").stdout)
        keep = {n: LIES[n] for n in WANT if n in LIES}
        try:
            for n in keep:
                LIES[n] = (vector(one("1")), "")
            wait_for(lambda: not failing(), 20)
            check("cannot measure" not in lab.run("status").stdout + lab.run("plugin", "list").stdout, "the trouble stays")
        finally:
            LIES.update(keep)
        lab.verify()


def test_beside_a_running_engine():
    """The engine has the webhook's port, its lock and its socket: none of it is in the way, nor touched."""
    with Lab() as lab:
        with open(lab.top + "/key", "w") as f:
            f.write("k" * 40)
        os.chmod(lab.top + "/key", 0o600)
        kit = open(lab.kit + "/kit.yaml").read()
        lab.write("kit.yaml", kit.replace("backends:\n", "backends:\n  hook: {plugin: {command: [%s]}, config: {port: %d}, secrets: {key: {file: %s}}}\n"
                                          % (os.path.abspath(program("webhook")), free_port(), lab.top + "/key")))
        service = open(lab.kit + "/services/auth.yaml").read()
        lab.write("services/auth.yaml", service.replace("deploys: {backend: world, target: {file: auth}}", "deploys: {backend: hook, target: {}}"))
        lab.engine()
        c = lab.client()
        wait_for(lambda: [p for p in c.good("plugins") if p["backend"] == "hook" and p["state"] == "ready"], 15)
        code, answer = live(lab)
        same((code, answer["problems"]), (0, []))
        check(c.good("status"))
        same([e["body"]["restarts"] for e in lab.log() if e["kind"] == "plugin" and e["body"]["backend"] == "hook"][-1], 0)
        lab.verify()


def test_secrets_are_not_told():
    with Liar() as liar, Lab() as lab:
        kit = open(lab.kit + "/kit.yaml").read()
        lab.env["BO_TEST_TOKEN"] = "hunter2hunter2"
        lab.write("kit.yaml", kit.replace("backends:\n", "backends:\n  prom: {plugin: {command: [%s]}, config: {url: \"%s/401\"}, secrets: {token: {env: BO_TEST_TOKEN}}}\n"
                                          % (os.path.abspath(program("prometheus")), liar.url)))
        service = open(lab.kit + "/services/auth.yaml").read()
        lab.write("services/auth.yaml", service.replace("signals:\n", "signals:\n  x: {backend: prom, query: up, unit: count, every: 1s}\n"))
        r = lab.run("check", "--live", lab.kit)
        check(r.returncode == 1 and "does not know us" in r.stdout and "hunter2" not in r.stdout + r.stderr, r.stdout)
        check([s for s in liar.seen if s[1].get("Authorization") == "Bearer hunter2hunter2"], "it was not sent")


if __name__ == "__main__":
    main(dict(globals()))
