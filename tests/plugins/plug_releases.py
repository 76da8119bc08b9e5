#!/usr/bin/env python3
"""backout-plugin-releases acting upon real processes that serve from `current`."""
import json
import os
import signal
import subprocess
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from plug_lib import INIT, action, check, main, op, program, same, unheard, wait_for  # noqa: E402
from plug_world import BAD, CONFLICT, DEADLINE, HERE, NOT_FOUND, UNAVAILABLE, World, bad_checks, perform, plugin, preflight, reconcile  # noqa: E402


def test_happy_path():
    with World() as w:
        p = plugin()
        before = w.files()
        pre = preflight(p, w.target(shared=["config/tokens.yaml"]))
        same(w.files(), before, "preflight changes nothing")
        check(pre["ready"], pre)
        same((pre["from"], pre["to"]), ("42", "41"), "from, to")
        check("kill -HUP" in pre["command"] and "mv -T" in pre["command"], pre["command"])
        check(any("config/tokens.yaml" in n for n in pre["not_undone"]), pre["not_undone"])
        r = perform(p, w.target(), pre)["result"]
        same((r["outcome"], r["changed"]), ("done", "full"), r)
        same((w.link(), w.runs()), ("41", "41"), "link, process")
        same(r["evidence"]["process"], "41", "evidence")
        check(0 <= r["evidence"]["in_effect_s"] < 60 and "after the link" in r["detail"], r)
        check(p.of("progress"), "progress is told")
        p.close()


def test_command_of_the_panel_works_by_hand():
    with World() as w:
        p = plugin()
        pre = preflight(p, w.target())
        subprocess.run(["sh", "-ec", pre["command"]], check=True)
        wait_for(lambda: w.runs() == "41", what="the command a person types")
        p.close()


def test_reload_by_command():
    with World() as w:
        t = w.target(reload={"command": ["sh", "-c", "kill -HUP $(cat \"$1/pid\")", "reload", w.dir]})
        p = plugin()
        pre = preflight(p, t)
        check(pre["ready"], pre)
        same(perform(p, t, pre)["result"]["outcome"], "done")
        same(w.runs(), "41")
        p.close()


def test_reload_command_fails():
    with World() as w:
        t = w.target(reload={"command": ["sh", "-c", "echo no such unit >&2; exit 3"]})
        p = plugin()
        r = perform(p, t, preflight(p, t))["result"]
        same((r["outcome"], r["changed"]), ("failed", "partial"), r)
        check("exited with 3" in r["detail"] and "no such unit" in r["detail"], r["detail"])
        same((w.link(), w.runs()), ("41", "42"))
        p.close()


def test_process_keeps_the_old_version():
    with World("stubborn") as w:
        p = plugin()
        the_op = op()
        m = perform(p, w.target(), preflight(p, w.target()), deadline=2, the_op=the_op)
        same(m["error"]["code"], DEADLINE, m)
        same((w.link(), w.runs()), ("41", "42"))
        p.close()
        r = reconcile(w.target(), the_op, **{"from": "42", "to": "41"})
        check(r["outcome"] in ("running", "failed") and r["changed"] == "partial", r)
        time.sleep(0.1)
        # the half-done switch is seen, and a further attempt only tells the process
        w.app.kill()
        w.app.wait()
        w.serve("hup")
        same(w.runs(), "41", "a restart follows the link")
        r = reconcile(w.target(), the_op, **{"from": "42", "to": "41"})
        same((r["outcome"], r["changed"]), ("done", "full"), r)


def test_half_done_switch_can_be_finished():
    with World() as w:
        w.point("41")
        p = plugin()
        pre = preflight(p, w.target(), to="41")
        check(pre["ready"], pre)
        same((pre["from"], pre["to"]), ("42", "41"))
        same(perform(p, w.target(), pre)["result"]["outcome"], "done")
        same(w.runs(), "41")
        p.close()


def test_slow_process_is_waited_for():
    with World("slow") as w:
        p = plugin()
        began = time.monotonic()
        r = perform(p, w.target(), preflight(p, w.target()))["result"]
        check(r["evidence"]["in_effect_s"] >= 1, "done is not in effect: the process needed 2 s to follow")
        same((r["outcome"], r["changed"]), ("done", "full"), r)
        check(time.monotonic() - began > 1.8, "it was not waited for")
        p.close()


def test_process_that_crashed():
    """The bad release took the process down: only a reload by command can help, and it may."""
    with World() as w:
        w.app.kill()
        w.app.wait()
        p = plugin()
        pre = preflight(p, w.target())
        same(bad_checks(pre), ["the process can be told"], "a signal reaches nobody")
        start = ["sh", "-c", f"setsid {sys.executable} {HERE}/plug_app.py {w.dir} hup {w.port} >/dev/null 2>&1 & echo $! > {w.dir}/started"]
        t = w.target(reload={"command": start})
        pre = preflight(p, t)
        same((pre["ready"], pre["from"], pre["to"]), (True, "42", "41"), pre)
        try:
            r = perform(p, t, pre)["result"]
            same((r["outcome"], r["changed"], w.runs()), ("done", "full", "41"), r)
        finally:
            with open(f"{w.dir}/pid", encoding="utf-8") as f:
                os.kill(int(f.read()), signal.SIGKILL)
        p.close()


def test_process_that_says_nothing():
    with World("mute") as w:
        p = plugin()
        pre = preflight(p, w.target())
        check(pre["ready"] and "does not say" in json.dumps(pre["checks"]), pre)
        m = perform(p, w.target(), pre, deadline=4)
        same(m["error"]["code"], DEADLINE, "silence is never success")
        same(w.link(), "41")
        p.close()


def test_conflict_other_version():
    with World(releases=("40", "41", "42")) as w:
        p = plugin()
        pre = preflight(p, w.target())
        w.deploy("40")
        m = perform(p, w.target(), pre)
        same(m["error"]["code"], CONFLICT, m)
        same((w.link(), w.runs()), ("40", "40"))
        check(not [f for f in os.listdir(w.dir) if f.startswith(".backout-op")], "a refused action leaves no mark")
        p.close()


def test_conflict_link_made_anew():
    with World() as w:
        p = plugin()
        pre = preflight(p, w.target())
        time.sleep(0.02)
        w.point("42")  # the same version, deployed again
        same(perform(p, w.target(), pre)["error"]["code"], CONFLICT)
        same((w.link(), w.runs()), ("42", "42"))
        p.close()


def test_conflict_another_switch():
    with World() as w:
        lock = os.open(f"{w.dir}/.backout-lock", os.O_CREAT | os.O_RDWR, 0o644)
        import fcntl
        p = plugin()
        pre = preflight(p, w.target())
        fcntl.flock(lock, fcntl.LOCK_EX)
        same(perform(p, w.target(), pre)["error"]["code"], CONFLICT)
        same(bad_checks(preflight(p, w.target())), ["no other switch is under way"])
        os.close(lock)
        w.write("deploy.lock", "")
        same(bad_checks(preflight(p, w.target(lock="deploy.lock"))), ["no other switch is under way"])
        same(perform(p, w.target(lock="deploy.lock"), pre)["error"]["code"], CONFLICT)
        same(w.link(), "42")
        p.close()


def test_target_missing_or_half_deleted():
    def gone(w):
        os.rename(f"{w.dir}/releases/41", f"{w.dir}/away")

    def empty(w):
        os.unlink(f"{w.dir}/releases/41/app")

    def manifest(w):
        w.write("releases/41/RELEASE", json.dumps({"files": ["app", "lib/tokens.py"]}))

    def lines(w):
        w.write("releases/41/RELEASE", "# what it needs\napp\nlib/tokens.py\n")

    def broken(w):
        w.write("releases/41/RELEASE", '{"files": [')

    def a_file(w):
        gone(w)
        w.write("releases/41", "not a directory")

    for harm in (gone, empty, manifest, lines, broken, a_file):
        with World() as w:
            p = plugin()
            good = preflight(p, w.target(), to="41")
            check(good["ready"], good)
            harm(w)
            pre = preflight(p, w.target(), to="41")
            same((pre["ready"], bad_checks(pre)), (False, ["the release is there and complete"]), harm.__name__)
            m = perform(p, w.target(), good)
            same(m["error"]["code"], NOT_FOUND, harm.__name__)
            same((w.link(), w.runs()), ("42", "42"), harm.__name__)
            p.close()


def test_process_gone_or_a_stranger():
    with World() as w:
        p = plugin()
        good = preflight(p, w.target())
        w.write("pid", "999999\n")
        same(bad_checks(preflight(p, w.target())), ["the process can be told"])
        same(perform(p, w.target(), good)["error"]["code"], UNAVAILABLE)
        stranger = subprocess.Popen(["sleep", "30"])
        w.write("pid", f"{stranger.pid}\n")
        os.utime(f"{w.dir}/pid", (time.time() - 60, time.time() - 60))
        pre = preflight(p, w.target())
        same(bad_checks(pre), ["the process can be told"])
        check("stranger" in json.dumps(pre), pre)
        same(perform(p, w.target(), good)["error"]["code"], UNAVAILABLE)
        check(stranger.poll() is None, "the stranger was hit")
        stranger.kill()
        stranger.wait()
        same(w.link(), "42")
        p.close()


def test_same_version_again():
    with World() as w:
        p = plugin()
        pre = preflight(p, w.target())
        same(perform(p, w.target(), pre)["result"]["changed"], "full")
        r = perform(p, w.target(), pre)["result"]  # another op, the same way
        same((r["outcome"], r["changed"]), ("done", "none"), r)
        pre = preflight(p, w.target(), to="41")
        check(pre["ready"] and "already" in pre["effect"], pre)
        p.close()


def test_never_toggles_back():
    """After a rollback from 42, nothing proposes 42 again; a person may name it."""
    with World() as w:
        p = plugin()
        watch = plugin("watch")
        watch.result("watch", {"deploys": [{"service": "auth", "target": w.target()}], "signals": []})
        wait_for(lambda: watch.of("deploy"))
        same(perform(p, w.target(), preflight(p, w.target()))["result"]["outcome"], "done")
        p.error("preflight", {"action": action("rollback", w.target())}, NOT_FOUND)
        same(preflight(p, w.target(), to="42")["to"], "42")
        watch.close()
        p.close()


def test_default_is_the_last_that_ran():
    with World(releases=("40", "41", "42")) as w:
        w.write(".backout-history", "2026-11-01T00:00:00Z ran 40\n2026-11-02T00:00:00Z ran 42\ngarbage\n2026-11-03T00:00:00Z ran ../x\n")
        p = plugin()
        pre = preflight(p, w.target())
        same(pre["to"], "40", "41 never ran here")
        same(pre["current"], ["42", "40"])
        p.close()


def test_same_op_twice():
    with World() as w:
        p = plugin()
        pre = preflight(p, w.target())
        the_op = op()
        same(perform(p, w.target(), pre, the_op=the_op)["result"]["changed"], "full")
        p.close()
        w.deploy("42")
        p = plugin()
        r = perform(p, w.target(), pre, the_op=the_op)["result"]
        same((r["outcome"], r["changed"]), ("done", "full"), "the recorded outcome")
        same(w.runs(), "42", "nothing was done twice")
        p.close()


def test_eof_while_performing_finishes():
    with World("slow") as w:
        p = plugin()
        pre = preflight(p, w.target())
        p.close()
        a = action("rollback", w.target(), **{k: pre[k] for k in ("from", "to", "expect")})
        the_op = op()
        proc = unheard(program("releases"), [INIT, ("perform", {"op": the_op, "key": "INC-1/1", "deadline": 10, "action": a})])
        same(proc.wait(12), 0, "nobody listens any more either")
        same(w.runs(), "41")
        r = reconcile(w.target(), the_op, **{"from": "42", "to": "41"})
        same((r["outcome"], r["changed"]), ("done", "full"), r)


def test_cancel():
    with World("stubborn") as w:
        p = plugin()
        pre = preflight(p, w.target())
        a = action("rollback", w.target(), **{k: pre[k] for k in ("from", "to", "expect")})
        the_op = op()
        id = p.post("perform", {"op": the_op, "key": "INC-1/1", "deadline": 30, "action": a})
        wait_for(lambda: w.link() == "41")
        p.note("cancel", {"op": op()})  # another's
        time.sleep(0.3)
        check(id not in p.answers, "another op's cancel was taken")
        began = time.monotonic()
        p.note("cancel", {"op": the_op})
        r = p.answer(id)["result"]
        check(time.monotonic() - began < 3, "cancel takes long")
        same((r["outcome"], r["changed"]), ("failed", "partial"), r)
        check("cancelled" in r["detail"], r["detail"])
        # cancelled before it was sent: nothing is touched
        pre = preflight(p, w.target(), to="41")
        other = op()
        p.note("cancel", {"op": other})
        r = perform(p, w.target(), pre, the_op=other)["result"]
        same((r["outcome"], r["changed"]), ("failed", "none"), r)
        p.close()


def test_kill_then_reconcile():
    """kill -9 at many moments: what reconcile says is what the world is."""
    seen = {}
    for round in range(16):
        with World("slow" if round % 2 else "hup") as w:
            p = plugin()
            pre = preflight(p, w.target())
            a = action("rollback", w.target(), **{k: pre[k] for k in ("from", "to", "expect")})
            the_op = op()
            p.post("perform", {"op": the_op, "key": "INC-1/1", "deadline": 20, "action": a})
            time.sleep(0.0008 * round * round)
            p.kill()
            r = reconcile(w.target(), the_op, **{"from": "42", "to": "41"})
            if r["outcome"] == "running":
                time.sleep(2.5)
                r = reconcile(w.target(), the_op, **{"from": "42", "to": "41"})
            world = (w.link(), w.runs())
            seen[r["outcome"]] = seen.get(r["outcome"], 0) + 1
            if r["outcome"] == "done":
                same(world, ("41", "41"), r)
            elif r["outcome"] in ("not-started", "failed") and r["changed"] == "none":
                same(world, ("42", "42"), r)
            elif r["outcome"] in ("running", "failed"):
                same((world, r["changed"]), (("41", "42"), "partial"), r)
            else:
                check(False, r, world)
    check(len(seen) >= 2, "all kills fell into one moment:", seen)


def test_reconcile_while_it_performs():
    with World("slow") as w:
        p = plugin()
        pre = preflight(p, w.target())
        a = action("rollback", w.target(), **{k: pre[k] for k in ("from", "to", "expect")})
        the_op = op()
        id = p.post("perform", {"op": the_op, "key": "INC-1/1", "deadline": 20, "action": a})
        wait_for(lambda: w.link() == "41")
        same(reconcile(w.target(), the_op, **{"from": "42", "to": "41"})["outcome"], "running")
        same(p.answer(id)["result"]["outcome"], "done")
        same(reconcile(w.target(), op(), **{"from": "42", "to": "41"})["outcome"], "not-started", "an op never seen")
        p.close()


def test_directory_not_writable():
    if os.geteuid() == 0:
        print("     (root writes everywhere: the read-only directory is not tried)")
        return
    with World() as w:
        p = plugin()
        pre = preflight(p, w.target())
        os.chmod(w.dir, 0o555)
        same(bad_checks(preflight(p, w.target())), ["the directory can be written"])
        same(perform(p, w.target(), pre)["error"]["code"], UNAVAILABLE)
        os.chmod(w.dir, 0o755)
        same(w.link(), "42")
        p.close()


def test_freeze_and_resume():
    with World() as w:
        p = plugin()
        for verb, there in (("freeze", True), ("resume", False), ("pause", True), ("resume", False)):
            the_op = op()
            pre = p.result("preflight", {"action": action(verb, w.target(), **{"class": "stop"})})
            check(pre["ready"], pre)
            same(reconcile(w.target(), the_op, verb)["outcome"], "not-started")
            same(perform(p, w.target(), {}, verb=verb, the_op=the_op)["result"]["changed"], "full")
            same(os.path.exists(f"{w.dir}/.frozen"), there, verb)
            same(perform(p, w.target(), {}, verb=verb)["result"]["changed"], "none")
            same(reconcile(w.target(), the_op, verb)["outcome"], "done")
        same(w.runs(), "42")
        p.close()


def test_nonsense_is_refused():
    with World() as w:
        p = plugin()
        before = w.files()
        for to in ("../../etc", "a/b", "-rf", ".", "..", ".hidden", "x" * 300, "a b"):
            p.error("preflight", {"action": action("rollback", w.target(), to=to)}, BAD)
            m = perform(p, w.target(), {"from": "42", "to": to})
            same(m["error"]["code"], BAD, to)
        p.error("preflight", {"action": action("explode", w.target())}, BAD)
        p.error("preflight", {"action": action("rollback", {})}, BAD)
        p.error("preflight", {"action": action("rollback", w.target(reload={"signal": "KILL", "pid_file": "pid"}))}, BAD)
        p.error("preflight", {"action": action("rollback", {"dir": w.dir + "/nowhere"})}, NOT_FOUND)
        same(w.files(), before)
        p.close()


if __name__ == "__main__":
    main(dict(globals()))
