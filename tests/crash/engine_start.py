#!/usr/bin/env python3
"""One engine a store: start races, stale files, files deleted under it, who else may come."""
import json
import os
import re
import signal
import subprocess
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from engine_lab import BACKOUT, Lab, main, wait_for  # noqa: E402


def test_ten_clients_end_on_one_engine():
    with Lab() as lab:
        started = [lab.start("note", "from %d" % i) for i in range(10)]
        for p in started:
            out, err = p.communicate(timeout=20)
            assert p.returncode == 0 and err == "", (p.returncode, out, err)
        assert len(lab.engine_pids()) == 1, lab.engine_pids()
        events = lab.log()
        assert sorted(e["body"]["text"] for e in events if e["kind"] == "note") == sorted("from %d" % i for i in range(10))
        assert len([e for e in events if e["kind"] == "engine"]) == 1
        lab.verify()


def test_clients_at_once_raise_no_false_alarm():
    """A client that is overtaken by another one, which saw more, must not say that the journal has gone back."""
    with Lab() as lab:
        lab.engine()
        for _ in range(6):
            ps = [lab.start("note", "n%d" % i) for i in range(8)]
            for p in ps:
                out, err = p.communicate(timeout=60)
                assert p.returncode == 0 and err == "", (p.returncode, out, err)


def test_second_engine_is_told_of_the_first():
    with Lab() as lab:
        first = lab.engine()
        r = lab.run("engine", lab.kit)
        assert r.returncode == 4 and str(first.pid) in r.stderr, r
        r = lab.run("engine", "--by-client", lab.kit)
        assert r.returncode == 0 and r.stdout == r.stderr == "", r


def test_stale_socket_and_lock():
    with Lab() as lab:
        first = lab.engine()
        os.kill(first.pid, signal.SIGKILL)
        first.wait()
        assert os.path.exists(lab.socket)
        r = lab.run("note", "after kill -9")
        assert r.returncode == 0, r
        pid, = lab.engine_pids()
        os.kill(pid, signal.SIGKILL)
        wait_for(lambda: not lab.engine_pids())
        with open(os.path.join(lab.dir, "lock"), "w") as f:
            f.write("no such thing\n" * 3)
        r = lab.run("note", "after a strange lock file")
        assert r.returncode == 0, r
        lab.verify()


def test_wrong_store_is_refused():
    with Lab() as lab:
        other = os.path.join(lab.dir, "other.db")
        lab.engine()
        for words in (("note", "x"), ("engine", lab.kit)):
            r = lab.run(*words, "--store", other)
            assert r.returncode == 2 and "journal.db" in r.stderr, r
        os.kill(lab.engine_pids()[0], signal.SIGTERM)
        wait_for(lambda: not lab.engine_pids())
        r = lab.run("note", "x", "--store", other)
        assert r.returncode == 2 and "journal.db" in r.stderr, r
        assert not os.path.exists(other)


def test_store_of_another_kit_is_refused():
    with Lab() as lab, Lab(name="second") as second:
        lab.engine().terminate()
        wait_for(lambda: not lab.engine_pids())
        r = second.run("engine", second.kit, "--store", lab.store)
        assert r.returncode == 2, r
        assert "lab" in r.stderr and "second" in r.stderr, r.stderr


def test_long_path_is_refused_with_the_mend():
    with Lab() as lab:
        deep = os.path.join(lab.top, "d" * 90, "journal.db")
        for words in (("note", "x"), ("engine", lab.kit)):
            r = lab.run(*words, "--store", deep)
            assert r.returncode == 2 and "100" in r.stderr and "engine: {socket" in r.stderr, r


def test_two_kits_side_by_side():
    with Lab(name="one") as one, Lab(name="two") as two:
        a, b = one.engine(), two.engine()
        assert one.client().hello["kit"] == "one" and two.client().hello["kit"] == "two"
        a.terminate()
        a.wait(10)
        assert two.client().good("status")["engine"] == "running" and b.poll() is None


def test_socket_deleted_under_a_living_engine():
    with Lab() as lab:
        engine = lab.engine()
        os.unlink(lab.socket)
        wait_for(lambda: os.path.exists(lab.socket), 5)
        assert lab.client().hello["pid"] == engine.pid
        assert lab.run("note", "still the same").returncode == 0
        assert lab.engine_pids() == [engine.pid]


def loses(lab, what):
    engine = lab.engine()
    client = lab.client()
    what()
    assert engine.wait(10) == 4
    err = engine.stderr.read()
    assert "deleted or replaced" in err, err
    try:
        while True:
            client.read()
    except Exception:
        pass
    assert any(t["what"] == "problem" and "deleted or replaced" in t["text"] for t in client.tells), client.tells


def test_store_deleted_under_a_living_engine():
    with Lab() as lab:
        def delete():
            for end in ("", "-wal", "-shm"):
                if os.path.exists(lab.store + end):
                    os.unlink(lab.store + end)
        loses(lab, delete)
        r = lab.run("note", "a new store")
        assert r.returncode == 0, r
        lab.verify()


def test_lock_deleted_under_a_living_engine():
    with Lab() as lab:
        loses(lab, lambda: os.unlink(os.path.join(lab.dir, "lock")))


def test_store_replaced_under_a_living_engine():
    with Lab() as lab:
        def replace():
            with open(lab.store, "rb") as f:
                data = f.read()
            with open(lab.store + ".copy", "wb") as f:
                f.write(data)
            os.rename(lab.store + ".copy", lab.store)
        loses(lab, replace)


def test_replace_with_an_incident_open():
    with Lab() as lab:
        first = lab.engine()
        client = lab.client()
        client.good("declare", {"title": "bad", "services": ["auth"]})
        second = lab.engine("--replace")
        assert first.wait(10) == 0
        again = lab.client()
        assert again.hello["pid"] == second.pid
        assert [i["incident"] for i in again.good("status")["incidents"]] == ["INC-1"]
        assert [e["body"]["what"] for e in lab.log() if e["kind"] == "engine"] == ["started", "replaced", "started"]
        lab.verify()


def test_console_follows_over_a_replacement():
    """A line command that waits over the change of engines gets its answer from the second."""
    with Lab() as lab:
        lab.engine()
        lab.set("after", "3")
        fire = lab.start("fire", "auth-rollback", "--reason", "t", "--yes")
        wait_for(lambda: lab.effects())
        lab.engine("--replace")
        out, err = fire.communicate(timeout=30)
        assert fire.returncode == 0 and "done" in out, (fire.returncode, out, err)
        assert len(lab.effects()) == 1


def test_two_people_with_one_uid():
    with Lab() as lab:
        with open(os.path.join(lab.kit, "kit.yaml")) as f:
            text = f.read()
        lab.write("kit.yaml", text.replace("uid: 54321", "uid: %d" % os.getuid()))
        r = lab.run("check", lab.kit)
        assert r.returncode != 0 and "uid" in r.stdout + r.stderr, r
        assert lab.run("engine", lab.kit).returncode == 2


def test_run_user_gone():
    """The login's runtime directory vanishes at logout: nothing of an engine lies there."""
    with Lab() as lab:
        run = lab.env["XDG_RUNTIME_DIR"] = os.path.join(lab.top, "run")
        os.mkdir(run, 0o700)
        lab.engine()
        c = lab.client()
        assert os.listdir(run) == [], os.listdir(run)
        os.rmdir(run)
        c.good("note", {"text": "logged out"})
        assert lab.run("note", "and in again").returncode == 0
        assert lab.run("status").returncode == 0


def test_status_is_the_engines():
    """A running engine is asked for the one object, and says what its store says; its kit on disk is not looked at."""
    with Lab() as lab:
        engine = lab.engine()
        c = lab.client()
        c.good("declare", {"title": "t", "services": ["auth"]})
        service = os.path.join(lab.kit, "services", "auth.yaml")
        with open(service, "a") as f:
            f.write("no: such: yaml\n")
        alive = json.loads(lab.run("status", "--json").stdout)
        assert alive["engine"] == "running" and [i["services"] for i in alive["incidents"]] == [["auth"]], alive
        line = lab.run("status").stdout
        assert line.startswith("TEST lab  INC-1 auth 0:0"), line
        c.close()
        engine.terminate()
        engine.wait(20)
        with open(service) as f:
            text = f.read()
        with open(service, "w") as f:
            f.write(text.replace("no: such: yaml\n", ""))
        dead = json.loads(lab.run("status", "--json").stdout)
        assert dead["engine"] == "none" and list(dead) == list(alive), dead
        assert [i["incident"] for i in dead["incidents"]] == ["INC-1"] and not lab.run("status").stderr == ""


def test_modes():
    with Lab() as lab:
        lab.engine()
        assert os.stat(lab.dir).st_mode & 0o777 == 0o700
        for name in ("journal.db", "engine.sock", "lock"):
            assert os.stat(os.path.join(lab.dir, name)).st_mode & 0o777 == 0o600, name


def test_another_uid_reads_only():
    if os.getuid() != 0:
        print("      (not root: another uid cannot be tried)")
        return
    with Lab() as lab:
        lab.engine()
        for d in (lab.top, lab.state, os.path.join(lab.state, "backout"), lab.dir):
            os.chmod(d, 0o755)
        os.chmod(lab.socket, 0o666)
        code = """
import os, sys
sys.path.insert(0, %r)
from engine_lab import Client
c = Client(%r)
assert c.hello["person"] is None and c.hello["uid"] == 65534, c.hello
assert c.good("status")["engine"] == "running"
assert c.good("read", {"from": 1, "limit": 2})["events"][0]["kind"] == "store"
for do, params in (("note", {"text": "x"}), ("declare", {"title": "x", "services": ["auth"]}), ("report", {"signal": "other"}),
        ("arm", {"action": "auth-rollback", "service": "auth"}), ("fire", {"digest": "x", "reason": "r", "service": "auth", "action": "auth-rollback"}),
        ("pin", {"service": "auth", "version": "42", "reason": "r"}), ("close", {"as": "reverted"}), ("stop", {})):
    r = c.ask(do, params)
    assert r["status"] in (1, 2, 3), (do, r)
    if do != "close":
        assert r["status"] == 3, (do, r)
""" % (os.path.dirname(os.path.abspath(__file__)), lab.socket)
        p = subprocess.run(["setpriv", "--reuid=65534", "--clear-groups", sys.executable, "-B", "-c", code],
                           stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        assert p.returncode == 0, p.stdout
        assert not [e for e in lab.log() if e["kind"] in ("note", "incident.declared", "action.armed", "pin")]


def test_engine_of_a_client_leaves_when_not_needed():
    """Not waited for whole (60 s): that it does not leave early, and what keeps it, is looked at."""
    with Lab() as lab:
        assert lab.run("note", "x").returncode == 0
        time.sleep(3)
        assert len(lab.engine_pids()) == 1


def test_bad_lines_end_the_client_alone():
    with Lab() as lab:
        lab.engine()
        for junk in (b"{\n", b"\x00\xff\n", b"[" * 5000 + b"\n", b"{" + b'"a":1,' * 20000 + b"}\n", b"x" * 300000):
            c = lab.client(follow=False)
            try:
                c.sock.sendall(junk)
                while True:
                    c.read()
            except Exception:
                pass
        c = lab.client()
        assert c.ask("nonsense")["status"] == 2
        assert c.ask("note", {"text": "x"}, ask="short")["status"] == 2
        assert c.good("status")["engine"] == "running"


def test_a_client_that_does_not_read_costs_little():
    with Lab() as lab:
        engine = lab.engine()
        deaf = lab.client()
        c = lab.client()
        before = rss(engine.pid)
        for i in range(500):
            c.good("note", {"text": "%d " % i + "x" * 7900})
        if not sanitized():  # whose quarantine keeps what was freed
            assert rss(engine.pid) - before < 24 << 20, (before, rss(engine.pid))
        last = c.snapshot["chain"] and c.events[-1]["seq"]
        newest = 0
        deaf.sock.settimeout(5)
        try:
            while newest < last:
                deaf.snapshot = None
                deaf.read()
                if deaf.snapshot:
                    newest = deaf.snapshot["model"]["seq"]
                elif deaf.events:
                    newest = max(newest, deaf.events[-1]["seq"])
        except TimeoutError:
            pass
        assert newest >= last, (newest, last)
        assert len(deaf.events) < 400, "every event was kept for one that does not read"


def sanitized():
    with open(BACKOUT, "rb") as f:
        return b"__asan_init" in f.read()


def rss(pid):
    with open("/proc/%d/status" % pid) as f:
        return int(re.search(r"VmRSS:\s+(\d+)", f.read()).group(1)) << 10


if __name__ == "__main__":
    main(globals())
