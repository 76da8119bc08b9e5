#!/usr/bin/env python3
"""An action fires once: lost lines, killed engines, killed plugins, changed worlds and kits."""
import os
import signal
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from engine_lab import Lab, main, wait_for  # noqa: E402


def acting(lab):
    """Acting plugin processes of this lab that live: not the watcher of the present engine."""
    watchers = set()
    for pid in lab.engine_pids():
        try:
            watchers.add(lab.client("observer", follow=False).good("plugins")[0]["pid"])
        except Exception:
            pass
    found = []
    for name in os.listdir("/proc"):
        if name.isdigit():
            try:
                words = open("/proc/%s/cmdline" % name, "rb").read().split(b"\0")
                state = open("/proc/%s/stat" % name).read().rsplit(")", 1)[1].split()[0]
            except OSError:
                continue
            if lab.plugin.encode() in words and int(name) not in watchers and state != "Z":
                found.append(int(name))
    return found


def declared(lab):
    c = lab.client()
    c.until("deploy")
    c.good("declare", {"title": "bad", "services": ["auth"]})
    return c


def agree(lab, effects):
    """Journal and world say the same, and every effect has its intent."""
    events = lab.log()
    fired = {e["body"]["op"] for e in events if e["kind"] == "action.fired"}
    assert len(lab.effects()) == effects, lab.effects()
    assert all(line.split()[0] in fired for line in lab.effects())
    lab.verify()
    return events


def test_repeated_ask_is_answered_once():
    with Lab() as lab:
        lab.engine()
        c = declared(lab)
        ask = os.urandom(16).hex()
        first = c.fire("auth", ask=ask)
        c.until("action.ended")
        r = c.good("fire", {"digest": "0" * 64, "reason": "t", "service": "auth", "action": "auth-rollback"}, ask)
        assert r["again"] is True and r["key"] == first["key"], r
        note = os.urandom(16).hex()
        c.good("note", {"text": "once"}, note)
        assert c.good("note", {"text": "once"}, note)["again"] is True
        events = agree(lab, 1)
        assert len([e for e in events if e["kind"] == "note"]) == 1


def test_line_cut_between_ask_and_answer():
    with Lab() as lab:
        lab.engine()
        c = declared(lab)
        panel = c.good("arm", {"action": "auth-rollback", "service": "auth"})
        ask = os.urandom(16).hex()
        c.post("fire", {"digest": panel["digest"], "reason": "t", "service": "auth", "action": "auth-rollback"}, ask)
        c.close()
        c = lab.client()
        fate = wait_for(lambda: (lambda f: f if f["known"] else None)(c.good("fate", {"of": ask})))
        assert fate["key"] == "INC-1/1" and fate["action"] == "auth-rollback", fate
        assert c.good("fate", {"of": os.urandom(16).hex()}) == {"known": False}
        wait_for(lambda: lab.effects())
        time.sleep(0.3)
        agree(lab, 1)
        assert any(t["what"] == "attached" and "INC-1/1" in t["text"] for t in lab.client().tells or wait_tell(lab))


def wait_tell(lab):
    c = lab.client()
    while not any(t["what"] == "attached" for t in c.tells):
        c.read()
    return c.tells


def test_console_lost_closes_its_panel():
    with Lab() as lab:
        lab.engine()
        c = declared(lab)
        c.good("arm", {"action": "auth-rollback", "service": "auth"})
        assert len(acting(lab)) == 1
        c.close()
        c = lab.client()
        wait_for(lambda: not acting(lab))
        events = agree(lab, 0)
        assert [e["body"]["why"] for e in events if e["kind"] == "action.disarmed"] == ["the console left"]


def test_disarm_ends_the_process():
    with Lab() as lab:
        lab.engine()
        c = declared(lab)
        c.good("arm", {"action": "auth-rollback", "service": "auth"})
        c.good("disarm", {"why": "Esc"})
        wait_for(lambda: not acting(lab))
        assert c.ask("fire", {"digest": "0" * 64, "reason": "t", "service": "auth", "action": "auth-rollback"})["status"] in (1, 2)
        events = agree(lab, 0)
        assert [e["body"]["why"] for e in events if e["kind"] == "action.disarmed"] == ["Esc"]


def test_panel_of_another_does_not_fire():
    with Lab() as lab:
        lab.engine()
        a, b = declared(lab), lab.client()
        panel = a.good("arm", {"action": "auth-rollback", "service": "auth"})
        r = b.ask("fire", {"digest": panel["digest"], "reason": "t", "service": "auth", "action": "auth-rollback"})
        assert r["status"] in (1, 2, 3), r
        agree(lab, 0)


def test_two_fire_the_same_target():
    with Lab() as lab:
        lab.set("after", "1")
        lab.engine()
        a, b = declared(lab), lab.client()
        for c in (a, b):
            c.panel = c.good("arm", {"action": "auth-rollback", "service": "auth"})
        words = {"reason": "t", "service": "auth", "action": "auth-rollback"}
        first = a.good("fire", dict(words, digest=a.panel["digest"]))
        second = b.ask("fire", dict(words, digest=b.panel["digest"]))
        assert second["status"] == 1 or second["result"].get("already"), second
        assert first["key"] in str(second), second
        a.until("action.ended", outcome="done")
        agree(lab, 1)


def killed(lab, when, delay="0", after="0"):
    """kill -9 the engine while it performs; the next one is asked what became of it."""
    lab.set("delay", delay)
    lab.set("after", after)
    engine = lab.engine()
    c = declared(lab)
    c.fire("auth")
    when(c)
    os.kill(engine.pid, signal.SIGKILL)
    engine.wait()
    return engine


def test_engine_killed_while_it_performs():
    with Lab() as lab:
        killed(lab, lambda c: c.until("action.progress"), delay="1.5")
        assert len(lab.effects()) == 0
        lab.engine()
        c = lab.client()
        assert c.snapshot
        c.until("action.ended", outcome="done", seconds=20)
        events = agree(lab, 1)
        ends = [e["body"]["outcome"] for e in events if e["kind"] == "action.ended"]
        assert ends == ["unknown", "done"], ends


def test_engine_killed_after_the_effect():
    with Lab() as lab:
        killed(lab, lambda c: wait_for(lambda: lab.effects()), after="1")
        lab.engine()
        lab.client().until("action.ended", outcome="done", seconds=20)
        agree(lab, 1)


def test_engine_and_plugin_killed_before_the_effect():
    with Lab(timeout="4s") as lab:
        def kill_both(c):
            c.until("action.progress")
            for pid in acting(lab):
                os.kill(pid, signal.SIGKILL)
        killed(lab, kill_both, delay="3")
        lab.engine()
        c = lab.client()
        c.until("action.ended", outcome="failed", seconds=25)
        events = agree(lab, 0)
        ended = [e for e in events if e["kind"] == "action.ended"]
        fired, = [e for e in events if e["kind"] == "action.fired"]
        assert ended[-1]["body"]["changed"] == "none", ended[-1]
        # "not started" is final only after deadline + settle: effects land late
        assert ended[-1]["at"] - fired["at"] >= 5e6, (ended[-1]["at"] - fired["at"]) / 1e6


def test_plugin_killed_while_it_performs():
    with Lab(timeout="4s") as lab:
        lab.set("after", "30")
        lab.engine()
        c = declared(lab)
        c.fire("auth")
        wait_for(lambda: lab.effects())
        for pid in acting(lab):
            os.kill(pid, signal.SIGKILL)
        c.until("action.ended", outcome="unknown")
        c.until("action.ended", outcome="done", seconds=20)
        agree(lab, 1)


def test_deadline_passed_and_the_effect_landed_late():
    with Lab(timeout="2s") as lab:
        lab.set("delay", "3.5")
        lab.engine()
        c = declared(lab)
        key = c.fire("auth")["key"]
        e = c.until("action.ended", outcome="unknown")
        assert e["body"]["key"] == key
        # the process gets 5 s to stop, and in them its effect lands: the reconciler finds it
        c.until("action.ended", outcome="done", seconds=30)
        agree(lab, 1)


def test_sigterm_leaves_the_acting_process():
    with Lab() as lab:
        lab.set("delay", "2")
        engine = lab.engine()
        c = declared(lab)
        c.fire("auth")
        c.until("action.progress")
        pid, = acting(lab)
        engine.terminate()
        assert engine.wait(10) == 0
        os.kill(pid, 0)
        lab.engine()
        c = lab.client()
        c.until("action.ended", outcome="done", seconds=20)
        agree(lab, 1)


def test_successor_ends_what_outlives_its_deadline():
    with Lab(timeout="3s") as lab:
        killed(lab, lambda c: c.until("action.progress"), delay="60")
        assert acting(lab)
        lab.engine()
        lab.client().until("action.ended", outcome="failed", seconds=30)
        wait_for(lambda: not acting(lab))  # the one that reconciled takes its leave, too
        agree(lab, 0)


def test_another_version_between_panel_and_fire():
    with Lab() as lab:
        lab.engine()
        c = declared(lab)
        panel = c.good("arm", {"action": "auth-rollback", "service": "auth"})
        lab.set("auth", "43")
        c.until("deploy", version="43")
        r = c.ask("fire", {"digest": panel["digest"], "reason": "t", "service": "auth", "action": "auth-rollback"})
        assert r["status"] == 1 and "look again" in r["error"]["what"], r
        agree(lab, 0)


def test_another_version_that_nobody_told():
    """The plugin itself refuses: it is no longer at `from`."""
    with Lab() as lab:
        lab.set("delay", "0.5")
        lab.engine()
        c = declared(lab)
        c.fire("auth")
        lab.set("auth", "43")
        e = c.until("action.ended", key="INC-1/1")
        assert e["body"]["outcome"] == "failed" and e["body"]["changed"] == "none", e
        c.until("action.ended", key="INC-1/2", outcome="done")  # theirs, adopted
        assert not lab.effects()


def edit_kit(lab):
    with open(os.path.join(lab.kit, "kit.yaml")) as f:
        text = f.read()
    lab.write("kit.yaml", text.replace("name: Tess,", "name: Tessa,"))


def test_kit_edited_while_a_panel_is_open():
    with Lab() as lab:
        lab.engine()
        c = lab.client()
        c.until("deploy")
        panel = c.good("arm", {"action": "auth-rollback", "service": "auth"})
        edit_kit(lab)
        c.until("kit.loaded", in_use=True)
        r = c.ask("fire", {"digest": panel["digest"], "reason": "t", "service": "auth", "action": "auth-rollback"})
        assert r["status"] in (1, 2), r
        assert any(t["what"] == "panel-closed" for t in c.tells), c.tells
        agree(lab, 0)


def test_kit_edited_while_an_incident_is_open():
    with Lab() as lab:
        lab.engine()
        c = declared(lab)
        edit_kit(lab)
        e = c.until("kit.loaded", in_use=False)
        assert any(t["what"] == "problem" and "not in use" in t["text"] for t in c.tells) or c.read() is None
        c.fire("auth")
        c.until("action.ended", outcome="done")
        assert c.good("reload")["digest"] == e["body"]["digest"]
        c.until("kit.loaded", in_use=True)
        agree(lab, 1)


def test_kit_taken_when_the_incident_ends():
    with Lab() as lab:
        lab.engine()
        c = declared(lab)
        edit_kit(lab)
        c.until("kit.loaded", in_use=False)
        c.good("close", {"as": "false-alarm"})
        c.until("kit.loaded", in_use=True)


def test_broken_kit_stays_out():
    with Lab() as lab:
        lab.engine()
        c = lab.client()
        lab.write("services/auth.yaml", "service: auth\nnonsense: [\n")
        wait_for(lambda: c.read() or any("error" in t.get("text", "") for t in c.tells), 12)
        assert lab.run("note", "still works").returncode == 0
        assert c.good("arm", {"action": "auth-rollback", "service": "auth"})["ready"]


def test_engine_comes_back_though_the_kit_is_broken():
    with Lab() as lab:
        engine = lab.engine()
        declared(lab)
        lab.write("services/auth.yaml", "service: auth\nnonsense: [\n")
        os.kill(engine.pid, signal.SIGKILL)
        engine.wait()
        r = lab.run("fire", "auth-rollback", "--reason", "t", "--yes")
        assert r.returncode == 0, r
        agree(lab, 1)
        assert lab.run("close", "--as", "reverted").returncode == 0
        for pid in lab.engine_pids():
            os.kill(pid, signal.SIGTERM)
        wait_for(lambda: not lab.engine_pids())
        r = lab.run("engine", lab.kit)
        assert r.returncode == 2 and "auth.yaml" in r.stderr, r


def test_preflight_says_no():
    with Lab() as lab:
        lab.set("ready", "no")
        lab.engine()
        c = declared(lab)
        panel = c.good("arm", {"action": "auth-rollback", "service": "auth"})
        assert panel["ready"] is False
        r = c.ask("fire", {"digest": panel["digest"], "reason": "t", "service": "auth", "action": "auth-rollback"})
        assert r["status"] == 1, r
        assert lab.run("fire", "auth-rollback", "--reason", "t", "--yes").returncode == 1
        agree(lab, 0)


def test_plugin_that_is_not_there():
    with Lab() as lab:
        lab.engine()
        declared(lab)
        os.unlink(lab.plugin)
        r = lab.run("fire", "auth-rollback", "--reason", "t", "--yes")
        assert r.returncode == 4, r
        agree(lab, 0)


def test_unknown_ends_the_command_with_5_and_a_person_resolves():
    with Lab(timeout="20s") as lab:
        lab.set("after", "30")
        lab.set("reconcile", "unknown")
        lab.engine()
        c = declared(lab)
        fire = lab.start("fire", "auth-rollback", "--reason", "t", "--yes")
        c.until("action.progress")
        wait_for(lambda: lab.effects())
        for pid in acting(lab):
            os.kill(pid, signal.SIGKILL)
        start = time.monotonic()
        out, err = fire.communicate(timeout=20)
        assert fire.returncode == 5 and "unknown" in out, (fire.returncode, out, err)
        assert time.monotonic() - start < 13
        assert lab.run("status").returncode == 0
        assert lab.run("resolve", "INC-1/1", "done", "--reason", "seen on the host").returncode == 0
        e = c.until("action.ended", outcome="done")
        assert e["actor"] == "tess" and "seen on the host" in str(e["body"]), e
        assert lab.run("resolve", "INC-1/1", "failed", "--reason", "no").returncode == 1
        agree(lab, 1)


def test_several_run_in_the_plans_order():
    """Consumers before what they depend on, whatever the order of the words; it stops at the first that is not done."""
    with Lab(services=("auth", "ledger", "shop"), depends={"shop": "ledger", "auth": "shop"}) as lab:
        lab.engine()
        c = lab.client()
        for s in ("auth", "ledger", "shop"):
            c.until("deploy", service=s)
        r = lab.run("fire", "ledger-rollback", "shop-rollback", "auth-rollback", "--reason", "all back", "--yes")
        assert r.returncode == 0, r
        c.good("status")
        fired = [e["body"]["a"]["service"] for e in c.events if e["kind"] == "action.requested"]
        assert fired == ["auth", "shop", "ledger"], fired
        assert {e["incident"] for e in c.events if e["kind"] == "incident.declared"} == {"INC-1"}
        agree(lab, 3)


def test_freeze_marks_and_fires_the_services_pause():
    with Lab() as lab:
        with open(os.path.join(lab.kit, "services", "auth.yaml")) as f:
            text = f.read()
        lab.write("services/auth.yaml", text.replace("verify:", "  - {name: auth-pause, level: 2, verb: pause, backend: world, "
                                                     "target: {file: auth.pause}}\nverify:"))
        lab.engine()
        c = declared(lab)
        r = lab.run("freeze", "auth")  # no terminal, no --yes: the mark alone, and it says so
        assert r.returncode == 0 and "backout fire auth-pause" in r.stderr, r
        c.until("freeze")
        assert not lab.effects()
        r = lab.run("freeze", "auth", "--yes")
        assert r.returncode == 0, r
        assert [line.split()[1] for line in lab.effects()] == ["paused"], lab.effects()
        events = agree(lab, 1)
        assert [e["body"]["a"]["name"] for e in events if e["kind"] == "action.requested"] == ["auth-pause"]
        assert len([e for e in events if e["kind"] == "freeze"]) == 1
        assert lab.run("unfreeze", "auth").returncode == 0


def test_what_a_killed_engine_left_is_swept():
    """Scratch directories of dead plugins go with the next engine; that of one which still acts stays until it ends."""
    with Lab() as lab:
        lab.set("after", "2")
        first = lab.engine()
        declared(lab).post("fire", {})
        c = lab.client()
        panel = c.good("arm", {"action": "auth-rollback", "service": "auth"})
        c.post("fire", {"digest": panel["digest"], "reason": "t", "service": "auth", "action": "auth-rollback"}, os.urandom(16).hex())
        wait_for(lambda: lab.effects())
        scratch = os.path.join(lab.dir, "scratch")
        before = set(os.listdir(scratch))
        assert len(before) == 2, before  # the watcher's and the acting one's
        first.kill()
        first.wait()
        lab.engine()
        wait_for(lambda: len(before & set(os.listdir(scratch))) == 1)
        agree(lab, 1)


def test_watcher_killed_while_its_action_performs():
    """Another process watches the backend: its death and return neither stop nor repeat what acts."""
    with Lab() as lab:
        lab.set("delay", "1.5")
        lab.engine()
        c = declared(lab)
        panel = c.good("arm", {"action": "auth-rollback", "service": "auth"})
        c.post("fire", {"digest": panel["digest"], "reason": "t", "service": "auth", "action": "auth-rollback"}, os.urandom(16).hex())
        c.until("action.progress")
        watcher = c.good("plugins")[0]
        os.kill(watcher["pid"], signal.SIGKILL)
        again = wait_for(lambda: (lambda p: p if p["state"] == "ready" and p["pid"] != watcher["pid"] else None)(c.good("plugins")[0]))
        assert again["restarts"] == watcher["restarts"] + 1, again
        assert not lab.effects(), "it acted before the watcher was back: the test says nothing"
        assert c.until("action.ended")["body"]["outcome"] == "done"
        agree(lab, 1)


def test_several_stop_at_the_first_that_fails():
    with Lab(services=("auth", "shop"), depends={"shop": "auth"}) as lab:
        lab.set("delay", "0.5")
        lab.engine()
        c = lab.client()
        c.until("deploy", service="shop")
        fire = lab.start("fire", "auth-rollback", "shop-rollback", "--reason", "t", "--yes")
        c.until("action.progress")
        lab.set("shop", "50")
        out, err = fire.communicate(timeout=20)
        assert fire.returncode == 1, (fire.returncode, out, err)
        agree(lab, 0)


def test_observers_ask_for_nothing():
    with Lab() as lab:
        lab.engine()
        declared(lab)
        c = lab.client("observer")
        for do, params in (("note", {"text": "x"}), ("arm", {"action": "auth-rollback", "service": "auth"}), ("close", {"as": "reverted"})):
            assert c.ask(do, params)["status"] == 3, do


def test_kill_storm():
    """kill -9 of engine or plugin at moments spread over the run: never twice, never without an intent."""
    rounds = int(os.environ.get("KILL_ROUNDS", "8"))
    with Lab(timeout="3s") as lab:
        lab.set("delay", "0.15")
        lab.set("after", "0.15")
        engine = lab.engine()
        c = declared(lab)
        for i in range(rounds):
            here, there = str(100 + i), str(101 + i)
            lab.set("auth", here)
            lab.set("auth.good", there)
            c.until("deploy", version=here)
            panel = c.good("arm", {"action": "auth-rollback", "service": "auth", "to": there})
            c.post("fire", {"digest": panel["digest"], "reason": "t", "service": "auth", "action": "auth-rollback"})
            time.sleep(0.4 * i / rounds)
            if i % 4 == 3:
                for pid in acting(lab):
                    os.kill(pid, signal.SIGKILL)
            else:
                os.kill(engine.pid, signal.SIGKILL)
                engine.wait()
                engine = lab.engine()
                c = lab.client()
            wait_for(lambda: settled(lab), 30)
            ops = [line.split()[0] for line in lab.effects()]
            assert len(ops) == len(set(ops)), ops
        theirs = {e["body"]["op"]: e["body"]["a"]["to"] for e in lab.log() if e["kind"] == "action.requested" and e["body"]["via"] == "external"}
        fired = {e["body"]["op"]: None for e in lab.log() if e["kind"] == "action.fired" and e["body"]["op"] not in theirs}
        for e in lab.log():
            if e["kind"] == "action.ended" and e["body"]["op"] not in theirs:
                fired[e["body"]["op"]] = e["body"]["outcome"]
        ops = {line.split()[0] for line in lab.effects()}
        assert not set(theirs.values()) & {line.split()[1] for line in lab.effects()}, "ours was taken for theirs"
        assert ops <= set(fired), "an effect without an intent"
        for op, outcome in fired.items():
            assert (outcome == "done") == (op in ops), (op, outcome)
        lab.verify()


def settled(lab):
    state = {}
    for e in lab.log():
        if e["kind"] == "action.fired":
            state[e["body"]["op"]] = None
        elif e["kind"] == "action.ended":
            state[e["body"]["op"]] = e["body"]["outcome"]
    return all(o in ("done", "failed") for o in state.values())


if __name__ == "__main__":
    main(globals())
