#!/usr/bin/env python3
"""The store under trouble: a full disk and free again, a journal put back or rewritten, heads that leave the box."""
import os
import shutil
import signal
import subprocess
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from engine_auto import Auto, kinds  # noqa: E402
from engine_lab import Lab, main, wait_for  # noqa: E402


class SmallDisk:
    """A Lab whose store lies on a file system of 600 KiB; None where this user may mount nothing."""

    def __init__(self, kind=Lab, **more):
        self.lab = kind(**more)

    def __enter__(self):
        os.makedirs(self.lab.dir, 0o700)
        r = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=600k,mode=700", "none", self.lab.dir], stderr=subprocess.PIPE)
        self.mounted = r.returncode == 0
        return self.lab if self.mounted else None

    def __exit__(self, *why):
        self.lab.running and [p.poll() for p in self.lab.running]
        for pid in self.lab.engine_pids():
            os.kill(pid, signal.SIGTERM)
        try:
            wait_for(lambda: not self.lab.engine_pids(), 12)
        except AssertionError:
            for pid in self.lab.engine_pids():
                os.kill(pid, signal.SIGKILL)
            time.sleep(0.5)
        if self.mounted:
            subprocess.run(["umount", "-l", self.lab.dir])
        self.lab.__exit__(*why)


def fill(lab):
    path = os.path.join(lab.dir, "ballast")
    with open(path, "wb", buffering=0) as f:
        for size in (65536, 4096):
            try:
                while True:
                    f.write(b"x" * size)
            except OSError:
                pass
    return path


def full(lab, c):
    """Fill the disk until the engine itself has noticed."""
    path = fill(lab)
    wait_for(lambda: c.ask("note", {"text": "x" * 4000})["status"] == 4, 10)
    wait_for(lambda: any(t["what"] == "problem" and t["topic"] == "store" and t["text"] for t in c.tells) or c.read(), 5)
    return path


def test_full_disk_fires_nothing_and_recovers():
    with SmallDisk() as lab:
        if not lab:
            print("      (nothing may be mounted here: a full disk cannot be tried)")
            return
        engine = lab.engine()
        c = lab.client()
        c.until("deploy")
        c.good("declare", {"title": "bad", "services": ["auth"]})
        panel = c.good("arm", {"action": "auth-rollback", "service": "auth"})
        path = full(lab, c)
        words = {"digest": panel["digest"], "reason": "t", "service": "auth", "action": "auth-rollback"}
        r = c.ask("fire", words)
        assert r["status"] == 4, r
        assert "full" in r["error"]["what"], r
        assert lab.run("fire", "auth-rollback", "--reason", "t", "--yes").returncode == 4
        time.sleep(0.5)
        assert not lab.effects()
        os.unlink(path)
        wait_for(lambda: c.ask("note", {"text": "space again"})["status"] == 0, 10)
        wait_for(lambda: [t for t in c.tells if t["what"] == "problem" and t["topic"] == "store"][-1]["text"] == "" or c.read(), 5)
        r = c.ask("fire", words)
        if r["status"]:  # the panel was left open too long meanwhile
            c.fire("auth")
        c.until("action.ended", outcome="done")
        assert engine.poll() is None and len(lab.effects()) == 1
        lab.verify()


def test_a_full_disk_ends_a_countdown():
    """Nobody's no can be recorded meanwhile: with the space nothing fires whose zero has passed."""
    with SmallDisk(kind=Auto, veto="5s") as lab:
        if not lab:
            return
        c = lab.begun()
        lab.bad("auth")
        key = c.until("action.requested")["body"]["key"]
        path = full(lab, c)
        assert c.ask("veto", {"key": key})["status"] == 4
        time.sleep(5)  # past its zero, which only time makes
        os.unlink(path)
        wait_for(lambda: any(e["kind"] == "action.expired" and e["body"]["key"] == key for e in lab.log()), 10)
        assert "action.fired" not in kinds(lab) and not lab.effects()
        lab.verify()


def test_outcome_of_a_full_disk_is_not_lost():
    with SmallDisk() as lab:
        if not lab:
            return
        lab.set("after", "1")
        lab.engine()
        c = lab.client()
        c.until("deploy")
        c.good("declare", {"title": "bad", "services": ["auth"]})
        key = c.fire("auth")["key"]
        wait_for(lambda: lab.effects())
        path = full(lab, c)
        time.sleep(1.5)
        assert not any(e["kind"] == "action.ended" for e in c.events)
        os.unlink(path)
        e = c.until("action.ended", seconds=10)
        assert e["body"]["outcome"] == "done" and e["body"]["key"] == key, e
        lab.verify()


def stopped(lab):
    for pid in lab.engine_pids():
        os.kill(pid, signal.SIGTERM)
    wait_for(lambda: not lab.engine_pids())


def test_a_journal_put_back_is_noticed():
    with Lab() as lab:
        assert lab.run("note", "one").returncode == 0
        stopped(lab)
        for end in ("", "-wal"):
            if os.path.exists(lab.store + end):
                shutil.copy(lab.store + end, lab.top + "/older" + end)
        for i in range(20):
            assert lab.run("note", "more").returncode == 0
        stopped(lab)
        for end in ("", "-wal", "-shm"):
            if os.path.exists(lab.store + end):
                os.unlink(lab.store + end)
            if os.path.exists(lab.top + "/older" + end):
                shutil.copy(lab.top + "/older" + end, lab.store + end)
        r = lab.run("note", "after")
        assert r.returncode == 0 and "gone back" in r.stderr, r


def test_heads_leave_the_box():
    with Lab(more="anchors: [{file: heads}]\n") as lab:
        lab.engine()
        c = lab.client()
        c.until("deploy")
        c.good("declare", {"title": "bad", "services": ["auth"]})
        c.fire("auth")
        path = os.path.join(lab.kit, "heads")
        wait_for(lambda: os.path.exists(path) and open(path).read().endswith("\n"))
        c.until("action.ended", outcome="done")
        assert open(path).read().startswith("backout/head/1 " + c.hello["store"])
        r = lab.run("verify", lab.store, "--anchors", path)
        assert r.returncode == 0 and "1 held against it" in r.stdout, r
        stopped(lab)
        # a tail that was cut is whole in itself: only the head outside tells
        subprocess.run([sys.executable, "-c", """
import sqlite3, sys
d = sqlite3.connect(sys.argv[1])
for t, in d.execute("select name from sqlite_master where type='trigger'").fetchall():
    d.execute("drop trigger " + t)
d.execute("delete from event where seq > 6")
d.commit()
""", lab.store], check=True)
        r = lab.run("verify", lab.store, "--anchors", path)
        assert r.returncode == 1, r


if __name__ == "__main__":
    main(globals())
