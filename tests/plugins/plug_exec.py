#!/usr/bin/env python3
"""backout-plugin-exec: what it runs, what it never runs, and what it says came of it."""
import json
import os
import signal
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from plug_lib import Dir, Plugin, action, check, main, op, program, same, wait_for  # noqa: E402

DENIED, BAD, CONFLICT, UNAVAILABLE, DEADLINE, UNSURE = -32001, -32602, -32003, -32000, -32004, -32603


def plugin(config, env=None, mode="act"):
    p = Plugin(program("exec"), env=env)
    p.start(config, mode=mode)
    return p


def perform(p, target, deadline=10, the_op=None, **more):
    a = action("rollback", target, **{"from": "42", "to": "41", **more})
    return p.ask("perform", {"op": the_op or op(), "key": "INC-1/1", "deadline": deadline, "action": a}, deadline + 10)


def reconcile(config, target, the_op):
    p = plugin(config)
    r = p.result("reconcile", {"op": the_op, "key": "INC-1/1", "action": action("rollback", target, **{"from": "42", "to": "41"})})
    p.close()
    return r


# (allow, command, more of A, allowed?)
ROWS = [
    ([["true"]], ["true"], {}, True),
    ([["true"]], ["true", "x"], {}, False),
    ([["true", "x"]], ["true"], {}, False),
    ([["true"]], ["false"], {}, False),
    ([["true"]], ["True"], {}, False),
    ([["true"]], ["/bin/true"], {}, False),
    ([["true"]], ["true;id"], {}, False),
    ([["true", "{{to}}"]], ["true", "41"], {}, True),
    ([["true", "{{to}}"]], ["true", "{{to}}"], {}, True),
    ([["true", "{{to}}"]], ["true", "42"], {}, False),
    ([["true", "{{to}}"]], ["true", "{{from}}"], {}, False),
    ([["true", "v{{to}}"]], ["true", "v{{to}}"], {}, True),
    ([["true", "{{service}}", "{{to}}"]], ["true", "{{to}}", "{{service}}"], {}, False),
    ([["true", "{{target.ns}}"]], ["true", "shop"], {"t": {"ns": "shop"}}, True),
    ([["true", "{{target.ns}}"]], ["true", "other"], {"t": {"ns": "shop"}}, False),
    ([["true", "{{target.n}}"]], ["true", "5"], {"t": {"n": 5}}, True),
    ([["true", "{{target.missing}}"]], ["true", ""], {}, False),
    ([["true", "{{nonsense}}"]], ["true", "x"], {}, False),
    # a shell's words mean nothing here: they are characters, and must fit as such
    ([["true", "{{to}}"]], ["true", "41; rm -rf /"], {}, False),
    ([["true", "{{to}}"]], ["true", "$(id)"], {}, False),
    ([["true", "{{to}}"]], ["true", "`id`"], {}, False),
    ([["true", "{{to}}"]], ["true", "41 && id"], {}, False),
    ([["true", "{{to}}"]], ["true", "41|id"], {}, False),
    ([["true", "{{to}}"]], ["true", "41\nid"], {}, False),
    ([["true", "*"]], ["true", "41\nid"], {}, False),
    ([["true", "*"]], ["true", "41\u007f"], {}, False),
    ([["true", "*"]], ["true", "\u001b[2J"], {}, False),
    ([["true", "*"]], ["true", "$HOME;`id`|x"], {}, True),
    # options
    ([["true", "{{to}}"]], ["true", "{{to}}"], {"to": "--force"}, False),
    ([["true", "{{to}}"]], ["true", "--force"], {"to": "--force"}, False),
    ([["true", "*"]], ["true", "--force"], {}, False),
    ([["true", "*"]], ["true", "-f"], {}, False),
    ([["true", "--to=*"]], ["true", "--to=41"], {}, True),
    ([["true", "--to={{to}}"]], ["true", "--to={{to}}"], {"to": "--force"}, True),
    ([["true", "-*"]], ["true", "-x"], {}, True),
    ([["true", "--to=*"]], ["true", "--from=41"], {}, False),
    ([["true", "{{to}}"]], None, {"to": "--force"}, False),
    ([["true", "--to={{to}}"]], None, {"to": "--force"}, True),
    ([["true", "{{to}}"]], None, {}, True),
    # stars and paths
    ([["true", "/srv/*/app"]], ["true", "/srv/auth/app"], {}, True),
    ([["true", "/srv/*/app"]], ["true", "/srv/auth/x/app"], {}, False),
    ([["true", "/srv/*/app"]], ["true", "/srv/../app"], {}, False),
    ([["true", "/srv/*"]], ["true", "/srv/.."], {}, False),
    ([["true", "--dir=*"]], ["true", "--dir=.."], {}, False),
    ([["true", "*"]], ["true", "..."], {}, True),
    ([["true", "a*b*c"]], ["true", "axxbyyc"], {}, True),
    ([["true", "a*b*c"]], ["true", "axxbyy"], {}, False),
    ([["true", "a*a*a*a*a*a*a*a*b"]], ["true", "a" * 200], {}, False),
    ([["true", "?"]], ["true", "x"], {}, False),
    ([["true", "[a-z]"]], ["true", "x"], {}, False),
    # several patterns; a list must fit one of them as a whole
    ([["true", "a"], ["true", "b"]], ["true", "b"], {}, True),
    ([["true", "a", "b"], ["true", "c", "d"]], ["true", "a", "d"], {}, False),
    ([], ["true"], {}, False),
    # what is not a list of words
    ([["true"]], "true", {}, False),
    ([["true"]], [], {}, False),
    ([["true"]], [["true"]], {}, False),
    ([["true"]], ["true", 5], {}, False),
    ([["true"]], [""], {}, False),
    ([["true", "{{reason}}"]], ["true", "{{reason}}"], {"reason": "it's; $(bad) — 100 %"}, True),
    ([["true", "{{reason}}"]], ["true", "{{reason}}"], {"reason": "two\nlines"}, False),
    ([["true", "{{reason}}"]], ["true", "{{reason}}"], {"reason": "-rf"}, False),
    ([["true", "{{by}}"]], ["true", "{{by}}"], {"by": "{{to}}"}, True),
]


def test_allow_list():
    for allow, command, more, allowed in ROWS:
        p = plugin({"allow": allow})
        more = dict(more)
        target = {**({} if command is None else {"command": command}), **more.pop("t", {})}
        a = action("rollback", target, **{"from": "42", "to": "41", **more})
        m = p.ask("preflight", {"action": a})
        check(("result" in m) == allowed, allow, command, more, m)
        m = perform(p, target, **more)
        check((m.get("result") or {}).get("outcome") == ("done" if allowed else None), allow, command, more, m)
        if not allowed:
            same(m["error"]["code"], DENIED, m)
        p.close()
    print(f"     ({len(ROWS)} rows)")


def test_config_that_is_wrong():
    for bad in ({"allow": ["true"]}, {"allow": [[]]}, {"allow": [["true"]], "exit": {"3": ["perhaps"]}},
                {"allow": [["true"]], "exit": {"*": ["failed", "some"]}}, {"allow": [], "state": "/nonexistent"}):
        p = Plugin(program("exec"))
        p.error("initialize", {"protocol": 1, "mode": "act", "backend": "b", "environment": "t", "config": bad, "secrets": {}}, BAD)
        p.close()


def test_words_arrive_unchanged_and_no_shell():
    with Dir() as d:
        out = f"{d}/argv"
        script = "import sys; open(sys.argv[1], 'w').write(repr(sys.argv[2:]))"
        hard = ["a b", "", "$HOME", "`id`", "*", "'\"", "über \U0001f4a9", "\\"]
        argv = ["python3", "-c", script, out] + hard
        p = plugin({"allow": [["python3", "-c", script, out, "a b", "", "$HOME", "`id`", "*", "'\"", "über \U0001f4a9", "\\"]]})
        r = perform(p, {"command": argv})["result"]
        same((r["outcome"], r["changed"]), ("done", "full"), r)
        with open(out, encoding="utf-8") as f:
            same(f.read(), repr(hard))
        p.close()


def test_single_pattern_is_the_command():
    p = plugin({"allow": [["echo", "{{service}}", "{{to}}"]]})
    pre = p.result("preflight", {"action": action("rollback", {}, to="41")})
    check(pre["ready"], pre)
    same(pre["command"], "echo auth 41")
    r = perform(p, {})["result"]
    same(r["evidence"]["output"], "auth 41\n")
    same(r["evidence"]["argv"], ["echo", "auth", "41"])
    p.close()
    p = plugin({"allow": [["echo", "*"]]})
    p.error("preflight", {"action": action("rollback", {}, to="41")}, BAD)
    p.close()


def test_environment_is_scrubbed():
    p = plugin({"allow": [["env"]], "env": {"KUBECONFIG": "/x", "bad-name": "y", "LANG": "C"}},
               env={"SECRET_TOKEN": "hunter2", "LD_PRELOAD": "", "PYTHONPATH": "/evil", "BASH_ENV": "/evil"})
    out = perform(p, {})["result"]["evidence"]["output"]
    got = dict(line.split("=", 1) for line in out.strip().split("\n"))
    allowed = {"PATH", "HOME", "USER", "LANG", "TZ", "TMPDIR", "KUBECONFIG"} | {k for k in got if k.startswith("BACKOUT_")}
    same(set(got) - allowed, set(), "leaked")
    same((got["KUBECONFIG"], got["LANG"], got["BACKOUT_BY"], got["BACKOUT_REASON"]), ("/x", "C", "maya", "logins fail"))
    check("hunter2" not in out, out)
    p.close()


def test_no_descriptors_leak():
    p = plugin({"allow": [["ls", "/proc/self/fd"]]})
    out = perform(p, {})["result"]["evidence"]["output"].split()
    same(sorted(int(x) for x in out), [0, 1, 2, 3], "3 is ls' own")
    p.close()


def test_exit_status():
    config = {"allow": [["sh", "-c", "exit *"], ["sh", "-c", "kill -* $$"]],
              "exit": {"3": ["failed", "none"], "4": ["done", "none"], "5": ["unknown"], "6": ["failed", "partial"]}}
    p = plugin(config)
    for code, want in ((0, ("done", "full")), (1, ("failed", "unknown")), (3, ("failed", "none")), (4, ("done", "none")),
                       (6, ("failed", "partial")), (255, ("failed", "unknown"))):
        r = perform(p, {"command": ["sh", "-c", f"exit {code}"]})["result"]
        same((r["outcome"], r["changed"]), want, code)
        same(r["evidence"]["exit"], code)
    same(perform(p, {"command": ["sh", "-c", "exit 5"]})["error"]["code"], UNSURE)
    for sig in (9, 15, 6):
        same(perform(p, {"command": ["sh", "-c", f"kill -{sig} $$"]})["error"]["code"], UNSURE, f"signal {sig}")
    p.close()


def test_program_that_is_not_there():
    with Dir() as d:
        with open(f"{d}/open", "w", encoding="utf-8") as f:
            f.write("#!/bin/sh\n")
        os.chmod(f"{d}/open", 0o777)
        with open(f"{d}/data", "w", encoding="utf-8") as f:
            f.write("x")
        for name in ("no-such-program", "/no/such", d, f"{d}/open", f"{d}/data", "./nothing"):
            p = plugin({"allow": [[name]]})
            pre = p.result("preflight", {"action": action("rollback", {}, to="41")})
            same([c["name"] for c in pre["checks"] if not c["ok"]], ["the program is there"], name)
            if name != f"{d}/open":
                same(perform(p, {})["error"]["code"], UNAVAILABLE, name)
            p.close()


def test_output_flood():
    script = "import sys; [(sys.stdout.write('x' * 10000), sys.stderr.write('y' * 10000)) for i in range(3000)]"
    p = plugin({"allow": [["python3", "-c", script]]})
    r = perform(p, {"command": ["python3", "-c", script]}, deadline=60)["result"]
    same((r["outcome"], r["evidence"]["output_bytes"], len(r["evidence"]["output"])), ("done", 30000000, 65536))
    with open(f"/proc/{p.p.pid}/status", encoding="utf-8") as f:
        rss = [int(line.split()[1]) for line in f if line.startswith("VmHWM")][0]
    check(rss < 24000 or "PLUG_WRAP" in os.environ or "ASAN_OPTIONS" in os.environ, "peak memory", rss, "kB")
    p.close()


def test_output_that_is_hostile():
    script = r"import os; os.write(1, b'\xff\xfe\x00\x1b[2J\r\n\xc3'); os.write(2, b'\x1b]0;x\x07\xed\xa0\x80')"
    p = plugin({"allow": [["python3", "-c", script]]})
    r = perform(p, {})["result"]
    same(r["outcome"], "done")
    json.dumps(r).encode("utf-8")  # no lone surrogates came through
    p.close()


def test_deadline():
    with Dir() as d:
        p = plugin({"allow": [["sh", "-c", "sleep 30; touch *"], ["sh", "-c", f"(trap '' TERM; sleep 30; touch {d}/late) & wait"]]})
        began = time.monotonic()
        m = perform(p, {"command": ["sh", "-c", f"(trap '' TERM; sleep 30; touch {d}/late) & wait"]}, deadline=1)
        same(m["error"]["code"], DEADLINE, m)
        check(time.monotonic() - began < 3, "the deadline passed unheard")
        p.close()
        p = plugin({"allow": [["sleep", "30"]], "timeout": 0.5})
        same(perform(p, {}, deadline=20)["error"]["code"], UNSURE, "the kit's own time-out")
        p.close()


def test_progress_and_cancel():
    p = plugin({"allow": [["sleep", "30"], ["sh", "-c", "trap 'exit 0' TERM; sleep 30 & wait"], ["sh", "-c", "trap '' TERM; sleep 30"]]})
    for command, want, most in ((["sleep", "30"], ("failed", "unknown"), 2),
                                (["sh", "-c", "trap 'exit 0' TERM; sleep 30 & wait"], ("done", "full"), 2),
                                (["sh", "-c", "trap '' TERM; sleep 30"], ("failed", "unknown"), 9)):
        the_op = op()
        a = action("rollback", {"command": command}, **{"from": "42", "to": "41"})
        id = p.post("perform", {"op": the_op, "key": "k", "deadline": 60, "action": a})
        wait_for(lambda: [n for n in p.of("progress") if n["op"] == the_op])
        time.sleep(0.2)
        began = time.monotonic()
        p.note("cancel", {"op": the_op})
        r = p.answer(id)["result"]
        same((r["outcome"], r["changed"]), want, command)
        check(time.monotonic() - began < most, command, "took", time.monotonic() - began)
    p.close()


def test_eof_while_performing_finishes():
    with Dir() as d:
        p = plugin({"allow": [["sh", "-c", "sleep 1; echo ok > *"], ["sh", "-c", f"sleep 1; echo ok > {d}/done"]]})
        a = action("rollback", {"command": ["sh", "-c", f"sleep 1; echo ok > {d}/done"]}, **{"from": "42", "to": "41"})
        p.post("perform", {"op": op(), "key": "k", "deadline": 10, "action": a})
        time.sleep(0.2)
        p.close()
        check(os.path.exists(f"{d}/done"), "it was not finished")


def test_version_command():
    with Dir() as d:
        def say(v):
            with open(f"{d}/v", "w", encoding="utf-8") as f:
                f.write(v)
        config = {"allow": [["sh", "-c", f"echo {{{{to}}}} > {d}/v"]], "version": ["cat", f"{d}/v"], "every": 0.2}
        p = plugin(config)
        say("42\n")
        pre = p.result("preflight", {"action": action("rollback", {}, to="41")})
        same((pre["ready"], pre["from"], pre["to"]), (True, "42", "41"), pre)
        say("40\n")
        same(perform(p, {})["error"]["code"], CONFLICT)
        say("not a version\n")
        same(perform(p, {})["error"]["code"], UNAVAILABLE)
        say("42\n")
        same(perform(p, {})["result"]["changed"], "full")
        same(perform(p, {})["result"]["changed"], "none", "again")
        p.close()
        w = plugin(config, mode="watch")
        w.result("watch", {"deploys": [{"service": "auth", "target": {}}], "signals": []})
        wait_for(lambda: w.of("deploy") and w.of("deploy")[-1]["version"] == "41")
        say("43\n")
        d1 = wait_for(lambda: w.of("deploy")[-1]["version"] == "43" and w.of("deploy")[-1])
        same(d1["previous"], "41")
        w.close()


def test_own_preflight():
    for code, ready in ((0, True), (1, False)):
        p = plugin({"allow": [["true"]], "preflight": ["sh", "-c", f"echo looked; exit {code}"]})
        pre = p.result("preflight", {"action": action("rollback", {}, to="41")})
        same(pre["ready"], ready)
        check("looked" in json.dumps(pre["checks"]), pre)
        p.close()


def test_reconcile():
    with Dir() as d:
        plain = {"allow": [["sleep", "*"], ["true"], ["false"]]}
        same(reconcile(plain, {"command": ["true"]}, op())["outcome"], "unknown", "nothing to go by")
        for text, want in (("done", ("done", "full")), ("failed partial\\nhalf", ("failed", "partial")), ("running", ("running", "unknown")),
                           ("not-started", ("not-started", "none")), ("perhaps", ("unknown", "unknown")), ("", ("unknown", "unknown"))):
            r = reconcile({**plain, "reconcile": ["printf", text]}, {"command": ["true"]}, op())
            same((r["outcome"], r["changed"]), want, text)
        r = reconcile({**plain, "reconcile": ["sh", "-c", "echo done; exit 1"]}, {"command": ["true"]}, op())
        same(r["outcome"], "unknown", "a reconcile that fails says nothing")
        state = {**plain, "state": d}
        same(reconcile(state, {"command": ["true"]}, op())["outcome"], "not-started")
        for command, want in ((["true"], ("done", "full")), (["false"], ("failed", "unknown"))):
            the_op = op()
            p = plugin(state)
            perform(p, {"command": command}, the_op=the_op)
            m = perform(p, {"command": command}, the_op=the_op)["result"]
            same((m["outcome"], m["changed"]), want, "the same op again is answered from the record")
            p.close()
            r = reconcile(state, {"command": command}, the_op)
            same((r["outcome"], r["changed"]), want, command)


def test_kill_then_reconcile():
    with Dir() as d:
        state = {"allow": [["sleep", "2"]], "state": d}
        the_op = op()
        p = plugin(state)
        p.post("perform", {"op": the_op, "key": "k", "deadline": 30, "action": action("rollback", {}, **{"from": "42", "to": "41"})})
        wait_for(lambda: p.of("progress"))
        time.sleep(0.3)
        p.kill()
        same(reconcile(state, {}, the_op)["outcome"], "running", "the program goes on without us")
        time.sleep(2.2)
        same(reconcile(state, {}, the_op)["outcome"], "unknown", "it ended and nobody saw how")


def test_signals():
    config = {"allow": [["printf", "*"], ["false"], ["sleep", "9"], ["echo", "{{service}}"]]}
    p = plugin(config, mode="watch")
    rows = {"plain": ("printf 0.25", 0.25, False), "json": ('["printf", "{\\"value\\": 3, \\"n\\": 60}"]', 3, False),
            "none": ('["printf", ""]', None, False), "bad": ("printf abc", None, True), "nan": ("printf nan", None, True),
            "inf": ("printf 1e999", None, True), "exit": ("false", None, True), "slow": ("sleep 9", None, True),
            "words": ("echo {{service}}", None, True), "denied": ("rm -rf /", None, True), "empty": ("", None, True)}
    p.result("watch", {"deploys": [], "signals": [{"service": "s", "signal": k, "query": q, "every": 0.5} for k, (q, _, _) in rows.items()]})
    seen = {}

    def all_seen():
        for s in p.of("samples"):
            for v in s["values"]:
                seen.setdefault(v["signal"], v)
        return len(seen) == len(rows)
    wait_for(all_seen, 6, "a sample of each")
    for k, (_, value, failed) in rows.items():
        same((seen[k]["value"], "error" in seen[k]), (value, failed), k)
    same(seen["json"]["n"], 60)
    check("allow" in seen["denied"]["error"], seen["denied"])
    p.close()


if __name__ == "__main__":
    signal.signal(signal.SIGPIPE, signal.SIG_IGN)
    main(dict(globals()))
