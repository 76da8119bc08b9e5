#!/usr/bin/env python3
"""Attacks over the socket: clients that grab, send junk, fire what they may not, or are somebody else."""
import json
import os
import random
import re
import socket
import subprocess
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from engine_lab import BACKOUT, Gone, Lab, PLUGIN, main, wait_for  # noqa: E402

PYTHON = "/usr/bin/python3" if os.path.exists("/usr/bin/python3") else sys.executable  # one that others may run, too
HELLO = b'{"hello":{"protocol":1,"build":"attack","role":"observer"}}\n'


def rss(pid):
    with open("/proc/%d/status" % pid) as f:
        return int(re.search(r"VmRSS:\s+(\d+)", f.read()).group(1)) // 1024


def connect(lab):
    s = socket.socket(socket.AF_UNIX)
    s.connect(lab.socket)
    s.settimeout(10)
    return s


def begun(lab):
    engine = lab.engine()
    c = lab.client()
    c.until("deploy")
    c.good("declare", {"title": "bad", "services": ["auth"]})
    return engine, c


BASE = open(PLUGIN).read().rsplit("\nmain()", 1)[0]


def liar(lab, code):
    """The lab's plugin with some of its words changed."""
    with open(lab.plugin + ".new", "w") as f:
        f.write(BASE + "\n" + code + "\nmain()\n")
    os.rename(lab.plugin + ".new", lab.plugin)


def served(lab):
    """Another client is served within 3 s; one that is let go tries again, as ours do."""
    def once():
        try:
            c = lab.client("observer")
            c.good("status")
            c.close()
            return True
        except (OSError, Gone):
            return False
    wait_for(once, 3)


# ---- the socket ------------------------------------------------------------------------------------

def more_by_sanitizers():
    """A sanitizer keeps what was freed for a while: MiB that are none of the engine's."""
    with open(BACKOUT, "rb") as f:
        return 200 if b"__asan_report" in f.read() else 0


def test_asks_whose_answers_nobody_reads():
    """One line of 16 bytes is answered by a snapshot: a heap of them must not become a heap of snapshots."""
    with Lab() as lab:
        engine, c = begun(lab)
        for _ in range(200):
            c.good("note", {"text": "x" * 7000})
        before = rss(engine.pid)
        for heap in (b'{"follow":true}\n' * 4000, b'{"id":1,"ask":"","do":"read","params":{"from":1,"limit":2000}}\n' * 1000):
            s = connect(lab)
            s.sendall(HELLO)
            s.settimeout(0.5)
            try:
                s.sendall(heap)
            except (TimeoutError, socket.timeout):
                pass
            for _ in range(15):
                time.sleep(0.1)
                assert rss(engine.pid) < before + 40 + more_by_sanitizers(), (before, rss(engine.pid))
            served(lab)
            # and who does read gets every one of them
            s.settimeout(20)
            got = 0
            while got < 20:
                got += s.recv(1 << 20).count(b'{"snapshot"' if b"follow" in heap else b'{"reply"')
            s.close()


def test_half_open_clients():
    """Lines that say nothing neither keep others out nor stay."""
    with Lab() as lab:
        engine, c = begun(lab)
        before = len(os.listdir("/proc/%d/fd" % engine.pid))
        held = [connect(lab) for _ in range(250)]
        wait_for(lambda: len(os.listdir("/proc/%d/fd" % engine.pid)) > before + 90)
        assert len(os.listdir("/proc/%d/fd" % engine.pid)) < before + 110
        c.good("note", {"text": "who is seated stays"})
        wait_for(lambda: len(os.listdir("/proc/%d/fd" % engine.pid)) <= before + 1, 20)
        assert lab.run("note", "there is room again").returncode == 0
        for s in held:
            s.close()


def test_thousands_of_connections():
    with Lab() as lab:
        engine, c = begun(lab)
        before, fds = rss(engine.pid), len(os.listdir("/proc/%d/fd" % engine.pid))
        for i in range(3000):
            s = connect(lab)
            try:
                s.sendall((HELLO, b"\n", b'{"he')[i % 3])
            except OSError:
                pass  # it was let go already
            s.close()
        served(lab)
        c.good("note", {"text": "still here"})
        wait_for(lambda: len(os.listdir("/proc/%d/fd" % engine.pid)) <= fds + 1)
        assert rss(engine.pid) < before + 20


def test_junk_on_the_socket():
    """Random bytes, halves of good lines, deep and huge ones: refused, and nobody else is harmed."""
    rng = random.Random(5)
    good = [HELLO, b'{"follow":true}\n', b'{"id":1,"ask":"%032x","do":"note","via":"key","params":{"text":"x"}}\n' % 7,
            b'{"id":2,"ask":"%032x","do":"arm","params":{"action":"auth-rollback","service":"auth"}}\n' % 8,
            b'{"id":3,"ask":"%032x","do":"fire","params":{"digest":"00","service":"auth","action":"auth-rollback","reason":"x"}}\n' % 9]
    with Lab() as lab:
        engine, c = begun(lab)
        for i in range(int(os.environ.get("JUNK_ROUNDS", "2000"))):
            s = connect(lab)
            data = b"".join(rng.choice(good) for _ in range(rng.randrange(1, 6)))
            kind = i % 6
            if kind == 0:
                data = rng.randbytes(rng.randrange(1, 5000))
            elif kind == 1:
                data = bytearray(data)
                for _ in range(rng.randrange(1, 9)):
                    data[rng.randrange(len(data))] = rng.randrange(256)
            elif kind == 2:
                data = HELLO + b'{"id":1,"do":"note","ask":' + b"[" * rng.choice((10, 64, 65, 5000)) + b"\n"
            elif kind == 3:
                data = HELLO + b'{"id":1,"do":"note","x":"' + b"y" * rng.choice((60000, 70000, 300000)) + b'"}\n'
            elif kind == 4:
                data = HELLO + json.dumps({"id": rng.choice((0, -1, 1e308, 2 ** 53, "x", None)), "ask": rng.choice(("x", 5, None, "g" * 32)),
                                           "do": rng.choice(("fire", "", 7, "arm", "status", "read", "x" * 1000)), "via": rng.choice(("key", "automatic", 1)),
                                           "params": rng.choice(({}, [], None, "x", {"from": -5, "limit": 1e9}, {"from": 1e300}))}).encode() + b"\n"
            try:
                s.sendall(data)
                s.settimeout(0.02)
                s.recv(65536)
            except OSError:
                pass
            s.close()
            assert engine.poll() is None, engine.stderr.read()
        served(lab)
        assert not lab.effects()
        fired = [e for e in lab.log() if e["kind"] == "action.fired"]
        assert not fired, fired
        lab.verify()


def test_fire_without_right():
    """No panel, another's digest, none, after disarm, twice, other parameters, a replayed ask."""
    with Lab(services=("auth", "shop")) as lab:
        engine, c = begun(lab)
        c.until("deploy", service="shop")
        words = {"reason": "t", "service": "auth", "action": "auth-rollback"}
        arm = {"action": "auth-rollback", "service": "auth"}
        assert c.ask("fire", dict(words, digest="0" * 64))["status"] == 1
        other = lab.client()
        theirs = other.good("arm", {"action": "shop-rollback", "service": "shop"})
        panel = c.good("arm", arm)
        for digest in (theirs["digest"], "", "0" * 64, panel["digest"].upper(), panel["digest"][:-1], None, 5, [panel["digest"]]):
            r = c.ask("fire", dict(words, digest=digest))
            assert r["status"] in (1, 2), (digest, r)
        # the parameters name another action: what fires is what the panel showed, or nothing
        r = c.ask("fire", {"reason": "t", "service": "shop", "action": "shop-rollback", "digest": theirs["digest"]})
        assert r["status"] in (1, 2), r
        for incident in ("INC-9", "INC-1 ", "inc-1"):
            assert c.ask("fire", dict(words, digest=panel["digest"], incident=incident))["status"] == 2
        c.good("disarm", {"why": "Esc"})
        assert c.ask("fire", dict(words, digest=panel["digest"]))["status"] == 1
        assert not lab.effects()
        # an ask that was a note cannot be made a fire, nor the other way round
        ask = os.urandom(16).hex()
        c.good("note", {"text": "n"}, ask)
        panel = c.good("arm", arm)
        assert c.good("fire", dict(words, digest=panel["digest"]), ask)["again"] is True
        assert not lab.effects()
        ask = os.urandom(16).hex()
        key = c.good("fire", dict(words, digest=panel["digest"]), ask)["key"]
        for _ in range(3):
            r = c.good("fire", dict(words, digest=panel["digest"], reason="again", service="shop", action="shop-rollback"), ask)
            assert r["again"] is True and r["key"] == key, r
        assert c.ask("fire", dict(words, digest=panel["digest"]))["status"] == 1
        assert other.good("fire", dict(words, digest=theirs["digest"]), ask)["again"] is True
        c.until("action.ended", outcome="done")
        assert len(lab.effects()) == 1, lab.effects()
        lab.verify()


def test_what_says_who_i_am():
    """Names in an ask are words: who asks is what the socket says."""
    with Lab() as lab:
        engine, c = begun(lab)
        c.n += 1
        c.send({"id": c.n, "ask": os.urandom(16).hex(), "do": "note", "via": "key", "person": "remy", "uid": 54321, "actor": "engine",
                "params": {"text": "as remy", "person": "remy", "by": "remy", "actor": "engine"}})
        e = c.until("note")
        assert e["actor"] == "tess" and "remy" not in json.dumps({k: v for k, v in e["body"].items() if k != "text"}), e


def as_other(lab, code, uid=54322):
    """Python as another user, with that user's socket rights only."""
    where = os.path.join(lab.top, "engine_lab.py")  # the source tree may be closed to others
    if not os.path.exists(where):
        with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "engine_lab.py")) as f, open(where, "w") as out:
            out.write(f.read())
        os.chmod(where, 0o644)
        os.chmod(lab.top, 0o755)
    return subprocess.run(["setpriv", "--reuid", str(uid), "--regid", str(uid), "--clear-groups", PYTHON, "-c",
                           "import sys; sys.path.insert(0, %r)\nfrom engine_lab import *\nimport os, socket, time\npath=%r\n" %
                           (lab.top, lab.socket) + code],
                          env=dict(lab.env, PYTHONDONTWRITEBYTECODE="1"), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=120, check=False)


def open_to_all(lab):
    """As if the kit's engine.socket lay where other users reach it."""
    for d in (lab.state, os.path.join(lab.state, "backout"), lab.dir):
        os.chmod(d, 0o711)
    os.chmod(lab.socket, 0o666)


def test_another_user():
    if os.getuid():
        print("skip  another user: only root can be one")
        return
    with Lab() as lab:
        engine, c = begun(lab)
        if as_other(lab, "pass").returncode:
            print("skip  another user: it cannot run", PYTHON)
            return
        r = as_other(lab, "Client(path)")
        assert r.returncode and "Permission" in r.stderr, r
        open_to_all(lab)
        for name in ("journal.db", "lock", "engine.log"):
            path = os.path.join(lab.dir, name)
            assert not os.path.exists(path) or os.stat(path).st_mode & 0o077 == 0, name
        r = as_other(lab, """
c = Client(path)
for do, p in (("note", {"text": "x"}), ("declare", {"title": "x", "services": ["auth"]}), ("arm", {"action": "auth-rollback", "service": "auth"}),
              ("fire", {"digest": "0" * 64}), ("close", {"as": "reverted"}), ("veto", {}), ("take", {}), ("reload", {}), ("freeze", {"service": "all"}),
              ("stop", {}), ("stop", {"replace": True}), ("resolve", {"key": "INC-1/1", "outcome": "done", "reason": "x"}), ("ack", {"key": "INC-1/1"})):
    print(do, c.ask(do, p)["status"])
print("read", c.ask("status")["status"], c.ask("read")["status"])
""")
        assert r.returncode == 0, r.stderr
        said = dict(line.split() for line in r.stdout.splitlines() if line.count(" ") == 1)
        assert said and set(said.values()) == {"3"}, r.stdout
        assert "read 0 0" in r.stdout
        # and known to the kit, but holding no role: may arm to look, may not fire
        r = as_other(lab, """
c = Client(path)
print("person", c.hello["person"])
p = c.good("arm", {"action": "auth-rollback", "service": "auth"})
print("may", p["may"])
print("take", c.ask("take")["status"], "close", c.ask("close", {"as": "reverted"})["status"], "reload", c.ask("reload")["status"])
print("freeze", c.ask("freeze", {"service": "all"})["status"], "stop", c.ask("stop")["status"])
""", uid=54321)
        assert r.returncode == 0, r.stderr
        assert "person remy" in r.stdout and "take 3 close 3 reload 3" in r.stdout and "freeze 3 stop 3" in r.stdout, r.stdout
        # a stranger that takes every seat there is keeps nobody out
        code = "held=[]\nfor _ in range(300):\n    s=socket.socket(socket.AF_UNIX); s.connect(path); held.append(s)\n    try: s.send(%r)\n    except OSError: pass\nprint('held', flush=True)\ntime.sleep(20)\n" % HELLO.replace(b"observer", b"command")
        p = subprocess.Popen(["setpriv", "--reuid", "54322", "--regid", "54322", "--clear-groups", PYTHON, "-c",
                              "import socket, time\npath=%r\n" % lab.socket + code], stdout=subprocess.PIPE, text=True)
        try:
            assert p.stdout.readline() == "held\n"
            assert lab.run("note", "there is a seat for who is known").returncode == 0
            c.good("note", {"text": "and for who had one"})
        finally:
            p.kill()
            p.wait()
        assert engine.poll() is None and not lab.effects()
        lab.verify()


def test_a_panel_closed_early_is_answered():
    """Closed by its console, or by the next one, while the backend is still asked: an ask without an answer is waited for forever."""
    with Lab() as lab:
        engine, c = begun(lab)
        lab.set("slow-preflight", "1")
        for close in ("disarm", "arm"):
            words = {"action": "auth-rollback", "service": "auth"}
            first, then = c.post("arm", words), c.post(close, {"why": "Esc"} if close == "disarm" else words)
            while then not in c.replies:
                c.read()
            assert c.replies[first]["status"] == 1, (close, c.replies)
            assert "closed before it opened" in c.replies[first]["error"]["what"], c.replies[first]
            assert c.replies[then]["status"] == 0, (close, c.replies[then])
        c.close()


def test_an_event_of_any_size_is_read():
    """A kit may be 16 MiB: the event that carries it is larger than any other, and whoever looks back needs it."""
    with Lab() as lab:
        lab.write("services/auth.yaml", "# %s\n" % ("x" * 78) * 40000 + open(os.path.join(lab.kit, "services", "auth.yaml")).read())
        lab.engine()
        c = lab.client("observer", follow=False)
        for bare in (False, True):
            at = 1
            while at < 9:
                event = c.good("read", {"from": at, "limit": 1, "bare": bare})["events"][0]
                assert event["seq"] == at
                if event["kind"] == "kit.loaded":
                    break
                at += 1
            assert event["kind"] == "kit.loaded" and len(event["raw"]) > 3 << 20, (event["kind"], len(event["raw"]))
        c.close()


if __name__ == "__main__":
    main(globals())
