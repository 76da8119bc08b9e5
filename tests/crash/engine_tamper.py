#!/usr/bin/env python3
"""What lies on disk changed by somebody: kits, programs, files that others may write, secrets, the journal."""
import json
import os
import shutil
import sqlite3
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from engine_attack import begun, liar  # noqa: E402
from engine_lab import Gone, Lab, main, wait_for  # noqa: E402


def test_kit_changed_a_moment_before_the_fire():
    """Without an incident the kit on disk counts at once, not when somebody looks next."""
    with Lab() as lab:
        lab.engine()
        c = lab.client()
        c.until("deploy")
        panel = c.good("arm", {"action": "auth-rollback", "service": "auth"})
        with open(os.path.join(lab.kit, "kit.yaml")) as f:
            text = f.read()
        old = os.stat(os.path.join(lab.kit, "kit.yaml"))
        lab.write("kit.yaml", text.replace("armed: true ", "armed: false").replace("armed: true\n", "armed: false\n"))
        os.utime(os.path.join(lab.kit, "kit.yaml"), ns=(old.st_atime_ns, old.st_mtime_ns))
        r = c.ask("fire", {"digest": panel["digest"], "reason": "t", "service": "auth", "action": "auth-rollback"})
        assert r["status"] in (1, 2, 3), r
        time.sleep(0.3)
        assert not lab.effects()


def test_two_actions_of_one_target():
    """Another service's action that names the same target waits for the first, however it spells it."""
    with Lab(services=("auth", "shop")) as lab:
        with open(os.path.join(lab.kit, "services/shop.yaml")) as f:
            text = f.read()
        lab.write("services/shop.yaml", text.replace("verb: rollback,", "verb: rollback, target: {\"file\":   'auth'},"))
        lab.set("after", "1")
        engine, c = begun(lab)
        c.until("deploy", service="shop")
        b = lab.client()
        theirs = b.good("arm", {"action": "shop-rollback", "service": "shop"})
        first = c.fire("auth")
        r = b.ask("fire", {"digest": theirs["digest"], "reason": "t", "service": "shop", "action": "shop-rollback"})
        assert r["status"] == 1 and first["key"] in r["error"]["what"], r
        r = b.ask("arm", {"action": "shop-rollback", "service": "shop"})
        assert r["status"] == 1, r
        c.until("action.ended", outcome="done")
        assert len(lab.effects()) == 1


def test_kits_that_must_not_be_read():
    """Bombs of aliases, files that anybody may write, links that lead out, secrets that others read."""
    with Lab() as lab:
        kit = os.path.join(lab.kit, "kit.yaml")
        with open(kit) as f:
            good = f.read()
        bomb = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join("%s: &%s [%s]\n" % (b, b, ",".join(["*" + a] * 9)) for a, b in zip("abcdefgh", "bcdefghi"))
        start = time.monotonic()
        lab.write("kit.yaml", good + bomb)
        assert lab.run("check", lab.kit).returncode == 1 and time.monotonic() - start < 3
        lab.write("kit.yaml", good + "x: " + "[" * 20000 + "\n")
        assert lab.run("check", lab.kit).returncode == 1
        lab.write("kit.yaml", good)
        os.chmod(kit, 0o666)
        r = lab.run("check", lab.kit)
        assert r.returncode == 1 and "everybody may write" in r.stdout + r.stderr, r
        assert lab.run("engine", lab.kit).returncode == 2
        os.chmod(kit, 0o600)
        os.chmod(lab.kit, 0o777)
        assert lab.run("check", lab.kit).returncode == 1
        os.chmod(lab.kit, 0o755)
        outside = os.path.join(lab.top, "outside.yaml")
        shutil.copy(os.path.join(lab.kit, "services/auth.yaml"), outside)
        os.symlink(outside, os.path.join(lab.kit, "services/evil.yaml"))
        r = lab.run("check", lab.kit)
        assert r.returncode == 0 and "leads out" in r.stdout + r.stderr, r
        os.unlink(os.path.join(lab.kit, "services/evil.yaml"))
        os.mkfifo(os.path.join(lab.kit, "services/fifo.yaml"))
        assert lab.run("check", lab.kit, timeout=5).returncode == 1
        os.unlink(os.path.join(lab.kit, "services/fifo.yaml"))
        os.chmod(lab.plugin, 0o777)
        r = lab.engine()
        c = lab.client()
        wait_for(lambda: c.good("plugins")[0]["state"] == "failed")
        assert "by everyone" in c.good("plugins")[0]["why"], c.good("plugins")


def processes():
    for name in os.listdir("/proc"):
        if name.isdigit():
            try:
                yield int(name), open("/proc/%s/cmdline" % name, "rb").read(), open("/proc/%s/environ" % name, "rb").read()
            except OSError:
                continue


def test_secrets_are_found_nowhere():
    canary = {k: "CANARY-%s-%s" % (k, os.urandom(8).hex()) for k in ("file", "command", "env", "acting", "passed")}
    with Lab() as lab:
        path = os.path.join(lab.top, "secret")
        for name in ("file", "acting"):
            with open(path + "." + name, "w") as f:
                f.write(canary[name] + "\n")
            os.chmod(path + "." + name, 0o600)
        with open(os.path.join(lab.top, "vault"), "w") as f:
            f.write("#!/bin/sh\ncat %s.command\n" % path)
        os.chmod(os.path.join(lab.top, "vault"), 0o700)
        with open(path + ".command", "w") as f:
            f.write(canary["command"])
        lab.env.update(CANARY_ENV=canary["env"], CANARY_PASSED=canary["passed"], CANARY_OTHER="CANARY-other")
        with open(os.path.join(lab.kit, "kit.yaml")) as f:
            text = f.read()
        lab.write("kit.yaml", text.replace("settle: 1s", "settle: 1s, pass_env: [CANARY_PASSED], secrets: {a: {file: %s.file}, b: {command: [%s/vault]}, "
                                           "c: {env: CANARY_ENV}}, acting_secrets: {a: {file: %s.acting}}" % (path, lab.top, path)))
        # it gets them, says so without telling, and fails with its initialize in hand
        liar(lab, """
_initialize = initialize
def initialize(p):
    s = p["secrets"]
    r = _initialize(p)
    with open(path("got." + p["mode"]), "w") as f:
        f.write(" ".join(sorted(s)) + " " + str(all(v.startswith("CANARY-") for v in s.values())) + " " + str("CANARY_PASSED" in os.environ) + " " + str("CANARY_OTHER" in os.environ or "CANARY_ENV" in os.environ))
    return r
METHODS["initialize"] = initialize
""")
        engine, c = begun(lab)
        lab.set("after", "0.7")
        c.fire("auth")
        for pid, line, env in processes():
            for k, v in canary.items():
                assert v.encode() not in line, (k, "in the command line of", pid, line)
                mine = k in ("env", "passed")  # the lab's own environment, and what the kit passes on
                is_plugin = lab.plugin.encode() in line
                assert v.encode() not in env or (mine and (not is_plugin or k == "passed")), (k, "in the environment of", pid, line)
        c.until("action.ended", outcome="done")
        assert lab.get("got.watch") == "a b c True True False", lab.get("got.watch")
        assert lab.get("got.act") == "a True True False", lab.get("got.act")
        # a secret that cannot be had is named by its key alone
        os.chmod(path + ".acting", 0o644)
        r = c.ask("arm", {"action": "auth-rollback", "service": "auth"})
        assert r["status"] == 4 and "read" in json.dumps(r), r
        for words in (["log", "--raw", "--json"], ["show", "INC-1", "--json"], ["check", lab.kit, "--json"], ["plugin", "list", "--json"], ["status", "--json"], ["brief"]):
            r = lab.run(*words)
            assert "CANARY-" not in r.stdout + r.stderr, words
        hello = json.dumps([c.hello, c.snapshot, c.events, c.tells])
        assert "CANARY-" not in hello
        engine.terminate()
        engine.wait(10)
        for top, _, names in os.walk(lab.top):
            for name in names:
                full = os.path.join(top, name)
                if full.startswith(path) or not os.path.isfile(full):
                    continue
                with open(full, "rb") as f:
                    data = f.read()
                for k, v in canary.items():
                    assert v.encode() not in data, (k, "in", full)


# ---- the journal ----------------------------------------------------------------------------------------

def changed(path, sql):
    db = sqlite3.connect(path, timeout=5)
    db.execute("DROP TRIGGER IF EXISTS event_no_update")
    for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type='trigger'").fetchall():
        db.execute("DROP TRIGGER %s" % name)
    db.execute(sql)
    db.commit()
    db.close()


def test_journal_changed_while_it_runs():
    for sql, seq in (("UPDATE event SET body=replace(body,'bad','fine') WHERE seq=(SELECT min(seq) FROM event WHERE kind='incident.declared')", None),
                     ("DELETE FROM event WHERE seq=3", 3), ("UPDATE event SET actor='remy' WHERE seq=4", 4),
                     ("UPDATE event SET seq=900 WHERE seq=(SELECT max(seq) FROM event)", None), ("DELETE FROM event WHERE seq>5", None)):
        with Lab() as lab:
            engine, c = begun(lab)
            c.good("note", {"text": "a"})
            changed(lab.store, sql)
            # a tail that was cut or moved shows at the next commit: nothing fires on it
            r = c.ask("arm", {"action": "auth-rollback", "service": "auth"})
            if r["status"] == 0:
                c.ask("fire", {"digest": r["result"]["digest"], "reason": "t", "service": "auth", "action": "auth-rollback"})
            time.sleep(0.3)
            if "max(seq)" in sql or "seq>5" in sql:
                assert not lab.effects(), sql
            r = lab.run("verify", lab.store, "--json")
            found = json.loads(r.stdout)
            assert r.returncode == 1 and not found["ok"], (sql, r)
            assert seq is None or found["first_bad"]["seq"] == seq, (sql, found)


def test_an_older_copy_put_back_while_it_runs():
    """The file is another one: the engine says so, fires nothing more and ends; who saw more says that the journal went back."""
    with Lab() as lab:
        engine, c = begun(lab)
        old = {}
        for name in ("journal.db", "journal.db-wal"):
            full = os.path.join(lab.dir, name)
            if os.path.exists(full):
                with open(full, "rb") as f:
                    old[name] = f.read()
        for i in range(5):
            c.good("note", {"text": "seen %d" % i})
        assert lab.run("note", "its client remembers").returncode == 0
        panel = c.good("arm", {"action": "auth-rollback", "service": "auth"})
        for name in ("journal.db-shm", "journal.db-wal", "journal.db"):
            full = os.path.join(lab.dir, name)
            if os.path.exists(full):
                os.unlink(full)
            if name in old:
                with open(full, "wb") as f:
                    f.write(old[name])
                os.chmod(full, 0o600)
        try:
            r = c.ask("fire", {"digest": panel["digest"], "reason": "t", "service": "auth", "action": "auth-rollback"})
            assert r["status"] in (4, 5), r
        except Gone:
            pass
        assert engine.wait(15) == 4
        assert not lab.effects()
        # the same store, cut back: a person's next client has seen its head before, though the journal is longer by now
        lab.engine()
        c = lab.client()
        for _ in range(60):
            c.good("note", {"text": "grown since"})
        r = lab.run("note", "after")
        assert r.returncode == 0 and ("gone back" in r.stderr or "put back" in r.stderr), r


def test_the_same_file_cut_back_while_it_runs():
    """Written over in place by somebody with the engine's own rights: whatever it does meanwhile, verify finds it."""
    with Lab() as lab:
        engine, c = begun(lab)
        with open(lab.store, "r+b") as f:
            f.truncate(4096)
        if os.path.exists(lab.store + "-wal"):  # its -shm is mapped: who cuts that ends every SQLite by SIGBUS
            os.truncate(lab.store + "-wal", 0)
        for _ in range(3):
            try:
                c.ask("note", {"text": "x" * 5000})
            except (Gone, OSError):
                break
        engine.kill()
        engine.wait()
        assert lab.run("verify", lab.store).returncode != 0


if __name__ == "__main__":
    main(globals())
