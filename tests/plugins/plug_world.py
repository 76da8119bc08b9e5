"""A directory of releases with a process that serves from it, and the questions
that the tests of backout-plugin-releases ask about it."""
import json
import os
import signal
import subprocess
import sys

from plug_lib import Dir, Plugin, action, op, program, wait_for

HERE = os.path.dirname(os.path.abspath(__file__))
CONFLICT, NOT_FOUND, DEADLINE, UNAVAILABLE, BAD = -32003, -32002, -32004, -32000, -32602


class World:
    """DIR with releases 41 and 42, `current` -> 42, and a process that serves it."""

    def __init__(self, how="hup", releases=("41", "42")):
        self.tmp = Dir()
        self.dir = self.tmp.__enter__()
        for n, r in enumerate(releases):
            os.makedirs(f"{self.dir}/releases/{r}")
            self.write(f"releases/{r}/app", r)
            os.utime(f"{self.dir}/releases/{r}", (1e9 + n, 1e9 + n))
        self.point(releases[-1])
        self.app = None
        if how:
            self.serve(how)

    def serve(self, how):
        if os.path.exists(f"{self.dir}/port"):
            os.unlink(f"{self.dir}/port")
        self.app = subprocess.Popen([sys.executable, f"{HERE}/plug_app.py", self.dir, how])
        wait_for(lambda: os.path.exists(f"{self.dir}/port"), what="the service")
        with open(f"{self.dir}/port", encoding="utf-8") as f:
            self.port = int(f.read())

    def write(self, path, text):
        with open(f"{self.dir}/{path}", "w", encoding="utf-8") as f:
            f.write(text)

    def point(self, version):
        os.symlink(f"releases/{version}", f"{self.dir}/c.new")
        os.rename(f"{self.dir}/c.new", f"{self.dir}/current")

    def deploy(self, version):
        self.point(version)
        os.kill(self.app.pid, signal.SIGHUP)
        wait_for(lambda: self.runs() == version, what="the deploy")

    def link(self):
        return os.path.basename(os.readlink(f"{self.dir}/current"))

    def runs(self):
        import urllib.request
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/version", timeout=5) as r:
            return json.load(r)["version"]

    def target(self, **more):
        t = {"dir": self.dir, "version_url": f"http://127.0.0.1:{self.port}/version", "reload": {"signal": "HUP", "pid_file": "pid"}}
        t.update(more)
        return {k: v for k, v in t.items() if v is not None}

    def files(self):
        """Everything on disk with its times: what `changes nothing` is held against."""
        out = {}
        for base, dirs, names in os.walk(self.dir):
            for n in dirs + names + ["."]:
                st = os.lstat(os.path.join(base, n))
                out[os.path.join(base, n)] = (st.st_mode, st.st_size, st.st_mtime_ns, st.st_ino)
        return out

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.app:
            self.app.kill()
            self.app.wait()
        self.tmp.__exit__()


def plugin(mode="act", config=None):
    p = Plugin(program("releases"))
    p.start(config, mode=mode)
    return p


def preflight(p, target, **more):
    return p.result("preflight", {"action": action("rollback", target, **more)})


def perform(p, target, pre, deadline=10, verb="rollback", the_op=None, **more):
    a = action(verb, target, **{"from": pre.get("from", ""), "to": pre.get("to", ""), "expect": pre.get("expect", ""), **more})
    return p.ask("perform", {"op": the_op or op(), "key": "INC-1/1", "deadline": deadline, "action": a}, deadline + 10)


def reconcile(target, the_op, verb="rollback", **more):
    p = plugin()
    r = p.result("reconcile", {"op": the_op, "key": "INC-1/1", "action": action(verb, target, **more)})
    p.close()
    return r


def bad_checks(pre):
    return [c["name"] for c in pre["checks"] if not c["ok"]]
